"""Enrol (报名): a registration workbook becomes entries, each with its entitlement statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Literal

from scheduler.domain.certificates import HELD
from scheduler.domain.entries import CarriedPass, Entitlement, Entry
from scheduler.domain.identity import mask
from scheduler.domain.people import HeldCertificate
from scheduler.domain.results import Outcome
from scheduler.domain.rounds import RoundSetup
from scheduler.errors import Finding, InputError, Language, NotFound, Text, Where, errors_in
from scheduler.office.deferrals import waiting_for
from scheduler.office.desk import Office, error_workbook_for, existing_file
from scheduler.office.headings import heading_maps
from scheduler.recognition.assess import assess
from scheduler.registry.store import Store
from scheduler.results.resits import carried
from scheduler.sheets.read import open_book, read_entries
from scheduler.sheets.write import write_error_workbook

Change = Literal["new", "changed", "same"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a changed entry, before and now, in words."""

    entry_id: str
    field: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class EnrolReport:
    """Who came in, who did not, and why."""

    round_id: str
    changes: tuple[tuple[str, Change], ...]
    """Pairs of entry id and what became of it, sorted."""
    differences: tuple[Difference, ...]
    """What a changed entry says differently now, sorted by entry and field."""
    statements: tuple[Entitlement, ...]
    """The entitlement statement of each accepted entry, sorted by entry."""
    names: tuple[tuple[str, str], ...]
    """Pairs of entry id and candidate's name, for reading."""
    rejected_rows: tuple[int, ...]
    """Rows that were not taken, as the spreadsheet program numbers them."""
    kept: int
    """Entries of the round that the file does not name; they stay."""
    findings: tuple[Finding, ...]
    dry_run: bool
    error_workbook: str | None = None
    """Where the rows to correct were written; None when all rows were good."""

    def count(self, change: Change) -> int:
        """Return how many entries met one fate."""
        return sum(1 for _, what in self.changes if what == change)

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        figures = (self.count("new"), self.count("changed"), self.count("same"), len(self.rejected_rows), self.kept)
        if language == "zh":
            head = "预览（未写入）" if self.dry_run else "已读入"
            return (
                head
                + "：新增 {} 人，变更 {} 人，相同 {} 人，退回 {} 行；登记库中另有 {} 人不在本表内，保持不变".format(
                    *figures
                )
            )
        head = "preview (nothing written)" if self.dry_run else "enrolled"
        return head + ": {} new, {} changed, {} same, {} rows rejected; {} others of the round stay as they are".format(
            *figures
        )


@dataclass
class _Intake:
    """What the rows of one file turned into so far."""

    office: Office
    store: Store
    source: Path
    good: list[tuple[Entry, Entitlement, Change]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    bad_rows: set[int] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)


def enrol(
    office: Office,
    workbook: str | Path,
    *,
    round_id: str,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    error_workbook: str | Path | None = None,
) -> EnrolReport:
    """Read a registration workbook, apply the recognition rules, and keep the good rows.

    Nothing is ever deleted: entries that the file does not name stay.

    Args:
        office: The opened office.
        workbook: xlsx, xls, ods or csv with Chinese or English headings.
        round_id: A prepared round.
        dry_run: Preview only.
        all_or_nothing: Keep nothing when any row is bad.
        error_workbook: Where to write the workbook to correct; beside the input when None.

    Raises:
        NotFound: The round was not prepared.
        SheetError: The file cannot be read at all.
        InputError: No row is good, or some are not with ``all_or_nothing``; nothing was kept.
    """
    source, maps = existing_file(workbook), heading_maps(office.settings)
    book = open_book(source)  # nobody waits for the registry while a workbook is taken apart
    with office.registry.transaction(write=not dry_run) as store:
        setup = store.rounds.setup(round_id)
        sheet = read_entries(
            book, round_id=round_id, catalogue=office.catalogue, setup=setup, today=office.today(), maps=maps
        )
        intake = _Intake(office, store, source, findings=list(sheet.findings))
        intake.bad_rows |= {f.where.row for f in errors_in(sheet.findings) if f.where.row is not None}
        for row, entry in sheet.entries:
            _take(intake, row, entry)
        blocked = bool(errors_in(intake.findings)) and (all_or_nothing or not intake.good)
        if not dry_run and not blocked:
            for entry, entitlement, change in intake.good:
                if change != "same":
                    store.rounds.put_entry(entry)
                store.rounds.put_entitlement(entitlement)
            office.note(
                store, "enrol", round_id, f"{source.name}: {len(intake.good)} rows, {len(intake.bad_rows)} rejected"
            )
        entries = [entry for entry, _, _ in intake.good]
        intake.findings += [*_without_distance(source, setup, entries), *_without_photo(office, source, entries)]
        intake.findings += waiting_for(store, round_id, {entry.candidate.id for entry in entries}, office.today())
        named = {entry.id for entry in entries}
        kept = sum(1 for entry in store.rounds.entries(round_id) if entry.id not in named)
    back = _return_rows(intake, error_workbook)
    if blocked:
        raise InputError(
            Text(
                "报名表未写入：没有可接受的行，或要求全部正确",
                "nothing enrolled: no good row, or all rows were asked to be good",
            ),
            intake.findings,
            Text(f"更正 {back} 后重新读入", f"correct {back} and read it again") if back else None,
        )
    return _report(round_id, intake, kept, dry_run=dry_run, back=back)


