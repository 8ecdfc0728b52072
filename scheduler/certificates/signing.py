"""Signatures of certificate files (签名): PAdES baseline B with an RSA key, made in the same write as the file.

Used by the office through `Seal`. The signed message (CMS, RFC 5652 and ETSI EN 319 142-1) has the same length for every file
of a key, so it is built once; each file only changes a digest and the signature over it. pyHanko checks it in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from asn1crypto import algos, cms, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa


class SigningKey(Protocol):
    """A private RSA key, in memory or in a token."""

    def sign(self, message: bytes) -> bytes:
        """Return the PKCS #1 v1.5 signature with SHA-256 over a message."""
        ...  # pragma: no cover - a protocol


@dataclass(frozen=True, slots=True)
class MemoryKey:
    """A key in memory, loaded once: loading costs thirty times as much as signing."""

    key: rsa.RSAPrivateKey

    def sign(self, message: bytes) -> bytes:
        """Return the signature over a message."""
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())


class Seal:
    """The signature of one institution."""

    def __init__(self, key: SigningKey, chain: list[bytes]) -> None:
        """Open a seal.

        Args:
            key: Private key of the first certificate.
            chain: X.509 certificates in DER, the signer's first, then those that vouch for it.
        """
        self._key = key
        self.certificates = [x509.Certificate.load(der) for der in chain]
        attributes = _attributes(self.certificates[0], bytes(32)).dump()
        self._at = attributes.index(bytes(32))
        self._attributes = attributes
        length = self.certificates[0].public_key.byte_size
        self._message = _message(self.certificates, attributes, bytes(length)).dump()
        self._signature_at = len(self._message) - length
        self._attributes_at = self._message.index(attributes[1:]) - 1

    @property
    def size(self) -> int:
        """Return the length of every message, bytes."""
        return len(self._message)

    def message(self, digest: bytes) -> bytes:
        """Return the signed message over the SHA-256 digest of a file."""
        attributes = bytearray(self._attributes)
        attributes[self._at : self._at + 32] = digest
        whole = bytearray(self._message)
        start = self._attributes_at + self._at
        whole[start : start + 32] = digest
        whole[self._signature_at :] = self._key.sign(bytes(attributes))
        return bytes(whole)


def _attributes(signer: x509.Certificate, digest: bytes) -> cms.CMSAttributes:
    """Return the signed attributes; no signing time, which PAdES takes from the signature dictionary."""
    reference = tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2({"cert_hash": sha256(signer.dump()).digest()})]})
    return cms.CMSAttributes([
        cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
        cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
        cms.CMSAttribute({"type": "signing_certificate_v2", "values": [reference]}),
    ])  # fmt: skip


def _message(chain: list[x509.Certificate], attributes: bytes, signature: bytes) -> cms.ContentInfo:
    signer = chain[0]
    info = cms.SignerInfo({
        "version": "v1",
        "sid": cms.IssuerAndSerialNumber({"issuer": signer.issuer, "serial_number": signer.serial_number}),
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
        "signed_attrs": cms.CMSAttributes.load(attributes),
        "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
        "signature": signature,
    })  # fmt: skip
    signed = cms.SignedData({
        "version": "v1",
        "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
        "encap_content_info": {"content_type": "data"},
        "certificates": chain,
        "signer_infos": [info],
    })  # fmt: skip
    return cms.ContentInfo({"content_type": "signed_data", "content": signed})
