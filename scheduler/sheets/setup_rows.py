"""A RoundSetup as rows of the set-up workbook, so that what is written reads back."""

from __future__ import annotations

from dataclasses import fields

from scheduler.domain.rounds import Group, RoundSetup, Weights
from scheduler.sheets.codes import COMPONENT_KINDS, DUTIES, REASONS, ROOM_KINDS, TOGETHER
from scheduler.sheets.columns import Value


def setup_rows(setup: RoundSetup) -> dict[str, list[dict[str, Value]]]:
    """Return the rows of every sheet of a set-up workbook, by table key."""
    policy = setup.policy
    first: dict[str, Value] = {
        "id": setup.id,
        "name": setup.name,
        "first_on": setup.window.first_on,
        "last_on": setup.window.last_on,
        "schemes": "、".join(setup.scheme_ids),
        "examiners_on": _yes(policy.examiners_on),
        "min_institutions": policy.min_institutions,
        "independent_per": policy.independent_per,
        "order_gap_min": policy.order_gap_min,
        "order_days_max": policy.order_days_max,
        "changeover_min": policy.changeover_min,
        "max_travel_km": policy.max_travel_km,
        "road_factor": policy.road_factor,
        "max_sittings_per_day": policy.max_sittings_per_day,
        "bar_own_institution": _yes(policy.bar_own_institution),
        "no_mutual_exchange": _yes(policy.no_mutual_exchange),
        "mixed_theory": _yes(policy.mixed_theory),
        "max_consecutive_at": policy.max_consecutive_at,
        "rotate_half": _yes(policy.rotate_half),
        "group_seats": _yes(policy.group_seats),
        "day_tolerance_percent": policy.day_tolerance_percent,
        **{f"w_{f.name}": getattr(policy.weights, f.name) for f in fields(Weights)},
    }
    return {
        "round": [first],
        "slots": [{"id": s.id, "on": s.on, "start": s.start, "end": s.end} for s in setup.slots],
        "groups": [_group_row(group) for group in setup.groups],
        "distances": [{"origin": d.origin_id, "site": d.site_id, "km": d.km} for d in setup.distances],
        "openings": [
            {"room": o.room_id, "slot": o.slot_id, "cost": o.cost, "closed": _yes(o.closed)} for o in setup.openings
        ],
        "recusals": [
            {
                "examiner": r.examiner_id,
                "document_no": r.document_no,
                "reason": REASONS.labels[r.reason],
                "note": r.note,
            }
            for r in setup.recusals
        ],
        **_place_rows(setup),
        **_few_rows(setup),
    }


def _group_row(group: Group) -> dict[str, Value]:
    split = group.together == "fragments"
    return {
        "id": group.id,
        "together": TOGETHER.labels[group.together],
        "name": group.name,
        "fragment_min": group.fragment_min if split else None,
        "fragment_max": group.fragment_max,
        "barred": "、".join(group.barred_site_ids),
    }


def _few_rows(setup: RoundSetup) -> dict[str, list[dict[str, Value]]]:
    """Return the rows of the sheets that few rounds need."""
    return {
        "reservations": [
            {"room": r.room_id, "places": r.places, "group": r.group_id, "institution": r.institution_id, "slot": r.slot_id}
            for r in setup.reservations
        ],
        "waivers": [{"room": w.room_id, "slot": w.slot_id, "places": w.places, "reason": w.reason} for w in setup.waivers],
        "shares": [{"institution": s.institution_id, "percent": s.percent} for s in setup.shares],
        "locks": [
            {
                "document_no": k.document_no, "component": COMPONENT_KINDS.labels.get(k.component, k.component), "slot": k.slot_id,
                "room": k.room_id, "turn": k.turn, "place": k.place,
            }
            for k in setup.locks
        ],
        "examiner_locks": [{"room": k.room_id, "slot": k.slot_id, "examiner": k.examiner_id} for k in setup.examiner_locks],
        "terms": [
            {
                "document_no": t.document_no, "barred": "、".join(t.barred_site_ids),
                "travel_exception": _yes(t.travel_exception), "reason": t.reason,
            }
            for t in setup.terms
        ],
    }  # fmt: skip


def _place_rows(setup: RoundSetup) -> dict[str, list[dict[str, Value]]]:
    return {
        "institutions": [
            {
                **{key: getattr(i, key) for key in ("id", "name", "name_en", "credit_code", "number_code", "site_serial", "province_code", "number_marks")},
                "issues": "、".join(i.issues),
            }
            for i in setup.institutions
        ],
        "sites": [
            {"id": s.id, "institution": s.institution_id, "name": s.name, "address": s.address, "x_km": s.x_km, "y_km": s.y_km}
            for s in setup.sites
        ],
        "rooms": [
            {
                "id": r.id, "site": r.site_id, "kind": ROOM_KINDS.labels[r.kind], "places": r.places, "trades": "、".join(r.trade_ids),
                "accessible": _yes(r.accessible), "closed": "、".join(r.closed_slot_ids), "opening_cost": r.opening_cost,
                "max_turns": r.max_turns, "name": r.name,
            }
            for r in setup.rooms
        ],
        "examiners": [
            {
                "id": e.id, "name": e.name, "institution": e.institution_id, "duties": "、".join(DUTIES.labels[d] for d in e.duties),
                "trades": "、".join(e.trade_ids), "unavailable": "、".join(e.unavailable_slot_ids), "max_per_day": e.max_per_day,
                "max_per_week": e.max_per_week, "may_lead": _yes(e.may_lead),
            }
            for e in setup.examiners
        ],
    }  # fmt: skip


def _yes(value: bool) -> str:  # noqa: FBT001 - the value is what is worded
    return "是" if value else "否"
