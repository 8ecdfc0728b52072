"""Orders (制证单): what is to be made for one entry, read from the registry in one moment; and what came of it.

Used by issue.py, bench.py and keep.py. Plain values that travel to other processes; nothing here draws or writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from scheduler.domain.catalogue import Award, NumberRule
from scheduler.domain.certificates import Face, Withheld
from scheduler.domain.entries import Entry
from scheduler.domain.places import Institution
from scheduler.domain.results import Outcome
from scheduler.domain.rounds import RoundSetup
from scheduler.errors import Finding, IssuanceError, Text, Where
from scheduler.office.desk import Office
from scheduler.office.numbered import Numbered, imported
from scheduler.registry.store import Store

_ROLES = {
    "implementing_department": Text("实施部门", "implementing department"),
    "certification_institution": Text("评价机构", "certification institution"),
    "training_body": Text("培训机构", "training body"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One certificate to make."""

    award: Award
    issuer: Institution
    rule: NumberRule
    counter: str
    """Counter its serial comes from; empty where its number counts nothing."""
    places: str
    """Counter of its place in the status lists of the issuer's key; empty where the issuer has no key for codes."""
    numbered: Numbered | None = None
    """Its number, where it does not come from the counter: from outside."""
    face: Face | None = None
    """What stands on it, where that was settled before: on a paper made again."""

    @property
    def counters(self) -> tuple[str, ...]:
        """Return every counter it takes a serial of."""
        return tuple(counter for counter in (self.counter, self.places) if counter)


@dataclass(frozen=True, slots=True)
class Order:
    """Everything to make for one entry."""

    entry: Entry
    items: tuple[Item, ...]
    photo: Path | None
    """None leaves a frame to glue it in."""
    issued_on: date
    withheld: tuple[Withheld, ...]
    beside: tuple[Face, ...] = ()
    """Faces of the entry's other valid certificates, which are not made now."""


@dataclass(frozen=True, slots=True)
class Made:
    """One certificate, drawn and proofed, not yet issued."""

    award: Award
    face: Face
    pdf: bytes
    sha256: str
    serials: tuple[tuple[str, int], ...]
    """Serials it has taken, by counter."""
    drawn_because: str
    """Why it was drawn anew instead of stamped; empty where it was stamped."""
    key_ids: tuple[str, ...] = ()
    """Keys that signed it, as `Certificate.key_ids`."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of some orders."""

    done: tuple[tuple[Order, tuple[Made, ...]], ...]
    """In the order of the orders; refused ones are left out, and their serials went to the next."""
    findings: tuple[Finding, ...] = ()
    stopped: IssuanceError | None = None
    """Why nothing more can be made, such as a key that does not answer; orders not done were not tried."""


def open_awards(store: Store, outcome: Outcome) -> tuple[str, ...]:
    """Return the awards that were earned and not yet issued; what was revoked is not issued again by itself."""
    settled = store.ledger.settled_awards(outcome.entry_id)
    return tuple(award_id for award_id in outcome.earned_ids if award_id not in settled)


@dataclass(frozen=True, slots=True)
class Wish:
    """What one issuing of a round is asked for."""

    setup: RoundSetup
    issued_on: date
    glue_photos: bool
    places: Mapping[str, str]
    """Counter of places in the status lists, by name of the issuer."""


def order(office: Office, store: Store, wish: Wish, entry_id: str) -> Order:
    """Return what is to be made for an entry; without items where another desk issued it meanwhile.

    Raises:
        IssuanceError: The photo is missing, nobody issues an award, no number rule is in force, or the date of issue
            is before the exam. The findings name the candidate.
    """
    entry, outcome = store.rounds.entry(entry_id), store.results.outcome(entry_id)
    _refuse_early(entry, outcome, wish.issued_on)
    awards = [office.catalogue.award(award_id) for award_id in open_awards(store, outcome)]
    items = tuple(_item(office, store, wish, entry, award) for award in awards)
    photo = photo_of(Path(office.settings.photos_folder), entry, glue=wish.glue_photos) if items else None
    return Order(entry, items, photo, wish.issued_on, withheld(outcome))


def issuing(setup: RoundSetup) -> list[str]:
    """Return the names of the institutions of a round that issue something, in their order."""
    return list(dict.fromkeys(institution.name for institution in setup.institutions if institution.issues))


