"""What examiners answer: whether they can serve in a slot, and whether they accept a duty of the published plan.

Used by the registry, which keeps every answer, and by the office. An answer holds for the slot as it was when it was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.calendar import Slot
from scheduler.domain.sessions import Plan

Answer = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of one examiner (考评员答复); a later one to the same question replaces it."""

    examiner_id: str
    slot: Slot
    """The slot asked about, as it was then."""
    answer: Answer
    at: str
    """Moment it was recorded, ISO 8601 with zone."""
    who: str
    """Who recorded it."""
    session_id: str = ""
    """The duty accepted or declined; empty where the examiner was asked about the slot alone (可用时段)."""
    reason: str = ""
    """Never empty where a duty is declined."""
    version: int | None = None
    """Published version in which the duty stood; None for a slot."""
    source: str = ""
    """File it was read from, without folder."""

    @property
    def question(self) -> tuple[str, str, str]:
        """Return what was asked: examiner, slot, and session or nothing."""
        return self.examiner_id, self.slot.id, self.session_id


def standing(replies: Iterable[Reply]) -> dict[tuple[str, str, str], Reply]:
    """Return the answer that counts to each question: the last one given."""
    return {reply.question: reply for reply in replies}


def cannot_serve(replies: Iterable[Reply], slots: Mapping[str, Slot]) -> dict[str, dict[str, Reply]]:
    """Return who cannot serve when: by examiner and slot, the answer that says so.

    Of all answers about one slot, of the slot alone or of a duty in it, the last one counts. An answer about a slot that is
    no more, or lies at another time now, counts for nothing: the examiner has to be asked again.
    """
    last: dict[tuple[str, str], Reply] = {}
    for reply in replies:
        if slots.get(reply.slot.id) == reply.slot:
            last[reply.examiner_id, reply.slot.id] = reply
    found: dict[str, dict[str, Reply]] = {}
    for (examiner_id, slot_id), reply in last.items():
        if reply.answer == "no":
            found.setdefault(examiner_id, {})[slot_id] = reply
    return found


def outdated(replies: Iterable[Reply], slots: Mapping[str, Slot]) -> list[Reply]:
    """Return the last answers that speak of a slot that is no more or lies elsewhere now, in the order of their questions."""
    kept = standing(replies)
    return [kept[key] for key in sorted(kept) if slots.get(kept[key].slot.id) != kept[key].slot]


def duties_of(plan: Plan) -> set[tuple[str, str]]:
    """Return every duty of a plan: pairs of examiner and session."""
    return {(examiner_id, session.id) for session in plan.sessions for examiner_id in session.examiner_ids}
