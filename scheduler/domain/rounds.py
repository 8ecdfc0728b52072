"""Round (考试批次): all that one planning needs, explicit and free of the database; and RoundSetup, what a coordinator prepares.

Planning and the audit read a Round; the round file is this value as JSON. No rule is judged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import Component
from scheduler.domain.people import Examiner, Recusal
from scheduler.domain.places import Institution, Room, Site


@dataclass(frozen=True, slots=True)
class Party:
    """One candidate, or a group that sits together, to be seated in this round."""

    id: str
    component_ids: tuple[str, ...]
    """Components due, one or more."""
    head_count: int = 1
    """Candidates in the party, 1 or more; they sit in one session for each component."""
    group_id: str = ""
    institution_id: str = ""
    """Institution that trained them; its examiners alone may not judge them."""
    origin_id: str = ""
    """Starting point, key of ``Round.distances``."""
    x_km: float | None = None
    y_km: float | None = None
    fares: Mapping[str, int] = field(default_factory=dict)
    """Cost of one trip of the whole party to a site, by site id; replaces distance times weight where given."""
    earliest_on: date | None = None
    latest_on: date | None = None
    """Deadline: last day on which the party may sit anything."""
    unavailable_slot_ids: tuple[str, ...] = ()
    accessible: bool = False
    """Needs an accessible room."""


@dataclass(frozen=True, slots=True)
class Group:
    """Parties kept together: an employer's people, a class."""

    id: str
    together: Literal["session", "site", "none"] = "session"
    """``session``: for each component all in one session. ``site``: for each component all at one site. ``none``: a name only."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Distance:
    """Road distance from a starting point to a site; wins over coordinates."""

    origin_id: str
    site_id: str
    km: float


@dataclass(frozen=True, slots=True)
class Opening:
    """What is said of one session option, a room in a slot: its price, or that it is closed."""

    room_id: str
    slot_id: str
    cost: int | None = None
    """Cost of opening a session; None leaves the room's."""
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Reservation:
    """Places of a room kept for one group or one institution's candidates (预留考位)."""

    room_id: str
    places: int
    """Places in each turn that others may not take."""
    group_id: str = ""
    institution_id: str = ""
    slot_id: str = ""
    """Empty: in every slot."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A part of a party's sitting that must stay (锁定): its slot, its room, its place, each alone or together."""

    party_id: str
    component_id: str
    slot_id: str | None = None
    room_id: str | None = None
    turn: int | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True)
class ExaminerLock:
    """An examiner who must serve if this room has a session in this slot."""

    room_id: str
    slot_id: str
    examiner_id: str


@dataclass(frozen=True, slots=True)
class Weights:
    """Cost units of the soft rules; whole numbers, 0 or more."""

    unplaced: int = 5000
    """Each candidate without a place."""
    theory_session: int = 300
    workshop_session: int = 400
    examiner: int = 120
    """Each examiner in each session."""
    km: int = 1
    """Each kilometre, rounded for each trip, of each candidate."""
    extra_trip: int = 40
    """Each further trip (another day or another site) of each candidate."""
    wait_day: int = 2
    """Each day from the first day possible to the last sitting, of each candidate."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How strictly this round is planned; all plain defaults, all data."""

    examiners_on: bool = True
    """False plans rooms and candidates only."""
    min_institutions: int = 2
    """Institutions among a session's examiners, 1 or more (联合考评)."""
    independent_per: int = 15
    """In each session one examiner from outside a candidates' training institution for each started so many of its candidates."""
    order_gap_min: int = 0
    """Minutes between the end of one component and the start of the next that follows it."""
    order_days_max: int | None = None
    """Most days between a component and the one that follows it."""
    changeover_min: int = 0
    """Minutes between two turns at a workstation."""
    max_travel_km: float | None = None
    """Hard limit for each trip; needs a distance or coordinates."""
    road_factor: float = 1.25
    """Road kilometres per straight-line kilometre, where only coordinates are known."""
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True, slots=True)
class Round:
    """Everything planned together."""

    id: str
    window: Window
    slots: tuple[Slot, ...]
    institutions: tuple[Institution, ...]
    sites: tuple[Site, ...]
    rooms: tuple[Room, ...]
    components: tuple[Component, ...]
    parties: tuple[Party, ...]
    examiners: tuple[Examiner, ...] = ()
    groups: tuple[Group, ...] = ()
    recusals: tuple[Recusal, ...] = ()
    distances: tuple[Distance, ...] = ()
    openings: tuple[Opening, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    locks: tuple[Lock, ...] = ()
    examiner_locks: tuple[ExaminerLock, ...] = ()
    policy: Policy = field(default_factory=Policy)
    name: str = ""


@dataclass(frozen=True, slots=True)
class RoundSetup:
    """What a coordinator prepares before anybody registers: days, places, examiners (批次准备)."""

    id: str
    name: str
    window: Window
    slots: tuple[Slot, ...]
    institutions: tuple[Institution, ...]
    sites: tuple[Site, ...]
    rooms: tuple[Room, ...]
    examiners: tuple[Examiner, ...]
    scheme_ids: tuple[str, ...]
    """Schemes that may be applied for in this round."""
    recusals: tuple[DocumentRecusal, ...] = ()
    groups: tuple[Group, ...] = ()
    distances: tuple[Distance, ...] = ()
    openings: tuple[Opening, ...] = ()
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class DocumentRecusal:
    """A recusal as a coordinator writes it down, before entries exist: by the candidate's document number."""

    examiner_id: str
    document_no: str
    reason: Literal["relative", "own_trainee", "other"]
    note: str = ""
