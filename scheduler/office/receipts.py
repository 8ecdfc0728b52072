"""Receipts (报送回执): what became of the records of an upload, read from a sheet; rejected records come again in the next batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scheduler.domain.uploads import KeptRecord, UploadMove
from scheduler.errors import Finding, InputError, Language, Text, errors_in
from scheduler.office.desk import Office, error_workbook_for, existing_file
from scheduler.office.kept import keep
from scheduler.office.upload_records import FIELDS
from scheduler.sheets.cells import Row
from scheduler.sheets.read import ReadReceipt, read_receipts
from scheduler.sheets.write import write_error_workbook

_NAME, _TRADE, _NUMBER = (FIELDS.index(key) for key in ("name", "trade", "number"))


@dataclass(frozen=True, slots=True)
class ReceiptReport:
    """What a receipt said."""

    accepted: int
    rejected: tuple[tuple[str, str, str, str], ...]
    """Batch, number (masked where it is made of a document number), name and reason of each, sorted."""
    without_result: int
    """Rows that have no result yet."""
    still_waiting: int
    """Records of the batches named that wait for a receipt still."""
    rejected_rows: tuple[int, ...]
    """Rows that could not be taken, as the spreadsheet program numbers them."""
    findings: tuple[Finding, ...]
    dry_run: bool
    error_workbook: str | None = None

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        figures = (self.accepted, len(self.rejected), self.still_waiting, len(self.rejected_rows))
        if language == "zh":
            head = "预览（未写入）" if self.dry_run else "已读入回执"
            return head + "：接收 {}，退回 {}（下批重报），仍待回执 {}；读不了的行 {}".format(*figures)
        head = "preview (nothing written)" if self.dry_run else "receipt read"
        return head + ": {} accepted, {} rejected (they come again), {} still waiting; {} rows not taken".format(
            *figures
        )


def read_receipt(
    office: Office,
    workbook: str | Path,
    *,
    batch_id: str = "",
    dry_run: bool = False,
    error_workbook: str | Path | None = None,
) -> ReceiptReport:
    """Read a receipt and keep what it says; rows that were read before change nothing.

    Args:
        office: The opened office.
        workbook: xlsx, xls, ods or csv: certificate number, result, reason; batch, name and trade where numbers repeat.
        batch_id: Only records of this batch; empty where numbers or the column tell.
        dry_run: Preview only.
        error_workbook: Where to write the rows to correct; beside the input when None.

    Raises:
        NotFound: No such batch.
        SheetError: The file cannot be read at all.
        InputError: No row could be taken; nothing was kept.
    """
    source = existing_file(workbook)
    with office.registry.transaction(write=not dry_run) as store:
        if batch_id:
            store.uploads.batch(batch_id)
        rows, without, findings = read_receipts(source)
        answers = _answers(store.uploads.records(batch_id or None), rows)
        by_batch: dict[str, list[tuple[int, bool, str]]] = defaultdict(list)
        for kept, said in answers:
            by_batch[kept.batch_id].append((kept.id, said.accepted, said.reason))
        for id_, results in sorted(by_batch.items()) if not dry_run else ():
            store.uploads.answer(
                UploadMove(office.now(), office.who, "receipt", id_, source.name, tuple(sorted(results)))
            )
            office.note(store, "receipt", "", f"{id_}: {len(results)} answers from {source.name}")
        if by_batch and not dry_run:
            keep(office, store, [source], kind="upload")
        touched = {kept.batch_id for kept, _ in answers}
        open_ = sum(k.state == "handed_over" for id_ in touched for k in store.uploads.records(id_))
    back = None
    if errors_in(findings) and any(f.where.row for f in errors_in(findings)):
        back = str(error_workbook_for(source, error_workbook))
        write_error_workbook(source, findings, Path(back))
    if not answers and errors_in(findings):
        raise InputError(Text("回执没有可用的行，未写入", "no row of the receipt could be taken"), findings)
    return ReceiptReport(
        accepted=sum(said.accepted for _, said in answers),
        rejected=tuple(sorted(_told(office, *one) for one in answers if not one[1].accepted)),
        without_result=without,
        still_waiting=open_ - (len(answers) if dry_run else 0),
        rejected_rows=tuple(sorted({f.where.row for f in errors_in(findings) if f.where.row is not None})),
        findings=tuple(findings),
        dry_run=dry_run,
        error_workbook=back,
    )


def _told(office: Office, kept: KeptRecord, said: ReadReceipt) -> tuple[str, str, str, str]:
    number = office.masked(kept.record.award_id, kept.record.cells[_NUMBER])
    return kept.batch_id, number, kept.record.cells[_NAME], said.reason


def _answers(records: Sequence[KeptRecord], rows: Sequence[ReadReceipt]) -> list[tuple[KeptRecord, ReadReceipt]]:
    """Return the record that each good row answers; the others are noted at their rows."""
    by_number: dict[str, list[KeptRecord]] = defaultdict(list)
    for kept in records:
        for number in {kept.record.cells[_NUMBER], *kept.record.before[_NUMBER : _NUMBER + 1]}:
            by_number[number].append(kept)
    meant: dict[int, list[ReadReceipt]] = defaultdict(list)
    found: dict[int, KeptRecord] = {}
    for said in rows:
        answered = _meant(by_number, said)
        if answered is not None:
            found[answered.id] = answered
            meant[answered.id].append(said)
    return [(found[id_], told[0]) for id_, told in meant.items() if _agree(told)]


def _meant(by_number: Mapping[str, Sequence[KeptRecord]], said: ReadReceipt) -> KeptRecord | None:
    alike = [kept for kept in by_number.get(said.number, ()) if said.batch_id in {"", kept.batch_id}]
    waiting = [kept for kept in alike if kept.state == "handed_over"]
    for at, wanted in ((_TRADE, said.trade), (_NAME, said.name)):
        if wanted and len(waiting) > 1:
            waiting = [kept for kept in waiting if kept.record.cells[at] == wanted]
    if len(waiting) == 1:
        return waiting[0] if _same_holder(waiting[0], said) else None
    if waiting or len({kept.record.root for kept in alike if kept.state == "handed_over"}) > 1:
        _fault(
            said.row,
            "receipt-unclear",
            ("这个编号有多条待回执的记录", "several records with this number wait for a receipt"),
            ("补填报送批、工种或姓名", "fill in batch, trade or name"),
        )
    else:
        _refuse_not_waiting(said, alike)
    return None


def _same_holder(kept: KeptRecord, said: ReadReceipt) -> bool:
    if said.name and said.name not in {kept.record.cells[_NAME], *kept.record.before[_NAME : _NAME + 1]}:
        name = kept.record.cells[_NAME]
        said.row.fault(
            "name",
            "name-differs",
            ("姓名与报送的不一致", "the name is not the one uploaded"),
            expected=(name, name),
            hint=("核对是否串行", "check for a slipped row"),
        )
        return False
    return True


def _refuse_not_waiting(said: ReadReceipt, alike: Sequence[KeptRecord]) -> None:
    state = alike[-1].state if alike else ""
    if state == ("accepted" if said.accepted else "rejected"):
        said.row.fault(
            "result",
            "receipt-again",
            ("这条结果先前已读入", "this result was read before"),
            severity="warning",
        )
    elif state in {"accepted", "rejected"}:
        _fault(
            said.row,
            "receipt-contradicts",
            ("与先前读入的结果相反", "an earlier receipt said the opposite"),
            ("向接收方核实；需要重报的先在下批更正", "ask whoever received it which one holds"),
        )
    elif state == "prepared":
        _fault(
            said.row,
            "receipt-before-handover",
            (f"报送批 {alike[-1].batch_id} 尚未登记报送", f"batch {alike[-1].batch_id} was not entered as handed over"),
            (
                f"先运行 upload --handed-over {alike[-1].batch_id}",
                f"first run upload --handed-over {alike[-1].batch_id}",
            ),
        )
    else:
        _fault(
            said.row,
            "receipt-unknown",
            ("没有报送过这个编号的记录", "no record with this number was uploaded"),
            ("核对编号和报送批", "check the number and the batch"),
        )


def _agree(told: Sequence[ReadReceipt]) -> bool:
    """Tell whether all rows of one record say the same; else note it at each."""
    if len({one.accepted for one in told}) == 1:
        return True
    for one in told:
        _fault(
            one.row,
            "receipt-twice",
            ("同一记录在本表中结果不同", "this sheet says both of one record"),
            ("只保留正确的一行", "keep the row that holds"),
        )
    return False


def _fault(row: Row, rule: str, what: tuple[str, str], hint: tuple[str, str]) -> None:
    row.fault("number", rule, what, hint=hint)
