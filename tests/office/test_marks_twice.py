"""Marks by two persons: nothing is recorded by one person's word, whatever both enter and in whatever order."""

from __future__ import annotations

import shutil
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.domain.proposals import Proposal, Reading, agreed, key_of
from scheduler.domain.results import AssessorMark, Attendance, ComponentMark, ItemMark
from scheduler.errors import Conflict, InputError, NotFound, SchedulerError, SheetError
from scheduler.office.enrol import enrol
from scheduler.office.mark_sheets import mark_sheet, marks_overview, proposed_sheet
from scheduler.office.marks_twice import confirm_marks, propose_marks, withdraw_marks
from scheduler.office.plan import plan
from scheduler.office.prepare import prepare
from scheduler.office.publish import publish
from scheduler.office.record import record
from scheduler.office.trail import trail
from tests import postgres
from tests.office.books import FIXTURES, PILOT, ROUND, edited, only, setting
from tests.office.conftest import FEW, open_at

POINTS = st.sampled_from([None, 0.0, 60.0, 59.5, 100.0])
MARKS = st.builds(
    ComponentMark,
    st.just("e1"),
    st.just("c1"),
    st.sampled_from(Attendance),
    POINTS,
    st.none(),
    st.lists(st.builds(ItemMark, st.sampled_from("KL"), st.sampled_from([1.0, 2.0]), st.booleans()), max_size=2).map(
        lambda items: tuple({item.item_id: item for item in items}.values())
    ),
    st.sampled_from([(), (AssessorMark("K01", 60.0),)]),
)


@pytest.fixture
def office(office_at):
    return office_at("published")


@pytest.fixture
def few(tmp_path):
    return edited(PILOT / "marks.xlsx", tmp_path / "few.xlsx", only("成绩表", FEW))


def by(office, who):
    return replace(office, who=who)


def marks_of(office):
    with office.registry.transaction(write=False) as store:
        return store.results.marks_of_round(ROUND), store.results.outcomes(ROUND)


@given(MARKS, MARKS)
def test_readings_agree_exactly_where_what_counts_is_the_same(one, other):
    same = agreed(one, other)
    counts = lambda m: (m.attendance, m.pts, frozenset(m.items))  # noqa: E731
    clash = one.assessors and other.assessors and one.assessors != other.assessors
    assert (same is not None) == (counts(one) == counts(other) and not clash)
    assert agreed(other, one) == same
    if same is not None:
        assert same.assessors == (one.assessors or other.assessors)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), MARKS), min_size=1, max_size=6))
def test_a_person_never_confirms_alone(steps):
    proposal = Proposal("p", "r", (Reading(steps[0][0], "t", "", (steps[0][1],)),))
    last = {steps[0][0]: steps[0][1]}
    for who, mark in steps[1:]:
        others = proposal.read_by_others(who)
        assert [*others.get(key_of(mark), ())] == [last[one] for one in last if one != who]
        proposal = proposal.read_again(Reading(who, "t", "", (mark,)))
        last[who] = mark
    assert {one.who: one.marks for one in proposal.readings} == {who: (mark,) for who, mark in last.items()}


def test_two_persons_record_what_one_workbook_would(office, few, tmp_path):
    shutil.copytree(office.settings.file.parent, tmp_path / "other")
    proposal = propose_marks(by(office, "甲"), few, round_id=ROUND).proposal
    assert marks_of(office) == ([], [])
    report = confirm_marks(by(office, "乙"), few, round_id=ROUND, proposal_id=proposal.id, step=1)
    assert report.proposal.waiting == ()
    with open_at(tmp_path / "other") as other:
        record(other, few, round_id=ROUND)
        assert marks_of(office) == marks_of(other)
    assert [(a.who, a.detail.split(": ")[1]) for a in trail(office, what="marks").acts] == [
        ("乙", f"{len(report.recorded)} marks recorded, 0 still wait"),
        ("甲", f"{len(report.recorded)} marks entered few.xlsx"),
    ]
    assert [len(o.verdicts) > 0 for o in report.outcomes] == [True] * len(FEW)


def test_whoever_entered_cannot_confirm_nor_take_back_another_s(office, few):
    proposal = propose_marks(by(office, "甲"), few, round_id=ROUND).proposal
    for marks in (few, None):
        with pytest.raises(Conflict, match="本人"):
            confirm_marks(by(office, "甲"), marks, round_id=ROUND, proposal_id=proposal.id, step=1)
    with pytest.raises(Conflict, match="本人"):
        withdraw_marks(by(office, "乙"), round_id=ROUND, proposal_id=proposal.id, step=1)
    with pytest.raises(Conflict, match="甲"):
        propose_marks(by(office, "乙"), few, round_id=ROUND)
    assert marks_of(office) == ([], [])
    withdraw_marks(by(office, "甲"), round_id=ROUND, proposal_id=proposal.id, step=1)
    assert marks_overview(office, round_id=ROUND).proposals == ()
    with pytest.raises(Conflict):
        confirm_marks(by(office, "乙"), None, round_id=ROUND, proposal_id=proposal.id, step=2)


