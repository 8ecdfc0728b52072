"""Planted faults of book-keeping: ids, lists, costs."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.sessions import CostLine, Reason, Unplaced
from scheduler.errors import Text
from tests.planning.planting import in_order, with_session, with_sitting, without_party


def sitting_of_a_stranger(round_, plan):
    return plan.sittings and (with_sitting(plan, plan.sittings[0], party_id="nobody"), "known-ids")


def sitting_in_an_unknown_session(round_, plan):
    return plan.sittings and (with_sitting(plan, plan.sittings[-1], session_id="nowhere"), "known-ids")


def session_of_an_unknown_component(round_, plan):
    return plan.sessions and (with_session(plan, plan.sessions[0], component_id="nothing"), "known-ids")


def session_in_an_unknown_room(round_, plan):
    return plan.sessions and (with_session(plan, plan.sessions[0], room_id="nowhere"), "known-ids")


def session_in_an_unknown_slot(round_, plan):
    return plan.sessions and (with_session(plan, plan.sessions[-1], slot_id="never"), "known-ids")


def unknown_examiner(round_, plan):
    for session in plan.sessions:
        return with_session(plan, session, examiner_ids=(*session.examiner_ids, "nobody")), "known-ids"
    return None


def misnamed_session(round_, plan):
    if not plan.sessions:
        return None
    old = plan.sessions[0].id
    plan = with_session(plan, plan.sessions[0], id="first")
    sittings = tuple(replace(s, session_id="first") if s.session_id == old else s for s in plan.sittings)
    return in_order(replace(plan, sittings=sittings)), "known-ids"


def session_listed_twice(round_, plan):
    return plan.sessions and (replace(plan, sessions=(plan.sessions[0], *plan.sessions)), "known-ids")


def plan_of_another_round(round_, plan):
    return replace(plan, round_id=plan.round_id + "-b"), "known-ids"


def stranger_listed_unplaced(round_, plan):
    reason = Reason("place-capacity", Text("没有席位", "no place"))
    return replace(plan, unplaced=(*plan.unplaced, Unplaced("nobody", (reason,)))), "known-ids"


def dropped_sitting(round_, plan):
    return plan.sittings and (replace(plan, sittings=plan.sittings[1:]), "all-or-unplaced")


def doubled_sitting(round_, plan):
    return plan.sittings and (replace(plan, sittings=(plan.sittings[0], *plan.sittings)), "all-or-unplaced")


def vanished_party(round_, plan):
    return plan.sittings and (without_party(plan, plan.sittings[0].party_id), "all-or-unplaced")


def unplaced_without_a_reason(round_, plan):
    if not plan.sittings:
        return None
    gone = plan.sittings[0].party_id
    return replace(without_party(plan, gone), unplaced=(*plan.unplaced, Unplaced(gone, ()))), "all-or-unplaced"


def placed_and_unplaced(round_, plan):
    if not plan.sittings:
        return None
    both = Unplaced(plan.sittings[0].party_id, (Reason("place-capacity", Text("没有席位", "no place")),))
    return replace(plan, unplaced=(*plan.unplaced, both)), "all-or-unplaced"


def forgotten_unplaced(round_, plan):
    return plan.unplaced and (replace(plan, unplaced=plan.unplaced[1:]), "all-or-unplaced")


def member_too_many(round_, plan):
    if not plan.sittings:
        return None
    last = plan.sittings[-1]
    heads = next(party.head_count for party in round_.parties if party.id == last.party_id)
    return in_order(replace(plan, sittings=(*plan.sittings, replace(last, member=heads + 1)))), "all-or-unplaced"


def empty_session(round_, plan):
    used = {(session.room_id, session.slot_id) for session in plan.sessions}
    for slot in round_.slots:
        for room in round_.rooms:
            if (room.id, slot.id) not in used and plan.sessions:
                idle = replace(plan.sessions[0], id=f"{slot.id}.{room.id}", room_id=room.id, slot_id=slot.id)
                return in_order(replace(plan, sessions=(*plan.sessions, idle))), "session-used"
    return None


def cost_too_low(round_, plan):
    cheaper = (CostLine(plan.costs[0].term, plan.costs[0].amount - 1), *plan.costs[1:])
    return replace(plan, costs=cheaper, bound=None), "cost-true"


def costs_shifted_between_terms(round_, plan):
    one, other, *rest = plan.costs
    shifted = (CostLine(one.term, one.amount + 1), CostLine(other.term, other.amount - 1), *rest)
    return replace(plan, costs=shifted), "cost-true"


def cost_line_missing(round_, plan):
    return replace(plan, costs=plan.costs[:-1], bound=None), "cost-true"


def cost_lines_out_of_order(round_, plan):
    return replace(plan, costs=plan.costs[::-1]), "cost-true"


def bound_above_cost(round_, plan):
    return replace(plan, bound=plan.cost + 1), "cost-true"


def digest_of_another_round(round_, plan):
    return replace(plan, round_digest="0" * 64), "cost-true"


BOOK_FAULTS = (
    sitting_of_a_stranger,
    sitting_in_an_unknown_session,
    session_of_an_unknown_component,
    session_in_an_unknown_room,
    session_in_an_unknown_slot,
    unknown_examiner,
    misnamed_session,
    session_listed_twice,
    plan_of_another_round,
    stranger_listed_unplaced,
    dropped_sitting,
    doubled_sitting,
    vanished_party,
    unplaced_without_a_reason,
    placed_and_unplaced,
    forgotten_unplaced,
    member_too_many,
    empty_session,
    cost_too_low,
    costs_shifted_between_terms,
    cost_line_missing,
    cost_lines_out_of_order,
    bound_above_cost,
    digest_of_another_round,
)
