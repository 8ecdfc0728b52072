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
    whole = _written(signer, own, ders)
    if message[: len(whole)] != whole or message[len(whole) :].strip(b"\0"):
        raise ValueError("not written in the one way")
    return own, tuple(der for der in ders if der != own)


def _written(signer: cms.SignerInfo, own: bytes, ders: list[bytes]) -> bytes:
    """Return the one way to write the message, so that no byte of it can be changed unseen."""
    certificates = [asn1_x509.Certificate.load(der) for der in ders]
    leaf = asn1_x509.Certificate.load(own)
    algorithm = signer["signature_algorithm"]["algorithm"].native
    if algorithm not in _PKCS1:
        raise ValueError("another algorithm")
    rewritten = {
        "version": "v1",
        "sid": cms.IssuerAndSerialNumber({"issuer": leaf.issuer, "serial_number": leaf.serial_number}),
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": signer["signed_attrs"],
        "signature_algorithm": {"algorithm": algorithm},
        "signature": signer["signature"],
        **({"unsigned_attrs": signer["unsigned_attrs"]} if signer["unsigned_attrs"].native else {}),
    }
    content = cms.SignedData({
        "version": "v1",
        "digest_algorithms": [{"algorithm": "sha256"}],
        "encap_content_info": {"content_type": "data"},
        "certificates": certificates,
        "signer_infos": [cms.SignerInfo(rewritten)],
    })  # fmt: skip
    whole: bytes = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
    return whole
