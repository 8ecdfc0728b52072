"""One component under the eyes of one award: met or not, since when, and the sentence that says why.

Shared by decide (verdicts) and resits (what comes round again), so that both read a mark the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from scheduler.domain.calendar import add_months
from scheduler.domain.catalogue import Component, ComponentKind, PassMark, Scheme, SchemeAward
from scheduler.domain.entries import CarriedPass, Entry, Exemption
from scheduler.domain.results import Attendance, ComponentMark
from scheduler.domain.wording import date_words, points_words
from scheduler.errors import InputError, Text


class State(StrEnum):
    """How a component stands for one award."""

    EXEMPT = "exempt"
    CARRIED = "carried"
    PASSED = "passed"
    BELOW = "below"
    VETOED = "vetoed"
    ABSENT = "absent"
    BARRED = "barred"
    DEFERRED = "deferred"
    MISSING = "missing"


MET = frozenset({State.EXEMPT, State.CARRIED, State.PASSED})
_OF_ATTENDANCE = {
    Attendance.ABSENT: State.ABSENT,
    Attendance.BARRED: State.BARRED,
    Attendance.DEFERRED: State.DEFERRED,
}
_KIND_NAMES = {
    ComponentKind.THEORY: Text("理论", "theory"),
    ComponentKind.PRACTICAL: Text("实操", "practical"),
    ComponentKind.HOT_WORK: Text("动火作业安全管理", "hot-work safety management"),
    ComponentKind.OTHER: Text("其他科目", "other component"),
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """One component judged for one award."""

    award_id: str
    component_id: str
    state: State
    sentence: Text
    good_until: date | None = None
    """Last day on which a passed or carried component completes the award; None for all other states."""

    @property
    def met(self) -> bool:
        """Tell whether the award asks nothing more of this component."""
        return self.state in MET


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one entry, keyed for judging."""

    marks: Mapping[str, ComponentMark]
    """Marks by component id."""
    exemptions: Mapping[tuple[str, str], Exemption]
    """Exemptions by award id and component id."""
    carried: Mapping[tuple[str, str], CarriedPass]
    """Carried passes by award id and component id."""
    decided_on: date


def record_of(
    entry: Entry, exemptions: tuple[Exemption, ...], marks: Mapping[str, ComponentMark], decided_on: date
) -> Record:
    """Key an entry's exemptions and carried passes; of two carried passes the one that lasts longer counts."""
    carried = {(c.award_id, c.component_id): c for c in sorted(entry.carried, key=lambda c: c.good_until)}
    return Record(marks, {(e.award_id, e.component_id): e for e in exemptions}, carried, decided_on)


def judge_award(scheme: Scheme, award: SchemeAward, record: Record) -> tuple[Judgement, ...]:
    """Judge every component that an award needs, in the scheme's order.

    Raises:
        InputError: The award asks for nothing, or for a component that is not in the scheme; nothing is earned for free.
    """
    asked = {mark.component_id: mark for mark in award.pass_marks}
    components = [component for component in scheme.components if component.id in asked]
    if not asked or len(components) < len(asked):
        what = Text(
            f"方案 {scheme.id} 中 {award.award_id} 的合格条件与科目不符",
            f"what {award.award_id} asks for does not fit the components of scheme {scheme.id}",
        )
        raise InputError(what)
    last_day = _last_day(award, record)
    return tuple(_judge(component, asked[component.id], award, record, last_day) for component in components)


def _last_day(award: SchemeAward, record: Record) -> date:
    """Return the day a carried pass must reach: the last day this award's components were sat, else the decision's."""
    needed = {mark.component_id for mark in award.pass_marks}
    sat = [m.sat_on for m in record.marks.values() if m.component_id in needed and m.sat_on]
    return max(sat, default=record.decided_on)


def _judge(component: Component, asked: PassMark, award: SchemeAward, record: Record, last_day: date) -> Judgement:
    key = (award.award_id, component.id)
    name = component_name(component)
    exemption = record.exemptions.get(key)
    if exemption is not None:
        return Judgement(*key, State.EXEMPT, _exempt_words(name, exemption))
    mark = record.marks.get(component.id)
    fresh = _judge_mark(component, asked, award, mark, record.decided_on)
    carried = record.carried.get(key)
    if carried is None or fresh.state is State.PASSED:
        return fresh
    if last_day <= carried.good_until:
        return Judgement(*key, State.CARRIED, _carried_words(name, carried), carried.good_until)
    if mark is None:
        return Judgement(*key, State.MISSING, _lapsed_words(name, carried))
    return fresh


