"""Keys of the institutions that issue (签名密钥): one RSA key for files, one Ed25519 key for codes and credentials.

Used by the office when it issues and verifies. A key is loaded once and kept; passwords and PINs are read from the file or
variable that the key register names (keyfile.py), and are never part of a message or a value that is kept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12
from cryptography.x509.oid import NameOID

from scheduler.certificates.signing import MemoryKey, Seal, SigningKey
from scheduler.certificates.token_key import TokenKey
from scheduler.errors import Finding, SealFailed, Text, Where

DEMONSTRATION = "仅供演示 DEMONSTRATION ONLY"
"""Stands in the subject of every certificate of a demonstration key; such a key signs in a demo office only."""
_LEAST_BITS = 2048
_TRIAL = b"does this key belong to this certificate?"


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a password or PIN stands, never the password itself."""

    file: Path | None = None
    """Its first line counts."""
    variable: str = ""
    """A variable of the environment."""

    def read(self) -> bytes | None:
        """Return the secret; None where neither a file nor a variable is named.

        Raises:
            SealFailed: The file cannot be read, or the variable is not set.
        """
        if self.file is not None:
            try:
                return self.file.read_bytes().splitlines()[0].strip()
            except (OSError, IndexError) as fault:
                what = Text("密码文件无法读取", "the file with the password cannot be read")
                raise refused("key-secret", what, self.file) from fault
        if not self.variable:
            return None
        if not (said := os.environ.get(self.variable)):
            what = Text(f"环境变量 {self.variable} 没有设置", f"the variable {self.variable} is not set")
            raise refused("key-secret", what)
        return said.encode()


@dataclass(frozen=True, slots=True)
class KeySource:
    """Where the keys of one institution lie: in a file or in a token for files, in a file for codes."""

    issuer: str
    """Full name of the institution, as printed on its certificates."""
    file: Path | None = None
    """PKCS #12 file with key and certificates."""
    password: Secret = Secret()
    module: str = ""
    """PKCS #11 library; set where the key is in a token."""
    token: str = ""
    label: str = ""
    pin: Secret = Secret()
    certificate: Path | None = None
    """PEM file with the certificates of a key in a token, the signer's first."""
    code_file: Path | None = None
    """PKCS #8 file in PEM with the Ed25519 key."""
    code_password: Secret = Secret()
    trusted_until: date | None = None
    """Last day of issue for which verifiers trust the key for codes; None while nothing is known against it."""


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """The keys of one institution, loaded."""

    issuer: str
    seal: Seal | None
    """Signs files; None where the register names no key for it."""
    code: Ed25519PrivateKey | None
    """Signs codes and credentials; None where the register names none."""
    certificates: tuple[x509.Certificate, ...] = ()
    """The signer's certificate and those that vouch for it."""
    is_demo: bool = False
    trusted_until: date | None = None
    """As in the register."""

    @property
    def signer(self) -> str:
        """Return who signs, as readers show it."""
        return _common_name(self.certificates[0]) if self.certificates else self.issuer

    @property
    def public(self) -> Ed25519PublicKey | None:
        """Return the public half of the key for codes."""
        return self.code.public_key() if self.code else None


class Keyring:
    """All keys of an office, each loaded when it is first asked for and then kept."""

    def __init__(self, sources: Iterable[KeySource], *, demo: bool) -> None:
        """Open a keyring.

        Args:
            sources: Where the keys lie; of several of one institution the last one counts.
            demo: Whether this is a demo office, the only place where demonstration keys sign.
        """
        self._sources = {source.issuer: source for source in sources}
        self._demo = demo
        self._loaded: dict[str, IssuerKeys] = {}

    @property
    def issuers(self) -> tuple[str, ...]:
        """Return the institutions that have keys, in the order of the register."""
        return tuple(self._sources)

    def of(self, issuer: str, on: date | None = None) -> IssuerKeys:
        """Return the keys of an institution.

        Args:
            issuer: Full name, as printed.
            on: Day of signing; the certificate must be in force. None asks for no day.

        Raises:
            SealFailed: No key is named, it cannot be opened, it is a demonstration key outside a demo office, it does
                not belong to its certificate, or the certificate is not in force.
        """
        if issuer not in self._loaded:
            if issuer not in self._sources:
                what = Text(f"没有 {issuer} 的签名密钥", f"there is no signing key of {issuer}")
                hint = Text("在密钥登记文件中登记", "name it in the key register")
                raise refused("key-missing", what, hint=hint)
            self._loaded[issuer] = load(self._sources[issuer])
        keys = self._loaded[issuer]
        if keys.is_demo and not self._demo:
            what = Text(f"{issuer} 的密钥仅供演示", f"the key of {issuer} is for demonstration only")
            raise refused("key-demo", what, hint=Text("换用正式密钥", "use a real key"))
        if on is not None and keys.certificates:
            _refuse_out_of_force(keys.certificates[0], on)
        return keys

    def sealing(self, issuer: str, on: date) -> tuple[IssuerKeys, Seal]:
        """Return the keys of an institution and its seal; arguments and errors as `of`."""
        keys = self.of(issuer, on)
        if keys.seal is None:
            what = Text(f"没有 {issuer} 的文件签名密钥", f"there is no key of {issuer} that signs files")
            raise refused("key-missing", what, hint=Text("在密钥登记文件中登记", "name it in the key register"))
        return keys, keys.seal


