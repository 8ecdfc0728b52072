"""Who may do what in the web office: users, roles, permissions, tokens. Values only; passwords are digests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in the office (角色)."""

    COORDINATOR = "coordinator"
    """编排人员: everything of rounds and plans."""
    CLERK = "clerk"
    """机构经办人: own institution's rows only."""
    EXAMINER = "examiner"
    """考评员: own sessions only."""
    ISSUER = "issuer"
    """发证人员."""
    PRINTER = "printer"
    """制证人员."""
    AUDITOR = "auditor"
    """审计人员: reads everything, changes nothing."""


class Right(StrEnum):
    """One thing that somebody may do (权限); a page or an endpoint asks for exactly one."""

    READ_ROUNDS = "read_rounds"
    READ_PLANS = "read_plans"
    READ_TRAIL = "read_trail"
    CHANGE_PLANS = "change_plans"
    """Solve, move, lock, undo, publish."""
    READ_ENTRIES = "read_entries"
    IMPORT_ENTRIES = "import_entries"
    READ_MARKS = "read_marks"
    ENTER_MARKS = "enter_marks"
    """Enter marks, and confirm what somebody else entered."""
    ANSWER_DUTIES = "answer_duties"
    """Accept or decline what one is asked to examine."""
    READ_ISSUING = "read_issuing"
    ISSUE = "issue"
    REVOKE = "revoke"
    PRINT = "print"


_COORDINATOR = {
    Right.READ_ROUNDS, Right.READ_PLANS, Right.READ_TRAIL, Right.CHANGE_PLANS,
    Right.READ_ENTRIES, Right.IMPORT_ENTRIES, Right.READ_MARKS, Right.ENTER_MARKS,
}  # fmt: skip
_READS = {one for one in Right if one.value.startswith("read_")}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.COORDINATOR: frozenset(_COORDINATOR),
    Role.CLERK: frozenset({Right.READ_ROUNDS, Right.READ_PLANS, Right.READ_ENTRIES}),
    Role.EXAMINER: frozenset({Right.READ_ROUNDS, Right.READ_PLANS, Right.ANSWER_DUTIES}),
    Role.ISSUER: frozenset({Right.READ_ROUNDS, Right.READ_ISSUING, Right.ISSUE, Right.REVOKE, Right.PRINT}),
    Role.PRINTER: frozenset({Right.READ_ROUNDS, Right.READ_ISSUING, Right.PRINT}),
    Role.AUDITOR: frozenset(_READS),
}
"""What each role may do; whatever is not named here is refused."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in (用户)."""

    name: str
    """Unique, as typed when signing in; lower case."""
    role: Role
    password: str
    """Digest of the password, argon2id with its parameters; never the password."""
    subject_id: str = ""
    """Institution of a clerk, examiner's id of an examiner; empty for the others."""
    active: bool = True
    """False where the user was disabled."""

    @property
    def rights(self) -> frozenset[Right]:
        """Return what the user may do."""
        return RIGHTS[self.role] if self.active else frozenset()


@dataclass(frozen=True, slots=True)
class Token:
    """Leave for a script to call the API (接口令牌)."""

    id: str
    user: str
    """Whose leave it is; a token never may more than its user."""
    scopes: tuple[Right, ...]
    until: str
    """Last moment, in ISO 8601 with zone."""
    label: str = ""
    revoked: bool = False
