"""Which examiner rules could not be kept if somebody came, and how many examiners would be missing, by plain counting.

Used by the options of the explanation alone. Whoever serves in another session stays there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Component, Duty
from scheduler.domain.people import Examiner
from scheduler.domain.places import Room
from scheduler.domain.rounds import Party
from scheduler.planning.audit_reading import Held, Reading, strictest


@dataclass(frozen=True, slots=True)
class _Pool:
    """Examiners who serve in a session already or could come, and their counts."""

    examiners: tuple[Examiner, ...]
    sent: Counter[str]
    """By institution."""
    leaders: int
    staying: int = 0
    """Others who could come but for rotation."""


class Crews:
    """The examiners left beside one plan, indexed once."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.joint = min(reading.policy.min_institutions, len({x.institution_id for x in reading.round.examiners}))
        self.held_at = {(held.room.id, held.slot.id): held for held in reading.held}
        self.served: dict[tuple[str, date], list[Slot]] = defaultdict(list)
        """Slots of an examiner's duties on a day."""
        self.weekly: Counter[tuple[str, tuple[int, int]]] = Counter()
        """Duties of an examiner in a week."""
        self.hosts: dict[str, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.in_room: dict[str, list[Held]] = defaultdict(list)
        for held in sorted(reading.held, key=lambda held: (held.slot.starts_at, held.slot.ends_at)):
            self.in_room[held.room.id].append(held)
            for examiner_id in set(held.session.examiner_ids):
                self.served[examiner_id, held.slot.on].append(held.slot)
                self.weekly[examiner_id, held.slot.week()] += 1
                self.hosts[examiner_id][held.slot.on].add(self._host(held.room))
        self.barred_from: dict[str, set[str]] = defaultdict(set)
        for recusal in reading.round.recusals:
            self.barred_from[recusal.party_id].add(recusal.examiner_id)
        self.pools: dict[tuple[str, str, str], _Pool] = {}

    def judge(self, component: Component, room: Room, slot: Slot, coming: tuple[Party, ...]) -> tuple[set[str], int]:
        """Return the rules that could not be kept if these parties came, and how many examiners would be missing."""
        held = self.held_at.get((room.id, slot.id))
        sitters = [seated.party for seated in self.reading.by_session.get(held.session.id, ())] if held else []
        whole = self._pool(component, room, slot, held)
        pool = self._without_recused(whole, (*sitters, *coming))
        heads = Counter(party.institution_id for party in sitters)
        for party in coming:
            heads[party.institution_id] += party.head_count
        staffing = strictest((component, *(held.components if held else ())))
        most = min(room.places, staffing.room_limit or room.places) + self.reading.extra.get((room.id, slot.id), 0)
        at_once = min(heads.total(), most)
        needed = max(staffing.at_least, -(-at_once // max(1, staffing.per_candidates)))
        found: dict[str, int] = {}
        if len(pool.examiners) < needed:
            found[_scarce(whole, needed)] = needed - len(pool.examiners)
        stale = self._fresh_missing(pool, room, slot, needed) if self.reading.policy.rotate_half else 0
        if stale > 0:
            found["team-rotation"] = stale
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

    def _fresh_missing(self, pool: _Pool, room: Room, slot: Slot, needed: int) -> int:
        """Return how many examiners are missing who did not serve in the session before, or after, in the room."""
        around = [held for held in self.in_room[room.id] if held.slot.id != slot.id]
        before = [held for held in around if held.slot.starts_at < slot.starts_at][-1:]
        after = [held for held in around if held.slot.starts_at > slot.starts_at][:1]
        here = {examiner.id for examiner in pool.examiners}
        last, then = (set(held[0].session.examiner_ids) if held else set() for held in (before, after))
        fresh = len(here - last)
        missing = -(-needed // 2) - fresh
        return max(missing, needed - len(here - then) - min(len(here & then), len(then) // 2))

    def _host(self, room: Room) -> str:
        site = self.reading.sites.get(room.site_id)
        return site.institution_id if site is not None else ""

    def _pool(self, component: Component, room: Room, slot: Slot, held: Held | None) -> _Pool:
        most = self.reading.policy.max_consecutive_at
        host = self._host(room) if most is not None else ""
        key = component.id, slot.id, held.session.id if held else host
        if key not in self.pools:
            here = set(held.session.examiner_ids) if held else set()
            everybody = self.reading.round.examiners
            able = [x for x in everybody if x.id in here or self._could_come(x, component, slot)]
            moving = [x for x in able if x.id in here or most is None or self._row(x, slot.on, host) <= most]
            self.pools[key] = replace(_counted(moving), staying=len(able) - len(moving))
        return self.pools[key]

    def _row(self, examiner: Examiner, on: date, host: str) -> int:
        """Return the duty days in a row at an institution that one more there on a day would make."""
        days = {day: set(hosts) for day, hosts in self.hosts[examiner.id].items()}
        days.setdefault(on, set()).add(host)
        length, row = 0, 0
        for _, hosts in sorted(days.items()):
            row = row + 1 if hosts == {host} else 0
            length = max(length, row)
        return length

    def _without_recused(self, pool: _Pool, meeting: tuple[Party, ...]) -> _Pool:
        barred = {id_ for party in meeting for id_ in self.barred_from.get(party.id, ())}
        return _counted([x for x in pool.examiners if x.id not in barred]) if barred else pool

    def _could_come(self, examiner: Examiner, component: Component, slot: Slot) -> bool:
        duty = component.staffing.duty
        if duty not in examiner.duties or slot.id in examiner.unavailable_slot_ids:
            return False
        if duty is Duty.ASSESS and examiner.trade_ids and component.trade_id not in examiner.trade_ids:
            return False
        served = self.served.get((examiner.id, slot.on), ())
        if len(served) >= examiner.max_per_day or any(other.overlaps(slot) for other in served):
            return False
        return self.weekly[examiner.id, slot.week()] < examiner.max_per_week


def _scarce(whole: _Pool, needed: int) -> str:
    """Return the rule that leaves too few examiners: recusals, where there would be enough without; rotation; or none but the count."""
    if len(whole.examiners) >= needed:
        return "recusal-person"
    return "examiner-rotation" if len(whole.examiners) + whole.staying >= needed else "examiner-count"


def _counted(examiners: list[Examiner]) -> _Pool:
    sent = Counter(x.institution_id for x in examiners)
    return _Pool(tuple(examiners), sent, sum(x.may_lead for x in examiners))
