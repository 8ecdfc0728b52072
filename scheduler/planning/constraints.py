"""Hard rules in the model: one function a rule, or a sentence why it holds by construction.

Used by the solve, the improvement and the crews. The wording of each rule stands in ``rules``; what is soft in ``objective``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np

from scheduler.domain.catalogue import Duty
from scheduler.planning import constraints_allotment, constraints_rotation
from scheduler.planning.crews import Crew
from scheduler.planning.model import Linear, PlanModel, Seats, Variable, total, weighted
from scheduler.planning.rulebook import HARD, rule
from scheduler.planning.table import IntArray

MORE = (constraints_allotment, constraints_rotation)
"""Further files with rules; naming them here registers every rule."""
BUILT_IN = {
    "known-ids": "variables exist only for parties, components, rooms, slots and examiners of the round",
    "room-open": "potential sessions are made only for slots in which the room is open",
    "room-suits": "potential sessions are made only for rooms of the right kind and equipment",
    "slot-long-enough": "potential sessions are made only where at least one turn fits, and hold no more turns than fit",
    "one-component": "a potential session is of one component; rooms hold one session at a time by room-once",
    "candidate-available": "a party's choices leave out the slots that do not suit",
    "deadline": "a party's choices lie between its earliest and its latest day",
    "accessibility": "choices of a party that needs it are accessible rooms",
    "barred-site": "choices of a party leave out the sites barred for it or its group",
    "own-institution": "choices of a party leave out its training institution's sites, where that is barred",
    "group-seats": "seats are numbered after the search, group by group",
    "mixed-theory": "components that may share a room are merged into one before the model is made",
    "travel-limit": "choices of a party are sites within the limit",
    "examiner-qualified": "an examiner has variables only for sessions he or she is qualified for",
    "examiner-available": "an examiner has variables only for slots that suit",
    "cost-true": "costs are counted again on the finished plan; the bound is the solver's",
}
"""Rules that hold without a constraint, by id, each with its reason."""


@rule("room-once")
def room_once(m: PlanModel) -> None:
    """At any start of a session, at most one session of its room is under way."""
    problem, table = m.problem, m.problem.table
    for s, opened in m.open.items():
        rivals = [int(r) for r in problem.rivals(s)]
        if not m.fixed_heads[s] and any(m.fixed_heads[r] for r in rivals):
            m.cp.add(opened == 0)
    for room in np.unique(table.room[m.sessions]).tolist():
        here = m.sessions[table.room[m.sessions] == room]
        for slots in _cliques(m, here):
            m.cp.add_at_most_one(m.open[int(s)] for s in here if int(table.slot[s]) in slots)


@rule("place-capacity")
def place_capacity(m: PlanModel) -> None:
    """Candidates are no more than places times turns, and none without a session."""
    for s, opened in m.open.items():
        m.cp.add(m.heads(s) <= int(m.problem.table.capacity[s]) * opened)
        for cohort, count in m.here[s]:
            if cohort.size == 1:
                m.cp.add_implication(count, opened)


@rule("all-or-unplaced")
def all_or_unplaced(m: PlanModel) -> None:
    """As many sit each component as are not left without a place."""
    for seats in m.seats:
        for sit in seats.sit:
            m.cp.add(total(sit.values()) + seats.left == seats.cohort.size)


@rule("one-session-each")
def one_session_each(m: PlanModel) -> None:
    """A party is one unit of a whole number, so its candidates cannot part; only whole parties fit a session."""
    for seats in m.seats:
        for s, count in ((s, count) for sit in seats.sit for s, count in sit.items()):
            spare = int(m.problem.table.capacity[s] - m.fixed_heads[s])
            m.cp.add(count <= spare // seats.cohort.heads)


@rule("component-order")
def component_order(m: PlanModel) -> None:
    """At any time no more have begun the later component than were over with the earlier one, by the gap asked for.

    Those who do both in one trip are paired one by one, so the running totals are of the others.
    """
    policy, table = m.problem.policy, m.problem.table
    for seats in m.seats:
        for i, j in seats.cohort.order:
            ready = _by_moment(seats, i, {s: _ready(m, s) for s in seats.sit[i]}, m)
            begun = _by_moment(seats, j, {s: int(table.start[s]) for s in seats.sit[j]}, m)
            for moment in sorted(begun):
                m.cp.add(_until(begun, moment) <= _until(ready, moment))
            if policy.order_days_max is not None:
                early = _by_moment(seats, i, {s: int(table.day[s]) for s in seats.sit[i]}, m)
                late = _by_moment(seats, j, {s: int(table.day[s]) for s in seats.sit[j]}, m)
                for day in sorted(early):
                    m.cp.add(_until(early, day) <= _until(late, day + policy.order_days_max))


@rule("candidate-free")
def candidate_free(m: PlanModel) -> None:
    """Components without an order do not overlap; those with one cannot."""
    for seats in m.seats:
        for i, j in combinations(range(len(seats.cohort.due)), 2):
            if (i, j) in seats.cohort.order or (j, i) in seats.cohort.order:
                continue
            both = [(s, count) for k in (i, j) for s, count in seats.sit[k].items()]
            for slots in _cliques(m, [s for s, _ in both]):
                m.cp.add(total(count for s, count in both if int(m.problem.table.slot[s]) in slots) <= 1)


@rule("examiner-count")
def examiner_count(m: PlanModel) -> None:
    """Examiners are at least the fixed number, and one for each started so many candidates of a turn."""
    for s, opened, serving in _staffed(m):
        staffing = m.problem.components[m.problem.table.component[s]].staffing
        each, most = int(m.problem.table.per_turn[s]), int(m.problem.table.capacity[s])
        crew = total(count for _, count in serving)
        m.cp.add(crew >= max(1, staffing.at_least) * opened)
        if -(-each // staffing.per_candidates) <= staffing.at_least:
            continue
        if most == each:
            m.cp.add(staffing.per_candidates * crew >= m.heads(s))
            continue
        full = m.full_turns[s] = m.cp.new_bool_var(f"full{s}")
        m.cp.add(crew >= -(-each // staffing.per_candidates) * full)
        m.cp.add(staffing.per_candidates * crew + (most - each) * full >= m.heads(s))


@rule("examiner-free")
def examiner_free(m: PlanModel) -> None:
    """At any time an examiner serves in one session at most."""
    for crew, serves in zip(m.crews, m.serve, strict=True):
        for slots in _cliques(m, serves):
            here = [count for s, count in serves.items() if int(m.problem.table.slot[s]) in slots]
            if len(here) > 1:
                m.cp.add(total(here) <= len(crew.examiners))


@rule("examiner-day-limit")
def examiner_day_limit(m: PlanModel) -> None:
    """An examiner's sessions of a day are within his or her limit, those outside the model included."""
    days = np.array([slot.on.toordinal() for slot in m.problem.slots], dtype=np.int64)
    _limit(m, days, [examiner.max_per_day for examiner in m.problem.examiners])


