"""Problem: a Round as integers, what the solver reads. Every rule that only removes choices is applied here, once.

Used by the model, the constructive start and the search; the audit and the explanation never look in. No solver here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np

from scheduler.domain.calendar import Slot, in_order
from scheduler.domain.catalogue import Component
from scheduler.domain.people import Examiner
from scheduler.domain.places import Room
from scheduler.domain.rounds import Party, Policy, Round
from scheduler.planning.allotment import Sites
from scheduler.planning.choices import Choices
from scheduler.planning.quota import Row, seat_rows
from scheduler.planning.staffing import eligibility, staffable
from scheduler.planning.table import BoolArray, IntArray, Places, SessionTable, only, session_table
from scheduler.planning.travel import fares_and_reach


@dataclass(frozen=True)
class Problem:
    """One round in whole numbers; index arrays follow the sorted ids."""

    round_: Round
    slots: tuple[Slot, ...]
    rooms: tuple[Room, ...]
    site_ids: tuple[str, ...]
    components: tuple[Component, ...]
    parties: tuple[Party, ...]
    examiners: tuple[Examiner, ...]
    table: SessionTable
    due: tuple[tuple[int, ...], ...]
    """Component indices of each party, in the order in which they are sat."""
    domains: tuple[tuple[IntArray, ...], ...]
    """For each party and due component the sessions it may sit in, ascending."""
    heads: IntArray
    fares: IntArray
    """Cost of one trip of the whole party, by party and site."""
    reach: BoolArray
    """Whether the travel limit lets the party go there."""
    wait_from: IntArray
    """First day possible for each party."""
    trained_by: IntArray
    """Training institution of each party, -1 for none."""
    institution_ids: tuple[str, ...]
    """All institutions that train a party, send an examiner or have a site, sorted."""
    sent_by: IntArray
    """Institution of each examiner."""
    eligible: BoolArray
    """Whether an examiner may serve in a session: qualified and available; by examiner and session."""
    recused: tuple[tuple[int, ...], ...]
    """Examiners each party must not meet."""
    rows: Mapping[int, tuple[Row, ...]]
    """Seat limits of a session beyond its capacity: reservations, and locks on turns and places."""
    min_institutions: int
    """Institutions a session needs among its examiners."""
    sites: Sites
    """Where parties may sit at all."""
    host: IntArray
    """Institution of each site."""
    held: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Examiners who keep their duty in a session while others are called or moved, as if they were locked."""

    @classmethod
    def of(cls, round_: Round) -> Self:
        """Read a round whose ids are all known to it; parties with nothing to sit keep empty domains."""
        return cls(**_parts(round_))

    @property
    def policy(self) -> Policy:
        """Return the round's policy."""
        return self.round_.policy

    @cached_property
    def slot_overlaps(self) -> BoolArray:
        """Tell by pair of slots whether they share a minute."""
        return np.array([[a.overlaps(b) for b in self.slots] for a in self.slots], dtype=np.bool_).reshape(
            len(self.slots), -1
        )

    @cached_property
    def week(self) -> IntArray:
        """Return a running number of the ISO week of each slot."""
        weeks = sorted({slot.week() for slot in self.slots})
        return np.array([weeks.index(slot.week()) for slot in self.slots], dtype=np.int64)

    @cached_property
    def by_room(self) -> dict[int, IntArray]:
        """Return the sessions of each room."""
        return {room: np.flatnonzero(self.table.room == room) for room in range(len(self.rooms))}

    @cached_property
    def locked_examiners(self) -> dict[int, tuple[int, ...]]:
        """Return the examiners who must serve, by session."""
        index = {examiner.id: e for e, examiner in enumerate(self.examiners)}
        wanted: dict[tuple[str, str], list[int]] = {}
        for lock in self.round_.examiner_locks:
            if lock.examiner_id in index:
                wanted.setdefault((lock.room_id, lock.slot_id), []).append(index[lock.examiner_id])
        found = dict(self.held)
        for s in range(len(self.table)) if wanted else ():
            names = wanted.get((self.rooms[self.table.room[s]].id, self.slots[self.table.slot[s]].id))
            if names:
                found[s] = tuple(sorted({*names, *self.held.get(s, ())}))
        return found

    @cached_property
    def together(self) -> dict[str, str]:
        """Return what each group shares that keeps its parties together: ``session`` or ``site``."""
        return {group.id: group.together for group in self.round_.groups if group.together != "none"}

    @cached_property
    def seat_locked(self) -> frozenset[str]:
        """Return the ids of parties with a locked turn or place."""
        return frozenset(k.party_id for k in self.round_.locks if k.turn is not None or k.place is not None)

    @cached_property
    def recusing(self) -> bool:
        """Tell whether any party must not meet some examiner."""
        return any(self.recused)

    def hopeful(self, party: int) -> bool:
        """Tell whether every due component has a session to choose."""
        return bool(self.domains[party]) and all(len(domain) for domain in self.domains[party])

    @cached_property
    def hopeless_cost(self) -> int:
        """Return what those cost whom no plan can seat."""
        left = [p for p in range(len(self.parties)) if not self.hopeful(p)]
        return int(self.heads[left].sum()) * self.policy.weights.unplaced

    def rivals(self, session: int) -> IntArray:
        """Return the sessions that cannot stand beside this one: same room, overlapping slot; itself left out."""
        others = self.by_room[int(self.table.room[session])]
        clash = self.slot_overlaps[self.table.slot[session]][self.table.slot[others]]
        found: IntArray = others[clash & (others != session)]
        return found

    def need(self, session: int, heads: int) -> int:
        """Return how many examiners the ratio and the joint rule ask for in a session of so many candidates, 1 or more."""
        if not self.policy.examiners_on or heads <= 0:
            return 0
        staffing = self.components[self.table.component[session]].staffing
        at_once: int = min(heads, int(self.table.per_turn[session]))
        by_ratio = -(-at_once // staffing.per_candidates)
        needed: int = max(staffing.at_least, by_ratio, self.min_institutions)
        return needed

    def precedences(self, party: int) -> Iterator[tuple[int, int]]:
        """Yield pairs of positions (earlier, later) in ``due`` whose order is prescribed."""
        due = self.due[party]
        for j, later in enumerate(due):
            for i, earlier in enumerate(due):
                if self.components[earlier].id in self.components[later].after:
                    yield i, j

    def start_after_end(self, earlier: IntArray, later: IntArray) -> BoolArray:
        """Tell by pair (rows: earlier, columns: later) whether order, gap and days between let a candidate sit both."""
        table, policy = self.table, self.policy
        fits: BoolArray = table.start[later][None, :] >= (table.end[earlier] + policy.order_gap_min)[:, None]
        if policy.order_days_max is not None:
            fits &= table.day[later][None, :] - table.day[earlier][:, None] <= policy.order_days_max
        return fits

    def in_sequence(self, earlier: IntArray, later: IntArray) -> BoolArray:
        """Tell by pair whether order, gap, days between and one sitting a day let a candidate sit both."""
        table, policy, fits = self.table, self.policy, self.start_after_end(earlier, later)
        if policy.max_sittings_per_day == 1:
            fits &= table.day[later][None, :] > table.day[earlier][:, None]
        return fits


def _parts(round_: Round) -> dict[str, Any]:
    places = Places(
        tuple(sorted(round_.components, key=lambda c: c.id)),
        tuple(sorted((r for r in round_.rooms if r.site_id in {site.id for site in round_.sites}), key=lambda r: r.id)),
        tuple(in_order(round_.slots)),
    )
    site_ids = tuple(sorted(site.id for site in round_.sites))
    parties = tuple(sorted(round_.parties, key=lambda p: p.id))
    examiners = tuple(sorted(round_.examiners, key=lambda e: e.id)) if round_.policy.examiners_on else ()
    table = session_table(round_, places)
    sites = Sites(round_, site_ids, places, table)
    eligible = eligibility(examiners, places, table)
    if round_.policy.examiners_on:
        keep = staffable(round_, examiners, places, table, eligible)
        table, eligible = only(table, keep), eligible[:, keep]
    known = {component.id: c for c, component in enumerate(places.components)}
    due = tuple(_due(party, known, places.components) for party in parties)
    fares, reach = fares_and_reach(round_, parties, site_ids)
    rows = seat_rows(round_, parties, places, table)
    choices = Choices(round_, places, table, rows)
    domains = [
        [choices.of(p, party, places.components[c], c, sites.of(party, c, reach[p])) for c in due[p]]
        for p, party in enumerate(parties)
    ]
    first = round_.window.first_on
    waits = [max(0, (party.earliest_on - first).days) if party.earliest_on else 0 for party in parties]
    return {
        "round_": round_, "slots": places.slots, "rooms": places.rooms, "site_ids": site_ids,
        "components": places.components, "parties": parties, "examiners": examiners, "table": table, "due": due,
        "heads": np.array([party.head_count for party in parties], dtype=np.int64), "fares": fares, "reach": reach,
        "domains": tuple(tuple(one) for one in domains), "wait_from": np.array(waits, dtype=np.int64),
        "eligible": eligible, "rows": rows, "sites": sites, **_bodies(round_, parties, examiners),
    }  # fmt: skip


def _bodies(round_: Round, parties: tuple[Party, ...], examiners: tuple[Examiner, ...]) -> dict[str, Any]:
    """Return who trained whom, who sends whom, and who must not meet whom."""
    hosts = {site.id: site.institution_id for site in round_.sites}
    trainers, senders = {p.institution_id for p in parties}, {e.institution_id for e in examiners}
    names = sorted(trainers - {""} | senders | set(hosts.values()))
    place = {name: i for i, name in enumerate(names)}
    index = {examiner.id: e for e, examiner in enumerate(examiners)}
    barred: dict[str, set[int]] = {}
    for recusal in round_.recusals:
        if recusal.examiner_id in index:
            barred.setdefault(recusal.party_id, set()).add(index[recusal.examiner_id])
    return {
        "institution_ids": tuple(names),
        "host": np.array([place[hosts[id_]] for id_ in sorted(hosts)], dtype=np.int64),
        "trained_by": np.array([place[p.institution_id] if p.institution_id else -1 for p in parties], dtype=np.int64),
        "sent_by": np.array([place[e.institution_id] for e in examiners], dtype=np.int64),
        "recused": tuple(tuple(sorted(barred.get(p.id, ()))) for p in parties),
        "min_institutions": min(round_.policy.min_institutions, len({e.institution_id for e in examiners})),
    }


def _due(party: Party, known: Mapping[str, int], components: tuple[Component, ...]) -> tuple[int, ...]:
    """Return the due components with those that others wait for first; empty when one is unknown."""
    if not all(cid in known for cid in party.component_ids):
        return ()
    ids = set(party.component_ids)

    def depth(c: int, seen: frozenset[int] = frozenset()) -> int:
        before = [known[b] for b in components[c].after if b in ids and known[b] not in seen]
        return 1 + max((depth(b, seen | {c}) for b in before), default=0)

    return tuple(sorted((known[cid] for cid in ids), key=lambda c: (depth(c), c)))
