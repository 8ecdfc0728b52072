"""Each round goes to the engine made for its kind, and whatever comes out passes the audit."""

from __future__ import annotations

import os
import signal
from dataclasses import replace

import pytest

from scheduler.domain.rounds import Round
from scheduler.planning import engines, swift
from scheduler.planning.audit import audit
from scheduler.planning.planfile import plan_bytes
from scheduler.planning.proving import Effort
from scheduler.planning.solve import Progress, solve
from tests.benchmarks.rounds import location_round, region_round


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note which engine was asked; the fast search does little work and takes rounds of any size."""
    seen: list[str] = []
    fast, located = swift.search, engines.location.search
    monkeypatch.setattr(engines, "MANY_PARTIES", 50)
    monkeypatch.setattr(swift, "work_for", lambda parties: swift.Work(2_000, 1, 30.0, 25, 2_000))
    monkeypatch.setattr(swift, "search", lambda *given, **named: (seen.append("swift"), fast(*given, **named))[1])
    monkeypatch.setattr("scheduler.planning.swift.stages.effort_for", lambda parties: Effort(0, 50, 0, 0.0, 0, 0))
    monkeypatch.setattr(engines, "LOCATION_WORK", 3)
    monkeypatch.setattr(engines.location, "search", lambda *given: (seen.append("location"), located(*given))[1])
    return seen


def test_many_candidates_go_to_the_fast_search(asked: list[str]) -> None:
    round_ = region_round(120)
    plan = solve(round_)
    assert asked == ["swift"]
    assert audit(round_, plan) == []
    assert plan.bound is not None
    assert 0 < plan.bound <= plan.cost
    assert plan_bytes(solve(round_)) == plan_bytes(plan)


def test_rules_the_fast_search_does_not_know_stay_with_the_general_one(asked: list[str]) -> None:
    round_ = region_round(120)
    for policy in (
        replace(round_.policy, max_sittings_per_day=1),
        replace(round_.policy, rotate_half=True),
        replace(round_.policy, weights=replace(round_.policy.weights, day_peak=5)),
    ):
        solve(replace(round_, policy=policy), time_limit_s=1.0)
    assert asked == []


def test_location_rounds_go_to_the_kernel(asked: list[str]) -> None:
    round_ = location_round(120, 30)
    plan = solve(round_)
    assert asked == ["location"]
    assert audit(round_, plan) == []
    assert plan.gap is not None
    assert plan.gap < 0.05


def test_small_rounds_wait_for_no_compiler(asked: list[str]) -> None:
    assert solve(location_round(20, 5)).gap == 0.0
    assert asked == []


@pytest.mark.parametrize("round_", [region_round(120), location_round(120, 30)], ids=["swift", "location"])
def test_ctrl_c_keeps_the_plan_and_the_callers_handler(asked: list[str], round_: Round) -> None:
    pressed: list[str] = []
    before = signal.getsignal(signal.SIGINT)

    def press(state: Progress) -> None:
        if asked and not pressed and state.cost is not None and state.cost < 120 * 5_000:
            pressed.append(state.stage)
            os.kill(os.getpid(), signal.SIGINT)

    plan = solve(round_, progress=press)
    assert pressed
    assert plan.unplaced == ()
    assert audit(round_, plan) == []
    assert signal.getsignal(signal.SIGINT) is before
