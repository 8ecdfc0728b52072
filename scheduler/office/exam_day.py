"""The exam day (考试日): what a published version says of every session, its people and their seats, ready for papers.

Used by admit. Seats are those that hold after the lot. Nothing here knows paper.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import AdmissionRule, Catalogue, Component, ComponentKind, Notice
from scheduler.domain.entries import Entry
from scheduler.domain.people import Examiner
from scheduler.domain.places import Room, Site
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Session, Sitting
from scheduler.domain.turns import turn_begins
from scheduler.errors import StalePlan, Text

_NOBODY = AdmissionRule("", (), 0, 0, 0, 0, edition=None)  # type: ignore[arg-type]  # where no rule is in force


@dataclass(frozen=True, slots=True)
class Seated:
    """One candidate in one session."""

    entry: Entry
    sitting: Sitting
    component: Component
    ticket_no: str
    institution: str
    """That trained the candidate; empty where none did."""
    begins: datetime
    """Of the turn."""
    ends: datetime
    admission: AdmissionRule
    """The strictest that is in force."""

    @property
    def arrives(self) -> datetime:
        """Return when to be at the site."""
        return self.begins - timedelta(minutes=self.admission.arrive_min)

    @property
    def latest(self) -> datetime:
        """Return the moment from which on nobody is admitted."""
        return self.begins + timedelta(minutes=self.admission.late_min)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One examiner or invigilator in one session."""

    examiner: Examiner
    institution: str
    leads: bool
    trained: int
    """Candidates of the session whom the own institution trained."""
    recused: tuple[str, ...]
    """Names of the round's candidates whom the examiner must not meet, sorted."""


@dataclass(frozen=True, slots=True)
class Held:
    """One session with everything that papers say of it."""

    session: Session
    room: Room
    slot: Slot
    site: Site
    components: tuple[Component, ...]
    seats: tuple[Seated, ...]
    """Sorted by turn and place."""
    staff: tuple[OnDuty, ...]
    """The leader first, then sorted by id."""
    admission: AdmissionRule

    def turns(self) -> dict[int, list[Seated]]:
        """Return the seats of each turn, in order."""
        found: dict[int, list[Seated]] = {}
        for seat in self.seats:
            found.setdefault(seat.sitting.turn, []).append(seat)
        return found


@dataclass(frozen=True, slots=True)
class ExamDays:
    """A published version, session by session."""

    round: Round
    version: int
    seed: int | None
    """Of the lot; None where seats are as planned."""
    sessions: tuple[Held, ...]
    """Sorted by site, day, start, room."""
    notices: tuple[Notice, ...]
    """In force when the round begins."""

    def tickets(self) -> list[tuple[Entry, list[Seated], list[Held]]]:
        """Return each candidate with a seat, with all sittings in the order of time, sorted by the first of them."""
        found: dict[str, list[tuple[Seated, Held]]] = defaultdict(list)
        for held in self.sessions:
            for seat in held.seats:
                found[seat.entry.id].append((seat, held))
        rows = []
        for pairs in found.values():
            pairs.sort(key=lambda pair: (pair[0].begins, pair[0].component.id))
            rows.append((pairs[0][0].entry, [seat for seat, _ in pairs], [held for _, held in pairs]))
        return sorted(
            rows, key=lambda row: (_site(row[2][0]), row[1][0].begins, *_seat(row[1][0], row[2][0]), row[0].id)
        )


def exam_days(
    round_: Round,
    version: int,
    plan: Plan,
    *,
    entries: Mapping[str, Entry],
    catalogue: Catalogue,
    tickets: Mapping[str, str],
    seed: int | None,
) -> ExamDays:
    """Return what a version says; ``plan`` is seated as it holds.

    Raises:
        StalePlan: The set-up no longer has a room, slot or component of the plan, or a candidate is no longer registered.
    """
    _refuse_if_gone(round_, version, plan, entries)
    reader = _Reader(round_, plan, entries, catalogue, tickets)
    sessions = sorted(map(reader.held, plan.sessions), key=lambda h: (_site(h), h.slot.starts_at, h.room.id))
    first = round_.window.first_on
    notices = tuple(notice for notice in catalogue.notices if notice.edition.in_force(first))
    return ExamDays(round_, version, seed, tuple(sessions), notices)


def _site(held: Held) -> str:
    return held.site.id


