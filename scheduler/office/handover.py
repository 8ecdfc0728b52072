"""Handover (发放): who has not been given a certificate yet, as a list to fill in and a list to sign; and its way back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scheduler.domain.catalogue import Award
from scheduler.domain.certificates import Certificate, Standing
from scheduler.domain.entries import Entry
from scheduler.domain.identity import mask
from scheduler.domain.kept import Handover
from scheduler.domain.wording import SPECIMEN, date_words, level_words
from scheduler.errors import Finding, InputError, Language, Text, Where, errors_in
from scheduler.office.affected import list_code
from scheduler.office.desk import Office, error_workbook_for, existing_file
from scheduler.office.folder import write_whole
from scheduler.office.kept import keep
from scheduler.office.upload_records import FIELDS, cells_of
from scheduler.phrases import phrase
from scheduler.registry.store import Store
from scheduler.sheets.read import ReadHandover, read_handovers
from scheduler.sheets.write import handover_bytes, write_error_workbook


@dataclass(frozen=True, slots=True)
class HandoverReport:
    """What is to be handed over, or what was entered as handed over."""

    round_id: str
    waiting: int
    """Valid certificates that nobody was given yet."""
    given: int
    """Certificates of the round that are entered as handed over."""
    entered: int
    """Entered by this call."""
    open_rows: int
    """Rows of the list read that tell of no hand-over yet."""
    rejected_rows: tuple[int, ...]
    findings: tuple[Finding, ...]
    paths: tuple[str, ...] = ()
    dry_run: bool = False

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        rejected = len(self.rejected_rows)
        if language == "zh":
            head = "预览（未写入）" if self.dry_run else f"批次 {self.round_id}"
            return f"{head}：待发放 {self.waiting} 本，已发放 {self.given} 本；本次登记 {self.entered} 本，表中尚未发放 {self.open_rows} 行，退回 {rejected} 行"
        head = "preview (nothing written)" if self.dry_run else f"round {self.round_id}"
        return (
            f"{head}: {self.waiting} certificates to hand over, {self.given} handed over; {self.entered} entered now,"
            f" {self.open_rows} rows of the list still open, {rejected} rows rejected"
        )


def handover(office: Office, *, round_id: str, dry_run: bool = False) -> HandoverReport:
    """Write the hand-over list of a round: fifteen columns to fill in, and a page to sign.

    Whoever was handed a certificate stands on no later list, unless it was reissued or corrected since. A list that was
    written before for the same certificates is left as it is: somebody may be filling it in.

    Args:
        office: The opened office.
        round_id: A round with certificates.
        dry_run: Only count.

    Raises:
        NotFound: No such round.
    """
    paths: list[Path] = []
    with office.registry.transaction(write=False) as store:
        papers, given, findings = _waiting(office, store, round_id)
        if papers and not dry_run:
            paths = _written(office, store, round_id, papers)  # pages are drawn while other desks may go on
    if paths:
        with office.registry.transaction() as store:
            signed = [path for path in paths if path.suffix == ".pdf"]
            keep(office, store, signed, kind="handover-list", round_id=round_id)
            office.note(store, "handover", round_id, f"list of {len(papers)} certificates, {list_code(papers)}")
    told = tuple(map(str, paths))
    return HandoverReport(round_id, len(papers), len(given), 0, 0, (), tuple(findings), told, dry_run)


def read_handover(
    office: Office,
    workbook: str | Path,
    *,
    round_id: str,
    dry_run: bool = False,
    error_workbook: str | Path | None = None,
) -> HandoverReport:
    """Read a hand-over list back: who received what, when and how. Rows still open are left for the next time.

    Args:
        office: The opened office.
        workbook: The list, filled in.
        round_id: The round that it is of.
        dry_run: Preview only.
        error_workbook: Where to write the rows to correct; beside the input when None.

    Raises:
        NotFound: No such round.
        SheetError: The file cannot be read at all.
        InputError: Rows tell of hand-overs, and none could be taken; nothing was kept.
    """
    source = existing_file(workbook)
    with office.registry.transaction(write=not dry_run) as store:
        _, given, _ = _waiting(office, store, round_id)
        rows, open_rows, findings = read_handovers(source, today=office.today())
        entered = _entered(office, store.ledger.certificates(round_id), given, rows)
        for one in entered if not dry_run else ():
            store.kept.hand_over(one)
        if entered and not dry_run:
            keep(office, store, [source], kind="handover-list", round_id=round_id)
            office.note(store, "handover", round_id, f"{len(entered)} handed over, from {source.name}")
    wrong, back = errors_in(findings), list[str]()
    if any(finding.where.row for finding in wrong):
        path = error_workbook_for(source, error_workbook)
        write_error_workbook(source, findings, path)
        back.append(str(path))
    if wrong and not entered:
        raise InputError(Text("发放登记表没有可用的行，未写入", "no row of the list could be taken"), findings)
    with office.registry.transaction(write=False) as store:
        papers, given, _ = _waiting(office, store, round_id)
    rejected = tuple(sorted({f.where.row for f in wrong if f.where.row is not None}))
    return HandoverReport(
        round_id, len(papers), len(given), len(entered), open_rows, rejected, tuple(findings), tuple(back), dry_run
    )


def _waiting(
    office: Office, store: Store, round_id: str
) -> tuple[list[Certificate], dict[int, Handover], list[Finding]]:
    """Return the valid certificates nobody was given, in ledger order, what was given, and who has to wait."""
    store.rounds.setup(round_id)
    given = store.kept.handovers(round_id)
    left = [paper for paper in store.ledger.certificates(round_id) if paper.sequence not in given]
    what = Text("证书暂停中，不在发放名单内", "the certificate is suspended and is not on the list")
    findings = [
        Finding("handover-suspended", what, Where(subject=_subject(office, paper)), severity="warning")
        for paper in left
        if paper.standing is Standing.SUSPENDED
    ]
    return [paper for paper in left if paper.standing is Standing.VALID], given, findings


def _subject(office: Office, paper: Certificate) -> str:
    return f"{office.masked(paper.award_id, paper.number)} {paper.award_id} {paper.face.name}"


def _written(office: Office, store: Store, round_id: str, papers: Sequence[Certificate]) -> list[Path]:
    folder = Path(office.settings.out_folder) / "handover" / round_id
    folder.mkdir(parents=True, exist_ok=True)
    sheet, page = (folder / f"handover-{list_code(papers)}{suffix}" for suffix in (".xlsx", ".pdf"))
    entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
    awards = {award.id: award for award in office.catalogue.awards}
    if not sheet.exists():
        rows = [_row(office, paper, entries[paper.entry_id], awards[paper.award_id]) for paper in papers]
        write_whole(sheet, handover_bytes(rows, profiles=office.settings.file.with_name("profiles.toml")))
    if not page.exists():
        write_whole(page, _page(office, store, papers, entries, awards))
    return [sheet, page]


def _row(office: Office, paper: Certificate, entry: Entry, award: Award) -> dict[str, str]:
    duties = office.duties()
    code = duties.document_code(entry.candidate.document.kind)
    said = dict(zip(FIELDS, cells_of(award, paper, entry, duties), strict=True))
    level = {"level": level_words(award.level).zh if award.level else ""}
    kind = {"document_kind": code.name.zh if code else ""}
    return said | level | kind | {"phone": entry.candidate.phone, "remark": _remark(paper).zh}


def _remark(paper: Certificate) -> Text:
    return phrase("Made again") if paper.print_serial else Text("", "")


def _page(
    office: Office,
    store: Store,
    papers: Sequence[Certificate],
    entries: Mapping[str, Entry],
    awards: Mapping[str, Award],
) -> bytes:
    from scheduler.press.render import render

    setup = store.rounds.setup(papers[0].round_id)
    data = {
        "phrase": phrase,
        "round": setup.name or setup.id,
        "made_by": office.settings.office_name,
        "made_on": date_words(office.today()),
        "code": list_code(papers),
        "people": len({paper.entry_id for paper in papers}),
        "rows": [_line(office, n, paper, entries[paper.entry_id], awards) for n, paper in enumerate(papers, 1)],
        "specimen": SPECIMEN if office.settings.demo else "",
    }
    return render("papers/handover_list", data, folder=office.templates())


def _line(office: Office, n: int, paper: Certificate, entry: Entry, awards: Mapping[str, Award]) -> list[str]:
    """Return one line to sign; everybody who signs sees the others', so document numbers are masked."""
    award, said = (
        awards[paper.award_id],
        dict(zip(FIELDS, cells_of(awards[paper.award_id], paper, entry, office.duties()), strict=True)),
    )
    what = said["occupation"] if said["trade"] in {"", "--", said["occupation"]} else said["trade"]
    level = level_words(award.level).zh if award.level else "—"
    number = office.masked(paper.award_id, paper.number)
    return [
        str(n),
        said["name"],
        mask(said["document_no"]),
        paper.face.title,
        what,
        level,
        number,
        said["issued_on"],
        _remark(paper).zh,
    ]


