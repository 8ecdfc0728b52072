"""Seats drawn by lot (抽签定位) and numbers of admission tickets (准考证号), as the registry keeps them. Values only."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.domain.sessions import Plan


@dataclass(frozen=True, slots=True)
class DrawnSeat:
    """The place of one sitting after the lot."""

    party_id: str
    component_id: str
    member: int
    session_id: str
    turn: int
    place: int
    """Seat or workstation, from 1."""
    how: str
    """``drawn``; ``kept`` from the lot of an earlier version; ``locked`` by the set-up, so that no lot was drawn."""


@dataclass(frozen=True, slots=True)
class Lot:
    """One drawing of seats for a published version; never drawn again."""

    round_id: str
    version: int
    seed: int
    """Whoever knows it can draw the same lot again; 0 or more."""
    at: str
    """Moment in ISO 8601 with zone."""
    who: str
    seats: tuple[DrawnSeat, ...]
    """One for each sitting of the plan, sorted by session, turn and place."""

    def seated(self, plan: Plan) -> Plan:
        """Return the plan with everybody at the place drawn; sessions and turns stay."""
        at = {(seat.party_id, seat.component_id, seat.member): seat.place for seat in self.seats}
        sittings = (replace(s, place=at[s.party_id, s.component_id, s.member]) for s in plan.sittings)
        return replace(plan, sittings=tuple(sittings))


@dataclass(frozen=True, slots=True)
class Ticket:
    """The number of an entry's admission ticket; it stays whatever becomes of the plan."""

    number: str
    round_id: str
    entry_id: str
    at: str
    """Moment in ISO 8601 with zone at which it was given."""
