"""The exam day: each event named as people name it, audited, published, listed, taken back; marks and later rounds follow."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scheduler.domain.day import DayAct, DayEvent
from scheduler.domain.results import Attendance
from scheduler.errors import InputError, NotFound, PlanRejected, RegistryError
from scheduler.office import day as verbs
from scheduler.office.audit import audit
from scheduler.office.day_list import day
from scheduler.office.enrol import enrol
from scheduler.office.plan import plan
from scheduler.office.prepare import prepare
from scheduler.office.publish import publish
from scheduler.office.record import record
from scheduler.office.template import marks_sheet
from tests.office.books import PILOT, ROUND, edited, later_round, mark, only, setting_all
from tests.office.conftest import entries_of, round_of, rules
from tests.office.test_duties import published_plan

WHY = {"round_id": ROUND, "reason": "未到场"}
WHO = "何勇阳"


def seat_of(office, name, kind):
    """The seat of a candidate, as people write it: session, turn and place."""
    id_ = entries_of(office)[name].id
    (sitting,) = [s for s in published_plan(office).sittings if s.party_id == id_ and s.component_id.endswith(kind)]
    return f"{sitting.session_id} {sitting.turn}-{sitting.place}"


def test_an_absence_by_seat_name_or_number_and_what_follows(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    seat, entry = seat_of(office, WHO, "theory"), entries_of(office)[WHO]
    report = verbs.enter_absent(office, seat, **WHY)
    assert (report.event.no, report.event.party_id, report.version) == (1, entry.id, None)
    assert rules(report.findings) == ["absent-has-follower"]
    tail = entry.candidate.document.number[-4:]
    for words in (f"{WHO} {tail}", entry.id, entry.candidate.document.number, tail):
        with pytest.raises(PlanRejected) as twice:
            verbs.enter_absent(office, words, component="理论", **WHY)
        assert rules(twice.value.findings) == ["day-once"]
        assert WHO not in twice.value.findings[0].what.zh or entry.id not in twice.value.findings[0].what.zh
    verbs.enter_absent(office, WHO, component="实操", **WHY)
    book = marks_sheet(office, round_id=ROUND, out=tmp_path / "m.xlsx")
    filled = [row[1].value for row in load_workbook(book)["成绩表"].iter_rows(min_row=2) if row[7].value == "缺考"]
    assert filled == [WHO] * 2
    # The fixture's marks give the absent candidate points: those rows come back, everybody else's go in.
    report = record(office, PILOT / "marks.xlsx", round_id=ROUND, error_workbook=tmp_path / "back.xlsx")
    assert rules(f for f in report.findings if f.severity == "error") == ["mark-of-absent"] * 2
    assert WHO in report.findings[0].where.subject
    with office.registry.transaction(write=False) as store:
        assert [m.attendance for m in store.results.marks(entry.id)] == [Attendance.ABSENT] * 2
        resits = store.results.outcome(entry.id).resits if entry.id in {o.entry_id for o in report.outcomes} else ()
    assert {resit.component_id.split("/")[1] for resit in resits} == {"theory", "practical"}
    with pytest.raises(RegistryError) as marked:
        verbs.enter_absent(office, "曹少启", component="理论", **WHY)
    assert rules(marked.value.findings) == ["day-marked"]


def test_somebody_present_without_a_mark_is_told(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    book = edited(PILOT / "marks.xlsx", tmp_path / "m.xlsx", lambda b: b["成绩表"].delete_rows(2))
    name = load_workbook(PILOT / "marks.xlsx")["成绩表"].cell(2, 2).value
    (finding,) = record(office, book, round_id=ROUND).findings
    assert (finding.rule, name in finding.what.zh) == ("mark-missing", True)
    assert rules(record(office, PILOT / "marks.xlsx", round_id=ROUND).findings) == []


def test_what_cannot_be_entered_leaves_no_trace(office_at) -> None:
    office = office_at("published", date(2026, 6, 1))
    before = office.registry.counts(), published_plan(office)
    seat = seat_of(office, WHO, "theory")
    refusals = [
        (InputError, lambda: verbs.enter_absent(office, seat, **WHY)),  # the day is still to come
        (InputError, lambda: verbs.enter_deferred(office, seat, round_id=ROUND, reason=" ")),
        (NotFound, lambda: verbs.enter_deferred(office, "无此人", **WHY)),
        (NotFound, lambda: verbs.withdraw(office, 1, **WHY)),
        (InputError, lambda: verbs.enter_deferred(office, WHO, **WHY)),  # theory or practical
        (PlanRejected, lambda: verbs.enter_deferred(office, seat, **WHY)),  # the practical comes after it
        (PlanRejected, lambda: verbs.enter_broken(office, seat, lost_min=10, added_min=11, **WHY)),
        (InputError, lambda: verbs.enter_broken(office, seat, lost_min=10, happened="25:00", **WHY)),
        (NotFound, lambda: verbs.enter_examiner(office, seat.split()[0], "E99", to="E01", **WHY)),
    ]
    for kind, call in refusals:
        with pytest.raises(kind):
            call()
    verbs.enter_deferred(office, WHO, component="实操", dry_run=True, **WHY)
    assert (office.registry.counts(), published_plan(office), day(office, round_id=ROUND).lines) == (*before, ())


def test_namesakes_are_listed_and_told_apart_by_number(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    other = entries_of(office)["曹少启"]
    with office.registry.transaction() as store:
        store.rounds.correct_entry(replace(other, candidate=replace(other.candidate, name=WHO)))
    plan(office, round_id=ROUND)
    publish(office, round_id=ROUND)
    with pytest.raises(InputError) as several:
        verbs.enter_absent(office, WHO, component="理论", **WHY)
    assert rules(several.value.findings) == ["which-one"] * 2
    assert any(
        other.id in f.hint.zh and other.candidate.document.number[-4:] in f.where.subject
        for f in several.value.findings
    )
    assert other.candidate.document.number not in several.value.in_("zh")
    report = verbs.enter_absent(office, f"{WHO} {other.candidate.document.number[-4:]}", component="理论", **WHY)
    assert report.event.party_id == other.id


def test_an_examiner_is_replaced_by_who_may_serve(office_at) -> None:
    office = office_at("published")
    before = published_plan(office)
    theory = next(s for s in before.sessions if s.component_id.endswith("theory"))
    out, stays = theory.examiner_ids
    told = verbs.enter_examiner(office, theory.id, out, round_id=ROUND)
    assert (told.event.no, len(told.substitutes) > 0) == (0, True)
    assert out not in {one.id for one in told.substitutes}
    with pytest.raises(PlanRejected) as refused:
        verbs.enter_examiner(office, theory.id, out, to="E01", **WHY)
    assert "examiner-qualified" in rules(refused.value.findings)
    assert told.substitutes[0].words.zh in refused.value.hint.zh
    report = verbs.enter_examiner(office, theory.id, out, to=told.substitutes[0].id, **WHY)
    after = published_plan(office)
    assert (report.version, report.moves, {d.examiner_id for d in report.duties}) == (
        2,
        (),
        {out, told.substitutes[0].id},
    )
    assert after.sittings == before.sittings
    assert audit(office, round_id=ROUND).clean
    # Whoever was replaced is not called again by a later plan, and comes back when the entry is withdrawn.
    again = plan(office, round_id=ROUND, keep=2, dry_run=True).plan
    assert out not in next(s for s in again.sessions if s.id == theory.id).examiner_ids
    assert verbs.withdraw(office, 1, **WHY).version == 3
    assert published_plan(office).sessions == before.sessions
    assert audit(office, round_id=ROUND).clean
    assert [line.holds for line in day(office, round_id=ROUND).lines] == [False, False]
    assert stays in theory.examiner_ids


def test_a_room_moves_with_everybody_in_it(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")

    def another(book) -> None:
        row = [cell.value for cell in book["考场"][2]]
        row[0], row[3] = "A202", 18
        book["考场"].append(row)

    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", another))
    plan(office, round_id=ROUND)
    publish(office, round_id=ROUND)
    before = published_plan(office)
    theory = next(s for s in before.sessions if s.component_id.endswith("theory"))
    other = {"A201": "A202", "A202": "A201"}[theory.room_id]
    assert [one.id for one in verbs.enter_room(office, theory.id, round_id=ROUND).substitutes] == [other]
    verbs.enter_absent(office, WHO, component="理论", **WHY)
    report = verbs.enter_room(office, theory.room_id, to=other, **WHY)
    assert {(m.before.turn, m.before.place) == (m.after.turn, m.after.place) for m in report.moves} == {True}
    assert len(report.moves) == 17
    assert audit(office, round_id=ROUND).clean
    with pytest.raises(PlanRejected) as kind:
        verbs.enter_room(office, f"{theory.slot_id}.{other}", to="A105", **WHY)
    assert "room-suits" in rules(kind.value.findings)
    verbs.withdraw(office, 2, **WHY)
    assert (published_plan(office).sessions, published_plan(office).sittings) == (before.sessions, before.sittings)


def test_a_broken_workstation_adds_time_and_takes_a_spare_one(office_at) -> None:
    office = office_at("published")
    first = min(
        (s for s in published_plan(office).sittings if s.component_id.endswith("practical") and s.turn == 1),
        key=lambda s: s.place,
    )
    seat = f"{first.session_id} 1-{first.place}"
    taken = {s.place for s in published_plan(office).sittings if (s.session_id, s.turn) == (first.session_id, 1)}
    spare = sorted(set(range(1, 10)) - taken)
    report = verbs.enter_broken(office, seat, lost_min=15, happened="14:05", **WHY)
    assert (report.event.added_min, report.event.happened, report.version) == (15, "14:05", None)
    with pytest.raises(PlanRejected) as full:
        verbs.enter_broken(office, seat, lost_min=5, place=min(taken - {first.place}), **WHY)
    assert rules(full.value.findings) == ["place-capacity"]
    assert first.party_id not in full.value.findings[0].what.zh
    if spare:
        moved = verbs.enter_broken(office, seat, lost_min=5, place=spare[0], **WHY)
        assert [(m.after.turn, m.after.place) for m in moved.moves] == [(1, spare[0])]
        verbs.withdraw(office, 2, **WHY)
        assert first in published_plan(office).sittings


def test_a_deferral_leaves_the_plan_and_is_not_forgotten(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    entry, before = entries_of(office)[WHO], published_plan(office)
    report = verbs.enter_deferred(office, WHO, component="实操", **WHY)
    assert [(m.party_id, m.kind) for m in report.moves] == [(entry.id, "dropped")]
    assert audit(office, round_id=ROUND).clean
    assert {c for p in round_of(office).parties if p.id == entry.id for c in p.component_ids} == {
        c for p in [entry.id] for c in {s.component_id for s in published_plan(office).sittings if s.party_id == p}
    }
    # A later plan of the round does not seat it again, and may be published.
    plan(office, round_id=ROUND, keep=2)
    publish(office, round_id=ROUND)
    kept = edited(
        PILOT / "marks.xlsx",
        tmp_path / "m.xlsx",
        mark(WHO, "理论", 85),
        mark(WHO, "实操", 0, attendance="缓考"),
        mark("曹少启", "理论", 30),
    )
    assert rules(record(office, kept, round_id=ROUND).findings) == []
    (waiting,) = day(office, round_id=ROUND).deferrals
    assert (waiting.name, waiting.state, waiting.until) == (WHO, "waiting", date(2027, 6, 13))
    later = "2026-09-YL"
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", *later_round(later, date(2026, 9, 12))))
    when = setting_all("报名表", "申报日期", date(2026, 7, 1))
    others = edited(PILOT / "entries.xlsx", tmp_path / "o.xlsx", only("报名表", ["曹少启"]), when)
    told = [f for f in enrol(office, others, round_id=later).findings if f.rule == "deferred-waiting"]
    assert [(f.where.subject.split()[0], "2027-06-13" in f.what.zh) for f in told] == [(WHO, True)]
    mine = edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", only("报名表", [WHO]), when)
    assert "deferred-waiting" not in rules(enrol(office, mine, round_id=later).findings)
    (entered,) = day(office, round_id=ROUND).deferrals
    assert (entered.state, entered.in_round) == ("entered", later)
    due = {p.id: p.component_ids for p in round_of(office, later).parties}
    assert due[entries_of(office, later)[WHO].id] == (waiting.component_id,)
    plan(office, round_id=later)
    publish(office, round_id=later)
    assert [one.state for one in day(office, round_id=ROUND).deferrals] == ["seated"]
    assert len(before.sittings) == len(published_plan(office).sittings) + 1


def test_a_withdrawn_deferral_comes_back_to_its_seat(office_at) -> None:
    office = office_at("published")
    before = published_plan(office)
    verbs.enter_deferred(office, seat_of(office, WHO, "practical"), **WHY)
    verbs.withdraw(office, 1, **WHY)
    after = published_plan(office)
    assert (after.sittings, after.sessions, after.cost) == (before.sittings, before.sessions, before.cost)
    with pytest.raises(NotFound):
        verbs.withdraw(office, 1, **WHY)


def test_the_register_lists_by_day_and_site_without_numbers(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    verbs.enter_absent(office, WHO, component="实操", **{**WHY, "reason": "=cmd"})
    verbs.enter_absent(office, "曹少启", component="理论", **WHY)
    report = day(office, round_id=ROUND, out=tmp_path / "r.xlsx")
    assert [(line.person, line.event.act) for line in report.lines] == [("曹少启", DayAct.ABSENT), (WHO, DayAct.ABSENT)]
    assert day(office, round_id=ROUND, site="A").lines == report.lines
    assert day(office, round_id=ROUND, on=date(2026, 6, 20)).lines == ()
    with pytest.raises(InputError):
        day(office, round_id=ROUND, site="Z")
    sheet = load_workbook(tmp_path / "r.xlsx").worksheets[0]
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row]
    assert {"曹少启", WHO, "未到场", "=cmd"} <= set(cells)
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    assert not any(e.candidate.document.number in "".join(cells) for e in entries_of(office).values())


def test_an_entry_is_kept_as_it_was_made(office_at) -> None:
    office = office_at("published")
    verbs.enter_absent(office, WHO, component="理论", **WHY)
    with office.registry.transaction(write=False) as store:
        (kept,) = store.days.events(ROUND)
    assert isinstance(kept, DayEvent)
    assert (kept.who, kept.reason, kept.at[:10], kept.version) == ("tester", "未到场", "2026-07-01", 1)
