"""Signatures of credentials (凭证签名): W3C Data Integrity proofs, eddsa-rdfc-2022 and eddsa-jcs-2022, over one document.

Used by credential.py and by verifiers. Two proofs stand in one array: the first covers what the document means, the second
covers it to the letter. Keys come from outside; a document names its key, and that alone proves nothing.

Source: W3C Data Integrity EdDSA Cryptosuites v1.0, 3.2 and 3.3; did:key.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scheduler.certificates.linked import Document, canonical, canonical_slowly

RDFC, JCS = "eddsa-rdfc-2022", "eddsa-jcs-2022"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"
"""Multicodec prefix of an Ed25519 public key."""


class BadProof(ValueError):
    """A document whose proofs do not hold; says why."""


class StrangeKey(BadProof):
    """A document signed by a key that is not trusted."""


def did_key(key: Ed25519PublicKey) -> str:
    """Return the name that a key gives itself, which anybody can read back without asking anybody."""
    return "did:key:z" + _base58(_ED25519 + key.public_bytes_raw())


def signed(document: Document, key: Ed25519PrivateKey, created: str) -> dict[str, Any]:
    """Return a document with both proofs.

    Args:
        document: Without proofs; its texts are taken as they are.
        key: Signs; the document names it as its issuer by `did_key`.
        created: Moment of signing, ISO 8601 with zone.

    Raises:
        UnknownContext: As `linked.canonical`.
    """
    name = did_key(key.public_key())
    options = {
        "type": "DataIntegrityProof",
        "created": created,
        "verificationMethod": f"{name}#{name.removeprefix('did:key:')}",
        "proofPurpose": "assertionMethod",
    }
    rdfc, jcs = {**options, "cryptosuite": RDFC}, {**options, "cryptosuite": JCS, "@context": document["@context"]}
    said = _digest(canonical({**rdfc, "@context": document["@context"]})) + _digest(canonical(document))
    written = _digest(_letters(jcs)) + _digest(_letters(document))
    proofs = [{**rdfc, "proofValue": _multibase(key.sign(said))}, {**jcs, "proofValue": _multibase(key.sign(written))}]
    return {**document, "proof": proofs}


def check(document: Document, find_key: Callable[[str], Ed25519PublicKey | None]) -> str:
    """Return the did:key that signed a document.

    Args:
        document: With its proofs.
        find_key: Returns a trusted key by its did:key, None where it is not trusted.

    Raises:
        BadProof: Not both proofs are there, they do not fit, or the key is not trusted.
    """
    proofs = document.get("proof")
    if not isinstance(proofs, list) or not all(isinstance(proof, Mapping) for proof in proofs):
        raise BadProof("there are no proofs")
    by_suite = {str(proof.get("cryptosuite")): proof for proof in proofs}
    if set(by_suite) != {RDFC, JCS} or len(proofs) != 2:
        raise BadProof("other proofs than ours")
    name = _issuer(document)
    key = find_key(name)
    if key is None:
        raise StrangeKey("the key is not known")
    bare = {word: value for word, value in document.items() if word != "proof"}
    try:
        # To the letter first: it is quick, and what a stranger wrote never reaches the slower one.
        for suite in (JCS, RDFC):
            _check_one(by_suite[suite], bare, key, name)
    except Exception as fault:  # a stranger's document may break any step
        raise BadProof(str(fault) or "the signature does not fit") from fault
    return name


def _check_one(proof: Mapping[str, Any], bare: Document, key: Ed25519PublicKey, name: str) -> None:
    expected = {
        "type": "DataIntegrityProof",
        "proofPurpose": "assertionMethod",
        "verificationMethod": f"{name}#{name.removeprefix('did:key:')}",
    }
    if any(proof.get(word) != value for word, value in expected.items()):
        raise BadProof("the proof is made out for something else")
    options = {word: value for word, value in proof.items() if word != "proofValue"}
    if proof["cryptosuite"] == JCS:
        if options.get("@context", bare["@context"]) != bare["@context"]:
            raise BadProof("the proof is made out for other contexts")
        hashed = sha256(rfc8785.dumps(options)).digest() + sha256(rfc8785.dumps(dict(bare))).digest()
    else:
        stated = canonical_slowly({**options, "@context": bare["@context"]}), canonical_slowly(bare)
        hashed = b"".join(_digest(text) for text in stated)
    key.verify(_from_multibase(proof["proofValue"]), hashed)


def _issuer(document: Document) -> str:
    issuer = document.get("issuer")
    name = issuer.get("id") if isinstance(issuer, Mapping) else issuer
    if not isinstance(name, str) or not name.startswith("did:key:z"):
        raise BadProof("no issuer is named")
    return name


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def _letters(document: Document) -> str:
    """Return a document of texts, truth values and lists as RFC 8785 writes it; for those, sorted JSON is the same."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _multibase(content: bytes) -> str:
    return "z" + _base58(content)


def _base58(content: bytes) -> str:
    number, digits = int.from_bytes(content, "big"), []
    while number:
        number, digit = divmod(number, 58)
        digits.append(_BASE58[digit])
    zeros = len(content) - len(content.lstrip(b"\0"))
    return _BASE58[0] * zeros + "".join(reversed(digits))


def _from_multibase(text: str) -> bytes:
    """Return 64 bytes; raises ValueError where it is anything else."""
    number = 0
    for digit in text.removeprefix("z")[:100]:
        number = number * 58 + _BASE58.index(digit)
    content = number.to_bytes(64, "big")
    if _multibase(content) != text:
        raise ValueError("not a signature in base58")
    return content
