"""Commands up to the exam day: template, prepare, enrol, statement, plan, explain, suggest, audit, publish, rounds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scheduler.cli.command import Door, DryRun, command
from scheduler.cli.progress import progress, working
from scheduler.errors import Text

if TYPE_CHECKING:
    from scheduler.office.explain import ForesightReport

RoundId = Annotated[str, typer.Option("--round", help="批次编号 · id of the round")]
RoundArg = Annotated[str, typer.Argument(metavar="ROUND", help="批次编号 · id of the round")]
Version = Annotated[
    int | None,
    typer.Option("--plan-version", help="方案版本，默认最新 · version of the plan; the newest when left out"),
]
RoundOrFile = Annotated[
    str, typer.Argument(metavar="ROUND|ROUND_FILE", help="批次编号，或批次文件 · a round's id, or a round file")
]
PlanFile = Annotated[Path | None, typer.Argument(help="方案文件 · a plan file, from anywhere")]
PLAN_STATES = {
    "draft": Text("草案", "draft"),
    "published": Text("已发布", "published"),
    "superseded": Text("已被取代", "superseded"),
}
FIELD_WORDS = {
    "name": Text("姓名", "name"), "sex": Text("性别", "sex"), "born_on": Text("出生日期", "birth date"),
    "phone": Text("联系电话", "phone"), "education": Text("文化程度", "education"), "employer": Text("工作单位", "employer"),
    "photo": Text("照片", "photo"), "scheme_id": Text("报考方案", "scheme"), "award_ids": Text("申报证书", "awards"),
    "applied_on": Text("申报日期", "applied on"), "region": Text("发证地区", "region"), "held": Text("已持证书", "held certificates"),
    "institution_id": Text("培训机构", "training institution"), "group_id": Text("分组", "group"),
    "origin_id": Text("出发地", "origin"), "x_km": Text("X坐标公里", "X km"), "y_km": Text("Y坐标公里", "Y km"),
    "accessible": Text("无障碍", "accessible"), "earliest_on": Text("最早日期", "earliest date"),
    "latest_on": Text("最晚日期", "latest date"), "unavailable_slot_ids": Text("不可用时段", "unavailable slots"),
    "remark": Text("备注", "remark"), "carried": Text("保留的成绩", "passes carried over"),
}  # fmt: skip
TemplateKind = Literal["office", "setup", "entries", "marks", "numbers", "plan", "round-schema", "new", "preview"]


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application, in the order a coordinator meets them."""
    for body in (template, prepare, enrol, mapping, statement, plan, explain, suggest, audit, publish, rounds):
        command(app)(body)


def template(
    door: Door,
    *,
    kind: Annotated[
        TemplateKind,
        typer.Argument(
            help="机构设置、批次设置表、报名表、成绩表、证书编号表、编排方案（须 --round）或批次文件的 JSON Schema · which one"
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="写到哪里 · where to write it")],
    round_id: Annotated[
        str,
        typer.Option(
            "--round",
            help="成绩表按该批次预填，或写出该批次的编排方案 · prefill marks of this round, or write its plan",
        ),
    ] = "",
    session: Annotated[str, typer.Option("--session", help="只要一个场次 · one session of it only")] = "",
    version: Annotated[
        int | None,
        typer.Option("--plan-version", help="方案版本，默认现行 · version of the plan; the one in force when left out"),
    ] = None,
    name: Annotated[
        str, typer.Option("--name", help="预览哪个证书模板 · the certificate template to preview")
    ] = "skill_level",
    profile: Annotated[
        str, typer.Option("--profile", help="按表样生成报名表或编号表，如 zhejiang-2015 · columns of a profile")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="覆盖已有文件 · write over a file that is there")] = False,
) -> int:
    """生成待填的机构设置、工作簿，预填成绩表；new 复制证书模板，preview 试印并核对 · Write what is to be filled in, or try a certificate template."""
    from scheduler.office import template as verb

    if kind == "preview":
        return _preview(door, name, out)
    if kind == "new":
        path = verb.own_templates(out)
    elif kind == "office":
        path = verb.office_file(out, overwrite=force)
    elif kind == "round-schema":
        path = verb.round_schema_file(out, overwrite=force)
    elif kind == "marks" and round_id:
        with door.office() as office:
            path = verb.marks_sheet(office, round_id=round_id, out=out, session_id=session or None, overwrite=force)
    elif kind == "plan":
        path = _plan_sheet(door, round_id, out, version, force=force)
    else:
        path = verb.template(kind, out, overwrite=force, profile_id=profile, office_file=door.office_path)
    door.answer({"path": str(path)})
    door.say(str(path))
    return 0


