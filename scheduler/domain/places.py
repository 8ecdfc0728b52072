"""Who examines where: Institution, Site, Room. Used by planning, sheets and papers."""

from __future__ import annotations

from dataclasses import dataclass, field

from scheduler.domain.catalogue import RoomKind


@dataclass(frozen=True, slots=True)
class Institution:
    """A co-operating body (考试机构 / 评价机构 / 发证机关)."""

    id: str
    name: str
    name_en: str = ""
    credit_code: str = ""
    """18 characters, GB 32100; empty when not needed."""
    number_code: str = ""
    """Institution code inside certificate numbers: category letter and four digits, such as ``S0000``."""
    site_serial: str = ""
    """Six digits given by the province, part of skill-level numbers."""
    province_code: str = ""
    """First two digits of the division code."""
    number_marks: str = ""
    """Province abbreviation and city letter of construction numbers, such as ``苏A``."""
    issues: tuple[str, ...] = ()
    """Issuer roles it fills, ``implementing_department``, ``certification_institution``, or an award id."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place with rooms (考点)."""

    id: str
    institution_id: str
    name: str = ""
    address: str = ""
    x_km: float | None = None
    y_km: float | None = None
    """Plane coordinates in kilometres; both or neither."""


@dataclass(frozen=True, slots=True)
class Room:
    """A theory room or workshop (考场)."""

    id: str
    site_id: str
    kind: RoomKind
    places: int
    """Seats (座位) or workstations (工位), 1 or more."""
    trade_ids: tuple[str, ...] = ()
    """Trades a workshop is equipped for; empty means every trade."""
    accessible: bool = False
    """Reachable and usable for candidates who need it (无障碍)."""
    closed_slot_ids: tuple[str, ...] = ()
    opening_cost: int | None = None
    """Cost of one session here; None takes the weight of the room's kind."""
    max_turns: int | None = None
    """Most turns (轮次) in one session; None lets the slot's length decide. Theory rooms have one turn."""
    name: str = field(default="")
