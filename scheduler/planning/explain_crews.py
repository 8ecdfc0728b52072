"""Which examiner rules could not be kept if somebody came, and how many examiners would be missing, by plain counting.

Used by the options of the explanation alone. Whoever serves in another session stays there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Component, Duty
from scheduler.domain.people import Examiner
from scheduler.domain.places import Room
from scheduler.domain.rounds import Party
from scheduler.planning.audit_reading import Held, Reading


@dataclass(frozen=True, slots=True)
class _Pool:
    """Examiners who serve in a session already or could come, and their counts."""

    examiners: tuple[Examiner, ...]
    sent: Counter[str]
    """By institution."""
    leaders: int


class Crews:
    """The examiners left beside one plan, indexed once."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.joint = min(reading.policy.min_institutions, len({x.institution_id for x in reading.round.examiners}))
        self.held_at = {(held.room.id, held.slot.id): held for held in reading.held}
        self.served: dict[str, list[Slot]] = defaultdict(list)
        for held in reading.held:
            for examiner_id in set(held.session.examiner_ids):
                self.served[examiner_id].append(held.slot)
        self.barred_from: dict[str, set[str]] = defaultdict(set)
        for recusal in reading.round.recusals:
            self.barred_from[recusal.party_id].add(recusal.examiner_id)
        self.pools: dict[tuple[str, str, str], _Pool] = {}

    def judge(self, component: Component, room: Room, slot: Slot, coming: tuple[Party, ...]) -> tuple[set[str], int]:
        """Return the rules that could not be kept if these parties came, and how many examiners would be missing."""
        held = self.held_at.get((room.id, slot.id))
        sitters = [seated.party for seated in self.reading.by_session.get(held.session.id, ())] if held else []
        whole = self._pool(component, slot, held)
        pool = self._without_recused(whole, (*sitters, *coming))
        heads = Counter(party.institution_id for party in sitters)
        for party in coming:
            heads[party.institution_id] += party.head_count
        limit = component.staffing.room_limit
        most = room.places if limit is None else min(room.places, limit)
        at_once = min(heads.total(), most)
        needed = max(component.staffing.at_least, -(-at_once // max(1, component.staffing.per_candidates)))
        found: dict[str, int] = {}
        if len(pool.examiners) < needed:
            rule = "examiner-count" if len(whole.examiners) < needed else "recusal-person"
            found[rule] = needed - len(pool.examiners)
        if len(pool.sent) < self.joint:
            found["joint-institutions"] = self.joint - len(pool.sent)
        if component.staffing.duty is Duty.ASSESS and not pool.leaders:
            found["session-lead"] = 1
        outside = self._outsiders_missing(pool, heads)
        if outside > 0:
            found["recusal-institution"] = outside
        return set(found), max(found.values(), default=0)

    def _outsiders_missing(self, pool: _Pool, heads: Counter[str]) -> int:
        per, total = max(1, self.reading.policy.independent_per), len(pool.examiners)
        return max(max(1, -(-n // per)) - (total - pool.sent[id_]) if id_ else 0 for id_, n in heads.items())

    def _pool(self, component: Component, slot: Slot, held: Held | None) -> _Pool:
        key = component.id, slot.id, held.session.id if held else ""
        if key not in self.pools:
            here = set(held.session.examiner_ids) if held else set()
            everybody = self.reading.round.examiners
            self.pools[key] = _counted([x for x in everybody if x.id in here or self._could_come(x, component, slot)])
        return self.pools[key]

    def _without_recused(self, pool: _Pool, meeting: tuple[Party, ...]) -> _Pool:
        barred = {id_ for party in meeting for id_ in self.barred_from.get(party.id, ())}
        return _counted([x for x in pool.examiners if x.id not in barred]) if barred else pool

    def _could_come(self, examiner: Examiner, component: Component, slot: Slot) -> bool:
        duty = component.staffing.duty
        if duty not in examiner.duties or slot.id in examiner.unavailable_slot_ids:
            return False
        if duty is Duty.ASSESS and examiner.trade_ids and component.trade_id not in examiner.trade_ids:
            return False
        served = self.served.get(examiner.id, [])
        if any(other.overlaps(slot) for other in served):
            return False
        day = sum(other.on == slot.on for other in served)
        week = sum(other.week() == slot.week() for other in served)
        return day < examiner.max_per_day and week < examiner.max_per_week


def _counted(examiners: list[Examiner]) -> _Pool:
    sent = Counter(x.institution_id for x in examiners)
    return _Pool(tuple(examiners), sent, sum(x.may_lead for x in examiners))
