"""The signature of a file (文件签名) checked on a path of its own: bytes, digest, signed message, certificates.

Used by offline.py. It shares no code with what signs (signing.py, press/sheet.py) and takes nothing a PDF reader repairs
for granted: the file must be, byte for byte, what was signed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from scheduler.certificates.stamped import refuse_unsound

assert tsp  # noqa: S101 - importing it teaches cms the attribute that names the signer's certificate

_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_GAP = re.compile(rb"<([0-9a-f]+)>")
_BY_CERTIFICATE = tsp.SigningCertificateV2
"""Loaded for what its module does: it teaches `cms` to read the attribute that names the signer's certificate."""
_PKCS1 = {"sha256_rsa", "rsassa_pkcs1v15"}


@dataclass(frozen=True, slots=True)
class FileSignature:
    """What the signature of a file proves."""

    is_signed: bool
    """Whether there is a signature at all."""
    is_whole: bool
    """Whether signature and digest fit what was signed."""
    n_appended: int = 0
    """Bytes that were added after what was signed."""
    signer: bytes = b""
    """The signer's certificate, DER; that it may be trusted is not said."""
    others: tuple[bytes, ...] = ()
    """Further certificates in the message, DER; nothing is proven of them."""


UNSIGNED = FileSignature(is_signed=False, is_whole=False)


def file_signature(pdf: bytes) -> FileSignature:
    """Return what the signature of a file proves; a hostile file gives a bad answer, never an exception."""
    spans = [[int(number) for number in match.groups()] for match in _RANGE.finditer(pdf)]
    if not spans:
        return UNSIGNED
    start, gap, after, length = spans[0]
    end = after + length
    # The first signature counts: the certification. Whatever follows it was added to a finished certificate.
    n_appended = max(0, len(pdf) - end)
    broken = FileSignature(is_signed=True, is_whole=False, n_appended=n_appended)
    hidden = _GAP.fullmatch(pdf[gap:after])
    if start or not gap < after <= end <= len(pdf) or hidden is None or len(hidden[1]) % 2:
        return broken
    digest = sha256(pdf[:gap])
    digest.update(pdf[after:end])
    try:
        signer, others = _checked(bytes.fromhex(hidden[1].decode()), digest.digest())
    except Exception:  # noqa: BLE001 - a decoder of hostile bytes may fail in any way
        return broken
    return FileSignature(is_signed=True, is_whole=True, n_appended=n_appended, signer=signer, others=others)


def _checked(message: bytes, digest: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """Return the signer's certificate and the others, or raise whatever is wrong with the message.

    Source: RFC 5652, 5.4 and 5.6; ETSI EN 319 142-1, baseline B (ESS signing-certificate-v2).
    """
    info = cms.ContentInfo.load(message)
    (signer,) = info["content"]["signer_infos"]
    attributes = {attribute["type"].native: attribute["values"] for attribute in signer["signed_attrs"]}
    if [value.native for value in attributes["content_type"]] != ["data"]:
        raise ValueError("another content")
    if [value.native for value in attributes["message_digest"]] != [digest]:
        raise ValueError("another digest")
    (reference,) = attributes["signing_certificate_v2"]
    if not isinstance(reference, _BY_CERTIFICATE):
        raise TypeError("another kind of reference")
    named = reference["certs"][0]["cert_hash"].native
    ders = [choice.chosen.dump() for choice in info["content"]["certificates"]]
    (own,) = (der for der in ders if sha256(der).digest() == named)
    public = x509.load_der_x509_certificate(own).public_key()
    if not isinstance(public, rsa.RSAPublicKey):
        raise TypeError("another kind of key")
    # What is signed is a SET OF; inside the message it wears the tag of its field.
    signed = b"\x31" + signer["signed_attrs"].dump()[1:]
    public.verify(signer["signature"].native, signed, padding.PKCS1v15(), hashes.SHA256())
    _refuse_other_attributes(signer)
    whole = _written(signer, own, ders)
    if message[: len(whole)] != whole or message[len(whole) :].strip(b"\0"):
        raise ValueError("not written in the one way")
    return own, tuple(der for der in ders if der != own)


def _refuse_other_attributes(signer: cms.SignerInfo) -> None:
    """Raise unless nothing but one sound time stamp stands beside the signature."""
    attributes = signer["unsigned_attrs"]
    if attributes.native:
        (attribute,) = attributes
        (token,) = attribute["values"]
        if attribute["type"].native != "signature_time_stamp_token":
            raise ValueError("something unsigned")
        refuse_unsound(token, signer["signature"].native)


def _written(signer: cms.SignerInfo, own: bytes, ders: list[bytes]) -> bytes:
    """Return the one way to write the message, so that no byte of it can be changed unseen."""
    leaf = asn1_x509.Certificate.load(own)["tbs_certificate"]
    algorithm = signer["signature_algorithm"]["algorithm"]
    if algorithm.native not in _PKCS1:
        raise ValueError("another algorithm")
    unsigned = signer["unsigned_attrs"]
    said = _der(
        0x30,
        _VERSION_1,
        _der(0x30, leaf["issuer"].dump(), leaf["serial_number"].dump()),
        _SHA256,
        signer["signed_attrs"].dump(),
        _der(0x30, algorithm.dump(), _NULL),
        signer["signature"].dump(),
        unsigned.dump() if unsigned.native else b"",
    )
    content = _der(0x30, _VERSION_1, _der(0x31, _SHA256), _der(0x30, _DATA), _der(0xA0, *ders), _der(0x31, said))
    return _der(0x30, _SIGNED_DATA, _der(0xA0, content))


def _der(tag: int, *parts: bytes) -> bytes:
    """Return a value of X.690 with its tag and length."""
    body = b"".join(parts)
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1, "big")
    short = len(body) < 128
    return bytes((tag,)) + (length if short else bytes((0x80 | len(length),)) + length) + body


_NULL, _VERSION_1 = b"\x05\x00", b"\x02\x01\x01"
_SHA256 = _der(0x30, bytes.fromhex("0609608648016503040201"), _NULL)
_DATA, _SIGNED_DATA = (bytes.fromhex(f"06092a864886f70d01070{n}") for n in (1, 2))
