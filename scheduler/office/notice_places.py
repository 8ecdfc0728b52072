"""Where everybody is to be by a version of a plan, and what everybody was told last; in words, so that both can be compared.

Used by notices. What was told is what stood in the lists that were handed over, in the order of their numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Component, Duty
from scheduler.domain.notices import Matter, NoticeList, Told
from scheduler.domain.sessions import Plan, PlanVersion, Session, Sitting
from scheduler.domain.turns import turn_begins
from scheduler.errors import Text
from scheduler.office.assemble import assemble
from scheduler.office.desk import Office
from scheduler.phrases import phrase
from scheduler.registry.store import Store


@dataclass(frozen=True, slots=True)
class Standing:
    """What one recipient knows, or is to know, of one matter."""

    name: str
    phone: str
    told: Told | None
    """None: that there is no place, or no duty."""
    version: int
    """Version of the plan that says so."""


class Places:
    """Where everybody is to be; names and places as the round's set-up has them today."""

    def __init__(self, office: Office, store: Store, round_id: str) -> None:
        self.setup = store.rounds.setup(round_id)
        self.round = assemble(office, store, round_id).round
        self.people = {entry.id: entry.candidate for entry in store.rounds.entries(round_id)}
        self.rooms = {room.id: room for room in self.setup.rooms}
        self.sites = {site.id: site for site in self.setup.sites}
        self.examiners = {one.id: one for one in self.setup.examiners}
        self.components = {c.id: c for scheme in office.catalogue.schemes for c in scheme.components}

    def of(self, kept: PlanVersion) -> dict[Matter, Standing]:
        """Return where everybody is by a version of the plan; whoever has no place is there, too."""
        plan, found = kept.plan, dict[Matter, Standing]()
        slots = {slot.id: slot for slot in (*self.setup.slots, *plan.slots)}  # as they were planned
        sessions = {session.id: session for session in plan.sessions if session.slot_id in slots}
        heads = Counter(sitting.session_id for sitting in plan.sittings)
        for sitting in plan.sittings:
            if sitting.session_id in sessions:
                session = sessions[sitting.session_id]
                told = self._seated(session, slots[session.slot_id], sitting)
                found[Matter("candidate", sitting.party_id, sitting.component_id)] = self._candidate(
                    sitting.party_id, told, kept
                )
        for matter in self._without(plan):
            found[matter] = self._candidate(matter.recipient_id, None, kept)
        for session in sessions.values():
            self._session(found, session, slots[session.slot_id], (heads[session.id], kept.version))
        return found

    def _without(self, plan: Plan) -> Iterable[Matter]:
        waiting = {one.party_id for one in plan.unplaced}
        for party in self.round.parties:
            if party.id in waiting:
                yield from (Matter("candidate", party.id, component_id) for component_id in party.component_ids)

    def _candidate(self, entry_id: str, told: Told | None, kept: PlanVersion) -> Standing:
        person = self.people.get(entry_id)
        return Standing(person.name if person else entry_id, person.phone if person else "", told, kept.version)

    def _session(self, found: dict[Matter, Standing], session: Session, slot: Slot, counted: tuple[int, int]) -> None:
        heads, version = counted
        room = self.rooms.get(session.room_id)
        for id_ in session.examiner_ids:
            told = self._told(session, slot, self._duty(session, id_))
            examiner = self.examiners.get(id_)
            found[Matter("examiner", id_, session.id)] = Standing(
                (examiner.name if examiner else "") or id_, "", told, version
            )
        told = self._told(session, slot, phrase("{n} candidates", n=heads).zh)
        name = f"{told.site} {told.room}" if room else session.room_id
        found[Matter("room", session.room_id, session.id)] = Standing(name, "", told, version)

    def _duty(self, session: Session, examiner_id: str) -> str:
        if examiner_id == session.lead_id:
            return phrase("leading assessor").zh
        component = self.components.get(session.component_id)
        invigilates = component is not None and component.staffing.duty is Duty.INVIGILATE
        return (phrase("invigilator") if invigilates else phrase("assessor")).zh

    def _seated(self, session: Session, slot: Slot, sitting: Sitting) -> Told:
        told = self._told(session, slot, str(sitting.place), sitting.component_id)
        component = self.components.get(sitting.component_id)
        if component is None:
            return told
        longest = max(one.minutes for id_ in session.component_ids if (one := self.components.get(id_)))
        changeover_min = self.setup.policy.changeover_min
        begins = turn_begins(slot, sitting.turn, minutes=longest, changeover_min=changeover_min)
        return replace(told, start=begins.time(), end=(begins + timedelta(minutes=component.minutes)).time())

    def _told(self, session: Session, slot: Slot, seat: str, component_id: str = "") -> Told:
        room = self.rooms.get(session.room_id)
        site = self.sites.get(room.site_id) if room else None
        ids = (component_id,) if component_id else session.component_ids
        names = [_name(self.components.get(id_), id_) for id_ in ids]
        return Told(
            on=slot.on,
            start=slot.start,
            end=slot.end,
            site=(site.name or site.id) if site else "",
            address=site.address if site else "",
            room=(room.name or room.id) if room else session.room_id,
            seat=seat,
            component="、".join(dict.fromkeys(name.zh for name in names)),
            component_en=", ".join(dict.fromkeys(name.en for name in names)),
        )


def _name(component: Component | None, id_: str) -> Text:
    return Text(component.name.zh or id_, component.name.en or id_) if component else Text(id_, id_)


def last_told(
    lists: Iterable[NoticeList], versions: Mapping[int, PlanVersion], places: Places, since: int | None
) -> dict[Matter, Standing]:
    """Return what everybody was told last.

    Args:
        lists: Those that were handed over, sorted by number.
        versions: Versions of the plan by number.
        places: Words for what a version says.
        since: Version that everybody was told by other means; what was handed over of later versions came after it.
    """
    told: dict[Matter, Standing] = {}
    assumed = False
    for one in lists:
        if since is not None and one.version > since and not assumed:
            told, assumed = places.of(versions[since]), True
        if one.since is not None:
            told = places.of(versions[one.since])
        for message in one.messages:
            told[message.matter] = Standing(message.name, message.phone, message.now, one.version)
    return places.of(versions[since]) if since is not None and not assumed else told
