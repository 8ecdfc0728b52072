"""The workbook that goes to examiners: every slot to answer, and every duty of the published plan to accept or decline."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from scheduler.domain.calendar import in_order
from scheduler.domain.catalogue import Catalogue
from scheduler.domain.duties import Reply
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import PlanVersion
from scheduler.sheets.codes import ACCEPTANCE, CAN_SERVE
from scheduler.sheets.columns import Table, Value
from scheduler.sheets.columns_duties import AVAILABILITY, DUTIES
from scheduler.sheets.paint import LISTS, NOTES, dim, fill, head, head_columns, new_book, offer_lists, put
from scheduler.sheets.plan_tables import PlanTables

Rows = list[dict[str, Value]]
_ANSWERED = frozenset({"answer", "reason"})
"""Columns for the examiner; the others are grey."""


def duty_book(
    round_: Round,
    published: PlanVersion | None,
    replies: Mapping[tuple[str, str, str], Reply],
    institutions: Collection[str],
    catalogue: Catalogue,
) -> Workbook:
    """Return the workbook for the examiners of some institutions, answers known already filled in.

    Args:
        round_: The round; whoever is known not to be available is filled in so.
        published: The version in force; None before the first is published, then only slots are asked about.
        replies: The answer that counts to each question.
        institutions: Ids of the institutions whose examiners are asked.
    """
    book = new_book()
    parts = [(AVAILABILITY, _slot_rows(round_, replies, institutions))]
    if published is not None:
        # First the duties: that is what is to be answered now.
        parts.insert(0, (DUTIES, _duty_rows(round_, published, replies, institutions)))
    for table, rows in parts:
        sheet = book.create_sheet(table.title)
        head_columns(sheet, table.columns)
        fill(sheet, table.columns, rows)
        offer_lists(book, sheet, table.columns, catalogue, len(rows) + 1)
        for number in range(2, len(rows) + 2):
            for n, column in enumerate(table.columns, start=1):
                if column.key not in _ANSWERED:
                    dim(sheet.cell(number, n))
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(rows) + 1}"
    book.move_sheet(LISTS, len(book.sheetnames))
    _notes(book, [table for table, _ in parts])
    book.active = 0
    return book


def _slot_rows(round_: Round, replies: Mapping[tuple[str, str, str], Reply], institutions: Collection[str]) -> Rows:
    names = {one.id: one.name for one in round_.institutions}
    rows: Rows = []
    for one in sorted(round_.examiners, key=lambda e: (e.institution_id, e.id)):
        if one.institution_id not in institutions:
            continue
        for slot in in_order(round_.slots):
            reply = replies.get((one.id, slot.id, ""))
            kept = reply if reply and reply.slot == slot else None
            answer = kept.answer if kept else "no" if slot.id in one.unavailable_slot_ids else ""
            rows.append(
                {
                    "examiner": one.id,
                    "name": one.name,
                    "institution": names.get(one.institution_id, one.institution_id),
                    "slot": slot.id,
                    "on": slot.on,
                    "start": slot.start,
                    "end": slot.end,
                    "answer": CAN_SERVE.labels.get(answer, ""),
                    "reason": kept.reason if kept else "",
                }
            )
    return rows


def _duty_rows(
    round_: Round,
    published: PlanVersion,
    replies: Mapping[tuple[str, str, str], Reply],
    institutions: Collection[str],
) -> Rows:
    tables = PlanTables(published.plan, round_, {})
    in_time = tables.in_time()
    rows: Rows = []
    for one in sorted(round_.examiners, key=lambda e: (e.institution_id, e.id)):
        for session in (s for s in in_time if one.id in s.examiner_ids and one.institution_id in institutions):
            slot, room, site = tables.place(session)
            reply = replies.get((one.id, slot.id, session.id))
            kept = reply if reply and reply.slot == slot else None
            rows.append(
                {
                    "examiner": one.id,
                    "name": one.name,
                    "institution": tables.institutions.get(one.institution_id, one.institution_id),
                    "session": session.id,
                    "on": slot.on,
                    "start": slot.start,
                    "end": slot.end,
                    "site": site.name or site.id,
                    "address": site.address,
                    "room": room.name or room.id,
                    "component": tables.examined(session),
                    "role": "组长 lead" if session.lead_id == one.id else "",
                    "heads": tables.heads[session.id],
                    "version": published.version,
                    "answer": ACCEPTANCE.labels.get(kept.answer, "") if kept else "",
                    "reason": kept.reason if kept else "",
                }
            )
    return rows


def _notes(book: Workbook, tables: Sequence[Table]) -> None:
    notes = book.create_sheet(NOTES)
    head(notes, ["表 Sheet", "列 Column", "英文 English", "怎么填", "What to write"], [12, 14, 16, 44, 60])
    number = 1
    for table in tables:
        for column in table.columns:
            number += 1
            for n, words in enumerate((table.zh, column.zh, column.en, column.note.zh, column.note.en), start=1):
                put(notes.cell(number, n), words)
