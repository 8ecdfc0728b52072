"""Templates: empty workbooks that read back, and marks sheets with everybody's name on them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scheduler.errors import InputError, NotFound, SettingsError
from scheduler.office.enrol import enrol
from scheduler.office.prepare import prepare
from scheduler.office.record import record
from scheduler.office.settings import load_settings
from scheduler.office.template import marks_sheet, office_file, round_schema_file, template
from scheduler.office.views import plan_version
from tests.office.books import ROUND, edited, setting_all
from tests.office.conftest import entries_of, rules

SHEET = "成绩表"


def session_of(office, kind: str) -> str:
    sessions = plan_version(office, round_id=ROUND).plan.sessions
    return next(s.id for s in sessions if s.component_id.endswith(kind))


def rows_of(path: Path) -> list[dict[str, object]]:
    top, *rows = load_workbook(path)[SHEET].iter_rows(values_only=True)
    heads = [str(head).split("\n")[0].rstrip("*") for head in top]
    return [dict(zip(heads, row, strict=True)) for row in rows if any(row)]


def test_empty_templates_say_that_they_are_empty(office_at, tmp_path: Path) -> None:
    office = office_at("prepared")
    before = office.registry.counts()
    with pytest.raises(InputError) as caught:
        enrol(office, template("entries", tmp_path / "e.xlsx"), round_id=ROUND)
    assert "no-rows" in rules(caught.value.findings)
    with pytest.raises(InputError):
        record(office, template("marks", tmp_path / "m.xlsx"), round_id=ROUND)
    with pytest.raises(InputError):
        prepare(office, template("setup", tmp_path / "s.xlsx"))
    assert office.registry.counts() == before


def test_marks_sheet_of_one_session_reads_back_through_record(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    sheet = marks_sheet(office, round_id=ROUND, out=tmp_path / "m.xlsx", session_id=session_of(office, "theory"))
    assert {row["姓名"] for row in rows_of(sheet)} == set(entries_of(office))
    assert {row["科目"] for row in rows_of(sheet)} == {"yichang-three/theory"}
    filled = edited(sheet, tmp_path / "filled.xlsx", setting_all(SHEET, "成绩", 85))
    report = record(office, filled, round_id=ROUND)
    assert (len(report.outcomes), report.findings, report.waiting) == (17, (), ())
    assert {mark.pts for outcome in report.outcomes for mark in outcome.marks} == {85}
    sheet = marks_sheet(office, round_id=ROUND, out=tmp_path / "p.xlsx", session_id=session_of(office, "practical"))
    filled = edited(sheet, tmp_path / "filled2.xlsx", setting_all(SHEET, "成绩", 85))
    assert record(office, filled, round_id=ROUND).tally() == {3: 17}


def test_marks_sheet_of_the_round_has_a_row_for_every_sitting_in_order(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    rows = rows_of(marks_sheet(office, round_id=ROUND, out=tmp_path / "m.xlsx"))
    places = [(row["场次"], row["轮次"], row["考位"]) for row in rows]
    sittings = plan_version(office, round_id=ROUND).plan.sittings
    assert places == sorted((s.session_id, s.turn, s.place) for s in sittings)
    numbers = {entry.candidate.document.number for entry in entries_of(office).values()}
    assert not numbers & {row["证件号码"] for row in rows}  # the sheet goes from hand to hand


def test_unfilled_marks_sheet_is_refused_and_keeps_nothing(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    before = office.registry.counts()
    with pytest.raises(InputError) as caught:
        record(office, marks_sheet(office, round_id=ROUND, out=tmp_path / "m.xlsx"), round_id=ROUND)
    assert set(rules(caught.value.findings)) == {"mark-missing"}
    assert office.registry.counts() == before


def test_marks_sheet_needs_a_published_plan_and_a_session_of_it(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    with pytest.raises(NotFound, match="尚未发布"):
        marks_sheet(office, round_id=ROUND, out=tmp_path / "m.xlsx")
    assert not (tmp_path / "m.xlsx").exists()


def test_marks_sheet_of_an_unknown_session_is_not_found(office_at, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"D9AM\.A201"):
        marks_sheet(office_at("published"), round_id=ROUND, out=tmp_path / "m.xlsx", session_id="D9AM.A201")


def test_file_that_is_there_is_written_over_only_when_asked(office_at, tmp_path: Path) -> None:
    office, out = office_at("published"), tmp_path / "mine"
    writers = [
        lambda **how: template("entries", out, **how),
        lambda **how: marks_sheet(office, round_id=ROUND, out=out, **how),
        lambda **how: round_schema_file(out, **how),
        lambda **how: office_file(out, **how),
    ]
    for write in writers:
        out.write_text("somebody's work")
        with pytest.raises(InputError):
            write()
        assert out.read_text() == "somebody's work"
        write(overwrite=True)
        assert out.read_bytes() != b"somebody's work"


def test_settings_to_fill_in_are_refused_until_they_are(tmp_path: Path) -> None:
    file = office_file(tmp_path / "office.toml")
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert [finding.where.path for finding in caught.value.findings] == ["region"]
    file.write_text(file.read_text("utf-8").replace("000000", "990100"), encoding="utf-8")
    assert load_settings(file).region == "990100"


def test_round_schema_is_a_schema(tmp_path: Path) -> None:
    schema = json.loads(round_schema_file(tmp_path / "schema.json").read_text(encoding="utf-8"))
    assert {"slots", "rooms", "parties"} <= set(schema["$defs"]["Round"]["properties"])
