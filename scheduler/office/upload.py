"""Upload (数据上报): the quarter's records as frozen files, one for each institution and data type, with a page to sign.

A record is in one batch at a time and never uploaded twice; what is rejected comes again. Receipts are read by receipts.py.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from scheduler.domain.uploads import Quarter, RecordKind, RecordState, UploadBatch, UploadMove, UploadRecord, quarter_of
from scheduler.errors import Conflict, Finding, InputError, Language, Text
from scheduler.office.affected import reason_given
from scheduler.office.desk import Office
from scheduler.office.kept import keep
from scheduler.office.upload_files import KIND_WORDS, folder_of, put_out, workbook_of
from scheduler.office.upload_records import Outstanding, outstanding
from scheduler.registry.store import Store


@dataclass(frozen=True, slots=True)
class BatchView:
    """One batch and what became of its records."""

    batch: UploadBatch
    states: tuple[tuple[RecordState, int], ...]
    """How many records are in each state, in order of the states' words."""
    folder: str

    def line(self, language: Language = "zh") -> str:
        """Return one line for lists."""
        words = STATE_WORDS
        states = "，".join(f"{words[state].zh} {n}" for state, n in self.states)
        if language == "en":
            states = ", ".join(f"{n} {words[state].en}" for state, n in self.states)
        kind = KIND_WORDS[self.batch.kind].in_(language)
        return f"{self.batch.id}  {self.batch.issuer}  {kind}  {states}"


STATE_WORDS: dict[RecordState, Text] = {
    "prepared": Text("待报送", "prepared"),
    "handed_over": Text("已报送待回执", "handed over"),
    "accepted": Text("已接收", "accepted"),
    "rejected": Text("已退回", "rejected"),
    "withdrawn": Text("已撤回", "withdrawn"),
}


@dataclass(frozen=True, slots=True)
class UploadReport:
    """What was prepared, and what is in the outbox."""

    quarter: str
    prepared: tuple[BatchView, ...]
    """Batches made by this call; on a preview those that would be."""
    outbox: tuple[BatchView, ...]
    """Batches of the quarter that were there before, or all where no quarter was asked for."""
    not_due: int
    """Certificates that hold and are not to be uploaded, or not yet."""
    paths: tuple[str, ...]
    findings: tuple[Finding, ...]
    dry_run: bool = False

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        n = Counter(state for view in (*self.outbox, *self.prepared) for state, k in view.states for _ in range(k))
        records = Counter({view.batch.kind: 0 for view in self.prepared})
        for view in self.prepared:
            records[view.batch.kind] += view.batch.records
        open_, waiting = n["prepared"], n["handed_over"]
        if not self.quarter:
            return Text(
                f"报送批 {len(self.outbox)} 个；待报送 {open_} 条，待回执 {waiting} 条",
                f"{len(self.outbox)} batches; {open_} records to hand over, {waiting} without a receipt",
            ).in_(language)
        head = Text("预览（未写入）", "preview (nothing written)") if self.dry_run else Text("已生成", "prepared")
        kinds = Text(
            "，".join(f"{KIND_WORDS[kind].zh} {records[kind]}" for kind in RecordKind),
            ", ".join(f"{records[kind]} {KIND_WORDS[kind].en.lower()}" for kind in RecordKind),
        )
        return Text(
            f"{self.quarter} {head.zh} {len(self.prepared)} 批：{kinds.zh}；待报送 {open_} 条，待回执 {waiting} 条；不在上报之列 {self.not_due} 本",
            f"{self.quarter} {head.en}: {len(self.prepared)} batches, {kinds.en}; {open_} records to hand over,"
            f" {waiting} without a receipt; {self.not_due} certificates not to be uploaded, or not yet",
        ).in_(language)


def upload(office: Office, *, quarter: str, dry_run: bool = False) -> UploadReport:
    """Freeze whatever is to be uploaded for a quarter and is in no batch yet; called again, nothing is taken twice.

    Args:
        office: The opened office.
        quarter: Such as ``2026Q2``; certificates issued later wait for their own.
        dry_run: Only tell what would be prepared.

    Raises:
        InputError: That is no quarter, or it has not begun.

    Source: circular of 9 January 2026, part 3(2), quarterly; form of the sheet: working notes of 2026-05.
    """
    asked = quarter_of(quarter)
    _refuse_future(office, asked)
    with office.registry.transaction(write=not dry_run) as store:
        before = store.uploads.batches(str(asked))
        found = outstanding(office, store, asked)
        made = _batches(office, asked, found, len(before))
        if not dry_run:
            for batch, records in made:
                store.uploads.add(batch, records)
                office.note(store, "upload", "", f"{batch.id}: {len(records)} {batch.kind} records of {batch.issuer}")
    prepared = tuple(
        BatchView(batch, (("prepared", batch.records),), str(folder_of(office, batch))) for batch, _ in made
    )
    paths, wrong = ([], []) if dry_run else _all_out(office, [*before, *(batch for batch, _ in made)])
    with office.registry.transaction(write=False) as store:
        outbox = tuple(_view(office, store, batch) for batch in before)
    findings = (*found.findings, *_early(office, asked), *wrong)
    return UploadReport(str(asked), prepared, outbox, found.not_due, tuple(map(str, paths)), findings, dry_run)


