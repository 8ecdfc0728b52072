"""The signature inside a file just made (签名自检), read back without the code that made it, in a fraction of a millisecond.

Used by the proofs, which know whose signature must stand there. Files of strangers are read by signed_file.py. The message is
walked by the lengths that DER writes before each value (X.690): what is not exactly as expected is refused.
"""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_SPAN = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
_DIGEST = bytes.fromhex("06092a864886f70d010904")
"""The type of the attribute that holds the digest (1.2.840.113549.1.9.4)."""
_SET, _SIGNED_ATTRIBUTES, _CERTIFICATES = b"\x31", 0xA0, 0xA0


class BadSignature(ValueError):
    """A file that is not signed as it should be; says why."""


def signer_of(pdf: bytes) -> bytes:
    """Return the certificate whose key has signed the whole file, X.509 in DER.

    Raises:
        BadSignature: There is no signature or more than one, it does not cover every byte but its own place, or it does
            not fit.
    """
    covered, message = _covered(pdf)
    try:
        certificate, attributes, signature = _parts(message)
        digest = attributes[attributes.index(_DIGEST) + len(_DIGEST) :]
        public = _public_key(certificate)
    except (ValueError, IndexError, TypeError) as fault:
        raise BadSignature("the signature cannot be read") from fault
    if digest[4:36] != sha256(covered).digest():
        raise BadSignature("the signature is over other bytes")
    try:
        # What is signed is a SET OF; inside the message it wears the tag of its field. Source: RFC 5652, 5.4.
        public.verify(signature, _SET + attributes[1:], padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as fault:
        raise BadSignature("the signature does not fit") from fault
    return certificate


@lru_cache(maxsize=16)
def _public_key(certificate: bytes) -> rsa.RSAPublicKey:
    public = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("not by RSA")
    return public


def _covered(pdf: bytes) -> tuple[bytes, bytes]:
    """Return the bytes that are signed and the signed message."""
    spans = _SPAN.findall(pdf)
    if len(spans) != 1:
        raise BadSignature("the file is not signed" if not spans else "the file has more than one signature")
    start, first, second, rest = (int(number) for number in spans[0])
    if start or second + rest != len(pdf) or pdf[first : first + 1] != b"<" or pdf[second - 1 : second] != b">":
        raise BadSignature("the signature does not cover the whole file")
    try:
        message = bytes.fromhex(pdf[first + 1 : second - 1].decode("ascii"))
    except ValueError as fault:
        raise BadSignature("the place of the signature holds something else") from fault
    return pdf[:first] + pdf[second:], message


def _parts(message: bytes) -> tuple[bytes, bytes, bytes]:
    """Return certificate, signed attributes and signature of a message with one signer. Source: RFC 5652, 5.1 and 5.3."""
    signed = _values(_values(_values(message)[1])[0])
    (certificates,) = (part for part in signed[3:] if part[0] == _CERTIFICATES)
    (signer,) = _values(signed[-1])
    info = _values(signer)
    (attributes,) = (part for part in info[3:] if part[0] == _SIGNED_ATTRIBUTES)
    signature = info[info.index(attributes) + 2]
    # The attributes name the signer's certificate by its digest. Source: RFC 5035, signing-certificate-v2.
    (own,) = (der for der in _values(certificates) if sha256(der).digest() in attributes)
    return own, attributes, signature[_head(signature, 0)[0] :]


def _values(whole: bytes) -> list[bytes]:
    """Return the values inside a constructed one, each with tag and length."""
    at, end = _head(whole, 0)
    found = []
    while at < end:
        _, after = _head(whole, at)
        found.append(whole[at:after])
        at = after
    if at != end:
        raise ValueError("a value reaches over its end")
    return found


def _head(whole: bytes, at: int) -> tuple[int, int]:
    """Return where a value's content begins and where it ends."""
    first = whole[at + 1]
    if first < 128:
        return at + 2, at + 2 + first
    begins = at + 2 + first - 128
    return begins, begins + int.from_bytes(whole[at + 2 : begins], "big")
