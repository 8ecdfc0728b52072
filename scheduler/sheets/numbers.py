"""Rows of a numbers sheet become numbers of certificates; every row that cannot be taken is refused with its place and a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from scheduler.domain.entries import Entry
from scheduler.errors import Finding, Text
from scheduler.sheets.cells import Row
from scheduler.sheets.columns_numbers import NUMBERS
from scheduler.sheets.mappings import HeadingMap
from scheduler.sheets.table import find_by_heading
from scheduler.sheets.workbook import Book


@dataclass(frozen=True, slots=True)
class Awaited:
    """One award for which an entry waits for a number from outside, or why it does not."""

    award_id: str
    title: str
    pattern: str
    """Regular expression that a number of this award matches."""
    state: str
    """``waiting``, ``not-earned``, ``undecided``, ``allocated`` (numbered here), or ``issued``."""
    number: str = ""
    """Number of the certificate, where it was issued."""


@dataclass(frozen=True, slots=True)
class NumberContext:
    """What the rows are judged by."""

    entries: Sequence[Entry]
    """Everybody in the round."""
    awaited: Mapping[str, Sequence[Awaited]]
    """By entry, the awards applied for."""
    examined_on: Mapping[str, date]
    """By entry, the last day of exam; entries that have none are left out."""
    holders: Callable[[str], Mapping[str, str]]
    """Returns the names of those who have a number already, by person."""
    today: date
    award_id: str = ""
    """Only this award; empty where each row's number tells."""


@dataclass(frozen=True, slots=True)
class ReadNumber:
    """One good row."""

    entry_id: str
    award_id: str
    number: str
    issued_on: date
    row: int


@dataclass
class _Seen:
    """Rows read so far, by what may stand in the file only once."""

    numbers: dict[str, list[tuple[Row, Entry]]] = field(default_factory=dict)
    awards: dict[tuple[str, str], list[Row]] = field(default_factory=dict)


def numbers_of(
    book: Book, context: NumberContext, maps: Sequence[HeadingMap] = ()
) -> tuple[list[ReadNumber], list[Finding]]:
    """Read the numbers sheet of an open workbook; only rows without an error are returned."""
    findings = list(book.findings)
    sheet = find_by_heading(book, NUMBERS, findings, maps)
    if sheet is None:
        return [], findings
    people = {entry.candidate.document.number: entry for entry in context.entries}
    seen, read = _Seen(), []
    for row in sheet.rows(findings):
        found = _read(row, people, context, seen)
        if found is not None:
            read.append((row, found))
    _refuse_twice(seen)
    if not read and not findings:
        what = Text("标题行下没有编号", "there are no numbers below the heading")
        findings.append(Finding("no-rows", what, sheet.where(sheet.heading_row)))
    return [found for row, found in read if not row.failed], findings


def _read(row: Row, people: Mapping[str, Entry], context: NumberContext, seen: _Seen) -> ReadNumber | None:
    """Read one row; every cell is looked at, whatever is wrong with the others."""
    name = row.text("name", required=True)
    document_no = row.code("document_no", "id-number-stored-as-number", required=True)
    number = row.code("number", "certificate-number-stored-as-number", required=True)
    issued_on = row.day("issued_on", required=True)
    entry = _entry(row, people, name, document_no)
    if entry is None:
        return None
    if number:
        seen.numbers.setdefault(number, []).append((row, entry))
        _refuse_taken(row, entry, number, context)
    if issued_on is not None:
        _refuse_day(row, issued_on, context.examined_on.get(entry.id), context.today)
    awaited = _award(row, entry, number, context) if number else None
    if awaited is None or issued_on is None:
        return None
    seen.awards.setdefault((entry.id, awaited.award_id), []).append(row)
    return ReadNumber(entry.id, awaited.award_id, number, issued_on, row.number)


def _entry(row: Row, people: Mapping[str, Entry], name: str, document_no: str) -> Entry | None:
    if not document_no:
        return None
    entry = people.get(document_no)
    if entry is None:
        row.fault(
            "document_no",
            "entry-unknown",
            ("本批次没有持此证件的考生", "nobody in this round has this document"),
            expected=("本批次考生的完整证件号码", "the full document number of a candidate of this round"),
            hint=("核对证件号码和批次", "check the document number and the round"),
        )
    elif name and name != entry.candidate.name:
        wanted = entry.candidate.name
        row.fault(
            "name",
            "name-differs",
            ("姓名与报名信息不一致", "the name is not the one of the entry"),
            expected=(wanted, wanted),
            hint=("核对是否串行；姓名确有误的先更正报名", "check for a slipped row; a wrong entry is corrected first"),
        )
    return entry


