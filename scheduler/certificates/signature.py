"""The signature inside a PDF (签名核对), read back without the code that made it: bytes covered, digest, signer, signature.

Used by the proofs. Whether the signer is to be trusted is not asked here; the caller says whose signature must stand there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from asn1crypto import cms
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_SPAN = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_HEX = re.compile(rb"[0-9A-Fa-f]*")


class BadSignature(ValueError):
    """A file that is not signed as it should be; says why."""


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file with one sound signature over all of it."""

    signer: bytes
    """Certificate of the signer, X.509 in DER; it is the one the signature fits, and nothing more is known of it."""
    digest: bytes
    """SHA-256 of the bytes covered."""


def read_signature(pdf: bytes) -> SignedFile:
    """Return the one signature of a file.

    Raises:
        BadSignature: There is none or more than one, it does not cover every byte but its own place, or it does not fit.
    """
    covered, message = _covered(pdf)
    digest = sha256(covered).digest()
    try:
        signed = cms.ContentInfo.load(message)["content"]
        (info,) = signed["signer_infos"]
        said = {attribute["type"].native: attribute["values"][0].native for attribute in info["signed_attrs"]}
        serial = info["sid"].chosen["serial_number"].native
        own = [c.chosen.dump() for c in signed["certificates"] if c.chosen.serial_number == serial]
        # What is signed is a SET OF; inside the message it wears the tag of its field. Source: RFC 5652, 5.4.
        attributes, signature = b"\x31" + info["signed_attrs"].dump()[1:], info["signature"].native
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise BadSignature("the signature cannot be read") from fault
    if said.get("message_digest") != digest or len(own) != 1:
        raise BadSignature("the signature is over other bytes")
    public = x509.load_der_x509_certificate(own[0]).public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise BadSignature("the signature is not by RSA")
    try:
        public.verify(signature, attributes, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as fault:
        raise BadSignature("the signature does not fit") from fault
    return SignedFile(own[0], digest)


def _covered(pdf: bytes) -> tuple[bytes, bytes]:
    """Return the bytes that are signed and the signed message."""
    spans = _SPAN.findall(pdf)
    if len(spans) != 1:
        raise BadSignature("the file is not signed" if not spans else "the file has more than one signature")
    start, first, second, rest = (int(number) for number in spans[0])
    place = pdf[first:second]
    if start or second + rest != len(pdf) or place[:1] != b"<" or place[-1:] != b">" or second <= first:
        raise BadSignature("the signature does not cover the whole file")
    if not _HEX.fullmatch(place[1:-1]) or len(place) % 2:
        raise BadSignature("the place of the signature holds something else")
    return pdf[:first] + pdf[second:], bytes.fromhex(place[1:-1].decode())
