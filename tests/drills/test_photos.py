"""The drill of hostile photos in its small form."""

from __future__ import annotations

from tests.drills.photos import MOST_MB, SMALL, drill


def test_hostile_photos_are_refused_or_drawn_anew_in_little_memory():
    rows = {row["kind"]: row for row in drill(SMALL, 7)}
    assert [row for row in rows.values() if row["faults"]] == []
    assert max(row["peak MB"] for row in rows.values()) < MOST_MB
    assert rows["bomb"]["refused"] >= 2
    assert rows["bomb"]["control MB"] > MOST_MB
    assert rows["hidden data"]["taken"] > 20
    assert rows["hidden data"]["control_failed"] > 20
