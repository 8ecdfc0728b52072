"""Correct (更正): a candidate's data were wrong, so all certificates of the entry are superseded and issued anew, together."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass, replace

from scheduler.certificates import faces, numbering
from scheduler.domain.certificates import Certificate, Ending, Face, Standing
from scheduler.domain.entries import Entry
from scheduler.domain.identity import IdentityDocument, document_faults, mask
from scheduler.domain.people import Candidate
from scheduler.domain.places import Institution
from scheduler.errors import Conflict, Finding, InputError, Language, NotFound, Text, Where
from scheduler.office.affected import Affected, listed, reason_given
from scheduler.office.desk import Office
from scheduler.office.folder import export
from scheduler.office.keyring import log_key, ready_keys
from scheduler.office.lost import refuse_behind
from scheduler.office.manifests import give_head
from scheduler.office.redraw import CORRECTED, Again, issuer_of, made_again, next_serial, remark
from scheduler.registry.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What was wrong of a candidate; what is empty stays as the entry has it."""

    name: str = ""
    document_no: str = ""
    photo: str = ""
    """File name below the photo folder."""


@dataclass(frozen=True, slots=True)
class CorrectReport:
    """What a correction changes on the papers, or changed."""

    entry_id: str
    affected: tuple[Affected, ...]
    """The certificates as they were, in ledger order."""
    changes: tuple[tuple[str, Text, str, str], ...]
    """Award, label, and the words before and now; document numbers masked."""
    issued: tuple[Certificate, ...]
    reason: str
    done: bool
    paths: tuple[str, ...] = ()
    """New files, in ledger order."""

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        n = len(self.affected)
        if language == "zh":
            head = "已更正" if self.done else "将更正（尚未改动，确认后加 --yes）"
            return f"{head}：报名 {self.entry_id} 的 {n} 本证书作废并重新制发，{len(self.changes)} 处不同"
        head = "corrected" if self.done else "would be corrected (nothing was changed; add --yes)"
        return (
            f"{head}: {n} certificates of entry {self.entry_id} superseded and issued anew, {len(self.changes)} changes"
        )


@dataclass(frozen=True, slots=True)
class _Case:
    """One entry before and after, and what stands on its certificates then."""

    entry: Entry
    old: list[Certificate]
    faces: list[Face]
    serials: list[str]


def correct(
    office: Office,
    entry_id: str,
    *,
    reason: str,
    correction: Correction | None = None,
    yes: bool = False,
    glue_photos: bool = False,
) -> CorrectReport:
    """Tell what a correction changes and, when told so, supersede all valid certificates of the entry and issue them anew.

    Dates of issue and validity stay. A number stays too, unless it is made of the document number that was wrong. The
    entry may have been corrected before, by ``enrol``; then the correction itself can stay empty.

    Args:
        office: The opened office.
        entry_id: Whose certificates.
        reason: Stands in the ledger for good, 2 to 200 characters.
        correction: What was wrong.
        yes: Do it; otherwise only tell.
        glue_photos: As when issuing.

    Raises:
        InputError: No reason was given, the document number is wrong in itself, or nothing on the papers would change.
        NotFound: No such entry, or none of its certificates is valid.
        Conflict: The document belongs to another entry, somebody changed a certificate meanwhile, or the registry is old.
        IssuanceError: A paper cannot be made; nothing was changed.
    """
    reason = reason_given(reason)
    with office.registry.transaction(write=False) as store:
        refuse_behind(office, store)
        case = _case(office, store, entry_id, correction or Correction())
        affected = listed(office, store, case.old)
    changes = _changes(case)
    if not changes and not (correction and correction.photo):
        raise _nothing(case)
    if not yes:
        return CorrectReport(entry_id, affected, tuple(changes), (), reason, done=False)
    places = ready_keys(office, sorted({c.face.issuer for c in case.old}))
    again = Again(case.entry, tuple(case.old), tuple(case.faces), tuple(case.serials), places, glue_photos)
    issued = made_again(office, again, Ending("correction", reason, office.who), corrected=True)
    paths = export(office, case.entry.round_id)
    give_head(office, round_id=case.entry.round_id, key=log_key(office))
    new = {c.file_name for c in issued}
    told = tuple(str(path) for path in paths if path.name in new)
    return CorrectReport(entry_id, affected, tuple(changes), issued, reason, done=True, paths=told)


