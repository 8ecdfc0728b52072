"""Issue (发证): what one result earned is numbered, drawn, proofed, stored and entered in the ledger, all of it or none.

One entry is one transaction. Numbers are drawn inside it, files are kept inside the database, so a stop at any instant
leaves either everything of an entry or nothing, and no gap. The files in the folder are copies, made again when missing.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.domain.catalogue import Award, NumberRule
from scheduler.domain.certificates import Certificate, Face, Grant, Withheld
from scheduler.domain.entries import Entry
from scheduler.domain.places import Institution
from scheduler.domain.results import Outcome
from scheduler.domain.rounds import RoundSetup
from scheduler.domain.wording import SPECIMEN
from scheduler.errors import Conflict, Finding, IssuanceError, Language, NotFound, Text, Where
from scheduler.office.desk import Office
from scheduler.office.folder import export
from scheduler.registry.store import Store

if TYPE_CHECKING:
    from scheduler.certificates.issuer import Issuer, Proofed
    from scheduler.press.render import Press

Step = Callable[[str, int, int], None]
PAUSE_S = 0.025
"""Between two entries the registry is free so long: others wait for it by looking ten times a second."""
_ROLES = {
    "implementing_department": Text("实施部门", "implementing department"),
    "certification_institution": Text("评价机构", "certification institution"),
    "training_body": Text("培训机构", "training body"),
}
PROOF_SERIAL = 1
"""Stands in the number of a proof that issues nothing."""


@dataclass(frozen=True, slots=True)
class IssueReport:
    """What was issued, what was withheld, and where the files lie."""

    round_id: str
    grants: tuple[Grant, ...]
    """New grants, sorted by entry."""
    already: int
    """Certificates of the round that were issued before this call."""
    paths: tuple[str, ...]
    """Files of the round, in ledger order."""
    findings: tuple[Finding, ...]
    proof_only: bool

    @property
    def issued(self) -> int:
        """Return how many certificates this call issued."""
        return sum(len(grant.certificates) for grant in self.grants)

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        people, refused = len(self.grants), len(self.findings)
        if language == "zh":
            head = "清样通过（未发证）" if self.proof_only else "已发证"
            return f"{head}：{people} 人 {self.issued} 本；此前已发 {self.already} 本；{refused} 个问题"
        head = "proofs good (nothing issued)" if self.proof_only else "issued"
        return (
            f"{head}: {self.issued} certificates to {people} people; {self.already} issued before; {refused} findings"
        )


@dataclass
class _Bench:
    """What the issuing of one round keeps at hand."""

    office: Office
    setup: RoundSetup
    press: Press
    issuer: Issuer
    issued_on: date
    glue_photos: bool


def issue(
    office: Office,
    *,
    round_id: str,
    entry_id: str | None = None,
    issued_on: date | None = None,
    proof_only: bool = False,
    glue_photos: bool = False,
    progress: Step | None = None,
) -> IssueReport:
    """Issue every certificate that was earned and not yet issued; a second call goes on where the first stopped.

    Args:
        office: The opened office.
        round_id: A round with recorded outcomes.
        entry_id: One entry only.
        issued_on: Date printed as date of issue; today when None.
        proof_only: Draw and proof, but number, keep and issue nothing.
        glue_photos: Leave an empty frame where there is no photo, to be glued in; otherwise such an entry is refused.
        progress: Called with a stage, entries done, and entries in all.

    Raises:
        NotFound: No such round, or no outcome for the entry.
        SettingsError: Templates or fonts are missing.
    """
    from scheduler.certificates.issuer import Issuer
    from scheduler.press.render import Press  # weasyprint: other verbs must not pay for it

    with office.registry.transaction(write=False) as store:
        setup = store.rounds.setup(round_id)
        outcomes = [o for o in store.results.outcomes(round_id) if entry_id in (None, o.entry_id)]
        before = len(store.ledger.certificates(round_id))
        open_ids = [o.entry_id for o in outcomes if _open_awards(store, o)]
    if not outcomes:
        raise NotFound(
            Text("没有可以发证的考核结果", "there is no outcome to issue from"),
            hint=Text("先用 record 登记成绩", "record the marks first"),
        )
    folder = office.templates()
    bench = _Bench(office, setup, Press(folder), Issuer(folder), issued_on or office.today(), glue_photos)
    grants: list[Grant] = []
    findings = _date_to_come(office, bench.issued_on)
    for done, one in enumerate(open_ids):
        _tell(progress, "发证", done, len(open_ids))
        try:
            grant = _proof(bench, one) if proof_only else _grant(bench, one)
        except (IssuanceError, Conflict) as refusal:
            findings += refusal.findings or [Finding(refusal.code, refusal.what, Where(subject=one), hint=refusal.hint)]
            continue
        time.sleep(0 if proof_only else PAUSE_S)
        if grant.certificates:  # none are left when another desk issued them meanwhile
            grants.append(grant)
    _tell(progress, "发证", len(open_ids), len(open_ids))
    paths = [] if proof_only else export(office, round_id)
    return IssueReport(round_id, tuple(grants), before, tuple(map(str, paths)), tuple(findings), proof_only)


def _date_to_come(office: Office, issued_on: date) -> list[Finding]:
    """Return that the date of issue lies ahead; a demonstration may be dated as its story needs."""
    if office.settings.demo or issued_on <= office.today():
        return []
    what = Text(f"发证日期 {issued_on} 在今天之后", f"the date of issue {issued_on} is still to come")
    hint = Text("先用 --dry-run 核对；发证后不能更改", "check it with --dry-run; it cannot be changed afterwards")
    return [Finding("issued-ahead", what, hint=hint, severity="warning")]


def _tell(progress: Step | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)


def _open_awards(store: Store, outcome: Outcome) -> tuple[str, ...]:
    granted = store.ledger.granted_awards(outcome.entry_id)
    return tuple(award_id for award_id in outcome.earned_ids if award_id not in granted)


def _grant(bench: _Bench, entry_id: str) -> Grant:
    with bench.office.registry.transaction() as store:
        entry, outcome = store.rounds.entry(entry_id), store.results.outcome(entry_id)
        _refuse_early(bench, entry, outcome)
        # Asked again inside the transaction: another desk may have issued it meanwhile.
        awards = [bench.office.catalogue.award(award_id) for award_id in _open_awards(store, outcome)]
        drawn = [(award, _drawn(bench, entry, award, awards, store.ledger.next_serial)) for award in awards]
        sequence = store.ledger.next_sequence()
        certificates = [
            _certificate(bench, entry, award, proofed, sequence + n) for n, (award, proofed) in enumerate(drawn)
        ]
        grant = Grant(entry.id, tuple(certificates), _withheld(outcome))
        if certificates:
            files = {c.file_name: proofed.pdf for c, (_, proofed) in zip(certificates, drawn, strict=True)}
            store.ledger.add_grant(grant, files, bench.office.now())
            bench.office.note(
                store, "issue", entry.round_id, f"{entry.id}: " + ", ".join(c.award_id for c in certificates)
            )
        return grant


def _proof(bench: _Bench, entry_id: str) -> Grant:
    with bench.office.registry.transaction(write=False) as store:
        entry, outcome = store.rounds.entry(entry_id), store.results.outcome(entry_id)
        awards = [bench.office.catalogue.award(award_id) for award_id in _open_awards(store, outcome)]
    _refuse_early(bench, entry, outcome)
    certificates = [
        _certificate(bench, entry, award, _drawn(bench, entry, award, awards, lambda _: PROOF_SERIAL), 0)
        for award in awards
    ]
    return Grant(entry.id, tuple(certificates), _withheld(outcome))


def _drawn(bench: _Bench, entry: Entry, award: Award, together: list[Award], serial: Callable[[str], int]) -> Proofed:
    """Draw one certificate; a refusal names candidate, award and photo file, never the number of a document."""
    try:
        return _draw(bench, entry, award, together, serial)
    except IssuanceError as refusal:
        named = f"{entry.candidate.name} {entry.id} {award.id}"
        refusal.findings = [
            replace(
                finding,
                where=replace(
                    finding.where,
                    file=entry.candidate.photo if finding.rule == "photo-unusable" else finding.where.file,
                    subject=named,
                ),
            )
            for finding in refusal.findings
        ]
        raise


def _draw(bench: _Bench, entry: Entry, award: Award, together: list[Award], serial: Callable[[str], int]) -> Proofed:
    """Number, draw and proof one certificate."""
    from scheduler.certificates import faces, numbering

    issuer = _issuer(bench, entry, award)
    photo = _photo(bench, entry)
    rule = _number_rule(bench, entry, award)
    facts = numbering.facts_for(entry, award, issuer, bench.issued_on)
    scope = numbering.series(rule, facts)
    number = numbering.number(rule, facts, serial(f"{award.kind}:{scope}") if scope else None)
    face = faces.make_face(
        entry,
        award,
        issuer,
        number=number,
        issued_on=bench.issued_on,
        inquiry_code=base64.b32encode(secrets.token_bytes(10)).decode(),
        verify_base=bench.office.settings.verify_url,
        together=together,
    )
    if bench.office.settings.demo:
        face = replace(face, inquiry_lines=(*face.inquiry_lines, SPECIMEN))
    data = bench.issuer.paper(face, photo=photo)
    return bench.issuer.prepare(face, bench.press.render(f"certificates/{face.template}", data), photo=photo)


def _issuer(bench: _Bench, entry: Entry, award: Award) -> Institution:
    role = bench.office.catalogue.scheme(entry.scheme_id).award(award.id).issuer
    for wanted in (award.id, role):
        for institution in bench.setup.institutions:
            if wanted in institution.issues:
                return institution
    words = _ROLES.get(role, Text(role, role))
    raise _refused(
        entry,
        "no-issuer",
        Text(f"批次中没有机构签发 {award.name.zh}（{award.id}）", f"no institution of the round issues {award.id}"),
        Text(
            f"在批次设置表“机构”的“发证职责”栏填写{words.zh}或 {award.id}，再用 prepare 读入",
            f"name {words.en} or {award.id} under Issues in the Institutions sheet of the set-up, and prepare it again",
        ),
    )


def _number_rule(bench: _Bench, entry: Entry, award: Award) -> NumberRule:
    rule = next((rule for edition, rule in award.number_rules if edition.in_force(bench.issued_on)), None)
    if rule is None:
        raise _refused(
            entry,
            "no-number-rule",
            Text(
                f"{award.name.zh}在 {bench.issued_on} 没有施行中的编号规则",
                f"no numbering rule of {award.id} is in force on {bench.issued_on}",
            ),
            Text("核对发证日期", "check the date of issue"),
        )
    return rule


def _refuse_early(bench: _Bench, entry: Entry, outcome: Outcome) -> None:
    last = max((mark.sat_on for mark in outcome.marks if mark.sat_on), default=bench.issued_on)
    if bench.issued_on < last:
        raise _refused(
            entry,
            "issued-before-exam",
            Text(
                f"发证日期 {bench.issued_on} 早于考试日期 {last}",
                f"the date of issue {bench.issued_on} is before the exam on {last}",
            ),
            Text("核对发证日期", "check the date of issue"),
        )


def _photo(bench: _Bench, entry: Entry) -> bytes | None:
    folder = Path(bench.office.settings.photos_folder)
    path = folder / Path(entry.candidate.photo).name if entry.candidate.photo else None
    if path is None and bench.glue_photos:
        return None
    if path is None or not path.is_file():
        raise _refused(
            entry,
            "photo-missing",
            Text(f"{_no_photo(path).zh}，不能制证", f"{_no_photo(path).en}, so no certificate can be made"),
            Text(
                f"把照片放入 {folder}，报名表“照片”栏填写同样的文件名（区分大小写），再用 enrol 读入",
                f"put the photo into {folder}, give the same file name (capitals count) in the registration workbook, "
                "and enrol it again",
            ),
        )
    return path.read_bytes()


def _no_photo(path: Path | None) -> Text:
    if path is None:
        return Text("报名表没有填写照片", "the entry names no photo")
    return Text(f"找不到照片文件 {path.name}", f"there is no photo file {path.name}")


def _refused(entry: Entry, rule: str, what: Text, hint: Text) -> IssuanceError:
    return IssuanceError(what, [Finding(rule, what, Where(subject=f"{entry.candidate.name} {entry.id}"), hint=hint)])


def _certificate(bench: _Bench, entry: Entry, award: Award, proofed: Proofed, sequence: int) -> Certificate:
    from scheduler.certificates.faces import valid_until

    face: Face = proofed.face
    return Certificate(
        number=face.number,
        award_id=award.id,
        entry_id=entry.id,
        round_id=entry.round_id,
        face=face,
        sha256=proofed.sha256,
        # Neither name nor number: files travel by mail, and a special-operation number holds the identity number.
        file_name=f"{sequence:06d}-{award.id}.pdf",
        issued_on=bench.issued_on,
        valid_from=bench.issued_on,
        valid_until=valid_until(award.validity_on(bench.issued_on), bench.issued_on),
        sequence=sequence,
    )


def _withheld(outcome: Outcome) -> tuple[Withheld, ...]:
    return tuple(
        Withheld(
            verdict.award_id,
            Finding("not-earned", Text(*_joined(verdict.reasons)), Where(subject=outcome.entry_id), severity="warning"),
        )
        for verdict in outcome.verdicts
        if not verdict.earned
    )


def _joined(reasons: tuple[Text, ...]) -> tuple[str, str]:
    return "；".join(reason.zh for reason in reasons), "; ".join(reason.en for reason in reasons)
