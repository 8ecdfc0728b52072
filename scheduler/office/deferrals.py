"""Deferred sittings (缓考) until they were sat: since when they wait, until when they lose nothing, and where they are seated.

Used by the list of the day and by enrol, so that nobody who waits is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scheduler.domain.day import DayAct, DayEvent, in_force
from scheduler.domain.entries import Entry
from scheduler.domain.results import Attendance
from scheduler.errors import Finding, NotFound, Text, Where
from scheduler.registry.store import Store

State = Literal["waiting", "entered", "seated", "sat", "lapsed"]


@dataclass(frozen=True, slots=True)
class Deferral:
    """One deferred sitting, and how far it has come."""

    no: int
    """Number of the event in its round."""
    round_id: str
    entry_id: str
    name: str
    component_id: str
    until: date | None
    """Last day on which what was passed is still good; None where nothing passed would lapse, or no mark is known yet."""
    state: State
    """``waiting`` for a round, ``entered`` in one, ``seated`` in its published plan, ``sat``; ``lapsed`` when ``until`` is over."""
    in_round: str = ""
    """The later round; empty while waiting."""


def deferrals(store: Store, round_id: str, today: date) -> list[Deferral]:
    """Return the deferred sittings of a round, sorted by event."""
    events = [event for event in in_force(store.days.events(round_id)) if event.act is DayAct.DEFERRED]
    entries = {entry.id: entry for entry in store.rounds.entries(round_id)} if events else {}
    return [_deferral(store, entries[event.party_id], event, today) for event in events if event.party_id in entries]


def waiting_for(store: Store, round_id: str, named: Collection[str], today: date) -> list[Finding]:
    """Return a warning for each candidate deferred in another round who waits still and is not among those just named.

    Args:
        named: Candidates' ids that a dry run would enter; those entered already are known.
    """
    found: list[Finding] = []
    for other in store.rounds.round_ids():
        if other == round_id:
            continue
        waiting = [one for one in deferrals(store, other, today) if one.state == "waiting"]
        found += [_forgotten(one) for one in waiting if store.rounds.entry(one.entry_id).candidate.id not in named]
    return found


def _deferral(store: Store, entry: Entry, event: DayEvent, today: date) -> Deferral:
    until = _until(store, entry, event.component_id)
    state: State = "lapsed" if until is not None and until < today else "waiting"
    in_round = ""
    for later in _later(store, entry):
        in_round, state = later.round_id, _state_in(store, later, event.component_id)
    return Deferral(
        event.no, entry.round_id, entry.id, entry.candidate.name, event.component_id, until, state, in_round
    )


def _later(store: Store, entry: Entry) -> Iterator[Entry]:
    for other in store.rounds.elsewhere(entry.candidate.id, entry.round_id):
        if other.scheme_id == entry.scheme_id and other.applied_on >= entry.applied_on:
            yield other


def _state_in(store: Store, entry: Entry, component_id: str) -> State:
    marks = {mark.component_id: mark.attendance for mark in store.results.marks(entry.id)}
    if marks.get(component_id, Attendance.DEFERRED) is not Attendance.DEFERRED:
        return "sat"
    published = store.plans.published(entry.round_id)
    seats = {(s.party_id, s.component_id) for s in published.plan.sittings} if published else set()
    return "seated" if (entry.id, component_id) in seats else "entered"


def _until(store: Store, entry: Entry, component_id: str) -> date | None:
    """Return the day until which a pass of the others keeps: as the outcome says, else by what was carried in."""
    carried = [kept.good_until for kept in entry.carried]
    try:
        resits = store.results.outcome(entry.id).resits
    except NotFound:
        resits = ()
    decided = [resit.until for resit in resits if resit.component_id == component_id and resit.until is not None]
    return min([*carried, *decided], default=None)


def _forgotten(one: Deferral) -> Finding:
    term = Text(f"，须于 {one.until} 前考完", f", to be sat by {one.until}") if one.until else Text("", "")
    return Finding(
        "deferred-waiting",
        Text(
            f"批次 {one.round_id} 的缓考考生尚未报入后续批次{term.zh}",
            f"a candidate deferred in round {one.round_id} is in no later round yet{term.en}",
        ),
        Where(subject=f"{one.name} {one.component_id}"),
        hint=Text("报入本批次或告知考生", "enter the candidate in this round, or tell them"),
        severity="warning",
    )
