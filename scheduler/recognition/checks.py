"""How dated facts must fit together: editions without overlap or hole, numbers that match their own pattern, rules that agree.

Used by the shelf only; each check notes its findings on the record it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import pairwise
from string import Formatter

from scheduler.domain.catalogue import Award, AwardKind, ComponentKind, Edition, NumberRule, Recognition
from scheduler.errors import Text
from scheduler.recognition.records import UNREAD, Record

_SAMPLE: dict[str, str | int] = {
    "document_no": "99010019900101001X",
    "institution_code": "S0000",
    "province_code": "42",
    "province_mark": "鄂",
    "city_mark": "E",
    "site_serial": "000001",
    "trade_code": "01",
    "year": 2026,
    "yy": "26",
    "level": 5,
    "serial": 1,
}


def edition_faults(record: Record, key: str, editions: Sequence[Edition], whole: Edition) -> None:
    """Note editions of one fact that overlap, or leave a day of ``whole`` without any."""
    if UNREAD in {edition.in_force_from for edition in (*editions, whole)}:
        return
    ordered = sorted(editions, key=lambda edition: edition.in_force_from)
    for earlier, later in pairwise(ordered):
        if earlier.in_force_until is None or earlier.in_force_until >= later.in_force_from:
            day = later.in_force_from
            record.fault("edition-overlap", Text(f"{day} 起有两个版本同时有效", f"two editions hold on {day}"), key=key)
        elif earlier.in_force_until + timedelta(days=1) < later.in_force_from:
            day = earlier.in_force_until + timedelta(days=1)
            record.fault("edition-hole", Text(f"{day} 起没有有效版本", f"no edition holds from {day}"), key=key)
    if not ordered or ordered[0].in_force_from > whole.in_force_from:
        day = whole.in_force_from
        record.fault("edition-hole", Text(f"{day} 起没有有效版本", f"no edition holds from {day}"), key=key)
    elif (last := ordered[-1].in_force_until) and (whole.in_force_until is None or last < whole.in_force_until):
        record.fault("edition-hole", Text(f"{last} 之后没有有效版本", f"no edition holds after {last}"), key=key)


def number_faults(record: Record, rule: NumberRule) -> None:
    """Note a pattern that is no regular expression, a template it refuses, and a counter without a serial."""
    try:
        re.compile(rule.pattern)
    except re.error as error:
        record.fault(
            "number-pattern-broken", Text(f"不是正则表达式：{error}", f"no regular expression: {error}"), key="pattern"
        )
        return
    if rule.imported:
        return
    names = _names(rule.template) | _names(rule.scope)
    for name in sorted(names - set(_SAMPLE)):
        wanted = Text("、".join(_SAMPLE), ", ".join(_SAMPLE))
        record.fault(
            "number-template",
            Text(f"不认识的编号要素“{name}”", f"unknown name {name}"),
            key="template",
            expected=wanted,
        )
    if names <= set(_SAMPLE):
        _sample_faults(record, rule, {}, "template")
    if ("serial" in _names(rule.template)) != bool(rule.scope):
        what = Text("有流水号则须有计数范围，反之亦然", "a serial needs a scope, and a scope a serial")
        record.fault("number-template", what, key="scope")


def award_faults(record: Record, award: Award) -> None:
    """Note what contradicts itself within one award."""
    edition_faults(record, "validities", [validity.edition for validity in award.validities], award.edition)
    edition_faults(record, "numbers", [edition for edition, _ in award.number_rules], award.edition)
    if (award.kind is AwardKind.SKILL_LEVEL) != (award.level is not None):
        what = Text("技能等级证书须有等级，其他证书不得有", "skill levels need a level, other awards must have none")
        record.fault("award-level", what, key="level")
    if award.level not in {None, 1, 2, 3, 4, 5}:
        record.fault("award-level", Text("等级须为 5 至 1", "a level is 5 to 1"), key="level")
    for _, rule in award.number_rules:
        own: dict[str, str | int] = {"trade_code": award.trade_code}
        if award.level is not None:
            own["level"] = award.level
        if not rule.imported and _names(rule.template) & set(own):
            _sample_faults(record, rule, own, "numbers")


def recognition_faults(
    record: Record, rule: Recognition, target_kinds: Iterable[ComponentKind], others: Iterable[Recognition]
) -> None:
    """Note a rule that spares nothing there is, overlaps another for the same pair, or gives one certificate two levels."""
    missing = [kind for kind in rule.exempt_kinds if kind not in set(target_kinds)]
    if missing:
        words = ", ".join(missing)
        record.fault(
            "catalogue-dangling",
            Text(f"所申请证书没有科目 {words}", f"the award applied for has no {words}"),
            key="exempt",
        )
    if not 1 <= rule.next_level <= rule.counts_as_level <= 5:
        what = Text(
            "可申报等级须不低于比照等级，均为 5 至 1",
            "the next level must not lie below the level counted as; both 5 to 1",
        )
        record.fault("award-level", what, key="next_level")
    rivals = [r for r in others if r.held_award_id == rule.held_award_id and _overlap(r.edition, rule.edition)]
    for other in [rival for rival in rivals if rival.target_award_id == rule.target_award_id][:1]:
        what = Text(f"与规则 {other.id} 同时有效", f"rule {other.id} holds at the same time")
        record.fault("edition-overlap", what, key="in_force_from")
    for other in [rival for rival in rivals if _counts(rival) != _counts(rule)][:1]:
        what = Text(f"与规则 {other.id} 的等级比照不一致", f"rule {other.id} counts the same certificate otherwise")
        record.fault("levels-disagree", what, key="counts_as_level")


def _sample_faults(record: Record, rule: NumberRule, own: dict[str, str | int], key: str) -> None:
    try:
        sample = rule.template.format_map(_SAMPLE | own)
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        record.fault(
            "number-template", Text(f"编号模板无法填写：{error}", f"the template cannot be filled: {error}"), key=key
        )
        return
    if not re.fullmatch(rule.pattern, sample):
        wanted = Text(f"符合 {rule.pattern}", f"something matching {rule.pattern}")
        what = Text(f"编号模板得到 {sample}，不符合规则", f"the template makes {sample}, which its pattern refuses")
        record.fault("number-template", what, key=key, expected=wanted)


def _names(template: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    except ValueError:
        return {template}


def _counts(rule: Recognition) -> tuple[int, int, str]:
    return rule.counts_as_level, rule.next_level, rule.occupation_code


def _overlap(one: Edition, other: Edition) -> bool:
    first, second = sorted((one, other), key=lambda edition: edition.in_force_from)
    return first.in_force_until is None or first.in_force_until >= second.in_force_from
