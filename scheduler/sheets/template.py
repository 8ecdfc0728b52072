"""Templates to fill in: registration, set-up, marks. Also the same sheets filled, so that what is written reads back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from openpyxl import Workbook

from scheduler.domain.catalogue import Catalogue
from scheduler.domain.entries import Entry
from scheduler.domain.results import Attendance
from scheduler.domain.rounds import RoundSetup
from scheduler.domain.sessions import Sitting
from scheduler.sheets import columns_setup as tables
from scheduler.sheets.codes import ATTENDANCE, KINDS, award_codes, scheme_codes
from scheduler.sheets.columns import Column, Table, TemplateKind, Value, make_column
from scheduler.sheets.columns_entries import ENTRIES, HELD_SHOWN, SHOWN, held_columns
from scheduler.sheets.columns_marks import ASSESSORS_SHOWN, item_ids_of, marks_table
from scheduler.sheets.columns_numbers import NUMBERS
from scheduler.sheets.paint import LISTS, NOTES, dim, fill, head, head_columns, new_book, offer_lists, put
from scheduler.sheets.profiles import Profile
from scheduler.sheets.setup_rows import setup_rows

_PASSED_OVER = ("按表样填写，本系统不读取", "as the profile asks; this product does not read it")
_SPARE_ROWS = 2000
"""Rows below the heading that have drop-down lists."""


def template_book(kind: TemplateKind, catalogue: Catalogue, profile: Profile | None = None) -> Workbook:
    """Return an empty template, with the columns of a profile where one is given."""
    if profile is not None:
        own = ENTRIES if kind == "entries" else NUMBERS
        return _book([(own, _profile_columns(own, profile), [])], catalogue)
    if kind == "entries":
        return _book([(ENTRIES, SHOWN, [])], catalogue)
    if kind == "setup":
        return _book([(table, table.columns, []) for table in tables.SETUP], catalogue)
    table = NUMBERS if kind == "numbers" else marks_table(item_ids_of(catalogue), ASSESSORS_SHOWN)
    return _book([(table, table.columns, [])], catalogue)


def _profile_columns(table: Table, profile: Profile) -> list[Column]:
    """Return the columns of a profile in its order, then the compulsory ones of ours that it does not have."""
    ours = {column.key: column for column in table.columns}
    columns = [
        replace(ours[one.field], zh=one.zh, en=one.en, required=one.required or ours[one.field].required)
        if one.field
        else make_column(one.zh, one.zh, one.en, _PASSED_OVER, required=one.required)
        for one in profile.columns
    ]
    has = {one.field for one in profile.columns}
    return columns + [column for column in table.columns if column.required and column.key not in has]


def entries_book(entries: Sequence[Entry], catalogue: Catalogue) -> Workbook:
    """Return a filled registration sheet."""
    sets = max([HELD_SHOWN, *(len(entry.held) for entry in entries)])
    more = tuple(column for n in range(HELD_SHOWN + 1, sets + 1) for column in held_columns(n))
    rows = [_entry_row(entry, catalogue) for entry in entries]
    return _book([(ENTRIES, (*SHOWN, *more), rows)], catalogue)


def setup_book(setup: RoundSetup, catalogue: Catalogue) -> Workbook:
    """Return a filled set-up workbook."""
    rows = setup_rows(setup)
    return _book([(table, table.columns, rows[table.key]) for table in tables.SETUP], catalogue)


def marks_book(
    rows: Sequence[tuple[Sitting, Entry]],
    catalogue: Catalogue,
    attendance: Mapping[tuple[str, str], Attendance],
    tickets: Mapping[str, str],
) -> Workbook:
    """Return a mark sheet with one prefilled row a sitting; items that a component does not have are greyed out."""
    components = {c.id: c for scheme in catalogue.schemes for c in scheme.components}
    own = [components[sitting.component_id] for sitting, _ in rows]
    used = sorted({item.id for component in own for item in component.items})
    table = marks_table(used, ASSESSORS_SHOWN, tickets=bool(tickets))
    known = (attendance.get((sitting.party_id, sitting.component_id)) for sitting, _ in rows)
    made = [_mark_row(*row, one) | {"ticket": tickets.get(row[1].id)} for row, one in zip(rows, known, strict=True)]
    book = _book([(table, table.columns, made)], catalogue)
    sheet = book[table.title]
    for number, component in enumerate(own, start=2):
        items = {f"item:{item.id}" for item in component.items}
        for n, column in enumerate(table.columns, start=1):
            if (column.key.startswith("item:") and column.key not in items) or (column.key == "vetoed" and not items):
                dim(sheet.cell(number, n))
    return book


def save(book: Workbook, out: Path) -> None:
    """Write a workbook whole or not at all."""
    part = out.with_name(f".{out.name}.part")
    book.save(part)
    part.replace(out)


def _book(
    parts: Sequence[tuple[Table, Sequence[Column], Sequence[dict[str, Value]]]], catalogue: Catalogue
) -> Workbook:
    book = new_book()
    for table, columns, rows in parts:
        sheet = book.create_sheet(table.title)
        head_columns(sheet, columns)
        fill(sheet, columns, rows)
        offer_lists(book, sheet, columns, catalogue, max(_SPARE_ROWS, len(rows) + 200))
    if LISTS in book.sheetnames:
        book.move_sheet(LISTS, len(book.sheetnames))
    _add_notes(book, [(table, columns) for table, columns, _ in parts])
    book.active = 0
    return book


def _add_notes(book: Workbook, parts: Iterable[tuple[Table, Sequence[Column]]]) -> None:
    notes = book.create_sheet(NOTES)
    head(
        notes,
        ["表 Sheet", "列 Column", "英文标题 English heading", "是否必填 Compulsory", "怎么填", "What to write"],
        [10, 20, 26, 12, 52, 60],
    )
    number = 1
    for table, columns in parts:
        for column in columns:
            number += 1
            must = "必填 yes" if column.required else ""
            for n, words in enumerate((table.zh, column.zh, column.en, must, column.note.zh, column.note.en), start=1):
                put(notes.cell(number, n), words or None)


def _entry_row(entry: Entry, catalogue: Catalogue) -> dict[str, Value]:
    person, scheme = entry.candidate, catalogue.scheme(entry.scheme_id)
    awards = award_codes(catalogue)
    row: dict[str, Value] = {
        "name": person.name,
        "document_kind": KINDS.labels[person.document.kind],
        "document_no": person.document.number,
        "sex": person.sex,
        "born_on": person.born_on,
        "phone": person.phone,
        "education": person.education,
        "employer": person.employer,
        "scheme": scheme_codes(catalogue).labels[scheme.id],
        "awards": "、".join(awards.labels[award_id] for award_id in entry.award_ids),
        "applied_on": entry.applied_on,
        "region": entry.region,
        "institution": entry.institution_id,
        "group": entry.group_id,
        "origin": entry.origin_id,
        "x_km": entry.x_km,
        "y_km": entry.y_km,
        "accessible": "是" if entry.accessible else "",
        "earliest_on": entry.earliest_on,
        "latest_on": entry.latest_on,
        "unavailable": "、".join(entry.unavailable_slot_ids),
        "photo": person.photo,
        "remark": entry.remark,
    }
    for n, held in enumerate(entry.held, start=1):
        row |= {
            f"held{n}_award": awards.labels[held.award_id],
            f"held{n}_no": held.number,
            f"held{n}_from": held.valid_from,
            f"held{n}_until": held.valid_until,
            f"held{n}_holder": held.holder_document_no,
        }
    return row


def _mark_row(sitting: Sitting, entry: Entry, attendance: Attendance | None) -> dict[str, Value]:
    return {
        "entry": entry.id,
        "name": entry.candidate.name,
        # The sheet goes from hand to hand; the entry id is enough to find the candidate again.
        "document_no": entry.candidate.document.masked(),
        "component": sitting.component_id,
        "session": sitting.session_id,
        "turn": sitting.turn,
        "place": sitting.place,
        "attendance": ATTENDANCE.labels[attendance] if attendance else None,
    }