def load(source: KeySource) -> IssuerKeys:
    """Return the keys of one institution, loaded anew.

    Raises:
        SealFailed: As `Keyring.of`.
    """
    key, chain = _file_key(source) if source.file else _token_key(source) if source.module else (None, ())
    code, vouching = _code_key(source) if source.code_file else (None, ())
    seal = None
    if key is not None:
        _refuse_mismatch(key, chain, source)
        seal = Seal(key, [certificate.public_bytes(Encoding.DER) for certificate in chain])
    demo = any(is_demonstration(certificate) for certificate in (*chain, *vouching))
    return IssuerKeys(source.issuer, seal, code, chain, demo, source.trusted_until)


def is_demonstration(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate says of itself that it is for demonstration."""
    return any(DEMONSTRATION in str(attribute.value) for attribute in certificate.subject)


def refused(
    rule: str, what: Text, file: Path | None = None, *, said: str | None = None, hint: Text | None = None
) -> SealFailed:
    """Return the error that a key cannot be used."""
    where = Where(file=str(file)) if file else Where()
    return SealFailed(what, [Finding(rule, what, where, said=said, hint=hint)], hint=hint)


def _file_key(source: KeySource) -> tuple[SigningKey, tuple[x509.Certificate, ...]]:
    file = source.file or Path()
    try:
        key, own, others = pkcs12.load_key_and_certificates(file.read_bytes(), source.password.read())
    except (OSError, ValueError) as fault:
        what = Text("密钥文件无法打开，或密码不对", "the key file cannot be opened, or the password is wrong")
        raise refused("key-unusable", what, file, said=str(fault)[:120]) from fault
    if not isinstance(key, rsa.RSAPrivateKey) or own is None:
        raise refused("key-kind", Text("不是带证书的 RSA 密钥", "it is no RSA key with a certificate"), file)
    return MemoryKey(key), (own, *others)


def _token_key(source: KeySource) -> tuple[SigningKey, tuple[x509.Certificate, ...]]:
    token = TokenKey(source.module, source.token, source.label, (source.pin.read() or b"").decode())
    try:
        if source.certificate is not None:
            chain = x509.load_pem_x509_certificates(source.certificate.read_bytes())
        else:
            chain = [x509.load_der_x509_certificate(der) for der in token.certificates()]
    except (OSError, ValueError) as fault:
        what = Text("令牌密钥的证书无法读取", "the certificate of the key in the token cannot be read")
        raise refused("key-unusable", what, source.certificate, said=str(fault)[:120]) from fault
    if not chain:
        raise refused("key-kind", Text("令牌中没有密钥的证书", "the token holds no certificate of the key"))
    return token, tuple(chain)


def _code_key(source: KeySource) -> tuple[Ed25519PrivateKey, tuple[x509.Certificate, ...]]:
    file = source.code_file or Path()
    try:
        content = file.read_bytes()
        key = load_pem_private_key(content, source.code_password.read())
        vouching = x509.load_pem_x509_certificates(content) if b"BEGIN CERTIFICATE" in content else []
    except (OSError, ValueError, TypeError) as fault:  # TypeError: a password where none is needed, or the other way
        what = Text("验真码密钥无法打开，或密码不对", "the key for codes cannot be opened, or the password is wrong")
        raise refused("key-unusable", what, file, said=str(fault)[:120]) from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise refused("key-kind", Text("验真码密钥不是 Ed25519", "the key for codes is not Ed25519"), file)
    return key, tuple(vouching)


def _refuse_mismatch(key: SigningKey, chain: tuple[x509.Certificate, ...], source: KeySource) -> None:
    """Sign a trial and check it by the certificate: a wrong pair would sign a whole batch for nothing."""
    public = chain[0].public_key()
    file = source.file or source.certificate
    if not isinstance(public, rsa.RSAPublicKey) or public.key_size < _LEAST_BITS:
        what = Text("签名证书须为 2048 位以上 RSA", "the certificate must be of an RSA key of 2048 bits or more")
        raise refused("key-kind", what, file)
    try:
        public.verify(key.sign(_TRIAL), _TRIAL, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature as fault:
        what = Text("密钥与证书不是一对", "the key does not belong to the certificate")
        raise refused("key-mismatch", what, file) from fault


def _refuse_out_of_force(certificate: x509.Certificate, on: date) -> None:
    first, last = certificate.not_valid_before_utc.date(), certificate.not_valid_after_utc.date()
    if not first <= on <= last:
        what = Text(f"签名证书在 {on} 不在有效期内", f"the signing certificate is not in force on {on}")
        hint = Text("向证书机构换发", "have it renewed by its authority")
        raise refused("key-out-of-force", what, said=f"{first} – {last}", hint=hint)


def _common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()
