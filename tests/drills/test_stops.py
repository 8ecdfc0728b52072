"""The drills of kills, rivals and trouble in their small form: whole pairs, numbers 1 to n, and controls that are caught."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from tests.drills import kills, rivals, trouble
from tests.drills.offices import ended, halves
from tests.drills.presses import PrintDesk, runs_of
from tests.drills.tokens import has_tokens
from tests.office.conftest import open_at


@pytest.mark.slow
def test_kill_nine_while_issuing_and_printing(desk):
    rows = {row["case"]: row for row in kills.rows(desk, kills.SMALL, 7)}
    assert [row for row in rows.values() if row["faults"]] == []
    for phase, points in (("issue", 50), ("print", 30)):
        every, at_random = rows[f"{phase}, every point"], rows[f"{phase}, random"]
        assert every["points"] >= points
        # Some points are only reached where an earlier run left something to do.
        assert every["landed"] >= 0.9 * every["trials"]
        assert at_random["landed"] == kills.SMALL
        assert at_random["places"] >= 5
        assert rows[f"{phase}, control"]["control_failed"] > 0


@pytest.mark.slow
def test_desks_that_issue_the_same_batch_at_once(desk):
    *honest, control = rivals.rows(desk, rivals.SMALL, 7)
    assert [(row["desks"], row["issued"], row["faults"]) for row in honest] == [(2, 8, 0), (5, 8, 0), (10, 8, 0)]
    assert max(row["longest wait s"] for row in honest) < rivals.MOST_S
    assert control["control_failed"] > 0


@pytest.mark.slow
def test_trouble_with_disk_clock_and_keys(desk):
    rows = {row["case"]: row for row in trouble.rows(desk, trouble.SMALL, 7)}
    assert [row for row in rows.values() if row["faults"]] == []
    assert {"EIO", "ENOSPC", "write fails", "clock moved", "keys taken away", "control"} <= set(rows)
    assert min(rows[case]["stopped"] for case in ("EIO", "ENOSPC", "write fails")) > 0
    assert rows["control"]["control_failed"] > 0
    if has_tokens():
        assert rows["token unplugged"]["stopped"] > 0


def test_the_judge_sees_a_file_that_was_touched_and_a_batch_not_ended(desk):
    with open_at(desk.fresh()) as office:
        assert ended(office) == []
        path = next(trouble.copies.certificates_folder(office).glob("*.pdf"))
        path.write_bytes(path.read_bytes()[:-1])
        assert halves(office) == [f"the file {path.name} is not that of the ledger"]
        assert ended(office) == []


def test_the_judge_of_print_runs_sees_what_does_not_agree(desk):
    press = PrintDesk(desk)
    with open_at(press.fresh()) as office:
        assert press.ended(office) == []
        run = runs_of(office) / "001"
        whole = {path.name: path.read_bytes() for path in run.iterdir()}
        book = load_workbook(run / "manifest.xlsx")
        book.worksheets[0]["K3"] = "A005"
        book.save(run / "manifest.xlsx")
        assert press.halves(office) == ["run 001: its two manifests differ"]
        (run / "manifest.xlsx").write_bytes(whole["manifest.xlsx"])
        (run / "manifest.csv").write_bytes(whole["manifest.csv"].replace(b"A002", b"A005"))
        assert len(press.halves(office)) == 2
        (run / "manifest.csv").write_bytes(whole["manifest.csv"])
        (run / "000002.pdf").write_bytes(whole["000002.pdf"][:-1])
        assert press.halves(office) == ["run 001: its files are not whole"]
        (run / "000002.pdf").write_bytes(whole["000002.pdf"])
        assert press.halves(office) == []
        run.rename(run.with_name("002"))
        assert press.halves(office) == ["run 002 is shown and was not entered"]
