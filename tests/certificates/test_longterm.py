"""PAdES B-LT: what later verifiers need stands in the file, inside what is signed, and is enough without any network."""

from __future__ import annotations

import io
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import page
import pikepdf
import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.dss import DocumentSecurityStore

from scheduler.certificates.proof import Enclosed
from scheduler.certificates.revocation import MOST_BYTES, material
from scheduler.certificates.signed_file import file_signature
from scheduler.certificates.signing import MemoryKey, Seal
from scheduler.certificates.timestamp import TimedSeal
from scheduler.errors import SealFailed
from scheduler.press.stamp import Finish
from tests.certificates.authorities import DAY, Authority, asn1, served
from tests.certificates.people import CENTRE, a_face, a_photo


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="module")
def world():
    """An authority whose answers the tests may change, and what it answers by path."""
    answers: dict[str, object] = {}
    with served(answers) as address:
        yield Authority(address, answers), answers


@pytest.fixture
def authority(world, monkeypatch):
    """The authority; every test begins with its true answers."""
    made, answers = world
    made.answers, true = answers, dict(answers)
    yield made
    answers.clear()
    answers.update(true)
    made.revoked.clear()


def now():
    return datetime.now(UTC)


def timed(authority, key, *chain, **options):
    own = authority.issue(CENTRE.name[:60], key.public_key(), **options)
    ders = [one.public_bytes(Encoding.DER) for one in (own, *chain)]
    return TimedSeal(Seal(MemoryKey(key), ders), authority.address + "/tsa")


def printed(seal, stamper, issuer, store):
    face = a_face()
    finish = Finish(seal, CENTRE.name, "20260618093000+08'00'", store=store)
    made = stamper.print(f"certificates/{face.template}", issuer.paper(face, photo=a_photo()), finish)
    assert made.drawn_because == ""
    issuer.prepare(
        face, made.pdf, photo=a_photo(), enclosed=Enclosed(None, seal._seal.certificates[0].dump()), plate=made.plate
    )
    return made.pdf


@pytest.fixture(scope="module")
def file(world, key, stamper, issuer):
    seal = timed(world[0], key, world[0].root)
    return printed(seal, stamper, issuer, seal.material().store)


def judged(pdf, authority):
    """Return pyHanko's judgement without network, where revocation must be excluded by what the file brings."""
    reader = PdfFileReader(io.BytesIO(pdf))
    store = DocumentSecurityStore.read_dss(reader)
    said = {"trust_roots": [asn1(authority.root)], "allow_fetching": False, "revocation_mode": "require"}
    (signature,) = reader.embedded_signatures
    return validate_pdf_signature(signature, store.as_validation_context(said)), store


def test_the_file_alone_proves_that_nothing_was_revoked(file, authority):
    status, store = judged(file, authority)
    assert (status.bottom_line, status.coverage.name, status.docmdp_ok) == (True, "ENTIRE_FILE", True)
    assert status.timestamp_validity.valid
    assert (len(store.certs), len(store.ocsps), len(store.crls)) == (3, 1, 1)
    assert file_signature(file).is_whole
    assert file_signature(file).n_appended == 0


@pytest.mark.parametrize("parts", [{"CRLs"}, {"CRLs", "OCSPs"}])
def test_without_the_answers_it_would_not(parts, world, key, stamper, issuer, authority):
    seal = timed(authority, key, authority.root)
    store = tuple(pair for pair in seal.material().store if pair[0] not in parts)
    assert not judged(printed(seal, stamper, issuer, store), authority)[0].bottom_line


