"""Passes of earlier rounds (成绩保留): which still spare a component on a day, and why others do not.

Used by assess only.
"""

from __future__ import annotations

from scheduler.domain.entries import CarriedPass
from scheduler.domain.wording import date_words
from scheduler.errors import Finding, Text
from scheduler.recognition.case import Case


def carried_over(case: Case) -> tuple[tuple[CarriedPass, ...], list[Finding]]:
    """Return the passes of earlier rounds that still spare a component, and why others do not."""
    good: dict[tuple[str, str], CarriedPass] = {}
    stale: list[Finding] = []
    ordered = sorted(
        set(case.entry.carried), key=lambda c: (c.component_id, c.award_id, c.passed_on, c.pts, c.good_until)
    )
    for one in ordered:
        if one.award_id not in {award.id for award in case.awards}:
            continue
        marks = {mark.component_id: mark.pass_pts for mark in case.scheme.award(one.award_id).pass_marks}
        why = _why_stale(case, one, marks.get(one.component_id))
        if why is None:
            good[one.award_id, one.component_id] = one
        else:
            stale.append(case.warning("carried-not-good", why, said=one.component_id))
    return tuple(good.values()), stale


def _why_stale(case: Case, one: CarriedPass, pass_pts: int | None) -> Text | None:
    if pass_pts is None:
        return Text("保留成绩的科目不属于所申请证书", "the component carried over is no part of the award")
    if one.pts < pass_pts:
        return Text(
            f"保留成绩低于合格分数 {pass_pts} 分", f"the points carried over are below the pass mark of {pass_pts}"
        )
    if one.good_until < case.on:
        until = date_words(one.good_until)
        return Text(f"保留成绩有效期至{until.zh}，已经失效", f"the pass carried over was valid until {until.en}")
    if one.passed_on > case.on:
        return Text("保留成绩的合格日期晚于核定日期", "the pass carried over is dated after the day of assessment")
    return None
