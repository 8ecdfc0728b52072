"""Licences (电子证照数据): what the electronic-licence systems ask of qualification certificates, as far as it is known.

The licence identifier is never made here: only the licence system of the issuing authority may give it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scheduler.domain.catalogue import Award, AwardKind
from scheduler.domain.certificates import Certificate, Standing
from scheduler.domain.data_duties import Duties, LicenceField, LicenceType
from scheduler.domain.entries import Entry
from scheduler.domain.places import Institution
from scheduler.errors import Finding, Language, Text
from scheduler.office.desk import Office
from scheduler.office.folder import write_whole
from scheduler.office.kept import keep
from scheduler.registry.store import Store
from scheduler.sheets.write import licence_bytes

_STATES = {
    Standing.VALID: "有效",
    Standing.REVOKED: "撤销",
    Standing.CANCELLED: "注销",
    Standing.SUSPENDED: "暂停",
    Standing.EXPIRED: "过期",
}
_SEX_CODES = {"男": "1", "女": "2"}
"""Source: ZWFW C0304-2022, sex with code (working notes, seen)."""
_OTHER = "99"


@dataclass(frozen=True, slots=True)
class LicencesReport:
    """What was exported."""

    round_id: str
    licences: int
    left_out: int
    """Certificates of other kinds, for which there is no such licence."""
    empty_fields: tuple[str, ...]
    """Fields that are empty in every licence, in the order of the data."""
    paths: tuple[str, ...]
    findings: tuple[Finding, ...]
    dry_run: bool

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        if language == "zh":
            head = "预览（未写文件）" if self.dry_run else "已导出"
            return f"{head}：电子证照数据 {self.licences} 条，其他证书 {self.left_out} 本不在内；全空的字段 {len(self.empty_fields)} 个"
        head = "preview (no file written)" if self.dry_run else "exported"
        return f"{head}: {self.licences} licences, {self.left_out} certificates of other kinds left out; {len(self.empty_fields)} fields are empty throughout"


def licences(office: Office, *, round_id: str, dry_run: bool = False) -> LicencesReport:
    """Write the data of a round's electronic licences as JSON and as a workbook.

    Args:
        office: The opened office.
        round_id: A round with certificates.
        dry_run: Only count.

    Raises:
        NotFound: No such round.

    Source: ZWFW C0304-2022 (fields as far as they were seen); each field carries its mark in the data.
    """
    duties = office.duties()
    with office.registry.transaction(write=False) as store:
        papers = [c for c in store.ledger.certificates(round_id) if c.standing is not Standing.REPLACED]
        made = _made(office, store, duties, round_id, papers)
    fields = duties.licence_fields
    empty = tuple(one.id for one in fields if not any(licence[one.id] for licence in made))
    paths: list[Path] = []
    if made and not dry_run:
        paths = _written(office, duties, round_id, made)
        with office.registry.transaction() as store:
            keep(office, store, paths, kind="licences", round_id=round_id)
            office.note(store, "licences", round_id, f"{len(made)} licences exported")
    findings = _unknown(office, duties, papers)
    told = tuple(map(str, paths))
    return LicencesReport(round_id, len(made), len(papers) - len(made), empty, told, tuple(findings), dry_run)


def _made(
    office: Office, store: Store, duties: Duties, round_id: str, papers: list[Certificate]
) -> list[dict[str, str]]:
    entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
    issuers = {body.name: body for body in store.rounds.setup(round_id).institutions}
    found = []
    for paper in papers:
        award = office.catalogue.award(paper.award_id)
        kind = duties.licence_type(award.authority) if award.kind is AwardKind.QUALIFICATION else None
        if kind is not None:
            values = _values(paper, award, entries[paper.entry_id], kind)
            values |= _holder(entries[paper.entry_id], duties) | _issuer(paper, issuers)
            found.append({one.id: values.get(one.id, "") for one in duties.licence_fields})
    return found


def _values(paper: Certificate, award: Award, entry: Entry, kind: LicenceType) -> dict[str, str]:
    borne = {key: value for key, _, _, value in paper.face.fields}
    first = borne.get("first_issued_on", "")
    item = award.item.zh if award.item.zh not in {"", "--"} else award.category.zh
    return {
        "licence_id": "",  # given by the licence system, never by us
        "licence_type_code": kind.type_code,
        "number": paper.number,
        "title": paper.face.title,
        "issuer": paper.face.issuer,
        "issuer_division": entry.region,
        "first_issued_on": paper.issued_on.isoformat() if first in {"", paper.face.issued_words} else first,
        "issued_on": paper.issued_on.isoformat(),
        "valid_from": paper.valid_from.isoformat(),
        "valid_until": paper.valid_until.isoformat() if paper.valid_until else "",
        "name": paper.face.name,
        "document_no": borne.get("document_no") or entry.candidate.document.number,
        "category": item,
        "category_code": award.trade_code,
        "category_other": item if award.trade_code == _OTHER else "",
        "state": _STATES.get(paper.standing, ""),
    }


def _holder(entry: Entry, duties: Duties) -> dict[str, str]:
    person = entry.candidate
    code = duties.document_code(person.document.kind)
    return {
        "sex": person.sex,
        "sex_code": _SEX_CODES[person.sex],
        "document_kind": code.name.zh if code else "",
        "document_code": code.licence if code else "",
        "photo": person.photo,
    }


def _issuer(paper: Certificate, issuers: Mapping[str, Institution]) -> dict[str, str]:
    body = issuers.get(paper.face.issuer)
    return {"issuer_code": body.credit_code if body else ""}


def _written(office: Office, duties: Duties, round_id: str, made: list[dict[str, str]]) -> list[Path]:
    folder = Path(office.settings.out_folder) / "licences"
    folder.mkdir(parents=True, exist_ok=True)
    book, document = (folder / f"licences-{round_id}{suffix}" for suffix in (".xlsx", ".json"))
    write_whole(book, licence_bytes(duties.licence_fields, made))
    said = {
        "round": round_id,
        "standards": [_standard(one) for one in duties.licence_types],
        "fields": [_field(one) for one in duties.licence_fields],
        "licences": made,
    }
    write_whole(document, (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode())
    return [book, document]


def _standard(one: LicenceType) -> dict[str, str | bool]:
    return {
        "authority": one.authority.value,
        "standard": one.standard,
        "type_code": one.type_code,
        "fields_known": one.fields_known,
        "source": one.edition.source,
    }


def _field(one: LicenceField) -> dict[str, str]:
    return {
        "id": one.id,
        "group": one.group.zh,
        "zh": one.name.zh,
        "en": one.name.en,
        "mark": one.edition.mark.value,
        "source": one.edition.source,
    }


def _unknown(office: Office, duties: Duties, papers: list[Certificate]) -> list[Finding]:
    """Return a warning for each standard among the certificates whose own list of fields was not found."""
    authorities = {office.catalogue.award(paper.award_id).authority for paper in papers}
    what = Text(
        "该类电子证照的字段表未查到，按建筑施工证照的字段导出",
        "the list of fields of this licence was not found; those of the construction licence stand in",
    )
    return [
        Finding("licence-fields-unknown", what, said=one.standard or one.authority.value, severity="warning")
        for one in duties.licence_types
        if one.authority in authorities and not one.fields_known
    ]
