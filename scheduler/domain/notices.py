"""Notices (变动通知): what each candidate, examiner and room was told last, and messages that say what is so now.

Used by the registry, which keeps the lists, and by the office. Nothing here reads a clock or a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from scheduler.errors import Text

RecipientKind = Literal["candidate", "examiner", "room"]


@dataclass(frozen=True, slots=True)
class Told:
    """When and where somebody is to be, in words that stay true whatever becomes of the set-up."""

    on: date
    start: time
    end: time
    site: str
    address: str
    room: str
    seat: str
    """Seat or workstation of a candidate, with the turn where there are several; what an examiner does; who comes to a room."""
    component: str
    """What is examined, Chinese."""
    component_en: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What a message is about: one recipient and one sitting, duty or session."""

    kind: RecipientKind
    recipient_id: str
    """Entry, examiner or room."""
    about: str
    """Component of a candidate; session of an examiner or room."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient."""

    matter: Matter
    name: str
    phone: str
    """Empty where none is known; such a recipient is told in another way, never dropped."""
    change: Literal["first", "new", "moved", "dropped", "unplaced"]
    was: Told | None
    """What the recipient was told last; None for nothing, or for having no place."""
    now: Told | None
    """None: no place, or no duty, any more."""
    reason: Text
    text: Text
    """The message itself, short, without any identity number."""


@dataclass(frozen=True, slots=True)
class NoticeList:
    """A numbered list of messages (通知清单), as it was written for whoever sends them."""

    round_id: str
    number: int
    """From 1, counted within the round."""
    version: int
    """Version of the plan that the messages tell."""
    since: int | None
    """Version that everybody had been told by other means; None where only what was handed over counts."""
    made_at: str
    who: str
    after: tuple[int, ...]
    """Lists that had been handed over when this one was made, in order."""
    messages: tuple[Message, ...]
    """Sorted by kind, name, recipient and time."""


@dataclass(frozen=True, slots=True)
class NoticeMove:
    """A list was handed over (已移交)."""

    at: str
    who: str
    round_id: str
    number: int
    to: str
    """Gateway or person that sends the messages."""
