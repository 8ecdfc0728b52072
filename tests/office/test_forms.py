"""Blank certificates of a round: drawn within bounds, printed on once, spoiled with a reason, and the account balances."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.errors import Conflict, InputError, NotFound
from scheduler.office.forms import forms
from scheduler.office.print_batch import print_batch
from tests.office.books import ROUND
from tests.office.conftest import ledger_of, rules
from tests.office.test_print_batch import manifest_of


def figures(report) -> tuple[int, ...]:
    return report.drawn, report.printed, report.spoiled, report.in_hand, report.returned


def test_from_the_first_draw_to_the_last_form(office_at) -> None:
    office = office_at("issued")
    # Eight certificates earned; 110 % of them is 8 whole forms.
    assert figures(forms(office, "drawn", "A001-A008", round_id=ROUND)) == (8, 0, 0, 8, 0)
    with pytest.raises(InputError) as refusal:
        forms(office, "drawn", "A009-A012", round_id=ROUND)
    assert rules(refusal.value.findings) == ["forms-over-limit"]
    assert refusal.value.findings[0].expected.en == "0 more at most"
    assert figures(forms(office, "drawn", "A009-A012", round_id=ROUND, reason="备用")) == (12, 0, 0, 12, 0)
    report = print_batch(office, round_id=ROUND, forms="A001-A012")
    assert [row["印刷流水号"] for row in manifest_of(report)] == [f"A{n:03d}" for n in range(1, 9)]
    assert figures(forms(office, round_id=ROUND)) == (12, 8, 0, 4, 0)
    jammed = manifest_of(report)[2]
    numbers, again = [jammed["证书编号"]], {"round_id": ROUND, "reason": "卡纸", "forms": "A009-A012"}
    with pytest.raises(Conflict) as taken:
        print_batch(office, numbers=numbers, **again)
    assert taken.value.findings[0].said == "A003"
    with pytest.raises(InputError):
        forms(office, "spoiled", "A003", round_id=ROUND)
    forms(office, "spoiled", "A003", round_id=ROUND, reason="卡纸")
    (row,) = [
        row for row in manifest_of(print_batch(office, numbers=numbers, **again)) if row["证书"] == jammed["证书"]
    ]
    assert row["印刷流水号"] == "A009"
    last = forms(office, "returned", "A010-A012", round_id=ROUND)
    assert figures(last) == (9, 8, 1, 0, 3)
    assert last.summary() == "空白证书台账：领用 12 = 打印 8 + 作废 1 + 退回 3 + 在手 0；应发证书 8 本"
    assert (last.blank, last.ruined) == ((), ("A003",))
    assert len(ledger_of(office)) == 8
    with office.registry.transaction(write=False) as store:
        assert [(m.act, len(m.serials), m.who) for m in store.forms.moves(ROUND)] == [
            ("drawn", 8, "tester"), ("drawn", 4, "tester"), ("printed", 8, "tester"), ("spoiled", 1, "tester"),
            ("printed", 1, "tester"), ("returned", 3, "tester")]  # fmt: skip


def test_what_was_never_drawn_or_is_too_little_prints_nothing(office_at) -> None:
    office = office_at("issued")
    forms(office, "drawn", "A001-A007", round_id=ROUND)
    with pytest.raises(InputError) as refusal:
        print_batch(office, round_id=ROUND, forms="A001-A099")
    assert rules(refusal.value.findings) == ["forms-too-few"]
    assert not (Path(office.settings.out_folder) / "print").exists()
    with pytest.raises(Conflict) as unfit:
        forms(office, "returned", "A007-A009", round_id=ROUND)
    assert [f.where.subject for f in unfit.value.findings] == ["A008", "A009"]
    assert figures(forms(office, round_id=ROUND)) == (7, 0, 0, 7, 0)
    assert rules(forms(office, round_id=ROUND).findings) == ["forms-few"]


def test_a_run_that_cannot_be_entered_is_taken_away(office_at, monkeypatch) -> None:
    office = office_at("issued")
    forms(office, "drawn", "A001-A008", round_id=ROUND)

    def quicker(*given) -> None:
        # Another desk returns the forms while this one lays out its sheets.
        forms(office, "returned", "A001-A008", round_id=ROUND)
        return real(*given)

    from scheduler.office import print_batch as module

    real = module.write_print_manifest
    monkeypatch.setattr(module, "write_print_manifest", quicker)
    with pytest.raises(Conflict):
        print_batch(office, round_id=ROUND, forms="A001-A008")
    assert not list((Path(office.settings.out_folder) / "print" / ROUND).iterdir())
    assert figures(forms(office, round_id=ROUND)) == (0, 0, 0, 0, 8)


def test_preview_enters_nothing(office_at) -> None:
    office = office_at("issued")
    assert figures(forms(office, "drawn", "A001-A008", round_id=ROUND, dry_run=True)) == (8, 0, 0, 8, 0)
    assert figures(forms(office, round_id=ROUND)) == (0, 0, 0, 0, 0)
    with pytest.raises(NotFound):
        forms(office, round_id="none")
    with pytest.raises(InputError):
        forms(office, "printed", "A001", round_id=ROUND)
