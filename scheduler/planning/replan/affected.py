"""Affected: who can stay exactly where the kept plan has them in the round of now, and why the others cannot.

Used by the replan. Nobody is seated here; what is found to stand keeps every rule that concerns candidates.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from scheduler.domain.fitness import suits
from scheduler.domain.sessions import Plan, Reason, Session, Sitting
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.replan.reasons import because
from scheduler.planning.screen import broken_rules
from scheduler.planning.table import IntArray


@dataclass(slots=True)
class Standing:
    """What stands of a kept plan."""

    at: IntArray
    """Session by party and position; -1 for all positions of whoever is affected."""
    homes: IntArray
    """Session of the kept plan wherever it may still be chosen, -1 elsewhere: leaving it costs ``Policy.move_cost``."""
    why: dict[int, Reason] = field(default_factory=dict)
    """Why each affected party is affected."""
    seats: dict[tuple[int, int], Reason] = field(default_factory=dict)
    """Why a party that stays in its session changes its place, by party and component."""

    def free(self, p: int, reason: Reason) -> None:
        """Note that a party cannot stay; the first reason counts."""
        self.why.setdefault(p, reason)
        self.at[p] = -1


class Look:
    """The kept plan beside the round of now."""

    def __init__(self, problem: Problem, before: Plan) -> None:
        self.problem, table = problem, problem.table
        self.held: dict[str, Session] = {session.id: session for session in before.sessions}
        self.unplaced = {row.party_id for row in before.unplaced}
        self.sat: dict[tuple[str, str], list[Sitting]] = defaultdict(list)
        self.known: set[str] = set(self.unplaced)
        for sitting in before.sittings:
            self.sat[sitting.party_id, sitting.component_id].append(sitting)
            self.known.add(sitting.party_id)
        slots = {slot.id: slot for slot in problem.slots}
        self.moved = {was.id: slots[was.id] for was in before.slots if was.id in slots and slots[was.id] != was}
        self.slot_no = {slot.id: t for t, slot in enumerate(problem.slots)}
        self.room_no = {room.id: r for r, room in enumerate(problem.rooms)}
        spots = zip(table.component.tolist(), table.room.tolist(), table.slot.tolist(), strict=True)
        self.spots = {spot: s for s, spot in enumerate(spots)}

    def spot(self, c: int, sitting: Sitting) -> int:
        """Return the session a sitting was in, -1 where the round no longer has it."""
        session = self.held.get(sitting.session_id)
        if session is None:
            return -1
        room, slot = self.room_no.get(session.room_id, -1), self.slot_no.get(session.slot_id, -1)
        return self.spots.get((c, room, slot), -1)

    def absent(self, p: int) -> Reason:
        """Say why a party has no earlier sitting."""
        party = self.problem.parties[p]
        if party.id in self.unplaced:
            return because("waiting")
        return because("newly-due" if party.id in self.known else "new")

    def against(self, p: int, c: int, sitting: Sitting) -> Reason:
        """Say what keeps a party out of the session it was in."""
        problem, session = self.problem, self.held.get(sitting.session_id)
        room_no = self.room_no.get(session.room_id) if session else None
        slot_no = self.slot_no.get(session.slot_id) if session else None
        if session is None or slot_no is None:
            return because("slot-gone", session.slot_id if session else sitting.session_id)
        if room_no is None:
            return because("room-gone", session.room_id)
        room, slot, component = problem.rooms[room_no], problem.slots[slot_no], problem.components[c]
        if not suits(component, room):
            return because("room-suits", room.id)
        staffed = (c, room_no, slot_no) in self.spots
        rule = broken_rules(problem, p, component, room, slot, staffed=staffed)[0]
        if rule != "room-open":
            return because(rule, slot.id) if rule != "deadline" or slot.id not in self.moved else self.shifted(slot.id)
        beside = [r for r, other in enumerate(problem.rooms) if other.site_id == room.site_id]
        if any(bool((problem.table.slot[problem.by_room[r]] == slot_no).any()) for r in beside):
            return because("room-open", room.id, slot.id)
        return because("site-closed", room.site_id, slot.id)

    def shifted(self, slot_id: str) -> Reason:
        """Say where a slot has gone."""
        return because("slot-moved", slot_id, f"{self.moved[slot_id].starts_at:%Y-%m-%d %H:%M}")


def standing(problem: Problem, before: Plan) -> Standing:
    """Find who is affected; everybody else stands."""
    look, empty = Look(problem, before), Draft.empty(problem).at
    found = Standing(empty, empty.copy())
    for p in range(len(problem.parties)):
        _place(look, found, p)
    _seats(look, found)
    for p, rule in _untimely(problem, found.at):
        found.free(p, because(rule))
    _rooms(problem, found)
    _groups(problem, found)
    return found


def _place(look: Look, found: Standing, p: int) -> None:
    """Leave a party where it was, position by position, or note why it cannot stay."""
    problem, party = look.problem, look.problem.parties[p]
    if not problem.due[p]:
        return
    reason: Reason | None = None
    for j, c in enumerate(problem.due[p]):
        sittings = look.sat.get((party.id, problem.components[c].id))
        if not sittings:
            reason = reason or look.absent(p)
            continue
        s, domain = look.spot(c, sittings[0]), problem.domains[p][j]
        n = int(np.searchsorted(domain, s))
        if s < 0 or n == len(domain) or domain[n] != s:
            reason = reason or look.against(p, c, sittings[0])
            continue
        found.at[p, j] = found.homes[p, j] = s
        slot_id = problem.slots[problem.table.slot[s]].id
        if slot_id in look.moved:
            reason = reason or look.shifted(slot_id)
    if reason is not None:
        found.free(p, reason)


def _seats(look: Look, found: Standing) -> None:
    """Send away those for whom a session has no longer enough places, the highest numbers first."""
    problem, table = look.problem, look.problem.table
    extra = {(w.room_id, w.slot_id): w.places for w in problem.round_.waivers}
    for s in np.unique(found.at[found.at >= 0]).tolist():
        c, room = int(table.component[s]), problem.rooms[table.room[s]]
        places = room.places + extra.get((room.id, problem.slots[table.slot[s]].id), 0)
        order = []
        for p in np.flatnonzero((found.at == s).any(axis=1)).tolist():
            seats = [(x.turn, x.place) for x in look.sat[problem.parties[p].id, problem.components[c].id]]
            gone = any(turn > table.turns[s] or place > places for turn, place in seats)
            if gone:
                found.seats[p, c] = because("place-gone")
            order.append((gone, min(seats), p))
        used, rows = 0, dict.fromkeys(range(len(problem.rows.get(s, ()))), 0)
        for _, _, p in sorted(order):
            tight = [
                row.rule
                for n, row in enumerate(problem.rows.get(s, ()))
                if row.weight[p] and rows[n] + row.weight[p] > row.limit
            ]
            if tight or used + problem.heads[p] > table.capacity[s]:
                found.free(p, because(tight[0] if tight else "place-capacity"))
                continue
            used += int(problem.heads[p])
            for n in rows:
                rows[n] += int(problem.rows[s][n].weight[p])


def _untimely(problem: Problem, at: IntArray) -> Iterator[tuple[int, str]]:
    """Yield parties whose sittings no longer go together, with the rule."""
    table, most = problem.table, problem.policy.max_sittings_per_day
    several = [p for p in np.flatnonzero(at[:, 0] >= 0).tolist() if len(problem.due[p]) > 1]
    if not several:
        return
    ordered: dict[tuple[int, int], list[int]] = defaultdict(list)
    for p in several:
        for pair in problem.precedences(p):
            ordered[pair].append(p)
    late: set[int] = set()
    for (i, j), who in ordered.items():
        first, then = at[who, i], at[who, j]
        fine = table.start[then] >= table.end[first] + problem.policy.order_gap_min
        if problem.policy.order_days_max is not None:
            fine &= table.day[then] - table.day[first] <= problem.policy.order_days_max
        late |= {p for p, good in zip(who, fine.tolist(), strict=True) if not good}
    for p in several:
        here = at[p, : len(problem.due[p])]
        if p in late:
            yield p, "component-order"
        elif _clash(problem, here) or (
            most is not None and np.unique(table.day[here], return_counts=True)[1].max() > most
        ):
            yield p, "candidate-free"


def _clash(problem: Problem, sessions: IntArray) -> bool:
    slots = problem.table.slot[sessions]
    return any(bool(problem.slot_overlaps[a, b]) for n, a in enumerate(slots) for b in slots[n + 1 :])


def _rooms(problem: Problem, found: Standing) -> None:
    """Where two sessions now meet in a room, keep the fuller one."""
    heads = Draft(found.at, {}).heads(problem)
    used = np.flatnonzero(heads)
    taken: set[int] = set()
    for s in used[np.argsort(-heads[used], kind="stable")].tolist():
        if taken & set(problem.rivals(s).tolist()):
            for p in np.flatnonzero((found.at == s).any(axis=1)).tolist():
                found.free(p, because("room-once"))
        else:
            taken.add(s)


def _groups(problem: Problem, found: Standing) -> None:
    """A group moves as a whole when it is no longer together, or when somebody of it can no longer be where it is."""
    for group_id, kind in problem.together.items():
        members = [p for p, party in enumerate(problem.parties) if party.group_id == group_id and problem.hopeful(p)]
        places = np.arange(len(problem.table)) if kind == "session" else problem.table.site
        there: dict[int, set[int]] = defaultdict(set)
        for p in members:
            for c, s in zip(problem.due[p], found.at[p].tolist(), strict=False):
                if s >= 0:
                    there[c].add(int(places[s]))
        apart = any(len(some) > 1 for some in there.values())
        if kind != "fragments" and (apart or not all(_joins(problem, places, there, p) for p in members)):
            for p in members:
                found.free(p, because("group-together"))


def _joins(problem: Problem, places: IntArray, there: dict[int, set[int]], p: int) -> bool:
    """Tell whether a party may choose where its group is, seats apart."""
    return all(
        bool(np.isin(places[domain], sorted(there[c])).any())
        for c, domain in zip(problem.due[p], problem.domains[p], strict=True)
        if c in there
    )
