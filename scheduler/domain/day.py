"""What happened on the exam day and was not planned (考场异常情况): one value an event, entered once and never changed.

Used by the registry, the audit of the day, the office and the sheets. An event is taken back by another that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from scheduler.domain.calendar import Slot


class DayAct(StrEnum):
    """What kind of event it is."""

    ABSENT = "absent"
    """缺考."""
    EXAMINER = "examiner"
    """更换考评员."""
    ROOM = "room"
    """更换考场."""
    BROKEN = "broken"
    """工位故障补时."""
    DEFERRED = "defer"
    """缓考: the sitting leaves this round and is due in a later one."""
    WITHDRAWN = "withdraw"
    """撤销: an earlier event was entered by mistake."""


@dataclass(frozen=True, slots=True)
class DayEvent:
    """One event of the day; which fields are filled depends on the act."""

    no: int
    """Number within the round, from 1."""
    act: DayAct
    at: str
    """Moment it was entered, ISO 8601 with zone."""
    who: str
    """Who entered it."""
    reason: str
    """Never empty."""
    session_id: str
    """Session it concerns, as the plan named it then."""
    slot: Slot
    """When that session was."""
    version: int
    """Published version in force when it was entered."""
    new_version: int | None = None
    """Version published because of it; None where nobody and nothing moved."""
    party_id: str = ""
    component_id: str = ""
    turn: int = 0
    place: int = 0
    """Seat or workstation of the sitting, from 1; 0 where no candidate is concerned."""
    examiner_id: str = ""
    """Who does not serve."""
    to_examiner_id: str = ""
    """Who serves instead."""
    to_session_id: str = ""
    """The session's id in its new room."""
    to_place: int = 0
    """Spare workstation taken; 0 where the candidate stayed."""
    lost_min: int = 0
    """Minutes the candidate could not work."""
    added_min: int = 0
    """Minutes given back at the end (补时)."""
    happened: str = ""
    """Time of day it happened, ``HH:MM``; empty where nobody said."""
    withdraws: int = 0
    """Number of the event taken back."""


def in_force(events: Iterable[DayEvent]) -> list[DayEvent]:
    """Return the events that hold: neither taken back nor taking back, in the order they were entered."""
    events = list(events)
    gone = {event.withdraws for event in events if event.act is DayAct.WITHDRAWN}
    return [event for event in events if event.act is not DayAct.WITHDRAWN and event.no not in gone]


def deferred(events: Iterable[DayEvent]) -> dict[str, frozenset[str]]:
    """Return the components that leave the round, by party."""
    found: dict[str, frozenset[str]] = {}
    for event in in_force(events):
        if event.act is DayAct.DEFERRED:
            found[event.party_id] = found.get(event.party_id, frozenset()) | {event.component_id}
    return found


def absent(events: Iterable[DayEvent]) -> set[tuple[str, str]]:
    """Return who was entered as absent from what: pairs of party and component."""
    return {(event.party_id, event.component_id) for event in in_force(events) if event.act is DayAct.ABSENT}


def out_of_use(
    events: Iterable[DayEvent], slots: Mapping[str, Slot]
) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return examiners who do not serve in a slot, and sessions that left their room, each with its slot.

    An event of a slot that lies elsewhere now says nothing.
    """
    examiners, rooms = set(), set()
    for event in in_force(events):
        if slots.get(event.slot.id) != event.slot:
            continue
        if event.act is DayAct.EXAMINER:
            examiners.add((event.examiner_id, event.slot.id))
        elif event.act is DayAct.ROOM:
            rooms.add((event.session_id, event.slot.id))
    return examiners, rooms


def added(events: Iterable[DayEvent], slot_id: str) -> dict[tuple[str, str], int]:
    """Return the minutes given back in one slot, by party and component; several breakdowns add up."""
    minutes: dict[tuple[str, str], int] = {}
    for event in in_force(events):
        if event.act is DayAct.BROKEN and event.slot.id == slot_id:
            key = event.party_id, event.component_id
            minutes[key] = minutes.get(key, 0) + event.added_min
    return minutes
