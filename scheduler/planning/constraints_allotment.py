"""Hard rules of groups, exchange and rest in the model: one function a rule, as in ``constraints``.

Used through ``constraints``. The wording of each rule stands in ``rules``.
"""

from __future__ import annotations

from scheduler.planning.cohorts import group_of
from scheduler.planning.model import Linear, PlanModel, Variable, total, weighted
from scheduler.planning.rulebook import rule
from scheduler.planning.spread import exchanges, fragment_limits

Places = dict[int, Variable]


@rule("group-together")
def group_together(m: PlanModel) -> None:
    """A group has one session, or one site, for each component; or at every site nobody or a fragment of the size allowed."""
    together = m.problem.together
    chosen: dict[tuple[str, int], Places] = {}
    heads: dict[tuple[str, int], dict[int, list[tuple[Linear, int]]]] = {}
    for k, seats in enumerate(m.seats):
        group_id = group_of(m.problem, seats.cohort.first)
        for c, sit in zip(seats.cohort.due, seats.sit, strict=True) if group_id else ():
            places = chosen.setdefault((group_id, c), {})
            here = heads.setdefault((group_id, c), {})
            for s, count in sit.items():
                place = s if together[group_id] == "session" else int(m.problem.table.site[s])
                if place not in places:
                    places[place] = m.cp.new_bool_var(f"group{k}.{c}.{place}")
                m.cp.add(count <= seats.cohort.size * places[place])
                here.setdefault(place, []).append((count, seats.cohort.heads))
    for key in sorted(chosen):
        if together[key[0]] == "fragments":
            least, most = fragment_limits(m.problem, *key)
            for place, used in chosen[key].items():
                m.cp.add(weighted(heads[key][place]) >= least * used)
                m.cp.add(weighted(heads[key][place]) <= most * used)
        else:
            m.cp.add_at_most_one(chosen[key].values())
        m.group_places[key] = chosen[key]


@rule("no-mutual-exchange")
def no_mutual_exchange(m: PlanModel) -> None:
    """Of two institutions at most one examines candidates whom the other trained."""
    if not m.problem.policy.no_mutual_exchange:
        return
    table, fixed = m.problem.table, exchanges(m.problem, m.fixed.at)
    counts: dict[tuple[int, int], list[tuple[Variable, int]]] = {}
    for seats in m.seats:
        trainer = int(m.problem.trained_by[seats.cohort.first])
        for s, count in ((s, count) for sit in seats.sit for s, count in sit.items()):
            host = int(m.problem.host[table.site[s]])
            if trainer not in {-1, host}:
                counts.setdefault((trainer, host), []).append((count, seats.cohort.size))
    for one, other in sorted(pair for pair in counts if pair < pair[::-1] or pair[::-1] not in counts):
        back = counts.get((other, one), [])
        if (other, one) in fixed:
            for count, _ in counts[one, other]:
                m.cp.add(count == 0)
        elif (one, other) in fixed:
            for count, _ in back:
                m.cp.add(count == 0)
        elif back:
            ways = _direction(m, (one, other), counts[one, other]), _direction(m, (other, one), back)
            m.cp.add_at_most_one(ways)


def _direction(m: PlanModel, pair: tuple[int, int], counts: list[tuple[Variable, int]]) -> Variable:
    used = m.cp.new_bool_var(f"exchange{pair[0]}.{pair[1]}")
    for count, size in counts:
        m.cp.add(count <= size * used)
    m.states.append((used, lambda draft: int(pair in exchanges(m.problem, draft.at))))
    return used


@rule("sittings-per-day")
def sittings_per_day(m: PlanModel) -> None:
    """A single party has no more sittings a day than allowed; for equal parties in order, one a day is part of the order."""
    most, day = m.problem.policy.max_sittings_per_day, m.problem.table.day
    for seats in m.seats:
        if most is None or seats.cohort.size > 1 or len(seats.cohort.due) <= most:
            continue
        days: dict[int, list[Variable]] = {}
        for s, count in ((s, count) for sit in seats.sit for s, count in sit.items()):
            days.setdefault(int(day[s]), []).append(count)
        for counts in days.values():
            m.cp.add(total(counts) <= most)