def _seat(seat: Seated, held: Held) -> tuple[str, int, int]:
    return held.room.id, seat.sitting.turn, seat.sitting.place


class _Reader:
    """Looks up what a plan names."""

    def __init__(
        self, round_: Round, plan: Plan, entries: Mapping[str, Entry], catalogue: Catalogue, tickets: Mapping[str, str]
    ) -> None:
        self._round, self._entries, self._catalogue, self._tickets = round_, entries, catalogue, tickets
        self._rooms, self._slots = {r.id: r for r in round_.rooms}, {s.id: s for s in round_.slots}
        self._sites, self._examiners = {s.id: s for s in round_.sites}, {e.id: e for e in round_.examiners}
        self._components = {component.id: component for component in round_.components}
        self._institutions = {one.id: one.name for one in round_.institutions}
        self._sittings: dict[str, list[Sitting]] = defaultdict(list)
        for sitting in plan.sittings:
            self._sittings[sitting.session_id].append(sitting)

    def held(self, session: Session) -> Held:
        """Return a session with its people."""
        room, slot = self._rooms[session.room_id], self._slots[session.slot_id]
        parts = tuple(self._components[one] for one in session.component_ids)
        sittings = sorted(self._sittings[session.id], key=lambda s: (s.turn, s.place))
        longest = max(part.minutes for part in parts)
        seats = tuple(self._seated(sitting, slot, longest) for sitting in sittings)
        staff = sorted(
            (self._on_duty(examiner_id, session, seats) for examiner_id in session.examiner_ids),
            key=lambda one: (not one.leads, one.examiner.id),
        )
        rule = self._admission({part.kind for part in parts}, slot.on)
        return Held(session, room, slot, self._sites[room.site_id], parts, seats, tuple(staff), rule)

    def _seated(self, sitting: Sitting, slot: Slot, longest: int) -> Seated:
        entry, component = self._entries[sitting.party_id], self._components[sitting.component_id]
        changeover_min = self._round.policy.changeover_min
        begins = turn_begins(slot, sitting.turn, minutes=longest, changeover_min=changeover_min)
        return Seated(
            entry,
            sitting,
            component,
            self._tickets.get(entry.id, ""),
            self._institutions.get(entry.institution_id, entry.institution_id),
            begins,
            begins + timedelta(minutes=component.minutes),
            self._admission({component.kind}, slot.on),
        )

    def _on_duty(self, examiner_id: str, session: Session, seats: tuple[Seated, ...]) -> OnDuty:
        examiner = self._examiners[examiner_id]
        own = examiner.institution_id
        barred = {r.party_id for r in self._round.recusals if r.examiner_id == examiner_id}
        return OnDuty(
            examiner,
            self._institutions.get(own, own),
            session.lead_id == examiner_id,
            len({seat.entry.id for seat in seats if own and seat.entry.institution_id == own}),
            tuple(sorted(self._entries[one].candidate.name for one in barred if one in self._entries)),
        )

    def _admission(self, kinds: set[ComponentKind], on: date) -> AdmissionRule:
        rules = [r for r in self._catalogue.admissions if kinds & set(r.kinds) and r.edition.in_force(on)]
        if not rules:
            return _NOBODY
        first = rules[0]
        return AdmissionRule(
            first.id,
            first.kinds,
            max(rule.arrive_min for rule in rules),
            max(rule.enter_min for rule in rules),
            min(rule.late_min for rule in rules),
            max(rule.papers_min for rule in rules),
            edition=first.edition,
        )


def _refuse_if_gone(round_: Round, version: int, plan: Plan, entries: Mapping[str, Entry]) -> None:
    known = {one.id for part in (round_.rooms, round_.slots, round_.components, round_.examiners) for one in part}
    used = {
        key
        for session in plan.sessions
        for key in (session.room_id, session.slot_id, *session.component_ids, *session.examiner_ids)
    } | {sitting.party_id for sitting in plan.sittings}
    gone = sorted(used - known - entries.keys())
    if gone:
        raise StalePlan(
            Text(
                f"方案第 {version} 版用到的{'、'.join(gone)}已不在批次设置或报名中",
                f"version {version} uses {', '.join(gone)}, which the round no longer has",
            ),
            hint=Text("重新编排并发布该批次", "plan and publish the round again"),
        )
