"""Rows of a registration sheet become entries; whatever is wrong becomes a finding, and good rows go on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from scheduler.domain.catalogue import Award, Catalogue, Scheme
from scheduler.domain.entries import Entry
from scheduler.domain.identity import DocumentKind, IdentityDocument, known_division
from scheduler.domain.people import Candidate
from scheduler.domain.rounds import RoundSetup
from scheduler.errors import Finding, Text, Where
from scheduler.sheets.cells import Row, read_point
from scheduler.sheets.codes import Codes, award_codes, award_label, institution_codes, make_codes, scheme_codes
from scheduler.sheets.columns_entries import ENTRIES
from scheduler.sheets.held import read_held
from scheduler.sheets.mappings import HeadingMap
from scheduler.sheets.person import read_candidate, read_document
from scheduler.sheets.survey import column_number
from scheduler.sheets.table import find_by_heading
from scheduler.sheets.workbook import Book

_OLDEST = 100
_OTHERS = 5
"""Rows named in one message."""
_INVENTED = "99"
"""Division code that belongs to nobody; practice data use it, so one line a file says how many."""


@dataclass(frozen=True, slots=True)
class EntrySheet:
    """What a registration workbook gave."""

    entries: tuple[tuple[int, Entry], ...]
    """Row number and entry of every good row, in the sheet's order."""
    findings: tuple[Finding, ...]
    """Errors and warnings in the sheet's order, those of the whole file last."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every row is read against."""

    round_id: str
    catalogue: Catalogue
    setup: RoundSetup
    today: date
    schemes: Codes
    awards: Codes
    awards_of: dict[str, Codes]
    """Scheme id and its awards: a title that several awards share is clear within a scheme."""
    institutions: Codes
    slots: Codes
    groups: Codes


@dataclass(slots=True)
class _Seen:
    """What is compared between rows."""

    documents: dict[IdentityDocument, list[Row]] = field(default_factory=lambda: defaultdict(list))
    phones: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    people: dict[tuple[str, date], list[Row]] = field(default_factory=lambda: defaultdict(list))


