"""Part: some parties and sessions of a round as a problem of their own, small enough for one model.

Used by the dive. It holds what a relaxation asks for; examiners by name, locks and groups stay with the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from scheduler.planning.allotment import Sites
from scheduler.planning.problem import Problem
from scheduler.planning.table import IntArray, Places, only


@dataclass(frozen=True, slots=True)
class Part:
    """A problem, and what its numbers are in the whole."""

    problem: Problem
    parties: IntArray
    sessions: IntArray

    def whole(self, seats: IntArray) -> IntArray:
        """Return seats by the session numbers of the whole; -1 stays -1."""
        found: IntArray = np.where(seats >= 0, self.sessions[seats], -1)
        return found


def part_of(problem: Problem, parties: IntArray, sessions: IntArray) -> Part:
    """Return the part of a problem with these parties and sessions, both ascending."""
    keep = np.zeros(len(problem.table), dtype=np.bool_)
    keep[sessions] = True
    number = np.cumsum(keep) - 1
    table = only(problem.table, keep)
    round_ = replace(problem.round_, parties=(), examiners=(), distances=(), recusals=(), locks=(), examiner_locks=())
    kept: dict[int, IntArray] = {}
    domains = []
    for p in parties.tolist():
        for one in problem.domains[p]:
            if id(one) not in kept:  # parties with the same choices go on to share them
                kept[id(one)] = number[one[keep[one]]]
        domains.append(tuple(kept[id(one)] for one in problem.domains[p]))
    chosen = parties.tolist()
    places = Places(problem.components, problem.rooms, problem.slots)
    own = Problem(
        round_=round_, slots=problem.slots, rooms=problem.rooms, site_ids=problem.site_ids,
        components=problem.components, parties=tuple(problem.parties[p] for p in chosen),
        examiners=(), table=table,
        due=tuple(problem.due[p] for p in chosen), domains=tuple(domains), heads=problem.heads[parties],
        fares=problem.fares[parties], reach=problem.reach[parties], wait_from=problem.wait_from[parties],
        trained_by=problem.trained_by[parties], institution_ids=problem.institution_ids,
        sent_by=problem.sent_by[:0], eligible=problem.eligible[:0, sessions],
        recused=((),) * len(chosen), rows={int(number[s]): rows for s, rows in problem.rows.items() if keep[s]},
        min_institutions=problem.min_institutions, sites=Sites(round_, problem.site_ids, places, table), host=problem.host,
    )  # fmt: skip
    return Part(own, parties, sessions)
