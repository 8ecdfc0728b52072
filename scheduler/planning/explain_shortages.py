"""What a round is short of: places or examiners, by trade, component, day and site.

Used by the explanation alone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from scheduler.domain.catalogue import Component
from scheduler.domain.rounds import Party
from scheduler.errors import Text
from scheduler.planning.audit_reading import Reading
from scheduler.planning.explain_options import CROWDED, UNSTAFFED, Option, Options


@dataclass(frozen=True, slots=True)
class Shortage:
    """Candidates who could come but for places or examiners."""

    trade_id: str
    component_id: str
    on: date | None
    """Day; None for the sum over the round."""
    site_id: str
    """Empty for the sum over the round."""
    waiting: int
    """Candidates without a place who could come there that day; on other days they count again."""
    places: int
    """Places missing for them (seats or workstations, all turns counted), 0 when none is."""
    examiners: int
    """Fewest examiners missing in any one session that would take some of them, 0 when none is."""
    what: Text


def shortages(reading: Reading, options: Options, unplaced: list[Party]) -> tuple[Shortage, ...]:
    """Return the shortages: for each component the sum over the round, then each day and site, in that order."""
    found = []
    for component in sorted(reading.components.values(), key=lambda c: c.id):
        waiting = [party for party in unplaced if component.id in party.component_ids]
        by_place = _by_place(reading, options, component, waiting)
        rows = [_row(reading, options, component, key, by_place[key]) for key in sorted(by_place)]
        rows = [row for row in rows if row.places or row.examiners]
        if rows:
            found.append(_sum(component, by_place, rows))
            found += rows
    return tuple(found)


_Wanted = dict[str, tuple[int, list[Option]]]
"""By party: its head count, and its options there that only places or examiners block."""


def _by_place(
    reading: Reading, options: Options, component: Component, waiting: list[Party]
) -> dict[tuple[date, str], _Wanted]:
    places: dict[tuple[date, str], _Wanted] = defaultdict(dict)
    for party in waiting:
        for option in options.of(party, component):
            if set(option.blocked_by) <= CROWDED | UNSTAFFED:
                key = reading.slots[option.slot_id].on, reading.rooms[option.room_id].site_id
                _, near = places[key].setdefault(party.id, (party.head_count, []))
                near.append(option)
    return places


def _row(reading: Reading, options: Options, component: Component, key: tuple[date, str], wanted: _Wanted) -> Shortage:
    on, site_id = key
    heads = sum(n for n, _ in wanted.values())
    spots = {(o.room_id, o.slot_id) for _, near in wanted.values() for o in near}
    left = sum(
        options.places_left(component, reading.rooms[room_id], reading.slots[slot_id]) for room_id, slot_id in spots
    )
    unstaffed = [
        o.short for _, near in wanted.values() for o in near if o.blocked_by and set(o.blocked_by) <= UNSTAFFED
    ]
    staffed = any(not o.blocked_by for _, near in wanted.values() for o in near)
    examiners = min(unstaffed, default=0) if not staffed else 0
    places = max(0, heads - left)
    zh = [f"考位 {places} 个"] * (places > 0) + [f"考评员 {examiners} 名"] * (examiners > 0)
    en = [f"{places} places"] * (places > 0) + [f"{examiners} examiners"] * (examiners > 0)
    what = Text(
        f"{on} 考点 {site_id}：{component.id} 有 {heads} 人待安排，缺{'、'.join(zh)}",
        f"{on}, site {site_id}: {heads} wait for {component.id}, short of {' and '.join(en)}",
    )
    return Shortage(component.trade_id, component.id, on, site_id, heads, places, examiners, what)


def _sum(component: Component, by_place: dict[tuple[date, str], _Wanted], rows: list[Shortage]) -> Shortage:
    waiting = {party_id: heads for wanted in by_place.values() for party_id, (heads, _) in wanted.items()}
    heads = sum(waiting.values())
    places, examiners = min(row.places for row in rows), min(row.examiners for row in rows)
    what = Text(
        f"{component.id}（工种 {component.trade_id}）：{heads} 人只缺考位或考评员，涉及 {len(rows)} 个考点日",
        f"{component.id} (trade {component.trade_id}): {heads} lack only places or examiners, on {len(rows)} days and sites",
    )
    return Shortage(component.trade_id, component.id, None, "", heads, places, examiners, what)