def outbox(office: Office) -> UploadReport:
    """List every batch and what became of it; files that are missing are written again, changed ones are told."""
    with office.registry.transaction(write=False) as store:
        batches = store.uploads.batches()
        views = tuple(_view(office, store, batch) for batch in batches)
    paths, wrong = _all_out(office, batches)
    return UploadReport("", (), views, 0, tuple(map(str, paths)), tuple(wrong))


def hand_over(office: Office, batch_id: str, *, to: str, dry_run: bool = False) -> UploadReport:
    """Enter that a batch was handed over, signed and stamped; from then on it waits for its receipt.

    Args:
        office: The opened office.
        batch_id: Such as ``2026Q2-001``.
        to: Whom it was given to.
        dry_run: Only tell whether it can be entered.

    Raises:
        NotFound: No such batch.
        InputError: It is not said to whom.
        Conflict: It was handed over or withdrawn before, or its file is not the one that was frozen.
    """
    receiver = " ".join(to.split())
    if not receiver:
        raise InputError(
            Text("没有写明报送给谁", "it is not said whom it was handed to"),
            hint=Text("用 --to 写明", "say it with --to"),
        )
    with office.registry.transaction(write=False) as store:
        batch = store.uploads.batch(batch_id)
        _, wrong = put_out(office, store, batch)
    if wrong:
        raise Conflict(
            Text("上报文件不是冻结的那一份，未登记", "the file is not the one frozen; nothing was entered"), wrong
        )
    return _moved(office, UploadMove(office.now(), office.who, "handed_over", batch_id, receiver), dry_run=dry_run)


def withdraw(office: Office, batch_id: str, *, reason: str, dry_run: bool = False) -> UploadReport:
    """Take back a batch that was not handed over; its records come again with the next one.

    Raises:
        NotFound: No such batch.
        InputError: No reason was given.
        Conflict: It was handed over or withdrawn before.
    """
    why = reason_given(reason)
    return _moved(office, UploadMove(office.now(), office.who, "withdrawn", batch_id, why), dry_run=dry_run)


class _OnlyPreviewed(Exception):
    """Ends a dry run and undoes what it wrote."""


def _moved(office: Office, move: UploadMove, *, dry_run: bool) -> UploadReport:
    views: tuple[BatchView, ...] = ()
    with contextlib.suppress(_OnlyPreviewed), office.registry.transaction() as store:
        store.uploads.move(move)
        office.note(store, "upload", "", f"{move.batch_id} {move.act}: {move.detail}")
        views = (_view(office, store, store.uploads.batch(move.batch_id)),)
        if dry_run:
            raise _OnlyPreviewed  # after every refusal had its say; nothing of the transaction stays
    return UploadReport("", (), views, 0, (), (), dry_run)


def _batches(
    office: Office, quarter: Quarter, found: Outstanding, before: int
) -> list[tuple[UploadBatch, list[UploadRecord]]]:
    """Return one batch for each institution and data type, numbered after those there are."""
    made = []
    groups = groupby(found.records, key=lambda row: (row[0], row[1].kind))
    for n, ((issuer, kind), rows) in enumerate(groups, start=before + 1):
        records = [record for _, record in rows]
        id_ = f"{quarter}-{n:03d}"
        batch = UploadBatch(
            id_, str(quarter), issuer, kind, office.now(), office.who, len(records), f"upload-{id_}.xlsx", ""
        )
        made.append((replace(batch, sha256=hashlib.sha256(workbook_of(office, records)).hexdigest()), records))
    return made


def _all_out(office: Office, batches: list[UploadBatch]) -> tuple[list[Path], list[Finding]]:
    """Write the files of batches that are missing, enter them as kept, and tell what is not as it was frozen."""
    paths, wrong = list[Path](), list[Finding]()
    with office.registry.transaction(write=False) as store:
        for batch in batches:
            if {kept.state for kept in store.uploads.records(batch.id)} != {"withdrawn"}:
                written, found = put_out(office, store, batch)
                paths += written
                wrong += found
    if paths:
        with office.registry.transaction() as store:
            keep(office, store, paths, kind="upload")
    return paths, wrong


def _view(office: Office, store: Store, batch: UploadBatch) -> BatchView:
    counted = Counter(kept.state for kept in store.uploads.records(batch.id))
    states = tuple((state, counted[state]) for state in STATE_WORDS if counted[state])
    return BatchView(batch, states, str(folder_of(office, batch)))


def _refuse_future(office: Office, quarter: Quarter) -> None:
    if quarter.window.first_on > office.today():
        raise InputError(
            Text(f"{quarter} 还没有开始", f"{quarter} has not begun"), hint=Text("核对 --quarter", "check --quarter")
        )


def _early(office: Office, quarter: Quarter) -> list[Finding]:
    if quarter.window.last_on < office.today():
        return []
    what = Text(
        f"{quarter} 尚未结束，此后发的证书再次运行时另成一批",
        f"{quarter} is not over; certificates issued later make another batch when this is run again",
    )
    return [Finding("quarter-not-over", what, severity="warning")]