def test_it_is_archival_and_total(file, tmp_path):
    report = page.validate_pdf_bytes(file, profile=page.ValidationProfile.PDF_A_3B)
    assert report.is_compliant, [failure.rule_id for failure in report.failures]
    with pikepdf.open(io.BytesIO(file)) as opened:
        assert opened.Root.Extensions.ESIC.ExtensionLevel == 1
    (tmp_path / "a.pdf").write_bytes(file)
    for words, wanted in ((["qpdf", "--check"], "No syntax"), (["pdfsig", "-nocert"], "Total document signed")):
        if shutil.which(words[0]):
            told = subprocess.run([*words, "a.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False)
            assert wanted in told.stdout


def test_it_may_not_grow_afterwards(file, authority):
    """A store appended behind the signature, as other programs do, is a change like any other."""
    reader = PdfFileReader(io.BytesIO(file))
    out = io.BytesIO(file)
    store = DocumentSecurityStore.read_dss(reader)
    DocumentSecurityStore.add_dss(out, sig_contents=None, certs=list(store.load_certs()), crls=[], ocsps=[])
    grown = out.getvalue()
    if grown == file:  # nothing new: ask for something that is
        DocumentSecurityStore.add_dss(
            out, sig_contents=None, certs=[asn1(authority.issue("x", authority.stamping.public_key()))]
        )
        grown = out.getvalue()
    assert len(grown) > len(file)
    assert file_signature(grown).n_appended == len(grown) - len(file)


def test_a_stamp_changed_or_of_another_file_is_noticed(file, authority, key, stamper, issuer):
    at = file.index(b"/Contents <") + 11
    message = cms.ContentInfo.load(bytes.fromhex(file[at : file.index(b">", at)].decode()), strict=False)
    token = message["content"]["signer_infos"][0]["unsigned_attrs"][0]["values"][0]
    signature = token["content"]["signer_infos"][0]["signature"].native.hex().encode()
    said = token["content"]["encap_content_info"]["content"].contents.hex().encode()
    for part in (signature, said):
        place = file.index(part) + len(part) - 20
        changed = file[:place] + (b"1" if file[place : place + 1] == b"0" else b"0") + file[place + 1 :]
        assert not file_signature(changed).is_whole
    other = timed(authority, key, authority.root).message(bytes(32))
    theirs = cms.ContentInfo.load(other, strict=False)["content"]["signer_infos"][0]["unsigned_attrs"]
    message["content"]["signer_infos"][0]["unsigned_attrs"] = theirs
    swapped = message.dump(force=True).hex().encode().ljust(file.index(b">", at) - at, b"0")
    assert not file_signature(file[:at] + swapped + file[file.index(b">", at) :]).is_whole


# --- where answers come from ------------------------------------------------------------------------------------------


def test_a_missing_issuer_is_fetched(authority, key):
    own = authority.issue("own", key.public_key())
    found = material([own], now())
    assert found.certificates[1:] == (authority.root.public_bytes(Encoding.DER),)
    assert (len(found.ocsps), len(found.crls)) == (1, 0)


@pytest.mark.parametrize("ocsp", [None, b"no answer", lambda _: b""])
def test_where_the_responder_fails_the_list_serves(ocsp, authority, key):
    authority.answers["/ocsp"] = ocsp
    found = material([authority.issue("own", key.public_key()), authority.root], now())
    assert (len(found.ocsps), len(found.crls)) == (0, 1)


def test_an_answer_of_somebody_else_is_no_answer(authority, key):
    other = rsa.generate_private_key(65537, 2048)
    authority.answers["/ocsp"] = lambda question: authority.ocsp(question, key=other)
    authority.answers["/crl"] = authority.crl(key=other)
    refused("revocation-unknown", [authority.issue("own", key.public_key()), authority.root])


def test_an_answer_that_is_no_longer_in_force_is_none(authority, key):
    authority.answers["/crl"] = authority.crl(first=now() - 30 * DAY)
    refused("revocation-unknown", [authority.issue("own", key.public_key(), ways=("crl",)), authority.root])


@pytest.mark.parametrize("way", ["crl", "ocsp"])
def test_nothing_is_signed_with_a_revoked_certificate(way, authority, key):
    own = authority.issue("own", key.public_key(), ways=(way,))
    authority.revoked[own.serial_number] = now() - DAY
    refused("certificate-revoked", [own, authority.root])


def test_a_list_too_long_for_every_file_is_refused(authority, key):
    for serial in range(1, 3_000):
        authority.revoked[serial + (1 << 100)] = now()
    assert len(authority.crl()) > MOST_BYTES
    refused("revocation-unknown", [authority.issue("own", key.public_key(), ways=("crl",)), authority.root])


def test_a_certificate_that_names_nobody_to_ask_needs_no_answer(authority, key):
    own = authority.issue("own", key.public_key(), ways=())
    found = material([own, authority.root], now())
    assert (len(found.certificates), found.ocsps, found.crls, found.good_until) == (2, (), (), None)


def refused(rule, chain):
    with pytest.raises(SealFailed) as stop:
        material(chain, now())
    assert [finding.rule for finding in stop.value.findings] == [rule]


# --- the seal ---------------------------------------------------------------------------------------------------------


def test_material_is_fetched_once_an_hour(authority, key):
    asked = []
    authority.answers["/ocsp"] = lambda question: asked.append(1) or authority.ocsp(question)
    seal = timed(authority, key, authority.root)
    assert seal.material() is seal.material()
    assert len(asked) == 1
    seal._material = (seal._material[0], now() - timedelta(seconds=1))
    seal.material()
    assert len(asked) == 2


def test_a_stamp_by_another_certificate_than_in_the_material_is_refused(authority, key):
    seal = timed(authority, key, authority.root)
    seal.material()
    assert seal.message(bytes(32))
    known = authority.stamper
    authority.stamper = authority.issue(
        "Other Time", authority.stamping.public_key(), usage="timeStamping", ways=("crl",)
    )
    with pytest.raises(SealFailed, match="时间戳"):
        seal.message(bytes(32))
    seal.material()
    assert seal.message(bytes(32))
    authority.stamper = known
