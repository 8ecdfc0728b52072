"""What is to be uploaded now (应报数据): the certificates as they stand, against what was accepted of each before.

Used by upload, under the write lock, so that two desks never take the same record. A certificate, what replaced it and what
was issued again under its number are one thing here, named by the ledger number of the first: the root.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from scheduler.domain.catalogue import Award
from scheduler.domain.certificates import HELD, Certificate, Standing
from scheduler.domain.data_duties import Duties
from scheduler.domain.entries import Entry
from scheduler.domain.uploads import PENDING, KeptRecord, Quarter, RecordKind, UploadRecord
from scheduler.errors import Finding, Text, Where
from scheduler.office.desk import Office
from scheduler.registry.store import Store

FIELDS = (
    "name", "document_kind", "document_no", "employer", "occupation", "trade", "level", "number", "issued_on",
    "evaluated_by", "issued_by",
)  # fmt: skip
"""Keys of the eleven columns, as the profile of the sheet names them."""
NO_EMPLOYER = "其他"
"""What stands for an empty employer. Source: head-office sheet, working notes of 2026-05 (seen)."""
_NOT_ON_IT = frozenset({"document_kind", "employer"})
"""Columns that the certificate does not bear: a new code or employer is no correction of it."""
_ENDED: dict[Standing, Literal["revoked", "cancelled"]] = {
    Standing.REVOKED: "revoked",
    Standing.CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What an upload of a quarter has to take, and what has to wait."""

    records: tuple[tuple[str, UploadRecord], ...]
    """Issuing institution and record, sorted by institution, data type, number and award."""
    findings: tuple[Finding, ...]
    not_due: int
    """Certificates that hold and that the data do not ask to upload, or whose quarter is still to come."""


@dataclass(frozen=True, slots=True)
class _Line:
    """All papers under one root, and what was told of them."""

    papers: tuple[Certificate, ...]
    accepted: tuple[UploadRecord, ...]
    pending: KeptRecord | None

    @property
    def last(self) -> Certificate:
        return self.papers[-1]

    @property
    def ended(self) -> Literal["", "revoked", "cancelled"]:
        return _ENDED.get(self.last.standing, "")


def outstanding(office: Office, store: Store, quarter: Quarter) -> Outstanding:
    """Return what is to be uploaded for a quarter now: new and late records, and every correction that is due.

    Source: circular of 9 January 2026, part 3(2); data types new, correction and late entry: working notes of 2026-05 (seen).
    """
    found = _Finder(office, store, quarter)
    for line in _lines(store.ledger.certificates(), store.uploads.records()):
        found.look(line)
    rows = sorted(
        found.records, key=lambda row: (row[0], list(RecordKind).index(row[1].kind), row[1].cells[7], row[1].root)
    )
    return Outstanding(tuple(rows), tuple(found.findings), found.not_due)


def cells_of(award: Award, paper: Certificate, entry: Entry, duties: Duties) -> tuple[str, ...]:
    """Return the eleven columns of a certificate, in the order of FIELDS; what it bears as it stands on it."""
    borne = {key: value for key, _, _, value in paper.face.fields}
    person = entry.candidate
    code = duties.document_code(person.document.kind)
    said = {
        "name": paper.face.name,
        "document_kind": (code.upload or code.name.zh) if code else "",
        "document_no": borne.get("document_no") or person.document.number,
        "employer": person.employer.strip() or NO_EMPLOYER,
        "occupation": borne.get("occupation") or borne.get("category") or award.category.zh,
        "trade": borne.get("direction") or borne.get("item") or award.item.zh,
        "level": str(award.level or ""),
        "number": paper.number,
        "issued_on": paper.issued_on.isoformat(),
        "evaluated_by": paper.face.issuer,
        "issued_by": paper.face.issuer,
    }
    return tuple(said[key] for key in FIELDS)


