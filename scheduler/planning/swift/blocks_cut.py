"""Cutting: a block of a large round as a small one of its own, arrays only, so that a worker anywhere can take it.

Used by the epochs. A unit moves when all its sessions lie in the block; whoever sits there only in part stays. An examiner
whom two blocks might call is free in one of them, by week; the others may keep only what they have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.planning.swift import layout as at
from scheduler.planning.swift.arrays import Lists
from scheduler.planning.swift.board import Extent
from scheduler.planning.swift.layout import Given
from scheduler.planning.table import BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan, by the numbers of the whole round or of a block."""

    seats: IntArray
    """Session by unit and component, -1 for none."""
    crews: IntArray
    """By session: how many examiners, then who."""

    def copy(self) -> Standing:
        """Return a plan that may be changed without changing this one."""
        return Standing(self.seats.copy(), self.crews.copy())


@dataclass(frozen=True, slots=True)
class Block:
    """What a worker gets."""

    given: Given
    standing: Standing
    booked: IntArray
    """Duties elsewhere: by examiner, sessions overlapping each slot, by day and by week."""
    extent: Extent
    guide: IntArray
    """What a seat in each session is worth, in cost units; 0 where nothing is known."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the numbers of a block are in the round."""

    units: IntArray
    moving: BoolArray
    """Which of the units the block may move."""
    sessions: IntArray
    examiners: IntArray
    sites: IntArray

    def enter(self, found: Standing, plan: Standing) -> None:
        """Write the plan of the block into that of the round."""
        seats = found.seats[self.moving]
        plan.seats[self.units[self.moving]] = np.where(seats >= 0, self.sessions[seats], -1)
        called = np.arange(1, found.crews.shape[1]) <= found.crews[:, :1]
        crews = np.column_stack((found.crews[:, 0], np.where(called, self.examiners[found.crews[:, 1:]], 0)))
        plan.crews[self.sessions] = crews


