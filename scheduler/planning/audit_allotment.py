"""Audit of allotment: at which site and institution parties and groups are examined, and how far they travel.

Used by the audit; every check reads Round and Plan values alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from scheduler.domain.catalogue import Component
from scheduler.domain.places import Site
from scheduler.domain.rounds import Group, Party
from scheduler.errors import Text
from scheduler.planning.audit_reading import Fault, Reading, checks


@checks(
    "group-together",
    "把该组排到同一场次或考点，或调整各考点人数",
    "seat the group in one session, at one site, or in fragments allowed",
)
def group_together(reading: Reading) -> Iterator[Fault]:
    """Find groups split over sessions or sites, or into fragments too small or too large; unplaced members do not split."""
    places: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for seated in reading.seated:
        group = reading.groups.get(seated.party.group_id)
        if group is not None and group.together != "none":
            place = seated.sitting.session_id if group.together == "session" else seated.held.room.site_id
            places[group.id, seated.sitting.component_id][place] += 1
    for (group_id, component_id), heads in places.items():
        group = reading.groups[group_id]
        if group.together == "fragments":
            yield from _fragments(reading, group, component_id, heads)
        elif len(heads) > 1:
            zh, en = ("个场次", "sessions") if group.together == "session" else ("个考点", "sites")
            what = Text(
                f"组 {group_id} 的科目 {component_id} 分在 {len(heads)} {zh}",
                f"group {group_id} sits {component_id} in {len(heads)} {en}",
            )
            yield Fault(group_id, what, ", ".join(sorted(heads)), Text(f"1 {zh}", f"1 of the {en}"))


def _fragments(reading: Reading, group: Group, component_id: str, heads: Counter[str]) -> Iterator[Fault]:
    due = sum(
        party.head_count
        for party in reading.round.parties
        if party.group_id == group.id and component_id in party.component_ids
    )
    least = min(group.fragment_min, due)
    for site_id, n in sorted(heads.items()):
        if n < least or (group.fragment_max is not None and n > group.fragment_max):
            most = "" if group.fragment_max is None else group.fragment_max
            what = Text(
                f"组 {group.id} 的科目 {component_id} 在考点 {site_id} 有 {n} 人，须 {least} 至 {most or '不限'} 人",
                f"group {group.id} sits {component_id} with {n} candidates at site {site_id}, "
                f"{least} to {most or 'any number'} are allowed",
            )
            yield Fault(group.id, what, str(n), Text(f"{least} … {most}", f"{least} … {most}"))


@checks("group-seats", "重排座号，使同组考生相邻", "number the places anew, group by group")
def group_seats(reading: Reading) -> Iterator[Fault]:
    """Find candidates among the places of a group that is not theirs; whoever has a locked turn or place is let pass."""
    if not reading.policy.group_seats:
        return
    locked = {(k.party_id, k.component_id) for k in reading.round.locks if k.turn is not None or k.place is not None}
    turns: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
    for seated in reading.seated:
        sitting = seated.sitting
        if (seated.party.id, sitting.component_id) not in locked:
            turns[sitting.session_id, sitting.turn].append((sitting.place, seated.party.group_id))
    for (session_id, turn), seats in sorted(turns.items()):
        row = [group_id for _, group_id in sorted(seats)]
        for group_id in sorted(set(row) - {""}):
            first, last = row.index(group_id), len(row) - row[::-1].index(group_id)
            strangers = sum(other != group_id for other in row[first:last])
            if strangers:
                what = Text(
                    f"场次 {session_id} 第 {turn} 轮：组 {group_id} 的座号之间有 {strangers} 名其他考生",
                    f"session {session_id}, turn {turn}: {strangers} others sit among the places of group {group_id}",
                )
                yield Fault(session_id, what, str(strangers), Text("0", "0"))


def _visits(reading: Reading) -> list[tuple[Party, Site]]:
    """Return each party with each known site it sits at, once, in the order of the sittings."""
    found: dict[tuple[str, str], tuple[Party, Site]] = {}
    for seated in reading.seated:
        site = reading.sites.get(seated.held.room.site_id)
        if site is not None:
            found.setdefault((seated.party.id, site.id), (seated.party, site))
    return list(found.values())


@checks("barred-site", "改到允许的考点", "choose a site that is not barred")
def barred_site(reading: Reading) -> Iterator[Fault]:
    """Find parties at sites barred for them or for their group."""
    for party, site in _visits(reading):
        if site.id in _barred(reading, party):
            what = Text(
                f"考生 {party.id} 不得安排在考点 {site.id}", f"party {party.id} must not be examined at site {site.id}"
            )
            yield Fault(party.id, what, site.id)


def _barred(reading: Reading, party: Party) -> tuple[str, ...]:
    group = reading.groups.get(party.group_id)
    return party.barred_site_ids + (group.barred_site_ids if group is not None else ())


@checks("own-institution", "改到其他机构的考点", "choose a site of another institution")
def own_institution(reading: Reading) -> Iterator[Fault]:
    """Find parties examined by the institution that trained them, where the round bars it."""
    for party, site in _visits(reading) if reading.policy.bar_own_institution else ():
        if party.institution_id and party.institution_id == site.institution_id:
            what = Text(
                f"考生 {party.id} 由机构 {party.institution_id} 培训，却在其考点 {site.id} 考试",
                f"party {party.id} was trained by {party.institution_id} and is examined at its site {site.id}",
            )
            yield Fault(party.id, what, site.id)


@checks(
    "no-mutual-exchange", "把其中一方的考生改到第三方机构的考点", "examine one side's candidates at a third institution"
)
def no_mutual_exchange(reading: Reading) -> Iterator[Fault]:
    """Find pairs of institutions that examine each other's candidates."""
    if not reading.policy.no_mutual_exchange:
        return
    heads: Counter[tuple[str, str]] = Counter()
    for party, site in _visits(reading):
        if party.institution_id and party.institution_id != site.institution_id:
            heads[party.institution_id, site.institution_id] += party.head_count
    for (one, other), n in sorted(heads.items()):
        back = heads.get((other, one), 0)
        if one < other and back:
            what = Text(
                f"机构 {one} 与 {other} 互考：{one} 的考生 {n} 人在 {other}，{other} 的考生 {back} 人在 {one}",
                f"{one} and {other} examine each other's candidates: {n} of {one} at {other}, {back} of {other} at {one}",
            )
            yield Fault(f"{one} {other}", what, f"{n}, {back}")