def _plan_sheet(door: Door, round_id: str, out: Path, version: int | None, *, force: bool) -> Path:
    from scheduler.office.views import plan_workbook

    if not round_id:
        raise typer.BadParameter("缺少 --round · give --round")
    with door.office() as office:
        return plan_workbook(office, round_id=round_id, out=out, version=version, overwrite=force)


def _preview(door: Door, name: str, out: Path) -> int:
    """Draw a certificate template with an invented holder; exit 8 where it may not be used."""
    from scheduler.office.preview import preview as verb

    with door.office() as office:
        report = verb(office.catalogue, office.templates(), name, out, office.today())
    door.answer(report)
    door.findings(report.findings)
    if report.drawn_because:
        slow = Text(
            f"! 不能套印，将逐页重绘（慢）：{report.drawn_because}",
            f"! drawn anew each time, slowly: {report.drawn_because}",
        )
        door.say(door.pick(slow))
    door.say(report.path)
    return 8 if report.findings else 0


def prepare(
    door: Door,
    *,
    workbook: Annotated[Path, typer.Argument(help="批次设置表 · the set-up workbook")],
    dry_run: DryRun = False,
) -> None:
    """读入批次设置：时段、考点、考场、考评员 · Read a round's set-up: slots, sites, rooms, examiners."""
    from scheduler.office.prepare import prepare as verb

    with door.office() as office:
        report = verb(office, workbook, dry_run=dry_run)
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))


def enrol(
    door: Door,
    *,
    entries: Annotated[Path, typer.Argument(help="报名表 xlsx、xls、ods、csv · the registration workbook")],
    round_id: RoundId,
    dry_run: DryRun = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="有一行错误就全部不写 · one bad row keeps all out")
    ] = False,
    error_workbook: Annotated[
        Path | None, typer.Option("--errors", help="待更正表写到哪里 · where to write the workbook to correct")
    ] = None,
) -> int:
    """读入报名表并按互认规则确定应考科目 · Read registrations and say what each candidate still has to sit."""
    from scheduler.office.enrol import enrol as verb

    with door.office() as office, working(door, Text("读入报名表", "reading registrations")):
        report = verb(
            office,
            entries,
            round_id=round_id,
            dry_run=dry_run,
            all_or_nothing=all_or_nothing,
            error_workbook=error_workbook,
        )
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    names = dict(report.names)
    for one in report.differences:
        called = door.pick(FIELD_WORDS.get(one.field, Text(one.field, one.field)))
        door.say(f"  ~ {names[one.entry_id]} {called}: {one.before or '—'} → {one.now or '—'}")
    if report.error_workbook:
        door.say(door.pick(Text(f"待更正表：{report.error_workbook}", f"rows to correct: {report.error_workbook}")))
    return 4 if report.rejected_rows else 0