def _case(office: Office, store: Store, entry_id: str, correction: Correction) -> _Case:
    before = store.rounds.entry(entry_id)
    entry = replace(before, candidate=_corrected(before, correction))
    old = [c for c in store.ledger.of_entry(entry_id) if c.standing is Standing.VALID]
    if not old:
        what = Text("这条报名没有有效的证书", "this entry has no valid certificate")
        hint = Text("尚未发证的，改正报名表后用 enrol 读入", "before issue, correct the workbook and enrol it again")
        wanted = Text("至少一本有效证书", "at least one valid certificate")
        raise NotFound(what, [Finding("nothing-issued", what, said=entry_id, expected=wanted, hint=hint)], hint)
    _refuse_suspended(store, entry_id)
    serials = [
        next_serial([c for c in store.ledger.of_entry(entry_id) if c.award_id == certificate.award_id])
        for certificate in old
    ]
    made = [_face(office, entry, c, old, issuer_of(store, c)) for c in old]
    made = [replace(face, remark=remark(office, CORRECTED, s)) for face, s in zip(made, serials, strict=True)]
    return _Case(entry, old, made, serials)


def _refuse_suspended(store: Store, entry_id: str) -> None:
    """Raise Conflict where a certificate of an entry is suspended: it would keep what is wrong, or lose its suspension."""
    held = [c for c in store.ledger.of_entry(entry_id) if c.standing is Standing.SUSPENDED]
    if held:
        what = Text("有证书处于暂停状态，不能更正", "a certificate is suspended and cannot be corrected")
        hint = Text("先恢复（suspend --lift）或撤销", "lift the suspension (suspend --lift) or revoke it first")
        raise Conflict(what, [Finding("suspended", what, Where(subject=held[0].award_id), hint=hint)], hint)


def _corrected(entry: Entry, correction: Correction) -> Candidate:
    person = entry.candidate
    if correction.name:
        person = replace(person, name=" ".join(correction.name.split()))
    if correction.photo:
        person = replace(person, photo=correction.photo)
    if correction.document_no:
        number = "".join(correction.document_no.split()).upper()
        faults = document_faults(person.document.kind, number)
        if faults:
            what = Text("证件号码有误", "the document number is wrong in itself")
            wanted = Text("与证件一致、校验位正确的号码", "the number as on the document, its check digit right")
            hint = Text("按证件重新输入全部号码", "write the whole number again from the document")
            raise InputError(
                what, [Finding(f"id-number-{faults[0]}", what, said=mask(number), expected=wanted, hint=hint)]
            )
        document = IdentityDocument(person.document.kind, number)
        person = replace(
            person,
            id=document.person_id(),
            document=document,
            born_on=document.born_on or person.born_on,
            sex=document.sex or person.sex,
        )
    return person


def _face(office: Office, entry: Entry, old: Certificate, together: list[Certificate], issuer: Institution) -> Face:
    """Return what stands on a certificate after the correction; what the correction does not touch stays as printed."""
    award = office.catalogue.award(old.award_id)
    rule = award.number_rule_on(old.issued_on)
    number = old.number
    if "{document_no" in rule.template and not rule.imported:
        facts = numbering.facts_for(entry, award, issuer, old.issued_on)
        number = numbering.number(rule, facts)
    made = faces.make_face(
        entry,
        award,
        issuer,
        number=number,
        issued_on=old.issued_on,
        inquiry_code=base64.b32encode(secrets.token_bytes(10)).decode(),
        verify_base=office.settings.verify_url,
        together=[office.catalogue.award(c.award_id) for c in together],
    )
    # What was printed before stays, but for what names the person: a later wording of the form is no correction.
    return replace(
        made, statement=old.face.statement, statement_en=old.face.statement_en, inquiry_lines=old.face.inquiry_lines
    )


def _changes(case: _Case) -> list[tuple[str, Text, str, str]]:
    changes = []
    for old, face in zip(case.old, case.faces, strict=True):
        before = {key: value for key, _, _, value in old.face.fields}
        for key, zh, en, now in face.fields:
            if before.get(key, "") != now:
                was, is_ = before.get(key, ""), now
                if key in {"document_no", "number"}:
                    was, is_ = mask(was), mask(is_)
                changes.append((old.award_id, Text(zh, en), was, is_))
    return changes


def _nothing(case: _Case) -> InputError:
    what = Text("证书内容没有变化，无需更正", "nothing on the certificates would change")
    hint = Text(
        "用 --name、--document-no 或 --photo 写明更正内容；纸张遗失或损坏的用 reissue",
        "say what was wrong with --name, --document-no or --photo; for a lost or damaged paper there is reissue",
    )
    wanted = Text("与证书不同的姓名、证件号码或照片", "a name, document number or photo other than on the certificates")
    said = case.entry.candidate.name
    return InputError(
        what, [Finding("nothing-to-correct", what, Where(subject=case.entry.id), said, wanted, hint)], hint
    )
