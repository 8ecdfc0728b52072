"""Suggest (推荐空位): places for one late or unplaced candidate, ranked, everyone else kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import CostLine, Plan
from scheduler.errors import InputError, NotFound, Text, errors_in
from scheduler.office.assemble import assemble
from scheduler.office.desk import Office, existing_file
from scheduler.planning.planfile import read_plan
from scheduler.planning.roundfile import read_round


@dataclass(frozen=True, slots=True)
class SuggestedPlace:
    """One place for each component a candidate has due."""

    rank: int
    """From 1, the best."""
    cost: int
    """What the plan's cost grows by; it falls by what a candidate without a place costs."""
    costs: tuple[CostLine, ...]
    """The same by term, terms that do not change left out."""
    sessions: tuple[tuple[str, str], ...]
    """Component and session of each sitting, in the order in which they are sat."""
    opens: tuple[str, ...]
    """Sessions to open."""
    calls: tuple[tuple[str, str], ...]
    """Examiners to call: session and examiner."""
    moves: tuple[str, ...]
    """Others who would sit elsewhere."""
    breaks: tuple[str, ...]
    """Rules the audit finds broken; empty: none."""
    what: Text


@dataclass(frozen=True, slots=True)
class SuggestReport:
    """Ranked places for one candidate: those that break nothing, then those that move somebody, then the others."""

    round_id: str
    entry_id: str
    name: str
    places: tuple[SuggestedPlace, ...]


def suggest(office: Office, *, round_id: str, entry_id: str, version: int | None = None, top: int = 5) -> SuggestReport:
    """Rank places for one entry in a version of a round, the newest when None; nothing is kept.

    Raises:
        NotFound: No such round, version or entry, or the entry has nothing to sit.
    """
    with office.registry.transaction(write=False) as store:
        assembled = assemble(office, store, round_id)
        kept = store.plans.version(round_id, version)
    return _report(assembled.round, kept.plan, entry_id, assembled.names.get(entry_id, ""), top)


def suggest_files(round_file: str | Path, plan_file: str | Path, party_id: str, *, top: int = 5) -> SuggestReport:
    """Rank places for one party of a round file in a plan file; needs no office.

    Raises:
        InputError: One of the files cannot be read as what it should be.
        NotFound: The round has no such party.
    """
    round_, round_faults = read_round(existing_file(round_file))
    plan, plan_faults = read_plan(existing_file(plan_file))
    faults = [*round_faults, *plan_faults]
    if round_ is None or plan is None or errors_in(faults):
        raise InputError(Text("文件有误，无法推荐", "the files are wrong; nothing can be suggested"), faults)
    return _report(round_, plan, party_id, "", top)


def _report(round_: Round, plan: Plan, party_id: str, name: str, top: int) -> SuggestReport:
    from scheduler.planning.suggest import Suggestion
    from scheduler.planning.suggest import suggest as ranked

    found = ranked(round_, plan, party_id, top=top)
    if not found.known:
        raise NotFound(
            Text(f"批次 {round_.id} 没有考生 {party_id} 需要安排", f"round {round_.id} has no {party_id} to seat")
        )

    def place(rank: int, one: Suggestion) -> SuggestedPlace:
        return SuggestedPlace(
            rank=rank,
            cost=one.cost,
            costs=tuple(line for line in one.costs if line.amount),
            sessions=tuple((s.component_id, s.session_id) for s in one.sittings if s.member == 1),
            opens=one.opens,
            calls=one.calls,
            moves=tuple(sorted({move.party_id for move in one.moves})),
            breaks=tuple(dict.fromkeys(finding.rule for finding in one.breaks)),
            what=one.what,
        )

    places = tuple(place(n, one) for n, one in enumerate(found.ranked, start=1))
    return SuggestReport(round_.id, party_id, name, places)
