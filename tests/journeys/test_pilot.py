"""The main job on the pilot, from a workbook to 45 certificates, read back by other people's tools."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from scheduler.domain.certificates import Certificate
from scheduler.office.audit import audit
from scheduler.office.desk import Office
from scheduler.office.enrol import enrol
from scheduler.office.issue import issue
from scheduler.office.plan import plan
from scheduler.office.prepare import prepare
from scheduler.office.publish import publish
from scheduler.office.record import record
from scheduler.office.verify import verify
from scheduler.office.views import certificates
from tests.journeys.conftest import FIXTURES

PILOT = FIXTURES / "pilot"
ON = date(2026, 6, 30)


def up_to_marks(office: Office) -> str:
    round_id = prepare(office, PILOT / "setup.xlsx").setup.id
    enrolled = enrol(office, PILOT / "entries.xlsx", round_id=round_id)
    assert (enrolled.count("new"), enrolled.rejected_rows) == (17, ())
    draft = plan(office, round_id=round_id)
    assert (draft.candidates, draft.unplaced, draft.version) == (17, 0, 1)
    assert draft.plan.gap == 0.0
    assert audit(office, round_id=round_id).findings == ()
    publish(office, round_id=round_id)
    recorded = record(office, PILOT / "marks.xlsx", round_id=round_id)
    assert recorded.tally() == {3: 11, 2: 6}
    return round_id


@pytest.fixture
def issued(an_office) -> tuple[Office, str, list[Path]]:
    office = an_office("pilot")
    round_id = up_to_marks(office)
    report = issue(office, round_id=round_id, issued_on=ON)
    assert report.findings == ()
    assert (report.issued, len(report.grants)) == (45, 17)
    return office, round_id, [Path(path) for path in report.paths]


@pytest.mark.slow
def test_forty_five_certificates_agree_with_ledger_and_readers(issued) -> None:
    office, round_id, paths = issued
    ledger = certificates(office, round_id=round_id)
    assert [path.name for path in paths] == [c.file_name for c in ledger]
    assert [c.sequence for c in ledger] == list(range(1, 46))
    assert Counter(Counter(c.entry_id for c in ledger).values()) == {3: 11, 2: 6}
    for path, certificate in zip(paths, ledger, strict=True):
        assert_pdftotext_agrees(path, certificate)
    assert_gapless(ledger)
    assert verify(office, paths[0]).valid
    again = issue(office, round_id=round_id, issued_on=ON)
    assert (again.issued, again.already) == (0, 45)
    manifest = (paths[0].parent / f"manifest-{round_id}.csv").read_text(encoding="utf-8-sig")
    assert [row[-1] for row in csv.reader(manifest.splitlines())][1:] == [c.sha256 for c in ledger]
    assert_fonts_and_qr(paths[0], ledger[0])
    assert_alterations_are_noticed(office, paths[0])


def assert_pdftotext_agrees(path: Path, certificate: Certificate) -> None:
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True, text=True).stdout
    squeezed = re.sub(r"\s+", "", text)
    for _, _, _, value in certificate.face.fields:
        assert re.sub(r"\s+", "", value) in squeezed, (path.name, value)
    assert re.sub(r"\s+", "", certificate.face.title) in squeezed
    assert certificate.face.issued_words in squeezed


def assert_gapless(ledger: list[Certificate]) -> None:
    skill = sorted(c.number for c in ledger if c.award_id == "electrician-5")
    assert [int(number[-6:]) for number in skill] == list(range(1, len(skill) + 1))
    assert len(set(skill)) == len(skill) >= 11


def assert_fonts_and_qr(path: Path, certificate: Certificate) -> None:
    rows = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True).stdout.splitlines()[2:]
    assert rows
    assert all(row.split()[-5] == "yes" for row in rows), rows  # the emb column
    picture = path.with_suffix("")
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", path, picture], check=True)
    codes = zxingcpp.read_barcodes(Image.open(picture.with_suffix(".png")))
    assert [code.text for code in codes] == [certificate.face.qr]


def assert_alterations_are_noticed(office: Office, path: Path) -> None:
    content = path.read_bytes()
    copy = path.with_name("copy.pdf")
    shutil.copy(path, copy)
    assert verify(office, copy).valid
    for at in (100, len(content) // 2, len(content) - 2):
        copy.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert not verify(office, copy).valid
    copy.write_bytes(b"not a paper")
    found = verify(office, copy)
    assert (found.valid, [f.rule for f in found.findings][-1]) == (False, "not-issued-here")
    assert not verify(office, "S0000").valid