class _Finder:
    def __init__(self, office: Office, store: Store, quarter: Quarter) -> None:
        self.office, self.store, self.window = office, store, quarter.window
        self.duties = office.duties()
        self.awards = {award.id: award for award in office.catalogue.awards}
        self.records: list[tuple[str, UploadRecord]] = []
        self.findings: list[Finding] = []
        self.not_due = 0
        self._entries: dict[str, dict[str, Entry]] = {}
        self._reasons: Mapping[int, str] | None = None

    def look(self, line: _Line) -> None:
        award = self.awards.get(line.last.award_id)
        duty = self.duties.upload_of(award) if award else None
        if award is None or duty is None or not duty.uploaded:
            self.not_due += line.last.standing in HELD
        elif line.pending is not None:
            self._note_changed(line, award)
        elif line.accepted:
            self._correct(line, award)
        elif not line.ended:
            self._first(line, award)

    def _first(self, line: _Line, award: Award) -> None:
        paper = line.last
        if paper.issued_on > self.window.last_on:
            self.not_due += 1
        elif paper.standing is Standing.SUSPENDED:
            what = Text("证书暂停中，恢复后再报", "the certificate is suspended; it is uploaded once that is lifted")
            self._warn("upload-suspended", what, paper)
        else:
            kind = RecordKind.NEW if paper.issued_on in self.window else RecordKind.LATE
            self._take(line, kind, self._cells(line, award))

    def _correct(self, line: _Line, award: Award) -> None:
        told = line.accepted[-1]
        if (told.sequence, told.ended) == (line.last.sequence, line.ended) or (told.ended and line.ended):
            return
        cells = told.cells if line.ended else self._cells(line, award)
        if not line.ended and not told.ended and _borne(cells) == _borne(told.cells):
            return  # a paper made again that says the same
        self._take(line, RecordKind.CORRECTED, cells, before=told.cells, reason=self._reason(line, told))

    def _take(
        self, line: _Line, kind: RecordKind, cells: tuple[str, ...], *, before: tuple[str, ...] = (), reason: str = ""
    ) -> None:
        paper = line.last
        record = UploadRecord(
            root=line.papers[0].sequence,
            version=len(line.accepted) + 1,
            sequence=paper.sequence,
            entry_id=paper.entry_id,
            award_id=paper.award_id,
            kind=kind,
            cells=cells,
            ended=line.ended,
            before=before,
            reason=reason,
        )
        self.records.append((cells[FIELDS.index("issued_by")], record))
        code = self.duties.document_code(self._entry(paper).candidate.document.kind)
        if not line.ended and (code is None or not code.upload):
            what = Text(
                "证件类型代码未知，表中写的是名称",
                "the code of this kind of document is not known; its name stands in the sheet",
            )
            hint = Text(
                "得到代码表后在 catalogue_folder 中覆盖 document_code 记录",
                "once the list is at hand, override the record document_code in the catalogue folder",
            )
            self._warn("document-code-unknown", what, paper, hint)

    def _note_changed(self, line: _Line, award: Award) -> None:
        waiting = line.pending
        if waiting is None or (waiting.record.sequence, waiting.record.ended) == (line.last.sequence, line.ended):
            return
        if (
            not line.ended
            and not waiting.record.ended
            and _borne(self._cells(line, award)) == _borne(waiting.record.cells)
        ):
            return
        what = Text(
            f"报送批 {waiting.batch_id} 中的数据已变，结果未明前不另报",
            f"what stands in batch {waiting.batch_id} has changed; nothing more is told before its fate is known",
        )
        hint = (
            Text(f"尚未报送：upload --withdraw {waiting.batch_id} 后重新生成", f"not handed over yet: upload --withdraw {waiting.batch_id}, then prepare again")
            if waiting.state == "prepared"
            else Text("读入回执后再次运行，会生成更正", "read the receipt, then run it again for the correction")
        )  # fmt: skip
        self._warn("upload-pending-changed", what, line.last, hint)

    def _cells(self, line: _Line, award: Award) -> tuple[str, ...]:
        return cells_of(award, line.last, self._entry(line.last), self.duties)

    def _entry(self, paper: Certificate) -> Entry:
        if paper.round_id not in self._entries:
            self._entries[paper.round_id] = {one.id: one for one in self.store.rounds.entries(paper.round_id)}
        return self._entries[paper.round_id][paper.entry_id]

    def _reason(self, line: _Line, told: UploadRecord) -> str:
        if self._reasons is None:
            self._reasons = _reasons(self.store)
        since = [paper.sequence for paper in line.papers if paper.sequence >= told.sequence]
        return "；".join(dict.fromkeys(self._reasons[n] for n in since if n in self._reasons))

    def _warn(self, rule: str, what: Text, paper: Certificate, hint: Text | None = None) -> None:
        subject = f"{self.office.masked(paper.award_id, paper.number)} {paper.award_id} {paper.face.name}"
        self.findings.append(Finding(rule, what, Where(subject=subject), hint=hint, severity="warning"))


def _lines(papers: Iterable[Certificate], records: Sequence[KeptRecord]) -> Iterator[_Line]:
    accepted: dict[int, list[UploadRecord]] = {}
    pending: dict[int, KeptRecord] = {}
    for kept in records:
        if kept.state == "accepted":
            accepted.setdefault(kept.record.root, []).append(kept.record)
        elif kept.state in PENDING:
            pending[kept.record.root] = kept

    def whose(paper: Certificate) -> tuple[str, str]:
        return paper.entry_id, paper.award_id

    for _, of_one in groupby(sorted(papers, key=lambda paper: (*whose(paper), paper.sequence)), key=whose):
        for line in _chains(of_one):
            root = line[0].sequence
            yield _Line(tuple(line), tuple(accepted.get(root, ())), pending.get(root))


def _chains(papers: Iterable[Certificate]) -> Iterator[list[Certificate]]:
    """Yield the papers of one entry and award in chains: what replaced another, or bears its number again, belongs to it."""
    chain: list[Certificate] = []
    for paper in papers:
        if chain and chain[-1].standing is not Standing.REPLACED and chain[-1].number != paper.number:
            yield chain
            chain = []
        chain.append(paper)
    yield chain


def _borne(cells: Sequence[str]) -> list[str]:
    return [cell for key, cell in zip(FIELDS, cells, strict=True) if key not in _NOT_ON_IT]


def _reasons(store: Store) -> dict[int, str]:
    """Return why each certificate ended, by the ledger, by its own ledger number."""
    issued = {paper.sha256: paper.sequence for paper in store.ledger.certificates()}
    endings, found = store.ledger.endings(), dict[int, str]()
    for line in store.ledger.lines():
        if line.sequence in endings and line.event in {"revoked", "voided", "replaced"} and line.sha256 in issued:
            found[issued[line.sha256]] = endings[line.sequence].reason
    return found