def mapping(
    door: Door,
    *,
    workbook: Annotated[Path, typer.Argument(help="标题陌生的报名表或编号表 · a workbook with unfamiliar headings")],
    kind: Annotated[
        Literal["entries", "numbers"], typer.Option("--kind", help="读作哪种表 · read as which sheet")
    ] = "entries",
    profile: Annotated[str, typer.Option("--profile", help="按哪种表样，如 zhejiang-2015 · a profile it follows")] = "",
    decided: Annotated[
        list[str] | None, typer.Option("--set", help="标题=栏目，不用的写 - · HEADING=COLUMN, or HEADING=-")
    ] = None,
    always: Annotated[
        list[str] | None, typer.Option("--always", help="栏目=每行相同的内容 · COLUMN=VALUE for every row")
    ] = None,
    name: Annotated[str, typer.Option("--name", help="这一对应的名称 · what to call it")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="记住，以后照此读取 · remember it for later readings")] = False,
) -> int:
    """陌生的列标题对应一次，以后照此读取 · Say once what unfamiliar headings mean; it is remembered."""
    from scheduler.cli.mapped import pairs_of, show_mapping
    from scheduler.office.mapping import mapping as verb

    chosen, given = pairs_of(decided or [], "--set"), pairs_of(always or [], "--always")
    report = verb(
        door.office_path, workbook, kind=kind, profile_id=profile, decided=chosen, always=given, name=name, yes=yes
    )
    return show_mapping(door, report)


def statement(
    door: Door,
    *,
    round_id: RoundArg,
    entry: Annotated[str, typer.Option("--entry", help="只看一人 · one entry only")] = "",
) -> None:
    """每位考生的应考与免考说明 · What each candidate has to sit, what not, and by which rule."""
    from scheduler.office.views import statements

    with door.office() as office:
        rows = statements(office, round_id=round_id, entry_id=entry or None)
    door.answer([entitlement for _, entitlement in rows])
    for one, entitlement in rows:
        door.say(f"{one.candidate.name}  {one.id}")
        for sentence in entitlement.sentences:
            door.say(f"  {door.pick(sentence)}")


def plan(
    door: Door,
    *,
    round_id: Annotated[str, typer.Argument(metavar="[ROUND]", help="批次编号 · id of the round")] = "",
    round_file: Annotated[
        Path | None, typer.Option("--round-file", help="只用批次文件编排，不用数据库 · plan a round file, no database")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="方案文件写到哪里 · where to write the plan file")
    ] = None,
    seed: Annotated[int, typer.Option(help="随机种子 · seed; the same seed gives the same plan")] = 1,
    time_limit: Annotated[
        float | None, typer.Option(help="最长秒数（结果可能每次不同）· seconds at most; results may then differ")
    ] = None,
    keep: Annotated[
        str,
        typer.Option(
            metavar="VERSION|PLAN_FILE",
            help="在此版本（或方案文件）基础上少动人重排 · replan close to this version, or plan file",
        ),
    ] = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="有人未安排则以 5 退出 · exit 5 when anybody is left unplaced")
    ] = False,
    workbook: Annotated[Path | None, typer.Option(help="同时写出方案工作簿 · write the plan as a workbook too")] = None,
    from_workbook: Annotated[
        Path | None,
        typer.Option(
            "--from-workbook",
            help="读回手工改过的方案工作簿，核查后存为新草案 · read an edited plan workbook back as a new draft",
        ),
    ] = None,
    write_round_file: Annotated[Path | None, typer.Option(help="同时写出批次文件 · write the round file too")] = None,
    cluster: Annotated[
        str, typer.Option(metavar="ADDRESS", help="大批次交给 Dask 集群 · plan a large round on a Dask cluster")
    ] = "",
    dry_run: DryRun = False,
) -> int:
    """编排：开设场次，安排每位考生 · Open sessions and seat every candidate, or say why not."""
    from scheduler.cli.planning import PlanWishes, plan_from_workbook, plan_round, plan_round_file

    wishes = PlanWishes(seed, time_limit, keep, dry_run, out, workbook, write_round_file, cluster, from_workbook)
    if from_workbook is not None:
        with working(door, Text("读回方案工作簿", "reading the plan workbook")):
            return plan_from_workbook(door, round_id, wishes, strict=strict)
    with progress(door) as step:
        if round_file is not None:
            return plan_round_file(door, round_file, wishes, step, strict=strict)
        return plan_round(door, round_id, wishes, step, strict=strict)


