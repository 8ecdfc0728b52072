"""Marks and what follows from them: ComponentMark, Verdict per award, Outcome, Resit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduler.errors import Text


class Attendance(StrEnum):
    """How a candidate met a component."""

    PRESENT = "present"
    ABSENT = "absent"
    """缺考."""
    BARRED = "barred"
    """Not admitted or sent out (取消资格 / 违纪)."""
    DEFERRED = "deferred"
    """缓考: moved to a later round, nothing lost."""


@dataclass(frozen=True, slots=True)
class ItemMark:
    """Points of one item of a practical."""

    item_id: str
    pts: float
    vetoed: bool = False
    """Whether the veto item was failed (否决)."""


@dataclass(frozen=True, slots=True)
class AssessorMark:
    """What one assessor gave, alone (考评员独立评分)."""

    assessor: str
    """Examiner id or name, as on the sheet."""
    pts: float


@dataclass(frozen=True, slots=True)
class ComponentMark:
    """The mark (成绩) of one entry in one component."""

    entry_id: str
    component_id: str
    attendance: Attendance
    pts: float | None = None
    """Points, 0 to the component's full points; the mean where assessors marked apart; None unless present."""
    sat_on: date | None = None
    items: tuple[ItemMark, ...] = ()
    assessors: tuple[AssessorMark, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one award was earned (评定结论), and why."""

    award_id: str
    earned: bool
    reasons: tuple[Text, ...]
    """One sentence for each component that decides, in the scheme's order."""


@dataclass(frozen=True, slots=True)
class Resit:
    """A component due again for some awards (补考)."""

    component_id: str
    award_ids: tuple[str, ...]
    until: date | None
    """Last day on which it completes what was passed; None when nothing passed would lapse."""
    because: Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """All verdicts of an entry (考核结果)."""

    entry_id: str
    marks: tuple[ComponentMark, ...]
    verdicts: tuple[Verdict, ...]
    resits: tuple[Resit, ...]
    decided_on: date

    @property
    def earned_ids(self) -> tuple[str, ...]:
        """Return the awards earned, in the scheme's order."""
        return tuple(verdict.award_id for verdict in self.verdicts if verdict.earned)
