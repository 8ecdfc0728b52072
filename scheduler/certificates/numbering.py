"""Numbers of certificates (证书编号): built from facts by an award's rule, or taken from outside and checked.

Used by the office, which keeps the counters; whether a number is free is the database's to say, never this file's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from string import Formatter

from scheduler.domain.catalogue import Award, NumberRule
from scheduler.domain.entries import Entry
from scheduler.domain.places import Institution
from scheduler.errors import Finding, IssuanceError, Text, Where

Fact = str | int

_FACT_NAMES = {
    "document_no": Text("证件号码", "identity document number"),
    "institution_code": Text("机构代码", "institution code"),
    "province_code": Text("省份代码", "province code"),
    "province_mark": Text("省份简称", "province abbreviation"),
    "city_mark": Text("城市字母", "city letter"),
    "site_serial": Text("站点序列号", "site serial"),
    "trade_code": Text("工种代码", "trade code"),
    "year": Text("发证年份", "year of issue"),
    "level": Text("技能等级", "skill level"),
    "serial": Text("流水号", "serial"),
}


class Year(int):
    """A year that words itself in four digits, and in its last two where the format asks for a width of two."""

    def __format__(self, spec: str) -> str:
        if re.fullmatch(r"0?2d?", spec):
            return f"{self % 100:02d}"
        return format(int(self), spec)


def facts_for(entry: Entry, award: Award, issuer: Institution, issued_on: date) -> dict[str, Fact]:
    """Return all facts that a number may be built from; a fact that is not known is left out.

    ``year`` words itself as 2026 for ``{year}`` and as 26 for ``{year:02}``; ``yy`` is always the last two digits.
    """
    marks = issuer.number_marks
    known: dict[str, Fact | None] = {
        "document_no": entry.candidate.document.number,
        "institution_code": issuer.number_code,
        "province_code": issuer.province_code or entry.region[:2],
        "province_mark": marks[:1],
        "city_mark": marks[1:],
        "site_serial": issuer.site_serial,
        "trade_code": award.trade_code,
        "year": Year(issued_on.year),
        "yy": f"{issued_on.year % 100:02d}",
        "level": award.level,
    }
    return {name: fact for name, fact in known.items() if fact not in (None, "")}


def series(rule: NumberRule, facts: Mapping[str, Fact]) -> str:
    """Return the key of the counter that a number's serial comes from; empty when the rule counts nothing.

    Raises:
        IssuanceError: A fact that the scope names is missing.
    """
    return _filled(rule.scope, facts)


def number(rule: NumberRule, facts: Mapping[str, Fact], serial: int | None = None) -> str:
    """Return the number of a certificate.

    Args:
        rule: The award's rule in force on the day of issue.
        facts: As `facts_for` returns them.
        serial: Next value of the counter named by `series`, from 1; None where the rule counts nothing.

    Raises:
        IssuanceError: The rule takes numbers from outside, a fact is missing, the serial does not fit its digits, or the
            number would break the rule's own pattern. The findings say which.
    """
    if rule.imported or not rule.template:
        raise _refused(Finding(
            "number-imported", Text("此证书的编号由外部提供，不得自行编制", "numbers of this award come from outside"),
            hint=Text("请用编号表读入", "import them with a numbers sheet"),
        ))  # fmt: skip
    _check_serial(rule, serial)
    whole = _filled(rule.template, facts if serial is None else {**facts, "serial": serial})
    wrong = number_findings(rule, whole)
    if wrong:
        raise _refused(*wrong)
    return whole


def number_findings(rule: NumberRule, whole: str, where: Where | None = None) -> list[Finding]:
    """Return what is wrong with a whole number, built or imported; empty when it matches the rule's pattern."""
    if re.fullmatch(rule.pattern, whole):
        return []
    return [
        Finding(
            "number-pattern",
            Text("证书编号不符合编码规则", "the certificate number does not match its rule"),
            where or Where(subject=whole),
            said=whole,
            expected=Text(rule.pattern, rule.pattern),
            hint=Text(
                "请核对机构代码、站点序列号等编号要素", "check institution code, site serial and the other parts"
            ),
        )
    ]


def _filled(template: str, facts: Mapping[str, Fact]) -> str:
    missing = [name for name in _names(template) if facts.get(name) in (None, "")]
    if missing:
        raise _refused(*(_missing(name) for name in missing))
    return template.format_map(facts)


def _names(template: str) -> list[str]:
    names = (re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(template) if name is not None)
    return list(dict.fromkeys(names))


def _check_serial(rule: NumberRule, serial: int | None) -> None:
    widths = [int(found[0]) for _, name, spec, _ in Formatter().parse(rule.template)
              if name == "serial" and (found := re.findall(r"\d+", spec or ""))]  # fmt: skip
    if serial is None or not widths:
        return
    last = int("9" * min(widths))
    if not 1 <= serial <= last:
        raise _refused(Finding(
            "number-serial-range",
            Text("流水号超出编码规则的位数", "the serial does not fit the digits of the rule"),
            said=str(serial),
            expected=Text(f"1 至 {last}", f"1 to {last}"),
            hint=Text("请向主管部门申请新的站点序列号", "ask the authority for a new site serial"),
        ))  # fmt: skip


def _missing(name: str) -> Finding:
    words = _FACT_NAMES.get(name, Text(name, name))
    return Finding(
        "number-fact-missing",
        Text(f"编号缺少{words.zh}", f"the number lacks its {words.en}"),
        Where(path=name),
        hint=Text("请在机构设置中补全", "fill it in in the institution's set-up"),
    )


def _refused(*findings: Finding) -> IssuanceError:
    return IssuanceError(Text("无法编制证书编号", "no certificate number can be made"), findings)
