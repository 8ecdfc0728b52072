"""How plans, explanations and moves are asked for and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from scheduler.cli.command import Door
from scheduler.cli.progress import Step
from scheduler.errors import Text

if TYPE_CHECKING:
    from scheduler.domain.sessions import Reason
    from scheduler.office.by_hand import HandReport
    from scheduler.office.day_edit import EntryReport
    from scheduler.office.explain import ExplainReport, ForesightReport
    from scheduler.office.plan import PlanReport, Progress
    from scheduler.office.publish import PublishReport
    from scheduler.office.suggest import SuggestReport

UNPLACED_SHOWN = 20
STAGES = {
    "screen": Text("读取批次", "reading the round"),
    "start": Text("初步编排", "first plans"),
    "improve": Text("改进", "improving"),
    "exact": Text("精确求解", "solving exactly"),
    "bound": Text("求下界", "proving a bound"),
    "seats": Text("编排考位", "numbering seats"),
    "affected": Text("查找受影响的人", "finding who is affected"),
    "insert": Text("安排受影响的人", "seating the affected"),
    "eject": Text("腾出考位", "making room"),
    "polish": Text("改进变动", "improving the changes"),
}
"""What the search says it is doing, in words."""
NAMES_SHOWN = 12
SHORTAGES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class PlanWishes:
    """The options of one planning."""

    seed: int
    time_limit_s: float | None
    keep: str
    """Version of a round of the registry, or a plan file beside a round file; empty for planning anew."""
    dry_run: bool
    out: Path | None
    workbook: Path | None
    write_round_file: Path | None
    cluster: str
    from_workbook: Path | None = None
    """A plan workbook edited by hand, to be read instead of planning."""


def plan_round(door: Door, round_id: str, wishes: PlanWishes, step: Step, *, strict: bool) -> int:
    """Plan a round of the registry; returns the exit code."""
    from scheduler.office import plan as verb
    from scheduler.office.views import plan_workbook

    if not round_id:
        raise typer.BadParameter("缺少批次编号 ROUND，或用 --round-file · name a ROUND, or give --round-file")
    if wishes.keep and not wishes.keep.isdecimal():
        raise typer.BadParameter("--keep 须为版本号 · --keep takes the number of a version here")
    with door.office() as office:
        if wishes.write_round_file:
            verb.write_round_file(office, round_id=round_id, out=wishes.write_round_file)
        report = verb.plan(
            office,
            round_id=round_id,
            seed=wishes.seed,
            time_limit_s=wishes.time_limit_s,
            keep=int(wishes.keep) if wishes.keep else None,
            dry_run=wishes.dry_run,
            cluster=wishes.cluster,
            progress=_watch(door, step),
        )
        if wishes.out:
            verb.write_plan_file(report.plan, wishes.out)
        if wishes.workbook and report.version:
            plan_workbook(office, round_id=round_id, out=wishes.workbook, version=report.version)
    return _show_plan(door, report, strict=strict)


def plan_round_file(door: Door, round_file: Path, wishes: PlanWishes, step: Step, *, strict: bool) -> int:
    """Plan a round file without an office; returns the exit code."""
    from scheduler.office.plan import plan_file

    if wishes.out is None:
        raise typer.BadParameter("--round-file 须同时给出 --out · --round-file needs --out as well")
    if wishes.dry_run or wishes.workbook or wishes.write_round_file:
        raise typer.BadParameter(
            "--dry-run、--workbook、--write-round-file 只用于登记库中的批次，不能与 --round-file 同用 · "
            "these three are for rounds of the registry and do not go with --round-file"
        )
    report = plan_file(
        round_file,
        wishes.out,
        seed=wishes.seed,
        time_limit_s=wishes.time_limit_s,
        keep=wishes.keep or None,
        cluster=wishes.cluster,
        progress=_watch(door, step),
    )
    return _show_plan(door, report, strict=strict)


def plan_from_workbook(door: Door, round_id: str, wishes: PlanWishes, *, strict: bool) -> int:
    """Read a plan workbook that was edited by hand into a new draft; returns the exit code."""
    from scheduler.office import plan as files
    from scheduler.office.by_hand import plan_by_hand
    from scheduler.office.views import plan_workbook

    if not round_id or wishes.from_workbook is None:
        raise typer.BadParameter("缺少批次编号 ROUND · name a ROUND")
    if wishes.keep and not wishes.keep.isdecimal():
        raise typer.BadParameter("--keep 须为版本号 · --keep takes the number of a version here")
    with door.office() as office:
        base = int(wishes.keep) if wishes.keep else None
        report = plan_by_hand(office, wishes.from_workbook, round_id=round_id, base=base, dry_run=wishes.dry_run)
        if wishes.out:
            files.write_plan_file(report.plan, wishes.out)
        if wishes.workbook and report.version:
            plan_workbook(office, round_id=round_id, out=wishes.workbook, version=report.version)
    door.answer(report)
    door.findings([*report.broken, *report.findings])
    door.say(report.summary(door.language))
    show_moves(door, report)
    return 5 if report.broken or (strict and report.unplaced) else 0


def _watch(door: Door, step: Step) -> Callable[[Progress], None]:
    """Show stage, cost, bound and gap of the best plan so far; a stage that looks at a part changes none of them."""
    cost: int | None = None
    bound: int | None = None
    left: int | None = None

    def watch(state: Progress) -> None:
        nonlocal cost, bound, left
        if state.cost is not None and (cost is None or state.cost <= cost):
            if state.cost != cost or state.unplaced is not None:
                left = state.unplaced
            cost = state.cost
        if state.bound is not None:
            bound = max(bound or 0, state.bound)
        stage = door.pick(STAGES.get(state.stage, Text(state.stage, state.stage)))
        step("  ".join((stage, *_figures(door, cost, bound, left))), state.done, state.total)

    return watch


def _figures(door: Door, cost: int | None, bound: int | None, left: int | None) -> list[str]:
    said = []
    if cost is not None:
        said.append(door.pick(Text(f"费用 {cost:,}", f"cost {cost:,}")))
    if cost is not None and bound:
        gap = f"{(cost - bound) / bound:.1%}"
        said.append(door.pick(Text(f"下界 {bound:,}  差距 {gap}", f"bound {bound:,}  gap {gap}")))
    if left:
        said.append(door.pick(Text(f"未安排 {left} 人", f"{left} unplaced")))
    return said


def _show_plan(door: Door, report: PlanReport, *, strict: bool) -> int:
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    for line in report.cost_lines(door.language):
        door.say(line)
    show_moves(door, report)
    names = dict(report.names)
    for row in report.plan.unplaced[:UNPLACED_SHOWN]:
        comma, colon = ("；", "：") if door.language == "zh" else ("; ", ": ")
        why = comma.join(door.pick(reason.what) for reason in row.reasons)
        door.say(f"  ✗ {names.get(row.party_id, row.party_id)}{colon}{why}")
    rest = len(report.plan.unplaced) - UNPLACED_SHOWN
    if rest > 0:
        door.say(door.pick(Text(f"  … 另有 {rest} 人未安排，见 explain", f"  … and {rest} more unplaced; see explain")))
    return 5 if strict and report.unplaced else 0


def show_explanation(door: Door, report: ExplainReport) -> None:
    """Print why people have no place, and what is short."""
    names, found = dict(report.names), report.explanation
    for sentence in found.sentences:
        door.say(_named(door.pick(sentence), names))
    _show_shortages(door, report)
    alike: dict[tuple[str, ...], list[str]] = {}
    for view in found.parties:
        told = tuple(_unnamed(door.pick(sentence), view.party_id) for sentence in view.sentences)
        alike.setdefault(told, []).append(names.get(view.party_id, view.party_id))
    for told, people in alike.items():
        if found.parties[0].state == "placed":
            door.say(people[0])
        else:
            who = _some(door, people)
            door.say(door.pick(Text(f"未安排：{who}", f"no place: {who}")))
        one = people[0] if len(people) == 1 else door.pick(Text("该考生", "the candidate"))
        for line in told[0 if len(people) == 1 else 1 :]:
            door.say("  " + line.replace("…", one))


def _unnamed(line: str, party_id: str) -> str:
    """Return a line with a mark in place of the party, so that lines about several people can be told alike."""
    return line.replace(f"考生 {party_id}", "…").replace(f"party {party_id}", "…").replace(party_id, "…")


def _show_shortages(door: Door, report: ExplainReport) -> None:
    """Print the places and times that are short, the shortest first."""
    rows = [row for row in report.explanation.shortages if row.on is not None]
    rows.sort(key=lambda row: (-row.places, -row.examiners, row.slot_id, row.site_id, row.component_id))
    if rows:
        door.say(door.pick(Text("最缺的时段和考点：", "shortest slots and sites:")))
    for row in rows[:SHORTAGES_SHOWN]:
        door.say(f"  {door.pick(row.what)}")
    rest = len(rows) - SHORTAGES_SHOWN
    if rest > 0:
        door.say(door.pick(Text(f"  … 另有 {rest} 行，--json 可查看全部", f"  … and {rest} more; --json shows all")))


def show_foresight(door: Door, report: ForesightReport) -> None:
    """Print whom no plan can seat, alike ones together."""
    names, colon = dict(report.names), "：" if door.language == "zh" else ": "
    for sentence in report.foresight.sentences:
        door.say(door.pick(sentence))
    alike: dict[tuple[str, ...], list[str]] = {}
    for one in report.foresight.parties:
        why = tuple(door.pick(reason.what) for reason in one.reasons)
        alike.setdefault(why, []).append(names.get(one.party_id, one.party_id))
    for reasons, people in alike.items():
        comma = "；" if door.language == "zh" else "; "
        door.say(f"  ✗ {_some(door, people)}{colon}{comma.join(reasons)}")


def _some(door: Door, people: list[str]) -> str:
    """Return names, of very many the first and how many there are."""
    comma = "、" if door.language == "zh" else ", "
    if len(people) <= NAMES_SHOWN:
        return comma.join(people)
    return comma.join(people[:NAMES_SHOWN]) + door.pick(
        Text(f"等 {len(people)} 人", f" and others, {len(people)} in all")
    )


def show_suggestions(door: Door, report: SuggestReport) -> None:
    """Print places for one candidate, the best first: what each costs by term, needs and breaks."""
    from scheduler.office.plan import term_of

    who = report.name or report.entry_id
    if not report.places:
        door.say(door.pick(Text(f"{who}：没有可推荐的空位，见 explain", f"{who}: no place to suggest; see explain")))
        return
    head = Text(
        f"{who}：{len(report.places)} 个方案，按影响从小到大",
        f"{who}: {len(report.places)} places, the least trouble first",
    )
    door.say(door.pick(head))
    for place in report.places:
        mark = "✗" if place.breaks else "~" if place.moves else "✓"
        door.say(f"{place.rank:>3}  {mark} {place.cost:>+9,}  {door.pick(place.what)}")
        comma = "，" if door.language == "zh" else ", "
        terms = comma.join(f"{door.pick(term_of(line.term))} {line.amount:+,}" for line in place.costs)
        if terms:
            door.say(f"{'':>17}{terms}")


def show_moves(door: Door, report: PublishReport | PlanReport | HandReport | EntryReport) -> None:
    """Print who is elsewhere, and who serves otherwise, than in the version before, with the reasons."""
    names = dict(report.names)
    words = {"new": Text("新安排", "new"), "moved": Text("变动", "moved"), "dropped": Text("取消", "dropped")}
    duties = {"called": Text("新增监考考评", "called"), "released": Text("取消监考考评", "released")}
    for move in report.moves:
        before, after = (f"{s.session_id} {s.turn}-{s.place}" if s else "—" for s in (move.before, move.after))
        name = names.get(move.party_id, move.party_id)
        why = _why(door, move.reason, names)
        door.say(f"  {door.pick(words[move.kind])} {name} {move.component_id}: {before} → {after}{why}")
    for duty in report.duties:
        door.say(
            f"  {door.pick(duties[duty.kind])} {duty.examiner_id} {duty.session_id}{_why(door, duty.reason, names)}"
        )


def _named(sentence: str, names: dict[str, str]) -> str:
    """Return a sentence with people by their names."""
    for id_ in sorted(names, key=len, reverse=True):
        sentence = sentence.replace(id_, names[id_])
    return sentence


def _why(door: Door, reason: Reason | None, names: dict[str, str]) -> str:
    """Return a reason in brackets, people by their names."""
    if reason is None:
        return ""
    sentence = door.pick(reason.what)
    if reason.rule == "ejected":
        sentence = _named(sentence, names)
    return f"（{sentence}）" if door.language == "zh" else f" ({sentence})"
