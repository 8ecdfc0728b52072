"""Extra: one thing more in a round (places, a room, an open day, an examiner's day, a later deadline), and the round with it.

Used by repairs. A repair is never told before the round with its extras was planned and audited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from scheduler.domain.catalogue import Component, Duty
from scheduler.domain.people import Examiner
from scheduler.domain.places import Room
from scheduler.domain.rounds import Opening, Round

Kind = Literal["places", "room", "open", "examiners", "deadline"]


@dataclass(frozen=True, slots=True)
class Extra:
    """One thing more."""

    kind: Kind
    """``places``: in a room, in every slot. ``room``: another like it, in the slots in which that is open. ``open``: a room
    that is closed, on one day. ``examiners``: for one day. ``deadline``: a later last day for some parties."""
    amount: int
    """Places, rooms or examiners; 1 for an open day; most days later for a deadline."""
    room_id: str = ""
    on: date | None = None
    """Day of an opening or of examiners; last day of a deadline."""
    component_id: str = ""
    """What examiners are for."""
    institution_ids: tuple[str, ...] = ()
    """Who sends the examiners, one each."""
    party_ids: tuple[str, ...] = ()
    """Whose deadline, sorted."""


def with_extras(round_: Round, extras: Sequence[Extra]) -> Round:
    """Return the round with all of them."""
    for extra in extras:
        if extra.kind == "places":
            rooms = [_with_places(room, extra) for room in round_.rooms]
        elif extra.kind == "room":
            rooms = [*round_.rooms, *copies(round_, extra)]
        elif extra.kind == "open":
            rooms = [_opened(round_, room, extra) for room in round_.rooms]
            round_ = replace(round_, openings=tuple(_reopened(round_, extra)))
        else:
            rooms = list(round_.rooms)
        round_ = replace(round_, rooms=tuple(rooms))
        if extra.kind == "examiners":
            round_ = replace(round_, examiners=(*round_.examiners, *called(round_, extra)))
        elif extra.kind == "deadline":
            later = [
                replace(party, latest_on=extra.on) if party.id in extra.party_ids else party for party in round_.parties
            ]
            round_ = replace(round_, parties=tuple(later))
    return round_


def _with_places(room: Room, extra: Extra) -> Room:
    return replace(room, places=room.places + extra.amount) if room.id == extra.room_id else room


def copies(round_: Round, extra: Extra) -> list[Room]:
    """Return the rooms that an extra of kind ``room`` adds."""
    like = next(room for room in round_.rooms if room.id == extra.room_id)
    shut = {one.slot_id for one in round_.openings if one.closed and one.room_id == like.id}
    closed = tuple(dict.fromkeys((*like.closed_slot_ids, *sorted(shut))))
    return [replace(like, id=copy_id(like.id, n), closed_slot_ids=closed) for n in range(1, extra.amount + 1)]


def copy_id(room_id: str, n: int) -> str:
    """Return the id of the n-th room that is like another one."""
    return f"{room_id}+{n}"


def _opened(round_: Round, room: Room, extra: Extra) -> Room:
    days = {slot.id for slot in round_.slots if slot.on == extra.on}
    shut = tuple(id_ for id_ in room.closed_slot_ids if id_ not in days)
    return replace(room, closed_slot_ids=shut) if room.id == extra.room_id else room


def _reopened(round_: Round, extra: Extra) -> list[Opening]:
    days = {slot.id for slot in round_.slots if slot.on == extra.on}
    return [
        replace(one, closed=False) if one.room_id == extra.room_id and one.slot_id in days else one
        for one in round_.openings
    ]


def called(round_: Round, extra: Extra) -> list[Examiner]:
    """Return the examiners that an extra of kind ``examiners`` adds: able to do what it is for, there on its day alone."""
    component = next(one for one in round_.components if one.id == extra.component_id)
    away = tuple(slot.id for slot in round_.slots if slot.on != extra.on)
    return [
        Examiner(
            id=f"+{extra.component_id}.{extra.on}.{n}",
            institution_id=body,
            duties=(component.staffing.duty,),
            trade_ids=_trades(component),
            unavailable_slot_ids=away,
        )
        for n, body in enumerate(extra.institution_ids, start=1)
    ]


def _trades(component: Component) -> tuple[str, ...]:
    return (component.trade_id,) if component.staffing.duty is Duty.ASSESS and component.trade_id else ()
