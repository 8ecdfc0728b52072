"""The drill of injected templates, names and photos in its small form."""

from __future__ import annotations

import pytest

from tests.drills.canaries import Canaries
from tests.drills.figures import is_bad
from tests.drills.injection import FULL, SMALL, Payload, Studio, drill, payloads


def test_nothing_is_read_or_called_and_the_control_is_caught():
    rows = list(drill(SMALL, 7))
    assert [row for row in rows if row["faults"]] == []
    assert sum(row["payloads"] for row in rows) > SMALL
    assert sum(row.get("control_failed", 0) for row in rows) > SMALL // 6


@pytest.fixture
def studio(tmp_path):
    with Canaries(tmp_path / "canaries") as canaries:
        yield Studio(tmp_path, canaries)


@pytest.mark.parametrize("address", ["file://{}/canary.png", "http://127.0.0.1:{}/canary.png"])
def test_the_canaries_see_the_control(studio, address):
    place = studio.canaries.folder if address.startswith("file") else studio.canaries.port
    payload = Payload("template", f'<img src="{address.format(place)}" alt="x">')
    studio.canaries.hits()
    assert studio.drawn(payload)
    assert studio.canaries.hits() == (0, 0)
    studio.careless(payload)
    assert any(studio.canaries.hits())


def test_there_are_two_hundred_payloads_and_more(studio):
    assert 200 <= len(payloads(studio.canaries)) <= FULL


def test_a_row_with_faults_or_with_blind_controls_fails_the_drill():
    assert is_bad([{"faults": 1, "control_failed": 1}])
    assert is_bad([{"faults": 0, "control_failed": 0}])
    assert not is_bad([{"faults": 0, "control_failed": 0}, {"faults": 0, "control_failed": 2}, {"faults": 0}])
