"""Own duties (我的执考任务): an examiner sees them and accepts or declines each; one declined is a request to plan again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from scheduler.domain.calendar import Slot
from scheduler.domain.duties import Answer, Reply, standing
from scheduler.domain.users import User
from scheduler.errors import Conflict, InputError, NotFound, Text
from scheduler.office.desk import Office
from scheduler.office.own import own_sessions
from scheduler.registry.store import Store

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class OwnDuty:
    """One session that an examiner is asked to serve in."""

    round_id: str
    round_name: str
    version: int
    session_id: str
    when: str
    """Day and hours."""
    place: str
    """Site and room."""
    components: tuple[Text, ...]
    candidates: int
    lead: bool
    """Whether the examiner leads the team."""
    answer: str
    """``yes``, ``no``, or empty where it is not answered."""
    reason: str
    over: bool
    """Whether its day is over: it can be answered no more."""


def own_duties(office: Office, *, viewer: User) -> tuple[OwnDuty, ...]:
    """Return the duties of an examiner in every published plan, by time."""
    found = list[OwnDuty]()
    with office.registry.transaction(write=False) as store:
        for round_id in store.rounds.round_ids():
            found += _of_round(office, store, round_id, viewer)
    return tuple(sorted(found, key=lambda one: (one.over, one.when, one.round_id, one.session_id)))


def answer_duty(
    office: Office, *, viewer: User, round_id: str, session_id: str, answer: Answer, reason: str = ""
) -> Reply:
    """Accept or decline a duty of one's own; the next plan obeys it.

    Raises:
        NotFound: No such round, or no such duty of this examiner in the published plan.
        InputError: A duty is declined without a reason.
        Conflict: Its day is over.
    """
    if answer == "no" and not reason.strip():
        raise InputError(Text("谢绝任务须填写原因", "a duty is declined with a reason only"))
    with office.registry.transaction() as store:
        slots = {slot.id: slot for slot in store.rounds.setup(round_id).slots}
        published = store.plans.published(round_id)
        mine = own_sessions(viewer, published.plan) if published else []
        session = next((one for one in mine if one.id == session_id and viewer.subject_id in one.examiner_ids), None)
        if published is None or session is None or session.slot_id not in slots:
            raise NotFound(Text("已发布方案中没有您的这项任务", "the published plan asks no such duty of you"))
        slot = slots[session.slot_id]
        if slot.on < office.today():
            raise Conflict(Text("该场次已经过去", "the day of this session is over"))
        reply = Reply(
            viewer.subject_id, slot, answer, office.now(), office.who,
            session_id=session_id, reason=reason.strip()[:_LONGEST], version=published.version,
        )  # fmt: skip
        store.duties.record(round_id, [reply])
        office.note(store, "duties", round_id, f"{viewer.subject_id} {session_id}: {answer}")
    return reply


def _of_round(office: Office, store: Store, round_id: str, viewer: User) -> list[OwnDuty]:
    published = store.plans.published(round_id)
    if published is None:
        return []
    setup, kept = store.rounds.setup(round_id), standing(store.duties.replies(round_id))
    slots = {slot.id: slot for slot in setup.slots}
    sites, rooms = {one.id: one.name or one.id for one in setup.sites}, {one.id: one for one in setup.rooms}
    seated = Counter(sitting.session_id for sitting in published.plan.sittings)
    found = []
    for session in own_sessions(viewer, published.plan):
        slot, room = slots.get(session.slot_id), rooms.get(session.room_id)
        if slot is None or viewer.subject_id not in session.examiner_ids:
            continue
        reply = kept.get((viewer.subject_id, slot.id, session.id))
        stands = reply if reply is not None and reply.slot == slot else None
        found.append(
            OwnDuty(
                round_id, setup.name, published.version, session.id, _hours(slot),
                " ".join(filter(None, (sites.get(room.site_id) if room else "", session.room_id))),
                tuple(_component(office, one) for one in session.component_ids),
                seated[session.id], session.lead_id == viewer.subject_id,
                stands.answer if stands else "", stands.reason if stands else "", slot.on < office.today(),
            )
        )  # fmt: skip
    return found


def _hours(slot: Slot) -> str:
    return f"{slot.on} {slot.start:%H:%M}–{slot.end:%H:%M}"


def _component(office: Office, component_id: str) -> Text:
    every = (component for scheme in office.catalogue.schemes for component in scheme.components)
    name = next((one.name for one in every if one.id == component_id), Text("", ""))
    return Text(name.zh or name.en or component_id, name.en or name.zh or component_id)
