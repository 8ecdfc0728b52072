"""Audit of a finished plan: every hard rule, in plain Python over Round and Plan.

Used by the office before anything is published, and on plans from anywhere. It shares no code with the model.
"""

from __future__ import annotations

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan
from scheduler.errors import Finding, Where
from scheduler.planning import audit_allotment, audit_examiners, audit_parties, audit_places, audit_rotation, recount
from scheduler.planning.audit_reading import CHECKS, Fault, Reading, Registered
from scheduler.planning.rules import BY_ID, RULES

__all__ = ["CHECKED_BY", "audit"]

CHECKED_BY = (audit_places, audit_parties, audit_allotment, audit_examiners, audit_rotation, recount)
"""The files that hold the checks; naming them here registers every check."""


def audit(round_: Round, plan: Plan) -> list[Finding]:
    """Judge a plan by every hard rule of its round.

    Returns:
        One finding for each breach, in the order of the rules, then by subject and sentence; empty when the plan is good.
    """
    reading = Reading(round_, plan)
    findings = []
    for rule in RULES:
        registered = CHECKS.get(rule.id)
        if registered is not None:
            faults = sorted(registered.check(reading), key=lambda fault: (fault.subject, fault.what.en))
            findings += [_finding(rule.id, fault, registered) for fault in faults]
    return findings


def _finding(rule_id: str, fault: Fault, registered: Registered) -> Finding:
    return Finding(
        rule=rule_id,
        what=fault.what,
        where=Where(subject=fault.subject),
        said=fault.said,
        expected=fault.expected or BY_ID[rule_id].wording,
        hint=registered.hint,
    )