class Cutter:
    """Blocks of one plan under one map."""

    def __init__(self, x: Given, standing: Standing, block: IntArray, like: Extent, guide: IntArray) -> None:
        self.x, self.standing, self.block, self.extent, self.guide = x, standing, block, like, guide
        self.number = int(block.max(initial=-1)) + 1
        seats = standing.seats
        self.seated = seats >= 0
        own = np.where(self.seated, block[seats], -1)
        self.home = own.max(axis=1)
        """Block in which each unit has all its sessions; -1 where it has none or several."""
        self.home[(self.seated & (own != self.home[:, None])).any(axis=1)] = -1
        self.home[x.who[:, at.MOVES] == 0] = -1
        self._invite()
        self._duties()

    def _invite(self) -> None:
        """Let whoever has no seat look for one in the block with most choices."""
        x = self.x
        for n in np.flatnonzero((x.who[:, at.MOVES] > 0) & ~self.seated.any(axis=1)).tolist():
            found = np.ones(self.number, dtype=np.int64)
            for d in {int(x.who[n, at.FIRST]), int(x.who[n, at.SECOND])}:
                start = x.rule[at.CHOICES] + d
                found *= np.bincount(self.block[x.items[x.at[start] : x.at[start + 1]]], minlength=self.number)
            if found.any():
                self.home[n] = int(found.argmax())

    def _duties(self) -> None:
        """Say who serves where, and to which block each examiner belongs in each week: where it serves most."""
        x, crews = self.x, self.standing.crews
        place = np.arange(1, crews.shape[1]) <= crews[:, :1]
        session, column = np.nonzero(place)
        self.serving = np.column_stack((crews[session, 1 + column], session))
        weeks = int(x.times[:, at.T_WEEK].max(initial=0)) + 1
        size = len(x.ex)
        of = self.block[session]
        week = x.times[x.tab[session, at.SLOT], at.T_WEEK]
        count = np.zeros((size, weeks, self.number), dtype=np.int64)
        np.add.at(count, (self.serving[:, 0], week, of), 1)
        wanted = np.cumsum(count.sum(axis=0), axis=1)
        # Whoever serves nowhere goes where many serve, one after another.
        turn = (np.arange(size)[:, None] * 2 + 1) * np.maximum(1, wanted[None, :, -1]) // (2 * max(1, size))
        idle = (turn[:, :, None] >= wanted[None]).sum(axis=2).clip(max=self.number - 1)
        self.owner = np.where(count.any(axis=2), count.argmax(axis=2), idle)

    def largest_first(self) -> list[int]:
        """Return the blocks by how many units move in them, so that no worker is left with a large one at the end."""
        moving = np.bincount(self.home[self.home >= 0], minlength=self.number)
        return np.argsort(-moving, kind="stable").tolist()

    def cut(self, number: int) -> tuple[Block, Names] | None:
        """Return a block; None when nobody could move in it."""
        x, seats = self.x, self.standing.seats
        sessions = np.flatnonzero(self.block == number)
        inside = self.seated & (np.where(self.seated, self.block[seats], -1) == number)
        moving = self.home == number
        if not moving.any():
            return None
        units = np.flatnonzero(moving | inside.any(axis=1))
        served = self.serving[self.block[self.serving[:, 1]] == number]
        rights = self._rights(number, served)
        locked = _members(x, at.LOCK, sessions)[1]
        examiners = np.flatnonzero(rights.any(axis=1) | np.isin(np.arange(len(x.ex)), locked))
        sites = np.unique(x.tab[sessions, at.SITE]).astype(np.int64)
        names = Names(units, moving[units], sessions, examiners, sites)
        given = _given(x, names, rights[examiners])
        session_no = _numbers(sessions, len(x.tab))
        here = np.where(inside[units], session_no[seats[units]], -1)
        crews = np.zeros((len(sessions), self.standing.crews.shape[1]), dtype=np.int64)
        crews[:, 0] = self.standing.crews[sessions, 0]
        examiner_no = _numbers(examiners, len(x.ex))
        called = np.arange(1, crews.shape[1]) <= crews[:, :1]
        crews[:, 1:] = np.where(called, examiner_no[self.standing.crews[sessions, 1:]], 0)
        booked = self._booked(number)[examiners]
        return Block(given, Standing(here, crews), booked, self.extent, self.guide[sessions]), names

    def _rights(self, number: int, served: IntArray) -> BoolArray:
        """Tell by examiner and slot whether this block may call it."""
        x = self.x
        rights: BoolArray = (x.ex[:, at.E_THERE :] > 0) & (self.owner == number)[:, x.times[:, at.T_WEEK]]
        rights[served[:, 0], x.tab[served[:, 1], at.SLOT]] = True
        return rights

    def _booked(self, number: int) -> IntArray:
        x = self.x
        slots = len(x.times)
        booked = np.zeros(
            (len(x.ex), int(x.rule[at.BY_WEEK]) + int(x.times[:, at.T_WEEK].max(initial=0)) + 1), np.int64
        )
        away = self.serving[self.block[self.serving[:, 1]] != number]
        who, slot = away[:, 0], x.tab[away[:, 1], at.SLOT].astype(np.int64)
        owner, overlapping = _members(x, at.CLASH, np.arange(slots))
        clash = np.zeros((slots, slots), dtype=np.int64)
        clash[owner, overlapping] = 1
        direct = np.zeros((len(x.ex), slots), dtype=np.int64)
        np.add.at(direct, (who, slot), 1)
        booked[:, x.rule[at.BUSY] : x.rule[at.BUSY] + slots] = direct @ clash
        np.add.at(booked, (who, x.rule[at.BY_DAY] + x.times[slot, at.T_DAY]), 1)
        np.add.at(booked, (who, x.rule[at.BY_WEEK] + x.times[slot, at.T_WEEK]), 1)
        return booked


def _numbers(chosen: IntArray, size: int) -> IntArray:
    """Return the number of each chosen one in the block, -1 for the others."""
    found = np.full(size, -1, dtype=np.int64)
    found[chosen] = np.arange(len(chosen))
    return found


def _places(x: Given, family: int, lists: IntArray) -> tuple[IntArray, IntArray]:
    """Return for each item of some lists which list it stands in, and where among all items."""
    start = x.at[x.rule[family] + lists]
    size = x.at[x.rule[family] + lists + 1] - start
    owner = np.repeat(np.arange(len(lists)), size)
    before = np.cumsum(size) - size
    return owner, np.arange(len(owner)) + np.repeat(start - before, size)


def _members(x: Given, family: int, lists: IntArray) -> tuple[IntArray, IntArray]:
    owner, place = _places(x, family, lists)
    return owner, x.items[place]