def _award(row: Row, entry: Entry, number: str, context: NumberContext) -> Awaited | None:
    """Return the award that a row's number is for: the one that waits, or of several the one whose rule it matches."""
    applied = [a for a in context.awaited.get(entry.id, ()) if context.award_id in {"", a.award_id}]
    waiting = [a for a in applied if a.state == "waiting"]
    if not waiting:
        _refuse_none_waiting(row, applied, number, context.award_id)
        return None
    fitting = [a for a in waiting if re.fullmatch(a.pattern, number)]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        patterns = "；".join(a.pattern for a in waiting)
        row.fault(
            "number",
            "number-pattern",
            ("证书编号不符合编码规则", "the certificate number does not match its rule"),
            expected=(patterns, patterns),
            hint=(
                "核对是否少位或串列；规则有变的更新目录数据",
                "check for lost digits or a slipped column; a rule that changed is data",
            ),
        )
        return None
    titles = "、".join(f"{a.title} ({a.award_id})" for a in fitting)
    row.fault(
        "number",
        "award-unclear",
        ("这个编号可能属于几种证书", "this number may be of several awards"),
        expected=(titles, titles),
        hint=("每种证书一张表，用 --award 指明", "use one sheet for each award, and say which with --award"),
    )
    return None


_WHY = {
    "not-earned": (
        ("考生没有获得这种证书，不应有编号", "the candidate did not earn it, so there can be no number"),
        ("核对成绩；成绩有误的先用 record 更正", "check the marks; wrong ones are recorded again first"),
    ),
    "undecided": (
        ("考生的成绩尚未登记", "the candidate's marks were not recorded yet"),
        ("先用 record 登记成绩", "record the marks first"),
    ),
    "allocated": (
        ("这种证书的编号由本机构编制，不从外部读入", "numbers of this award are allocated here, not imported"),
        (
            "确由外部提供的，在目录数据中设 imported = true",
            "where they do come from outside, set imported = true in the catalogue's data",
        ),
    ),
    "issued": (
        ("证书已经发放，编号不能再改", "the certificate was issued; its number cannot change any more"),
        ("从表中删去这一行", "take this row out"),
    ),
}


def _refuse_none_waiting(row: Row, applied: Sequence[Awaited], number: str, asked: str) -> None:
    if any(a.state == "issued" and a.number == number for a in applied):
        row.fault(
            "number",
            "number-issued",
            ("证书已按此编号发放", "it was issued under this number already"),
            severity="warning",
        )
        return
    states = [a.state for a in applied]
    state = next((s for s in ("not-earned", "undecided", "issued", "allocated") if s in states), "")
    if not state:
        row.fault(
            "document_no",
            "award-not-applied",
            ("考生没有申报这种证书", "the candidate did not apply for this award"),
            expected=(asked or "已申报的证书", asked or "an award applied for"),
            hint=("核对 --award 和考生", "check --award and the candidate"),
        )
        return
    what, hint = _WHY[state]
    wanted = "、".join(f"{a.title} ({a.award_id})" for a in applied if a.state == state)
    rule = {"not-earned": "not-passed", "issued": "already-issued"}.get(state, f"number-{state}")
    row.fault("number", rule, what, expected=(f"不含 {wanted}", f"no number of {wanted}"), hint=hint)


def _refuse_taken(row: Row, entry: Entry, number: str, context: NumberContext) -> None:
    others = sorted(name for person_id, name in context.holders(number).items() if person_id != entry.candidate.id)
    if others:
        who = "、".join(others)
        row.fault(
            "number",
            "number-taken",
            (f"这个编号已属于另一人：{who}", f"this number belongs to somebody else: {who}"),
            expected=("没有别人使用的编号", "a number that nobody else has"),
            hint=("向编号提供单位核对两人的编号", "ask whoever gave the numbers about both of them"),
        )


def _refuse_day(row: Row, issued_on: date, examined_on: date | None, today: date) -> None:
    if examined_on is not None and issued_on < examined_on:
        row.fault(
            "issued_on",
            "issued-before-exam",
            ("发证日期早于考试日期", "the date of issue is before the exam"),
            expected=(f"{examined_on} 或以后", f"{examined_on} or later"),
            hint=("核对日期", "check the date"),
        )
    elif issued_on > today:
        row.fault(
            "issued_on",
            "issued-ahead",
            ("发证日期在今天之后", "the date of issue is still to come"),
            expected=(f"{today} 或以前", f"{today} or before"),
            hint=("核对日期；确需预定的到期再发证", "check the date; if it is meant, issue when it has come"),
            severity="warning",
        )


def _refuse_twice(seen: _Seen) -> None:
    for rows in seen.numbers.values():
        if len({entry.candidate.id for _, entry in rows}) > 1:
            places = ", ".join(str(row.number) for row, _ in rows[:5]) + ("…" if len(rows) > 5 else "")
            for row, _ in rows:
                row.fault(
                    "number",
                    "number-twice",
                    (
                        f"同一编号在多行给了不同的人：{places}",
                        f"one number stands for different people in rows {places}",
                    ),
                    expected=("每人各自的编号", "a number of each person's own"),
                    hint=("向编号提供单位核对", "ask whoever gave the numbers"),
                )
    for same in seen.awards.values():
        if len(same) > 1:
            places = ", ".join(str(row.number) for row in same[:5])
            for row in same:
                row.fault(
                    "document_no",
                    "person-twice",
                    (f"同一考生同一证书有多行：{places}", f"the same candidate and award stand in rows {places}"),
                    hint=("只保留一行", "keep one row"),
                )