def _without_distance(source: Path, setup: RoundSetup, entries: list[Entry]) -> list[Finding]:
    """Return whom a round with a travel limit cannot place, because no distance of theirs is known."""
    origins = {distance.origin_id for distance in setup.distances}
    located = any(site.x_km is not None for site in setup.sites)
    lost = [e for e in entries if e.origin_id not in origins and not (located and e.x_km is not None)]
    if setup.policy.max_travel_km is None or not lost:
        return []
    what = Text(
        f"批次限定了最远路程，{len(lost)} 名考生没有可用的出发地或坐标，将无法安排：{_some(lost)}",
        f"the round limits travel, and {len(lost)} candidates have no usable origin or coordinates: they cannot be "
        f"placed: {_some(lost)}",
    )
    hint = Text(
        "在报名表补填出发地（与路程表一致）或坐标，或清空批次设置的最远路程",
        "fill in Origin (as in the Distances sheet) or the coordinates, or clear Max travel km of the round",
    )
    return [Finding("distance-unknown", what, Where(file=source.name), hint=hint, severity="warning")]


def _without_photo(office: Office, source: Path, entries: list[Entry]) -> list[Finding]:
    """Return whose photo is not there; it stops nobody before certificates are made."""
    folder = office.settings.photos_folder
    lost = [e for e in entries if not e.candidate.photo or not (folder / Path(e.candidate.photo).name).is_file()]
    if not lost or not any(e.candidate.photo for e in entries):
        return []
    what = Text(
        f"{len(lost)} 名考生的照片不在照片文件夹中：{_some(lost)}",
        f"the photos of {len(lost)} candidates are not in the photo folder: {_some(lost)}",
    )
    hint = Text(f"发证前放入 {folder}", f"put them into {folder} before certificates are issued")
    return [Finding("photo-not-there", what, Where(file=source.name), hint=hint, severity="warning")]


def _some(entries: list[Entry], most: int = 5) -> str:
    return "、".join(entry.candidate.name for entry in entries[:most]) + ("…" if len(entries) > most else "")


def _take(intake: _Intake, row: int, entry: Entry) -> None:
    store, noticed = intake.store, _against_registry(intake.store, entry)
    earned = _earned_before(store, entry)
    if earned:
        noticed.append(_award_earned(entry, earned))
        entry = replace(entry, award_ids=tuple(award_id for award_id in entry.award_ids if award_id not in earned))
    entry = _with_carried_passes(intake, entry)
    entitlement, findings = assess(entry, intake.office.catalogue, entry.applied_on)
    noticed = [*findings, *noticed]
    change = store.rounds.compare_entry(entry)
    if change == "changed":
        noticed += _against_results(store, store.rounds.entry(entry.id), entry)
    place = Where(file=intake.source.name, row=row, subject=entry.candidate.name)
    intake.findings += [replace(finding, where=place) for finding in noticed]
    if errors_in(noticed):
        intake.bad_rows.add(row)
        return
    if change == "changed":
        intake.differences += _differences(store.rounds.entry(entry.id), entry)
    intake.good.append((entry, entitlement, change))


def _earned_before(store: Store, entry: Entry) -> set[str]:
    """Return the awards applied for that an earlier round decided to give and that were not lost since."""
    earned: set[str] = set()
    for earlier in store.rounds.elsewhere(entry.candidate.id, entry.round_id):
        outcome = _outcome(store, earlier)
        if outcome is None or outcome.decided_on > entry.applied_on:
            continue
        issued = store.ledger.of_entry(earlier.id)
        good = {c.award_id for c in issued if c.standing in HELD and _lasts(c.valid_until, entry.applied_on)}
        over = {c.award_id for c in issued} - good
        earned |= set(outcome.earned_ids) - over
    return earned & set(entry.award_ids)


def _lasts(until: date | None, day: date) -> bool:
    return until is None or day <= until


def _outcome(store: Store, entry: Entry) -> Outcome | None:
    try:
        return store.results.outcome(entry.id)
    except NotFound:
        return None


def _award_earned(entry: Entry, earned: set[str]) -> Finding:
    nothing_left = earned == set(entry.award_ids)
    return Finding(
        "award-earned-before",
        Text("考生在以前批次已获得此证书，本次不再申报", "earned in an earlier round; left out of this entry"),
        said="、".join(award_id for award_id in entry.award_ids if award_id in earned),
        hint=Text("所申报的证书均已获得，无需报名", "everything applied for was earned; there is nothing to enter for")
        if nothing_left
        else None,
        severity="error" if nothing_left else "warning",
    )


