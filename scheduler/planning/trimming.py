"""Additions joined, lessened by one, and trimmed to what a plan uses of them. Used by repairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan
from scheduler.planning.extras import Extra, called, copy_id


def joined(round_: Round, extras: Sequence[Extra]) -> tuple[Extra, ...]:
    """Return additions with equal ones summed up, in a fixed order."""
    things: dict[tuple[object, ...], Extra] = {}
    later: dict[str, date] = {}
    for extra in extras:
        if extra.kind == "deadline" and extra.on is not None:
            later |= {id_: max(extra.on, later.get(id_, extra.on)) for id_ in extra.party_ids}
            continue
        key = extra.kind, extra.room_id, extra.on, extra.component_id
        known = things.get(key)
        if known is None or extra.kind == "open":
            things[key] = extra
        else:
            senders = known.institution_ids + extra.institution_ids
            things[key] = replace(known, amount=known.amount + extra.amount, institution_ids=senders)
    ordered = sorted(things.values(), key=lambda e: (e.kind, e.room_id, str(e.on), e.component_id))
    return (*ordered, *_deadlines(round_, later))


def _deadlines(round_: Round, later: dict[str, date]) -> list[Extra]:
    """Return later deadlines, those of the same last day together."""
    before = {party.id: party.latest_on for party in round_.parties}
    by_day: dict[date, list[str]] = defaultdict(list)
    for id_, on in later.items():
        if (latest := before[id_]) is not None and on > latest:
            by_day[on].append(id_)
    found = []
    for on, ids in sorted(by_day.items()):
        days = max((on - latest).days for id_ in ids if (latest := before[id_]) is not None)
        found.append(Extra("deadline", days, on=on, party_ids=tuple(sorted(ids))))
    return found


def lessened(extras: tuple[Extra, ...], extra: Extra) -> tuple[tuple[Extra, ...], Extra | None] | None:
    """Return additions with one of them lessened by one, and what is left of it; None where it is no longer there."""
    if extra not in extras:
        return None
    at = extras.index(extra)
    if extra.amount == 1 or extra.kind in {"open", "deadline"}:
        return extras[:at] + extras[at + 1 :], None
    less = replace(extra, amount=extra.amount - 1, institution_ids=extra.institution_ids[:-1])
    return (*extras[:at], less, *extras[at + 1 :]), less


def trimmed(round_: Round, extras: Sequence[Extra], plan: Plan) -> tuple[Extra, ...]:
    """Return what a plan uses of additions; places and deadlines no larger than what it needs."""
    used = _Used(round_, plan)
    kept = [replace(extra, amount=amount) for extra in extras if (amount := used.amount(round_, extra)) > 0]
    senders = [replace(e, institution_ids=e.institution_ids[: e.amount]) for e in kept if e.kind != "deadline"]
    named = {id_ for extra in extras for id_ in extra.party_ids}
    return joined(round_, (*senders, *_deadlines(round_, {id_: on for id_, on in used.last.items() if id_ in named})))


class _Used:
    """What a plan uses of rooms, days and examiners."""

    def __init__(self, round_: Round, plan: Plan) -> None:
        sessions = {session.id: session for session in plan.sessions}
        days = {slot.id: slot.on for slot in round_.slots}
        self.serving = {examiner_id for session in plan.sessions for examiner_id in session.examiner_ids}
        self.rooms = {session.room_id for session in plan.sessions}
        self.open = {(session.room_id, days[session.slot_id]) for session in plan.sessions}
        self.top: dict[str, int] = defaultdict(int)
        """Highest place used in a room, what waivers allow left out."""
        self.last: dict[str, date] = {}
        extra = {(waiver.room_id, waiver.slot_id): waiver.places for waiver in round_.waivers}
        for sitting in plan.sittings:
            session = sessions[sitting.session_id]
            place = sitting.place - extra.get((session.room_id, session.slot_id), 0)
            self.top[session.room_id] = max(self.top[session.room_id], place)
            on = days[session.slot_id]
            self.last[sitting.party_id] = max(on, self.last.get(sitting.party_id, on))
        self.reserved = {reservation.room_id for reservation in round_.reservations}
        self.places = {room.id: room.places for room in round_.rooms}

    def amount(self, round_: Round, extra: Extra) -> int:
        """Return how much of an addition is used."""
        if extra.kind == "places" and extra.room_id in self.reserved:
            return extra.amount  # numbers say nothing about how many places have to stay free
        if extra.kind == "places":
            return min(extra.amount, max(0, self.top[extra.room_id] - self.places[extra.room_id]))
        if extra.kind == "room":
            copied = range(1, extra.amount + 1)
            return max((n for n in copied if copy_id(extra.room_id, n) in self.rooms), default=0)
        if extra.kind == "open":
            return int((extra.room_id, extra.on) in self.open)
        if extra.kind == "examiners":
            new = enumerate(called(round_, extra), start=1)
            return max((n for n, examiner in new if examiner.id in self.serving), default=0)
        return extra.amount
