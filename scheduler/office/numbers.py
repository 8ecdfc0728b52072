"""Numbers (编号): certificate numbers given from outside are read from a sheet, checked, and kept until issuing takes them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scheduler.domain.certificates import HELD
from scheduler.domain.entries import Entry
from scheduler.domain.numbers import KeptNumber
from scheduler.domain.results import Outcome
from scheduler.errors import Finding, InputError, Language, Text, errors_in
from scheduler.office.desk import Office, error_workbook_for, existing_file
from scheduler.office.headings import heading_maps
from scheduler.recognition.statement import award_words
from scheduler.registry.rounds import Change
from scheduler.registry.store import Store
from scheduler.sheets.read import Awaited, NumberContext, ReadNumber, read_numbers
from scheduler.sheets.write import write_error_workbook


@dataclass(frozen=True, slots=True)
class NumbersReport:
    """Which numbers were kept, which not, and who still waits for one."""

    round_id: str
    changes: tuple[tuple[str, str, Change], ...]
    """Entry, award, and what became of the number, sorted."""
    waiting: tuple[tuple[str, str, str], ...]
    """Entry, candidate's name and award of each that still has no number, sorted."""
    rejected_rows: tuple[int, ...]
    """Rows that were not taken, as the spreadsheet program numbers them."""
    findings: tuple[Finding, ...]
    dry_run: bool
    error_workbook: str | None = None
    """Where the rows to correct were written; None when all rows were good."""

    def count(self, change: Change) -> int:
        """Return how many numbers met one fate."""
        return sum(1 for *_, what in self.changes if what == change)

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        figures = *(self.count(one) for one in ("new", "changed", "same")), len(self.rejected_rows), len(self.waiting)
        if language == "zh":
            head = "预览（未写入）" if self.dry_run else "已读入编号"
            return head + "：新增 {}，变更 {}，相同 {}，退回 {} 行；仍缺编号的证书 {} 本".format(*figures)
        head = "preview (nothing written)" if self.dry_run else "numbers imported"
        return head + ": {} new, {} changed, {} same, {} rows rejected; {} certificates still without".format(*figures)


def import_numbers(
    office: Office,
    workbook: str | Path,
    *,
    round_id: str,
    award_id: str = "",
    dry_run: bool = False,
    error_workbook: str | Path | None = None,
) -> NumbersReport:
    """Read a numbers sheet and keep the numbers of good rows; issuing takes them, with the date that came beside.

    A number read again replaces the one that waited for the same certificate; numbers on certificates never change.

    Args:
        office: The opened office.
        workbook: xlsx, xls, ods or csv: name, document number, certificate number, date printed.
        round_id: A round with recorded outcomes.
        award_id: What the numbers are for; each number's own shape tells when empty.
        dry_run: Preview only; finds everything that keeping them would find.
        error_workbook: Where to write the workbook to correct; beside the input when None.

    Raises:
        NotFound: No such round.
        SheetError: The file cannot be read at all.
        InputError: No row is good, or no such award; nothing was kept.
    """
    source = existing_file(workbook)
    _refuse_award(office, award_id)
    with office.registry.transaction(write=not dry_run) as store:
        setup = store.rounds.setup(round_id)
        standing = _standing(office, store, setup.id)
        read, findings = read_numbers(source, _context(store, standing, award_id), heading_maps(office.settings))
        kept = [_kept(office, source, one) for one in read]
        changes = [
            (k.entry_id, k.award_id, _change(store, k) if dry_run else store.numbers.put_imported(k)) for k in kept
        ]
        fresh = {(k.entry_id, k.award_id) for k in kept}
        waiting = [one for one in _waiting(store, standing) if (one[0], one[2]) not in fresh]
        if kept and not dry_run:
            office.note(store, "numbers", round_id, f"{source.name}: {len(kept)} numbers")
    back = _return_rows(source, findings, error_workbook)
    if not kept and errors_in(findings):
        raise InputError(
            Text("编号表没有可用的行，未写入", "the sheet holds no usable row; nothing was kept"),
            findings,
            Text(f"更正 {back} 后重新读入", f"correct {back} and import it again"),
        )
    rejected = sorted({f.where.row for f in errors_in(findings) if f.where.row is not None})
    return NumbersReport(
        round_id, tuple(sorted(changes)), tuple(sorted(waiting)), tuple(rejected), tuple(findings), dry_run, back
    )


