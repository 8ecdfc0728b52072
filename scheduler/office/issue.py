"""Issue (发证): what one result earned is numbered, drawn, proofed, stored and entered in the ledger, all of it or none.

One entry is one transaction. Numbers are drawn inside it, files are kept inside the database, so a stop at any instant
leaves either everything of an entry or nothing, and no gap. The files in the folder are copies, made again when missing.
"""

from __future__ import annotations

import base64
import secrets
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
from scheduler.errors import Conflict, Finding, IssuanceError, Language, NotFound, Text, Where
from scheduler.office.desk import Office
from scheduler.office.folder import export
from scheduler.registry.store import Store

if TYPE_CHECKING:
    from scheduler.certificates.issuer import Issuer, Proofed
    from scheduler.press.render import Press

Step = Callable[[str, int, int], None]
SPECIMEN = "样本：示范机构制作，不具任何效力 · Specimen of a demonstration office, without any force"
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
    findings: list[Finding] = []
    for done, one in enumerate(open_ids):
        _tell(progress, "发证", done, len(open_ids))
        try:
            grant = _proof(bench, one) if proof_only else _grant(bench, one)
        except (IssuanceError, Conflict) as refusal:
            findings += refusal.findings or [Finding(refusal.code, refusal.what, Where(subject=one), hint=refusal.hint)]
            continue
        if grant.certificates:  # none are left when another desk issued them meanwhile
            grants.append(grant)
    _tell(progress, "发证", len(open_ids), len(open_ids))
    paths = [] if proof_only else export(office, round_id)
    return IssueReport(round_id, tuple(grants), before, tuple(map(str, paths)), tuple(findings), proof_only)


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
        drawn = [(award, _draw(bench, entry, award, awards, store.ledger.next_serial)) for award in awards]
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
        _certificate(bench, entry, award, _draw(bench, entry, award, awards, lambda _: PROOF_SERIAL), 0)
        for award in awards
    ]
    return Grant(entry.id, tuple(certificates), _withheld(outcome))


def _draw(bench: _Bench, entry: Entry, award: Award, together: list[Award], serial: Callable[[str], int]) -> Proofed:
    """Number, draw and proof one certificate; raises IssuanceError naming the candidate."""
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
    raise _refused(
        entry,
        "no-issuer",
        Text(f"批次中没有机构签发 {award.name.zh}（{award.id}）", f"no institution of the round issues {award.id}"),
        Text(
            f"在机构表“签发证书”栏填写 {award.id} 或 {role}", f"fill in {award.id} or {role} in the institutions sheet"
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
            Text("没有照片，不能制证", "there is no photo, so no certificate can be made"),
            Text(
                f"把照片放入 {folder} 并在报名表中填写文件名",
                f"put the photo into {folder} and its file name into the registration workbook",
            ),
        )
    return path.read_bytes()


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
