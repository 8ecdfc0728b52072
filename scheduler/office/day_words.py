"""What an event of the day is called and says, in both languages, people and rooms by their names.

Used by the verbs of the day, their list and the register for the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.day import DayAct, DayEvent
from scheduler.domain.entries import Entry
from scheduler.domain.rounds import Round
from scheduler.errors import Text
from scheduler.phrases import phrase


def act_words(act: DayAct) -> Text:
    """Return what a kind of event is called."""
    return {
        DayAct.ABSENT: phrase("Absent"),
        DayAct.EXAMINER: phrase("Examiner replaced"),
        DayAct.ROOM: phrase("Room changed"),
        DayAct.BROKEN: phrase("Workstation broken, time added"),
        DayAct.DEFERRED: phrase("Deferred"),
        DayAct.WITHDRAWN: phrase("Withdrawn"),
    }[act]


@dataclass(frozen=True)
class DayWords:
    """The names of one round."""

    round: Round
    entries: Mapping[str, Entry]

    def person(self, event: DayEvent) -> str:
        """Return whom an event concerns: the candidate, or the examiner who does not serve; empty for a room."""
        if event.party_id:
            entry = self.entries.get(event.party_id)
            return entry.candidate.name if entry else event.party_id
        return self.examiner(event.examiner_id) if event.examiner_id else ""

    def examiner(self, examiner_id: str) -> str:
        """Return an examiner's name and id."""
        names = {one.id: one.name for one in self.round.examiners}
        return f"{names.get(examiner_id, '')} {examiner_id}".strip()

    def room_of(self, session_id: str, slot_id: str) -> str:
        """Return the name of the room of a session."""
        room_id = session_id.removeprefix(f"{slot_id}.")
        return next((room.name or room.id for room in self.round.rooms if room.id == room_id), room_id)

    def site_of(self, event: DayEvent) -> tuple[str, str]:
        """Return id and name of the site where an event was."""
        room_id = event.session_id.removeprefix(f"{event.slot.id}.")
        site_id = next((room.site_id for room in self.round.rooms if room.id == room_id), "")
        return site_id, next((site.name or site.id for site in self.round.sites if site.id == site_id), "")

    def component(self, component_id: str) -> Text:
        """Return the name of a component; beside a person's name it says enough."""
        found = next((one for one in self.round.components if one.id == component_id), None)
        return found.name if found else Text(component_id, component_id)

    def sentence(self, event: DayEvent) -> Text:
        """Return what happened, in one sentence."""
        who, what = self.person(event), self.component(event.component_id)
        room = self.room_of(event.session_id, event.slot.id)
        if event.act is DayAct.ABSENT:
            return phrase("{who} was absent from {what}", who=who, what=what)
        if event.act is DayAct.EXAMINER:
            return phrase("{who} is replaced by {other}", who=who, other=self.examiner(event.to_examiner_id))
        if event.act is DayAct.ROOM:
            other = self.room_of(event.to_session_id, event.slot.id)
            return phrase("The session moves from {room} to {other}", room=room, other=other)
        if event.act is DayAct.DEFERRED:
            return phrase("{who} sits {what} in a later round", who=who, what=what)
        if event.act is DayAct.WITHDRAWN:
            return phrase("Entry no. {n} is withdrawn", n=event.withdraws)
        fields = {"who": who, "place": event.place, "lost": event.lost_min, "added": event.added_min}
        if event.to_place:
            return phrase(
                "Workstation {place} of {who} failed: {lost} minutes lost, {added} added, moved to workstation {other}",
                other=event.to_place,
                **fields,
            )
        return phrase("Workstation {place} of {who} failed: {lost} minutes lost, {added} added", **fields)