def withheld(outcome: Outcome) -> tuple[Withheld, ...]:
    """Return the awards that were not earned, each with its reasons."""
    return tuple(
        Withheld(
            verdict.award_id,
            Finding("not-earned", _joined(verdict.reasons), Where(subject=outcome.entry_id), severity="warning"),
        )
        for verdict in outcome.verdicts
        if not verdict.earned
    )


def _joined(reasons: Sequence[Text]) -> Text:
    return Text("；".join(reason.zh for reason in reasons), "; ".join(reason.en for reason in reasons))


def _item(office: Office, store: Store, wish: Wish, entry: Entry, award: Award) -> Item:
    from scheduler.certificates import numbering

    issuer = _issuer(office, wish.setup, entry, award)
    rule = _number_rule(entry, award, wish.issued_on)
    try:
        scope = numbering.series(rule, numbering.facts_for(entry, award, issuer, wish.issued_on))
    except IssuanceError as refusal:
        raise named(refusal, entry, award) from refusal
    places = wish.places.get(issuer.name, "")
    if rule.imported:
        return Item(award, issuer, rule, "", places, imported(store, entry, award, rule))
    return Item(award, issuer, rule, f"{award.kind}:{scope}" if scope else "", places)


def _issuer(office: Office, setup: RoundSetup, entry: Entry, award: Award) -> Institution:
    role = office.catalogue.scheme(entry.scheme_id).award(award.id).issuer
    for wanted in (award.id, role):
        for institution in setup.institutions:
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


def _number_rule(entry: Entry, award: Award, issued_on: date) -> NumberRule:
    rule = next((rule for edition, rule in award.number_rules if edition.in_force(issued_on)), None)
    if rule is None:
        raise _refused(
            entry,
            "no-number-rule",
            Text(
                f"{award.name.zh}在 {issued_on} 没有施行中的编号规则",
                f"no numbering rule of {award.id} is in force on {issued_on}",
            ),
            Text("核对发证日期", "check the date of issue"),
        )
    return rule


def _refuse_early(entry: Entry, outcome: Outcome, issued_on: date) -> None:
    last = max((mark.sat_on for mark in outcome.marks if mark.sat_on), default=issued_on)
    if issued_on < last:
        raise _refused(
            entry,
            "issued-before-exam",
            Text(
                f"发证日期 {issued_on} 早于考试日期 {last}",
                f"the date of issue {issued_on} is before the exam on {last}",
            ),
            Text("核对发证日期", "check the date of issue"),
        )


def photo_of(folder: Path, entry: Entry, *, glue: bool) -> Path | None:
    """Return the photo of an entry; None where none was named and it is to be glued in.

    Raises:
        IssuanceError: There is no such photo.
    """
    path = folder / Path(entry.candidate.photo).name if entry.candidate.photo else None
    if path is None and glue:
        return None
    if path is None or not path.is_file():
        missing = _no_photo(path)
        raise _refused(
            entry,
            "photo-missing",
            Text(f"{missing.zh}，不能制证", f"{missing.en}, so no certificate can be made"),
            Text(
                f"把照片放入 {folder}，报名表“照片”栏填写同样的文件名（区分大小写），再用 enrol 读入",
                f"put the photo into {folder}, give the same file name (capitals count) in the registration workbook, "
                "and enrol it again",
            ),
        )
    return path


def _no_photo(path: Path | None) -> Text:
    if path is None:
        return Text("报名表没有填写照片", "the entry names no photo")
    return Text(f"找不到照片文件 {path.name}", f"there is no photo file {path.name}")


def _refused(entry: Entry, rule: str, what: Text, hint: Text) -> IssuanceError:
    return IssuanceError(what, [Finding(rule, what, Where(subject=f"{entry.candidate.name} {entry.id}"), hint=hint)])


def named(refusal: IssuanceError, entry: Entry, award: Award) -> IssuanceError:
    """Return a refusal whose findings name candidate, award and photo file, never the number of a document."""
    subject = f"{entry.candidate.name} {entry.id} {award.id}"
    findings = []
    for finding in refusal.findings:
        file = entry.candidate.photo if finding.rule == "photo-unusable" else finding.where.file
        findings.append(replace(finding, where=replace(finding.where, file=file, subject=subject)))
    refusal.findings = findings
    return refusal
