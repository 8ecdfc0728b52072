"""How much a plan asks of each day, each site and each institution: the three load sheets of the plan workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scheduler.domain.catalogue import RoomKind
from scheduler.domain.sessions import Session, Sitting
from scheduler.sheets.plan_tables import Cells, PlanTables


def by_day(tables: PlanTables) -> Iterator[Cells]:
    """Give one row a day with sessions, in order, and the total."""
    days = sorted({slot.on for slot in tables.slots.values()})
    for on in days:
        chosen = [s for s in tables.in_time() if tables.slots[s.slot_id].on == on]
        if chosen:
            yield _counted(tables, chosen) | {"on": on}
    if tables.plan.sessions:
        yield _counted(tables, tables.in_time()) | {"on": "合计 Total"}


def by_site(tables: PlanTables) -> Iterator[Cells]:
    """Give one row a site, by id; sites without a session stand with zeros."""
    for site in sorted(tables.round.sites, key=lambda one: one.id):
        chosen = [s for s in tables.in_time() if tables.rooms[s.room_id].site_id == site.id]
        yield {
            "site": tables.site_labels[site.id],
            "institution": tables.institutions.get(site.institution_id),
            "rooms": len({s.room_id for s in chosen}),
            "days": len({tables.slots[s.slot_id].on for s in chosen}),
        } | _counted(tables, chosen)


def by_institution(tables: PlanTables) -> Iterator[Cells]:
    """Give one row an institution, by id: whom it trained, what its sites take, and what its examiners do."""
    plan, everyone = tables.plan, {e.id: e.institution_id for e in tables.round.examiners}
    placed = set(plan.placed_ids())
    agreed = {share.institution_id: share.percent / 100 for share in tables.round.shares}
    for institution in sorted(tables.round.institutions, key=lambda one: one.id):
        own = [p for p in tables.round.parties if p.institution_id == institution.id]
        sites = {s.id for s in tables.round.sites if s.institution_id == institution.id}
        held = [s for s in plan.sessions if tables.rooms[s.room_id].site_id in sites]
        sittings = sum(tables.heads[s.id] for s in held)
        duties = [(e, s) for s in plan.sessions for e in s.examiner_ids if everyone.get(e) == institution.id]
        yield {
            "institution": tables.institutions[institution.id],
            "trained": sum(p.head_count for p in own),
            "placed": sum(p.head_count for p in own if p.id in placed),
            "sites": len({tables.rooms[s.room_id].site_id for s in held}),
            "sessions": len(held),
            "sittings": sittings,
            "part": sittings / len(plan.sittings) if plan.sittings else None,
            "agreed": agreed.get(institution.id),
            "examiners": len({e for e, _ in duties}),
            "duties": len(duties),
            "duty_days": len({(e, tables.slots[s.slot_id].on) for e, s in duties}),
        }


def _counted(tables: PlanTables, sessions: list[Session]) -> Cells:
    """Count what some sessions hold; people and examiners once each, seats as often as they are used."""
    chosen = {s.id: s for s in sessions}
    sittings = [s for s in tables.plan.sittings if s.session_id in chosen]
    places = sum(tables.rooms[s.room_id].places * tables.turns[s.id] for s in sessions)
    duties = [examiner_id for s in sessions for examiner_id in s.examiner_ids]
    in_theory = _sits_in(tables, RoomKind.THEORY_ROOM)
    theory = sum(1 for s in sittings if in_theory(s))
    return {
        "sites": len({tables.rooms[s.room_id].site_id for s in sessions}),
        "sessions": len(sessions),
        "candidates": len({(s.party_id, s.member) for s in sittings}),
        "theory": theory,
        "practical": len(sittings) - theory,
        "sittings": len(sittings),
        "places": places,
        "fill": len(sittings) / places if places else None,
        "examiners": len(set(duties)),
        "duties": len(duties),
    }


def _sits_in(tables: PlanTables, kind: RoomKind) -> Callable[[Sitting], bool]:
    rooms = {s.id: tables.rooms[s.room_id].kind for s in tables.plan.sessions}
    return lambda sitting: rooms[sitting.session_id] is kind
