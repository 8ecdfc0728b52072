"""Days and times of a round: Slot and Window. Used everywhere; no clock, no holidays here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Slot:
    """A start and an end on one day (时段)."""

    id: str
    on: date
    start: time
    end: time
    """Later than ``start``, on the same day."""

    @property
    def starts_at(self) -> datetime:
        """Return the local moment the slot begins."""
        return datetime.combine(self.on, self.start)

    @property
    def ends_at(self) -> datetime:
        """Return the local moment the slot ends."""
        return datetime.combine(self.on, self.end)

    @property
    def minutes(self) -> int:
        """Return the length in minutes."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    def overlaps(self, other: Slot) -> bool:
        """Tell whether the two share any minute; touching ends do not."""
        return self.on == other.on and self.start < other.end and other.start < self.end

    def week(self) -> tuple[int, int]:
        """Return ISO year and week, the unit of weekly limits."""
        year, week, _ = self.on.isocalendar()
        return year, week


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day of a round (考试周期), both included."""

    first_on: date
    last_on: date

    def __contains__(self, day: date) -> bool:
        """Tell whether a day lies inside."""
        return self.first_on <= day <= self.last_on

    def days(self) -> list[date]:
        """Return every day, in order."""
        span = (self.last_on - self.first_on).days
        return [self.first_on + timedelta(days=n) for n in range(span + 1)]


def gap_minutes(earlier: Slot, later: Slot) -> int:
    """Return the minutes from the end of one slot to the start of another; negative when they overlap."""
    return int((later.starts_at - earlier.ends_at).total_seconds()) // 60


def in_order(slots: Iterable[Slot]) -> list[Slot]:
    """Sort by day, start, end and id."""
    return sorted(slots, key=lambda slot: (slot.on, slot.start, slot.end, slot.id))


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or its last day where that month is shorter."""
    year, month0 = divmod(day.month - 1 + months, 12)
    first_of_next = date(day.year + year + (month0 == 11), (month0 + 1) % 12 + 1, 1)
    last_day = (first_of_next - timedelta(days=1)).day
    return date(day.year + year, month0 + 1, min(day.day, last_day))