@rule("examiner-week-limit")
def examiner_week_limit(m: PlanModel) -> None:
    """As the day limit, for calendar weeks."""
    _limit(m, m.problem.week, [examiner.max_per_week for examiner in m.problem.examiners])


@rule("recusal-person")
def recusal_person(m: PlanModel) -> None:
    """An examiner is not called where somebody sits whom he or she must not meet."""
    for s, _, serving in _staffed(m):
        barred = {e for p in m.staying(s) for e in m.problem.recused[p]}
        for crew, call in serving:
            if barred & set(crew.examiners):
                m.cp.add(call == 0)
            for cohort, count in m.here[s]:
                if set(m.problem.recused[cohort.first]) & set(crew.examiners):
                    m.cp.add(count + cohort.size * call <= cohort.size)


@rule("recusal-institution")
def recusal_institution(m: PlanModel) -> None:
    """For each institution that trained candidates here, enough examiners come from elsewhere."""
    each = m.problem.policy.independent_per
    for s, _, serving in _staffed(m):
        trainers = {int(m.problem.trained_by[cohort.first]) for cohort, _ in m.here[s]}
        trainers |= {int(m.problem.trained_by[p]) for p in m.staying(s)}
        for i in sorted(trainers - {-1}):
            outside = total(call for crew, call in serving if int(m.problem.sent_by[crew.first]) != i)
            m.cp.add(each * outside >= m.heads(s, only=[i]))


@rule("joint-institutions")
def joint_institutions(m: PlanModel) -> None:
    """Whatever one institution fewer than needed sends, somebody comes from outside of them."""
    bodies = sorted({int(i) for i in m.problem.sent_by})
    for _, opened, serving in _staffed(m):
        for some in combinations(bodies, m.problem.min_institutions - 1):
            outside = total(call for crew, call in serving if int(m.problem.sent_by[crew.first]) not in some)
            m.cp.add(outside >= opened)


