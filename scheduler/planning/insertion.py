"""Insertion: a plan kept as it is, into which further parties are seated; seats, sessions and crews of the others stay.

Used by suggestions and repairs. What comes out is a whole plan with costs counted by the audit's own recount; whether it keeps
the rules is for the audit to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from scheduler.domain.catalogue import Duty
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Reason, Session, Unplaced
from scheduler.errors import Text
from scheduler.planning.cohorts import group_of
from scheduler.planning.construct import Builder
from scheduler.planning.draft import Draft
from scheduler.planning.mixing import mixing
from scheduler.planning.problem import Problem
from scheduler.planning.recount import recount
from scheduler.planning.roundfile import round_digest
from scheduler.planning.seats import session_id, sittings_of
from scheduler.planning.units import Unit, unit_of

Spot = tuple[str, str, str]
"""Room, slot and component, by id."""
_NOT_YET = Reason("all-or-unplaced", Text("方案作出后才报名", "registered after the plan was made"))


def adopted(round_: Round, plan: Plan) -> Plan:
    """Return a plan as one of this round: sessions named by slot and room, late parties listed unplaced, costs recounted.

    What names something that the round does not have is left out.
    """
    kept = _named(round_, plan)
    kept = replace(kept, round_digest=round_digest(round_))
    return replace(kept, costs=recount(round_, kept))


def _named(round_: Round, plan: Plan) -> Plan:
    """Return a plan as one of this round, not yet counted."""
    known = {party.id: len(party.component_ids) * party.head_count for party in round_.parties}
    spots = {s.id: f"{s.slot_id}.{s.room_id}" for s in plan.sessions}
    sittings = [replace(s, session_id=spots[s.session_id]) for s in plan.sittings if s.session_id in spots]
    sittings = [sitting for sitting in sittings if sitting.party_id in known]
    seated = {sitting.party_id for sitting in sittings}
    said = {one.party_id: one for one in plan.unplaced}
    unplaced = [said.get(id_, Unplaced(id_, (_NOT_YET,))) for id_ in sorted(known.keys() - seated)]
    return replace(
        plan,
        round_id=round_.id,
        sessions=tuple(sorted((replace(s, id=spots[s.id]) for s in plan.sessions), key=lambda s: s.id)),
        sittings=tuple(sorted(sittings, key=lambda s: (s.party_id, s.component_id, s.member))),
        unplaced=tuple(unplaced),
        bound=None,
    )


class Insertion:
    """A plan of a round, open for further parties."""

    def __init__(self, round_: Round, plan: Plan) -> None:
        self.round = round_
        self.base = _named(round_, plan)
        self.mixed = mixing(round_)
        self.problem = Problem.of(self.mixed.round_)
        self.index = {party.id: p for p, party in enumerate(self.problem.parties)}
        self.planned = self.mixed.into(self.base) or self.base
        self.builder = Builder(self.problem, drafted(self.problem, self.planned))

    def left(self) -> list[int]:
        """Return the parties without a place, ascending."""
        return [int(p) for p in self.builder.draft().left()]

    def unit(self, p: int) -> Unit:
        """Return the party with those of its group who must come with it, its choices narrowed to where the others sit."""
        problem, group_id = self.problem, group_of(self.problem, p)
        if problem.together.get(group_id) != "session":
            return unit_of(problem, (p,))
        mates = [q for q, party in enumerate(problem.parties) if party.group_id == group_id]
        seated = [q for q in mates if self.builder.at[q].max() >= 0 and q != p]
        if not seated:
            return unit_of(problem, tuple(q for q in mates if problem.hopeful(q) or q == p))
        unit, domains = unit_of(problem, (p,)), []
        for c, domain in zip(problem.due[p], unit_of(problem, (p,)).domains, strict=True):
            there = {int(self.builder.at[q, problem.due[q].index(c)]) for q in seated if c in problem.due[q]}
            domains.append(domain[np.isin(domain, sorted(there))] if there else domain)
        return replace(unit, domains=tuple(domains), narrowed=True)

    def insert(self, p: int) -> bool:
        """Seat a party, and its group where that is whole, where it costs least."""
        if self.builder.at[p].max() >= 0:
            return True
        return self._has_room(p) and self.builder.insert(self.unit(p))

    def insert_there(self, p: int, way: Sequence[int]) -> bool:
        """Seat a party, and its group where that is whole, in these sessions, if it may sit there and they have room."""
        if self.builder.at[p].max() >= 0 or not way or not self.problem.hopeful(p):
            return False
        unit = self.unit(p)
        if len(way) != len(unit.due) or any(s not in d for s, d in zip(way, unit.domains, strict=True)):
            return False
        return self.builder.place(unit, way)

    def _has_room(self, p: int) -> bool:
        """Tell whether each component has a session with a free place: a quick no for most of those a round is short for."""
        builder, problem = self.builder, self.problem
        return problem.hopeful(p) and all(
            bool(
                (
                    (builder.heads[d] + problem.heads[p] <= problem.table.capacity[d]) & (builder.rivals_open[d] == 0)
                ).any()
            )
            for d in problem.domains[p]
        )

    def insert_all(self, parties: Iterable[int]) -> list[int]:
        """Seat parties, those with the fewest choices first; return who is left, ascending."""
        order = sorted(parties, key=lambda p: (min((len(d) for d in self.problem.domains[p]), default=0), p))
        return sorted(p for p in order if not self.insert(p))

    def insert_moving(self, p: int, most: int) -> int | None:
        """Seat a party by moving one other; return who was moved, None when that fails.

        Args:
            p: Whom to seat.
            most: Others tried; counted work.
        """
        for q in self.in_the_way(p)[:most]:
            saved = self.builder.save()
            if self.swap(p, q):
                return q
            self.builder.restore(saved)
        return None

    def swap(self, p: int, q: int) -> bool:
        """Take one party out, seat another, and the first one elsewhere; False leaves the plan half done: restore it."""
        before = self.builder.at[q].copy()
        self.builder.remove([q])
        done = self.builder.insert(self.unit(p)) and self.builder.insert(self.unit(q))
        return done and bool((self.builder.at[q] != before).any())

    def in_the_way(self, p: int) -> list[int]:
        """Return parties in full sessions that this one could sit in, those with the most choices first."""
        problem, at = self.problem, self.builder.at
        if not problem.hopeful(p):
            return []
        wanted = np.concatenate(problem.domains[p])
        full = wanted[self.builder.heads[wanted] + problem.heads[p] > problem.table.capacity[wanted]]
        there = np.flatnonzero(np.isin(at, full[self.builder.heads[full] > 0]).any(axis=1)).tolist()
        free = [q for q in there if q != p and not group_of(problem, q) and problem.heads[q] >= problem.heads[p]]
        locked = {lock.party_id for lock in problem.round_.locks}
        free = [q for q in free if problem.parties[q].id not in locked]
        return sorted(free, key=lambda q: (-sum(len(domain) for domain in problem.domains[q]), q))

    def spots(self) -> dict[Spot, int]:
        """Return the sessions of the problem by room, slot and component."""
        return spots_of(self.problem)

    def plan(self) -> Plan:
        """Return the plan as it now is, costs counted, no bound."""
        made = replace(self.uncounted(), round_digest=round_digest(self.round))
        return replace(made, costs=recount(self.round, made))

    def uncounted(self) -> Plan:
        """Return the plan as it now is; digest and costs are those it came with."""
        draft = self.builder.draft()
        left = [self.problem.parties[p].id for p in draft.left().tolist()]
        said = {one.party_id: one for one in self.planned.unplaced}
        made = replace(
            self.planned,
            sessions=self._sessions(draft),
            sittings=sittings_of(self.problem, draft, self.planned),
            unplaced=tuple(said.get(id_, Unplaced(id_, (_NOT_YET,))) for id_ in sorted(left)),
        )
        return self.mixed.back(made, self.round)

    def _sessions(self, draft: Draft) -> tuple[Session, ...]:
        problem, before = self.problem, {session.id: session for session in self.planned.sessions}
        found = []
        for s in draft.in_use().tolist():
            id_, component = session_id(problem, s), problem.components[problem.table.component[s]]
            crew = [problem.examiners[e] for e in draft.staff.get(s, ())]
            names = tuple(sorted(e.id for e in crew))
            leads = [e.id for e in crew if e.may_lead] if component.staffing.duty is Duty.ASSESS else []
            led = before[id_].lead_id if id_ in before else None
            lead = led if led in leads else min(leads, default=None)
            room, slot = problem.rooms[problem.table.room[s]], problem.slots[problem.table.slot[s]]
            found.append(Session(id_, component.id, room.id, slot.id, names, lead))
        return tuple(sorted(found, key=lambda session: session.id))


def spots_of(problem: Problem) -> dict[Spot, int]:
    """Return the sessions of a problem by room, slot and component."""
    table = problem.table
    rooms, slots, components = ([one.id for one in some] for some in (problem.rooms, problem.slots, problem.components))
    columns = zip(table.room.tolist(), table.slot.tolist(), table.component.tolist(), strict=True)
    return {(rooms[r], slots[t], components[c]): s for s, (r, t, c) in enumerate(columns)}


def drafted(problem: Problem, plan: Plan) -> Draft:
    """Return a plan in the integers of a problem; a party whose seats it does not know has no place."""
    spots, draft = spots_of(problem), Draft.empty(problem)
    index = {party.id: p for p, party in enumerate(problem.parties)}
    places = {component.id: c for c, component in enumerate(problem.components)}
    examiners = {examiner.id: e for e, examiner in enumerate(problem.examiners)}
    sessions = {session.id: session for session in plan.sessions}
    for sitting in plan.sittings:
        p, session = index[sitting.party_id], sessions[sitting.session_id]
        c = places.get(sitting.component_id, -1)
        s = spots.get((session.room_id, session.slot_id, sitting.component_id), -1)
        if c in problem.due[p] and s >= 0:
            draft.at[p, problem.due[p].index(c)] = s
            crew = (examiners[id_] for id_ in session.examiner_ids if id_ in examiners)
            draft.staff.setdefault(s, tuple(sorted(crew)))
    due = np.array([len(some) for some in problem.due], dtype=np.int64)
    draft.at[(draft.at >= 0).sum(axis=1) < due] = -1
    used = set(draft.in_use().tolist())
    return Draft(draft.at, {s: crew for s, crew in draft.staff.items() if s in used})
