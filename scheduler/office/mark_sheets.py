"""Mark sheets on a page (成绩页): sessions and how far their marks are, one session to fill in, entered marks side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.catalogue import Component
from scheduler.domain.entries import Entry
from scheduler.domain.identity import mask
from scheduler.domain.proposals import Proposal, differences
from scheduler.domain.results import ComponentMark
from scheduler.domain.sessions import Session
from scheduler.domain.wording import component_words
from scheduler.errors import NotFound, Text
from scheduler.office.desk import Office
from scheduler.registry.store import Store


@dataclass(frozen=True, slots=True)
class SessionMarks:
    """How far the marks of one session are."""

    session_id: str
    when: str
    """Day and hours."""
    components: tuple[Text, ...]
    seated: int
    recorded: int
    waiting: int
    """Entered by one person and not yet recorded."""


@dataclass(frozen=True, slots=True)
class MarksOverview:
    """The marks of one round."""

    round_id: str
    name: str
    sessions: tuple[SessionMarks, ...]
    """Sessions of the published plan, by time and id."""
    proposals: tuple[Proposal, ...]
    """Those of which anything waits, the oldest first."""


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One candidate in one component, to be filled in or compared."""

    entry_id: str
    name: str
    document: str
    """Document number, masked."""
    component: Component
    component_name: Text
    place: str
    """Turn and place, such as ``1-07``; empty where there is none."""
    recorded: ComponentMark | None
    waits: bool
    readings: tuple[tuple[str, ComponentMark], ...] = ()
    """Who read what, of a proposal."""
    differ: tuple[str, ...] = ()
    """What the readings differ in, as `differences` says it; sorted."""


@dataclass(frozen=True, slots=True)
class MarkSheet:
    """Rows to fill in or to compare."""

    round_id: str
    title: str
    """Session and hours, or the file's name."""
    rows: tuple[MarkRow, ...]
    proposal: Proposal | None = None


def marks_overview(office: Office, *, round_id: str) -> MarksOverview:
    """Return every session of the published plan with the figures of its marks, and what waits; raises NotFound."""
    with office.registry.transaction(write=False) as store:
        setup, published = store.rounds.setup(round_id), store.plans.published(round_id)
        known = {(mark.entry_id, mark.component_id) for mark in store.results.marks_of_round(round_id)}
        proposals = tuple(one for one in store.proposals.proposals(round_id) if one.waiting)
        entries = store.rounds.entries(round_id)
    waiting = {key for one in proposals for key in one.waiting}
    seated: dict[str, list[tuple[str, str]]] = {}
    for sitting in published.plan.sittings if published else ():
        seated.setdefault(sitting.session_id, []).append((sitting.party_id, sitting.component_id))
    names = _components(office, {entry.id: entry for entry in entries})
    hours = {slot.id: f"{slot.on} {slot.start:%H:%M}–{slot.end:%H:%M}" for slot in setup.slots}
    sessions = [
        SessionMarks(
            session.id,
            hours.get(session.slot_id, ""),
            tuple(names[one][1] for one in session.component_ids if one in names),
            len(keys := seated.get(session.id, [])),
            sum(key in known for key in keys),
            sum(key in waiting for key in keys),
        )
        for session in (published.plan.sessions if published else ())
    ]
    return MarksOverview(round_id, setup.name, tuple(sorted(sessions, key=lambda s: (s.when, s.session_id))), proposals)


def mark_sheet(office: Office, *, round_id: str, session_id: str) -> MarkSheet:
    """Return the sheet of a session of the published plan, by turn and place.

    Raises:
        NotFound: No such round, or no such session in the published plan.
    """
    with office.registry.transaction(write=False) as store:
        setup, published = store.rounds.setup(round_id), store.plans.published(round_id)
        session = next((s for s in published.plan.sessions if s.id == session_id), None) if published else None
        if published is None or session is None:
            raise NotFound(
                Text(f"已发布方案中没有场次 {session_id}", f"the published plan has no session {session_id}")
            )
        sittings = [s for s in published.plan.sittings if s.session_id == session_id]
        waiting = {key for one in store.proposals.proposals(round_id) for key in one.waiting}
        rows = _Rows(office, store, round_id)
        found = [
            rows.row((s.party_id, s.component_id), waiting, place=f"{s.turn}-{s.place:02}")
            for s in sorted(sittings, key=lambda s: (s.turn, s.place, s.party_id, s.component_id))
            if s.party_id in rows.entries
        ]
    return MarkSheet(
        round_id, _title(session, {s.id: f"{s.on} {s.start:%H:%M}–{s.end:%H:%M}" for s in setup.slots}), tuple(found)
    )


def proposed_sheet(office: Office, *, round_id: str, proposal_id: str) -> MarkSheet:
    """Return what waits of entered marks, each person's reading beside the other's; raises NotFound."""
    with office.registry.transaction(write=False) as store:
        proposal = store.proposals.proposal(round_id, proposal_id)
        rows, waiting = _Rows(office, store, round_id), proposal.waiting
        read: dict[tuple[str, str], list[tuple[str, ComponentMark]]] = {}
        for reading in proposal.readings:
            for mark in reading.marks:
                read.setdefault((mark.entry_id, mark.component_id), []).append((reading.who, mark))
        found = [rows.row(key, set(waiting), read=read[key]) for key in waiting if key[0] in rows.entries]
    title = proposal.session_id or proposal.readings[0].source or proposal.id
    return MarkSheet(round_id, title, tuple(sorted(found, key=lambda r: (not r.differ, r.name, r.entry_id))), proposal)


class _Rows:
    """Makes rows of one round."""

    def __init__(self, office: Office, store: Store, round_id: str) -> None:
        self.entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
        self._components = _components(office, self.entries)
        self._known = {(mark.entry_id, mark.component_id): mark for mark in store.results.marks_of_round(round_id)}

    def row(
        self, key: tuple[str, str], waiting: set[tuple[str, str]], *, place: str = "", read: list[tuple[str, ComponentMark]] | None = None
    ) -> MarkRow:  # fmt: skip
        candidate, (component, name) = self.entries[key[0]].candidate, self._components[key[1]]
        marks = [mark for _, mark in read or []]
        differ = {what for mark in marks[1:] for what in differences(marks[0], mark)}
        return MarkRow(
            key[0], candidate.name, mask(candidate.document.number), component, name, place,
            self._known.get(key), key in waiting, tuple(read or ()), tuple(sorted(differ)),
        )  # fmt: skip


def _components(office: Office, entries: Mapping[str, Entry]) -> dict[str, tuple[Component, Text]]:
    schemes = {entry.scheme_id for entry in entries.values()}
    every = [component for scheme_id in sorted(schemes) for component in office.catalogue.scheme(scheme_id).components]
    return {one.id: (one, component_words(one, every)) for one in every}


def _title(session: Session, hours: Mapping[str, str]) -> str:
    return f"{session.id} {hours.get(session.slot_id, '')}".rstrip()
