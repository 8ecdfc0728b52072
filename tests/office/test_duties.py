"""Duties: asked by workbook, answered by workbook, obeyed by the next plan, and closed by the version that does without."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scheduler.domain.duties import Reply, cannot_serve
from scheduler.errors import InputError, PlanRejected
from scheduler.office.audit import audit
from scheduler.office.duties import answer_duties, ask_duties, duties
from scheduler.office.plan import plan
from scheduler.office.prepare import prepare
from scheduler.office.publish import publish
from tests.office.books import PILOT, ROUND, edited, setting
from tests.office.conftest import round_of, rules
from tests.office.test_plan import changes

DUTIES, SLOTS = "执考任务", "可用时段"


def published_plan(office):
    with office.registry.transaction(write=False) as store:
        return store.plans.published(ROUND).plan


def rows_of(path: Path, sheet: str) -> list[dict[str, object]]:
    rows = list(load_workbook(path)[sheet].iter_rows(values_only=True))
    names = [str(words).split("\n")[0].rstrip("*") for words in rows[0]]
    return [dict(zip(names, row, strict=True)) for row in rows[1:]]


def answering(sheet: str, **wanted):
    """Return an edit: the rows that say ``examiner`` (and ``at``) get an answer and a reason."""

    def edit(book) -> None:
        head = {str(c.value).split("\n")[0].rstrip("*"): c.column for c in book[sheet][1]}
        at = head["场次" if sheet == DUTIES else "时段编号"]
        answer = head["答复" if sheet == DUTIES else "能否执考"]
        reason = head["理由" if sheet == DUTIES else "说明"]
        for row in range(2, book[sheet].max_row + 1):
            cells = book[sheet]
            if cells.cell(row, 1).value == wanted["examiner"] and cells.cell(row, at).value == wanted["at"]:
                cells.cell(row, answer).value = wanted["answer"]
                cells.cell(row, reason).value = wanted.get("reason")

    return edit


def test_before_planning_the_slots_are_asked_and_the_plan_obeys(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    ask_duties(office, tmp_path / "ask.xlsx", round_id=ROUND)
    asked = rows_of(tmp_path / "ask.xlsx", SLOTS)
    round_ = round_of(office)
    assert len(asked) == len(round_.examiners) * len(round_.slots)
    assert DUTIES not in load_workbook(tmp_path / "ask.xlsx").sheetnames
    busiest = min(e.id for e in round_.examiners)
    edits = [
        answering(SLOTS, examiner=busiest, at=slot.id, answer="不可以" if n else "可以", reason="+上课")
        for n, slot in enumerate(round_.slots)
    ]
    back = edited(tmp_path / "ask.xlsx", tmp_path / "back.xlsx", *edits)
    preview = answer_duties(office, back, round_id=ROUND, dry_run=True)
    assert dict(preview.recorded) == {"available": 1, "unavailable": len(round_.slots) - 1}
    assert round_of(office) == round_
    answer_duties(office, back, round_id=ROUND)
    free = {s.id for s in round_.slots} - set(
        next(e for e in round_of(office).examiners if e.id == busiest).unavailable_slot_ids
    )
    assert free == {round_.slots[0].id}
    # Preparing the round again loses no answer, and reading the same file again records nothing.
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", setting("批次", ROUND, "批次名称", "改名")))
    assert round_of(office).examiners[0] == replace(
        round_.examiners[0], unavailable_slot_ids=tuple(sorted({s.id for s in round_.slots} - free))
    )
    assert dict(answer_duties(office, back, round_id=ROUND).recorded) == {"same": len(round_.slots)}
    made = plan(office, round_id=ROUND, dry_run=True).plan
    assert {s.slot_id for s in made.sessions if busiest in s.examiner_ids} <= free


def test_a_declined_duty_is_replaced_and_the_request_closed(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    before = published_plan(office)
    session = min(before.sessions, key=lambda s: (len(s.examiner_ids), s.id))  # a spare invigilator is there
    out, other = session.examiner_ids[:2]
    ask_duties(office, tmp_path / "ask.xlsx", round_id=ROUND, each=True)
    asked = rows_of(tmp_path / "ask.xlsx", DUTIES)
    assert {(r["考评员编号"], r["场次"]) for r in asked} == {(e, s.id) for s in before.sessions for e in s.examiner_ids}
    apart = [r for f in sorted(tmp_path.glob("ask-*.xlsx")) for r in rows_of(f, DUTIES)]
    assert sorted(map(str, apart)) == sorted(map(str, asked))
    decline = answering(DUTIES, examiner=out, at=session.id, answer="谢绝", reason="家中有事")
    accept = answering(DUTIES, examiner=other, at=session.id, answer="接受")
    report = answer_duties(office, edited(tmp_path / "ask.xlsx", tmp_path / "b.xlsx", decline, accept), round_id=ROUND)
    assert [(r.examiner_id, r.session_id, r.reason) for r in report.requests] == [(out, session.id, "家中有事")]
    assert (report.accepted, len(report.unanswered)) == (1, len(asked) - 2)
    assert rules(audit(office, round_id=ROUND).findings) == ["examiner-available", "cost-true"]
    made = plan(office, round_id=ROUND, keep=1)
    assert changes(before, made.plan) == []
    assert {d.examiner_id for d in made.duties if d.kind == "released"} >= {out}
    publish(office, round_id=ROUND)
    report = duties(office, round_id=ROUND)
    assert (report.requests, [(r.examiner_id, r.settled_by) for r in report.settled]) == ((), [(out, 2)])
    # The answered copy is of an older version now: the duty is no more, and the row says so.
    with pytest.raises(InputError) as stale:
        answer_duties(office, edited(tmp_path / "ask.xlsx", tmp_path / "c.xlsx", decline), round_id=ROUND)
    (finding,) = stale.value.findings
    assert (finding.rule, finding.where.file, finding.where.sheet) == ("duty-not-published", "c.xlsx", DUTIES)
    assert finding.where.row is not None
    assert finding.where.column.endswith("场次* Session")


def test_a_draft_that_asks_a_declined_duty_is_not_published(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    plan(office, round_id=ROUND, keep=1)
    session = published_plan(office).sessions[0]
    ask_duties(office, tmp_path / "a.xlsx", round_id=ROUND)
    decline = answering(DUTIES, examiner=session.examiner_ids[0], at=session.id, answer="谢绝", reason="病")
    answer_duties(office, edited(tmp_path / "a.xlsx", tmp_path / "b.xlsx", decline), round_id=ROUND)
    with pytest.raises(PlanRejected) as refused:
        publish(office, round_id=ROUND, version=2)
    assert rules(refused.value.findings) == ["examiner-available", "cost-true"]


def test_bad_answers_come_back_and_good_ones_are_kept(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    first, second, third, fourth = sorted(
        (e, s.id, s.slot_id) for s in published_plan(office).sessions for e in s.examiner_ids
    )[:4]
    ask_duties(office, tmp_path / "a.xlsx", round_id=ROUND)

    def spoil(book) -> None:
        sheet = book[DUTIES]
        unknown = [c.value for c in sheet[2]]
        unknown[0], unknown[-2], unknown[-1] = "无此人", "接受", None
        sheet.append(unknown)
        again = next(
            [c.value for c in row] for row in sheet.iter_rows(min_row=2) if (row[0].value, row[3].value) == third[:2]
        )
        again[-2], again[-1] = "谢绝", "又说不来"
        sheet.append(again)

    book = edited(
        tmp_path / "a.xlsx",
        tmp_path / "b.xlsx",
        answering(DUTIES, examiner=first[0], at=first[1], answer="谢绝"),
        answering(DUTIES, examiner=second[0], at=second[1], answer="接受"),
        answering(SLOTS, examiner=second[0], at=second[2], answer="不可以"),
        answering(DUTIES, examiner=third[0], at=third[1], answer="接受"),
        answering(DUTIES, examiner=fourth[0], at=fourth[1], answer="接受"),
        spoil,
    )
    report = answer_duties(office, book, round_id=ROUND)
    assert dict(report.recorded) == {"accepted": 1}
    found = sorted(rules(report.findings))
    assert found == [*["answers-contradict"] * 4, "examiner-unknown", "reason-missing"]
    assert report.error_workbook is not None
    assert "答复互相矛盾" in str([c.value for row in load_workbook(report.error_workbook)[DUTIES] for c in row])


def test_an_answer_about_a_slot_that_moved_is_told_and_does_not_count(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    slot, who = round_of(office).slots[0], round_of(office).examiners[0]
    ask_duties(office, tmp_path / "a.xlsx", round_id=ROUND)
    no = answering(SLOTS, examiner=who.id, at=slot.id, answer="不可以")
    answer_duties(office, edited(tmp_path / "a.xlsx", tmp_path / "b.xlsx", no), round_id=ROUND)
    moved = edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", setting("时段", slot.id, "开始时间", "08:00"))
    told = prepare(office, moved)
    assert [f for f in told.findings if f.rule == "answer-of-another-time"]
    assert round_of(office).examiners[0].unavailable_slot_ids == who.unavailable_slot_ids
    with pytest.raises(InputError) as stale:
        answer_duties(office, tmp_path / "b.xlsx", round_id=ROUND)
    assert rules(stale.value.findings) == ["slot-changed"]


def test_the_last_answer_about_a_slot_counts() -> None:
    from tests.build import a_slot

    slot = a_slot()
    no, yes = (Reply("e1", slot, answer, "t", "w") for answer in ("no", "yes"))
    declined = Reply("e1", slot, "no", "t", "w", session_id="d0am.hall", reason="r")
    at = {slot.id: slot}
    assert cannot_serve([no, yes], at) == {}
    assert cannot_serve([yes, declined], at) == {"e1": {slot.id: declined}}
    assert cannot_serve([declined, replace(declined, answer="yes")], at) == {}
    assert cannot_serve([no], {slot.id: replace(slot, end=slot.start.replace(hour=20))}) == {}
