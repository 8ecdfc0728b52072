"""What a coordinator sees while a plan is made: a bar on a terminal, now and then a line elsewhere, in both languages."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from scheduler.cli import progress as shown
from scheduler.cli.command import Door
from scheduler.cli.planning import STAGES, _watch
from scheduler.planning.progress import Progress
from scheduler.planning.roundfile import write_round
from scheduler.planning.solve import solve
from tests.benchmarks.rounds import college_round

ROOT = Path(__file__).parents[2]


def watched(language, *states):
    said = []
    watch = _watch(Door(Path(), False, language, False, language), lambda *step: said.append(step))
    for state in states:
        watch(state)
    return said


@pytest.mark.parametrize(
    ("language", "last"),
    [
        ("zh", "改进  费用 1,100  下界 1,000  差距 10.0%  未安排 2 人"),
        ("en", "improving  cost 1,100  bound 1,000  gap 10.0%  2 unplaced"),
    ],
)
def test_cost_bound_gap_and_unplaced_are_told(language, last):
    said = watched(language, Progress("start", 1, 6, 1200, 900, 3), Progress("improve", 2, 9, 1100, 1000, 2))
    assert said[-1] == (last, 2, 9)


def test_neither_a_worse_cost_nor_a_lower_bound_is_shown():
    states = (
        Progress("improve", 1, 2, 1100, 1000, 0),
        Progress("exact", 0, 0, 1300, 900),
        Progress("bound", 0, 0, None, None),
    )
    assert [words.split("  ", 1)[1] for words, _, _ in watched("en", *states)] == [
        "cost 1,100  bound 1,000  gap 10.0%"
    ] * 3


def test_every_stage_of_a_search_and_of_a_replan_has_words():
    seen: list[Progress] = []
    plan = solve(college_round(17), progress=seen.append)
    assert seen[-1].unplaced == 0
    told = college_round(17)
    solve(replace(told, examiners=told.examiners[1:]), keep=plan, progress=seen.append)
    assert {"start", "affected"} <= {news.stage for news in seen} <= STAGES.keys()


def test_lines_come_for_news_and_not_too_often(monkeypatch, capsys):
    clock = iter([0.0, 1.0, 6.0, 8.0, 12.0, 13.0, 43.0])
    monkeypatch.setattr(shown, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    step = shown._lines()
    for stage, done in (("a", 1), ("b", 2), ("c", 3), ("d", 4), ("d", 5), ("d", 6)):
        step(stage, done, 9)
    assert capsys.readouterr().err.splitlines() == ["b  2/9", "d  4/9", "d  6/9"]


def test_a_terminal_shows_cost_bound_and_gap(tmp_path):
    write_round(college_round(17), tmp_path / "round.json")
    ours, theirs = pty.openpty()
    words = [
        "-m",
        "scheduler",
        "plan",
        "--round-file",
        str(tmp_path / "round.json"),
        "--out",
        str(tmp_path / "plan.json"),
    ]
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=theirs, cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(theirs)
    drawn = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other side has closed
            break
        if not part:
            break
        drawn += part
    assert process.wait(60) == 0
    assert {word for word in ("费用", "下界", "差距") if word in drawn.decode()} == {"费用", "下界", "差距"}
