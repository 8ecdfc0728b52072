"""A finished file is what it says: PDF/A-3b, certified by one sound signature over all of it, with its attachment, tagged."""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import page
import pikepdf
import pytest
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from scheduler.certificates.issuer import Issuer
from scheduler.certificates.keyfile import REGISTER, read_keys
from scheduler.certificates.keys import Keyring
from scheduler.certificates.new_keys import new_demo_keys
from scheduler.press.render import Press
from scheduler.press.stamp import Attachment, Finish, Stamper
from tests.certificates.conftest import FOLDER
from tests.certificates.people import ISSUED_BY, a_face, a_photo, an_entry

AT = "20260618093000+08'00'"
CREDENTIAL = Attachment("credential.json", "application/ld+json", "可验证凭证 verifiable credential")
NAMES = dict(zip(ISSUED_BY, ("徐娟桂", "欧阳䶮㛃", "阿依古丽·买买提江", "Zoë Müller", "王\U0002cb2b"), strict=True))


@pytest.fixture(scope="module")
def keyring(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    new_demo_keys(folder, [issuer.name for _, issuer in ISSUED_BY.values()], bits=3072)
    return Keyring(read_keys(folder / REGISTER), demo=True)


@pytest.fixture(scope="module")
def files(keyring):
    """Every kind of certificate once, signed, with an attachment; award id -> file."""
    stamper, issuer, made = Stamper(Press(FOLDER)), Issuer(FOLDER), {}
    for n, award_id in enumerate(ISSUED_BY):
        face = a_face(award_id, an_entry(NAMES[award_id], 400 + n))
        keys = keyring.of(face.issuer)
        finish = Finish(keys.seal, keys.signer, AT, CREDENTIAL, b'{"award": "%d"}' % n)
        data = issuer.paper(face, photo=a_photo(n))
        printed = stamper.print(f"certificates/{face.template}", data, finish)
        assert printed.drawn_because == ""
        made[award_id] = printed.pdf
        if n == 0:
            made["drawn anew"] = stamper.draw(f"certificates/{face.template}", data, finish)
    return made


KINDS = [*ISSUED_BY, "drawn anew"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_pdf_a_3b(kind, files):
    report = page.validate_pdf_bytes(files[kind], profile=page.ValidationProfile.PDF_A_3B)
    assert report.is_compliant, [failure.rule_id for failure in report.failures]


def test_the_checker_would_notice(files):
    spoilt = (
        files[KINDS[0]]
        .replace(b"<pdfaid:part>3</pdfaid:part>", b"<pdfaid:part>7</pdfaid:part>")
        .replace(b'pdfaid:part="3"', b'pdfaid:part="7"')
    )
    assert spoilt != files[KINDS[0]]
    assert not page.validate_pdf_bytes(spoilt, profile=page.ValidationProfile.PDF_A_3B).is_compliant


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_certified_whole_and_nothing_may_be_changed(kind, files, keyring):
    reader = PdfFileReader(io.BytesIO(files[kind]))
    (signature,) = reader.embedded_signatures
    keys = keyring.of(a_face(kind if kind in ISSUED_BY else KINDS[0]).issuer)
    root = x509.Certificate.load(keys.seal.certificates[-1].dump())
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=[root]))
    assert (status.bottom_line, status.coverage.name, status.docmdp_ok) == (True, "ENTIRE_FILE", True)
    assert signature.docmdp_level.value == 1
    assert status.signing_cert.subject.native["common_name"] == keys.issuer
    assert "rsa" in status.pkcs7_signature_mechanism
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert len(signature.other_embedded_certs) == 1


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="needs poppler-utils")
@pytest.mark.parametrize("kind", KINDS)
def test_poppler_says_so_too(kind, files, tmp_path):
    (tmp_path / "a.pdf").write_bytes(files[kind])
    told = subprocess.run(["pdfsig", "-nocert", "a.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Signature is Valid" in told.stdout
    assert "Total document signed" in told.stdout


@pytest.mark.skipif(not shutil.which("qpdf"), reason="needs qpdf")
@pytest.mark.parametrize("kind", KINDS)
def test_qpdf_finds_nothing(kind, files, tmp_path):
    (tmp_path / "a.pdf").write_bytes(files[kind])
    done = subprocess.run(["qpdf", "--check", "a.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "warning" in done.stdout.lower()) == (0, False), done.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_attachment_language_title_and_tags(kind, files):
    with pikepdf.open(io.BytesIO(files[kind])) as file:
        (described,) = file.Root.AF
        assert (str(described.UF), described.AFRelationship) == ("credential.json", pikepdf.Name.Data)
        assert described.EF.F.read_bytes().startswith(b'{"award"')
        assert described.EF.F.Subtype == "/application/ld+json"
        assert str(file.Root.Lang) == "zh-CN"
        assert file.Root.MarkInfo.Marked
        assert file.Root.ViewerPreferences.DisplayDocTitle
        kinds = {str(thing.S) for thing in file.objects if isinstance(thing, pikepdf.Dictionary) and "/S" in thing}
        assert {"/Document", "/H1", "/P", "/Figure"} <= kinds
        figures = [t for t in file.objects if isinstance(t, pikepdf.Dictionary) and t.get("/S") == "/Figure"]
        assert all(str(figure.get("/Alt", "")) for figure in figures)
        assert re.search(r"证", str(file.docinfo.Title))


def test_no_font_draws_an_empty_box(files):
    for pdf in files.values():
        with pikepdf.open(io.BytesIO(pdf)) as file:
            for font in file.pages[0].Resources.Font.values():
                assert font.DescendantFonts[0].FontDescriptor.get("/FontFile2") or (
                    font.DescendantFonts[0].FontDescriptor.get("/FontFile3")
                )
                assert b"<0000>" not in font.ToUnicode.read_bytes().split(b"endcodespacerange")[1]
