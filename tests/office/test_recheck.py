"""What was issued, read back by another reader: genuine rounds pass; whatever was altered in a file is named."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from scheduler.errors import NotFound
from scheduler.office.issue import issue
from scheduler.office.recheck import recheck
from scheduler.registry import guards
from tests.office.books import ROUND
from tests.office.conftest import ledger_of, rules


def test_a_genuine_round_passes_with_its_copies(office_at) -> None:
    report = recheck(office_at("issued"), round_id=ROUND)
    assert (report.sound, report.findings) == (True, ())
    assert (report.certificates, report.copies, report.photos) == (8, 8, 8)
    assert report.summary().startswith("复核通过：复读证书 8 本、文件夹副本 8 份，比对照片 8 张；0 个问题")
    assert report.summary("en").startswith("recheck passed: 8 certificates")


def test_papers_drawn_whole_pass_as_well(office_at) -> None:
    office = office_at("few")
    issue(office, round_id=ROUND, issued_on=date(2026, 6, 30), engine="weasyprint")
    report = recheck(office)
    assert (report.findings, report.certificates) == ((), 8)


def test_an_unknown_round_is_told(office_at) -> None:
    with pytest.raises(NotFound):
        recheck(office_at("issued"), round_id="none")


def text_block(content: bytes, page: pikepdf.Page, wanted: str) -> re.Match[bytes]:
    """Find the block of drawing orders that draws exactly the wanted text."""
    for block in re.finditer(rb"BT\n(?:(?!ET\n).)*?ET", content, re.DOTALL):
        font = re.search(rb"/(\S+) \S+ Tf", block[0])
        maps = page.Resources.Font["/" + font[1].decode()].ToUnicode.read_bytes().decode("latin-1")
        characters = dict(re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>", maps))
        codes = [
            code for group in re.findall(rb"<([0-9a-f]+)>", block[0]) for code in re.findall("....", group.decode())
        ]
        drawn = "".join(bytes.fromhex(characters[code]).decode("utf-16-be") for code in codes if code in characters)
        if drawn.strip() == wanted:
            return block
    raise AssertionError(f"{wanted} is not drawn in one piece")


def changed_text(pdf: bytes, wanted: str) -> bytes:
    """Exchange two different characters of a text, so that every glyph stays embedded."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        page = file.pages[0]
        content = page.Contents.read_bytes()
        block = text_block(content, page, wanted)
        codes = re.findall(rb"[0-9a-f]{4}", b"".join(re.findall(rb"<([0-9a-f]+)>", block[0])))
        one, other = next((a, b) for a, b in zip(codes[::-1], codes[-2::-1], strict=False) if a != b)
        swapped = (
            block[0].replace(other + one, one + other) if other + one in block[0] else block[0].replace(one, other)
        )
        assert swapped != block[0]
        page.Contents.write(content[: block.start()] + swapped + content[block.end() :])
        return saved(file)


def changed_picture(pdf: bytes, make, *, jpeg: bool) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        drawn = file.pages[0].Resources.XObject
        (image,) = [i for i in drawn.values() if i.Subtype == "/Image" and (i.Filter == "/DCTDecode") == jpeg]
        make(image)
        return saved(file)


def saved(file: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def another_photo(image: pikepdf.Object) -> None:
    out = io.BytesIO()
    Image.new("RGB", (295, 413), (90, 120, 160)).save(out, "JPEG")
    image.write(out.getvalue(), filter=pikepdf.Name.DCTDecode)


def another_code(image: pikepdf.Object) -> None:
    drawn = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode("https://example.org", zxingcpp.BarcodeFormat.QRCode),
                                            scale=1, add_quiet_zones=True)  # fmt: skip
    picture = Image.fromarray(drawn, "L").convert("1")
    image.Width, image.Height = picture.size
    image.write(picture.tobytes())


