"""Marks that wait for a second person (成绩待复核): who read which mark, and which of two people's readings agree.

Used by the registry, which keeps every step, and by the office. A mark counts when two different people read the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scheduler.domain.results import ComponentMark

Key = tuple[str, str]
"""Entry and component."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one person read off the papers (录入)."""

    who: str
    at: str
    """Moment in ISO 8601 with zone."""
    source: str
    """Workbook they were read from, without folder; empty where they were typed."""
    marks: tuple[ComponentMark, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Marks that one person entered and another has to enter again or confirm (成绩录入单)."""

    id: str
    round_id: str
    readings: tuple[Reading, ...]
    """One for each person, the one who began first."""
    done: tuple[Key, ...] = ()
    """What waits no more: recorded, entered anew elsewhere, or withdrawn; sorted."""
    step: int = 1
    """Goes up by one with each change."""
    session_id: str = ""
    """Session whose marks they are; empty where they came as a workbook."""
    confirmed_by: str = ""
    """Who recorded marks of it last."""

    @property
    def by(self) -> str:
        """Return who began it."""
        return self.readings[0].who

    @property
    def waiting(self) -> tuple[Key, ...]:
        """Return what still waits, sorted."""
        return tuple(sorted({key for one in self.readings for key in keys(one)} - set(self.done)))

    def read_by_others(self, who: str) -> dict[Key, tuple[ComponentMark, ...]]:
        """Return what waits and somebody else has read, with their readings."""
        found: dict[Key, tuple[ComponentMark, ...]] = {}
        for reading in self.readings:
            for mark in reading.marks:
                key = mark.entry_id, mark.component_id
                if reading.who != who and key not in self.done:
                    found[key] = (*found.get(key, ()), mark)
        return found

    def read_again(self, reading: Reading) -> Proposal:
        """Return the proposal with what somebody read now; it takes the place of what the same person read before."""
        fresh = keys(reading)
        kept = [
            replace(one, marks=(*(m for m in one.marks if key_of(m) not in fresh), *reading.marks), at=reading.at)
            if one.who == reading.who
            else one
            for one in self.readings
        ]
        new = () if any(one.who == reading.who for one in kept) else (reading,)
        return replace(self, readings=(*kept, *new), step=self.step + 1)

    def without(self, gone: set[Key], confirmed_by: str = "") -> Proposal:
        """Return the proposal with some marks waiting no more."""
        done = tuple(sorted({*self.done, *gone}))
        return replace(self, done=done, step=self.step + 1, confirmed_by=confirmed_by or self.confirmed_by)


def key_of(mark: ComponentMark) -> Key:
    """Return whose mark it is, and in what."""
    return mark.entry_id, mark.component_id


def keys(reading: Reading) -> set[Key]:
    """Return what a person read."""
    return {key_of(mark) for mark in reading.marks}


def agreed(one: ComponentMark, other: ComponentMark) -> ComponentMark | None:
    """Return the mark that two readings of the same papers have in common; None where they differ.

    Attendance, points, items and vetoes must be the same. Examiners and the day may be given by one of the two only.
    """
    if any(True for _ in differences(one, other)):
        return None
    return replace(one, sat_on=one.sat_on or other.sat_on, assessors=one.assessors or other.assessors)


def differences(one: ComponentMark, other: ComponentMark) -> Iterator[str]:
    """Yield what two readings differ in: ``attendance``, ``pts``, ``sat_on``, ``assessors``, ``items`` or an item's id."""
    if one.attendance is not other.attendance:
        yield "attendance"
    if one.pts != other.pts:
        yield "pts"
    if one.sat_on and other.sat_on and one.sat_on != other.sat_on:
        yield "sat_on"
    if one.assessors and other.assessors and one.assessors != other.assessors:
        yield "assessors"
    first, second = ({item.item_id: item for item in mark.items} for mark in (one, other))
    yield from (item_id for item_id in sorted({*first, *second}) if first.get(item_id) != second.get(item_id))
