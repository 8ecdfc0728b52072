"""Verification by a bundle alone: a genuine paper is genuine, and of every other one it is said what is wrong with it."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date, timedelta

import pikepdf
import pytest
from PIL import Image

from scheduler.certificates.bundle import TrustedIssuer, TrustedKey, list_name
from scheduler.certificates.offline import judge
from scheduler.certificates.signed_file import file_signature
from scheduler.certificates.status import PURPOSES, SIZE, encoded
from tests.certificates.issued import NOW, a_bundle, a_desk, desk_of, issue, print_
from tests.certificates.people import CONSTRUCTION, ISSUED_BY, LOW, SKILL, a_photo


@pytest.fixture(scope="module")
def skill(stamper, issuer):
    return issue(stamper, issuer)


def answer(paper, bundle=None, now=NOW):
    """Return the answer, and the rules of every error."""
    found = judge(paper, bundle or a_bundle(), now)
    said = dict(found.facts)["answer"]
    assert found.valid == (said == "genuine")
    return said, [finding.rule for finding in found.findings if finding.severity == "error"]


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_genuine_file(stamper, issuer, award_id):
    issued = issue(stamper, issuer, award_id)
    found = judge(issued.pdf, a_bundle(), NOW)
    assert (found.valid, found.findings) == (True, ())
    facts = dict(found.facts)
    assert (facts["name"], facts["issuer"], facts["signed_by"]) == ("徐娟桂", issued.face.issuer, issued.face.issuer)
    assert issued.facts.document_no not in str(found)


def test_a_demonstration_says_so(skill):
    found = judge(skill.pdf, a_bundle(demo=True), NOW)
    assert (found.valid, [f.rule for f in found.findings]) == (True, ["specimen"])


def test_genuine_photograph_and_text(skill, tmp_path):
    (tmp_path / "a.pdf").write_bytes(skill.pdf)
    subprocess.run(["pdftoppm", "-r", "150", "-jpeg", "-singlefile", tmp_path / "a.pdf", tmp_path / "a"], check=True)
    with Image.open(tmp_path / "a.jpg") as page:
        out = io.BytesIO()
        page.rotate(11, fillcolor="gray").save(out, "JPEG", quality=70)
    for paper in (out.getvalue(), skill.face.code.encode(), (skill.face.code + "\r\n").encode()):
        found = judge(paper, a_bundle(), NOW)
        assert (found.valid, [f.rule for f in found.findings]) == (True, ["compare-paper"])
        assert dict(found.facts)["number"] == skill.face.number


def test_a_scan_is_a_photograph(skill, tmp_path):
    (tmp_path / "a.pdf").write_bytes(skill.pdf)
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", tmp_path / "a.pdf", tmp_path / "a"], check=True)
    out = io.BytesIO()
    Image.open(tmp_path / "a.png").convert("RGB").save(out, "PDF", resolution=150)
    found = judge(out.getvalue(), a_bundle(), NOW)
    assert (found.valid, [f.rule for f in found.findings]) == (True, ["compare-paper"])


ALTERED = {
    "name": ({"fields": ("name", "徐娟佳")}, ["altered-name"]),
    "level": ({"fields": ("level", "一级/高级技师")}, ["altered-level"]),
    "number": (
        {"number": "S000099000123261000482", "fields": ("number", "S000099000123261000482")},
        ["altered-number"],
    ),
    "trade": ({"fields": ("occupation", "焊工")}, ["altered-trade"]),
    "issuer": ({"fields": ("issuer", "云岭市另一评价中心")}, ["altered-issuer"]),
    "date": ({"fields": ("issued_on", "2026年6月19日")}, ["altered-issued-on"]),
    "title": ({"title": "职业技能高级证书"}, ["altered-title"]),
    "document": ({"fields": ("document_no", "980101199310212191")}, ["altered-identity"]),
}


@pytest.mark.parametrize("what", ALTERED)
def test_it_says_what_was_altered(stamper, issuer, skill, what):
    """A forger prints the genuine code on a page of his own; with the institution's name in his own signature, or none."""
    change, rules = ALTERED[what]
    key, value = change.get("fields", (None, ""))
    fields = tuple((k, a, b, value if k == key else v) for k, a, b, v in skill.face.fields)
    forged = replace(skill.face, **{**change, "fields": fields, "code": skill.face.code})
    assert answer(print_(stamper, issuer, forged, skill.photo, None)) == ("altered", [*rules, "file-unsigned"])
    signed = print_(stamper, issuer, forged, skill.photo, a_desk(skill.face.issuer))
    assert answer(signed) == ("altered", ["unknown-key", *rules])
    found = judge(signed, a_bundle(), NOW)
    assert any(value in (finding.said or "") for finding in found.findings if finding.rule == rules[0])


