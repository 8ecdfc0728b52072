"""The signed code on the paper: says what the paper says, shows no document number, is large enough, and reads back."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace

import pytest
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from scheduler.certificates.claims import Twin, claims_of, code_text, facts_of
from scheduler.certificates.code import read_code
from scheduler.certificates.photos import portrait
from scheduler.certificates.proof import proof
from scheduler.certificates.qr import qr_texts
from tests.certificates.people import CODE, ISSUED, ISSUED_BY, LOW, SKILL, a_face, a_number, a_photo, an_entry

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
LONG = "云岭市高新技术产业开发区建设行业职业技能等级评价与继续教育服务中心有限责任公司分部"


def coded(award_id, entry=None, **changes):
    """Return a face with its signed code, and the facts in it."""
    entry = entry or an_entry()
    face = a_face(award_id, entry, **changes)
    other = SKILL if award_id == LOW.id else LOW
    twin = Twin(a_number(other, entry), other.name.zh, CODE[::-1])
    facts = facts_of(entry, ISSUED_BY[award_id][0], issued_on=ISSUED, status_index=262_143, twins=(twin,),
                     printed_photo=portrait(a_photo(), ""))  # fmt: skip
    return replace(face, code=code_text(face, facts, KEY)), facts


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_code_says_what_is_printed_and_no_document_number(award_id):
    face, facts = coded(award_id)
    claims, _ = read_code(face.code, lambda _: KEY.public_key())
    assert claims == claims_of(face, facts)
    number = an_entry().candidate.document.number
    assert number not in str(claims)
    assert (claims.name, claims.title, claims.issuer, claims.issued_on) == (face.name, face.title, face.issuer, ISSUED)
    assert any(claims.trade in value for *_, value in face.fields)
    assert claims.number == face.number or (number in face.number and "*" in claims.number)
    assert claims.level == (3 if award_id == SKILL.id else 0)
    assert claims.pair
    assert face.qr == face.code
    assert replace(face, code="").qr == face.verify_address


@pytest.mark.parametrize("name", ["徐娟桂", "MARIA FERNANDA DE LOS ANGELES GONZALEZ-RODRIGUEZ"])
@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_code_is_35_mm_wide_whatever_it_says(stamper, issuer, award_id, name):
    face, _ = coded(award_id, an_entry(name), issuer=replace(ISSUED_BY[award_id][1], name=LONG))
    pdf = stamper.print(f"certificates/{face.template}", issuer.paper(face, photo=a_photo())).pdf
    assert proof(face, pdf, issuer.layout(face.template), photo=a_photo()) == []


def test_too_small_a_code_is_not_issued(press, issuer):
    face, _ = coded(SKILL.id)
    data = issuer.paper(face, photo=a_photo())
    data["qr"] = {**data["qr"], "width": 36, "height": 36}
    found = proof(face, press.render("certificates/skill_level", data), issuer.layout("skill_level"), photo=a_photo())
    assert [(f.rule, f.what.en) for f in found] == [("proof-qr", "the QR code is too small")]
    assert found[0].expected.en == "35 mm"


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="needs poppler-utils")
@pytest.mark.parametrize("dpi", ["130", "200"])
def test_stamped_code_is_read_from_the_printed_page(stamper, issuer, tmp_path, dpi):
    face, _ = coded(SKILL.id)
    pdf = stamper.print("certificates/skill_level", issuer.paper(face, photo=a_photo())).pdf
    (tmp_path / "a.pdf").write_bytes(pdf)
    drawn = subprocess.run(["pdftoppm", "-r", dpi, "-png", str(tmp_path / "a.pdf")], capture_output=True, check=True)
    page = Image.open(io.BytesIO(drawn.stdout))
    assert qr_texts(page) == [face.code]
    assert [found.text for found in zxingcpp.read_barcodes(page.rotate(7, fillcolor="white"))] == [face.code]
    if shutil.which("zbarimg") and dpi == "200":
        (tmp_path / "a.png").write_bytes(drawn.stdout)
        heard = subprocess.run(["zbarimg", "-q", "--raw", str(tmp_path / "a.png")], capture_output=True, check=True)
        assert heard.stdout.decode().rstrip("\n") == face.code
