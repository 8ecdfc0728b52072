"""The drill of seats in its small form."""

from __future__ import annotations

from tests.drills.seats import READERS, SMALL, drill


def test_every_kind_of_file_names_the_seat_that_the_registry_holds():
    rows = list(drill(SMALL, 3))
    assert [row["kind"] for row in rows] == list(READERS)
    assert [row for row in rows if row["faults"]] == []
    assert all(row["seats"] >= SMALL and row["control_failed"] for row in rows)
