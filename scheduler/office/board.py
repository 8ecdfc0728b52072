"""Board (编排看板): a plan as a table of rooms by days, and who has no place; each viewer sees what is theirs. Nothing changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from scheduler.domain.rounds import Party, Round
from scheduler.domain.sessions import Plan
from scheduler.domain.users import Role, User
from scheduler.domain.wording import component_words
from scheduler.errors import NotFound, Text
from scheduler.office.assemble import assemble, refuse_if_gone
from scheduler.office.desk import Office
from scheduler.office.figures_plan import Held, Reading


@dataclass(frozen=True, slots=True)
class Placed:
    """One session on the board."""

    session_id: str
    components: tuple[Text, ...]
    time: str
    """Start and end, such as ``09:00–11:30``."""
    used: int
    """Candidates seated, as far as the viewer may see them."""
    offered: int
    """Seats in all turns."""
    examiners: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One room with its sessions of each day."""

    room_id: str
    name: str
    days: tuple[tuple[Placed, ...], ...]
    """As many as the board has days, in their order."""


@dataclass(frozen=True, slots=True)
class Left:
    """A candidate without a place."""

    name: str
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A version of a plan as one viewer sees it."""

    round_id: str
    name: str
    version: int
    state: str
    versions: tuple[tuple[int, str], ...]
    """Every version and its state."""
    days: tuple[date, ...]
    sites: tuple[tuple[str, str, tuple[Lane, ...]], ...]
    """Id, name and rooms of each site that has sessions, sorted by id."""
    site_names: tuple[tuple[str, str], ...]
    """Id and name of every site that the viewer may choose, sorted by id."""
    components: tuple[tuple[str, Text], ...]
    """Id and name of every component with a session, sorted by id."""
    seated: int
    """Candidates with a place, as far as the viewer may see them."""
    left: tuple[Left, ...]
    """Sorted by name."""


def board(
    office: Office, *, round_id: str, viewer: User, version: int | None = None, site: str = "", component: str = ""
) -> Board:
    """Return a version of a plan: the one asked for, else the published one, else the newest.

    A clerk sees the candidates of the own institution and the sessions they sit in; an examiner the sessions of the own
    duties, and drafts are nobody's business but the coordinators' and auditors'.

    Raises:
        NotFound: No such round, or no version that the viewer may see.
        StalePlan: The plan uses a slot or room that the set-up no longer has.
    """
    with office.registry.transaction(write=False) as store:
        assembled = assemble(office, store, round_id)
        published = store.plans.published(round_id)
        all_versions = store.plans.versions(round_id)
        drafts = viewer.role in {Role.COORDINATOR, Role.AUDITOR}
        versions = [one for one in all_versions if drafts or one.state == "published"]
        asked = version if version is not None else published.version if published else None
        if not drafts and asked not in {one.version for one in versions}:
            raise NotFound(Text(f"批次 {round_id} 没有已发布的方案", f"round {round_id} has no published plan"))
        kept = store.plans.version(round_id, asked)
    refuse_if_gone(assembled.round, kept)
    theirs = _Theirs(assembled.round, kept.plan, viewer)
    reading = Reading(assembled.round, kept.plan)
    seen = [one for one in reading.held if theirs.sees(one)]
    picked = [
        one for one in seen
        if site in {"", one.room.site_id} and (not component or component in one.session.component_ids)
    ]  # fmt: skip
    days = tuple(sorted({one.slot.on for one in picked}))
    names = {c.id: component_words(c, assembled.round.components) for one in seen for c in one.components}
    return Board(
        round_id, assembled.round.name or round_id, kept.version, kept.state,
        tuple((one.version, one.state) for one in versions), days, _sites(reading, picked, days, theirs),
        tuple((id_, reading.name_of(id_)) for id_ in sorted({one.room.site_id for one in seen})),
        tuple(sorted(names.items(), key=lambda one: one[0])), theirs.seated(), _left(kept.plan, theirs, assembled.names),
    )  # fmt: skip


class _Theirs:
    """What of a plan is a viewer's."""

    def __init__(self, round_: Round, plan: Plan, viewer: User) -> None:
        self._viewer, self._parties = viewer, {party.id: party for party in round_.parties}
        self._own: dict[str, int] = defaultdict(int)
        self._seated = set()
        duties = {one.id for one in plan.sessions if viewer.subject_id in one.examiner_ids}
        for sitting in plan.sittings:
            if self.has(self._parties.get(sitting.party_id)) or sitting.session_id in duties:
                self._own[sitting.session_id] += 1
                self._seated.add((sitting.party_id, sitting.member))
        self._duties = duties

    @property
    def _all(self) -> bool:
        return self._viewer.role in {Role.COORDINATOR, Role.AUDITOR}

    def has(self, party: Party | None) -> bool:
        """Tell whether a party is the viewer's to see."""
        own = self._viewer.role is Role.CLERK and party is not None and party.institution_id == self._viewer.subject_id
        return self._all or own

    def has_id(self, party_id: str) -> bool:
        """Tell whether a party is the viewer's to see, by its id."""
        return self.has(self._parties.get(party_id))

    def sees(self, held: Held) -> bool:
        """Tell whether a session is the viewer's to see."""
        if self._viewer.role is Role.EXAMINER:
            return held.session.id in self._duties
        return self._all or self._own[held.session.id] > 0

    def used(self, held: Held) -> int:
        """Return how many candidates of a session the viewer may count."""
        return self._own[held.session.id]

    def seated(self) -> int:
        """Return how many candidates with a place the viewer may count."""
        return len(self._seated)


def _sites(
    reading: Reading, picked: list[Held], days: tuple[date, ...], theirs: _Theirs
) -> tuple[tuple[str, str, tuple[Lane, ...]], ...]:
    cells: dict[tuple[str, date], list[Placed]] = defaultdict(list)
    rooms = {}
    for held in picked:
        rooms[held.room.site_id, held.room.id] = held.room
        cells[held.room.id, held.slot.on].append(_placed(reading, held, theirs))
    found: dict[str, list[Lane]] = defaultdict(list)
    for (site_id, room_id), room in sorted(rooms.items()):
        lane = Lane(room_id, room.name or room_id, tuple(tuple(cells[room_id, day]) for day in days))
        found[site_id].append(lane)
    return tuple((site_id, reading.name_of(site_id), tuple(lanes)) for site_id, lanes in found.items())


def _placed(reading: Reading, held: Held, theirs: _Theirs) -> Placed:
    return Placed(
        held.session.id,
        tuple(component_words(one, reading.round.components) for one in held.components),
        f"{held.slot.start:%H:%M}–{held.slot.end:%H:%M}",
        theirs.used(held),
        held.offered,
        len(held.session.examiner_ids),
    )


def _left(plan: Plan, theirs: _Theirs, names: Mapping[str, str]) -> tuple[Left, ...]:
    found = [
        Left(names.get(one.party_id, one.party_id), tuple(reason.what for reason in one.reasons))
        for one in plan.unplaced
        if theirs.has_id(one.party_id)
    ]
    return tuple(sorted(found, key=lambda one: one.name))
