"""What a stopped print run leaves: brought out if it was entered, taken away if not, left alone while somebody is at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import Conflict
from scheduler.office import print_batch as printing
from scheduler.office.forms import forms
from scheduler.office.print_batch import print_batch
from scheduler.office.print_folder import new_run, shown
from tests.office.books import ROUND
from tests.office.conftest import ledger_of, rules


def names(office) -> list[str]:
    return sorted(path.name for path in parent(office).iterdir())


def parent(office) -> Path:
    return Path(office.settings.out_folder) / "print" / ROUND


def test_what_was_never_entered_is_taken_away_and_told(office_at) -> None:
    office = office_at("issued")
    (parent(office) / ".001").mkdir(parents=True)
    (parent(office) / ".001" / "000001.pdf").write_bytes(b"half")
    elsewhere = parent(office).with_name("another") / ".007"
    elsewhere.mkdir(parents=True)
    print_batch(office, round_id=ROUND, dry_run=True)
    assert names(office) == [".001"]
    report = print_batch(office, round_id=ROUND)
    assert rules(report.findings) == ["print-run-removed"] * 2
    assert {finding.severity for finding in report.findings} == {"warning"}
    assert {finding.where.file for finding in report.findings} == {str(parent(office) / "001"), str(shown(elsewhere))}
    assert (names(office), report.run, elsewhere.exists()) == (["001"], "001", False)
    assert print_batch(office, round_id=ROUND).findings == ()


def test_what_was_entered_is_brought_out_even_by_a_call_that_is_refused(office_at) -> None:
    office = office_at("issued")
    forms(office, "drawn", "A001-A008", round_id=ROUND)
    whole = sorted(
        path.name for path in Path(print_batch(office, round_id=ROUND, forms="A001-A008").paths[0]).parent.iterdir()
    )
    (parent(office) / "001").rename(parent(office) / ".001")
    with pytest.raises(Conflict) as refusal:
        print_batch(office, round_id=ROUND, forms="A001-A008")
    assert rules(refusal.value.findings) == ["print-run-brought-out", *["form-printed-before"] * 8]
    assert names(office) == ["001"]
    assert sorted(path.name for path in (parent(office) / "001").iterdir()) == whole


def test_a_run_in_the_making_is_left_alone_by_other_desks(office_at) -> None:
    office, other = office_at("issued"), office_at()
    with new_run(office, ROUND) as folder:
        (folder / "000001.pdf").write_bytes(b"whole")
        report = print_batch(other, round_id=ROUND)
        assert (report.findings, report.run, names(office)) == ((), "002", [".001", "002"])
    assert names(office) == ["001", "002"]


def test_interrupted_just_after_it_was_entered_a_run_stays(office_at, monkeypatch) -> None:
    office, true = office_at("issued"), printing._enter

    def entered_and_stopped(*given) -> None:
        true(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(printing, "_enter", entered_and_stopped)
    with pytest.raises(KeyboardInterrupt):
        print_batch(office, round_id=ROUND)
    assert names(office) == ["001"]


def test_a_number_that_was_entered_is_not_given_again_when_the_folder_was_cleared(office_at) -> None:
    office = office_at("issued")
    first = print_batch(office, round_id=ROUND)
    (parent(office) / first.run).rename(parent(office).with_name("kept"))
    numbers = [ledger_of(office)[0].number]
    assert print_batch(office, round_id=ROUND, numbers=numbers, reason="卡纸").run == "002"
