"""The audit trail (操作记录): who did what, when, in which round; append-only.

Reached as ``store.acts``. Personal numbers do not belong into it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from scheduler.registry.tables import ActRow


@dataclass(frozen=True, slots=True)
class Act:
    """One thing somebody did."""

    at: str
    """Moment in ISO 8601 with zone."""
    who: str
    what: str
    """The verb, such as ``publish``."""
    round_id: str = ""
    """Empty where no single round was touched."""
    detail: str = ""


class Acts:
    """Everything that was done, in order."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, at: str, who: str, what: str, round_id: str = "", detail: str = "") -> None:
        """Write one act down; the fields are those of Act."""
        self._session.add(ActRow(at=at, who=who, what=what, round_id=round_id, detail=detail))
        self._session.flush()

    def last(self, *verbs: str) -> Act | None:
        """Return the last act of some verbs; None where there is none."""
        rows = select(ActRow).where(col(ActRow.what).in_(verbs)).order_by(col(ActRow.id).desc())
        row = self._session.exec(rows).first()
        return None if row is None else Act(row.at, row.who, row.what, row.round_id, row.detail)

    def acts(self, round_id: str | None = None) -> list[Act]:
        """Return the acts of one round, or all, in the order they were recorded."""
        rows = select(ActRow).order_by(col(ActRow.id))
        if round_id is not None:
            rows = rows.where(ActRow.round_id == round_id)
        return [Act(row.at, row.who, row.what, row.round_id, row.detail) for row in self._session.exec(rows)]