def entries_of(
    book: Book,
    *,
    round_id: str,
    catalogue: Catalogue,
    setup: RoundSetup,
    today: date,
    maps: Sequence[HeadingMap] = (),
) -> EntrySheet:
    """Read the registration sheet of an open workbook.

    Args:
        today: Day of application where the sheet names none; later days are refused.
    """
    findings = list(book.findings)
    sheet = find_by_heading(book, ENTRIES, findings, maps)
    if sheet is None:
        return EntrySheet((), tuple(findings))
    frame = _Frame(
        round_id,
        catalogue,
        setup,
        today,
        scheme_codes(catalogue, setup.scheme_ids),
        award_codes(catalogue),
        {s.id: award_codes(catalogue, [a.award_id for a in s.awards]) for s in catalogue.schemes},
        institution_codes(setup),
        make_codes((slot.id, slot.id) for slot in setup.slots),
        make_codes((group.id, group.id, group.name) for group in setup.groups),
    )
    seen = _Seen()
    read = [(row, _read_entry(row, frame, seen)) for row in sheet.rows(findings)]
    _compare(seen)
    findings += _invented(seen.documents, sheet.where())
    if not read:
        what = Text("标题行下没有报名数据", "there are no entries below the heading")
        findings.append(Finding("no-rows", what, sheet.where(sheet.heading_row)))
    good = tuple((row.number, entry) for row, entry in read if entry is not None and not row.failed)
    return EntrySheet(good, tuple(_in_order(findings)))


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort by row, then column; what concerns the whole file comes last."""

    def key(finding: Finding) -> tuple[bool, int, int]:
        where = finding.where
        letters = (where.column or "").split(" ")[0]
        return where.row is None, where.row or 0, column_number(letters) if letters else 0

    return sorted(findings, key=key)


def _read_entry(row: Row, frame: _Frame, seen: _Seen) -> Entry | None:
    """Read every cell once, so that a bad row tells all its faults; None when any of them is an error."""
    document = read_document(row)
    candidate = read_candidate(row, document)
    applied_on = _applied_on(row, frame.today)
    scheme = _scheme(row, frame, applied_on)
    award_ids = _award_ids(row, frame, scheme)
    wishes = _wishes(row, frame)
    held = read_held(row, frame.catalogue, frame.awards)
    if document:
        _note_document(row, document, seen)
    if candidate:
        _note_person(row, candidate, seen)
        _check_age(row, candidate, applied_on, [frame.catalogue.award(award_id) for award_id in award_ids])
    if row.failed or candidate is None or scheme is None:
        return None
    return Entry(
        id=f"{frame.round_id}-{candidate.id[:10]}",
        round_id=frame.round_id,
        candidate=candidate,
        scheme_id=scheme.id,
        award_ids=award_ids,
        applied_on=applied_on,
        region=wishes.region,
        held=held,
        institution_id=wishes.institution_id,
        group_id=wishes.group_id,
        origin_id=wishes.origin_id,
        x_km=wishes.x_km,
        y_km=wishes.y_km,
        accessible=wishes.accessible,
        earliest_on=wishes.earliest_on,
        latest_on=wishes.latest_on,
        unavailable_slot_ids=wishes.unavailable,
        remark=row.text("remark"),
    )


def _applied_on(row: Row, today: date) -> date:
    applied_on = row.day("applied_on")
    if applied_on and applied_on > today:
        row.fault(
            "applied_on",
            "applied-in-future",
            ("申报日期晚于今天", "the day of application is in the future"),
            expected=(f"不晚于 {today}", f"{today} or earlier"),
        )
    return applied_on or today


def _scheme(row: Row, frame: _Frame, applied_on: date) -> Scheme | None:
    scheme_id = row.choice("scheme", frame.schemes, "scheme-unknown", required=True)
    if scheme_id is None:
        return None
    scheme = frame.catalogue.scheme(scheme_id)
    if not scheme.edition.in_force(applied_on):
        row.fault(
            "scheme",
            "scheme-not-in-force",
            (f"该方案在 {applied_on} 不适用", f"this scheme is not in force on {applied_on}"),
            hint=("请核对方案和申报日期", "check the scheme and the day of application"),
        )
    return scheme


def _award_ids(row: Row, frame: _Frame, scheme: Scheme | None) -> tuple[str, ...]:
    if scheme is None:
        return ()
    ids = tuple(award.award_id for award in scheme.awards)
    wanted = row.choices("awards", frame.awards_of[scheme.id], "award-not-in-scheme")
    return tuple(award_id for award_id in ids if not wanted or award_id in wanted)


def _check_age(row: Row, candidate: Candidate, applied_on: date, awards: list[Award]) -> None:
    born_on = candidate.born_on
    age = applied_on.year - born_on.year - ((applied_on.month, applied_on.day) < (born_on.month, born_on.day))
    key = "document_no" if candidate.document.born_on else "born_on"
    if not 0 <= age <= _OLDEST:
        row.fault(
            key,
            "age-implausible",
            (f"申报时 {age} 岁，不合情理", f"aged {age} on the day of application, which is not plausible"),
            hint=("请核对出生日期", "check the birth date"),
        )
        return
    for award in awards:
        if age < award.minimum_age:
            label = award_label(award)
            row.fault(
                key,
                "age-below-minimum",
                (
                    f"申报时 {age} 岁，{label}须年满 {award.minimum_age} 岁",
                    f"aged {age} on the day of application; {award.name.en} asks for {award.minimum_age}",
                ),
                hint=("请年满后再申报，或改报其他证书", "apply when old enough, or for other awards"),
            )


@dataclass(frozen=True, slots=True)
class _Wishes:
    """Where the candidate comes from and what suits."""

    region: str
    institution_id: str
    group_id: str
    origin_id: str
    x_km: float | None
    y_km: float | None
    accessible: bool
    earliest_on: date | None
    latest_on: date | None
    unavailable: tuple[str, ...]


def _wishes(row: Row, frame: _Frame) -> _Wishes:
    region = row.text("region")
    if region and not re.fullmatch(r"\d{6}", region):
        row.fault(
            "region",
            "region-shape",
            ("不是行政区划代码", "this is no division code"),
            expected=("六位数字", "six digits"),
        )
    x_km, y_km = read_point(row)
    earliest_on, latest_on = _days(row, frame.setup)
    return _Wishes(
        region=region,
        institution_id=row.choice("institution", frame.institutions, "institution-unknown") or "",
        group_id=_group(row, frame),
        origin_id=_origin(row, frame.setup),
        x_km=x_km,
        y_km=y_km,
        accessible=row.yes("accessible", default=False),
        earliest_on=earliest_on,
        latest_on=latest_on,
        unavailable=row.choices("unavailable", frame.slots, "slot-unknown"),
    )


def _group(row: Row, frame: _Frame) -> str:
    words = row.text("group")
    code = frame.groups.find(words) if words else None
    if words and code is None and frame.setup.groups:
        row.fault(
            "group",
            "group-unknown",
            ("批次的分组表中没有这一组", "the round's group sheet does not list it"),
            expected=(frame.groups.some(), frame.groups.some()),
            severity="warning",
        )
    return code or words


def _origin(row: Row, setup: RoundSetup) -> str:
    origin = row.text("origin")
    if origin and setup.distances and origin not in {distance.origin_id for distance in setup.distances}:
        row.fault(
            "origin",
            "origin-unknown",
            ("路程表中没有这个出发地", "the round's distance sheet does not list it"),
            hint=("请在路程表中补充，或改用坐标", "add it to the distances, or give coordinates"),
            severity="warning",
        )
    return origin


def _days(row: Row, setup: RoundSetup) -> tuple[date | None, date | None]:
    earliest_on, latest_on = row.day("earliest_on"), row.day("latest_on")
    window = setup.window
    if earliest_on and latest_on and latest_on < earliest_on:
        row.fault(
            "latest_on",
            "dates-reversed",
            ("最晚日期早于最早日期", "the latest date is before the earliest"),
            expected=(f"不早于 {earliest_on}", f"{earliest_on} or later"),
        )
    span = (f"{window.first_on} 至 {window.last_on} 之间", f"between {window.first_on} and {window.last_on}")
    if earliest_on and earliest_on > window.last_on:
        row.fault(
            "earliest_on",
            "date-outside-round",
            ("最早日期在考试周期之后", "the earliest date is after the round"),
            expected=span,
        )
    if latest_on and latest_on < window.first_on:
        row.fault(
            "latest_on",
            "date-outside-round",
            ("最晚日期在考试周期之前", "the latest date is before the round"),
            expected=span,
        )
    return earliest_on, latest_on


def _note_document(row: Row, document: IdentityDocument, seen: _Seen) -> None:
    seen.documents[document].append(row)
    invented = document.kind is DocumentKind.PASSPORT or document.number.startswith(_INVENTED)
    if not invented and not known_division(document.number):
        row.fault(
            "document_no",
            "id-number-division",
            ("证件号码前两位不是省级代码", "the number begins with no province's code"),
            hint=("请核对证件", "check the document"),
            severity="warning",
        )


def _note_person(row: Row, candidate: Candidate, seen: _Seen) -> None:
    seen.people[candidate.name, candidate.born_on].append(row)
    if candidate.phone:
        seen.phones[candidate.phone].append(row)


def _compare(seen: _Seen) -> None:
    """Note what only shows between rows: a person twice is an error in each of them, the rest are warnings."""
    for rows in seen.documents.values():
        for row, others in _with_others(rows):
            row.fault(
                "document_no",
                "same-person-twice",
                (f"与第{others}行是同一人", f"the same person stands in row {others}"),
                hint=("每人只保留一行", "keep one row for each person"),
            )
    for rows in seen.phones.values():
        for row, others in _with_others(rows):
            row.fault(
                "phone",
                "same-phone",
                (f"与第{others}行电话相同", f"the same phone stands in row {others}"),
                severity="warning",
            )
    twice = {id(row) for rows in seen.documents.values() if len(rows) > 1 for row in rows}
    for rows in seen.people.values():
        for row, others in _with_others([row for row in rows if id(row) not in twice]):
            row.fault(
                "name",
                "same-name-and-birth",
                (
                    f"与第{others}行姓名和出生日期相同，证件不同",
                    f"same name and birth date as row {others}, under another document",
                ),
                hint=("请核对是否为同一人使用两种证件", "check whether it is one person under two documents"),
                severity="warning",
            )


def _with_others(rows: list[Row]) -> Iterator[tuple[Row, str]]:
    """Give each row with the numbers of the first few others; a whole column may hold one telephone."""
    if len(rows) > 1:
        for row in rows:
            others = list(islice((str(other.number) for other in rows if other is not row), _OTHERS + 1))
            yield row, ", ".join(others[:_OTHERS]) + ("…" if len(others) > _OTHERS else "")


def _invented(documents: Iterable[IdentityDocument], where: Where) -> list[Finding]:
    count = sum(d.number.startswith(_INVENTED) and d.kind is not DocumentKind.PASSPORT for d in documents)
    if not count:
        return []
    what = Text(
        f"{count} 个证件号码以 99 开头，不属于任何省份，只用于演练",
        f"{count} document numbers begin with 99, which is no province; they are for practice only",
    )
    return [Finding("id-number-practice", what, where, severity="warning")]
