"""When a turn begins and a session ends: turns follow one another in a workshop, with the changeover between.

Used by calendars, notices, papers, the audit of the day and the sheets. Minutes given back after a breakdown shift the turns that follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from scheduler.domain.calendar import Slot


def turn_begins(
    slot: Slot, turn: int, *, minutes: int, changeover_min: int, added_min: Mapping[int, int] | None = None
) -> datetime:
    """Return the local moment a turn begins.

    Args:
        slot: When the session is.
        turn: Turn, from 1.
        minutes: Working time of a turn.
        changeover_min: Minutes between two turns.
        added_min: Minutes given back, by turn; those of earlier turns shift this one.
    """
    later = sum(n for earlier, n in (added_min or {}).items() if earlier < turn)
    return slot.starts_at + timedelta(minutes=(turn - 1) * (minutes + changeover_min) + later)
