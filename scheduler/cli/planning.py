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
    from scheduler.office.explain import ExplainReport
    from scheduler.office.plan import PlanReport, Progress
    from scheduler.office.publish import PublishReport

UNPLACED_SHOWN = 20


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
    cluster: str


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
            cluster=wishes.cluster,
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
        round_file,
        wishes.out,
        seed=wishes.seed,
        time_limit_s=wishes.time_limit_s,
        cluster=wishes.cluster,
        progress=_watch(step),
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
    alike: dict[tuple[str, ...], list[str]] = {}
    for view in found.parties:
        told = tuple(door.pick(sentence).replace(view.party_id, "…") for sentence in view.sentences)
        alike.setdefault(told, []).append(names.get(view.party_id, view.party_id))
    for told, people in alike.items():
        if found.parties[0].state == "placed":
            door.say(people[0])
        else:
            door.say(door.pick(Text(f"未安排：{'、'.join(people)}", f"no place: {', '.join(people)}")))
        one = people[0] if len(people) == 1 else door.pick(Text("该考生", "the candidate"))
        for line in told[0 if len(people) == 1 else 1 :]:
            door.say("  " + line.replace("…", one))


def show_moves(door: Door, report: PublishReport) -> None:
    """Print who moved against the version before."""
    names = dict(report.names)
    words = {"new": Text("新安排", "new"), "moved": Text("变动", "moved"), "dropped": Text("取消", "dropped")}
    for move in report.moves:
        before, after = (f"{s.session_id} {s.turn}-{s.place}" if s else "—" for s in (move.before, move.after))
        name = names.get(move.party_id, move.party_id)
        door.say(f"  {door.pick(words[move.kind])} {name} {move.component_id}: {before} → {after}")
