"""New keys (生成密钥): demonstration keys under a self-made authority, and keys for codes.

Used by the office. Every certificate made here says in its subject that it is for demonstration, so that no reader takes it
for more and no office but a demo office signs with it. A real RSA key comes from an authority, not from here.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from scheduler.certificates.keyfile import REGISTER, read_keys, write_keys
from scheduler.certificates.keys import DEMONSTRATION

AUTHORITY = "demo-ca"
_FIRST, _LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)
"""A demonstration may be dated as its story needs."""
Bits = Literal[2048, 3072]
_Authority = tuple[rsa.RSAPrivateKey, x509.Certificate]


def new_demo_keys(folder: Path, issuers: Sequence[str], *, bits: Bits = 2048) -> list[str]:
    """Make demonstration keys for institutions that have none, and name them in the folder's register.

    Args:
        folder: The folder of keys; made where there is none. Two calls at once make each key once.
        issuers: Full names of the institutions.
        bits: Length of the RSA keys.

    Returns:
        The institutions that got keys, in their order; empty when all had some.

    Raises:
        SettingsError: The register is wrong.
    """
    with _locked(folder):
        have = {source.issuer for source in read_keys(folder / REGISTER)}
        missing = [name for name in dict.fromkeys(issuers) if name not in have]
        if missing:
            authority = _authority(folder, bits)
            write_keys(folder / REGISTER, [_demo_key(folder, name, authority, bits) for name in missing])
        return missing


def new_code_key(folder: Path, issuer: str) -> bool:
    """Make a key for codes of an institution that has none in the register, and name it there; tell whether it was made.

    The password lies beside it; both are readable by their owner only.

    Raises:
        SettingsError: The register is wrong.
    """
    with _locked(folder):
        if any(source.issuer == issuer for source in read_keys(folder / REGISTER)):
            return False
        stem = _free(folder)
        _write(folder / f"{stem}-code.pem", _pem(Ed25519PrivateKey.generate(), _password(folder, stem)))
        write_keys(folder / REGISTER, [{"issuer": issuer, **_code_fields(stem)}])
        return True


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _demo_key(folder: Path, issuer: str, authority: _Authority, bits: Bits) -> Mapping[str, str]:
    """Write the keys of one institution; return its fields for the register."""
    stem = _free(folder)
    password = _password(folder, stem)
    key, code = rsa.generate_private_key(65537, bits), Ed25519PrivateKey.generate()
    own, vouching = (_certificate(issuer, half.public_key(), authority) for half in (key, code))
    packed = pkcs12.serialize_key_and_certificates(
        stem.encode(), key, own, [authority[1]], BestAvailableEncryption(password)
    )
    _write(folder / f"{stem}.p12", packed)
    _write(folder / f"{stem}-code.pem", _pem(code, password) + vouching.public_bytes(Encoding.PEM))
    return {"issuer": issuer, "file": f"{stem}.p12", "password_file": f"{stem}.password", **_code_fields(stem)}


def _code_fields(stem: str) -> Mapping[str, str]:
    return {"code_file": f"{stem}-code.pem", "code_password_file": f"{stem}.password"}


def _free(folder: Path) -> str:
    return next(stem for n in range(1, 100_000) if not (folder / f"{(stem := f'key-{n}')}.password").exists())


def _password(folder: Path, stem: str) -> bytes:
    password = secrets.token_urlsafe(24).encode()
    _write(folder / f"{stem}.password", password + b"\n")
    return password


def _pem(key: Ed25519PrivateKey, password: bytes) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password))


def _write(file: Path, content: bytes) -> None:
    """Write a file that only its owner reads, from its first byte on."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)


def _authority(folder: Path, bits: Bits) -> _Authority:
    """Return the authority of the folder, made at first use."""
    file = folder / f"{AUTHORITY}.p12"
    if file.is_file():
        password = (folder / f"{AUTHORITY}.password").read_bytes().strip()
        key, own, _ = pkcs12.load_key_and_certificates(file.read_bytes(), password)
        if isinstance(key, rsa.RSAPrivateKey) and own is not None:
            return key, own
    key = rsa.generate_private_key(65537, bits)
    name = _name("联合考试演示签发中心 Demonstration Authority")
    own = (
        _builder(name, name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .sign(key, hashes.SHA256())
    )
    packed = pkcs12.serialize_key_and_certificates(
        AUTHORITY.encode(), key, own, None, BestAvailableEncryption(_password(folder, AUTHORITY))
    )
    _write(file, packed)
    (folder / f"{AUTHORITY}.pem").write_bytes(own.public_bytes(Encoding.PEM))
    return key, own


def _certificate(issuer: str, public: rsa.RSAPublicKey | Ed25519PublicKey, authority: _Authority) -> x509.Certificate:
    return (
        _builder(_name(issuer), authority[1].subject, public)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature", "content_commitment"), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority[0].public_key()), critical=False)
        .sign(authority[0], hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, public: rsa.RSAPublicKey | Ed25519PublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FIRST)
        .not_valid_after(_LAST)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(common: str) -> x509.Name:
    """Return a subject; names longer than the 64 characters of X.520 are cut."""
    return x509.Name([
        x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
        x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEMONSTRATION),
        x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
    ])  # fmt: skip


def _usage(*wanted: str) -> x509.KeyUsage:
    kinds = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{kind: kind in wanted for kind in kinds})