class _Cut(Lists):
    """Families of a block."""

    def __init__(self, x: Given) -> None:
        super().__init__()
        self.x = x

    def take(self, family: int, lists: IntArray, new: IntArray | None = None) -> int:
        """Take lists over, items renumbered and those unknown to the block left out; return how many items came before."""
        owner, place = _places(self.x, family, lists)
        items = self.x.items[place]
        if new is not None:
            items = new[items]
            owner, items = owner[items >= 0], items[items >= 0]
        return self.put(family, np.cumsum(np.bincount(owner, minlength=len(lists))), items)

    def beside(self, family: int, entry: int, lists: IntArray) -> int:
        """Take over what stands beside the items of lists, as far on as an entry of the rule says."""
        owner, place = _places(self.x, family, lists)
        items = self.x.items[place + self.x.rule[entry]]
        return self.put(entry, np.cumsum(np.bincount(owner, minlength=len(lists))), items)


def _given(x: Given, names: Names, rights: BoolArray) -> Given:
    """Return the block as the kernels read it."""
    found, slots, days = _Cut(x), np.arange(len(x.times)), int(x.rule[at.DAY_COUNT])
    session_no, site_no = _numbers(names.sessions, len(x.tab)), _numbers(names.sites, x.fare.shape[1])
    who, moves = x.who[names.units].copy(), names.moving
    who[:, at.MOVES] = moves
    domains = np.unique(who[moves][:, [at.FIRST, at.SECOND]]).astype(np.int64)
    for column in (at.FIRST, at.SECOND):
        who[:, column] = np.where(moves, np.searchsorted(domains, who[:, column]), 0)
    tab = x.tab[names.sessions].copy()
    tab[:, at.SITE] = site_no[tab[:, at.SITE]]
    found.take(at.CHOICES, domains, session_no)
    found.take(at.RIVAL, names.sessions, session_no)
    found.take(at.SPOT, (names.sites[:, None] * days + np.arange(days)).ravel(), session_no)
    found.take(at.NEAR, names.sites, site_no)
    found.take(at.BEFORE, slots)
    found.take(at.CLASH, slots)
    found.bound(at.DAYS, x.at[x.rule[at.DAYS] : x.rule[at.DAYS] + days + 1])
    found.add(at.MOVER, [np.flatnonzero(moves)])
    found.bound(at.MEM, np.concatenate([[0], np.cumsum(np.minimum(tab[:, at.CAPACITY], len(who)))]))
    _rules(x, found, names, rights)
    ex = x.ex[names.examiners].copy()
    ex[:, at.E_THERE :] = rights
    return Given(
        tab, np.concatenate(found.bounds), np.concatenate(found.items), who,
        np.ascontiguousarray(x.fare[names.units][:, names.sites]), x.need, x.times, ex,
        np.ascontiguousarray(x.weight[:, names.units]), found.base,
    )  # fmt: skip


def _rules(x: Given, found: _Cut, names: Names, rights: BoolArray) -> None:
    """Take over examiners, recusals and further limits, and say where each part of a table begins."""
    limits = int(x.at[x.rule[at.ROW] + len(x.tab)] - x.at[x.rule[at.ROW]])
    classes = int(x.rule[at.MARK]) - limits
    examiner_no = _numbers(names.examiners, len(x.ex))
    found.take(at.ABLE, names.examiners)
    owner, pool = _members(x, at.POOL, np.arange(classes))
    mine = examiner_no[pool]
    kept = (mine >= 0) & rights[mine, owner % len(x.times)]
    found.put(at.POOL, np.cumsum(np.bincount(owner[kept], minlength=classes)), mine[kept])
    rule = found.base
    told = [*range(at.STAFFED + 1), at.BUSY, at.BY_DAY, at.BY_WEEK]
    rule[told] = x.rule[told]
    rule[at.SENT_HEADS] = -found.take(at.SENT, names.units) + found.beside(at.SENT, at.SENT_HEADS, names.units)
    found.take(at.BAR, names.units, examiner_no)
    found.take(at.LOCK, names.sessions, examiner_no)
    before = found.take(at.ROW, names.sessions)
    rule[at.MARK] = classes + found.size - before
    rule[at.ROW_WEIGHT] = found.beside(at.ROW, at.ROW_WEIGHT, names.sessions) - before
    rule[at.USED] = classes - before
