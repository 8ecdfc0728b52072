"""Rows of a mark sheet become component marks, each checked in itself; what earns an award is judged elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from scheduler.domain.catalogue import Catalogue, Component, ComponentKind
from scheduler.domain.entries import Entry
from scheduler.domain.identity import mask
from scheduler.domain.results import AssessorMark, Attendance, ComponentMark, ItemMark
from scheduler.errors import Finding, Text
from scheduler.sheets.cells import Row
from scheduler.sheets.codes import ATTENDANCE, COMPONENT_KINDS, make_codes
from scheduler.sheets.columns_marks import ASSESSORS, item_ids_of, marks_table
from scheduler.sheets.table import Sheet, find_by_heading
from scheduler.sheets.workbook import Book

_TOLERANCE = 0.01 + 1e-9
"""Points by which a total may differ from the sum or mean beside it, and a breath for binary fractions."""


@dataclass(slots=True)
class _People:
    """Entries by the ways a row may name them."""

    by_id: Mapping[str, Entry]
    """By entry id, and by ticket number where there is one."""
    by_number: dict[str, Entry]


def marks_of(
    book: Book, *, entries: Mapping[str, Entry], catalogue: Catalogue
) -> tuple[list[ComponentMark], list[Finding]]:
    """Read the mark sheet of an open workbook; only marks of rows without an error are returned."""
    findings = list(book.findings)
    sheet = find_by_heading(book, marks_table(item_ids_of(catalogue)), findings)
    if sheet is None or _lacks_person(sheet, findings):
        return [], findings
    people = _People(entries, {entry.candidate.document.number: entry for entry in entries.values()})
    read: list[tuple[Row, ComponentMark]] = []
    for row in sheet.rows(findings):
        mark = _read_mark(row, people, catalogue)
        if mark is not None:
            read.append((row, mark))
    _refuse_twice(read)
    if not read and not findings:
        findings.append(
            Finding(
                "no-rows",
                Text("标题行下没有成绩", "there are no marks below the heading"),
                sheet.where(sheet.heading_row),
            )
        )
    return [mark for row, mark in read if not row.failed], findings


def _lacks_person(sheet: Sheet, findings: list[Finding]) -> bool:
    if {"entry", "ticket"} & set(sheet.columns) or {"name", "document_no"} <= set(sheet.columns):
        return False
    what = Text(
        "缺少“报名编号”或“准考证号”列，或“姓名”和“证件号码”两列",
        "there is neither a column of entry ids or ticket numbers nor name and document number",
    )
    findings.append(Finding("missing-heading", what, sheet.where(sheet.heading_row)))
    return True


def _read_mark(row: Row, people: _People, catalogue: Catalogue) -> ComponentMark | None:
    entry = _find_entry(row, people)
    component = _find_component(row, entry, catalogue)
    attendance = _attendance(row)
    sat_on: date | None = row.day("sat_on")
    written = row.number_in("pts", 0, component.full_pts if component else 1000)
    items = _items(row, component) if component else ()
    assessors = _assessors(row, component) if component else ()
    if entry is None or component is None or attendance is None:
        return None
    pts = written
    if attendance is Attendance.PRESENT:
        pts = _agreed(row, written, items, assessors)
    elif written is not None or items or assessors:
        key = "pts" if row.has("pts") else "attendance"
        row.fault(
            key,
            "points-without-attendance",
            ("未出勤的考生不应有成绩", "a candidate who was not present cannot have points"),
            hint=("请改考勤或清空成绩", "correct the attendance or clear the points"),
        )
    return ComponentMark(entry.id, component.id, attendance, pts, sat_on, items, assessors)


def _find_entry(row: Row, people: _People) -> Entry | None:
    given, name = _given(row, people), row.text("name")
    number = row.code("document_no", "id-number-stored-as-number")
    if row.failed:
        return None
    key, said = given or ("document_no", number)
    entry = (people.by_id if given else people.by_number).get(said)
    if entry is None:
        row.fault(
            key,
            "entry-unknown",
            ("本批次没有这名考生", "this round has no such candidate"),
            hint=(
                "请填报名编号或准考证号，或姓名和完整证件号码",
                "give the entry id or the ticket number, or name and full document number",
            ),
        )
        return None
    document = entry.candidate.document
    if not given and not name:
        words = ("没有报名编号和准考证号时须填写姓名", "without an entry id or a ticket number the name is needed")
        row.fault("name", "missing-value", words)
        return None
    if name and name != entry.candidate.name:
        row.fault(
            "name",
            "name-differs",
            ("姓名与报名信息不一致", "the name is not the one of the entry"),
            expected=(entry.candidate.name, entry.candidate.name),
        )
        return None
    if number and number not in {document.number, mask(document.number)}:
        row.fault(
            "document_no",
            "document-differs",
            ("证件号码与报名信息不一致", "the document number is not the one of the entry"),
            expected=(mask(document.number), mask(document.number)),
        )
        return None
    return entry


def _given(row: Row, people: _People) -> tuple[str, str] | None:
    """Return the column that names the entry, and what it says; older sheets have entry ids where tickets belong."""
    found = [(key, said) for key in ("entry", "ticket") if (said := row.text(key))]
    if len(found) == 2 and len({people.by_id.get(said) for _, said in found}) == 2:
        what = ("准考证号与报名编号不是同一人", "ticket number and entry id are not of the same person")
        row.fault(
            "ticket",
            "ticket-differs",
            what,
            hint=("请更正其一，或清空准考证号", "correct one, or clear the ticket number"),
        )
    return found[0] if found else None


def _find_component(row: Row, entry: Entry | None, catalogue: Catalogue) -> Component | None:
    words = row.text("component", required=True)
    if not words or entry is None:
        return None
    components = catalogue.scheme(entry.scheme_id).components
    kind = COMPONENT_KINDS.find(words)
    if kind is not None:
        fitting = [c for c in components if c.kind is ComponentKind(kind)]
        if len(fitting) == 1:
            return fitting[0]
    code = make_codes((c.id, c.id, c.name.zh, c.name.en) for c in components).find(words)
    if code is not None:
        return next(c for c in components if c.id == code)
    wanted = "、".join(f"{COMPONENT_KINDS.labels[c.kind]} ({c.id})" for c in components)
    row.fault(
        "component",
        "component-unknown",
        ("该考生的方案没有这个科目", "the candidate's scheme has no such component"),
        expected=(wanted, wanted),
    )
    return None


def _attendance(row: Row) -> Attendance | None:
    code = row.choice("attendance", ATTENDANCE, "attendance-unknown")
    if code is not None:
        return Attendance(code)
    if row.has("attendance"):
        return None
    marked = [key for key in row.layout.columns if key == "pts" or key.startswith("item:") or key.endswith("_pts")]
    if any(row.has(key) for key in marked):
        return Attendance.PRESENT
    row.fault(
        "attendance",
        "mark-missing",
        ("既没有成绩也没有考勤", "there are neither points nor an attendance"),
        expected=("成绩，或缺考、取消资格、缓考", "points, or absent, barred, deferred"),
        hint=("尚未考试的行，考完再登记即可", "a row whose exam is still to come can be recorded later"),
    )
    return None


def _items(row: Row, component: Component) -> tuple[ItemMark, ...]:
    """Read the item marks: all items of the component or none; vetoes may only name items that can veto."""
    own = {f"item:{item.id}": item for item in component.items}
    for key in row.layout.columns:
        if key.startswith("item:") and key not in own and row.has(key):
            row.fault(
                key,
                "item-not-due",
                ("该科目没有这个单项", "the component has no such item"),
                hint=("请清空", "clear it"),
            )
    vetoes = make_codes((item.id, item.id, item.name.zh, item.name.en) for item in component.items if item.veto)
    vetoed = row.choices("vetoed", vetoes, "veto-unknown")
    if not vetoed and not any(row.has(key) for key in own):
        return ()
    marks = []
    for key, item in own.items():
        pts = row.number_in(key, 0, item.full_pts)
        if pts is not None:
            marks.append(ItemMark(item.id, pts, item.id in vetoed))
        elif not row.has(key):
            row.fault(
                key,
                "item-missing",
                (f"单项 {item.id} 没有成绩", f"item {item.id} has no points"),
                hint=("单项成绩须全部填写，未得分填 0", "give all items; 0 where nothing was earned"),
            )
    return tuple(marks)


def _assessors(row: Row, component: Component) -> tuple[AssessorMark, ...]:
    marks = []
    for n in range(1, ASSESSORS + 1):
        name = row.text(f"assessor{n}_name")
        pts = row.number_in(f"assessor{n}_pts", 0, component.full_pts)
        if pts is not None:
            marks.append(AssessorMark(name or f"考评员{n}", pts))
    names = [mark.assessor for mark in marks]
    if len(set(names)) < len(names):
        row.fault("assessor1_name", "assessor-twice", ("同一考评员填写了两次", "the same examiner stands twice"))
    return tuple(marks)


def _agreed(
    row: Row, written: float | None, items: tuple[ItemMark, ...], assessors: tuple[AssessorMark, ...]
) -> float | None:
    """Return the total, having compared it with the sum of the items and the mean of the assessors."""
    total = sum(item.pts for item in items) if items else None
    mean = sum(a.pts for a in assessors) / len(assessors) if assessors else None
    pts = next((value for value in (written, total, mean) if value is not None), None)
    if pts is None:
        if not row.failed:
            row.fault(
                "pts",
                "points-missing",
                ("出勤的考生没有成绩", "a candidate who was present has no points"),
                hint=("请补填成绩或改考勤", "fill in the points, or correct the attendance"),
            )
        return None
    if row.failed:
        return None
    if total is not None and abs(pts - total) > _TOLERANCE:
        row.fault(
            "pts",
            "points-not-item-sum",
            ("成绩不等于单项之和", "the points are not the sum of the items"),
            expected=(f"{total:g}", f"{total:g}"),
        )
    if mean is not None and abs(pts - mean) > _TOLERANCE:
        row.fault(
            "pts",
            "points-not-assessor-mean",
            ("成绩不等于考评员评分的平均值", "the points are not the mean of the examiners' marks"),
            expected=(f"{mean:.2f}", f"{mean:.2f}"),
        )
    return pts


def _refuse_twice(read: list[tuple[Row, ComponentMark]]) -> None:
    rows: dict[tuple[str, str], list[Row]] = {}
    for row, mark in read:
        rows.setdefault((mark.entry_id, mark.component_id), []).append(row)
    for same in rows.values():
        if len(same) > 1:
            numbers = ", ".join(str(row.number) for row in same[:5]) + ("…" if len(same) > 5 else "")
            for row in same:
                row.fault(
                    "component",
                    "mark-twice",
                    (f"同一考生同一科目有多行：{numbers}", f"the same candidate and component stand in rows {numbers}"),
                    hint=("只保留一行", "keep one row"),
                )
