"""Admit (准考): the papers of the exam day, of a published version: tickets, lists, labels, sheets to sign and to mark.

Seats are drawn by lot when papers are first made, and kept. Every call writes a run of its own; nothing is written over.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from scheduler.domain.entries import Entry
from scheduler.domain.wording import SPECIMEN
from scheduler.errors import Finding, Language, NotFound, Text
from scheduler.executors.workers import Inline, at_work, handed, outcome_of
from scheduler.office.assemble import assemble
from scheduler.office.desk import Office
from scheduler.office.exam_day import ExamDays, exam_days
from scheduler.office.folder import write_whole
from scheduler.office.kept import keep
from scheduler.office.paper_choice import Choice, chosen, kinds_of
from scheduler.office.paper_folder import new_run
from scheduler.office.paper_forms import Look, Sort
from scheduler.office.paper_work import MadeFile, SiteWork, make, safe_name
from scheduler.office.papers_tickets import By, piles
from scheduler.office.photo_set import photo_set
from scheduler.office.seating import lot_of, number_tickets

WORTHWHILE = 300
"""Candidates from which on sites are made in several processes."""
Step = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class AdmitReport:
    """What was made."""

    round_id: str
    version: int
    seed: int | None
    """Of the lot; None where seats are as planned."""
    drawn: int
    """Seats drawn by this call."""
    candidates: int
    folder: str
    """Of the run; empty for a preview."""
    files: tuple[MadeFile, ...]
    findings: tuple[Finding, ...]
    """Warnings: photos, texts that did not fit, characters that no font has."""
    dry_run: bool

    @property
    def pages(self) -> int:
        """Return the pages of all papers, bundles left out."""
        return sum(file.pages for file in self.files if file.kind != "bundle")

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        figures = (self.candidates, len(self.files), self.pages, len(self.findings))
        seed = "—" if self.seed is None else str(self.seed)
        if language == "zh":
            head = "预览（未写文件，未抽签）" if self.dry_run else "已制作"
            return f"{head}：第 {self.version} 版，考生 {figures[0]} 人，文件 {figures[1]} 个，{figures[2]} 页；抽签种子 {seed}，本次抽定 {self.drawn} 个座位；{figures[3]} 个提示"
        head = "preview (nothing written, nothing drawn)" if self.dry_run else "made"
        return f"{head}: version {self.version}, {figures[0]} candidates, {figures[1]} files, {figures[2]} pages; lot seed {seed}, {self.drawn} seats drawn now; {figures[3]} remarks"


class _OnlyPreviewed(Exception):
    """Ends a dry run and undoes what it wrote."""


def admit(
    office: Office,
    *,
    round_id: str,
    choice: Choice | None = None,
    by: By = "room",
    sort: Sort = "seat",
    seed: int | None = None,
    lot: bool = True,
    dry_run: bool = False,
    executor: Executor | None = None,
    progress: Step | None = None,
) -> AdmitReport:
    """Write the papers of the published version below the office's output folder.

    Args:
        office: The opened office.
        round_id: A round with a published version.
        choice: Which papers, of which sessions or people; all when None.
        by: How tickets are put together: by the room of the first exam, by institution, or by employer.
        sort: The order of lists; printed at their foot.
        seed: Of the lot, 0 or more; by chance when None. It is kept, and printed at the foot of each paper.
        lot: False leaves seats as planned where no lot was drawn yet.
        dry_run: Only tell what would be made; nothing is drawn or written.
        executor: Where papers of several sites are made at a time; processes of our own when None.
        progress: Called with a stage, sites done, and sites in all.

    Raises:
        NotFound: No such round, nothing published, or the choice leaves nothing.
        InputError: The choice names a paper that there is not, or one that is not made for some people alone.
        Conflict: The lot was drawn before with another seed.
        StalePlan: The set-up no longer has something that the plan uses.
    """
    wanted = choice or Choice()
    kinds = kinds_of(wanted)
    settled = _settle(office, round_id, seed=seed, lot=lot, dry_run=dry_run)
    days = chosen(settled.days, wanted)
    entries = {seat.entry.id: seat.entry for held in days.sessions for seat in held.seats}
    photos, findings = _photos(office, kinds, [entries[key] for key in sorted(entries)], whole=wanted.whole)
    look = _look(office, settled.name, days, sort)
    report = AdmitReport(round_id, days.version, days.seed, settled.drawn, len(entries), "", (), findings, dry_run)
    if dry_run:
        return report
    with new_run(office, round_id, days.version) as (hidden, shown):
        work = _work(office, settled.days, days, look=look, kinds=kinds, by=by, photos=photos, folder=hidden)
        made, told = _made(work, len(entries), executor, progress or (lambda *_: None))
        report = replace(report, folder=str(shown), files=made, findings=(*findings, *told))
        _write_lists(hidden, report)
    known = {shown / file.file: file.sha256 for file in made}
    paths = {*known, *(path for path in shown.iterdir() if path.is_file())}
    with office.registry.transaction() as store:
        keep(office, store, paths, kind="papers", round_id=round_id, known=known)
        office.note(store, "admit", round_id, f"version {days.version}, run {shown.name}: {', '.join(kinds)}")
    return report


@dataclass(frozen=True, slots=True)
class _Settled:
    """The version with everybody's seat and ticket number."""

    days: ExamDays
    name: str
    """Of the round."""
    drawn: int


