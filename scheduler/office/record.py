"""Record (登分): a marks workbook becomes marks, and marks become a verdict per award."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scheduler.domain.results import Outcome
from scheduler.errors import Finding, InputError, Language, Text, errors_in
from scheduler.office.desk import Office, error_workbook_for, existing_file
from scheduler.office.kept import keep
from scheduler.office.marking import judge, named_entries, put_judged
from scheduler.sheets.read import open_book, read_marks
from scheduler.sheets.write import write_error_workbook


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What the marks decided."""

    round_id: str
    outcomes: tuple[Outcome, ...]
    """One for each entry the workbook names, sorted by entry."""
    names: tuple[tuple[str, str], ...]
    waiting: tuple[str, ...]
    """Entries of the round that still have no mark at all, sorted."""
    findings: tuple[Finding, ...]
    dry_run: bool
    error_workbook: str | None = None
    words: tuple[tuple[str, Text], ...] = ()
    """Pairs of award or component id and its name, sorted."""

    def tally(self) -> dict[int, int]:
        """Return how many entries earned how many awards: awards earned to entries."""
        counts: dict[int, int] = defaultdict(int)
        for outcome in self.outcomes:
            counts[len(outcome.earned_ids)] += 1
        return dict(sorted(counts.items(), reverse=True))

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        tally = self.tally().items()
        if language == "zh":
            head = "预览（未写入）" if self.dry_run else "已登记"
            parts = "，".join(f"{entries} 人获得 {awards} 证" for awards, entries in tally)
            return f"{head}：{len(self.outcomes)} 人成绩，其中 {parts or '无人获证'}；尚无成绩 {len(self.waiting)} 人"
        head = "preview (nothing written)" if self.dry_run else "recorded"
        parts = ", ".join(f"{entries} with {awards} award{'s' * (awards != 1)}" for awards, entries in tally)
        return f"{head}: {len(self.outcomes)} entries ({parts or 'none'}); {len(self.waiting)} still without marks"


def record(
    office: Office,
    workbook: str | Path,
    *,
    round_id: str,
    dry_run: bool = False,
    error_workbook: str | Path | None = None,
) -> RecordReport:
    """Read marks, keep them, and decide every award of the entries they belong to.

    Marks that no longer earn a certificate already issued are refused for that entry (``mark-after-issue``).

    Raises:
        NotFound: No such round.
        InputError: No mark is good; nothing was kept.
    """
    source = existing_file(workbook)
    book = open_book(source)  # nobody waits for the registry while a workbook is taken apart
    with office.registry.transaction(write=not dry_run) as store:
        read = read_marks(book, entries=named_entries(store, round_id), catalogue=office.catalogue)
        judged = judge(office, store, round_id, source, read)
        if not dry_run and judged.marks:
            put_judged(office, store, judged)
            keep(office, store, [source], kind="marks", round_id=round_id)
            office.note(store, "record", round_id, judged.line(source.name))
    findings, entries = list(judged.findings), judged.entries
    back = _return_rows(source, findings, error_workbook)
    if not judged.marks:
        raise InputError(
            Text("成绩表没有可用的成绩，未写入", "the workbook holds no usable mark; nothing was kept"),
            findings,
            Text(f"更正 {back} 后重新读入", f"correct {back} and read it again") if back else None,
        )
    return RecordReport(
        round_id,
        judged.outcomes,
        tuple(sorted((entry.id, entry.candidate.name) for entry in entries.values())),
        judged.waiting,
        judged.findings,
        dry_run,
        back,
        judged.words(office),
    )


def _return_rows(source: Path, findings: Sequence[Finding], wanted: str | Path | None) -> str | None:
    if not errors_in(findings):
        return None
    out = error_workbook_for(source, wanted)
    write_error_workbook(source, findings, out)
    return str(out)
