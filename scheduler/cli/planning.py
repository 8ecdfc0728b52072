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
    from scheduler.office.explain import ExplainReport, ForesightReport
    from scheduler.office.plan import PlanReport, Progress
    from scheduler.office.publish import PublishReport
    from scheduler.office.suggest import SuggestReport

UNPLACED_SHOWN = 20
NAMES_SHOWN = 12
SHORTAGES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class PlanWishes:
    """The options of one planning."""

    seed: int
    time_limit_s: float | None
    keep: int | None
    dry_run: bool
    out: Path | None
    workbook: Path | None
    write_round_file: Path | None


def plan_round(door: Door, round_id: str, wishes: PlanWishes, step: Step, *, strict: bool) -> int:
    """Plan a round of the registry; returns the exit code."""
    from scheduler.office import plan as verb
    from scheduler.office.views import plan_workbook

    if not round_id:
        raise typer.BadParameter("缺少批次编号 ROUND，或用 --round-file · name a ROUND, or give --round-file")
    with door.office() as office:
        if wishes.write_round_file:
            verb.write_round_file(office, round_id=round_id, out=wishes.write_round_file)
        report = verb.plan(
            office,
            round_id=round_id,
            seed=wishes.seed,
            time_limit_s=wishes.time_limit_s,
            keep=wishes.keep,
            dry_run=wishes.dry_run,
            progress=_watch(step),
        )
        if wishes.out:
            verb.write_plan_file(report, wishes.out)
        if wishes.workbook and report.version:
            plan_workbook(office, round_id=round_id, out=wishes.workbook, version=report.version)
    return _show_plan(door, report, strict=strict)


def plan_round_file(door: Door, round_file: Path, wishes: PlanWishes, step: Step, *, strict: bool) -> int:
    """Plan a round file without an office; returns the exit code."""
    from scheduler.office.plan import plan_file

    if wishes.out is None:
        raise typer.BadParameter("--round-file 须同时给出 --out · --round-file needs --out as well")
    report = plan_file(
        round_file, wishes.out, seed=wishes.seed, time_limit_s=wishes.time_limit_s, progress=_watch(step)
    )
    return _show_plan(door, report, strict=strict)


def _watch(step: Step) -> Callable[[Progress], None]:
    def watch(state: Progress) -> None:
        figures = "" if state.cost is None else f" {state.cost:,}"
        step(f"{state.stage}{figures}", state.done, state.total)

    return watch


def _show_plan(door: Door, report: PlanReport, *, strict: bool) -> int:
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    for line in report.cost_lines(door.language):
        door.say(line)
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
        door.say(door.pick(sentence))
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


def show_moves(door: Door, report: PublishReport) -> None:
    """Print who moved against the version before."""
    names = dict(report.names)
    words = {"new": Text("新安排", "new"), "moved": Text("变动", "moved"), "dropped": Text("取消", "dropped")}
    for move in report.moves:
        before, after = (f"{s.session_id} {s.turn}-{s.place}" if s else "—" for s in (move.before, move.after))
        name = names.get(move.party_id, move.party_id)
        door.say(f"  {door.pick(words[move.kind])} {name} {move.component_id}: {before} → {after}")
