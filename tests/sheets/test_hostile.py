"""Every hostile workbook gives exactly these findings, in this order, and exactly these rows go on."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path

import pytest

from scheduler.errors import SheetError
from scheduler.sheets.read import read_entries
from tests.sheets.conftest import TODAY

HOSTILE = Path(__file__).parents[2] / "fixtures" / "hostile"
PRACTICE = ("W id-number-practice", None, "")

REFUSED = {
    "broken-utf8.csv": "csv-encoding",
    "empty-file.xlsx": "workbook-empty",
    "encrypted.xlsx": "workbook-encrypted",
    "entities.xlsx": "workbook-damaged",
    "far-corner.xlsx": "workbook-too-large",
    "latin1.csv": "csv-encoding",
    "noise.xlsx": "workbook-damaged",
    "painted.xlsx": "workbook-empty",
    "truncated.xlsx": "workbook-damaged",
    "web-page.xls": "workbook-damaged",
    "wrong-extension.csv": "workbook-wrong-extension",
}
READ = {
    "dates.xlsx": ([2, 3, 4], [*[("E date-unreadable", row, "I") for row in (5, 6, 7, 8)], ("E applied-in-future", 9, "I"), ("E date-unreadable", 10, "I"), PRACTICE]),
    "errors-by-code.xlsx": ([], [("E scheme-unknown", 2, "H"), ("E institution-unknown", 3, "K"), ("E slot-unknown", 3, "L"), ("E not-yes-or-no", 3, "M"), ("E coordinate-alone", 3, "O"), ("E date-outside-round", 3, "P"), ("E photo-name", 3, "Q"), ("E award-not-in-scheme", 3, "R"), ("E phone-shape", 4, "F"), ("E region-shape", 4, "J"), PRACTICE]),
    "formula-cells.xlsx": ([4], [("E formula-cell", 2, "A"), ("E formula-cell", 3, "C"), ("E cell-error", 5, "J"), PRACTICE]),
    "gb18030.csv": ([2, 3], [("W csv-encoding-guessed", None, ""), PRACTICE]),
    "half-filled.xlsx": ([2], [("E missing-value", 3, "A"), ("E missing-value", 4, "C"), ("E missing-value", 5, "H"), ("E missing-value", 6, "A"), ("E missing-value", 6, "C"), ("E missing-value", 6, "H"), PRACTICE]),
    "held.xlsx": ([2, 8], [("E held-number-pattern", 3, "L"), ("E held-award-unknown", 4, "K"), ("E missing-value", 5, "L"), ("E missing-value", 5, "O"), ("E held-validity-reversed", 6, "N"), ("E certificate-number-stored-as-number", 7, "L"), ("E id-number-stored-as-number", 7, "O"), ("W held-number-not-holder", 8, "O"), PRACTICE]),
    "identity.xlsx": ([6, 7, 9], [("E id-number-shape", 2, "C"), ("E id-number-birth-date", 3, "C"), ("E id-number-check-digit", 4, "C"), ("E id-number-kind", 5, "C"), ("E missing-value", 8, "D"), ("E missing-value", 8, "E"), ("W id-number-division", 9, "C"), ("E sex-differs", 10, "D"), ("E birth-date-differs", 10, "E"), ("E document-kind-unknown", 11, "B"), ("W trimmed", 11, "C"), ("E age-below-minimum", 12, "C"), ("E age-below-minimum", 12, "C"), PRACTICE]),
    "legacy.xls": ([2, 5], [("E id-number-stored-as-number", 3, "C"), PRACTICE]),
    "many-empty-rows.xlsx": ([2], [PRACTICE]),
    "merged-and-hidden.xlsx": ([2, 3, 4, 5], [("W sheet-not-read", 1, ""), ("W hidden-rows", 1, ""), ("W hidden-column", 1, "J"), ("W merged-cells", 2, "G"), PRACTICE]),
    "missing-heading.xlsx": ([], [("W unknown-heading", 1, "C"), ("E missing-heading", 1, "")]),
    "names.xlsx": ([2, 3, 4, 5, 6, 7], [("W trimmed", 7, "A"), ("E name-characters", 8, "A"), ("E name-characters", 9, "A"), ("E control-character", 10, "A"), ("E control-character", 11, "A"), ("E name-characters", 12, "A"), ("E name-characters", 13, "A"), ("E name-characters", 14, "A"), PRACTICE]),
    "no-headings.xlsx": ([], [("E heading-row-missing", None, "")]),
    "number-as-number.xlsx": ([2, 5], [("E id-number-stored-as-number", 3, "C"), ("E id-number-stored-as-number", 4, "C"), PRACTICE]),
    "odd-headings.xlsx": ([3, 4], [("W unknown-heading", 2, "B"), ("E duplicate-heading", 2, "F"), PRACTICE]),
    "open-document.ods": ([2, 6], [("W hidden-rows", 1, ""), ("E id-number-stored-as-number", 7, "C"), ("E formula-cell", 8, "A"), PRACTICE]),
    "scientific.csv": ([], [("E id-number-stored-as-number", 2, "C"), ("E name-characters", 3, "A"), PRACTICE]),
    "twice.xlsx": ([3, 5, 6], [("E same-person-twice", 2, "C"), ("W same-name-and-birth", 3, "A"), ("W same-phone", 3, "F"), ("E same-person-twice", 4, "C"), ("W same-phone", 5, "F"), ("W same-name-and-birth", 6, "A"), PRACTICE]),
    "utf8-with-mark.csv": ([2, 3], [PRACTICE]),
}  # fmt: skip


def read(name, setup, catalogue):
    return read_entries(HOSTILE / name, round_id="2026-06", catalogue=catalogue, setup=setup, today=TODAY)


def test_every_hostile_file_is_expected_here():
    files = {p.name for p in HOSTILE.iterdir() if p.suffix in {".xlsx", ".xls", ".ods", ".csv"}}
    assert files == set(REFUSED) | set(READ)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_file_that_is_no_workbook_is_refused_with_one_finding(name, setup, catalogue):
    with pytest.raises(SheetError) as caught:
        read(name, setup, catalogue)
    (finding,) = caught.value.findings
    assert (finding.rule, finding.where.file) == (REFUSED[name], name)
    assert finding.hint is not None
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("name", sorted(READ))
def test_a_readable_file_gives_exactly_its_findings(name, setup, catalogue):
    sheet = read(name, setup, catalogue)
    rows, findings = READ[name]
    said = [
        (f"{f.severity[0].upper()} {f.rule}", f.where.row, (f.where.column or "").split(" ")[0]) for f in sheet.findings
    ]
    assert [row for row, _ in sheet.entries] == rows
    assert said == findings


@pytest.mark.parametrize("name", sorted(READ))
def test_a_finding_names_its_file_and_speaks_both_languages(name, setup, catalogue):
    for finding in read(name, setup, catalogue).findings:
        assert finding.where.file == name
        assert finding.in_("zh") != finding.in_("en")
        for text in (finding.what, finding.expected, finding.hint):
            assert text is None or (text.zh and text.en)


def test_what_was_read_is_quoted_as_it_stood(setup, catalogue):
    numbers = [f.said for f in read("number-as-number.xlsx", setup, catalogue).findings if f.severity == "error"]
    assert numbers == ["9.901001990050501e+17", "9.90100199005E+17"]
    dates = [f.said for f in read("dates.xlsx", setup, catalogue).findings if f.rule == "date-unreadable"]
    assert dates == ["20260520", "46162", "2026-02-30", "5/20/2026", "2026.5.20"]


def test_rare_names_come_through_unchanged(setup, catalogue):
    names = [entry.candidate.name for _, entry in read("names.xlsx", setup, catalogue).entries]
    assert names == ["龚䶮", "虞㛃", "𬱖", "古丽米热·艾山", "O'Neil Mary-Ann", "陈清宁"]
    assert [e.candidate.name for _, e in read("gb18030.csv", setup, catalogue).entries][1] == "龚䶮"
    assert [e.candidate.name for _, e in read("legacy.xls", setup, catalogue).entries][1] == "龚䶮"


def test_the_generator_makes_these_files():
    """Members are compared, not packed bytes: compressors differ. ``legacy.xls`` needs a writer we do not depend on."""
    spec = importlib.util.spec_from_file_location("hostile_make", HOSTILE / "make.py")
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    for name, make in maker.MADE.items():
        if name != "truncated.xlsx":
            assert unpacked(make()) == unpacked((HOSTILE / name).read_bytes()), name


def unpacked(raw):
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        return raw