def _settle(office: Office, round_id: str, *, seed: int | None, lot: bool, dry_run: bool) -> _Settled:
    """Draw what is not drawn and number who has no number, in one transaction."""
    found: _Settled | None = None
    with contextlib.suppress(_OnlyPreviewed), office.registry.transaction() as store:
        assembled = assemble(office, store, round_id)
        kept = store.plans.published(round_id)
        if kept is None:
            what = Text(f"批次 {round_id} 尚未发布方案", f"round {round_id} has no published plan")
            raise NotFound(what, hint=Text("先用 publish 发布", "publish one first"))
        entries = {entry.id: entry for entry in store.rounds.entries(round_id)}

        def read(tickets: dict[str, str], seed: int | None) -> ExamDays:
            seated = store.plans.version(round_id, kept.version).plan
            return exam_days(assembled.round, kept.version, seated,
                             entries=entries, catalogue=office.catalogue, tickets=tickets, seed=seed)  # fmt: skip

        read({}, None)  # refuses a stale plan before anything is drawn
        drawing = lot or store.lots.lot(round_id, kept.version) is not None
        drawn, new = lot_of(office, store, assembled.round, kept, seed=seed) if drawing else (None, False)
        firsts = [(entry.id, sessions[0].site.id) for entry, _, sessions in read({}, None).tickets()]
        tickets = number_tickets(office, store, assembled.round, firsts)
        count = sum(seat.how == "drawn" for seat in drawn.seats) if drawn is not None and new else 0
        found = _Settled(read(tickets, drawn.seed if drawn else None), assembled.round.name or round_id, count)
        if dry_run:
            raise _OnlyPreviewed
    assert found is not None  # noqa: S101 - the transaction raised otherwise
    return found


def _photos(
    office: Office, kinds: Sequence[str], entries: Sequence[Entry], *, whole: bool
) -> tuple[dict[str, Path], tuple[Finding, ...]]:
    """Return photos by entry, and the list of what is wrong with the set; files of nobody are told for whole rounds only."""
    if "tickets" not in kinds:
        return {}, ()
    photos, findings = photo_set(Path(office.settings.photos_folder), entries)
    return photos, tuple(one for one in findings if whole or one.rule != "photo-nobodys")


def _look(office: Office, name: str, days: ExamDays, sort: Sort) -> Look:
    settings = office.settings
    title = Text(settings.office_name, settings.office_name_en)
    specimen = SPECIMEN if settings.demo else ""
    return Look(title, name, specimen, days.version, days.seed, sort, office.now()[:16].replace("T", " "))


def _work(
    office: Office,
    whole: ExamDays,
    days: ExamDays,
    *,
    look: Look,
    kinds: tuple[str, ...],
    by: By,
    photos: dict[str, Path],
    folder: Path,
) -> list[SiteWork]:
    """Return what to make, site by site; a ticket bears all sittings of its candidate, whatever was chosen."""
    people = {seat.entry.id for held in days.sessions for seat in held.seats}
    stacks = piles(whole, people, by, photos, office.catalogue) if "tickets" in kinds else []
    sites = sorted({held.site.id for held in days.sessions} | {pile.site_id for pile in stacks})
    return [
        SiteWork(
            folder / safe_name(site_id),
            office.templates(),
            look,
            kinds,
            site_id,
            tuple(held for held in days.sessions if held.site.id == site_id),
            tuple(pile for pile in stacks if pile.site_id == site_id),
            days.notices,
        )
        for site_id in sites
    ]


def _made(
    work: Sequence[SiteWork], candidates: int, executor: Executor | None, tell: Step
) -> tuple[tuple[MadeFile, ...], tuple[Finding, ...]]:
    """Make all sites, in several processes where that is worth while."""
    alone = executor is None and (candidates < WORTHWHILE or len(work) == 1)
    hands: AbstractContextManager[Executor] = nullcontext(Inline()) if alone else at_work(executor)
    files: list[MadeFile] = []
    findings: list[Finding] = []
    tell("制作", 0, len(work))
    with hands as lent:
        futures = [(handed(lent, make, (one,)), one) for one in work]
        for done, (future, one) in enumerate(futures, start=1):
            made, told = outcome_of(future, make, (one,))
            files += made
            findings += told
            tell("制作", done, len(work))
    return tuple(files), tuple(findings)


def _write_lists(folder: Path, report: AdmitReport) -> None:
    """Write the manifest, as csv and json, and the list of what is wrong."""
    rows = [asdict(file) for file in report.files]
    _csv(folder / "manifest.csv", [list(rows[0]), *(list(row.values()) for row in rows)])
    said = {"round_id": report.round_id, "version": report.version, "seed": report.seed, "files": rows}
    write_whole(folder / "manifest.json", json.dumps(said, ensure_ascii=False, indent=2).encode())
    if report.findings:
        head = ["规则 rule", "谁 who", "文件 file", "读到 read", "应为 expected", "说明", "what"]
        lines = [
            [f.rule, f.where.subject or "", f.where.file or "", f.said or "", f.expected.zh if f.expected else "", f.what.zh, f.what.en]
            for f in report.findings
        ]  # fmt: skip
        _csv(folder / "remarks.csv", [head, *lines])


def _csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([[_plain(cell) for cell in row] for row in rows])
    write_whole(path, out.getvalue().encode("utf-8-sig"))  # the mark makes spreadsheet programs read UTF-8


def _plain(cell: object) -> object:
    """Return a cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