def test_what_differs_is_not_recorded_until_two_read_the_same(office, few, tmp_path):
    other = edited(few, tmp_path / "other.xlsx", setting("成绩表", "龚䶮", "考勤", "缺考"), *blanked("龚䶮"))
    proposal = propose_marks(by(office, "甲"), few, round_id=ROUND).proposal
    report = confirm_marks(by(office, "乙"), other, round_id=ROUND, proposal_id=proposal.id, step=1)
    sheet = proposed_sheet(office, round_id=ROUND, proposal_id=proposal.id)
    assert {row.name for row in sheet.rows} == {"龚䶮"}
    assert all("attendance" in row.differ for row in sheet.rows)
    assert {who for row in sheet.rows for who, _ in row.readings} == {"甲", "乙"}
    left = set(report.proposal.waiting)
    recorded = {key_of(mark) for mark in marks_of(office)[0]}
    assert recorded == set(report.recorded)
    assert not recorded & left
    assert recorded | left == set(proposal.waiting)
    # The first person looks again and finds that the second was right.
    again = confirm_marks(by(office, "甲"), other, round_id=ROUND, proposal_id=proposal.id, step=2)
    assert again.proposal.waiting == ()
    absent = {key_of(m) for m in marks_of(office)[0] if m.attendance is Attendance.ABSENT}
    assert absent >= left


def blanked(name):
    headings = ("成绩", "K1成绩", "K2成绩", "K3成绩", "K4成绩", "考评员1评分", "考评员2评分", "考评员3评分", "否决项")
    return [setting("成绩表", name, heading, None) for heading in headings]


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request, office_at, stages, tmp_path):
    """A published round in either kind of database."""
    if request.param == "sqlite":
        yield office_at("published")
        return
    if why := postgres.absent():
        pytest.skip(why)
    with postgres.fresh() as address:
        shutil.copytree(stages("empty"), tmp_path / "server")
        settings = tmp_path / "server" / "office.toml"
        settings.write_text(settings.read_text("utf-8").replace("registry.sqlite3", address), "utf-8")
        with open_at(tmp_path / "server") as opened:
            prepare(opened, PILOT / "setup.xlsx")
            enrol(opened, PILOT / "entries.xlsx", round_id=ROUND)
            plan(opened, round_id=ROUND)
            publish(opened, round_id=ROUND)
            yield opened


def test_one_of_two_confirmers_at_once_wins(either, few):
    office = either
    proposal = propose_marks(by(office, "甲"), few, round_id=ROUND).proposal
    start, said = Barrier(2), []

    def confirm(who):
        start.wait()
        try:
            confirm_marks(by(office, who), None, round_id=ROUND, proposal_id=proposal.id, step=1)
            said.append(who)
        except SchedulerError as fault:
            said.append(fault)

    people = [Thread(target=confirm, args=(who,)) for who in ("乙", "丙")]
    for one in people:
        one.start()
    for one in people:
        one.join()
    (winner,) = [one for one in said if isinstance(one, str)]
    (fault,) = [one for one in said if not isinstance(one, str)]
    assert isinstance(fault, Conflict)
    assert winner in fault.what.zh
    assert len(trail(office, what="marks").acts) == 2


def test_typed_marks_are_read_as_those_of_a_workbook(office):
    sessions = {s.components[0].en or s.components[0].zh: s for s in marks_overview(office, round_id=ROUND).sessions}
    session = next(iter(sessions.values()))
    sheet = mark_sheet(office, round_id=ROUND, session_id=session.session_id)
    assert len(sheet.rows) == session.seated
    rows = [
        {"entry": row.entry_id, "component": row.component.id, "attendance": "缺考" if n else "", "pts": "" if n else " \uff18\uff11.5 "}
        for n, row in enumerate(sheet.rows[:2])
    ]  # fmt: skip
    blank = [{"entry": row.entry_id, "component": row.component.id, "pts": " "} for row in sheet.rows[2:]]
    report = propose_marks(by(office, "甲"), [*rows, *blank], round_id=ROUND, session_id=session.session_id, whole=True)
    (reading,) = report.proposal.readings
    assert [(m.attendance, m.pts) for m in reading.marks] == [(Attendance.PRESENT, 81.5), (Attendance.ABSENT, None)]
    overview = marks_overview(office, round_id=ROUND)
    assert {s.session_id: s.waiting for s in overview.sessions if s.waiting} == {session.session_id: 2}
    # Entered anew by the same person: the older one gives way.
    rows[0]["pts"] = "82"
    propose_marks(by(office, "甲"), rows, round_id=ROUND, session_id=session.session_id)
    assert [len(one.waiting) for one in marks_overview(office, round_id=ROUND).proposals] == [2]


@pytest.mark.parametrize("typed", ["-1", "101", "x", "1e2", "=1+1", "nan"])
def test_typed_nonsense_is_refused_with_its_row(office, typed):
    session = marks_overview(office, round_id=ROUND).sessions[0]
    row = mark_sheet(office, round_id=ROUND, session_id=session.session_id).rows[0]
    with pytest.raises(InputError) as fault:
        propose_marks(
            office, [{"entry": row.entry_id, "component": row.component.id, "pts": typed}], round_id=ROUND, whole=True
        )
    assert [(f.where.row, f.said) for f in fault.value.findings if f.severity == "error"] == [(1, typed)]


def test_hostile_and_unknown(office, few):
    for name in ("empty-file.xlsx", "entities.xlsx", "truncated.xlsx", "encrypted.xlsx", "web-page.xls"):
        with pytest.raises(SheetError):
            propose_marks(office, FIXTURES / "hostile" / name, round_id=ROUND)
    with pytest.raises(NotFound):
        propose_marks(office, few, round_id="none")
    with pytest.raises(NotFound):
        confirm_marks(office, few, round_id=ROUND, proposal_id="none", step=1)
    with pytest.raises(NotFound):
        mark_sheet(office, round_id=ROUND, session_id="none")
