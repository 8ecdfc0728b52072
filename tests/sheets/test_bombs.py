"""Workbooks made to choke whoever opens them: refused, or read right, within 2 seconds and 200 MB."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{PACKAGE}/content-types">
        <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
        <Default Extension="xml" ContentType="application/xml"/>
        <Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>
        <Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/>
        <Override PartName="/xl/sharedStrings.xml" ContentType="{KIND}.sharedStrings+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{PACKAGE}/relationships">
        <Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{PACKAGE}/relationships">
        <Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
        <Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">
        <sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>虞㛃</t></si></sst>',
}
"""The least of a workbook, but for its one sheet."""
ONE = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
CELLS = "".join(f'<c r="{letter}%d" s="1"/>' for letter in "ABCDEFGHIJ")
ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="S"><table:table-row table:number-rows-repeated="1000000">'
    '<table:table-cell office:value-type="string" table:number-columns-repeated="1000"><text:p>x</text:p></table:table-cell>'
    "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
)
ROWS = {
    "dimension.xlsx": [ONE],
    "empty-cells.xlsx": (f'<row r="{n}">' + CELLS.replace("%d", str(n)) + "</row>" for n in range(1, 200_001)),
    "rows.xlsx": (f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 300_000)),
    "wide.xlsx": (f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 480)),
    "formulas.xlsx": (f'<row r="{n}"><c r="A{n}"><f>1</f></c></row>' for n in range(1, 300_000)),
    "attributes.xlsx": ["<row ", *(f'a{n}="1" ' for n in range(1_000_000)), "/>"],
    "deep.xlsx": ["<a>" * 2_000_000, "</a>" * 2_000_000],
}
SHARED = {
    "shared-many.xlsx": f'<sst xmlns="{MAIN}">' + "<si><t>a</t></si>" * 1_100_000 + "</sst>",
    "shared-long.xlsx": f'<sst xmlns="{MAIN}"><si><t>' + "0123456789abcdef" * (70 << 16) + "</t></si></sst>",
}
READ = {"dimension.xlsx": [["虞㛃"]]}
"""What is read right; all others are refused."""
NOTHING = {"empty-cells.xlsx", "empty-cells.csv"}
"""Refused because nothing stands in them."""


def sheet(rows: Iterator[str] | list[str]) -> Iterator[str]:
    yield f'<worksheet xmlns="{MAIN}"><dimension ref="A1:XFD1048576"/><sheetData>'
    yield from rows
    yield "</sheetData></worksheet>"


def pack(path: Path, parts: dict[str, Iterator[str] | list[str] | str]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, pieces in parts.items():
            with archive.open(name, "w", force_zip64=True) as part:
                source = iter([pieces] if isinstance(pieces, str) else pieces)
                while some := list(islice(source, 20_000)):
                    part.write("".join(some).encode())


@pytest.fixture(scope="module")
def bombs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bombs")
    for name, rows in ROWS.items():
        pack(folder / name, {**PARTS, "xl/worksheets/sheet1.xml": sheet(rows)})
    for name, strings in SHARED.items():
        pack(folder / name, {**PARTS, "xl/sharedStrings.xml": strings, "xl/worksheets/sheet1.xml": sheet([ONE])})
    book = PARTS["xl/workbook.xml"] + " " * (20 << 20)
    pack(folder / "long-book.xlsx", {**PARTS, "xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheet([ONE])})
    pack(folder / "repeated.ods", {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": ODS})
    (folder / "empty-cells.csv").write_bytes((b"," * 99 + b"\n") * 20_000)
    (folder / "long-row.csv").write_bytes(b"," * (15 << 20))
    (folder / "lines.csv").write_bytes(b"\n" * (60 << 20))
    (folder / "noise.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60 << 20))
    return folder


OPENER = """
import json, sys, time
from pathlib import Path
import python_calamine
from scheduler.errors import SheetError
from scheduler.sheets.workbook import open_book
for file in sorted(Path(sys.argv[1]).iterdir()):
    began = time.process_time()
    try:
        said = [[list(cells) for _, cells in grid.rows] for grid in open_book(file).grids][0]
    except SheetError as fault:
        said = [fault.findings[0].rule, fault.findings[0].where.file, fault.findings[0].hint is not None]
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
    print(json.dumps([file.name, said, time.process_time() - began, int(peak) >> 10]))
"""


def test_bombs_are_refused_or_read_right_in_little_time_and_memory(bombs):
    done = subprocess.run(
        [sys.executable, "-c", OPENER, str(bombs)], cwd=ROOT, capture_output=True, check=True, text=True
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for name, said, seconds, peak_mib in found:
        rule = "workbook-empty" if name in NOTHING else "workbook-too-large"
        assert said == READ.get(name, [rule, name, True]), name
        assert seconds < 2, name
        assert peak_mib < 200, name
    assert len(found) == len(ROWS) + len(SHARED) + 6
