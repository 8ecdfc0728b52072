"""People are called by their names in sentences, whatever begins alike."""

from __future__ import annotations

from scheduler.cli.planning import _named


def test_people_are_called_by_their_names():
    names = {"e-1": "甲", "e-12": "乙"}
    assert _named("1 others move (e-12、e-1)", names) == "1 others move (乙、甲)"