def _against_results(store: Store, before: Entry, entry: Entry) -> list[Finding]:
    """Return what stands against changing an entry whose marks were recorded or whose certificates were issued."""
    findings = []
    if (before.scheme_id, before.award_ids) != (entry.scheme_id, entry.award_ids) and _outcome(store, entry):
        findings.append(
            Finding(
                "entry-decided",
                Text(
                    "成绩已经登记，不能再更改报考方案或申报证书",
                    "marks were recorded; scheme and awards can no longer be changed",
                ),
                said=f"{entry.scheme_id}: {'、'.join(entry.award_ids)}",
                expected=Text(*([f"{before.scheme_id}: {'、'.join(before.award_ids)}"] * 2)),
            )
        )
    if store.ledger.of_entry(entry.id):
        findings.append(
            Finding(
                "changed-after-issue",
                Text("证书已经发放，更改不影响已发证书", "certificates were issued; they stay as they are"),
                hint=Text("确需更正证书的，由发证机构办理", "ask the issuer where a certificate has to be corrected"),
                severity="warning",
            )
        )
    return findings


def _differences(before: Entry, now: Entry) -> list[Difference]:
    old, new = _in_words(before), _in_words(now)
    return [Difference(now.id, name, old[name], new[name]) for name in sorted(new) if old[name] != new[name]]


def _in_words(entry: Entry) -> dict[str, str]:
    """Return every field of an entry and its candidate as text."""
    values = {f.name: getattr(entry, f.name) for f in fields(entry) if f.name != "candidate"}
    values |= {
        f.name: getattr(entry.candidate, f.name) for f in fields(entry.candidate) if f.name not in ("id", "document")
    }
    return {name: _words(value) for name, value in values.items()}


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(_words(part) for part in value)
    if isinstance(value, HeldCertificate):
        return f"{value.award_id} {mask(value.number)} {value.valid_from}–{value.valid_until or ''}"
    return "" if value is None else str(value)


def _with_carried_passes(intake: _Intake, entry: Entry) -> Entry:
    """Add what the candidate passed in an earlier round of the same exam: a resit then has only the rest due."""
    passes: dict[tuple[str, str], CarriedPass] = {}
    for earlier in intake.store.rounds.elsewhere(entry.candidate.id, entry.round_id):
        outcome = _outcome(intake.store, earlier)
        if outcome is None or earlier.scheme_id != entry.scheme_id:
            continue
        for kept in carried(outcome, intake.office.catalogue.scheme(earlier.scheme_id), earlier.carried):
            known = passes.get((kept.award_id, kept.component_id))
            # A workbook of an earlier round that is read again must not take passes from a later one.
            wanted = kept.award_id in entry.award_ids and kept.passed_on <= entry.applied_on <= kept.good_until
            if wanted and (known is None or kept.good_until > known.good_until):
                passes[kept.award_id, kept.component_id] = kept
    return replace(entry, carried=tuple(passes[key] for key in sorted(passes))) if passes else entry


def _against_registry(store: Store, entry: Entry) -> list[Finding]:
    known = store.rounds.elsewhere(entry.candidate.id, entry.round_id)
    findings = [
        Finding(
            "name-differs-from-registry",
            Text("同一证件号码在登记库中的姓名不同", "the registry knows this document number under another name"),
            said=entry.candidate.name,
            expected=Text(other.candidate.name, other.candidate.name),
            hint=Text(
                "核对身份证件；确已更名的先更正原登记",
                "check the identity document; if the name changed, correct the earlier entry first",
            ),
        )
        for other in known
        if other.candidate.name != entry.candidate.name
    ]
    findings += [
        Finding(
            "also-in-another-round",
            Text(
                f"该考生同一方案已在批次 {other.round_id} 报名",
                f"already entered for the same scheme in round {other.round_id}",
            ),
            hint=Text("确认是补考还是重复报名", "make sure it is a resit, not a doubled entry"),
            severity="warning",
        )
        for other in known
        if other.scheme_id == entry.scheme_id
    ]
    return findings


def _return_rows(intake: _Intake, wanted: str | Path | None) -> str | None:
    if not errors_in(intake.findings):
        return None
    out = error_workbook_for(intake.source, wanted)
    write_error_workbook(intake.source, intake.findings, out)
    return str(out)


def _report(round_id: str, intake: _Intake, kept: int, *, dry_run: bool, back: str | None) -> EnrolReport:
    good: Sequence[tuple[Entry, Entitlement, Change]] = sorted(intake.good, key=lambda row: row[0].id)
    return EnrolReport(
        round_id=round_id,
        changes=tuple((entry.id, change) for entry, _, change in good),
        differences=tuple(sorted(intake.differences, key=lambda one: (one.entry_id, one.field))),
        statements=tuple(entitlement for _, entitlement, _ in good),
        names=tuple((entry.id, entry.candidate.name) for entry, _, _ in good),
        rejected_rows=tuple(sorted(intake.bad_rows)),
        kept=kept,
        findings=tuple(intake.findings),
        dry_run=dry_run,
        error_workbook=back,
    )