def _entered(
    office: Office, papers: Sequence[Certificate], given: Mapping[int, Handover], rows: Sequence[ReadHandover]
) -> list[Handover]:
    """Return the hand-overs of good rows; the others are noted at their rows."""
    by_number: dict[str, list[Certificate]] = defaultdict(list)
    for paper in papers:
        by_number[paper.number].append(paper)
    now: dict[int, Handover] = {}
    for said in rows:
        meant = _meant(by_number.get(said.number, []), said, given)
        if meant is None:
            continue
        one = Handover(
            meant.sequence, meant.round_id, said.given_on, said.way, said.receiver, said.phone, said.address,
            said.courier_no, said.remark, office.now(), office.who,
        )  # fmt: skip
        before = given.get(meant.sequence) or now.get(meant.sequence)
        if before is not None:
            _refuse_again(said, before, one)
        elif not _refuse_day(said, meant):
            now[meant.sequence] = one
    return [now[sequence] for sequence in sorted(now)]


def _meant(alike: Sequence[Certificate], said: ReadHandover, given: Mapping[int, Handover]) -> Certificate | None:
    """Return the certificate that a row means: of one number's papers the last, of several awards the one named."""
    last = {paper.award_id: paper for paper in alike}
    fitting = [paper for paper in last.values() if paper.face.name == said.name]
    if len(fitting) > 1 and said.trade:
        fitting = [paper for paper in fitting if said.trade in {value for *_, value in paper.face.fields}]
    if len(fitting) == 1:
        if fitting[0].standing in {Standing.REVOKED, Standing.CANCELLED} and fitting[0].sequence not in given:
            said.row.fault(
                "number",
                "handover-ended",
                (
                    "证书已失效，发放仍予登记",
                    "the certificate has ended; that it was handed over is entered all the same",
                ),
                hint=("收回证书", "ask for it back"),
                severity="warning",
            )
        return fitting[0]
    if fitting:
        what = ("这个编号有多本证书", "several certificates bear this number")
        said.row.fault("number", "handover-unclear", what, hint=("补填工种", "fill in the trade"))
    elif last:
        name = next(iter(last.values())).face.name
        what = ("姓名与证书不一致", "the name is not the one on the certificate")
        said.row.fault(
            "name", "name-differs", what, expected=(name, name), hint=("核对是否串行", "check for a slipped row")
        )
    else:
        what = ("本批次没有这个编号的证书", "no certificate of this round bears this number")
        said.row.fault("number", "handover-unknown", what, hint=("核对编号和批次", "check number and round"))
    return None


def _refuse_again(said: ReadHandover, before: Handover, now: Handover) -> None:
    same = replace(now, at=before.at, who=before.who) == before
    what = ("先前已登记发放", "it was entered as handed over before")
    wanted = f"{before.given_on} {before.way} {before.receiver}"
    said.row.fault(
        "number",
        "handover-again" if same else "handover-contradicts",
        what,
        expected=None if same else (wanted, wanted),
        hint=None
        if same
        else ("补发后的证书另行登记；登记有误的在备注说明", "a reissued one is entered anew; nothing entered changes"),
        severity="warning" if same else "error",
    )


def _refuse_day(said: ReadHandover, paper: Certificate) -> bool:
    if said.given_on >= paper.issued_on:
        return False
    said.row.fault(
        "handed_over_on",
        "handover-before-issue",
        ("发放日期早于发证日期", "it was handed over before it was issued"),
        expected=(f"{paper.issued_on} 或以后", f"{paper.issued_on} or later"),
        hint=("核对日期", "check the date"),
    )
    return True
