"""Open credentials: what they say, that every altered word is noticed, and that somebody else's verifier agrees."""

from __future__ import annotations

import copy
import json
import random
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scheduler.certificates import integrity
from scheduler.certificates.bundle import list_name
from scheduler.certificates.credential import credential, credential_document, status_credential
from scheduler.certificates.integrity import JCS, RDFC, BadProof, StrangeKey, check, did_key, signed
from scheduler.certificates.status import encoded
from tests.certificates.issued import desk_of
from tests.certificates.people import ISSUED_BY, LOW, SKILL, an_entry
from tests.certificates.test_claims import coded

AT = "2026-06-18T09:30:00+08:00"
NPM = Path(__file__).parent / "npm"
CONTEXTS = Path(__file__).parents[2] / "scheduler" / "certificates" / "contexts"


def made(award_id=SKILL.id):
    face, facts = coded(award_id)
    return json.loads(credential(face, facts, desk_of(award_id).code, AT))


def known(award_id=SKILL.id):
    public = desk_of(award_id).code.public_key()
    return lambda name: public if name == did_key(public) else None


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_it_says_what_the_certificate_says(award_id):
    face, facts = coded(award_id)
    document = made(award_id)
    assert check(document, known(award_id)) == document["issuer"]["id"]
    subject = document["credentialSubject"]
    assert subject["identifier"][0]["identityHash"] == face.name
    assert (document["name"], document["issuer"]["name"]) == (face.title, face.issuer)
    assert document["validFrom"] == "2026-06-18T00:00:00+08:00"
    assert ("validUntil" in document) == (facts.valid_until is not None)
    assert document["credentialStatus"]["statusListIndex"] == "262143"
    assert an_entry().candidate.document.number not in json.dumps(document)


def test_the_two_of_an_exam_name_each_other():
    (face, facts), (other, of_other) = coded(SKILL.id), coded(LOW.id, inquiry_code="K2LQTZWZMDGZFRGM"[:16])
    ids = [credential_document(f, x, desk_of(SKILL.id).code)["id"] for f, x in ((face, facts), (other, of_other))]
    assert ids[0] != ids[1]
    assert made()["evidence"][0]["id"].startswith("urn:uuid:")
    assert made()["evidence"][0]["id"] != made()["id"]


def test_its_shape_is_that_of_open_badges():
    """What the official schema of OB 3.0 asks: arrays, required words, and nothing beside them where it allows nothing."""
    document = made(LOW.id)
    assert isinstance(document["proof"], list)
    assert {*document} >= {"@context", "id", "type", "credentialSubject", "issuer", "validFrom"}
    assert {"VerifiableCredential", "OpenBadgeCredential"} <= set(document["type"])
    assert {*document["credentialSubject"]["achievement"]} >= {"id", "type", "criteria", "description", "name"}
    for one in document["credentialSubject"]["identifier"]:
        assert {*one} == {"type", "hashed", "identityHash", "identityType"}
    assert isinstance(document["credentialStatus"], dict)
    for moment in (document["validFrom"], document["validUntil"], document["proof"][0]["created"]):
        assert datetime.fromisoformat(moment).tzinfo


def leaves(part, path=()):
    if isinstance(part, dict):
        for key, value in part.items():
            yield from leaves(value, (*path, key))
    elif isinstance(part, list):
        for n, value in enumerate(part):
            yield from leaves(value, (*path, n))
    else:
        yield path


def changed(document, path, value):
    other = copy.deepcopy(document)
    part = other
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value(part[path[-1]]) if callable(value) else value
    return other


def test_every_altered_word_is_noticed():
    document = made(LOW.id)
    paths = list(leaves(document))
    assert len(paths) > 40
    for path in paths:
        other = changed(document, path, lambda said: (not said) if isinstance(said, bool) else said + "x")
        with pytest.raises(BadProof):
            check(other, known(LOW.id))


def test_each_proof_alone_notices_an_altered_word():
    document = changed(made(), ("credentialSubject", "identifier", 0, "identityHash"), "徐娟佳")
    bare = {word: value for word, value in document.items() if word != "proof"}
    public = desk_of(SKILL.id).code.public_key()
    for proof in document["proof"]:
        with pytest.raises(InvalidSignature):
            integrity._check_one(proof, bare, public, did_key(public))


