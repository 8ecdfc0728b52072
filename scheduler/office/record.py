"""Record (登分): a marks workbook becomes marks, and marks become a verdict per award."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from scheduler.domain.entries import Entry
from scheduler.domain.results import ComponentMark, Outcome
from scheduler.errors import Finding, InputError, Language, Text, Where, errors_in
from scheduler.office.desk import Office, existing_file
from scheduler.recognition.assess import assess
from scheduler.registry.store import Store
from scheduler.results.decide import decide, mark_findings
from scheduler.sheets.read import read_marks
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
            return f"{head} {len(self.outcomes)} 人成绩：{parts or '无'}；尚无成绩 {len(self.waiting)} 人"
        head = "preview (nothing written)" if self.dry_run else "recorded"
        parts = ", ".join(f"{entries} earned {awards} awards" for awards, entries in tally)
        return f"{head}: {len(self.outcomes)} entries: {parts or 'none'}; {len(self.waiting)} still without marks"


def record(
    office: Office,
    workbook: str | Path,
    *,
    round_id: str,
    dry_run: bool = False,
    error_workbook: str | Path | None = None,
) -> RecordReport:
    """Read marks, keep them, and decide every award of the entries they belong to.

    Raises:
        NotFound: No such round.
        InputError: No mark is good; nothing was kept.
    """
    source = existing_file(workbook)
    with office.registry.transaction(write=not dry_run) as store:
        entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
        read, findings = read_marks(source, entries=entries, catalogue=office.catalogue)
        marks = _plausible(office, source, entries, read, findings)
        if not marks:
            raise InputError(
                Text("成绩表没有可用的成绩，未写入", "the workbook holds no usable mark; nothing was kept"), findings
            )
        days = _exam_days(store, round_id)
        marks = [_dated(mark, days) for mark in marks]
        findings += _not_seated(marks, entries, days)
        outcomes = _decide(office, store, entries, marks)
        if not dry_run:
            store.results.put_marks(marks, at=office.now())
            for outcome in outcomes:
                store.results.put_outcome(outcome)
            office.note(store, "record", round_id, f"{source.name}: {len(marks)} marks, {len(outcomes)} outcomes")
        decided = {o.entry_id for o in store.results.outcomes(round_id)} | {o.entry_id for o in outcomes}
    back = None
    if errors_in(findings):
        out = Path(error_workbook) if error_workbook else source.with_name(f"{source.stem}-待更正.xlsx")
        write_error_workbook(source, findings, out)
        back = str(out)
    return RecordReport(
        round_id,
        tuple(outcomes),
        tuple(sorted((entry.id, entry.candidate.name) for entry in entries.values())),
        tuple(sorted(set(entries) - decided)),
        tuple(findings),
        dry_run,
        back,
    )


def _plausible(
    office: Office, source: Path, entries: dict[str, Entry], read: Sequence[ComponentMark], findings: list[Finding]
) -> list[ComponentMark]:
    """Return the marks that can be true; what is wrong with the others is added to the findings."""
    good = []
    for mark in read:
        entry = entries[mark.entry_id]
        doubts = mark_findings(mark, office.catalogue.scheme(entry.scheme_id).component(mark.component_id))
        place = Where(file=source.name, subject=f"{entry.candidate.name} {mark.component_id}")
        findings += [replace(doubt, where=place) for doubt in doubts]
        if not errors_in(doubts):
            good.append(mark)
    return good


def _exam_days(store: Store, round_id: str) -> dict[tuple[str, str], date]:
    published = store.plans.published(round_id)
    if published is None:
        return {}
    on = {slot.id: slot.on for slot in store.rounds.setup(round_id).slots}
    day = {session.id: on[session.slot_id] for session in published.plan.sessions}
    return {(s.party_id, s.component_id): day[s.session_id] for s in published.plan.sittings}


def _dated(mark: ComponentMark, days: dict[tuple[str, str], date]) -> ComponentMark:
    planned = days.get((mark.entry_id, mark.component_id))
    return replace(mark, sat_on=planned) if mark.sat_on is None and planned else mark


def _not_seated(
    marks: Sequence[ComponentMark], entries: dict[str, Entry], days: dict[tuple[str, str], date]
) -> list[Finding]:
    return [
        Finding(
            "mark-without-sitting",
            Text(
                "已发布方案中没有该考生的这一科目", "the published plan does not seat this candidate in this component"
            ),
            Where(subject=f"{entries[mark.entry_id].candidate.name} {mark.component_id}"),
            hint=Text("核对是否登错人或科目", "check whether the person and the component are right"),
            severity="warning",
        )
        for mark in marks
        if (mark.entry_id, mark.component_id) not in days
    ]


def _decide(office: Office, store: Store, entries: dict[str, Entry], marks: Sequence[ComponentMark]) -> list[Outcome]:
    fresh: dict[str, dict[str, ComponentMark]] = defaultdict(dict)
    for mark in marks:
        fresh[mark.entry_id][mark.component_id] = mark
    outcomes = []
    for entry_id in sorted(fresh):
        entry = entries[entry_id]
        known = {mark.component_id: mark for mark in store.results.marks(entry_id)} | fresh[entry_id]
        # Exemptions count as they stand on the last day the candidate was examined.
        days = [mark.sat_on for mark in known.values() if mark.sat_on]
        entitlement, _ = assess(entry, office.catalogue, max(days, default=entry.applied_on))
        scheme = office.catalogue.scheme(entry.scheme_id)
        outcomes.append(decide(entry, scheme, entitlement, tuple(known.values()), office.today()))
    return outcomes
