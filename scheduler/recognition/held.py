"""Which certificates an applicant brings that count on a day, and why the others do not.

Used by assess only. Exemptions and levels are not known here.
"""

from __future__ import annotations

import re
from datetime import date
from string import Formatter

from scheduler.domain.catalogue import Award, Catalogue
from scheduler.domain.entries import Entry
from scheduler.domain.identity import mask
from scheduler.domain.people import HeldCertificate
from scheduler.domain.wording import date_words
from scheduler.errors import Finding, Text, Where
from scheduler.recognition.statement import award_words

_STANDINGS = {"revoked": Text("撤销", "revoked"), "cancelled": Text("注销", "cancelled")}


def accepted(entry: Entry, catalogue: Catalogue, on: date) -> tuple[tuple[HeldCertificate, ...], list[Finding]]:
    """Return the certificates that are the applicant's own, genuine in form and in force on a day, sorted; and why others are not.

    Source: circular of 9 January 2026, part 1: "legal and valid" certificates.
    """
    good: list[HeldCertificate] = []
    findings: list[Finding] = []
    for held in sorted(set(entry.held), key=_order):
        faults = _faults(entry, held, catalogue, on)
        findings += faults
        if not faults:
            good.append(held)
    return tuple(good), findings


def near_miss(entry: Entry, held: HeldCertificate, rule: str, what: Text, hint: Text | None = None) -> Finding:
    """Return the warning that a certificate did not help; its number is masked."""
    where = Where(subject=entry.candidate.name)
    return Finding(rule, what, where, mask(held.number), hint=hint, severity="warning")


def _order(held: HeldCertificate) -> tuple[str, str, date, date, str, str]:
    until = held.valid_until or date.max
    return held.award_id, held.number, held.valid_from, until, held.holder_document_no, held.standing


def _faults(entry: Entry, held: HeldCertificate, catalogue: Catalogue, on: date) -> list[Finding]:
    award = next((award for award in catalogue.awards if award.id == held.award_id), None)
    if award is None:
        what = Text(
            f"目录中没有证书种类“{held.award_id}”，所持证书不予采用",
            f"the catalogue has no award {held.award_id}; not counted",
        )
        return [near_miss(entry, held, "held-award-unknown", what)]
    return [
        fault
        for fault in (
            _wrong_holder(entry, held, award),
            _wrong_number(entry, held, award),
            _out_of_standing(entry, held, award),
            _out_of_time(entry, held, award, on),
        )
        if fault
    ]


def _wrong_holder(entry: Entry, held: HeldCertificate, award: Award) -> Finding | None:
    if held.holder_document_no == entry.candidate.document.number:
        return None
    words = award_words(award)
    what = Text(
        f"所持{words.zh}上的证件号码与申报人不一致，属他人证书，不予采用",
        f"the {words.en} carries another person's document number and is not counted",
    )
    hint = Text("请核对证书和身份证件", "compare certificate and identity document")
    return near_miss(entry, held, "held-other-person", what, hint)


def _wrong_number(entry: Entry, held: HeldCertificate, award: Award) -> Finding | None:
    """Old certificates keep old numbers, so any edition of the rule will do; a number made of the holder's must name the holder."""
    words = award_words(award)
    fits = [(rule, re.fullmatch(rule.pattern, held.number)) for _, rule in award.number_rules]
    rules = [rule for rule, fit in fits if fit and fit.groupdict().get("level", str(award.level)) == str(award.level)]
    if not rules:
        patterns = " | ".join(rule.pattern for _, rule in award.number_rules)
        what = Text(
            f"所持{words.zh}的证书编号不符合编号规则或等级，不予采用",
            f"the number of the {words.en} does not match its rule or level; not counted",
        )
        hint = Text(f"编号应符合 {patterns}", f"the number should match {patterns}")
        return near_miss(entry, held, "held-number-pattern", what, hint)
    names_holder = [
        rule for rule in rules if {name for _, name, _, _ in Formatter().parse(rule.template)} == {"document_no"}
    ]
    if (
        names_holder
        and re.fullmatch(r"[A-Z]?\d{17}[\dX]", held.number)
        and not held.number.endswith(held.holder_document_no)
    ):
        what = Text(
            f"所持{words.zh}的证书编号含他人证件号码，不予采用",
            f"the number of the {words.en} contains another person's document number; not counted",
        )
        return near_miss(entry, held, "held-other-person", what)
    return None


def _out_of_standing(entry: Entry, held: HeldCertificate, award: Award) -> Finding | None:
    if held.standing == "valid":
        return None
    words, state = award_words(award), _STANDINGS[held.standing]
    what = Text(f"所持{words.zh}已被{state.zh}，不予采用", f"the {words.en} has been {state.en} and is not counted")
    return near_miss(entry, held, f"held-{held.standing}", what)


def _out_of_time(entry: Entry, held: HeldCertificate, award: Award, on: date) -> Finding | None:
    words, day = award_words(award), date_words(on)
    if on < held.valid_from:
        start = date_words(held.valid_from)
        what = Text(
            f"所持{words.zh}自{start.zh}起有效，在{day.zh}尚未生效，不予采用",
            f"the {words.en} holds from {start.en}; on {day.en} it was not yet in force and is not counted",
        )
        return near_miss(entry, held, "held-not-yet-valid", what)
    if held.valid_until is not None and held.valid_until < on:
        end = date_words(held.valid_until)
        what = Text(
            f"所持{words.zh}有效期至{end.zh}，在{day.zh}已经失效，不予采用",
            f"the {words.en} ran until {end.en}; on {day.en} it had expired and is not counted",
        )
        hint = Text("请在考试日前换发后重新提交", "hand in a renewed certificate before the exam")
        return near_miss(entry, held, "held-expired", what, hint)
    return None
