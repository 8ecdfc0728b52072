"""A set-up workbook becomes a RoundSetup: the round with its policy, slots, places, examiners, and what ties them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any, Protocol, TypeVar

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import Catalogue
from scheduler.domain.people import Examiner
from scheduler.domain.places import Institution, Room, Site
from scheduler.domain.rounds import Policy, RoundSetup, Weights
from scheduler.errors import Finding, Text, errors_in
from scheduler.sheets import columns_rules as few
from scheduler.sheets import columns_setup as tables
from scheduler.sheets.cells import Row
from scheduler.sheets.codes import Codes, make_codes, scheme_codes
from scheduler.sheets.columns import Table
from scheduler.sheets.setup_parts import (  # fmt: skip
    Known,
    read_distance,
    read_examiner,
    read_institution,
    read_opening,
    read_room,
    read_site,
)
from scheduler.sheets.setup_rules import (
    read_examiner_lock,
    read_group,
    read_lock,
    read_recusal,
    read_reservation,
    read_share,
    read_terms,
    read_waiver,
)
from scheduler.sheets.table import find_by_name
from scheduler.sheets.workbook import Book


class _Keyed(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T")
K = TypeVar("K", bound=_Keyed)


@dataclass(frozen=True, slots=True)
class _RoundRow:
    id: str
    name: str
    window: Window
    scheme_ids: tuple[str, ...]
    policy: Policy


def setup_of(book: Book, *, catalogue: Catalogue) -> tuple[RoundSetup | None, list[Finding]]:
    """Read an open set-up workbook; the setup is None when any finding is an error."""
    findings = list(book.findings)
    rounds = _read(book, tables.ROUND, lambda row: _read_round(row, catalogue), findings)
    if len(rounds) > 1:
        findings.append(
            Finding(
                "one-round-only", Text("批次表只能有一行", "the round sheet holds exactly one row"), rounds[1][0].at
            )
        )
    window = rounds[0][1].window if rounds else None
    slots = _keyed(book, tables.SLOTS, lambda row: _read_slot(row, window), findings)
    _warn_overlaps(slots)
    known = Known(catalogue, slots=_codes(slots))
    institutions = _keyed(book, tables.INSTITUTIONS, lambda row: read_institution(row, catalogue), findings)
    known.institutions = _named(institutions)
    sites = _keyed(book, tables.SITES, lambda row: read_site(row, known), findings)
    known.sites = _named(sites)
    rooms = _keyed(book, tables.ROOMS, lambda row: read_room(row, known), findings)
    known.rooms = _named(rooms)
    examiners = _keyed(book, tables.EXAMINERS, lambda row: read_examiner(row, known), findings)
    known.examiners = _named(examiners)
    rules = _rules(book, known, findings)
    if errors_in(findings) or not rounds:
        return None, findings
    first = rounds[0][1]
    setup = RoundSetup(
        id=first.id,
        name=first.name,
        window=first.window,
        slots=_values(slots),
        institutions=_values(institutions),
        sites=_values(sites),
        rooms=_values(rooms),
        examiners=_values(examiners),
        scheme_ids=first.scheme_ids,
        policy=first.policy,
        **rules,
    )
    return setup, findings


def _rules(book: Book, known: Known, findings: list[Finding]) -> dict[str, Any]:
    """Return what ties people and places, by field of the setup."""

    def read(table: Table, reader: Callable[[Row, Known], T | None]) -> list[tuple[Row, T]]:
        return _read(book, table, lambda row: reader(row, known), findings)

    recusals, groups = read(tables.RECUSALS, read_recusal), read(tables.GROUPS, read_group)
    distances, openings = read(tables.DISTANCES, read_distance), read(tables.OPENINGS, read_opening)
    reservations, waivers = read(few.RESERVATIONS, read_reservation), read(few.WAIVERS, read_waiver)
    shares, locks = read(few.SHARES, read_share), read(few.LOCKS, read_lock)
    examiner_locks, terms = read(few.EXAMINER_LOCKS, read_examiner_lock), read(few.TERMS, read_terms)
    _once(groups, lambda g: g.id, "id")
    _once(distances, lambda d: (d.origin_id, d.site_id), "site")
    _once(openings, lambda o: (o.room_id, o.slot_id), "slot")
    _once(waivers, lambda w: (w.room_id, w.slot_id), "slot")
    _once(shares, lambda s: s.institution_id, "institution")
    _once(locks, lambda k: (k.document_no, k.component), "component")
    _once(terms, lambda t: t.document_no, "document_no")
    return {
        "recusals": _values(recusals), "groups": _values(groups), "distances": _values(distances),
        "openings": _values(openings), "reservations": _values(reservations), "waivers": _values(waivers),
        "shares": _values(shares), "locks": _values(locks), "examiner_locks": _values(examiner_locks),
        "terms": _values(terms),
    }  # fmt: skip


def _read(book: Book, table: Table, reader: Callable[[Row], T | None], findings: list[Finding]) -> list[tuple[Row, T]]:
    """Read every row of a sheet that gives a value; a value of a faulty row stays, so that others may refer to it."""
    sheet = find_by_name(book, table, findings)
    if sheet is None:
        return []
    read = [(row, reader(row)) for row in sheet.rows(findings)]
    if not read and table.required and table.key != tables.EXAMINERS.key:
        what = Text(f"工作表“{table.zh}”没有内容", f"sheet {table.zh} ({table.en}) holds no rows")
        findings.append(Finding("no-rows", what, sheet.where()))
    return [(row, value) for row, value in read if value is not None]


def _keyed(book: Book, table: Table, reader: Callable[[Row], K | None], findings: list[Finding]) -> list[tuple[Row, K]]:
    read = _read(book, table, reader, findings)
    _once(read, lambda value: value.id, "id")
    return read


def _once(read: Iterable[tuple[Row, T]], key_of: Callable[[T], object], column: str) -> None:
    first: dict[object, int] = {}
    for row, value in read:
        before = first.setdefault(key_of(value), row.number)
        if before != row.number:
            row.fault(
                column,
                "id-twice",
                (f"与第{before}行重复", f"the same stands in row {before}"),
                hint=("请改用不同的编号，或删除一行", "use another id, or delete one row"),
            )


def _values(read: Iterable[tuple[Row, T]]) -> tuple[T, ...]:
    return tuple(value for _, value in read)


def _codes(read: Iterable[tuple[Row, Slot]]) -> Codes:
    return make_codes((slot.id, slot.id) for _, slot in read)


def _named(read: Iterable[tuple[Row, Institution | Site | Room | Examiner]]) -> Codes:
    return make_codes((value.id, value.id, value.name) for _, value in read)


def _read_round(row: Row, catalogue: Catalogue) -> _RoundRow | None:
    round_id, name = row.text("id", required=True), row.text("name", required=True)
    first_on, last_on = row.day("first_on", required=True), row.day("last_on", required=True)
    scheme_ids = row.choices("schemes", scheme_codes(catalogue), "scheme-unknown", required=True)
    policy = _policy(row)
    if first_on is None or last_on is None:
        return None
    if last_on < first_on:
        row.fault(
            "last_on",
            "dates-reversed",
            ("结束日期早于开始日期", "the last day is before the first"),
            expected=(f"不早于 {first_on}", f"{first_on} or later"),
        )
        return None
    if (last_on - first_on).days > 366:
        row.fault("last_on", "round-too-long", ("考试周期超过一年", "the round is longer than a year"))
    return _RoundRow(round_id, name, Window(first_on, last_on), scheme_ids, policy)


def _policy(row: Row) -> Policy:
    plain = Policy()

    def whole(key: str, low: int, high: int, default: int) -> int:
        value = row.whole(key, low, high)
        return default if value is None else value

    weights = {f.name: whole(f"w_{f.name}", 0, 1_000_000, getattr(plain.weights, f.name)) for f in fields(Weights)}
    road_factor = row.number_in("road_factor", 1.0, 5.0)
    return Policy(
        examiners_on=row.yes("examiners_on", default=plain.examiners_on),
        min_institutions=whole("min_institutions", 1, 20, plain.min_institutions),
        independent_per=whole("independent_per", 1, 1000, plain.independent_per),
        order_gap_min=whole("order_gap_min", 0, 7 * 24 * 60, plain.order_gap_min),
        order_days_max=row.whole("order_days_max", 0, 366),
        changeover_min=whole("changeover_min", 0, 24 * 60, plain.changeover_min),
        max_travel_km=row.number_in("max_travel_km", 0.0, 10_000.0),
        road_factor=plain.road_factor if road_factor is None else road_factor,
        weights=Weights(**weights),
        max_sittings_per_day=row.whole("max_sittings_per_day", 1, 20),
        bar_own_institution=row.yes("bar_own_institution", default=plain.bar_own_institution),
        no_mutual_exchange=row.yes("no_mutual_exchange", default=plain.no_mutual_exchange),
        mixed_theory=row.yes("mixed_theory", default=plain.mixed_theory),
        max_consecutive_at=row.whole("max_consecutive_at", 1, 366),
        rotate_half=row.yes("rotate_half", default=plain.rotate_half),
        group_seats=row.yes("group_seats", default=plain.group_seats),
        day_tolerance_percent=whole("day_tolerance_percent", 100, 10_000, plain.day_tolerance_percent),
    )


def _read_slot(row: Row, window: Window | None) -> Slot | None:
    slot_id = row.text("id", required=True)
    on = row.day("on", required=True)
    start, end = row.clock("start", required=True), row.clock("end", required=True)
    if window and on and on not in window:
        row.fault(
            "on",
            "date-outside-round",
            ("日期不在考试周期内", "the day is outside the round"),
            expected=(f"{window.first_on} 至 {window.last_on}", f"{window.first_on} to {window.last_on}"),
        )
    if start and end and end <= start:
        row.fault(
            "end",
            "slot-empty",
            ("结束时间不晚于开始时间", "the slot does not end after it begins"),
            expected=(f"晚于 {start:%H:%M}", f"later than {start:%H:%M}"),
        )
    if not slot_id or on is None or start is None or end is None:
        return None
    return Slot(slot_id, on, start, end)


def _warn_overlaps(slots: list[tuple[Row, Slot]]) -> None:
    for n, (row, slot) in enumerate(slots):
        others = [other.id for _, other in slots[:n] if slot.overlaps(other)]
        if others:
            named = "、".join(others[:5])
            row.fault(
                "start",
                "slots-overlap",
                (
                    f"与时段 {named} 重叠，同一人或考场不能同时使用",
                    f"overlaps slots {named}; nobody and no room can use both",
                ),
                severity="warning",
            )
