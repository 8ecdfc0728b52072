"""Rotation seen from a draft: rows of duty days of one examiner, teams of a room one after another.

Used by the start, the model and the search. The audit judges the same in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.planning.problem import Problem

Staff = Mapping[int, tuple[int, ...]]


def duty_rows(problem: Problem, staff: Staff, e: int) -> dict[tuple[int, int], int]:
    """Return how many duty days in a row an examiner has had at an institution's sites, by institution and day of any duty."""
    table, days = problem.table, dict[int, set[int]]()
    for s, team in staff.items():
        if e in team:
            days.setdefault(int(table.day[s]), set()).add(int(problem.host[table.site[s]]))
    return rows_of(days)


def rows_of(days: Mapping[int, set[int]]) -> dict[tuple[int, int], int]:
    """Return the length of each row so far, by institution and day, given the institutions of each duty day."""
    found: dict[tuple[int, int], int] = {}
    last, length = -1, 0
    for day in sorted(days):
        here = next(iter(days[day])) if len(days[day]) == 1 else -1
        length = (length + 1 if here == last else 1) if here >= 0 else 0
        last = here
        if here >= 0:
            found[here, day] = length
    return found


def teams_before(problem: Problem, staff: Staff, room: int, slot: int) -> tuple[set[int], set[int]]:
    """Return the team of the latest session before a slot in a room, and the team in that slot; empty where none."""
    table, slots = problem.table, problem.slots
    here = [s for s in staff if table.room[s] == room]
    moment = slots[slot].starts_at, slots[slot].ends_at, slot
    earlier = [
        s for s in here if (slots[table.slot[s]].starts_at, slots[table.slot[s]].ends_at, table.slot[s]) < moment
    ]
    latest = max(earlier, key=lambda s: (slots[table.slot[s]].starts_at, int(table.slot[s])), default=None)
    now = {e for s in here if table.slot[s] == slot for e in staff[s]}
    return (set(staff[latest]) if latest is not None else set()), now
