"""Suggest: places for one late or unplaced party with everyone else kept, ranked, each with what it costs, needs and breaks.

Used by the office. Every suggestion is made into a whole plan; the audit says what it breaks, the recount what it costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import CostLine, Move, Plan, Sitting
from scheduler.errors import Finding, Text
from scheduler.planning.audit import audit
from scheduler.planning.changes import changes
from scheduler.planning.insertion import Insertion, adopted
from scheduler.planning.recount import recount
from scheduler.planning.suggest_words import told
from scheduler.planning.units import Unit
from scheduler.planning.waivable import waived
from scheduler.planning.ways import NEVER, compatible, trip_cost

BEAM = 1_024
"""Partial ways looked at while components are seated one after another."""
MOVED_AT_MOST = 200
"""Others that are tried elsewhere to make room."""
EACH = 2
"""Places made into plans for each rule that is left out of account."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One place for each component of a party, and what it takes."""

    sittings: tuple[Sitting, ...]
    """Of the party, in the order in which they are sat."""
    costs: tuple[CostLine, ...]
    """What each term of the plan grows by, in cost units; negative where it falls."""
    opens: tuple[str, ...]
    """Sessions opened for it, as slot and room, sorted."""
    calls: tuple[tuple[str, str], ...]
    """Examiners called besides those who serve: session and examiner."""
    moves: tuple[Move, ...]
    """Others who would sit elsewhere."""
    breaks: tuple[Finding, ...]
    """What the audit finds in the plan with it that it did not find before; empty: every rule is kept."""
    what: Text
    plan: Plan
    """The whole plan with it."""

    @property
    def cost(self) -> int:
        """Return by how much the plan's cost grows."""
        return sum(line.amount for line in self.costs)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Places for one party, the best first: those that break nothing, then those that move somebody, then the others."""

    party_id: str
    known: bool
    """Whether the round has the party."""
    ranked: tuple[Suggestion, ...]


def suggest(round_: Round, plan: Plan, party_id: str, *, top: int = 5) -> Suggestions:
    """Rank places for one party with everybody else kept.

    Args:
        round_: The round as it is now; a party registered after the plan was made counts as unplaced.
        plan: Any plan of it.
        party_id: Whom; a party that has a place is looked at as if it had none.
        top: Most suggestions, 1 or more.
    """
    if party_id not in {party.id for party in round_.parties}:
        return Suggestions(party_id, known=False, ranked=())
    desk = _Desk(round_, plan, party_id)
    found: list[Suggestion] = []
    for some in (desk.free(), desk.moving(), desk.breaking()):
        for suggestion in some:
            if len(found) < top and all(_places(suggestion) != _places(one) for one in found):
                found.append(suggestion)
            if len(found) == top:
                break
    return Suggestions(party_id, known=True, ranked=tuple(sorted(found, key=_rank)))


def _rank(one: Suggestion) -> tuple[object, ...]:
    return (
        len({finding.rule for finding in one.breaks}),
        len({move.party_id for move in one.moves}),
        one.cost,
        _places(one),
    )


def _places(one: Suggestion) -> tuple[str, ...]:
    return tuple(sitting.session_id for sitting in one.sittings)


class _Desk:
    """One party, one plan."""

    def __init__(self, round_: Round, plan: Plan, party_id: str) -> None:
        self.round, self.party_id = round_, party_id
        self.insertion = Insertion(round_, plan)
        self.base = adopted(round_, plan)
        self.known = {_essence(finding) for finding in audit(round_, self.base)}
        self.before = {line.term: line.amount for line in self.base.costs}
        self.p = self.insertion.index[party_id]
        self.insertion.builder.remove([self.p] if self.insertion.builder.at[self.p].max() >= 0 else [])

    def free(self) -> Iterator[Suggestion]:
        """Yield places that are open as the plan stands, cheapest first."""
        insertion = self.insertion
        if not insertion.problem.hopeful(self.p):
            return
        unit = insertion.unit(self.p)
        for way in _ways(insertion, unit):
            saved = insertion.builder.save()
            if insertion.builder.place(unit, way):
                yield self._made(insertion)
            insertion.builder.restore(saved)

    def moving(self) -> Iterator[Suggestion]:
        """Yield places that become open when one other sits elsewhere."""
        insertion = self.insertion
        for q in insertion.in_the_way(self.p)[:MOVED_AT_MOST]:
            saved = insertion.builder.save()
            if insertion.swap(self.p, q):
                yield self._made(insertion)
            insertion.builder.restore(saved)

    def breaking(self) -> Iterator[Suggestion]:
        """Yield places that are open once one rule is left out of account, fewest breaches and cheapest first."""
        found = []
        for round_ in waived(self.round, self.party_id):
            insertion = Insertion(round_, self.base)
            builder, p = insertion.builder, self.p
            builder.remove([p] if builder.at[p].max() >= 0 else [])
            for way in _ways(insertion, insertion.unit(p))[:EACH] if insertion.problem.hopeful(p) else ():
                saved = builder.save()
                if builder.place(insertion.unit(p), way):
                    found.append(self._made(insertion))
                builder.restore(saved)
        yield from sorted(found, key=_rank)

    def _made(self, insertion: Insertion) -> Suggestion:
        made = insertion.plan()
        if insertion is not self.insertion:
            made = replace(made, round_digest=self.base.round_digest, costs=recount(self.round, made))
        breaks = tuple(finding for finding in audit(self.round, made) if _essence(finding) not in self.known)
        costs = tuple(CostLine(line.term, line.amount - self.before.get(line.term, 0)) for line in made.costs)
        slots = {slot.id: slot for slot in self.round.slots}
        sessions = {session.id: session for session in made.sessions}
        sittings = sorted(
            (s for s in made.sittings if s.party_id == self.party_id),
            key=lambda s: (slots[sessions[s.session_id].slot_id].starts_at, s.component_id, s.member),
        )
        crews = {session.id: set(session.examiner_ids) for session in self.base.sessions}
        calls = [(s.id, x) for s in made.sessions for x in s.examiner_ids if x not in crews.get(s.id, ())]
        suggestion = Suggestion(
            sittings=tuple(sittings),
            costs=costs,
            opens=tuple(sorted(sessions.keys() - crews.keys())),
            calls=tuple(calls),
            moves=tuple(move for move in changes(self.base, made) if move.party_id != self.party_id),
            breaks=breaks,
            what=Text("", ""),
            plan=made,
        )
        return replace(suggestion, what=told(self.round, suggestion))


def _essence(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.where.subject or "", finding.what.en


def _ways(insertion: Insertion, unit: Unit) -> list[list[int]]:
    """Return ways of a unit, the cheapest first, one for each session of the last component."""
    ways, spent = np.zeros((1, 0), dtype=np.int64), np.zeros(1, dtype=np.int64)
    for j, choice in enumerate(unit.domains):
        price = insertion.builder.prices(unit, j)
        spots, price = choice[price < NEVER], price[price < NEVER]
        if not len(spots):
            return []
        whole = spent[:, None] + price[None, :] + trip_cost(insertion.problem, unit, ways, j, spots)
        whole[~compatible(insertion.problem, unit, ways, j, spots)] = NEVER
        if j == len(unit.domains) - 1:
            row, column = whole.argmin(axis=0), np.arange(len(spots))
        else:
            best = np.argsort(whole, axis=None, kind="stable")[:BEAM]
            row, column = np.unravel_index(best, whole.shape)
        fits = whole[row, column] < NEVER
        row, column = row[fits], column[fits]
        ways, spent = np.column_stack([ways[row], spots[column]]), whole[row, column]
    order = np.argsort(spent, kind="stable")
    return [[int(s) for s in way] for way in ways[order]]
