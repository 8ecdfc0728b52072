"""What makes a round unusable although its shape is right: ids, numbers, days; senseless locks are in roundlocks.

Used by the round file and the office before any planning. A round that passes can be planned, audited and explained.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from scheduler.domain.catalogue import Component, Duty
from scheduler.domain.rounds import Round
from scheduler.errors import Finding, Severity, Text, Where
from scheduler.planning.roundallot import allotment_findings
from scheduler.planning.roundlocks import lock_findings

MOST_ROWS = 2_999_999
"""Rows of all lists together, about 3 GB of memory; a file with more is refused before it is read."""
_MOST_NUMBER = 10**9
_LISTS = (
    "slots",
    "institutions",
    "sites",
    "rooms",
    "components",
    "parties",
    "examiners",
    "groups",
    "recusals",
    "distances",
    "openings",
    "reservations",
    "waivers",
    "shares",
    "locks",
    "examiner_locks",
)
_WITH_IDS = _LISTS[:8]
# Where an id points: list, field, list of what it names, and whether an empty text, pointing nowhere, is allowed.
_REFERENCES = (
    ("sites", "institution_id", "institutions", False),
    ("rooms", "site_id", "sites", False),
    ("rooms", "closed_slot_ids", "slots", False),
    ("components", "after", "components", False),
    ("parties", "component_ids", "components", False),
    ("parties", "group_id", "groups", True),
    ("parties", "institution_id", "institutions", True),
    ("parties", "fares", "sites", False),
    ("parties", "unavailable_slot_ids", "slots", False),
    ("parties", "barred_site_ids", "sites", False),
    ("groups", "barred_site_ids", "sites", False),
    ("examiners", "institution_id", "institutions", False),
    ("examiners", "unavailable_slot_ids", "slots", False),
    ("recusals", "examiner_id", "examiners", False),
    ("recusals", "party_id", "parties", False),
    ("distances", "site_id", "sites", False),
    ("openings", "room_id", "rooms", False),
    ("openings", "slot_id", "slots", False),
    ("reservations", "room_id", "rooms", False),
    ("reservations", "group_id", "groups", True),
    ("reservations", "institution_id", "institutions", True),
    ("reservations", "slot_id", "slots", True),
    ("waivers", "room_id", "rooms", False),
    ("waivers", "slot_id", "slots", False),
    ("shares", "institution_id", "institutions", False),
    ("locks", "party_id", "parties", False),
    ("locks", "component_id", "components", False),
    ("locks", "slot_id", "slots", False),
    ("locks", "room_id", "rooms", False),
    ("examiner_locks", "room_id", "rooms", False),
    ("examiner_locks", "slot_id", "slots", False),
    ("examiner_locks", "examiner_id", "examiners", False),
)
# Numbers and their least value; the most is 10^9, so that no sum of costs outgrows 63 bits.
_LEAST = (
    ("sites", "x_km", -_MOST_NUMBER),
    ("sites", "y_km", -_MOST_NUMBER),
    ("rooms", "places", 1),
    ("rooms", "opening_cost", 0),
    ("rooms", "max_turns", 1),
    ("components", "minutes", 1),
    ("components", "staffing.at_least", 0),
    ("components", "staffing.per_candidates", 1),
    ("components", "staffing.room_limit", 1),
    ("parties", "head_count", 1),
    ("parties", "x_km", -_MOST_NUMBER),
    ("parties", "y_km", -_MOST_NUMBER),
    ("examiners", "max_per_day", 0),
    ("examiners", "max_per_week", 0),
    ("distances", "km", 0),
    ("openings", "cost", 0),
    ("groups", "fragment_min", 1),
    ("groups", "fragment_max", 1),
    ("reservations", "places", 1),
    ("waivers", "places", 1),
    ("shares", "percent", 0),
    ("locks", "turn", 1),
    ("locks", "place", 1),
    ("policy", "min_institutions", 1),
    ("policy", "independent_per", 1),
    ("policy", "order_gap_min", 0),
    ("policy", "order_days_max", 0),
    ("policy", "changeover_min", 0),
    ("policy", "max_travel_km", 0),
    ("policy", "road_factor", 0),
    *(("policy", f"weights.{name}", 0) for name in ("unplaced", "theory_session", "workshop_session", "examiner")),
    *(("policy", f"weights.{name}", 0) for name in ("km", "extra_trip", "wait_day")),
    *(("policy", f"weights.{name}", 0) for name in ("share_over", "day_peak", "unfair", "group_session")),
    ("policy", "max_sittings_per_day", 1),
    ("policy", "max_consecutive_at", 1),
    ("policy", "day_tolerance_percent", 100),
    ("policy", "move_cost", 0),
)


def round_findings(round_: Round) -> list[Finding]:
    """Judge a round before planning.

    Returns:
        Errors and warnings, list by list; empty when nothing is wrong. While ids dangle or numbers are impossible,
        what depends on them is left for the next reading.
    """
    rows = sum(len(getattr(round_, name)) for name in _LISTS)
    if rows > MOST_ROWS:
        return [too_large(rows, Where(subject=round_.id))]
    basic = [*_id_faults(round_), *_reference_faults(round_), *_number_faults(round_), *_day_faults(round_)]
    if basic:
        return basic
    return [
        *_session_id_faults(round_),
        *_component_faults(round_),
        *_party_faults(round_),
        *_examiner_faults(round_),
        *lock_findings(round_),
        *allotment_findings(round_),
    ]


def too_large(rows: int, where: Where) -> Finding:
    """Return the finding of a round with more rows than can be planned."""
    what = Text(f"批次共有 {rows} 行，超过上限 {MOST_ROWS}", f"the round has {rows} rows, more than {MOST_ROWS}")
    return Finding("round-too-large", what, where, str(rows), hint=Text("拆成几个批次", "split it into several rounds"))


def _fault(
    rule: str, path: str, what: Text, *, said: object = None, hint: Text | None = None, severity: Severity = "error"
) -> Finding:
    return Finding(rule, what, Where(path=path), None if said is None else str(said), hint=hint, severity=severity)


def _id_faults(round_: Round) -> Iterator[Finding]:
    if not round_.id.strip():
        yield _fault("round-id-bad", "id", Text("批次编号为空", "the round has no id"))
    for name in _WITH_IDS:
        seen: dict[str, int] = {}
        for i, row in enumerate(getattr(round_, name)):
            path = f"{name}[{i}].id"
            if not row.id.strip() or not row.id.isprintable():
                what = Text("编号为空或含不可见字符", "the id is empty or has characters that cannot be seen")
                yield _fault("round-id-bad", path, what, said=ascii(row.id))
            first = seen.setdefault(row.id, i)
            if first != i:
                what = Text(f"编号 {row.id} 已在 {name}[{first}] 使用", f"the id {row.id} was used by {name}[{first}]")
                yield _fault(
                    "round-id-twice", path, what, said=row.id, hint=Text("改用唯一的编号", "give each its own id")
                )


def _reference_faults(round_: Round) -> Iterator[Finding]:
    known = {name: {row.id for row in getattr(round_, name)} for name in _WITH_IDS}
    for name, field, target, may_be_empty in _REFERENCES:
        ids = known[target]
        for i, row in enumerate(getattr(round_, name)):
            for id_, path in _ids_of(getattr(row, field), f"{name}[{i}].{field}"):
                if id_ not in ids and not (may_be_empty and id_ == ""):
                    what = Text(f"{target} 中没有编号 {id_!r}", f"{target} has no id {id_!r}")
                    hint = Text(f"改正编号，或在 {target} 中补充", f"correct the id, or add it to {target}")
                    yield _fault("round-unknown-id", path, what, said=id_, hint=hint)


def _ids_of(held: Any, path: str) -> Iterable[tuple[str, str]]:  # noqa: ANN401 - an id, ids, or a mapping by id
    if held is None:
        return ()
    if isinstance(held, str):
        return ((held, path),)
    return ((id_, f"{path}[{n}]" if isinstance(held, tuple) else f"{path}.{id_}") for n, id_ in enumerate(held))


def _number_faults(round_: Round) -> Iterator[Finding]:
    for name, field, least in _LEAST:
        rows = (round_.policy,) if name == "policy" else getattr(round_, name)
        outer, _, inner = field.rpartition(".")
        for i, row in enumerate(rows):
            number = getattr(getattr(row, outer) if outer else row, inner)
            if number is None or least <= number <= _MOST_NUMBER:
                continue
            path = f"policy.{field}" if name == "policy" else f"{name}[{i}].{field}"
            yield _number_fault(path, number, least)
    for i, party in enumerate(round_.parties):
        for site_id, fare in party.fares.items():
            if not 0 <= fare <= _MOST_NUMBER:
                yield _number_fault(f"parties[{i}].fares.{site_id}", fare, 0)
    if round_.policy.road_factor == 0:
        yield _number_fault("policy.road_factor", 0, "> 0")


def _number_fault(path: str, number: float, least: object) -> Finding:
    endless = str(number).strip("-") in {"inf", "nan"}
    zh, en = ("不是有限的数", "is not finite") if endless else ("超出允许范围", "is out of range")
    said = str(number) if len(str(number)) <= 30 else f"{str(number)[:12]}…"
    return Finding(
        "round-number",
        Text(f"{path} = {said} {zh}", f"{path} = {said} {en}"),
        Where(path=path),
        said,
        Text(f"{least} 至 {_MOST_NUMBER}", f"{least} to {_MOST_NUMBER}"),
    )


def _day_faults(round_: Round) -> Iterator[Finding]:
    window = round_.window
    if window.first_on > window.last_on:
        what = Text("考试周期的首日晚于末日", "the window's first day is after its last")
        yield _fault("round-days", "window", what, said=f"{window.first_on} … {window.last_on}")
    for i, slot in enumerate(round_.slots):
        said = f"{slot.on} {slot.start}-{slot.end}"
        if slot.start.tzinfo is not None or slot.end.tzinfo is not None:
            what = Text("时段须用当地时间，不带时区", "slots are in local time, without a zone")
            yield _fault("round-days", f"slots[{i}].start", what, said=said)
        elif slot.end <= slot.start:
            what = Text(f"时段 {slot.id} 的结束不晚于开始", f"slot {slot.id} does not end after it starts")
            yield _fault("round-days", f"slots[{i}].end", what, said=said)
        if slot.on not in window:
            what = Text(f"时段 {slot.id} 不在考试周期内", f"slot {slot.id} lies outside the window")
            hint = Text("改日期或延长考试周期", "change the day, or widen the window")
            said = f"{slot.on}; {window.first_on} … {window.last_on}"
            yield _fault("round-days", f"slots[{i}].on", what, said=said, hint=hint)


def _session_id_faults(round_: Round) -> Iterator[Finding]:
    if not any("." in slot.id for slot in round_.slots) or not any("." in room.id for room in round_.rooms):
        return
    seen = Counter(f"{slot.id}.{room.id}" for slot in round_.slots for room in round_.rooms)
    for session_id in sorted(id_ for id_, n in seen.items() if n > 1):
        what = Text(f"场次编号 {session_id} 会指两个场次", f"the session id {session_id} would name two sessions")
        hint = Text("时段或考场编号中不用句点", "keep full stops out of slot or room ids")
        yield _fault("round-id-twice", "rooms", what, hint=hint)


def _component_faults(round_: Round) -> Iterator[Finding]:
    by_id = {component.id: component for component in round_.components}
    for i, component in enumerate(round_.components):
        if _comes_round_again(component, by_id):
            what = Text(f"科目 {component.id} 的先后顺序成环", f"component {component.id} has to come after itself")
            yield _fault("round-order-circle", f"components[{i}].after", what, said=", ".join(component.after))


def _comes_round_again(component: Component, by_id: dict[str, Component]) -> bool:
    ahead, seen = list(component.after), set[str]()
    while ahead:
        id_ = ahead.pop()
        if id_ == component.id:
            return True
        if id_ not in seen:
            seen.add(id_)
            ahead.extend(by_id[id_].after)
    return False


def _party_faults(round_: Round) -> Iterator[Finding]:
    if not round_.parties:
        yield _fault("round-empty", "parties", Text("没有考生", "there are no parties"), severity="warning")
    for i, party in enumerate(round_.parties):
        path = f"parties[{i}]"
        if not party.component_ids:
            what = Text(f"考生 {party.id} 没有应考科目", f"party {party.id} has no component due")
            yield _fault("round-no-component", f"{path}.component_ids", what)
        if len(set(party.component_ids)) < len(party.component_ids):
            what = Text(f"考生 {party.id} 的科目重复", f"party {party.id} names a component twice")
            yield _fault("round-id-twice", f"{path}.component_ids", what, said=", ".join(party.component_ids))
        if (party.x_km is None) != (party.y_km is None):
            yield _fault("round-number", path, Text("坐标只给了一个", "only one of x_km and y_km is given"))
        first, last = party.earliest_on or round_.window.first_on, party.latest_on or round_.window.last_on
        if party.earliest_on and party.latest_on and first > last:
            what = Text(
                f"考生 {party.id} 的最早日期晚于最晚日期", f"party {party.id}: the earliest day is after the latest"
            )
            yield _fault("round-days", f"{path}.latest_on", what, said=f"{first} … {last}")
        elif last < round_.window.first_on or first > round_.window.last_on:
            what = Text(f"考生 {party.id} 的日期与考试周期没有交集", f"party {party.id} has no day inside the window")
            yield _fault("round-days", path, what, said=f"{first} … {last}", severity="warning")
    for i, site in enumerate(round_.sites):
        if (site.x_km is None) != (site.y_km is None):
            yield _fault("round-number", f"sites[{i}]", Text("坐标只给了一个", "only one of x_km and y_km is given"))


def _examiner_faults(round_: Round) -> Iterator[Finding]:
    if not round_.policy.examiners_on:
        return
    for i, examiner in enumerate(round_.examiners):
        if not examiner.duties:
            what = Text(f"考评员 {examiner.id} 没有职责", f"examiner {examiner.id} has no duty")
            hint = Text("填 assess 或 invigilate", "write assess or invigilate")
            yield _fault("round-examiner", f"examiners[{i}].duties", what, hint=hint)
        elif Duty.ASSESS in examiner.duties and not examiner.trade_ids:
            what = Text(f"考评员 {examiner.id} 没有工种", f"examiner {examiner.id} assesses but names no trade")
            hint = Text("填可考评的工种，或只留 invigilate", "name the trades, or leave only invigilate")
            yield _fault("round-examiner", f"examiners[{i}].trade_ids", what, hint=hint)
    senders = {examiner.institution_id for examiner in round_.examiners}
    if 0 < len(senders) < round_.policy.min_institutions:
        what = Text(
            f"要求每场考评员来自 {round_.policy.min_institutions} 家机构，但批次中只有 {len(senders)} 家派出考评员，按 {len(senders)} 家执行",
            f"examiners of {round_.policy.min_institutions} institutions are asked for in each session, but only "
            f"{len(senders)} sends any in this round; {len(senders)} is what is held to",
        )
        hint = Text("请合作机构派出考评员", "ask a co-operating institution for examiners")
        yield _fault("round-one-institution", "examiners", what, hint=hint, severity="warning")
