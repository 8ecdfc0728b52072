"""Session, Sitting, Plan: ids only, frozen. A plan can be stored, compared and audited without loading anybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scheduler.domain.calendar import Slot
from scheduler.errors import Text


@dataclass(frozen=True, slots=True)
class Session:
    """What is examined in one room and slot by one team (考试场次): one component, or several in a mixed theory room."""

    id: str
    component_id: str
    room_id: str
    slot_id: str
    examiner_ids: tuple[str, ...] = ()
    """Sorted."""
    lead_id: str | None = None
    """Leader of the assessing team (考评组长), one of the examiners; None where nobody assesses."""
    also_ids: tuple[str, ...] = ()
    """Further components examined in the room at the same time (混合编场), sorted, all after ``component_id``."""

    @property
    def component_ids(self) -> tuple[str, ...]:
        """Return every component examined, sorted."""
        return (self.component_id, *self.also_ids)


@dataclass(frozen=True, slots=True)
class Sitting:
    """One candidate in one session at one place (排考)."""

    party_id: str
    component_id: str
    session_id: str
    turn: int
    """Turn (轮次) within the session, from 1."""
    place: int
    """Seat or workstation, from 1."""
    member: int = 1
    """Which candidate of the party, from 1 to its head count."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a party has no place: a rule's id, and a sentence."""

    rule: str
    what: Text


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A party without a place (未能安排); a legal outcome that always carries its reasons."""

    party_id: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class CostLine:
    """What one soft rule costs in a plan, in cost units."""

    term: str
    amount: int


@dataclass(frozen=True, slots=True)
class Making:
    """How a plan was made, so that anyone can make it again."""

    seed: int
    engine: str
    versions: tuple[tuple[str, str], ...] = ()
    """Pairs of package and version, sorted."""
    settings: tuple[tuple[str, str], ...] = ()
    """Pairs of parameter and value, sorted."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Why a sitting is not where the kept plan had it, or is new, or is no more."""

    party_id: str
    component_id: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class DutyMoved:
    """An examiner called to a session, or released from one, against the kept plan (考评人员变动)."""

    session_id: str
    examiner_id: str
    kind: Literal["called", "released"]
    reason: Reason | None = None
    """None where two plans were compared that were not made from each other."""


@dataclass(frozen=True, slots=True)
class Replanned:
    """What a plan made from an earlier one changed, and why (调整)."""

    moves: tuple[Moved, ...]
    """Sorted by party and component."""
    duties: tuple[DutyMoved, ...]
    """Sorted by session and examiner."""
    sittings: int
    """Candidates' sittings that are in another session than before."""
    cost: int
    """``Policy.move_cost`` for each of them; part of what the search minimises, apart from the plan's own cost."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All sessions and sittings of a round (编排方案)."""

    round_id: str
    round_digest: str
    """SHA-256 of the round it was made for, hexadecimal."""
    sessions: tuple[Session, ...]
    """Sorted by id."""
    sittings: tuple[Sitting, ...]
    """Sorted by party, component, member."""
    unplaced: tuple[Unplaced, ...]
    costs: tuple[CostLine, ...]
    bound: int | None
    """Proven: no plan of this round costs less. None when nothing was proven."""
    making: Making
    slots: tuple[Slot, ...] = ()
    """The slots in use as they were when the plan was made, sorted by id, so that a slot that moved is noticed."""
    replanned: Replanned | None = None
    """None for a plan made from nothing."""

    @property
    def cost(self) -> int:
        """Return the sum of the cost lines."""
        return sum(line.amount for line in self.costs)

    @property
    def gap(self) -> float | None:
        """Return (cost - bound) / bound, 0.0 when they are equal; None when there is no positive bound."""
        if self.bound is None:
            return None
        if self.cost == self.bound:
            return 0.0
        return (self.cost - self.bound) / self.bound if self.bound > 0 else None

    def placed_ids(self) -> tuple[str, ...]:
        """Return the ids of the parties that have a place, sorted."""
        return tuple(sorted({sitting.party_id for sitting in self.sittings}))


@dataclass(frozen=True, slots=True)
class Move:
    """What changed for one party between two plans."""

    party_id: str
    component_id: str
    kind: Literal["new", "moved", "dropped"]
    before: Sitting | None
    after: Sitting | None
    reason: Reason | None = None
    """None where the later plan was not made from the earlier one."""


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A plan as the registry keeps it: a draft (草案) until published (发布), then frozen."""

    round_id: str
    version: int
    """From 1, counted within the round."""
    state: Literal["draft", "published", "superseded"]
    plan: Plan
    made_at: str
    """Moment in ISO 8601 with zone."""
    published_at: str | None = None
    seats_drawn: bool = False
    """Whether the places in the plan are those drawn by lot (抽签定位)."""
