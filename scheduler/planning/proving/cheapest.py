"""Kernel that finds the cheapest way of each kind at prices of seats, among all there are. Nothing is left out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy.typing as npt

from scheduler.planning.swift.jit import inlined, jit

NEVER = 1 << 56
"""Price of what cannot be; sums of several stay exact."""


class Places(NamedTuple):
    """Sessions, and what may follow what."""

    site: npt.NDArray[Any]
    slot: npt.NDArray[Any]
    day: npt.NDArray[Any]
    before_at: npt.NDArray[Any]
    before: npt.NDArray[Any]
    """Slots that a slot may follow: those of slot t from ``before_at[t]`` to ``before_at[t + 1]``."""
    same_at: npt.NDArray[Any]
    same: npt.NDArray[Any]
    """As ``before``, on the same day only."""


class People(NamedTuple):
    """Kinds with their choices."""

    first: npt.NDArray[Any]
    second: npt.NDArray[Any]
    """Number of the list of choices of each kind, -1 for no second component."""
    list_at: npt.NDArray[Any]
    items: npt.NDArray[Any]
    """Sessions of list n from ``list_at[n]`` to ``list_at[n + 1]``."""
    heads: npt.NDArray[Any]
    wait_from: npt.NDArray[Any]
    fare: npt.NDArray[Any]
    """By kind and site."""


class Ask(NamedTuple):
    """One look for ways."""

    seat: npt.NDArray[Any]
    """Price of a seat by session."""
    rates: npt.NDArray[Any]
    """Price of a further trip, of a day waited, and parts of a cost unit in which everything is counted."""
    cell: npt.NDArray[Any]
    """Scratch, by site and slot: price and session of the best first component; ``NEVER`` before and after."""
    best: npt.NDArray[Any]
    """Scratch, by slot: price with the fare, and session; then the same of the best that the slot may follow."""


@jit
def cheapest_ways(places: Places, people: People, ask: Ask, found: npt.NDArray[Any]) -> None:
    """Note cost, first and second session of each kind's cheapest way; ``NEVER`` where there is none."""
    for k in range(len(people.first)):
        found[k, 0], found[k, 1], found[k, 2] = NEVER, -1, -1
        if people.second[k] < 0:
            _alone(places, people, ask, found, k)
        else:
            _first(places, people, ask, k)
            _follow(places, ask)
            _second(places, people, ask, found, k)
            for n in range(people.list_at[people.first[k]], people.list_at[people.first[k] + 1]):
                s = people.items[n]
                ask.cell[places.site[s], places.slot[s], 0] = NEVER


@inlined
def _alone(places: Places, people: People, ask: Ask, found: npt.NDArray[Any], k: int) -> None:
    wait = people.heads[k] * ask.rates[1] * ask.rates[2]
    d = people.first[k]
    for n in range(people.list_at[d], people.list_at[d + 1]):
        s = people.items[n]
        cost = people.heads[k] * ask.seat[s] + people.fare[k, places.site[s]] * ask.rates[2]
        cost += wait * (places.day[s] - people.wait_from[k])
        if cost < found[k, 0]:
            found[k, 0], found[k, 1] = cost, s


@inlined
def _first(places: Places, people: People, ask: Ask, k: int) -> None:
    """Find the best first component by site and slot, and by slot with the fare."""
    d = people.first[k]
    for t in range(len(ask.best)):
        ask.best[t, 0] = NEVER
    for n in range(people.list_at[d], people.list_at[d + 1]):
        s = people.items[n]
        t, site = places.slot[s], places.site[s]
        cost = people.heads[k] * ask.seat[s]
        if cost < ask.cell[site, t, 0]:
            ask.cell[site, t, 0], ask.cell[site, t, 1] = cost, s
        cost += people.fare[k, site] * ask.rates[2]
        if cost < ask.best[t, 0]:
            ask.best[t, 0], ask.best[t, 1] = cost, s


@inlined
def _follow(places: Places, ask: Ask) -> None:
    """Find for each slot the best first component that it may follow, anywhere."""
    for t in range(len(ask.best)):
        ask.best[t, 2] = NEVER
        for n in range(places.before_at[t], places.before_at[t + 1]):
            u = places.before[n]
            if ask.best[u, 0] < ask.best[t, 2]:
                ask.best[t, 2], ask.best[t, 3] = ask.best[u, 0], ask.best[u, 1]


@inlined
def _second(places: Places, people: People, ask: Ask, found: npt.NDArray[Any], k: int) -> None:
    """Go on with every second component: after a trip elsewhere, or on the same day at the same site."""
    e, heads = people.second[k], people.heads[k]
    wait, extra = heads * ask.rates[1] * ask.rates[2], heads * ask.rates[0] * ask.rates[2]
    for n in range(people.list_at[e], people.list_at[e + 1]):
        s = people.items[n]
        t, site = places.slot[s], places.site[s]
        own = heads * ask.seat[s] + people.fare[k, site] * ask.rates[2]
        own += wait * (places.day[s] - people.wait_from[k])
        if own >= found[k, 0]:
            continue
        if own + extra + ask.best[t, 2] < found[k, 0]:
            found[k, 0], found[k, 1], found[k, 2] = own + extra + ask.best[t, 2], ask.best[t, 3], s
        for i in range(places.same_at[t], places.same_at[t + 1]):
            u = places.same[i]
            if own + ask.cell[site, u, 0] < found[k, 0]:
                found[k, 0], found[k, 1], found[k, 2] = own + ask.cell[site, u, 0], ask.cell[site, u, 1], s
