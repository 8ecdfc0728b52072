"""The events of everybody's calendar: of each published version what candidates, examiners, rooms and sites have when.

Used by calendars. What an event is, and so its id, does not depend on when and where it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Literal, NamedTuple

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Component, Duty
from scheduler.domain.places import Room, Site
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, PlanVersion, Session, Sitting
from scheduler.domain.turns import turn_begins
from scheduler.domain.wording import component_words
from scheduler.errors import Text
from scheduler.phrases import phrase
from scheduler.sheets.calendar_file import CalendarEvent, event_uid

Kind = Literal["examiners", "rooms", "sites", "candidates"]
KINDS: tuple[Kind, ...] = ("examiners", "rooms", "sites", "candidates")


class Owned(NamedTuple):
    """An event and in whose calendar it is."""

    owner_id: str
    event: CalendarEvent


@dataclass(frozen=True)
class EventsOf:
    """The events of one published version."""

    key: str
    """What tells this round from every other: region and round id."""
    round: Round
    version: PlanVersion
    lasting: Mapping[str, str]
    """Lasting name of each session, by id."""
    names: Mapping[str, str]
    """Candidate's name by party."""
    with_names: bool = False
    """Whether rooms' and sites' calendars name the candidates."""

    @property
    def plan(self) -> Plan:
        """Return the plan."""
        return self.version.plan

    @cached_property
    def slots(self) -> dict[str, Slot]:
        """Slots as they were when the plan was made, else as they are."""
        return {slot.id: slot for slot in (*self.round.slots, *self.plan.slots)}

    @cached_property
    def rooms(self) -> dict[str, Room]:
        """Rooms by id."""
        return {room.id: room for room in self.round.rooms}

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Sites by id."""
        return {site.id: site for site in self.round.sites}

    @cached_property
    def components(self) -> dict[str, Component]:
        """Components by id."""
        return {component.id: component for component in self.round.components}

    @cached_property
    def sitters(self) -> dict[str, list[Sitting]]:
        """Sittings of each session, by turn and place."""
        found: dict[str, list[Sitting]] = defaultdict(list)
        for sitting in sorted(self.plan.sittings, key=lambda s: (s.turn, s.place)):
            found[sitting.session_id].append(sitting)
        return found

    def of(self, kind: Kind) -> Iterator[Owned]:
        """Give the events of one kind of calendar; a session whose room or slot the round no longer has is left out."""
        sessions = [s for s in self.plan.sessions if s.room_id in self.rooms and s.slot_id in self.slots]
        for session in sessions:
            if kind == "examiners":
                yield from (Owned(id_, self._duty(session, id_)) for id_ in session.examiner_ids)
            elif kind == "rooms":
                yield Owned(session.room_id, self._held(kind, session.room_id, session))
            elif kind == "sites":
                site_id = self.rooms[session.room_id].site_id
                yield Owned(site_id, self._held(kind, site_id, session))
            else:
                yield from (Owned(s.party_id, self._sat(session, s)) for s in self.sitters[session.id])

    def _examined(self, session: Session) -> Text:
        words = [self._component(id_) for id_ in session.component_ids]
        return Text("、".join(w.zh for w in words), ", ".join(w.en for w in words))

    def _component(self, component_id: str) -> Text:
        found = self.components.get(component_id)
        return component_words(found, self.round.components) if found else Text(component_id, component_id)

    def _place(self, session: Session) -> tuple[Text, str]:
        """Return name of the room, and site, address and room as one line."""
        room = self.rooms[session.room_id]
        site, name = self.sites[room.site_id], room.name or room.id
        return Text(name, name), "，".join(part for part in (site.name or site.id, site.address, name) if part)

    def _base(self, session: Session, uid: str, summary: Text, lines: list[Text]) -> CalendarEvent:
        slot, (_, location) = self.slots[session.slot_id], self._place(session)
        told = [*lines, phrase("Session {id}, plan version {n}", id=session.id, n=self.version.version)]
        description = Text("\n".join(one.zh for one in told), "\n".join(one.en for one in told))
        return CalendarEvent(uid, slot.starts_at, slot.ends_at, summary, location, description)

    def _uid(self, kind: Kind, owner_id: str, what: str) -> str:
        return event_uid(self.key, kind, owner_id, what)

    def _sat(self, session: Session, sitting: Sitting) -> CalendarEvent:
        component = self.components.get(sitting.component_id)
        longest = max((self.components[i].minutes for i in session.component_ids if i in self.components), default=0)
        begins = turn_begins(
            self.slots[session.slot_id],
            sitting.turn,
            minutes=longest,
            changeover_min=self.round.policy.changeover_min,
        )
        what = component.name if component else self._component(sitting.component_id)  # beside a name it says enough
        name = self.names.get(sitting.party_id, sitting.party_id)
        seat = phrase("Turn {turn}, place {place}", turn=sitting.turn, place=sitting.place)
        lines = [what, seat, phrase("Bring your identity document and the admission ticket")]
        uid = self._uid("candidates", sitting.party_id, f"{sitting.component_id} {sitting.member}")
        made = self._base(session, uid, Text(f"{what.zh} {name}", f"{what.en} {name}"), lines)
        minutes = component.minutes if component else 0
        return replace(made, starts_at=begins, ends_at=begins + timedelta(minutes=minutes))

    def _duty(self, session: Session, examiner_id: str) -> CalendarEvent:
        component = self.components.get(session.component_id)
        assesses = component is not None and component.staffing.duty is Duty.ASSESS
        duty = phrase("Assessment") if assesses else phrase("Invigilation")
        what, (room, _) = self._examined(session), self._place(session)
        lines = [what, self._heads(session)]
        if session.lead_id == examiner_id:
            lines.append(phrase("You lead the assessing team"))
        summary = Text(f"{duty.zh} {what.zh} {room.zh}", f"{duty.en} {what.en} {room.en}")
        return self._base(session, self._uid("examiners", examiner_id, self.lasting[session.id]), summary, lines)

    def _held(self, kind: Kind, owner_id: str, session: Session) -> CalendarEvent:
        what, (room, _) = self._examined(session), self._place(session)
        crew = {one.id: one.name for one in self.round.examiners}
        serving = "、".join(f"{crew.get(i, '')} {i}".strip() for i in session.examiner_ids)
        lines = [what, self._heads(session), phrase("Examiners: {names}", names=serving or "—")]
        if self.with_names:
            seats = self.sitters[session.id]
            told = "\n".join(f"{s.turn}-{s.place} {self.names.get(s.party_id, s.party_id)}" for s in seats)
            lines.append(Text(told, ""))
        uid = self._uid(kind, owner_id, self.lasting[session.id])
        return self._base(session, uid, Text(f"{what.zh} {room.zh}", f"{what.en} {room.en}"), lines)

    def _heads(self, session: Session) -> Text:
        return phrase("{n} candidates", n=len(self.sitters[session.id]))