FORGERIES = {
    "name": lambda pdf, face: changed_text(pdf, face.name),
    "number": lambda pdf, face: changed_text(pdf, f"No. {face.number}"),
    "level": lambda pdf, face: changed_text(pdf, {f[0]: f[3] for f in face.fields}["level"]),
    "photo": lambda pdf, _: changed_picture(pdf, another_photo, jpeg=True),
    "qr": lambda pdf, _: changed_picture(pdf, another_code, jpeg=False),
    "appended": lambda pdf, _: pdf + b"\n% later\n",
}


def store_files(office, files: dict[int, bytes]) -> None:
    """Alter kept files as somebody does who has the database file and takes its guards away."""
    with sqlite3.connect(office.settings.database) as connection:
        for guard in guards.ALL:
            connection.execute(f"DROP TRIGGER {guard.name}")
        for sequence, content in files.items():
            connection.execute("UPDATE certificate_files SET content = ? WHERE sequence = ?", (content, sequence))
    connection.close()


def test_what_was_altered_in_a_kept_file_is_named(office_at) -> None:
    office = office_at("issued")
    # Only a skill level has a level; it comes first, so that it finds one.
    left, chosen = ledger_of(office), {}
    for what in sorted(FORGERIES, key=lambda what: what != "level"):
        chosen[what] = next(c for c in left if what != "level" or c.award_id == "electrician-5")
        left.remove(chosen[what])
    with office.registry.transaction(write=False) as store:
        files = {c.sequence: FORGERIES[what](store.ledger.file_of(c), c.face) for what, c in chosen.items()}
    store_files(office, files)
    report = recheck(office, round_id=ROUND)
    assert not report.sound
    for what, one in chosen.items():
        found = [f for f in report.findings if f.where.file == f"登记库 {one.file_name}"]
        # Writing the file anew breaks its signature too; only what was appended leaves everything else whole.
        also = set() if what == "appended" else {"reread-signature"}
        assert set(rules(found)) == {f"reread-{what}", "reread-digest", *also}
        (finding,) = [f for f in found if f.rule == f"reread-{what}"]
        assert finding.said
        assert finding.said != finding.expected.zh
        assert finding.hint.en.startswith("the file was altered")
    assert {f.where.file for f in report.findings} == {f"登记库 {c.file_name}" for c in chosen.values()}


def test_copies_in_the_folder_are_read_too(office_at) -> None:
    office = office_at("issued")
    folder = Path(office.settings.out_folder) / "certificates"
    one, two, three, *_ = ledger_of(office)
    shutil.copy(folder / one.file_name, folder / two.file_name)
    (folder / three.file_name).write_bytes(b"%PDF-1.7 nothing")
    found = recheck(office).findings
    mixed = {f.rule for f in found if f.where.file == f"certificates/{two.file_name}"}
    assert mixed >= {"reread-digest", "reread-number", "reread-qr", "reread-title"}
    assert [f.rule for f in found if f.where.file == f"certificates/{three.file_name}"] == ["reread-unreadable"]
    assert {f.where.file for f in found} == {f"certificates/{c.file_name}" for c in (two, three)}


def test_a_record_changed_in_the_ledger_does_not_fit_the_file(office_at) -> None:
    office = office_at("issued")
    one = ledger_of(office)[0]
    with sqlite3.connect(office.settings.database) as connection:
        for guard in guards.ALL:
            connection.execute(f"DROP TRIGGER {guard.name}")
        (document,) = connection.execute("SELECT document FROM certificates WHERE sequence = 1").fetchone()
        longer = document.replace(f'"{one.face.name}"', f'"{one.face.name[:2]}"')
        assert longer != document
        connection.execute("UPDATE certificates SET document = ? WHERE sequence = 1", (longer,))
    connection.close()
    (finding,) = recheck(office).findings
    assert (finding.rule, finding.said) == ("reread-name", one.face.name)
    assert finding.hint.en.startswith("the file is as it was issued")