def explain(
    door: Door,
    *,
    target: RoundOrFile,
    plan_file: PlanFile = None,
    version: Version = None,
    entry: Annotated[str, typer.Option("--entry", help="只解释一人 · one entry or party only")] = "",
    before: Annotated[
        bool, typer.Option("--before", help="编排之前：谁注定无法安排 · before planning: who is hopeless")
    ] = False,
) -> None:
    """说明谁为何未安排、缺什么、加什么就够 · Say who has no place and why, what is short, and what would be enough."""
    from scheduler.cli.planning import show_explanation, show_foresight
    from scheduler.office import explain as verb

    what = Text("查找原因与补救方案", "looking for reasons and repairs")
    if before:
        foreseen = _foreseen(door, target)
        door.answer(foreseen)
        show_foresight(door, foreseen)
        return
    if plan_file is not None:
        with working(door, what):
            report = verb.explain_files(target, plan_file, party_id=entry or None)
    else:
        with door.office() as office, working(door, what):
            report = verb.explain(office, round_id=target, version=version, entry_id=entry or None)
    door.answer(report)
    show_explanation(door, report)


def _foreseen(door: Door, target: str) -> ForesightReport:
    from scheduler.office import explain as verb

    if Path(target).is_file():
        return verb.foresee_file(target)
    with door.office() as office:
        return verb.foresee(office, round_id=target)


def suggest(
    door: Door,
    *,
    target: RoundOrFile,
    candidate: Annotated[str, typer.Argument(help="报名编号，或批次文件中的考生 · id of the entry or party")],
    plan_file: PlanFile = None,
    version: Version = None,
    top: Annotated[int, typer.Option("--top", min=1, max=50, help="最多列几个 · how many places at most")] = 5,
) -> int:
    """为一名迟报或未安排的考生推荐空位，其他人不动 · Rank places for one late candidate, everyone else kept."""
    from scheduler.cli.planning import show_suggestions
    from scheduler.office import suggest as verb

    if plan_file is not None:
        with working(door, Text("寻找空位", "looking for places")):
            report = verb.suggest_files(target, plan_file, candidate, top=top)
    else:
        with door.office() as office, working(door, Text("寻找空位", "looking for places")):
            report = verb.suggest(office, round_id=target, entry_id=candidate, version=version, top=top)
    door.answer(report)
    show_suggestions(door, report)
    return 0 if report.places else 5


def audit(
    door: Door,
    *,
    target: RoundOrFile,
    plan_file: PlanFile = None,
    version: Version = None,
) -> int:
    """独立核查方案是否遵守每条规则 · Check a plan against every rule, without the solver."""
    from scheduler.office import audit as verb

    if plan_file is not None:
        with working(door, Text("核查方案", "auditing the plan")):
            report = verb.audit_files(target, plan_file)
    else:
        with door.office() as office, working(door, Text("核查方案", "auditing the plan")):
            report = verb.audit(office, round_id=target, version=version)
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    return 0 if report.clean else 5


def publish(door: Door, round_id: RoundArg, version: Version = None, dry_run: DryRun = False) -> None:
    """发布方案：冻结并列出变动的人 · Freeze a plan and list who moved."""
    from scheduler.cli.planning import show_moves
    from scheduler.office.publish import publish as verb

    with door.office() as office, working(door, Text("发布前核查", "auditing before publication")):
        report = verb(office, round_id=round_id, version=version, dry_run=dry_run)
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    show_moves(door, report)


def rounds(door: Door) -> None:
    """列出各批次的进度 · List the rounds and how far each has come."""
    from scheduler.office.views import rounds as verb

    with door.office() as office:
        views = verb(office)
    door.answer(views)
    if not views:
        door.say(door.pick(Text("还没有批次；先用 prepare 读入批次设置表", "no rounds yet; prepare one first")))
    for view in views:
        told = (f"v{number} {door.pick(PLAN_STATES[state])}" for number, state in view.versions)
        versions = "、".join(told) if door.language == "zh" else ", ".join(told)
        zh = f"{view.round_id}  {view.name}  报名 {view.entries}  方案 {versions or '—'}  成绩 {view.outcomes}  证书 {view.certificates}"
        en = f"{view.round_id}  {view.name}  entries {view.entries}  plans {versions or '—'}  outcomes {view.outcomes}  certificates {view.certificates}"
        door.say(door.pick(Text(zh, en)))