def test_an_other_photo(stamper, issuer, skill):
    assert answer(print_(stamper, issuer, skill.face, a_photo(77), None))[1] == ["altered-photo", "file-unsigned"]


def test_bytes_after_the_signature(skill):
    assert answer(skill.pdf + b"\n") == ("altered", ["file-appended"])
    overlay = io.BytesIO()
    with pikepdf.open(io.BytesIO(skill.pdf)) as pdf:
        pdf.pages[0].contents_add(b"BT ET")
        pdf.save(overlay)
    assert "file-altered" in answer(overlay.getvalue())[1]


def test_an_overlay_by_incremental_update(skill):
    """The page is replaced behind the signature; what was signed stays whole, and readers show the new page."""
    with pikepdf.open(io.BytesIO(skill.pdf)) as pdf:
        number, page = pdf.pages[0].obj.objgen[0], pdf.pages[0].obj.unparse(resolved=True)
        size = len(pdf.objects) + 1
    start = skill.pdf.rindex(b"startxref") + 10
    before = int(skill.pdf[start:].split()[0])
    body = b"%d 0 obj\n%s\nendobj\n" % (number, page.replace(b"/Rotate 0", b""))
    at, table = len(skill.pdf), len(skill.pdf) + len(body)
    tail = b"xref\n%d 1\n%010d 00000 n\r\ntrailer\n<< /Size %d /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        number, at, size, before, table)  # fmt: skip
    said, rules = answer(skill.pdf + body + tail)
    assert (said, rules[0]) == ("altered", "file-appended")


def test_every_flipped_byte_is_noticed(skill):
    """600 places over the whole file; its length stays."""
    step = len(skill.pdf) // 600
    for n, at in enumerate(range(7, len(skill.pdf), step)):
        forged = bytearray(skill.pdf)
        forged[at] ^= 0x20 if chr(forged[at]).isalpha() else 0x01
        signature = file_signature(bytes(forged))
        assert not signature.is_whole or signature.n_appended, at
        if n % 60 == 0:
            assert answer(bytes(forged))[0] == "altered"


