"""Screening: who cannot be seated whatever is planned, and why; and what stood in the way of those left over at the end.

Used by the solve. Reasons are ids of ``rules`` with a sentence; nothing is decided here that the domains did not decide.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Component
from scheduler.domain.fitness import suits
from scheduler.domain.places import Room
from scheduler.domain.rounds import Party
from scheduler.domain.sessions import Reason, Unplaced
from scheduler.domain.wording import component_words
from scheduler.errors import Text
from scheduler.planning.construct import Builder
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.table import IntArray, turns_of

_WORDS = {
    "known-ids": ("批次中没有这个科目", "the round has no such component"),
    "room-suits": ("没有适合该科目和工种的考场", "no room suits the component and trade"),
    "room-open": ("适合的考场在可考的时段都不开放", "the rooms that suit are open in no slot that would do"),
    "slot-long-enough": ("时段太短，容不下一个轮次", "the slots are too short for one turn"),
    "examiner-count": ("凑不齐合格且有空的考评员或监考员", "not enough qualified examiners are free"),
    "deadline": ("本人可考日期内没有场次", "there is no session between its earliest and latest day"),
    "candidate-available": ("有场次的时段本人都不能到场", "the slots with sessions do not suit the party"),
    "accessibility": ("没有可用的无障碍考场", "no accessible room is to be had"),
    "travel-limit": ("考点都超出路程上限或距离不明", "every site is beyond the travel limit or at an unknown distance"),
    "barred-site": ("考点都不得安排本人或其组别", "every site is barred for the party or its group"),
    "own-institution": ("考点都属于本人的培训机构", "every site belongs to the institution that trained the party"),
    "no-mutual-exchange": ("会与培训机构形成互考", "its institution already examines the sites' own candidates"),
    "lock": ("锁定的时段、考场、轮次或考位无法满足", "the locked slot, room, turn or place is not available"),
    "place-capacity": ("可选场次的考位不够", "the sessions it may choose have too few places"),
    "reservation": ("剩余考位已为他人预留", "the places left are reserved for others"),
    "room-once": ("可选考场在这些时段已用于其他科目", "its rooms are taken by other components in these slots"),
    "component-order": ("排不出符合先后次序和间隔的场次", "no sessions are to be had in the required order and gap"),
    "candidate-free": ("各科目可选的场次时间互相重叠", "the sessions to choose for its components all overlap in time"),
    "sittings-per-day": (
        "可考的日子太少，每日科目数上限内考不完",
        "too few days for all its components within the daily limit",
    ),
    "group-together": ("同组人员无法安排在一起", "the group cannot be kept together"),
}


def hopeless(problem: Problem) -> dict[int, tuple[Reason, ...]]:
    """Return the parties that no plan can seat, with the rules that say so; ascending."""
    found = {}
    known: dict[tuple[int, ...], str] = {}
    for p, party in enumerate(problem.parties):
        if not problem.hopeful(p):
            found[p] = _blocked(problem, p, party)
            continue
        # Equal parties share their arrays.
        key = (*problem.due[p], *map(id, problem.domains[p]))
        if key not in known:
            known[key] = _clash(problem, p, problem.domains[p])
        if known[key]:
            found[p] = (_reason(known[key], party),)
    return found


def leftovers(problem: Problem, draft: Draft, known: dict[int, tuple[Reason, ...]]) -> tuple[Unplaced, ...]:
    """Return everyone without a place, sorted, with what is known of hopeless ones and what is full for the others."""
    left = draft.left().tolist()
    if all(p in known for p in left):
        return tuple(Unplaced(problem.parties[p].id, known[p]) for p in left)
    builder = Builder(problem, draft)
    return tuple(Unplaced(problem.parties[p].id, known.get(p) or _crowded(problem, builder, p)) for p in left)


def _reason(rule: str, party: Party, component: Text | None = None) -> Reason:
    zh, en = _WORDS[rule]
    size = f"（{party.head_count} 人）" if rule == "place-capacity" and party.head_count > 1 else ""
    count = f" for {party.head_count}" if size else ""
    before = (f"{component.zh}：", f"{component.en}: ") if component else ("", "")
    return Reason(rule, Text(f"{before[0]}{zh}{size}", f"{before[1]}{en}{count}"))


def _called(problem: Problem, p: int, c: int) -> Text:
    return component_words(problem.components[c], [problem.components[other] for other in problem.due[p]])


def _clash(problem: Problem, p: int, options: tuple[IntArray, ...]) -> str:
    """Return the rule that keeps a party from sitting all its components although each has an option; "" when none does alone."""
    ordered, most = list(problem.precedences(p)), problem.policy.max_sittings_per_day
    if not _in_order(problem, ordered, options):
        longer = replace(problem.round_, policy=replace(problem.policy, max_sittings_per_day=None))
        enough = _in_order(replace(problem, round_=longer), ordered, options)
        return "sittings-per-day" if enough else "component-order"
    slots = [problem.table.slot[some] for some in options]
    for i, j in combinations(range(len(options)), 2):
        if {(i, j), (j, i)}.isdisjoint(ordered) and problem.slot_overlaps[slots[i]][:, slots[j]].all():
            return "candidate-free"
    days = [set(problem.table.day[some].tolist()) for some in options] if most is not None else []
    return "" if _days_do(days, most) else "sittings-per-day"


def _in_order(problem: Problem, ordered: list[tuple[int, int]], options: tuple[IntArray, ...]) -> bool:
    return all(problem.in_sequence(options[i], options[j]).any() for i, j in ordered)


def _days_do(days: list[set[int]], most: int | None) -> bool:
    """Tell whether each component can have a day of its own choice, none with more than so many (Hall's condition)."""
    some = (part for n in range(1, len(days) + 1) for part in combinations(days, n))
    return most is None or all(len(part) <= most * len(set[int]().union(*part)) for part in some)


def _blocked(problem: Problem, p: int, party: Party) -> tuple[Reason, ...]:
    """Name, for each component without a choice, the fewest rules that stand in the way of it."""
    known = {component.id: component for component in problem.components}
    missing = [cid for cid in sorted(party.component_ids) if cid not in known]
    if missing or not party.component_ids:
        return tuple(_reason("known-ids", party, Text(cid, cid) if cid else None) for cid in missing or [""])
    reasons = []
    for c, domain in zip(problem.due[p], problem.domains[p], strict=True):
        if not len(domain):
            label = _called(problem, p, c)
            reasons += [_reason(rule, party, label) for rule in _fewest(problem, p, problem.components[c])]
    return tuple(reasons)


def _fewest(problem: Problem, p: int, component: Component) -> list[str]:
    table = problem.table
    staffed = {
        (int(table.room[s]), int(table.slot[s]))
        for s in np.flatnonzero(table.component == problem.components.index(component))
    }
    ways = {
        tuple(broken_rules(problem, p, component, room, slot, staffed=(r, t) in staffed))
        for r, room in enumerate(problem.rooms)
        for t, slot in enumerate(problem.slots)
        if suits(component, room)
    }
    if not ways:
        return ["room-open" if any(suits(component, room) for room in problem.rooms) else "room-suits"]
    fewest = min(len(way) for way in ways)
    if fewest == 1:
        return sorted({way[0] for way in ways if len(way) == 1})
    return list(min(way for way in ways if len(way) == fewest))


def broken_rules(problem: Problem, p: int, component: Component, room: Room, slot: Slot, *, staffed: bool) -> list[str]:
    """Return the rules against one component of a party in one room and slot."""
    party, round_ = problem.parties[p], problem.round_
    closed = any(o.closed and (o.room_id, o.slot_id) == (room.id, slot.id) for o in round_.openings)
    turns = turns_of(component, room, slot, round_.policy.changeover_min)
    limit = component.staffing.room_limit
    extra = sum(w.places for w in round_.waivers if (w.room_id, w.slot_id) == (room.id, slot.id))
    each = extra + (room.places if limit is None else min(room.places, limit))
    site, c = problem.site_ids.index(room.site_id), problem.components.index(component)
    locks = [lock for lock in round_.locks if (lock.party_id, lock.component_id) == (party.id, component.id)]
    early, late = party.earliest_on or slot.on, party.latest_on or slot.on
    is_open = not closed and slot.id not in room.closed_slot_ids and slot.on in round_.window
    tests = {
        "room-open": is_open,
        "slot-long-enough": turns > 0,
        "examiner-count": staffed or not (is_open and turns > 0),
        "deadline": early <= slot.on <= late,
        "candidate-available": slot.id not in party.unavailable_slot_ids,
        "accessibility": room.accessible or not party.accessible,
        "barred-site": not problem.sites.barred_for(party)[site],
        "own-institution": not problem.sites.own_of(party)[site],
        "travel-limit": bool(problem.sites.within(party, c, problem.reach[p])[site]),
        "lock": all(_lock_fits(lock.slot_id, slot.id) and _lock_fits(lock.room_id, room.id) for lock in locks)
        and all((lock.turn or 1) <= max(1, turns) and (lock.place or 1) <= room.places + extra for lock in locks),
        "place-capacity": party.head_count <= max(1, turns) * each,
    }
    broken = [rule for rule, kept in tests.items() if not kept]
    return broken or ["reservation"]


def _lock_fits(locked: str | None, is_: str) -> bool:
    return locked is None or locked == is_


def _crowded(problem: Problem, builder: Builder, p: int) -> tuple[Reason, ...]:
    """Name what fills or blocks every choice of a party in the finished draft, most frequent first."""
    party = problem.parties[p]
    reasons, free = [], []
    for position, c in enumerate(problem.due[p]):
        domain = problem.domains[p][position]
        against = [builder.obstacle(int(s), p) for s in domain]
        free.append(domain[[rule == "" for rule in against]])
        if not len(free[-1]):
            count = Counter(against)
            ranked = sorted(count, key=lambda rule: (-count[rule], rule))
            reasons += [_reason(rule, party, _called(problem, p, c)) for rule in ranked]
    if not reasons:
        other = "group-together" if party.group_id in problem.together else "component-order"
        reasons = [_reason(_clash(problem, p, tuple(free)) or other, party)]
    return tuple(reasons)