def _refuse_award(office: Office, award_id: str) -> None:
    known = [award.id for award in office.catalogue.awards]
    if award_id and award_id not in known:
        what = Text("目录中没有这种证书", "the catalogue has no such award")
        wanted = "、".join(known[:8]) + ("…" if len(known) > 8 else "")
        hint = Text("核对 --award", "check --award")
        raise InputError(
            what, [Finding("award-unknown", what, said=award_id, expected=Text(wanted, wanted), hint=hint)]
        )


@dataclass(frozen=True, slots=True)
class _Standing:
    """How far a round has come, read once."""

    office: Office
    entries: list[Entry]
    outcomes: dict[str, Outcome]
    issued: dict[tuple[str, str], str]
    """Number of the valid certificate, by entry and award."""

    def awaited(self, entry: Entry, award_id: str) -> Awaited:
        """Return whether an award of an entry waits for a number from outside."""
        award, outcome = self.office.catalogue.award(award_id), self.outcomes.get(entry.id)
        number = self.issued.get((entry.id, award_id), "")
        rule = next((rule for edition, rule in award.number_rules if edition.in_force(self.office.today())), None)
        if rule is None or not rule.imported:
            state = "allocated"
        elif number:
            state = "issued"
        elif outcome is None:
            state = "undecided"
        else:
            state = "waiting" if award_id in outcome.earned_ids else "not-earned"
        return Awaited(award_id, award_words(award).zh, rule.pattern if rule else "(?!)", state, number)


def _standing(office: Office, store: Store, round_id: str) -> _Standing:
    valid = [c for c in store.ledger.certificates(round_id) if c.standing in HELD]
    return _Standing(
        office,
        store.rounds.entries(round_id),
        {outcome.entry_id: outcome for outcome in store.results.outcomes(round_id)},
        {(c.entry_id, c.award_id): c.number for c in valid},
    )


def _context(store: Store, standing: _Standing, award_id: str) -> NumberContext:
    days = {one: [m.sat_on for m in outcome.marks if m.sat_on] for one, outcome in standing.outcomes.items()}

    def holders(number: str) -> dict[str, str]:
        """Return who has a number in any round, on a certificate or waiting: name by person."""
        entry_ids = [c.entry_id for c in store.ledger.certificate(number)]
        entry_ids += [kept.entry_id for kept in store.numbers.find(number) if kept.entry_id]
        people = [store.rounds.entry(entry_id).candidate for entry_id in entry_ids]
        return {person.id: person.name for person in people}

    return NumberContext(
        standing.entries,
        {entry.id: [standing.awaited(entry, one) for one in entry.award_ids] for entry in standing.entries},
        {one: max(on) for one, on in days.items() if on},
        holders,
        standing.office.today(),
        award_id,
    )


def _kept(office: Office, source: Path, one: ReadNumber) -> KeptNumber:
    place = f"{source.name}:{one.row}"
    return KeptNumber(
        one.number, one.award_id, one.entry_id, "imported", office.now(), issued_on=one.issued_on, source=place
    )


def _change(store: Store, kept: KeptNumber) -> Change:
    before = store.numbers.waiting(kept.entry_id, kept.award_id)
    if before is None:
        return "new"
    return "same" if (before.number, before.issued_on) == (kept.number, kept.issued_on) else "changed"


def _waiting(store: Store, standing: _Standing) -> list[tuple[str, str, str]]:
    """Return who earned an award whose numbers come from outside and has neither number nor certificate."""
    return [
        (entry.id, entry.candidate.name, award_id)
        for entry in standing.entries
        for award_id in entry.award_ids
        if standing.awaited(entry, award_id).state == "waiting" and store.numbers.waiting(entry.id, award_id) is None
    ]


def _return_rows(source: Path, findings: list[Finding], wanted: str | Path | None) -> str | None:
    if not errors_in(findings):
        return None
    out = error_workbook_for(source, wanted)
    write_error_workbook(source, findings, out)
    return str(out)
