"""What a round is short of beside a plan: places or examiners, by trade, component, slot and site.

Used by the explanation. Counted for everybody without a place at once; each stands wherever they could come but for places or
examiners, so the same candidate counts at several sites and slots.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np

from scheduler.domain.catalogue import Component
from scheduler.errors import Text
from scheduler.planning.elastic_field import OPEN, Field
from scheduler.planning.explain_remedies import name_of
from scheduler.planning.table import IntArray


@dataclass(frozen=True, slots=True)
class Shortage:
    """Candidates who could come but for places or examiners."""

    trade_id: str
    component_id: str
    on: date | None
    """Day; None for the sum over the round."""
    slot_id: str
    """Empty for the sum over the round."""
    site_id: str
    """Empty for the sum over the round."""
    waiting: int
    """Candidates without a place who could come there then; in other slots they count again."""
    places: int
    """Places missing for them (seats or workstations, all turns counted), 0 when none is. For the round: of all places that
    they could come to."""
    examiners: int
    """Fewest examiners missing in any one session that would take some of them, 0 when none is."""
    what: Text


def shortages(field: Field) -> tuple[Shortage, ...]:
    """Return the shortages: for each component the sum over the round, then each slot and site, in that order."""
    found = []
    for c, component in enumerate(field.problem.components):
        waiting = _waiting(field, c)
        rows = [row for key in sorted(waiting) if (row := _row(field, c, key, waiting[key])) is not None]
        if rows:
            found += [_sum(field, c, component, rows), *rows]
    return tuple(found)


@dataclass(slots=True)
class _Wanted:
    heads: int
    sessions: set[int]


def _waiting(field: Field, c: int) -> dict[tuple[int, int], _Wanted]:
    """Return the candidates who could come for a component, and the sessions they could come to, by slot and site."""
    problem, table = field.problem, field.problem.table
    heads: dict[int, int] = defaultdict(int)
    choices: dict[int, IntArray] = {}
    for p, due in enumerate(problem.due):
        if c in due:
            domain = problem.domains[p][due.index(c)]  # equal parties share one array
            choices[id(domain)] = domain
            heads[id(domain)] += int(problem.heads[p])
    found: dict[tuple[int, int], _Wanted] = {}
    for key, domain in choices.items():
        open_ = domain[field.state[domain] == OPEN]
        spots = defaultdict(list)
        for s in open_.tolist():
            spots[int(table.slot[s]), int(table.site[s])].append(s)
        for spot, sessions in spots.items():
            wanted = found.setdefault(spot, _Wanted(0, set()))
            wanted.heads += heads[key]
            wanted.sessions.update(sessions)
    return found


def _row(field: Field, c: int, key: tuple[int, int], wanted: _Wanted) -> Shortage | None:
    t, site = key
    sessions = np.array(sorted(wanted.sessions), dtype=np.int64)
    places = max(0, wanted.heads - int(field.free[sessions].sum()))
    examiners = min((_unstaffed(field, int(s)) for s in sessions if field.free[s] > 0), default=0)
    if not (places or examiners):
        return None
    slot, site_id, component = field.problem.slots[t], field.problem.site_ids[site], field.problem.components[c]
    called = name_of(component)
    zh = [f"考位 {places} 个"] * (places > 0) + [f"考评员 {examiners} 名"] * (examiners > 0)
    en = [f"{places} places"] * (places > 0) + [f"{examiners} examiners"] * (examiners > 0)
    what = Text(
        f"{slot.on} {slot.start:%H:%M} 考点 {site_id}：{called.zh} 有 {wanted.heads} 人待安排，缺{'、'.join(zh)}",
        f"{slot.on} {slot.start:%H:%M}, site {site_id}: {wanted.heads} wait for {called.en}, short of {' and '.join(en)}",
    )
    return Shortage(component.trade_id, component.id, slot.on, slot.id, site_id, wanted.heads, places, examiners, what)


def _unstaffed(field: Field, s: int) -> int:
    """Return how many examiners a session lacks to take one more."""
    if not field.real.policy.examiners_on:
        return 0
    spare = field.spare(int(field.problem.table.component[s]), int(field.problem.table.slot[s]))
    return max(0, field.need(s, int(field.heads[s]) + 1) - int(field.crew[s]) - spare)


def _sum(field: Field, c: int, component: Component, rows: list[Shortage]) -> Shortage:
    problem = field.problem
    waits = [p for p, due in enumerate(problem.due) if c in due]
    heads = int(problem.heads[waits].sum())
    reachable = {id(d): d for p in waits for d in (problem.domains[p][problem.due[p].index(c)],)}
    there = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *reachable.values()]))
    free = int(field.free[there].sum())
    examiners = min(row.examiners for row in rows)
    sites = len({row.site_id for row in rows})
    called = name_of(component)
    what = Text(
        f"{called.zh}（工种 {component.trade_id or '不限'}）：{heads} 人待安排，可去的场次余位 {free} 个；{sites} 个考点缺考位或考评员",
        f"{called.en} (trade {component.trade_id or 'any'}): {heads} wait, {free} places are free in sessions they could come to; "
        f"{sites} sites are short of places or examiners",
    )
    return Shortage(component.trade_id, component.id, None, "", "", heads, max(0, heads - free), examiners, what)
