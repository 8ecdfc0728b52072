"""Kinds of parties without a place, equal in all that matters, and the ways that the elastic model looks at for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from scheduler.planning.cohorts import group_of
from scheduler.planning.elastic_field import COPY, OPEN, SHUT, Field
from scheduler.planning.insertion import spots_of
from scheduler.planning.table import BoolArray, IntArray
from scheduler.planning.units import Unit, unit_of
from scheduler.planning.ways import compatible

COLUMNS = 20_000
"""Ways in one model."""
MOST = 240
"""Ways of each kind, where kinds are few."""
FEWEST = 8
"""Ways of each kind that are looked at in any case."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Equal units, a party or a group kept in one session, and ways open to them."""

    units: list[Unit]
    heads: tuple[int, ...]
    """Candidates of each, by component."""
    ways: IntArray
    """One session for each component in a row."""
    late: IntArray
    """Days after the last day allowed, by way."""
    trips: IntArray
    """Cost units of travel, extra trips and waiting, by way."""


def kinds_of(field: Field, usable: BoolArray, *, late: bool) -> Iterator[Kind]:
    """Yield the kinds of units, by their first party; a kind without a way is yielded as well."""
    gathered: dict[tuple[object, ...], list[Unit]] = {}
    problem = field.problem
    for parties in _units(field):
        unit, party = unit_of(problem, parties), problem.parties[parties[0]]
        if not unit.due:
            continue
        alike = tuple(id(domain) for domain in problem.domains[parties[0]]), problem.due[parties[0]], party.head_count
        alone = parties if len(parties) > 1 or party.group_id in problem.together else ()
        key = (*alike, field.latest(parties[0]), party.origin_id, tuple(sorted(party.fares.items())), alone)
        gathered.setdefault(key, []).append(unit)
    most = max(FEWEST, min(MOST, COLUMNS // max(1, len(gathered))))
    for n, units in enumerate(gathered.values()):
        unit = _beside_mates(field, units[0])
        ways = _ways(field, unit, usable, most, n)
        days = _late(field, unit.parties, ways)
        keep = days == 0 if not late else np.ones(len(ways), dtype=np.bool_)
        ways, days = ways[keep], days[keep]
        yield Kind(units, unit.heads, ways, days, _trips(field, unit.parties[0], ways))


def _units(field: Field) -> list[tuple[int, ...]]:
    """Return who has to be seated together: single parties, and those of a group kept in one session."""
    gathered: dict[tuple[str, int], list[int]] = {}
    for p in range(len(field.problem.parties)):
        group_id = group_of(field.problem, p)
        whole = field.problem.together.get(group_id) == "session"
        gathered.setdefault((group_id, -1) if whole else ("", p), []).append(p)
    return sorted(tuple(parties) for parties in gathered.values())


def _beside_mates(field: Field, unit: Unit) -> Unit:
    """Narrow a unit of a group kept in one session to where those of it sit who have a place."""
    problem = field.problem
    group_id = group_of(problem, unit.parties[0])
    if problem.together.get(group_id) != "session":
        return unit
    spots, domains = spots_of(problem), []
    for c, domain in zip(unit.due, unit.domains, strict=True):
        there = [spots[spot] for spot in field.mates(group_id, problem.components[c].id) if spot in spots]
        domains.append(domain[np.isin(domain, there)] if there else domain)
    return replace(unit, domains=tuple(domains))


def _late(field: Field, parties: tuple[int, ...], ways: IntArray) -> IntArray:
    """Return by way how many days it ends after the last day of the party that has to be done first."""
    last = min((on for p in parties if (on := field.latest(p)) is not None), default=None)
    if last is None or not len(ways):
        return np.zeros(len(ways), dtype=np.int64)
    ends = field.problem.table.day[ways].max(axis=1)
    days: IntArray = np.maximum(0, ends - (last - field.problem.round_.window.first_on).days)
    return days


def _trips(field: Field, p: int, ways: IntArray) -> IntArray:
    """Return about what travel and waiting cost: enough to choose between equals."""
    problem, table = field.problem, field.problem.table
    if not len(ways):
        return np.zeros(0, dtype=np.int64)
    waited = np.maximum(0, table.day[ways].max(axis=1) - problem.wait_from[p])
    found: IntArray = problem.fares[p][table.site[ways]].max(axis=1) + problem.policy.weights.wait_day * waited
    return found


def _ways(field: Field, unit: Unit, usable: BoolArray, most: int, turn: int) -> IntArray:
    """Return ways of a unit through usable sessions: all, or as many as asked for, spread over the sessions."""
    domains = [domain[usable[domain]] for domain in unit.domains]
    if not domains or any(not len(domain) for domain in domains):
        return np.zeros((0, max(1, len(domains))), dtype=np.int64)
    ways = np.zeros((1, 0), dtype=np.int64)
    for j, every in enumerate(domains):
        last = j == len(domains) - 1
        choice = _sample(field, every, 2 * most, turn) if last else every
        row, column = np.nonzero(compatible(field.problem, unit, ways, j, choice))
        pick = _spread(field, ways[row], choice[column], most if last else 16 * most, turn)
        ways = np.column_stack([ways[row[pick]], choice[column[pick]]])
    return ways


def _sample(field: Field, sessions: IntArray, most: int, turn: int) -> IntArray:
    """Return sessions of rooms there are, where those suffice; of very many every so-many-th, beginning elsewhere each turn."""
    for least in (OPEN, SHUT, COPY):
        some = sessions[field.state[sessions] <= least]
        if len(some) >= most or least == COPY:
            break
    step = max(1, len(some) // most)
    return some[turn % step :: step]


def _spread(field: Field, ways: IntArray, last: IntArray, most: int, turn: int) -> IntArray:
    """Return which ways to look at: for as many last sessions as can be, first those through sessions with free places."""
    if len(last) <= most:
        return np.arange(len(last), dtype=np.int64)
    lacking = (field.free[ways] <= 0).sum(axis=1) + (field.state[ways] > OPEN).sum(axis=1)
    mixed = (np.arange(len(last)) * 7_919 + turn * 104_729) % 65_521
    order = np.lexsort((mixed, lacking, last))
    starts = np.flatnonzero(np.diff(last[order], prepend=-1))
    rank = np.arange(len(last)) - np.repeat(starts, np.diff(np.append(starts, len(last))))
    again = (last[order] * 7_919 + turn * 104_729) % 65_521
    picked: IntArray = np.sort(order[np.lexsort((again, rank))[:most]])
    return picked
