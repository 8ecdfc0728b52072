"""Commands around the exam day: calendars, examiners' duties, and what happens on the day."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from scheduler.cli.command import Door, DryRun, command
from scheduler.cli.progress import working
from scheduler.cli.sessions import RoundArg
from scheduler.errors import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.office.day_edit import EntryReport
    from scheduler.office.day_list import DayReport
    from scheduler.office.deferrals import Deferral
    from scheduler.office.desk import Office
    from scheduler.office.duties import DutiesReport

SHOWN = 30
"""Lines of one kind at most; --json shows all."""


class CalendarOf(StrEnum):
    """Whose calendars."""

    EXAMINERS = "examiners"
    ROOMS = "rooms"
    SITES = "sites"
    CANDIDATES = "candidates"


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    command(app)(calendar)
    command(app)(duties)
    command(app)(day)


def calendar(
    door: Door,
    *,
    round_id: RoundArg,
    whose: Annotated[
        list[CalendarOf] | None,
        typer.Option(
            "--for", help="只要哪几类，可多次；默认全部 · whose calendars, may be repeated; all when left out"
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FOLDER", help="写到哪个文件夹，默认 out/calendars · the folder to write to"
        ),
    ] = None,
    version: Annotated[
        int | None,
        typer.Option(
            "--plan-version", help="已发布的版本，默认现行 · a published version; the one in force when left out"
        ),
    ] = None,
    names: Annotated[
        bool,
        typer.Option("--names", help="考场和考点的日历写出考生姓名 · name candidates in rooms' and sites' calendars"),
    ] = False,
) -> None:
    """日历文件：考评员、考场、考点、考生；改期随之移动，取消注明 · Calendar files that follow the plan, for examiners, rooms, sites, candidates."""
    from scheduler.office.calendars import KINDS, calendars

    with door.office() as office, working(door, Text("制作日历", "making calendars")):
        kinds = tuple(kind for kind in KINDS if not whose or kind in whose)
        report = calendars(office, round_id=round_id, kinds=kinds, out=out, version=version, with_names=names)
    door.answer(report)
    door.say(report.summary(door.language))
    door.say(report.folder)


def duties(
    door: Door,
    *,
    round_id: RoundArg,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE.xlsx", help="写出征询表，发给考评员 · write the workbook for examiners"
        ),
    ] = None,
    each: Annotated[
        bool, typer.Option("--each", help="另按机构各写一份 · one workbook an institution as well")
    ] = False,
    read: Annotated[
        Path | None, typer.Option("--read", metavar="FILE", help="读入收回的征询表 · read what came back")
    ] = None,
    error_workbook: Annotated[
        Path | None, typer.Option("--errors", help="待更正表写到哪里 · where to write the workbook to correct")
    ] = None,
    dry_run: DryRun = False,
) -> int:
    """考评员征询：可用时段、任务接受或谢绝；谢绝即待重排 · Ask examiners when they can serve and which duties they accept."""
    from scheduler.office import duties as verb

    if out is not None and read is not None:
        raise typer.BadParameter("--out / --read")
    with door.office() as office, working(door, Text("考评员征询", "examiners' duties")):
        if read is not None:
            report = verb.answer_duties(office, read, round_id=round_id, dry_run=dry_run, error_workbook=error_workbook)
        elif out is not None:
            report = verb.ask_duties(office, out, round_id=round_id, each=each)
        else:
            report = verb.duties(office, round_id=round_id)
    return _show_duties(door, report)


def _show_duties(door: Door, report: DutiesReport) -> int:
    door.answer(report)
    door.findings(report.findings)
    for line in (report.recorded_line(door.language), report.summary(door.language)):
        if line:
            door.say(line)
    marks = (
        ("✗", Text("谢绝，待重排", "declined, to be planned again"), report.requests),
        ("?", Text("未答复", "not answered"), report.unanswered),
        ("✓", Text("谢绝，已由第 {} 版解决", "declined, settled by version {}"), report.settled),
    )
    for mark, words, lines in marks:
        for one in lines[:SHOWN]:
            said = door.pick(words).format(one.settled_by)
            why = f"  {one.reason}" if one.reason else ""
            door.say(f"  {mark} {one.name} {one.examiner_id}  {one.session_id}  {one.when}  {said}{why}")
        if len(lines) > SHOWN:
            rest = len(lines) - SHOWN
            door.say(
                door.pick(Text(f"  … 另有 {rest} 项，--json 可查看全部", f"  … and {rest} more; --json shows all"))
            )
    if report.requests:
        again = f"scheduler plan {report.round_id} --keep {report.version}"
        door.say(door.pick(Text(f"→ 重排：{again}", f"→ plan again: {again}")))
    for path in (*report.paths, *filter(None, [report.error_workbook])):
        door.say(path)
    return 4 if report.rejected_rows else 0


DayActs = Literal["list", "absent", "examiner", "room", "broken", "defer", "withdraw"]
NEEDS: dict[str, tuple[int, str]] = {
    "list": (0, ""),
    "absent": (1, "WHO"),
    "examiner": (2, "SESSION EXAMINER"),
    "room": (1, "SESSION"),
    "broken": (1, "WHO"),
    "defer": (1, "WHO"),
    "withdraw": (1, "NO"),
}
"""How many words follow each act, and what they are."""


def day(
    door: Door,
    *,
    round_id: RoundArg,
    act: Annotated[
        DayActs,
        typer.Argument(
            help="absent 缺考，examiner 换考评员，room 换考场，broken 工位故障补时，defer 缓考，withdraw 撤销；不写则列出 · what happened"
        ),
    ] = "list",
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WHO|SESSION [EXAMINER]|NO]",
            help="考生（姓名、证件后四位、报名编号或“场次 轮次-考位”）、场次、考评员、登记序号 · whom or what",
        ),
    ] = None,
    to: Annotated[
        str, typer.Option("--to", help="换成哪位考评员或哪个考场；不写则列出可用的 · by whom, or to which room")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="事由，必填 · why")] = "",
    component: Annotated[str, typer.Option("--component", help="科目，如 理论、实操 · which component")] = "",
    lost: Annotated[int, typer.Option("--lost", min=0, help="损失分钟 · minutes lost")] = 0,
    added: Annotated[
        int | None, typer.Option("--added", min=0, help="补时分钟，默认同损失 · minutes added; as lost when left out")
    ] = None,
    place: Annotated[int, typer.Option("--place", min=0, help="换到的备用工位 · the spare workstation taken")] = 0,
    happened: Annotated[str, typer.Option("--at", metavar="HH:MM", help="发生时间 · when it happened")] = "",
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="只列这一天 · one day only")] = None,
    site: Annotated[str, typer.Option("--site", help="只列一个考点 · one site only")] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="写出考场异常情况登记表 · write the register, xlsx")
    ] = None,
    dry_run: DryRun = False,
) -> int:
    """考试当日：缺考、换考评员、换考场、工位故障补时、缓考，逐条核查 · What happens on the day, each entry audited and with its reason."""
    said = words or []
    if len(said) != NEEDS[act][0]:
        raise typer.BadParameter(NEEDS[act][1] or "list", param_hint=act)
    common = {"round_id": round_id, "reason": reason, "dry_run": dry_run}
    more = {
        "component": component,
        "happened": happened,
        "lost_min": lost,
        "added_min": added,
        "place": place,
        "to": to,
    }
    with door.office() as office:
        if act == "list":
            from scheduler.office.day_list import day as listing

            return _show_day(door, listing(office, round_id=round_id, on=on.date() if on else None, site=site, out=out))
        report = _entered(office, act, said, {**common, **more})
    return _show_entry(door, report)


def _entered(office: Office, act: str, said: list[str], given: dict[str, Any]) -> EntryReport:
    """Call the verb of an act with what it takes."""
    from scheduler.office import day as verbs

    if act == "withdraw" and not said[0].isdecimal():
        raise typer.BadParameter("NO", param_hint="withdraw")
    common = ("round_id", "reason", "dry_run")
    calls: dict[str, tuple[Callable[..., EntryReport], tuple[str, ...]]] = {
        "absent": (verbs.enter_absent, ("component", "happened")),
        "examiner": (verbs.enter_examiner, ("to", "happened")),
        "room": (verbs.enter_room, ("to", "happened")),
        "broken": (verbs.enter_broken, ("component", "happened", "lost_min", "added_min", "place")),
        "defer": (verbs.enter_deferred, ("component",)),
        "withdraw": (verbs.withdraw, ()),
    }
    verb, takes = calls[act]
    words = [int(said[0])] if act == "withdraw" else said
    return verb(office, *words, **{key: given[key] for key in (*common, *takes)})


def _show_entry(door: Door, report: EntryReport) -> int:
    from scheduler.cli.planning import show_moves

    door.answer(report)
    door.findings(report.findings)
    if report.substitutes or not report.event.no:
        none = Text("没有符合规则的人选或考场", "nobody and nothing would do by the rules")
        head = Text("可以改用（由近到远），未登记：", "these would do, the nearest first; nothing was entered:")
        door.say(door.pick(head if report.substitutes else none))
        for one in report.substitutes:
            door.say(f"  {door.pick(one.words)}")
        return 0 if report.substitutes else 5
    head = Text("可以登记", "may be entered") if report.dry_run else Text("已登记", "entered")
    told = Text(f"第 {report.event.no} 条 {report.sentence.zh}", f"no. {report.event.no} {report.sentence.en}")
    colon = "：" if door.language == "zh" else ": "
    door.say(door.pick(head) + colon + door.pick(told))
    if report.version is not None:
        what = Text(f"方案第 {report.version} 版", f"plan version {report.version}")
        state = Text("将发布" + what.zh, "to be published: " + what.en) if report.dry_run else None
        door.say(door.pick(state or Text("已发布" + what.zh, "published: " + what.en)))
        show_moves(door, report)
    return 0


STATES = {
    "waiting": Text("待报入后续批次", "waits for a later round"),
    "entered": Text("已报入批次 {}", "entered in round {}"),
    "seated": Text("已在批次 {} 安排", "seated in round {}"),
    "sat": Text("已在批次 {} 考完", "sat in round {}"),
    "lapsed": Text("已过期，保留的成绩失效", "too late: what was passed has lapsed"),
}


def _show_day(door: Door, report: DayReport) -> int:
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    before = None
    for line in report.lines:
        place = f"{line.event.slot.on} {line.site or '—'}"
        if place != before:
            door.say(place)
            before = place
        mark = " " if line.holds else "×" if not line.event.withdraws else "↺"
        at = f"{line.event.slot.start:%H:%M} {line.room}"
        why = f"（{line.event.reason}）" if door.language == "zh" else f" ({line.event.reason})"
        door.say(f" {mark} {line.event.no:>3}  {at}  {door.pick(line.act)}  {door.pick(line.what)}{why}")
    for one in report.deferrals:
        door.say(_deferral_line(door, one))
    if report.path:
        door.say(report.path)
    return 0


def _deferral_line(door: Door, one: Deferral) -> str:
    until = Text(f"，最迟 {one.until}", f", by {one.until}") if one.until else Text("", "")
    state = door.pick(STATES[one.state]).format(one.in_round)
    head = Text("缓考", "deferred")
    return f"  {door.pick(head)} #{one.no} {one.name} {one.component_id}  {state}{door.pick(until)}"
