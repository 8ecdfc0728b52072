"""Hard rules of rotation in the model: one function a rule, as in ``constraints``. Examiners then stand alone, not in crews.

Used through ``constraints``. The wording of each rule stands in ``rules``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from scheduler.planning.draft import Draft
from scheduler.planning.model import Linear, PlanModel, Variable, total
from scheduler.planning.rotation import duty_rows, teams_before
from scheduler.planning.rulebook import rule


@rule("examiner-rotation")
def examiner_rotation(m: PlanModel) -> None:
    """A running length of duty days in a row at each institution's sites, ended by a duty elsewhere, stays within the limit."""
    most, problem = m.problem.policy.max_consecutive_at, m.problem
    if most is None or not m.crews:
        return
    for crew, serves in zip(m.crews, m.serve, strict=True):
        e = crew.first
        calls: dict[int, dict[int, list[Linear]]] = {}
        for s, call in serves.items():
            calls.setdefault(int(problem.table.day[s]), {}).setdefault(_host(m, s), []).append(call)
        for s in (s for s, team in m.busy.items() if e in team):
            calls.setdefault(int(problem.table.day[s]), {}).setdefault(_host(m, s), []).append(m.cp.new_constant(1))
        hosts = sorted({host for here in calls.values() for host in here})
        for host in hosts:
            if sum(host in here for here in calls.values()) > most:
                _row(m, e, host, calls)


def _row(m: PlanModel, e: int, host: int, calls: dict[int, dict[int, list[Linear]]]) -> None:
    most = m.problem.policy.max_consecutive_at or 0
    before = nought = m.cp.new_constant(0)
    for day in sorted(calls):
        length = m.cp.new_int_var(0, most, f"row{e}.{host}.{day}")
        m.states.append((length, partial(_length, m, e, host, day)))
        away = [call for other, some in calls[day].items() if other != host for call in some]
        reset = [(most + 1) * call for call in away]
        for call in calls[day].get(host, [nought]):
            m.cp.add(length >= before + call - total(reset))
        before = length


def _length(m: PlanModel, e: int, host: int, day: int, draft: Draft) -> int:
    return duty_rows(m.problem, draft.staff, e).get((host, day), 0)


@rule("team-rotation")
def team_rotation(m: PlanModel) -> None:
    """Of each team at most half was in the team before in the room, remembered from session to session."""
    if not m.problem.policy.rotate_half or not m.problem.policy.examiners_on:
        return
    table, slots = m.problem.table, m.problem.slots
    rooms: dict[int, set[int]] = {}
    for s in [*m.open, *(s for s in m.busy)]:
        rooms.setdefault(int(table.room[s]), set()).add(int(table.slot[s]))
    for room in sorted({int(table.room[s]) for s in m.open}):
        order = sorted(rooms[room], key=lambda t: (slots[t].starts_at, slots[t].ends_at, t))
        _room_rotates(m, room, order)


def _room_rotates(m: PlanModel, room: int, order: list[int]) -> None:
    table = m.problem.table
    last: dict[int, Variable] = {}
    for t in order:
        here = [s for s in m.open if table.room[s] == room and table.slot[s] == t]
        fixed = {e for s, team in m.busy.items() if table.room[s] == room and table.slot[s] == t for e in team}
        calls: dict[int, list[Linear]] = {e: [m.cp.new_constant(1)] for e in fixed}
        for s in here:
            for crew, call in m.serving[s]:
                calls.setdefault(crew.first, []).append(call)
        stayed = [_both(m, (room, t, e), last[e], total(some)) for e, some in sorted(calls.items()) if e in last]
        m.cp.add(2 * total(stayed) <= total(call for some in calls.values() for call in some))
        opened = total([m.open[s] for s in here]) + (1 if fixed else 0)
        last = dict(_remembered(m, (room, t), last, calls, opened))


def _both(m: PlanModel, key: tuple[int, int, int], before: Variable, now: Linear) -> Variable:
    both = m.cp.new_bool_var("stay{}.{}.{}".format(*key))
    m.cp.add(both >= before + now - 1)
    m.states.append((both, partial(_stayed, m, key)))
    return both


def _remembered(
    m: PlanModel, key: tuple[int, int], last: dict[int, Variable], calls: dict[int, list[Linear]], opened: Linear
) -> Iterator[tuple[int, Variable]]:
    """Yield for each examiner whether he or she is in the latest team once this slot is over."""
    for e in sorted({*last, *calls}):
        latest = m.cp.new_bool_var(f"team{key[0]}.{key[1]}.{e}")
        for call in calls.get(e, ()):
            m.cp.add(latest >= call)
        if e in last:
            m.cp.add(latest >= last[e] - opened)
        m.states.append((latest, partial(_latest, m, (*key, e))))
        yield e, latest


def _stayed(m: PlanModel, key: tuple[int, int, int], draft: Draft) -> int:
    room, slot, e = key
    before, now = teams_before(m.problem, draft.staff, room, slot)
    return int(e in before and e in now)


def _latest(m: PlanModel, key: tuple[int, int, int], draft: Draft) -> int:
    room, slot, e = key
    before, now = teams_before(m.problem, draft.staff, room, slot)
    return int(e in (now or before))


def _host(m: PlanModel, s: int) -> int:
    return int(m.problem.host[m.problem.table.site[s]])
