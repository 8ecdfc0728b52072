"""Marks, exemptions and carried passes become an Outcome: one verdict for each award applied for.

Pass marks and vetoes come from the scheme, never from code. Whether a mark is plausible is said by ``mark_findings``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from scheduler.domain.catalogue import Scheme
from scheduler.domain.entries import Entitlement, Entry
from scheduler.domain.results import ComponentMark, Outcome, Verdict
from scheduler.errors import InputError, Text
from scheduler.results.judge import judge_award, record_of
from scheduler.results.plausible import mark_findings
from scheduler.results.resits import resits_of

__all__ = ["decide", "mark_findings"]


def decide(
    entry: Entry,
    scheme: Scheme,
    entitlement: Entitlement,
    marks: Sequence[ComponentMark],
    decided_on: date,
) -> Outcome:
    """Decide every award an entry applied for, each by its own pass marks and vetoes.

    Args:
        entry: The application; its carried passes count while they are good.
        scheme: The joint exam applied for, with the pass rule of each award.
        entitlement: What the entry was spared; exempt components count as met.
        marks: Marks in any order; those of other entries or other exams are left aside.
        decided_on: Day of the decision.

    Raises:
        InputError: One component has two marks, the entitlement is another entry's, or an award asks for what the
            scheme does not examine.
        KeyError: The entry asks for an award that the scheme cannot earn.

    Source:
        Circular of 9 January 2026, part 2(2): one test, several certificates; each authority keeps its own pass rule.
    """
    if entitlement.entry_id != entry.id:
        raise InputError(
            Text(
                f"应考与免考说明 {entitlement.entry_id} 不属于报名 {entry.id}",
                f"the entitlement statement {entitlement.entry_id} is not that of entry {entry.id}",
            )
        )
    kept = _marks_of(entry, scheme, marks)
    record = record_of(entry, entitlement.exemptions, {mark.component_id: mark for mark in kept}, decided_on)
    wanted = {award_id: scheme.award(award_id) for award_id in entry.award_ids}
    judged = [judge_award(scheme, award, record) for award in scheme.awards if award.award_id in wanted]
    verdicts = tuple(
        Verdict(award[0].award_id, all(j.met for j in award), tuple(j.sentence for j in award)) for award in judged
    )
    return Outcome(entry.id, kept, verdicts, resits_of(scheme, record, entry.award_ids), decided_on)


def _marks_of(entry: Entry, scheme: Scheme, marks: Sequence[ComponentMark]) -> tuple[ComponentMark, ...]:
    place = {component.id: n for n, component in enumerate(scheme.components)}
    kept = sorted(
        (mark for mark in marks if mark.entry_id == entry.id and mark.component_id in place),
        key=lambda mark: place[mark.component_id],
    )
    twice = [c for c, n in Counter(mark.component_id for mark in kept).items() if n > 1]
    if twice:
        raise InputError(
            Text(f"报名 {entry.id} 的科目 {twice[0]} 有多个成绩", f"entry {entry.id} has several marks in {twice[0]}")
        )
    return tuple(kept)
