"""Plan file: a Plan as canonical JSON, the same bytes for the same plan, and back.

Used by the office and the command line; whether a plan is lawful is the audit's matter.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from scheduler.domain.sessions import Plan
from scheduler.errors import Finding
from scheduler.planning.jsonfile import by_lines, plain, read_value, write_whole


def read_plan(path: Path) -> tuple[Plan | None, list[Finding]]:
    """Read a plan file.

    Returns:
        The plan and no finding, or None and what is wrong with the file, with the path inside it.
    """
    return read_value(path, Plan)


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan file whole or not at all.

    Raises:
        SettingsError: The file cannot be written there.
    """
    write_whole(path, plan_bytes(plan))


def plan_bytes(plan: Plan) -> bytes:
    """Return the plan as canonical JSON: sorted lists and keys, a row a line, ending with a newline."""
    return by_lines(plain(_sorted(plan), Plan))


def plan_digest(plan: Plan) -> str:
    """Return the SHA-256 of the plan's bytes, hexadecimal."""
    return hashlib.sha256(plan_bytes(plan)).hexdigest()


def _sorted(plan: Plan) -> Plan:
    return replace(
        plan,
        sessions=tuple(sorted(plan.sessions, key=lambda session: session.id)),
        sittings=tuple(
            sorted(plan.sittings, key=lambda s: (s.party_id, s.component_id, s.member, s.session_id, s.turn, s.place))
        ),
        unplaced=tuple(sorted(plan.unplaced, key=lambda unplaced: unplaced.party_id)),
    )
