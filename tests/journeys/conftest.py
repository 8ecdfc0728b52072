"""Offices that live for one test, made from the fixtures as a stranger would make them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from scheduler.office.desk import CHINA, Office, open_office

FIXTURES = Path(__file__).parents[2] / "fixtures"


def clock() -> datetime:
    return datetime(2026, 7, 1, 9, 30, tzinfo=CHINA)


@pytest.fixture
def an_office(tmp_path: Path) -> Callable[[str], Office]:
    """Give a function that opens a fresh office with the settings and photos of a fixture."""
    opened: list[Office] = []

    def make(name: str) -> Office:
        shutil.copy(FIXTURES / name / "office.toml", tmp_path / "office.toml")
        if (FIXTURES / name / "photos").is_dir():
            shutil.copytree(FIXTURES / name / "photos", tmp_path / "photos", dirs_exist_ok=True)
        opened.append(open_office(tmp_path / "office.toml", clock=clock, who="tester"))
        return opened[-1]

    yield make
    for office in opened:
        office.close()
