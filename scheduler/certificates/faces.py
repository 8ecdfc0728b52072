"""What stands on each certificate (证书内容): plain words, decided once, as printed.

Used by the office before printing. Nothing here draws; where a word stands on the paper is layout.py's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from scheduler.certificates.forms import Form, form_for
from scheduler.domain.calendar import add_months
from scheduler.domain.catalogue import Award, Validity
from scheduler.domain.certificates import Face
from scheduler.domain.entries import Entry
from scheduler.domain.identity import DocumentKind
from scheduler.domain.places import Institution
from scheduler.domain.wording import date_words, level_words, span_words
from scheduler.errors import Finding, IssuanceError, Text, Where

NONE_WORDS = "--"
"""What stands where an occupation has no trade or direction; never empty. Source: 人社鉴发〔2021〕1号."""

_DOCUMENT_WORDS = {
    DocumentKind.CITIZEN_ID: "居民身份证",
    DocumentKind.RESIDENCE_PERMIT: "港澳台居民居住证",
    DocumentKind.PASSPORT: "护照",
}


def make_face(
    entry: Entry,
    award: Award,
    issuer: Institution,
    *,
    number: str,
    issued_on: date,
    inquiry_code: str,
    verify_base: str,
    validity: Validity | None = None,
    first_issued_on: date | None = None,
    together: Sequence[Award] = (),
) -> Face:
    """Return the face of one certificate.

    Args:
        entry: Whose it is; name and document as they stand there.
        award: What was earned.
        issuer: Who issues it; its name is printed exactly as filed.
        number: Number of the certificate.
        issued_on: Day printed as date of issue.
        inquiry_code: 80 random bits in base32.
        verify_base: Address of the verification page, without query.
        validity: Rule of validity; None takes the award's rule in force on the day of issue.
        first_issued_on: First issue where an earlier certificate is renewed; None is the day of issue.
        together: All awards earned in the same exam; others than this one are named in the statement.

    Raises:
        IssuanceError: A field would be empty, or no form or validity is in force. The findings name the candidate.

    Source: domain tables B1 and B2; fields word for word and in order from forms.toml.
    """
    form = form_for(award, issued_on)
    rule = validity or _validity_on(award, issued_on)
    values = _values(entry, award, issuer, number, issued_on) | _dates(rule, first_issued_on or issued_on, issued_on)
    title = form.title or award.name
    statement = _statement(form, award, [other for other in together if other.id != award.id])
    return Face(
        template=award.template or award.kind.value,
        kind=award.kind,
        award_id=award.id,
        number=number,
        title=title.zh,
        title_en=title.en,
        name=entry.candidate.name,
        fields=_rows(form, values, entry.candidate.name),
        statement=statement.zh,
        statement_en=statement.en,
        issuer=issuer.name,
        issuer_en=issuer.name_en,
        issued_on=issued_on,
        issued_words=date_words(issued_on).zh,
        inquiry_code=inquiry_code,
        verify_address=_address(verify_base, number, entry.candidate.document.number, inquiry_code),
        inquiry_lines=form.inquiry,
    )


def valid_until(validity: Validity, issued_on: date) -> date | None:
    """Return the last day in force: the day before the same day so many months later; None where there is no end."""
    return None if validity.months is None else add_months(issued_on, validity.months) - timedelta(days=1)


def _validity_on(award: Award, day: date) -> Validity:
    found = next((validity for validity in award.validities if validity.edition.in_force(day)), None)
    if found is None:
        raise IssuanceError(
            Text(f"{award.name.zh}在{day}没有有效期规定", f"no validity rule of {award.name.en} on {day}")
        )
    return found


def _values(entry: Entry, award: Award, issuer: Institution, number: str, issued_on: date) -> dict[str, str]:
    person = entry.candidate
    item = award.item.zh or NONE_WORDS
    coded = item if item != NONE_WORDS else award.category.zh
    return {
        "name": person.name,
        "sex": person.sex,
        "document_kind": _DOCUMENT_WORDS[person.document.kind],
        "document_no": person.document.number,
        "occupation": award.category.zh,
        "direction": item,
        "category": award.category.zh,
        "item": item,
        "coded_item": f"{coded}（{award.trade_code}）" if award.trade_code else coded,
        "level": level_words(award.level).zh if award.level else "",
        "number": number,
        "issuer": issuer.name,
        "credit_code": issuer.credit_code,
        "issued_on": date_words(issued_on).zh,
    }


def _dates(validity: Validity, first_issued_on: date, issued_on: date) -> dict[str, str]:
    review = validity.review_months
    return {
        "first_issued_on": date_words(first_issued_on).zh,
        "validity": span_words(issued_on, valid_until(validity, issued_on)).zh,
        "review_on": date_words(add_months(issued_on, review)).zh if review else "",
    }


def _rows(form: Form, values: dict[str, str], name: str) -> tuple[tuple[str, str, str, str], ...]:
    rows = [(f.key, f.label.zh, f.label.en, values[f.key]) for f in form.fields if values[f.key] or not f.only_if_known]
    empty = [(label, label_en) for _, label, label_en, value in rows if not value.strip()]
    if empty:
        raise IssuanceError(
            Text(f"{name}的证书内容不完整", f"the certificate of {name} is not complete"),
            [
                Finding(
                    "face-field-empty",
                    Text(f"证书栏目“{label}”没有内容", f"the field {label_en!r} of the certificate is empty"),
                    Where(subject=name),
                )
                for label, label_en in empty
            ],
        )
    return tuple(rows)


def _statement(form: Form, award: Award, others: Sequence[Award]) -> Text:
    level = level_words(award.level) if award.level else Text("", "")
    work = award.category
    if award.item.zh not in {"", NONE_WORDS, award.category.zh}:
        work = Text(f"{work.zh}（{award.item.zh}）", f"{work.en} ({award.item.en})")
    zh = form.statement.zh.format(category=award.category.zh, work=work.zh, level=level.zh)
    en = form.statement.en.format(category_en=award.category.en, work_en=work.en, level_en=level.en)
    if others:
        zh += "同时取得" + "、".join(_also(other).zh for other in others) + "。"
        en += " Also earned in this examination: " + "; ".join(_also(other).en for other in others) + "."
    return Text(zh, en)


def _also(award: Award) -> Text:
    if award.level:
        level = level_words(award.level)
        return Text(f"《职业技能等级证书》（{award.category.zh}{level.zh}）", f"{award.category.en}, {level.en}")
    return Text(f"《{award.name.zh}》", award.name.en)


def _address(base: str, number: str, document_no: str, inquiry_code: str) -> str:
    """Return the address inside the QR code.

    A number that holds the identity number stays out: whoever scans the code must not learn it. The code alone finds it.
    """
    query = {"c": inquiry_code} if document_no in number else {"n": number, "c": inquiry_code}
    return f"{base.rstrip('/?')}?{urlencode(query)}"
