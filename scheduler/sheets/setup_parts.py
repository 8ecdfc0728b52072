"""One function a sheet of the set-up workbook: institutions, sites, rooms, examiners, and what ties them together."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from scheduler.domain.catalogue import Catalogue, Duty, RoomKind
from scheduler.domain.identity import credit_code_good
from scheduler.domain.people import Examiner
from scheduler.domain.places import Institution, Room, Site
from scheduler.domain.rounds import Distance, Opening
from scheduler.sheets.cells import Row, read_point
from scheduler.sheets.codes import DUTIES, ROOM_KINDS, Codes, issuer_codes, make_codes, trade_codes
from scheduler.sheets.faults import Pair

_NOBODY = make_codes(())
_SHAPES: dict[str, tuple[str, Pair]] = {
    "number_code": (r"[A-Z]\d{4}", ("一个字母和四位数字，如 S0000", "a letter and four digits, such as S0000")),
    "site_serial": (r"\d{6}", ("六位数字", "six digits")),
    "province_code": (r"\d{2}", ("两位数字", "two digits")),
    "number_marks": (
        r"[一-龥][A-Z]",
        ("省份简称加一个字母，如 苏A", "province abbreviation and a letter, such as 苏A"),
    ),
}


@dataclass(slots=True)
class Known:
    """What sheets read so far may be referred to; filled while reading."""

    catalogue: Catalogue
    slots: Codes
    institutions: Codes = field(default=_NOBODY)
    sites: Codes = field(default=_NOBODY)
    rooms: Codes = field(default=_NOBODY)
    examiners: Codes = field(default=_NOBODY)


def read_institution(row: Row, catalogue: Catalogue) -> Institution | None:
    """Read one institution; None without an id."""
    institution_id, name = row.text("id", required=True), row.text("name", required=True)
    credit_code = row.code("credit_code", "code-stored-as-number")
    if credit_code and not credit_code_good(credit_code):
        row.fault(
            "credit_code",
            "credit-code",
            ("统一社会信用代码的位数或校验位不对", "the credit code has the wrong length or check character"),
            hint=("请核对营业执照或法人证书", "compare it with the licence"),
        )
    shaped = {key: _shaped(row, key) for key in _SHAPES}
    issues = row.choices("issues", issuer_codes(catalogue), "issuer-role-unknown")
    name_en = row.text("name_en")
    if not institution_id:
        return None
    return Institution(institution_id, name, name_en, credit_code, **shaped, issues=issues)


def _shaped(row: Row, key: str) -> str:
    pattern, wanted = _SHAPES[key]
    words = row.text(key)
    if words and not re.fullmatch(pattern, words):
        row.fault(
            key, "code-shape", ("代码的位数或字符不对", "the code has the wrong length or characters"), expected=wanted
        )
    return words


def read_site(row: Row, known: Known) -> Site | None:
    """Read one site; None without an id."""
    site_id = row.text("id", required=True)
    institution_id = row.choice("institution", known.institutions, "institution-unknown", required=True) or ""
    name, address = row.text("name"), row.text("address")
    x_km, y_km = read_point(row)
    return Site(site_id, institution_id, name, address, x_km, y_km) if site_id else None


def read_room(row: Row, known: Known) -> Room | None:
    """Read one theory room or workshop; None without id, kind or places."""
    room_id = row.text("id", required=True)
    site_id = row.choice("site", known.sites, "site-unknown", required=True) or ""
    kind = row.choice("kind", ROOM_KINDS, "room-kind-unknown", required=True)
    places = row.whole("places", 1, 2000, required=True)
    trade_ids = row.choices("trades", trade_codes(known.catalogue), "trade-unknown")
    accessible = row.yes("accessible", default=False)
    closed = row.choices("closed", known.slots, "slot-unknown")
    opening_cost = row.whole("opening_cost", 0, 1_000_000)
    max_turns = row.whole("max_turns", 1, 100)
    name = row.text("name")
    if not room_id or kind is None or places is None:
        return None
    return Room(
        id=room_id,
        site_id=site_id,
        kind=RoomKind(kind),
        places=places,
        trade_ids=trade_ids,
        accessible=accessible,
        closed_slot_ids=closed,
        opening_cost=opening_cost,
        max_turns=max_turns,
        name=name,
    )


def read_examiner(row: Row, known: Known) -> Examiner | None:
    """Read one examiner or invigilator; None without an id."""
    examiner_id, name = row.text("id", required=True), row.text("name", required=True)
    institution_id = row.choice("institution", known.institutions, "institution-unknown", required=True) or ""
    duties = row.choices("duties", DUTIES, "duty-unknown", required=True)
    trade_ids = row.choices("trades", trade_codes(known.catalogue), "trade-unknown")
    if not trade_ids and Duty.ASSESS in duties:
        trade_ids = tuple(sorted(trade.id for trade in known.catalogue.trades))
    unavailable = row.choices("unavailable", known.slots, "slot-unknown")
    plain = Examiner("", "", ())
    max_per_day, max_per_week = row.whole("max_per_day", 0, 20), row.whole("max_per_week", 0, 100)
    may_lead = row.yes("may_lead", default=plain.may_lead)
    if not examiner_id:
        return None
    return Examiner(
        id=examiner_id,
        institution_id=institution_id,
        duties=tuple(Duty(duty) for duty in duties),
        trade_ids=trade_ids,
        unavailable_slot_ids=unavailable,
        max_per_day=plain.max_per_day if max_per_day is None else max_per_day,
        max_per_week=plain.max_per_week if max_per_week is None else max_per_week,
        may_lead=may_lead,
        name=name,
    )


def read_distance(row: Row, known: Known) -> Distance | None:
    """Read one distance; None where a part is missing."""
    origin_id = row.text("origin", required=True)
    site_id = row.choice("site", known.sites, "site-unknown", required=True)
    km = row.number_in("km", 0.0, 10_000.0, required=True)
    return Distance(origin_id, site_id, km) if origin_id and site_id and km is not None else None


def read_opening(row: Row, known: Known) -> Opening | None:
    """Read what is said of one room in one slot; None where a part is missing."""
    room_id = row.choice("room", known.rooms, "room-unknown", required=True)
    slot_id = row.choice("slot", known.slots, "slot-unknown", required=True)
    cost = row.whole("cost", 0, 1_000_000)
    closed = row.yes("closed", default=False)
    return Opening(room_id, slot_id, cost, closed) if room_id and slot_id else None
