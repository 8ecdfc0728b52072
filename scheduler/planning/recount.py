"""Recount of a plan's costs from Round and Plan values, independent of the model's objective.

Used by the audit and wherever a plan made elsewhere needs its cost lines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from scheduler.domain.catalogue import RoomKind
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import CostLine, Plan
from scheduler.errors import Text
from scheduler.planning.audit_reading import Fault, Held, Reading, Seated, checks
from scheduler.planning.recount_spread import beyond_average, beyond_days, beyond_shares, further_sessions
from scheduler.planning.roundfile import round_digest
from scheduler.planning.rules import terms


def recount(round_: Round, plan: Plan) -> tuple[CostLine, ...]:
    """Return what each soft rule of the round costs, in the order of the rules; unknown ids cost nothing."""
    return recount_reading(Reading(round_, plan))


def recount_reading(reading: Reading) -> tuple[CostLine, ...]:
    """Return what each soft rule costs in a reading already indexed."""
    weights = reading.policy.weights
    served = (
        sum(len(set(session.examiner_ids)) for session in reading.plan.sessions) if reading.policy.examiners_on else 0
    )
    travel = extra = wait = 0
    for party_seats in reading.by_party.values():
        travel += _travel(reading, party_seats)
        extra += _extra_trips(party_seats)
        wait += _waited(reading, party_seats)
    amounts: dict[str, Callable[[], int]] = {
        "unplaced": lambda: weights.unplaced * _unplaced_heads(reading),
        "opening": lambda: sum(_opening(reading, held) for held in reading.held),
        "examiners": lambda: weights.examiner * served,
        "travel": lambda: travel,
        "extra-trip": lambda: weights.extra_trip * extra,
        "wait": lambda: weights.wait_day * wait,
        "share-over": lambda: weights.share_over * beyond_shares(reading),
        "day-peak": lambda: weights.day_peak * beyond_days(reading),
        "unfair-load": lambda: weights.unfair * beyond_average(reading),
        "group-spread": lambda: weights.group_session * further_sessions(reading),
    }
    return tuple(CostLine(term, amounts[term]()) for term in terms(weights))


def _unplaced_heads(reading: Reading) -> int:
    return sum(reading.parties[id_].head_count for id_ in reading.unplaced_ids if id_ in reading.parties)


def _opening(reading: Reading, held: Held) -> int:
    said = reading.opening_costs.get((held.room.id, held.slot.id))
    if said is not None:
        return said
    if held.room.opening_cost is not None:
        return held.room.opening_cost
    weights = reading.policy.weights
    return weights.theory_session if held.room.kind is RoomKind.THEORY_ROOM else weights.workshop_session


def _trips(seats: list[Seated]) -> set[tuple[object, str]]:
    return {(seated.held.slot.on, seated.held.room.site_id) for seated in seats}


def _travel(reading: Reading, seats: list[Seated]) -> int:
    party, cost = seats[0].party, 0
    for _, site_id in _trips(seats):
        fare = party.fares.get(site_id)
        if fare is None:
            km = reading.km(party, site_id) or 0.0
            fare = party.head_count * reading.policy.weights.km * math.floor(km + 0.5)
        cost += fare
    return cost


def _extra_trips(seats: list[Seated]) -> int:
    return seats[0].party.head_count * (len(_trips(seats)) - 1)


def _waited(reading: Reading, seats: list[Seated]) -> int:
    party, first = seats[0].party, reading.round.window.first_on
    start = max(first, party.earliest_on or first)
    last = max(seated.held.slot.on for seated in seats)
    return party.head_count * (last - start).days


@checks("cost-true", "重新计算费用并更新方案", "count the costs again and correct the plan")
def cost_true(reading: Reading) -> Iterator[Fault]:
    """Find cost lines that differ from the recount, a bound above the cost, and a digest of another round."""
    plan = reading.plan
    digest = round_digest(reading.round)
    if plan.round_digest != digest:
        what = Text("方案所依据的批次与本批次内容不同", "the plan was made for a round with other contents")
        yield Fault("round_digest", what, plan.round_digest, Text(digest, digest))
    said = tuple(line.term for line in plan.costs)
    expected = terms(reading.policy.weights)
    if said != expected:
        wanted = ", ".join(expected)
        what = Text("费用项目不全、重复或次序不对", "the cost lines are not the round's terms in their order")
        yield Fault("costs", what, ", ".join(said), Text(wanted, wanted))
    counted = {line.term: line.amount for line in recount_reading(reading)}
    for line in plan.costs:
        amount = counted.get(line.term)
        if amount is not None and line.amount != amount:
            what = Text(
                f"费用 {line.term} 写为 {line.amount}，重新计算为 {amount}",
                f"the cost {line.term} says {line.amount}, a recount gives {amount}",
            )
            yield Fault(line.term, what, str(line.amount), Text(str(amount), str(amount)))
    if plan.replanned is not None:
        charged = plan.replanned.sittings * reading.policy.move_cost
        if plan.replanned.cost != charged:
            what = Text(f"调整费用应为 {charged}", f"moving costs {charged}")
            yield Fault("replanned", what, str(plan.replanned.cost), Text(str(charged), str(charged)))
    if plan.bound is not None and plan.bound > plan.cost:
        what = Text(f"下界 {plan.bound} 高于费用 {plan.cost}", f"the bound {plan.bound} is above the cost {plan.cost}")
        yield Fault("bound", what, str(plan.bound), Text(f"≤ {plan.cost}", f"<= {plan.cost}"))
