"""Reads the held certificates of a row, up to six sets of five columns. Used by ``entries.py`` only."""

from __future__ import annotations

import re

from scheduler.domain.catalogue import Award, Catalogue, NumberRule
from scheduler.domain.people import HeldCertificate
from scheduler.sheets.cells import Row
from scheduler.sheets.codes import Codes
from scheduler.sheets.columns_entries import HELD_SETS
from scheduler.sheets.faults import Pair

_PARTS: dict[str, Pair] = {
    "{document_no}": ("证件号码", "document number"),
    "{institution_code}": ("机构代码", "institution code"),
    "{province_code}": ("省份代码", "province code"),
    "{province_mark}": ("省份简称", "province abbreviation"),
    "{city_mark}": ("城市字母", "city letter"),
    "{site_serial}": ("站点序列号", "site serial"),
    "{trade_code}": ("工种代码", "trade code"),
    "{year}": ("年份", "year"),
    "{yy}": ("年份后两位", "last two digits of the year"),
    "{level}": ("等级", "level"),
    "{serial:06}": ("六位流水号", "six-digit serial"),
}
_IDENTITY = re.compile(r"\d{17}[\dX]")


def read_held(row: Row, catalogue: Catalogue, awards: Codes) -> tuple[HeldCertificate, ...]:
    """Read every set that holds anything; a half-filled or faulty set is noted and left out."""
    found = [
        _read_set(row, n, catalogue, awards)
        for n in range(1, HELD_SETS + 1)
        if any(row.has(f"held{n}_{part}") for part in ("award", "no", "from", "until", "holder"))
    ]
    held = [certificate for certificate in found if certificate]
    for n, certificate in enumerate(held):
        if any((c.award_id, c.number) == (certificate.award_id, certificate.number) for c in held[:n]):
            row.fault(
                "held1_no",
                "held-twice",
                (
                    f"同一证书填写了两次：{certificate.number}",
                    f"the same certificate stands twice: {certificate.number}",
                ),
                hint=("请删除一处", "delete one of them"),
            )
    return tuple(held)


def _read_set(row: Row, n: int, catalogue: Catalogue, awards: Codes) -> HeldCertificate | None:
    key = f"held{n}_"
    award_id = row.choice(f"{key}award", awards, "held-award-unknown", required=True)
    number = row.code(f"{key}no", "certificate-number-stored-as-number", required=True)
    holder = row.code(f"{key}holder", "id-number-stored-as-number", required=True)
    valid_from = row.day(f"{key}from", required=True)
    valid_until = row.day(f"{key}until")
    if valid_from and valid_until and valid_until < valid_from:
        row.fault(
            f"{key}until",
            "held-validity-reversed",
            ("有效期止早于有效期起", "it ends before it begins"),
            hint=("请核对证书", "check the certificate"),
        )
        return None
    if award_id is None or not number or not holder or valid_from is None:
        return None
    if (row.has(f"{key}until") and valid_until is None) or not _number_fits(row, n, catalogue.award(award_id), number):
        return None
    _compare_holder(row, n, number, holder)
    return HeldCertificate(award_id, number, valid_from, valid_until, holder)


def _number_fits(row: Row, n: int, award: Award, number: str) -> bool:
    """Tell whether a number fits any edition of the award's rule: a held paper may be old."""
    rules = [rule for _, rule in award.number_rules if rule.pattern]
    if not rules or any(re.fullmatch(rule.pattern, number) for rule in rules):
        return True
    zh, en = (" / ".join(dict.fromkeys(words)) for words in zip(*(_form(rule) for rule in rules), strict=True))
    row.fault(
        f"held{n}_no",
        "held-number-pattern",
        (f"编号不符合{award.name.zh}的编号规则", f"the number does not fit the rule of {award.name.en}"),
        expected=(zh, en),
        hint=("请按证书原样填写", "write it exactly as on the certificate"),
    )
    return False


def _form(rule: NumberRule) -> Pair:
    """Word a numbering rule for people; where it has no template the pattern itself is shown."""
    zh = en = rule.template
    for name, words in _PARTS.items():
        zh, en = zh.replace(name, f"〈{words[0]}〉"), en.replace(name, f"<{words[1]}>")
    return (zh, en) if rule.template else (rule.pattern, rule.pattern)


def _compare_holder(row: Row, n: int, number: str, holder: str) -> None:
    inside = _IDENTITY.search(number)
    if inside and len(holder) == 18 and len(number) <= 19 and inside[0] != holder:
        row.fault(
            f"held{n}_holder",
            "held-number-not-holder",
            (
                "证书编号中的证件号码与持证人证件号码不一致",
                "the certificate number holds another identity number than the holder's",
            ),
            hint=("请核对证书", "check the certificate"),
            severity="warning",
        )