@pytest.mark.parametrize("proofs", [
    lambda p: p[:1], lambda p: p[1:], lambda p: [p[0], p[0]], lambda p: [], lambda p: p[0], lambda p: [p[0], "x"],
    lambda p: [{**p[0], "cryptosuite": JCS}, {**p[1], "cryptosuite": RDFC}],
    lambda p: [{**p[0], "proofPurpose": "authentication"}, p[1]], lambda p: [*p, p[0]],
    lambda p: [p[0], {**p[1], "proofValue": "z"}], lambda p: [p[0], {**p[1], "proofValue": "z" + "1" * 64}],
])  # fmt: skip
def test_swapped_or_missing_proofs_are_refused(proofs):
    document = made()
    with pytest.raises(BadProof):
        check({**document, "proof": proofs(document["proof"])}, known())


def test_a_strangers_credential_is_refused():
    face, facts = coded(SKILL.id)
    forger = Ed25519PrivateKey.generate()
    forged = json.loads(credential(face, facts, forger, AT))
    with pytest.raises(StrangeKey):
        check(forged, known())
    with pytest.raises(BadProof):
        check({**forged, "issuer": made()["issuer"]}, known())


def test_to_the_letter_is_as_the_standard_writes_it():
    chance = random.Random(4)
    alphabet = [*map(chr, range(0x20)), '"', "\\", "/", "\x7f", "\u2028", "é", "中", "\U0001f600"]
    for _ in range(300):
        text = "".join(chance.choices(alphabet, k=12))
        document = {"b": text, "a": [text, {"z": True, "@context": "x", "é": text}], "type": "t"}
        assert integrity._letters(document).encode() == rfc8785.dumps(document)


def test_base58_there_and_back():
    assert integrity._base58(bytes.fromhex("0000287fb4cd")) == "11233QC4"
    for n in range(64):
        content = bytes(n) + bytes(range(1, 65 - n))
        assert integrity._from_multibase(integrity._multibase(content)) == content


@pytest.fixture(scope="module")
def node():
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("needs node and npm")
    if not (NPM / "node_modules").is_dir():
        done = subprocess.run([NPM / "install"], capture_output=True, text=True, check=False, timeout=240)
        if done.returncode:
            pytest.skip(f"the packages of {NPM} cannot be installed")
    return lambda folder: [
        json.loads(line)
        for line in subprocess.run(["node", NPM / "verify.mjs", CONTEXTS, folder], capture_output=True, text=True,
                                   check=True, timeout=120).stdout.splitlines()
    ]  # fmt: skip


def test_an_independent_verifier_agrees(node, tmp_path):
    """Genuine ones of every award, one revoked, three altered; status lists as they are published."""
    for n, (award_id, place) in enumerate([*((award_id, 262_143) for award_id in ISSUED_BY), (SKILL.id, 5)]):
        face, facts = coded(award_id)
        facts = replace(facts, status_index=place)
        content = credential(face, facts, desk_of(award_id).code, AT)
        (tmp_path / f"good-{n}-{place}.json").write_bytes(content)
    for award_id in ISSUED_BY:
        desk = desk_of(award_id)
        content = status_credential("https://cert.example.org/v", list_name(desk.kid, "revocation", 0), encoded([5]), desk.name,
                                    desk.code, at=AT, until="2099-01-01T00:00:00+08:00")  # fmt: skip
        (tmp_path / f"list-{desk.kid.hex()}.json").write_bytes(content)
    for n, path in enumerate([("name",), ("credentialSubject", "licenseNumber"), ("validFrom",)]):
        other = changed(made(), path, "2026-06-17T00:00:00+08:00")
        (tmp_path / f"bad-{n}.json").write_text(json.dumps(other, ensure_ascii=False))
    found = {one["name"]: one for one in node(tmp_path)}
    assert len(found) == 6 + len({desk_of(award_id).kid for award_id in ISSUED_BY}) + 3
    for name, one in found.items():
        if name.startswith("bad"):
            assert (one["verified"], one["proofs"]) == (False, []), one
        else:
            assert (one["verified"], one["proofs"]) == (True, [JCS, RDFC]), one
            assert one["set"] == ([] if name.startswith("list") else [name.endswith("-5.json")]), one


def test_signing_names_the_moment():
    document = {"@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"], "id": "urn:x:1",
                "issuer": {"id": did_key(desk_of(SKILL.id).code.public_key()), "name": "x"}}  # fmt: skip
    assert {proof["created"] for proof in signed(document, desk_of(SKILL.id).code, AT)["proof"]} == {AT}
