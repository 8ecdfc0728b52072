"""The benchmark and the drill of inquiries in their small form, on one server."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from scheduler.web.answers import Bounds
from tests.benchmarks import inquiry
from tests.benchmarks.webload import certificates_of, serving
from tests.drills import guesses


@pytest.mark.slow
def test_load_and_guesses(issued):
    folder = issued.settings.file.parent
    held = certificates_of(folder)
    with serving(folder) as port:
        row = inquiry.measured(port, held, 50, 2)
        assert (row["requests"], row["errors"]) == (100, 0)
        assert row["p50_ms"] >= 1000 * Bounds().step_s * 0.9
        seen = guesses.counted(port, guesses.guesses(held, 1600, random.Random(7)))
        assert seen["hits"] == 0
        assert seen["404"] + seen["429"] == 1600
        assert 0 < seen["404"] <= guesses.ADDRESSES * (Bounds().per_address + 2)
        right = iter([({"number": held[0].number, "name": held[0].face.name}, "198.51.100.1")])
        assert guesses.counted(port, right)["429"] == 1  # strangers have used up this number, for an hour
        code = iter([({"code": held[0].face.inquiry_code}, "198.51.100.1")])
        assert guesses.counted(port, code)["hits"] == 1


def test_guesses_hold_no_right_pair(papers):
    made = islice(guesses.guesses(list(papers.values()), 4000, random.Random(1)), None)
    right = {(paper.number, paper.face.name) for paper in papers.values()}
    asked = [said for said, _ in made]
    assert not [said for said in asked if (said.get("number"), said.get("name")) in right]
    assert {said["number"] for said in asked if "number" in said} >= {number for number, _ in right}
