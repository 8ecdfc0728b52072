from __future__ import annotations

import hashlib
import io
import random
import time
import zlib

import pikepdf
import pytest

from scheduler.certificates.verify import read_paper
from tests.certificates.people import CODE, CONSTRUCTION, ISSUED_BY, SKILL, a_photo


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_own_certificate_says_its_number_first(drawn, award_id):
    face, _, pdf = drawn[award_id]
    paper = read_paper(pdf)
    assert paper.numbers[0] == face.number
    assert (paper.qr, paper.inquiry_code) == (face.verify_address, CODE)
    assert paper.title == f"{face.title} {face.number}"
    assert (paper.sha256, paper.findings) == (hashlib.sha256(pdf).hexdigest(), ())


def test_identity_number_is_not_among_the_numbers(drawn):
    face, _, pdf = drawn[CONSTRUCTION.id]
    assert {key: value for key, _, _, value in face.fields}["document_no"] not in read_paper(pdf).numbers


def test_paper_saved_anew_has_another_digest_and_the_same_words(drawn):
    face, _, pdf = drawn[SKILL.id]
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out)
    again = read_paper(out.getvalue())
    assert again.sha256 != read_paper(pdf).sha256
    assert again.numbers == (face.number,)


@pytest.mark.parametrize(
    ("junk", "rule"),
    [(b"", "paper-no-pdf"), (b"PK\x03\x04 a workbook", "paper-no-pdf"), (a_photo(), "paper-no-pdf"),
     (b"%PDF-1.7\n%%EOF", "paper-unreadable"), (b"%PDF-1.7 " + b"\x00" * 5000, "paper-unreadable"),
     (b"%PDF-1.7 " + b"x" * (9 << 20), "paper-unreadable")],
    ids=["empty", "zip", "jpeg", "hollow", "zeros", "large"],
)  # fmt: skip
def test_junk_gives_a_finding(junk, rule):
    paper = read_paper(junk)
    assert [finding.rule for finding in paper.findings] == [rule]
    assert paper.numbers == ()


def test_every_truncation_and_1000_flipped_bytes_give_an_answer(drawn):
    _, _, pdf = drawn[SKILL.id]
    chance = random.Random(7)
    for end in range(0, len(pdf), len(pdf) // 40):
        assert read_paper(pdf[:end]).sha256
    for _ in range(40):
        broken = bytearray(pdf)
        for _ in range(25):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        assert read_paper(bytes(broken)).sha256 != read_paper(pdf).sha256


def paper_with(contents, resources=b"", box=b"0 0 595 842"):
    document = pikepdf.new()
    document.add_blank_page()
    document.pages[0].Contents = document.make_stream(contents)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def bomb(contents):
    """A PDF whose page stream unpacks to far more than it is long."""
    document = pikepdf.new()
    document.add_blank_page()
    packed = zlib.compress(contents, 9)
    document.pages[0].Contents = pikepdf.Stream(document, packed, Filter=pikepdf.Name.FlateDecode)
    out = io.BytesIO()
    document.save(out, compress_streams=False)
    return out.getvalue()


@pytest.mark.parametrize("contents", [b" " * (400 << 20), b"q Q " * (8 << 20)], ids=["spaces", "orders"])
def test_bomb_is_refused_in_time(contents):
    pdf = bomb(contents)
    assert len(pdf) < 1 << 20
    began = time.monotonic()
    assert [finding.rule for finding in read_paper(pdf).findings] == ["paper-unreadable"]
    assert time.monotonic() - began < 10


def test_forms_that_draw_each_other_are_refused():
    document = pikepdf.new()
    document.add_blank_page()
    form = document.make_indirect(
        document.make_stream(b"/a Do /a Do", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form)
    )
    form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(a=form))
    document.pages[0].Contents = document.make_stream(b"/a Do")
    document.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(a=form))
    out = io.BytesIO()
    document.save(out)
    assert [finding.rule for finding in read_paper(out.getvalue()).findings] == ["paper-unreadable"]


def test_encrypted_paper_gives_a_finding(drawn):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn[SKILL.id][2])) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    assert [finding.rule for finding in read_paper(out.getvalue()).findings] == ["paper-unreadable"]


def test_foreign_pdf_says_what_is_missing():
    assert [f.rule for f in read_paper(paper_with(b"q Q")).findings] == ["paper-no-qr", "paper-no-number"]
