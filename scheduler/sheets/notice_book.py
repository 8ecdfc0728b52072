"""A list of messages as a gateway takes it: xlsx, csv and json with the same rows."""

from __future__ import annotations

import csv
import io
import json

from openpyxl import Workbook
from openpyxl.styles import Alignment

from scheduler.domain.notices import Message, NoticeList, Told
from scheduler.phrases import phrase
from scheduler.sheets.frozen import frozen
from scheduler.sheets.paint import AMBER, head, new_book, put

KEYS = (
    "no", "kind", "recipient_id", "name", "phone", "phone_state", "change", "component",
    "was_date", "was_time", "was_site", "was_room", "was_seat",
    "now_date", "now_time", "now_site", "now_room", "now_seat", "reason", "text", "text_en",
)  # fmt: skip
_WIDTHS = (6, 10, 18, 14, 14, 10, 10, 22, 12, 13, 20, 16, 10, 12, 13, 20, 16, 10, 24, 60, 60)
_TEXT = {"phone", "recipient_id"}


def notice_files(made: NoticeList) -> dict[str, bytes]:
    """Return the files of a list by their suffix; the same list gives the same bytes."""
    rows = [_row(n, message) for n, message in enumerate(made.messages, start=1)]
    said = {
        "round": made.round_id,
        "list": made.number,
        "version": made.version,
        "made_at": made.made_at,
        "messages": rows,
    }
    document = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    return {".xlsx": frozen(_book(rows)), ".csv": _csv(rows), ".json": document.encode()}


def _row(n: int, message: Message) -> dict[str, str | int]:
    kinds = {"candidate": phrase("Candidate"), "examiner": phrase("Examiner or invigilator"), "room": phrase("Room")}
    changes = {
        "first": phrase("first told"),
        "new": phrase("new"),
        "moved": phrase("moved"),
        "dropped": phrase("cancelled"),
        "unplaced": phrase("without a place"),
    }
    about = message.now or message.was
    values: dict[str, str | int] = {
        "no": n,
        "kind": kinds[message.matter.kind].zh,
        "recipient_id": message.matter.recipient_id,
        "name": message.name,
        "phone": message.phone,
        "phone_state": "" if message.phone else phrase("no phone").zh,
        "change": changes[message.change].zh,
        "component": about.component if about else message.matter.about,
        "reason": message.reason.zh,
        "text": message.text.zh,
        "text_en": message.text.en,
    }
    values |= _place("was", message.was) | _place("now", message.now)
    return {key: values[key] for key in KEYS}


def _place(when: str, told: Told | None) -> dict[str, str | int]:
    if told is None:
        return {f"{when}_{key}": "" for key in ("date", "time", "site", "room", "seat")}
    return {
        f"{when}_date": told.on.isoformat(),
        f"{when}_time": f"{told.start:%H:%M}-{told.end:%H:%M}",
        f"{when}_site": told.site,
        f"{when}_room": told.room,
        f"{when}_seat": told.seat,
    }


def _headings() -> list[str]:
    words = (
        phrase("No."), phrase("Recipient"), phrase("Id"), phrase("Name"), phrase("Phone"), phrase("Phone state"),
        phrase("Change"), phrase("Component"), phrase("Date before"), phrase("Time before"), phrase("Site before"),
        phrase("Room before"), phrase("Seat before"), phrase("Date now"), phrase("Time now"), phrase("Site now"),
        phrase("Room now"), phrase("Seat now"), phrase("Reason"), phrase("Message"), phrase("Message in English"),
    )  # fmt: skip
    return [f"{one.zh}\n{one.en}" for one in words]


def _book(rows: list[dict[str, str | int]]) -> Workbook:
    book = new_book()
    sheet = book.create_sheet(phrase("Notices").zh)
    head(sheet, _headings(), _WIDTHS)
    for number, row in enumerate(rows, start=2):
        sheet.row_dimensions[
            number
        ].height = 48  # four lines of a message; spreadsheet programs do not fit wrapped rows
        for n, key in enumerate(KEYS, start=1):
            cell = sheet.cell(number, n)
            put(cell, row[key] or None, text=key in _TEXT)
            cell.alignment = Alignment(vertical="top", wrap_text=isinstance(row[key], str))
            if key == "phone_state" and row[key]:
                cell.fill = AMBER
    sheet.freeze_panes = "E2"
    sheet.auto_filter.ref = f"A1:U{len(rows) + 1}"
    return book


def _csv(rows: list[dict[str, str | int]]) -> bytes:
    """Return the rows as csv in UTF-8 with its mark; a cell that would be taken for a formula begins with an apostrophe."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(KEYS)
    for row in rows:
        lines.writerow(
            f"'{v}" if isinstance(v, str) and v[:1] in {"=", "+", "-", "@", "\t", "\r"} else v for v in row.values()
        )
    return out.getvalue().encode("utf-8-sig")