@rule("session-lead")
def session_lead(m: PlanModel) -> None:
    """Where candidates are assessed, somebody may lead."""
    for s, opened, serving in _staffed(m):
        if m.problem.components[m.problem.table.component[s]].staffing.duty is Duty.ASSESS:
            leads = [call for crew, call in serving if m.problem.examiners[crew.first].may_lead]
            m.cp.add(total(leads) >= opened)


@rule("reservation")
def reservation(m: PlanModel) -> None:
    """Whoever reserved places are not for takes none of them."""
    _rows(m, "reservation")


@rule("lock")
def lock(m: PlanModel) -> None:
    """Locked slots and rooms narrow the choices; locked turns and places are counted; locked examiners serve."""
    _rows(m, "lock")
    if m.problem.policy.examiners_on:
        for s, examiners in sorted(m.problem.locked_examiners.items()):
            calls = {crew.first: call for crew, call in m.serving.get(s, ())}
            for e in examiners if s in m.open else ():
                m.cp.add(calls[e] == m.open[s] if e in calls else m.open[s] == 0)


@rule("session-used")
def session_used(m: PlanModel) -> None:
    """An open session has a candidate, and examiners come to open sessions only."""
    for s, opened in m.open.items():
        m.cp.add(m.heads(s) >= opened)
        for crew, call in m.serving[s]:
            m.cp.add(call <= len(crew.examiners) * opened)


def apply_hard(m: PlanModel, leave_out: Iterable[str] = ()) -> None:
    """Add every hard rule to a model, in the order in which they stand here."""
    for rule_id in (rule_id for rule_id in HARD if rule_id not in set(leave_out)):
        HARD[rule_id](m)


def _staffed(m: PlanModel) -> Iterator[tuple[int, Variable, list[tuple[Crew, Variable]]]]:
    if m.problem.policy.examiners_on:
        for s, opened in m.open.items():
            yield s, opened, m.serving[s]


def _cliques(m: PlanModel, sessions: Iterable[int]) -> list[set[int]]:
    """Return sets of slots that are under way together, one for each moment a slot of these sessions begins."""
    problem = m.problem
    slots = sorted({int(problem.table.slot[s]) for s in sessions})
    begins = [problem.slots[t].starts_at for t in slots]
    return [
        {t for t in slots if problem.slots[t].starts_at <= begin < problem.slots[t].ends_at}
        for begin in sorted(set(begins))
    ]


def _limit(m: PlanModel, period: IntArray, limits: list[int]) -> None:
    table = m.problem.table
    for crew, serves in zip(m.crews, m.serve, strict=True):
        limit = limits[crew.first]
        for one in sorted({int(period[table.slot[s]]) for s in serves}):
            here = [call for s, call in serves.items() if period[table.slot[s]] == one]
            used = sum(1 for t in crew.busy_slots if period[t] == one)
            if len(here) + used > limit:
                m.cp.add(total(here) <= (limit - used) * len(crew.examiners))


def _rows(m: PlanModel, rule_id: str) -> None:
    for s in m.open:
        for row in m.problem.rows.get(s, ()):
            if row.rule == rule_id:
                used = sum(int(row.weight[p]) for p in m.staying(s))
                terms = [(count, int(row.weight[cohort.first])) for cohort, count in m.here[s]]
                m.cp.add(weighted(terms) + used <= row.limit)


def _ready(m: PlanModel, s: int) -> int:
    """Return the moment from which a candidate of a session may begin what follows: the next day where one sitting a day is allowed."""
    table, policy = m.problem.table, m.problem.policy
    moment = int(table.end[s]) + policy.order_gap_min
    return max(moment, (int(table.day[s]) + 1) * 1440) if policy.max_sittings_per_day == 1 else moment


def _by_moment(
    seats: Seats, position: int, moments: dict[int, int], m: PlanModel
) -> dict[int, list[tuple[Linear, int]]]:
    """Return, by moment, the variables to be added and those to be taken off again because they share a trip."""
    table = m.problem.table
    found: dict[int, list[tuple[Linear, int]]] = {}
    for s, count in seats.sit[position].items():
        found.setdefault(moments[s], []).append((count, 1))
    at_place = {(int(table.site[s]), int(table.slot[s])): moments[s] for s in seats.sit[position]}
    for (site, early, late), count in seats.joint.items():
        found[at_place[site, early if position == 0 else late]].append((count, -1))
    return found


def _until(by_moment: dict[int, list[tuple[Linear, int]]], moment: int) -> Linear:
    return weighted(term for at, terms in by_moment.items() if at <= moment for term in terms)
