"""Canonical statements: worked out quickly, and the same as pyld's, whatever the texts; unknown words are never signed."""

from __future__ import annotations

import hashlib
import random
import socket
from dataclasses import replace
from importlib.resources import files

import pytest

from scheduler.certificates import linked
from scheduler.certificates.claims import Twin
from scheduler.certificates.credential import credential_document, status_entry
from scheduler.certificates.linked import CREDENTIALS, OPEN_BADGES, UnknownContext, canonical, canonical_slowly, context
from tests.certificates.issued import desk_of
from tests.certificates.people import ISSUED_BY
from tests.certificates.test_claims import coded

ODD = [
    '王"小\\明',
    "a\tb\nc\rd",
    "_:c14n0",
    "urn:text:0003",
    "",
    " ",
    "徐娟桂 _:a",
    "<http://x>",
    "李\u2028明",
    "é\u0301",
    "\U00020bb7",
]


def documents(n):
    """Credentials of random people and awards, some with odd texts, with none to two twins."""
    chance = random.Random(n)
    for turn in range(n):
        award_id = chance.choice(list(ISSUED_BY))
        face, facts = coded(award_id)
        name = chance.choice(ODD) if turn % 3 == 0 else "".join(chance.choices("王李张刘陈杨黄赵吴周徐孙", k=3))
        twins = tuple(
            Twin(f"N{chance.random()}", chance.choice(ODD) or "x", f"C{chance.random()}")
            for _ in range(chance.randint(0, 2))
        )
        face = replace(face, name=name, number=str(chance.random()), statement=chance.choice(ODD))
        yield credential_document(face, replace(facts, twins=twins, trade=chance.choice(ODD)), desk_of(award_id).code)


def test_quick_and_slow_agree():
    for document in documents(250):
        assert canonical(document) == canonical_slowly(document)


def test_they_agree_on_proofs_and_lists():
    proof = {"@context": [CREDENTIALS], "type": "DataIntegrityProof", "created": "2026-06-18T09:30:00+08:00", "cryptosuite": "eddsa-rdfc-2022",
             "verificationMethod": "did:key:z6Mk#z6Mk", "proofPurpose": "assertionMethod"}  # fmt: skip
    entry = {"@context": [CREDENTIALS], **status_entry("https://x.example", b"12345678", "revocation", 7)}
    for document in (proof, entry):
        assert canonical(document) == canonical_slowly(document)
    assert "#assertionMethod" in canonical(proof)


def test_two_that_look_alike_are_left_to_pyld():
    face, facts = coded("electrician-3")
    document = credential_document(face, facts, desk_of("electrician-3").code)
    one = document["credentialSubject"]["identifier"][0]
    document["credentialSubject"]["identifier"] = [one, dict(one)]
    assert canonical(document) == canonical_slowly(document)
    assert canonical(document).count('"name"') == 2


@pytest.mark.parametrize("change", [{"nonsense": "x"}, {"credentialSubject": {"id": "urn:x:1", "unheardOf": "y"}}])
def test_a_word_that_no_context_knows_is_not_signed(change):
    with pytest.raises(UnknownContext):
        canonical({"@context": [CREDENTIALS], "id": "urn:x:0", "type": ["VerifiableCredential"], **change})


def test_nothing_is_fetched(monkeypatch):
    monkeypatch.setattr(socket, "socket", None)
    with pytest.raises(UnknownContext):
        canonical({"@context": ["https://example.org/other"], "id": "urn:x:0"})
    with pytest.raises(UnknownContext):
        context("file:///etc/passwd")
    linked._statements.cache_clear()
    assert canonical({"@context": [CREDENTIALS, OPEN_BADGES], "id": "urn:x:0", "name": "y"}).count("\n") == 1


def test_the_context_is_the_published_one():
    """Its digest stands in the Verifiable Credentials Data Model v2.0, B.1."""
    kept = files("scheduler.certificates").joinpath("contexts/credentials-v2.json").read_bytes()
    assert hashlib.sha256(kept).hexdigest() == "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
