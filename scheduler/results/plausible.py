"""Whether one mark can be true: present or not, in range, items adding up, vetoes on veto items, assessors' means.

Only the mark and its component are asked; whether it is a pass is another matter (judge).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from scheduler.domain.catalogue import Component, Duty
from scheduler.domain.results import Attendance, ComponentMark
from scheduler.domain.wording import points_words
from scheduler.errors import Finding, Severity, Text, Where
from scheduler.results.judge import component_name

_SUM_TOLERANCE = 0.005
_MEAN_TOLERANCE = 0.01
"""Means are written with two decimals."""


def mark_findings(mark: ComponentMark, component: Component) -> list[Finding]:
    """Return all that is wrong with one mark of a component: presence, range, items, vetoes, assessors' means.

    Points lie between 0 and the component's full points; item marks add up to the total (within 0.005 points);
    where assessors marked apart, the total is their mean (within 0.01 points).
    """
    if mark.component_id != component.id:
        words = ("成绩属于另一科目", "is given the mark of another component")
        return [_finding(mark, component, "mark-component", words, said=mark.component_id)]
    if mark.attendance is not Attendance.PRESENT:
        return _not_present_findings(mark, component)
    if mark.pts is None:
        return [_finding(mark, component, "mark-missing", ("没有分数", "has no points"))]
    return [
        *_range_findings(mark, component, [(Text("总分", "total"), mark.pts, component.full_pts)]),
        *_item_findings(mark, component),
        *_veto_findings(mark, component),
        *_assessor_findings(mark, component),
    ]


def _not_present_findings(mark: ComponentMark, component: Component) -> list[Finding]:
    if mark.pts is None and not mark.items and not mark.assessors:
        return []
    words = ("缺考、取消资格或缓考的科目不应有分数", "has points although absent, barred or deferred")
    said = None if mark.pts is None else points_words(mark.pts)
    return [_finding(mark, component, "mark-without-presence", words, said=said)]


def _range_findings(
    mark: ComponentMark, component: Component, values: Iterable[tuple[Text, float, int]]
) -> list[Finding]:
    return [
        _finding(
            mark,
            component,
            "mark-range",
            (f"{name.zh}超出范围", f"{name.en} is out of range"),
            said=str(pts),
            expected=Text(f"0 至 {full} 分", f"0 to {full} points"),
        )
        for name, pts, full in values
        if not (math.isfinite(pts) and 0 <= pts <= full)
    ]


def _item_findings(mark: ComponentMark, component: Component) -> list[Finding]:
    if not mark.items or mark.pts is None:
        return []
    known = {item.id: item for item in component.items}
    given = Counter(item.item_id for item in mark.items)
    faults = (
        ("mark-item-unknown", ("分项不属于本科目", "has an item that is not its own"), set(given) - set(known)),
        ("mark-item-missing", ("缺少分项成绩", "lacks the mark of an item"), set(known) - set(given)),
        ("mark-item-twice", ("分项成绩重复", "has an item twice"), {i for i, n in given.items() if n > 1}),
    )
    found = [_finding(mark, component, rule, words, said="、".join(sorted(ids))) for rule, words, ids in faults if ids]
    items = [(known[item.item_id], item.pts) for item in mark.items if item.item_id in known]
    found += _range_findings(mark, component, [(item.name, pts, item.full_pts) for item, pts in items])
    total = math.fsum(item.pts for item in mark.items)
    if not found and abs(total - mark.pts) > _SUM_TOLERANCE:
        words = ("总分与分项合计不符", "differs from the sum of its items")
        expected = Text(f"分项合计 {points_words(total)} 分", f"the items' sum {points_words(total)}")
        said = points_words(mark.pts)
        found.append(_finding(mark, component, "mark-items-sum", words, said=said, expected=expected))
    return found


def _veto_findings(mark: ComponentMark, component: Component) -> list[Finding]:
    vetoes = sorted(item.id for item in component.items if item.veto)
    wrong = sorted(item.item_id for item in mark.items if item.vetoed and item.item_id not in vetoes)
    if not wrong:
        return []
    expected = Text("、".join(vetoes) or "本科目无否决项", ", ".join(vetoes) or "no veto item here")
    words = ("标记了否决，但该分项不是否决项", "marks a veto on an item that is no veto item")
    return [_finding(mark, component, "mark-veto", words, said="、".join(wrong), expected=expected)]


def _assessor_findings(mark: ComponentMark, component: Component) -> list[Finding]:
    if not mark.assessors or mark.pts is None:
        return []
    names = {a.assessor: Text(f"考评员{a.assessor}评分", f"the mark given by {a.assessor}") for a in mark.assessors}
    found = _range_findings(mark, component, [(names[a.assessor], a.pts, component.full_pts) for a in mark.assessors])
    if len(names) < len(mark.assessors):
        found.append(_finding(mark, component, "mark-assessor-twice", ("同一考评员重复评分", "has an assessor twice")))
    mean = math.fsum(a.pts for a in mark.assessors) / len(mark.assessors)
    if not found and abs(mean - mark.pts) > _MEAN_TOLERANCE:
        words = ("总分与考评员评分均值不符", "differs from the mean of the examiners")
        expected = Text(f"考评员评分均值 {points_words(mean)} 分", f"the mean of the examiners {points_words(mean)}")
        found.append(_finding(mark, component, "mark-mean", words, said=points_words(mark.pts), expected=expected))
    return found + _few_assessors(mark, component)


def _few_assessors(mark: ComponentMark, component: Component) -> list[Finding]:
    needed, n = component.staffing.at_least, len(mark.assessors)
    if component.staffing.duty is not Duty.ASSESS or n >= needed:
        return []
    words = ("独立评分的考评员人数不足", "was marked by too few examiners")
    expected = Text(f"至少 {needed} 名考评员", f"at least {needed} examiners")
    rule = "mark-assessors-few"
    return [_finding(mark, component, rule, words, said=str(n), expected=expected, severity="warning")]


def _finding(
    mark: ComponentMark,
    component: Component,
    rule: str,
    words: tuple[str, str],
    *,
    said: str | None = None,
    expected: Text | None = None,
    severity: Severity = "error",
) -> Finding:
    name = component_name(component)
    what = Text(f"{name.zh}：{words[0]}", f"{name.en} {words[1]}")
    return Finding(rule, what, Where(subject=mark.entry_id), said, expected, severity=severity)
