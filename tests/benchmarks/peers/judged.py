"""Plans of peers made comparable: the audit's own recount says what they cost, and the audit whether they are lawful."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.sessions import Plan, Reason, Unplaced
from scheduler.errors import Text
from scheduler.planning.audit import audit
from scheduler.planning.draft import Draft
from scheduler.planning.finish import written
from scheduler.planning.problem import Problem
from scheduler.planning.recount import recount

LEFT = Reason("place-capacity", Text("求解器没有安排", "the peer found no place"))


def plan_of(problem: Problem, draft: Draft) -> Plan:
    """Return a draft as a plan whose costs are the recount's."""
    left = tuple(Unplaced(problem.parties[p].id, (LEFT,)) for p in draft.left().tolist())
    plan = written(problem.round_, problem, draft, left)
    return replace(plan, costs=recount(problem.round_, plan))


def judged(problem: Problem, draft: Draft) -> dict[str, object]:
    """Return the figures of a draft, as the audit counts them."""
    plan = plan_of(problem, draft)
    faults = audit(problem.round_, plan)
    heads = {party.id: party.head_count for party in problem.round_.parties}
    row: dict[str, object] = {
        "placed": sum(heads[p] for p in plan.placed_ids()),
        "unplaced": sum(heads[one.party_id] for one in plan.unplaced),
        "cost": plan.cost,
    }
    return row | ({"note": f"unlawful: {len(faults)} findings, {faults[0].rule}"} if faults else {})
