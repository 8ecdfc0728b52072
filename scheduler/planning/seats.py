"""Seat numbers: turns filled one after another, parties side by side, groups next to each other, locks and kept places honoured.

Used once the search is over. Who sits which session is settled before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.rounds import Lock
from scheduler.domain.sessions import Plan, Sitting
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.quota import benefits, kept_places

Person = tuple[int, int]
"""Party index and member, from 1."""
Seat = tuple[int, int]
"""Turn and place, from 1."""


@dataclass(frozen=True, slots=True)
class _Hall:
    """What limits the seats of one session."""

    turns: int
    per_turn: int
    places: int
    kept: Mapping[tuple[str, str], int]
    """Places reserved in each turn, by beneficiary."""


def session_id(problem: Problem, session: int) -> str:
    """Return the id of a potential session: slot and room."""
    table = problem.table
    return f"{problem.slots[table.slot[session]].id}.{problem.rooms[table.room[session]].id}"


def sittings_of(problem: Problem, draft: Draft, keep: Plan | None = None) -> tuple[Sitting, ...]:
    """Give every placed candidate a turn and a place; sorted by party, component, member."""
    locks = {(lock.party_id, lock.component_id): lock for lock in problem.round_.locks}
    before: dict[tuple[str, str, int], Sitting] = {}
    for sitting in keep.sittings if keep else ():
        before[sitting.party_id, sitting.component_id, sitting.member] = sitting
    found = []
    for s, inside in draft.by_session():
        component_id, name = problem.components[problem.table.component[s]].id, session_id(problem, s)
        members = sorted(inside, key=lambda p: (problem.parties[p].group_id, p))
        people = [(p, m) for p in members for m in range(1, int(problem.heads[p]) + 1)]
        wishes: dict[Person, Seat] = {}
        for p, m in people:
            old = before.get((problem.parties[p].id, component_id, m))
            if old is not None and old.session_id == name:
                wishes[p, m] = (old.turn, old.place)
        fixed = {p: locks[key] for p in members if (key := (problem.parties[p].id, component_id)) in locks}
        for (p, m), (turn, place) in _number(problem, s, people, fixed, wishes).items():
            found.append(Sitting(problem.parties[p].id, component_id, name, turn, place, m))
    return tuple(sorted(found, key=lambda x: (x.party_id, x.component_id, x.member)))


def _number(
    problem: Problem, session: int, people: list[Person], fixed: Mapping[int, Lock], wishes: Mapping[Person, Seat]
) -> dict[Person, Seat]:
    table, room = problem.table, problem.rooms[problem.table.room[session]]
    kept = kept_places(problem.round_, room, problem.slots[table.slot[session]])
    slot_id = problem.slots[table.slot[session]].id
    extra = sum(w.places for w in problem.round_.waivers if (w.room_id, w.slot_id) == (room.id, slot_id))
    hall = _Hall(int(table.turns[session]), int(table.per_turn[session]), room.places + extra, kept)
    taken = _fill(_Filling(problem, hall), people, fixed, wishes)
    if wishes and problem.policy.group_seats and _scattered(problem, taken, fixed):
        return _fill(_Filling(problem, hall), people, fixed, {})
    return taken


def _fill(
    filling: _Filling, people: list[Person], fixed: Mapping[int, Lock], wishes: Mapping[Person, Seat]
) -> dict[Person, Seat]:
    locked = [(p, m) for p, m in people if m == 1 and p in fixed and (fixed[p].turn or fixed[p].place)]
    for person in sorted(locked, key=lambda q: (not fixed[q[0]].place, not fixed[q[0]].turn, q)):
        filling.take(person, fixed[person[0]].turn, fixed[person[0]].place)
    for person in people:
        if person not in filling.taken and person in wishes:
            filling.keep(person, wishes[person])
    for person in people:
        if person not in filling.taken:
            filling.take(person, None, None)
    return filling.taken


def _scattered(problem: Problem, taken: Mapping[Person, Seat], fixed: Mapping[int, Lock]) -> bool:
    """Tell whether somebody sits among the places of another group; whoever has a locked seat is let pass."""
    pinned = {p for p, lock in fixed.items() if lock.turn is not None or lock.place is not None}
    rows: dict[int, list[str]] = {}
    for (p, _), (turn, _place) in sorted(taken.items(), key=lambda one: one[1]):
        if p not in pinned:
            rows.setdefault(turn, []).append(problem.parties[p].group_id)
    for row in rows.values():
        blocks = [name for n, name in enumerate(row) if name and (n == 0 or row[n - 1] != name)]
        if len(blocks) > len(set(blocks)):
            return True
    return False


class _Filling:
    """Seats given so far."""

    def __init__(self, problem: Problem, hall: _Hall) -> None:
        self.problem, self.hall = problem, hall
        self.taken: dict[Person, Seat] = {}
        self.used: dict[Seat, Person] = {}

    def keep(self, person: Person, seat: Seat) -> None:
        """Give the seat of an earlier plan where it is still there and free."""
        turn, place = seat
        if (
            1 <= turn <= self.hall.turns
            and 1 <= place <= self.hall.places
            and self._room_in(turn, person)
            and seat not in self.used
        ):
            self._give(person, seat)

    def take(self, person: Person, turn: int | None, place: int | None) -> None:
        """Give the first seat that fits; a capacity that was respected always leaves one.

        Raises:
            LookupError: No seat is left, which the model rules out.
        """
        for k in [turn] if turn else range(1, self.hall.turns + 1):
            if not self._room_in(k, person):
                continue
            for n in [place] if place else range(1, self.hall.places + 1):
                if (k, n) not in self.used:
                    self._give(person, (k, n))
                    return
        raise LookupError(f"no seat for {self.problem.parties[person[0]].id}")

    def _give(self, person: Person, seat: Seat) -> None:
        self.taken[person], self.used[seat] = seat, person

    def _room_in(self, turn: int, person: Person) -> bool:
        """Tell whether a turn takes one more without eating into places kept for others."""
        parties = self.problem.parties
        inside = [p for (k, _), (p, _m) in self.used.items() if k == turn] + [person[0]]
        if len(inside) > self.hall.per_turn:
            return False
        for some in _subsets(list(self.hall.kept)):
            outside = sum(1 for p in inside if not any(benefits(parties[p], who) for who in some))
            if outside > self.hall.per_turn - sum(self.hall.kept[who] for who in some):
                return False
        return True


def _subsets(items: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = [[]]
    for item in items:
        found += [[*one, item] for one in found]
    return found[1:]
