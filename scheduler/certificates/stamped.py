"""Whether a time stamp (时间戳) is sound: over this signature, and signed by the certificate it brings along.

Used by timestamp.py before a stamp goes into a file and by signed_file.py when a file is judged, so that no byte that a stamp
rests on can be changed unseen. Whose certificate it is, and whether that is trusted, is not said.

Source: RFC 3161, 2.4.2; RFC 5652, 5.4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from asn1crypto import cms, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

assert tsp  # noqa: S101 - importing it teaches cms what a stamp is
_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_PKCS1 = {"rsassa_pkcs1v15", "sha256_rsa", "sha384_rsa", "sha512_rsa"}


def refuse_unsound(token: cms.ContentInfo, signature: bytes) -> None:
    """Raise whatever is wrong with a stamp.

    Args:
        token: The stamp.
        signature: What it must be over.

    Raises:
        ValueError, TypeError, KeyError, InvalidSignature: It is not over the signature, is not signed by a certificate it
            brings along, or by means that are not known here (RSA PKCS #1 or ECDSA with SHA-2 are).
    """
    signed = token["content"]
    said = signed["encap_content_info"]["content"]
    imprint = said.parsed["message_imprint"]
    if _digest(imprint["hash_algorithm"]["algorithm"].native, signature) != imprint["hashed_message"].native:
        raise ValueError("over something else")
    (signer,) = signed["signer_infos"]
    attributes = {attribute["type"].native: attribute["values"] for attribute in signer["signed_attrs"]}
    by = signer["digest_algorithm"]["algorithm"].native
    if [value.native for value in attributes["message_digest"]] != [_digest(by, said.contents)]:
        raise ValueError("another digest")
    (own,) = (c.chosen for c in signed["certificates"] if _named(signer["sid"], c.chosen))
    _verify(own.dump(), signer, b"\x31" + signer["signed_attrs"].dump()[1:], _HASHES[by]())


def _digest(name: str, content: bytes) -> bytes:
    if name not in _HASHES:
        raise ValueError(f"the digest {name} is not known")
    return hashlib.new(name, content).digest()


def _named(said: cms.SignerIdentifier, certificate: cms.Certificate) -> bool:
    if said.name != "issuer_and_serial_number":
        return bool(said.native == certificate.key_identifier)
    return bool(
        said.chosen["issuer"] == certificate.issuer and said.chosen["serial_number"].native == certificate.serial_number
    )


def _verify(der: bytes, signer: cms.SignerInfo, signed: bytes, digest: hashes.HashAlgorithm) -> None:
    key, algorithm = x509.load_der_x509_certificate(der).public_key(), signer["signature_algorithm"]["algorithm"].native
    signature = signer["signature"].native
    if isinstance(key, rsa.RSAPublicKey) and algorithm in _PKCS1:
        key.verify(signature, signed, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey) and algorithm.endswith("ecdsa"):
        key.verify(signature, signed, ec.ECDSA(digest))
    else:
        raise TypeError(f"signed by other means: {algorithm}")
