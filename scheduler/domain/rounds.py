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
    barred_site_ids: tuple[str, ...] = ()
    """Sites at which the party is not examined."""
    travel_exception: bool = False
    """Where no site that offers a component lies within ``Policy.max_travel_km``, the nearest one that does is allowed."""


@dataclass(frozen=True, slots=True)
class Group:
    """Parties kept together: an employer's people, a class."""

    id: str
    together: Literal["session", "site", "fragments", "none"] = "session"
    """``session``: for each component all in one session. ``site``: for each component all at one site.
    ``fragments``: for each component at every site nobody, or at least ``fragment_min`` and at most ``fragment_max``.
    ``none``: a name only."""
    name: str = ""
    fragment_min: int = 1
    """Fewest candidates at a site, 1 or more; a group with fewer due stays whole."""
    fragment_max: int | None = None
    """Most candidates at a site; None for no limit."""
    barred_site_ids: tuple[str, ...] = ()
    """Sites at which nobody of the group is examined."""


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
class Waiver:
    """Leave to seat more than a room's places and its component's limit in one slot (超员许可)."""

    room_id: str
    slot_id: str
    places: int
    """Extra places in each turn, 1 or more; they bear the numbers after the room's own."""
    reason: str
    """By whom and why; never empty."""


@dataclass(frozen=True, slots=True)
class Share:
    """The part of all seats that an institution's sites are to take at most (承考份额)."""

    institution_id: str
    percent: int
    """Of the seats due in the round, one for each candidate and component; 0 to 100."""


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
    share_over: int = 0
    """Each seat at an institution's sites beyond its share; 0 leaves the term out, as in those that follow."""
    day_peak: int = 0
    """Each seat on a day beyond ``Policy.day_tolerance_percent`` of the average day."""
    unfair: int = 0
    """Each duty of an examiner beyond the average, rounded up."""
    group_session: int = 0
    """Each further session of a group, for each component."""


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
    max_sittings_per_day: int | None = None
    """Most components that a candidate sits on one day, 1 or more."""
    bar_own_institution: bool = False
    """Nobody is examined at a site of the institution that trained them."""
    no_mutual_exchange: bool = False
    """Two institutions do not examine each other's candidates in one round."""
    mixed_theory: bool = False
    """A theory room may examine several components at a time, with shared places and one team of examiners (混合编场)."""
    max_consecutive_at: int | None = None
    """Most duty days in a row of an examiner at one institution's sites, 1 or more; only a duty elsewhere ends the row."""
    rotate_half: bool = False
    """At least half of a team was not in the team of the session before in the same room."""
    group_seats: bool = False
    """In each session and turn the places of a group's candidates follow each other (同组座号连续); a locked place may lie anywhere."""
    day_tolerance_percent: int = 125
    """What a day may take before ``Weights.day_peak`` is charged, in per cent of the average day, 100 or more."""
    move_cost: int = 500
    """Cost units of each candidate's sitting that a replan puts into another session, 0 or more; no part of a plan's cost."""


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
    waivers: tuple[Waiver, ...] = ()
    shares: tuple[Share, ...] = ()


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
    reservations: tuple[Reservation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    shares: tuple[Share, ...] = ()
    locks: tuple[DocumentLock, ...] = ()
    examiner_locks: tuple[ExaminerLock, ...] = ()
    terms: tuple[DocumentTerms, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentLock:
    """A lock as a coordinator writes it down: by the candidate's document number (锁定)."""

    document_no: str
    component: str
    """Id of a component, or a kind such as ``theory`` where the candidate has one of that kind due."""
    slot_id: str | None = None
    room_id: str | None = None
    turn: int | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentTerms:
    """What holds for one candidate by name, by the document number (个别规定)."""

    document_no: str
    barred_site_ids: tuple[str, ...] = ()
    """Sites at which the candidate is not examined."""
    travel_exception: bool = False
    """Where no site lies within the travel limit, the nearest one is allowed."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRecusal:
    """A recusal as a coordinator writes it down, before entries exist: by the candidate's document number."""

    examiner_id: str
    document_no: str
    reason: Literal["relative", "own_trainee", "other"]
    note: str = ""
