"""Repair: the smallest additions that seat everybody without a place, told only after the round with them was planned and audited.

Used by the explanation. The elastic model proposes; whoever waits is seated beside the kept plan in the round with the additions;
what turns out unused is taken back; the audit judges the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan
from scheduler.errors import Finding
from scheduler.planning.audit import audit
from scheduler.planning.changes import changes
from scheduler.planning.elastic import ask
from scheduler.planning.elastic_field import Field
from scheduler.planning.extras import Extra, with_extras
from scheduler.planning.insertion import Insertion, Spot, adopted
from scheduler.planning.trimming import joined, lessened, trimmed

PASSES = 6
"""Times the model is asked again for those its last answer did not seat."""
SWAPS = 400
"""Others tried elsewhere, in all, before anything is added."""
EACH = 40
"""The same for one party."""
TRIES = 4_000
"""Parties seated while additions are taken back one by one."""
FEW = 500
"""Parties up to which later deadlines are looked at as a repair of their own."""
THINGS = frozenset({"places", "room", "open", "examiners"})
DEADLINES = frozenset({"deadline"})

Seating = dict[str, tuple[Spot, ...]]


@dataclass(frozen=True, slots=True)
class Repair:
    """Additions, and who has a place with them; audited."""

    extras: tuple[Extra, ...]
    """Empty: planning again is enough."""
    seated: tuple[str, ...]
    """Parties that have a place with it and had none, sorted."""
    left: tuple[str, ...]
    """Parties still without one, sorted."""
    moved: tuple[str, ...]
    """Others who would sit elsewhere, sorted."""


def repairs(round_: Round, plan: Plan, insertion: Insertion | None = None) -> list[tuple[Repair, Plan]]:
    """Return repairs, each with the plan that proves it; those that seat most first.

    Args:
        round_: The round as it is now.
        plan: A plan of it; everybody who has a place keeps it, but for a few who are moved to make room.
        insertion: The same plan opened for insertion, where that is at hand; used up.

    Returns:
        Nothing where everybody has a place, or where no addition of the kinds known was found to help.
    """
    bench = _Bench(round_, plan, insertion or Insertion(round_, plan))
    if not bench.base.unplaced:
        return []
    found = [one for one in (bench.again(),) if one is not None]
    variants = [THINGS] + ([DEADLINES] if len(bench.start.unplaced) <= FEW else [])
    for allowed in variants if bench.start.unplaced else ():
        found += [one for one in (bench.with_additions(allowed),) if one is not None]
    if all(repair.left for repair, _ in found) and bench.start.unplaced:
        found += [one for one in (bench.with_additions(THINGS | DEADLINES),) if one is not None]
    best = min((len(repair.left) for repair, _ in found), default=0)
    return [one for one in found if len(one[0].left) == best or not one[0].extras]


class _Bench:
    """One round and plan under repair."""

    def __init__(self, round_: Round, plan: Plan, insertion: Insertion) -> None:
        self.round, self.base, self.insertion = round_, adopted(round_, plan), insertion
        self.known = {_essence(finding) for finding in audit(round_, self.base)}
        self.start = self.base
        """The plan with everybody seated for whom nothing has to be added."""

    def again(self) -> tuple[Repair, Plan] | None:
        """Seat whom the round as it is has room for, moving one other where that helps."""
        insertion = self.insertion
        waiting = insertion.left()
        for p in insertion.insert_all(waiting)[: SWAPS // EACH]:
            insertion.insert_moving(p, EACH)
        if len(insertion.left()) == len(waiting):
            return None
        found = self._proven((), insertion.plan())
        if found is None:
            self.insertion = Insertion(self.round, self.base)
        else:
            self.start = found[1]
        return found

    def with_additions(self, allowed: frozenset[str]) -> tuple[Repair, Plan] | None:
        """Seat as many as can be with additions of these kinds, as few of them as were found to do."""
        extras, plan = self._grown(allowed)
        if not extras:
            return None
        extras = trimmed(self.round, extras, plan)
        extras, plan = self._pruned(extras, plan)
        return self._proven(extras, adopted(with_extras(self.round, extras), plan))

    def _grown(self, allowed: frozenset[str]) -> tuple[tuple[Extra, ...], Plan]:
        extras: tuple[Extra, ...] = ()
        plan, wary, insertion = self.start, False, self.insertion
        for _ in range(PASSES):
            left = insertion.left()
            field = Field(insertion, left, wider=bool(allowed & THINGS), later=bool(allowed & DEADLINES))
            answer = ask(field, allowed, wary=wary)
            more = joined(self.round, (*extras, *answer.extras))
            grown = self._seated(more, plan, answer.ways)
            better = len(grown.unplaced) < len(left)
            if not better and wary:
                break
            wary = not better
            if better:
                extras, plan = more, grown
                if not plan.unplaced:
                    break
                insertion = Insertion(with_extras(self.round, extras), plan)
        return extras, plan

    def _seated(self, extras: Sequence[Extra], plan: Plan, ways: Seating) -> Plan:
        """Return the plan with everybody waiting seated in the round with additions, as the ways say where that can be."""
        insertion = Insertion(with_extras(self.round, extras), plan)
        spots, ids = insertion.spots(), {p: insertion.problem.parties[p].id for p in insertion.left()}
        for p, id_ in ids.items():
            way = [spots.get(spot, -1) for spot in ways.get(id_, ())]
            insertion.insert_there(p, way)
        insertion.insert_all(insertion.left())
        return insertion.uncounted()

    def _pruned(self, extras: tuple[Extra, ...], plan: Plan) -> tuple[tuple[Extra, ...], Plan]:
        """Take back what is not needed, one by one, as long as the same parties have a place."""
        tries, waiting = TRIES, max(1, len(self.start.unplaced))
        ways = _ways_in(plan)
        for extra in sorted(extras, key=_size, reverse=True):
            current = extra
            while tries >= waiting and (less := lessened(extras, current)) is not None:
                tries -= waiting
                fewer, smaller = less
                tried = self._seated(fewer, self.start, ways)
                if len(tried.unplaced) > len(plan.unplaced):
                    break
                extras, plan = trimmed(self.round, fewer, tried), tried
                if smaller is None or smaller not in extras:
                    break
                current = smaller
        return extras, plan

    def _proven(self, extras: tuple[Extra, ...], plan: Plan) -> tuple[Repair, Plan] | None:
        """Return the repair if the audit finds nothing in its plan that it did not find before."""
        round_ = with_extras(self.round, extras)
        if any(_essence(finding) not in self.known for finding in audit(round_, plan)):
            return None
        before = {one.party_id for one in self.base.unplaced}
        left = {one.party_id for one in plan.unplaced}
        moved = {move.party_id for move in changes(self.base, plan)} - before
        if not before - left:
            return None
        return Repair(extras, tuple(sorted(before - left)), tuple(sorted(left)), tuple(sorted(moved))), plan


def _ways_in(plan: Plan) -> Seating:
    """Return where everybody sits, in the order of a party's components."""
    sessions = {session.id: session for session in plan.sessions}
    found: Seating = {}
    for sitting in plan.sittings:
        session = sessions[sitting.session_id]
        if sitting.member == 1:
            spot = session.room_id, session.slot_id, sitting.component_id
            found[sitting.party_id] = (*found.get(sitting.party_id, ()), spot)
    return found


def _size(extra: Extra) -> tuple[int, str, str, str]:
    order = {"deadline": 0, "places": 1, "examiners": 2, "open": 3, "room": 4}
    return order[extra.kind], extra.room_id, str(extra.on), extra.component_id


def _essence(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.where.subject or "", finding.what.en
