"""The files of an upload batch (报送文件): frozen workbook, its digest beside it, summary to sign, receipt to fill in.

Used by upload. The registry is what counts: a file that is missing is made again from it, byte for byte; one that differs is
never written over.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from scheduler.domain.uploads import RecordKind, UploadBatch, UploadRecord
from scheduler.domain.wording import SPECIMEN, date_words, level_words
from scheduler.errors import Finding, Text, Where
from scheduler.office.desk import Office
from scheduler.office.folder import write_whole
from scheduler.office.upload_records import FIELDS
from scheduler.phrases import phrase
from scheduler.registry.store import Store
from scheduler.sheets.write import receipt_bytes, upload_bytes

KIND_WORDS = {
    RecordKind.NEW: Text("新增", "New"),
    RecordKind.LATE: Text("补报", "Late"),
    RecordKind.CORRECTED: Text("更正", "Corrected"),
}
_OCCUPATION, _LEVEL = FIELDS.index("occupation"), FIELDS.index("level")


def workbook_of(office: Office, records: Sequence[UploadRecord]) -> bytes:
    """Return the workbook of some records; the same records give the same bytes."""
    return upload_bytes(records, FIELDS, profiles=office.settings.file.with_name("profiles.toml"))


def folder_of(office: Office, batch: UploadBatch) -> Path:
    """Return where a batch's files lie; it need not exist."""
    return Path(office.settings.out_folder) / "uploads" / batch.id


def put_out(office: Office, store: Store, batch: UploadBatch) -> tuple[list[Path], list[Finding]]:
    """Write what is missing of a batch's files, and tell what is not as it was frozen.

    Returns:
        The files that are there and as they should be, the workbook first; and what was found.
    """
    folder = folder_of(office, batch)
    folder.mkdir(parents=True, exist_ok=True)
    records = [kept.record for kept in store.uploads.records(batch.id)]
    book = folder / batch.file_name
    if not book.exists():
        content = workbook_of(office, records)
        if hashlib.sha256(content).hexdigest() != batch.sha256:
            return [], [_not_again(batch, book)]
        write_whole(book, content)
    if hashlib.sha256(book.read_bytes()).hexdigest() != batch.sha256:
        return [], [_changed(batch, book)]
    digest = folder / f"{batch.file_name}.sha256"
    write_whole(digest, f"{batch.sha256}  {batch.file_name}\n".encode())
    summary = folder / f"summary-{batch.id}.pdf"
    if not summary.exists():
        write_whole(summary, summary_pdf(office, batch, records))
    receipt = folder / f"receipt-{batch.id}.xlsx"
    if not receipt.exists():  # somebody may be filling it in
        write_whole(receipt, receipt_bytes(batch.id, records, FIELDS))
    return [book, digest, summary], []


def summary_pdf(office: Office, batch: UploadBatch, records: Sequence[UploadRecord]) -> bytes:
    """Return the page to sign and stamp."""
    from scheduler.press.render import render

    on = date_words(batch.made_on)
    ended = sum(bool(one.ended) for one in records)
    data = {
        "phrase": phrase,
        "batch": batch.id,
        "office": batch.issuer,
        "quarter": phrase("Quarter {n} of {year}", n=batch.quarter[-1], year=batch.quarter[:4]),
        "kind": KIND_WORDS[batch.kind],
        "made_on": on,
        "made_by": office.settings.office_name,
        "file_name": batch.file_name,
        "digest": [batch.sha256[n : n + 32] for n in (0, 32)],
        "rows": _rows(records),
        "total": len(records),
        "holding": len(records) - ended,
        "ended": ended,
        "specimen": SPECIMEN if office.settings.demo else "",
    }
    return render("papers/upload_summary", data, folder=office.templates())


def _rows(records: Sequence[UploadRecord]) -> list[tuple[str, str, str, int, int]]:
    """Return occupation, trade, level in words, and how many hold and have ended, sorted."""
    trade = FIELDS.index("trade")
    holding, ended = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for one in records:
        key = (one.cells[_OCCUPATION], one.cells[trade], one.cells[_LEVEL])
        (ended if one.ended else holding)[key] += 1
    return [
        (key[0], key[1], level_words(int(key[2])).zh if key[2] else "—", holding[key], ended[key])
        for key in sorted(holding.keys() | ended.keys())
    ]


def _changed(batch: UploadBatch, book: Path) -> Finding:
    return Finding(
        "upload-file-changed",
        Text("冻结的上报文件被改动过", "the frozen file was changed"),
        Where(file=str(book)),
        said=hashlib.sha256(book.read_bytes()).hexdigest()[:16] + "…",
        expected=Text(*[batch.sha256[:16] + "…"] * 2),
        hint=Text(
            "不要报送它；移到别处后再次运行，会按登记库重新写出原件",
            "do not hand it over; move it away and run this again: the original is written from the registry",
        ),
    )


def _not_again(batch: UploadBatch, book: Path) -> Finding:
    return Finding(
        "upload-file-lost",
        Text(
            "上报文件不见了，且本版程序写不出相同的文件",
            "the file is missing, and this version does not make the same one",
        ),
        Where(file=str(book)),
        expected=Text(*[batch.sha256[:16] + "…"] * 2),
        hint=Text(
            "从备份恢复；尚未报送的可 upload --withdraw 后重新生成",
            "restore it from a backup; if it was not handed over, withdraw the batch and prepare it again",
        ),
    )