@pytest.mark.parametrize(("purpose", "said"), list(zip(PURPOSES, ("revoked", "suspended"), strict=True)))
def test_standing(skill, purpose, said):
    desk, place = desk_of(SKILL.id), skill.facts.status_index
    name = list_name(desk.kid, purpose, place // SIZE)
    assert answer(skill.pdf, a_bundle(lists={name: encoded([place % SIZE])})) == (said, [f"certificate-{said}"])
    other = encoded([(place + 1) % SIZE])
    assert answer(skill.pdf, a_bundle(lists={name: other})) == ("genuine", [])


def test_expired_on_the_day_after_the_last(stamper, issuer):
    issued = issue(stamper, issuer, CONSTRUCTION.id)
    bundle = a_bundle(made_at=NOW, valid_until=NOW + timedelta(days=9999))
    last = NOW.replace(year=2028, month=6, day=17, hour=23)
    assert answer(issued.pdf, bundle, last) == ("genuine", [])
    assert answer(issued.pdf, bundle, last + timedelta(hours=1)) == ("expired", ["certificate-expired"])


def test_bundle_too_old_or_from_the_future(skill):
    assert answer(skill.pdf, now=NOW + timedelta(days=8)) == ("bundle-too-old", ["bundle-too-old"])
    assert answer(skill.pdf, now=NOW - timedelta(days=1)) == ("bundle-too-old", ["bundle-too-old"])


def test_a_strangers_keys(stamper, issuer):
    stranger = a_desk(ISSUED_BY[SKILL.id][1].name)
    forged = issue(stamper, issuer, desk=stranger)
    assert answer(forged.pdf) == ("unknown-key", ["unknown-key"] * 3)
    assert answer(forged.face.code.encode()) == ("unknown-key", ["unknown-key"])


def test_one_institution_cannot_speak_for_another(stamper, issuer):
    """A key that is trusted for one name signs a certificate of the other."""
    insider = replace(desk_of(LOW.id), name=ISSUED_BY[SKILL.id][1].name)
    assert answer(issue(stamper, issuer, desk=insider).pdf) == ("altered", ["other-issuer", "other-issuer"])
    genuine = issue(stamper, issuer)
    resealed = print_(stamper, issuer, genuine.face, genuine.photo, desk_of(LOW.id))
    assert answer(resealed) == ("altered", ["other-issuer"])


def test_a_key_withdrawn_from_a_day_on(skill):
    desk = desk_of(SKILL.id)

    def until(day):
        key = TrustedKey(desk.code.public_key().public_bytes_raw(), None, day)
        return a_bundle(issuers=(TrustedIssuer(desk.name, (key,), (desk.der,)),))

    assert answer(skill.pdf, until(date(2026, 6, 18))) == ("genuine", [])
    assert answer(skill.pdf, until(date(2026, 6, 17))) == ("unknown-key", ["unknown-key"])


def test_a_file_without_a_code_is_proven_by_its_signature(stamper, issuer, skill):
    plain = print_(stamper, issuer, replace(skill.face, code=""), skill.photo, desk_of(SKILL.id))
    found = judge(plain, a_bundle(), NOW)
    assert (found.valid, dict(found.facts)["number"]) == (True, skill.face.number)
    digest = dict(found.facts)["sha256"]
    assert answer(plain, a_bundle(withdrawn=frozenset({digest}))) == ("revoked", ["certificate-revoked"])
    unsigned = print_(stamper, issuer, replace(skill.face, code=""), skill.photo, None)
    assert answer(unsigned) == ("altered", ["code-missing", "file-unsigned"])


def test_an_institution_that_signs_no_files_has_its_code(stamper, issuer):
    issued = issue(stamper, issuer, seal=False)
    codes_only = tuple(replace(i, certificates=()) for i in a_bundle().issuers)
    found = judge(issued.pdf, a_bundle(issuers=codes_only), NOW)
    assert (found.valid, [f.rule for f in found.findings]) == (True, ["file-unsigned"])
    assert answer(issued.pdf) == ("altered", ["file-unsigned"])


def test_the_credential_alone(skill, stamper, issuer):
    found = judge(skill.credential, a_bundle(), NOW)
    assert (found.valid, found.findings, dict(found.facts)["name"]) == (True, (), "徐娟桂")
    assert answer(skill.credential.replace("徐娟桂".encode(), "徐娟佳".encode())) == ("altered", ["altered-credential"])
    stranger = issue(stamper, issuer, desk=a_desk(skill.face.issuer))
    assert answer(stranger.credential) == ("unknown-key", ["unknown-key"])
    desk, place = desk_of(SKILL.id), skill.facts.status_index
    revoked = {list_name(desk.kid, "revocation", place // SIZE): encoded([place % SIZE])}
    assert answer(skill.credential, a_bundle(lists=revoked)) == ("revoked", ["certificate-revoked"])


def test_the_credential_inside_must_be_that_of_the_paper(stamper, issuer, skill):
    other = issue(stamper, issuer, n=221, name="王小明", inquiry_code="AAAABBBBCCCCDDDD")
    mixed = print_(stamper, issuer, skill.face, skill.photo, desk_of(SKILL.id), other.credential)
    assert answer(mixed) == ("altered", ["altered-credential"])
    broken = print_(stamper, issuer, skill.face, skill.photo, desk_of(SKILL.id), b"{}")
    assert answer(broken) == ("altered", ["altered-credential"])


@pytest.mark.parametrize("paper", [b"{", b"{}", b'{"proof": [{}, {}]}', b"", b"%PDF-1.7", b"JXC1:", b"\x89PNG\r\n\x1a\n", b"JXC1:\xff\xfe", b"hello",
                                   b"%PDF-1.7 /ByteRange [0 1 2 3] /ByteRange [0 9 11 4]<00>"])  # fmt: skip
def test_rubbish_is_no_certificate(paper):
    said, rules = answer(paper)
    assert said in ("unreadable", "altered")
    assert rules


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="needs poppler-utils")
def test_an_other_reader_agrees_that_the_file_is_signed(skill, tmp_path):
    (tmp_path / "a.pdf").write_bytes(skill.pdf)
    heard = subprocess.run(
        ["pdfsig", "-nocert", tmp_path / "a.pdf"], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid." in heard
    assert "Total document signed" in heard
