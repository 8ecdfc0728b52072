"""A clock that ran backwards or ahead: issuing goes on without a gap, and the check names lines, heads and times."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from scheduler.domain.heads import HeadRecord, TreeHead
from scheduler.office import issue as issuing
from scheduler.office.check_ledger import check_ledger
from scheduler.office.desk import CHINA
from scheduler.office.issue import issue
from scheduler.office.ledger_times import time_findings
from tests.office.books import ROUND
from tests.office.conftest import entries_of, ledger_of, rules

ON = date(2026, 6, 30)
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=CHINA)


class Clock:
    """A clock that can be set."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def at_noon(office_at):
    office = office_at("few")
    office.clock = Clock()
    return office


@pytest.fixture
def one_by_one(monkeypatch):
    monkeypatch.setattr(issuing, "SMALL_TASK", 1)
    monkeypatch.setattr(issuing, "WRITTEN", 1)


def test_set_back_in_the_middle_of_a_batch_nothing_is_lost_and_both_lines_are_named(at_noon, one_by_one) -> None:
    def set_back(_: str, done: int, __: int) -> None:
        at_noon.clock.now = NOON - timedelta(hours=2) if done else NOON

    report = issue(at_noon, round_id=ROUND, issued_on=ON, progress=set_back)
    assert (report.issued, rules(report.findings)) == (8, [])
    assert [c.sequence for c in ledger_of(at_noon)] == list(range(1, 9))
    at_noon.clock.now = NOON + timedelta(days=1)
    checked = check_ledger(at_noon)
    with at_noon.registry.transaction(write=False) as store:
        times = [line.at for line in store.ledger.lines()]
    before = times.index("2026-07-01T10:00:00+08:00")
    assert set(times[:before]) == {"2026-07-01T12:00:00+08:00"}
    (finding,) = checked.findings
    assert (checked.sound, finding.rule, finding.severity) == (True, "clock-back", "warning")
    assert finding.what.en == (
        f"the clock went back: line {before} is of 2026-07-01T12:00:00+08:00, "
        f"and line {before + 1} after it of 2026-07-01T10:00:00+08:00"
    )
    assert f"第 {before} 行的时间是 2026-07-01T12:00:00+08:00" in finding.what.zh
    assert f"第 {before + 1} 行的时间是 2026-07-01T10:00:00+08:00" in finding.what.zh


def test_a_line_of_before_the_head_over_those_before_it_is_told(at_noon) -> None:
    first = entries_of(at_noon)["何勇阳"].id
    issue(at_noon, round_id=ROUND, entry_id=first, issued_on=ON)
    at_noon.clock.now -= timedelta(minutes=1)
    issue(at_noon, round_id=ROUND, issued_on=ON)
    at_noon.clock.now += timedelta(hours=1)
    (finding,) = check_ledger(at_noon).findings
    assert finding.what.en.startswith("the clock went back: head 000002-")
    assert "and line 3 after it of 2026-07-01T11:59:00+08:00" in finding.what.en


def test_ahead_of_now_is_told_until_now_has_come(at_noon) -> None:
    at_noon.clock.now += timedelta(days=400)
    issue(at_noon, round_id=ROUND, issued_on=ON)
    at_noon.clock.now = NOON
    checked = check_ledger(at_noon)
    (finding,) = checked.findings
    assert (checked.sound, finding.rule) == (True, "clock-ahead")
    assert "from line 1 to head 000008-" in finding.what.en
    assert "2027-08-05T12:00:00+08:00; now it is 2026-07-01T12:00:00+08:00" in finding.what.en
    assert "第 1 行至树头 000008-" in finding.what.zh
    at_noon.clock.now += timedelta(days=401)
    assert check_ledger(at_noon).findings == ()


def test_desks_a_few_seconds_apart_are_right(at_noon) -> None:
    first = entries_of(at_noon)["何勇阳"].id
    issue(at_noon, round_id=ROUND, entry_id=first, issued_on=ON)
    at_noon.clock.now -= timedelta(seconds=4)
    issue(at_noon, round_id=ROUND, issued_on=ON)
    assert check_ledger(at_noon).findings == ()


def test_a_zone_is_no_step_back_and_many_steps_are_counted(office_at) -> None:
    office = office_at("few")
    moments = ["2026-07-01T05:00:00+00:00", "2026-07-01T13:00:00+08:00", "noon"]
    moments += [f"2026-07-01T{hour}:00:00+08:00" for hour in ("14", "13") * 30]
    with office.registry.transaction() as store:
        for n, at in enumerate(moments):
            store.heads.give(HeadRecord(f"000000-{n}", TreeHead(0, "", at), 0))
        found = time_findings(store, NOON + timedelta(days=1))
    assert rules(found) == ["time-unreadable", *["clock-back"] * 21]
    assert (found[0].said, found[-1].what.en) == ("noon", "times of the ledger run backwards in 10 more places")