def _judge_mark(
    component: Component, asked: PassMark, award: SchemeAward, mark: ComponentMark | None, decided_on: date
) -> Judgement:
    key = (award.award_id, component.id)
    name = component_name(component)
    if mark is not None and mark.attendance in _OF_ATTENDANCE:
        state = _OF_ATTENDANCE[mark.attendance]
        return Judgement(*key, state, _not_sat_words(name, state, award))
    if mark is None or mark.pts is None:
        return Judgement(*key, State.MISSING, Text(f"{name.zh}尚无成绩", f"{name.en}: no mark yet"))
    pts = shown_points(mark.pts)
    if not reaches(mark.pts, asked.pass_pts):
        zh = f"{name.zh} {pts} 分，低于本证书合格线 {asked.pass_pts} 分"
        en = f"{name.en} {pts}, below the pass mark {asked.pass_pts} of this award"
        return Judgement(*key, State.BELOW, Text(zh, en))
    vetoes = failed_vetoes(mark, component)
    good_until = good_until_of(mark, award, decided_on)
    if vetoes is None:
        zh = f"{name.zh} {pts} 分，达到本证书合格线 {asked.pass_pts} 分"
        en = f"{name.en} {pts}, reaches the pass mark {asked.pass_pts} of this award"
        return Judgement(*key, State.PASSED, Text(zh, en), good_until)
    if asked.vetoes_count:
        zh = f"{name.zh} {pts} 分，但否决项“{vetoes.zh}”未通过，本证书该科目不合格"
        en = f"{name.en} {pts}, but the veto item {vetoes.en} was failed, which fails the component for this award"
        return Judgement(*key, State.VETOED, Text(zh, en))
    zh = f"{name.zh} {pts} 分，达到本证书合格线 {asked.pass_pts} 分；否决项“{vetoes.zh}”未通过，本证书不计否决"
    en = (
        f"{name.en} {pts}, reaches the pass mark {asked.pass_pts} of this award; "
        f"the failed veto item {vetoes.en} does not count for it"
    )
    return Judgement(*key, State.PASSED, Text(zh, en), good_until)


def good_until_of(mark: ComponentMark, award: SchemeAward, decided_on: date) -> date:
    """Return the last day a mark stays good for an award, counted from the day sat, else from the decision."""
    return add_months(mark.sat_on or decided_on, award.result_months)


def reaches(pts: float, pass_pts: int) -> bool:
    """Compare points with a pass mark; sums of decimals such as 79.99999999 count as the 80 they mean."""
    return round(pts, 6) >= pass_pts


def shown_points(pts: float) -> str:
    """Word points, cut and never rounded up, so that 79.996 is not shown as a passed 80."""
    if round(pts, 6) != pts:
        pts = round(pts, 6)
    try:
        return points_words(float(Decimal(str(pts)).quantize(Decimal("0.01"), ROUND_FLOOR)))
    except ArithmeticError:
        return str(pts)


def failed_vetoes(mark: ComponentMark, component: Component) -> Text | None:
    """Name the veto items of a component that were failed; None when there is none."""
    failed = {item.item_id for item in mark.items if item.vetoed}
    names = [item for item in component.items if item.veto and item.id in failed]
    if not names:
        return None
    return Text("、".join(item.name.zh for item in names), ", ".join(item.name.en for item in names))


def component_name(component: Component) -> Text:
    """Return a component's name, or the name of its kind where it has none."""
    return component.name if component.name.zh else _KIND_NAMES[component.kind]


def _exempt_words(name: Text, exemption: Exemption) -> Text:
    rule, clause = exemption.recognition_id, exemption.clause
    return Text(
        f"{name.zh}免考：依据互认规则 {rule}（{clause.zh}）",
        f"{name.en}: exempt by recognition rule {rule} ({clause.en})",
    )


def _carried_words(name: Text, carried: CarriedPass) -> Text:
    passed, until, pts = date_words(carried.passed_on), date_words(carried.good_until), shown_points(carried.pts)
    return Text(
        f"{name.zh}沿用{passed.zh}合格成绩 {pts} 分，保留至{until.zh}",
        f"{name.en}: the pass of {passed.en} with {pts} points is carried over, good until {until.en}",
    )


def _lapsed_words(name: Text, carried: CarriedPass) -> Text:
    until = date_words(carried.good_until)
    return Text(
        f"{name.zh}原合格成绩已于{until.zh}到期，且尚无新成绩",
        f"{name.en}: the earlier pass was good until {until.en} and there is no new mark",
    )


def _not_sat_words(name: Text, state: State, award: SchemeAward) -> Text:
    if state is State.ABSENT:
        return Text(f"{name.zh}缺考", f"{name.en}: absent")
    if state is State.DEFERRED:
        return Text(
            f"{name.zh}缓考，不计为不合格，待以后批次补考", f"{name.en}: deferred to a later round; not a failure"
        )
    if award.resit_if_barred:
        return Text(f"{name.zh}被取消考试资格", f"{name.en}: barred")
    return Text(
        f"{name.zh}被取消考试资格，本证书规则未允许补考，须重新报名",
        f"{name.en}: barred; the rules of this award allow no resit, so a new entry is needed",
    )