@checks("travel-limit", "改到更近的考点，或补充距离", "choose a nearer site, or say the distance")
def travel_limit(reading: Reading) -> Iterator[Fault]:
    """Find trips longer than the limit, or of unknown length while a limit is set; a named party may go to the nearest site."""
    limit = reading.policy.max_travel_km
    if limit is None:
        return
    trips: dict[tuple[str, str], tuple[Party, set[str]]] = {}
    for seated in reading.seated:
        party, sat = trips.setdefault((seated.party.id, seated.held.room.site_id), (seated.party, set()))
        if party.travel_exception:
            sat.add(seated.sitting.component_id)
    for (party_id, site_id), (party, component_ids) in trips.items():
        km = reading.km(party, site_id)
        if (km is not None and km <= limit) or (component_ids and _excepted(reading, party, site_id, component_ids)):
            continue
        if km is None:
            what = Text(
                f"考生 {party_id} 到考点 {site_id} 的距离未知，而路程有上限 {limit} 公里",
                f"party {party_id}: no distance to site {site_id} is known, but travel is limited to {limit} km",
            )
            yield Fault(party_id, what, None, Text(f"≤ {limit} 公里", f"<= {limit} km"))
        else:
            what = Text(
                f"考生 {party_id} 到考点 {site_id} 单程 {km:.1f} 公里，上限 {limit} 公里",
                f"party {party_id} travels {km:.1f} km to site {site_id}, the limit is {limit} km",
            )
            yield Fault(party_id, what, f"{km:.1f}", Text(f"≤ {limit} 公里", f"<= {limit} km"))


def _excepted(reading: Reading, party: Party, site_id: str, component_ids: set[str]) -> bool:
    """Tell whether a site is the nearest that offers each of the components to a party named for the exception."""
    return all(
        id_ in reading.components and site_id in nearest_sites(reading, party, reading.components[id_])
        for id_ in component_ids
    )


def nearest_sites(reading: Reading, party: Party, component: Component) -> set[str]:
    """Return the nearest site, or several equally near, that offers a component to a party; empty when no distance is known."""
    known = {
        site.id: km
        for site in reading.round.sites
        if (km := reading.km(party, site.id)) is not None and _offers(reading, party, component, site)
    }
    least = min(known.values(), default=None)
    return {site_id for site_id, km in known.items() if km == least}


def _offers(reading: Reading, party: Party, component: Component, site: Site) -> bool:
    """Tell whether a site that is not barred has a suitable room, open in one slot of the window that is long enough."""
    own = reading.policy.bar_own_institution and party.institution_id == site.institution_id != ""
    if own or site.id in _barred(reading, party):
        return False
    shut = {(opening.room_id, opening.slot_id) for opening in reading.round.openings if opening.closed}
    return any(
        room.site_id == site.id
        and room.kind is component.room_kind
        and (not room.trade_ids or component.trade_id in room.trade_ids)
        and (room.accessible or not party.accessible)
        and slot.id not in room.closed_slot_ids
        and (room.id, slot.id) not in shut
        and slot.on in reading.round.window
        and slot.minutes >= component.minutes
        for room in reading.round.rooms
        for slot in reading.round.slots
    )
