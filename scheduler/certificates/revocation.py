"""Material for verifiers of later years (验证材料): whole chains, and what authorities say today about revocation.

Used by timestamp.py: PAdES B-LT puts it into the file, so that nobody has to be asked when the certificate is verified in ten
years. It is fetched before signing and lies inside what is signed, because a file whose certification allows no change must
not grow afterwards. An answer is taken only if it is signed, in time, and about the certificate; a revoked one stops signing.

Source: ETSI EN 319 142-1, 5.4 and 6.3 (B-LT); RFC 5280, 6.3; RFC 6960, 3.2 and 4.2.2.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ExtensionOID

from scheduler.certificates.fetching import fetched
from scheduler.errors import Finding, SealFailed, Text, Where

MOST_BYTES = 65_536
"""Largest revocation list that is put into every file."""
_SKEW = timedelta(minutes=5)
_MOST_CERTIFICATES = 12
_FAULTS = (OSError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound)


@dataclass(frozen=True, slots=True)
class Material:
    """What a verifier needs beside the signature; DER each."""

    certificates: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]
    good_until: datetime | None
    """When the first answer runs out; None where nothing was asked."""

    @property
    def store(self) -> tuple[tuple[str, tuple[bytes, ...]], ...]:
        """Return it as the document security store of a PDF names it. Source: ETSI EN 319 142-1, 5.4.2.2."""
        parts = (("Certs", self.certificates), ("CRLs", self.crls), ("OCSPs", self.ocsps))
        return tuple((name, ders) for name, ders in parts if ders)


def material(chain: Iterable[x509.Certificate], now: datetime) -> Material:
    """Return the material of some chains, fetched where the certificates say.

    Args:
        chain: Certificates of signers and of those who vouch for them, in any order; issuers that are missing are fetched.
        now: This moment, with a zone.

    Raises:
        SealFailed: A certificate is revoked, or names where to ask and nobody there gives an answer that holds.
    """
    case = _Case(list(dict.fromkeys(chain)), now)
    for certificate in case.pool:  # grows while issuers are fetched
        if certificate.issuer != certificate.subject and not _needs_none(certificate):
            case.ask(certificate)
    return Material(
        tuple(certificate.public_bytes(Encoding.DER) for certificate in case.pool),
        tuple(dict.fromkeys(case.crls)),
        tuple(dict.fromkeys(case.ocsps)),
        min(case.ends, default=None),
    )


@dataclass
class _Case:
    """The chains in hand, and the answers so far."""

    pool: list[x509.Certificate]
    now: datetime
    crls: list[bytes] = field(default_factory=list)
    ocsps: list[bytes] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)

    def ask(self, certificate: x509.Certificate) -> None:
        """Add what is known about one certificate; the short answer (OCSP) is asked for before the list (CRL)."""
        issuer, said = self._issuer(certificate), ""
        responders, lists = list(_named(certificate, AuthorityInformationAccessOID.OCSP)), list(_lists(certificate))
        for url in responders if issuer else ():
            try:
                self._ocsp(certificate, issuer, fetched(url, *_question(certificate, issuer)))
            except _FAULTS as fault:
                said = f"{url}: {fault}"
                continue
            return
        for url in lists:
            try:
                self._crl(certificate, issuer, fetched(url))
            except _FAULTS as fault:
                said = f"{url}: {fault}"
                continue
            return
        if responders or lists:
            what = Text("查不到签名证书链的吊销状态", "nobody says whether a certificate of the chain is revoked")
            raise _refused("revocation-unknown", what, certificate, said or "its issuer is not in the chain")

    def _issuer(self, certificate: x509.Certificate) -> x509.Certificate | None:
        """Return who issued a certificate: from the chain, else from where it says; None where that cannot be had."""
        found = next((one for one in self.pool if _issued(certificate, one)), None)
        for url in () if found else _named(certificate, AuthorityInformationAccessOID.CA_ISSUERS):
            try:
                offered = _certificates(fetched(url))
            except _FAULTS:
                continue
            found = next((one for one in offered if _issued(certificate, one)), None)
            if found is not None and len(self.pool) < _MOST_CERTIFICATES:
                self.pool.append(found)
                break
        return found

    def _ocsp(self, certificate: x509.Certificate, issuer: x509.Certificate | None, der: bytes) -> None:
        answer = ocsp.load_der_ocsp_response(der)
        if issuer is None or answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise ValueError("no answer")
        _refuse_other_responder(answer, issuer)
        (one,) = (single for single in answer.responses if single.serial_number == certificate.serial_number)
        self._in_time(one.this_update_utc, one.next_update_utc)
        if one.certificate_status is ocsp.OCSPCertStatus.REVOKED:
            raise _revoked(certificate)
        if one.certificate_status is not ocsp.OCSPCertStatus.GOOD:
            raise ValueError("the responder does not know the certificate")
        self.ocsps.append(der)

    def _crl(self, certificate: x509.Certificate, issuer: x509.Certificate | None, content: bytes) -> None:
        read = x509.load_pem_x509_crl if content.startswith(b"-----") else x509.load_der_x509_crl
        crl = read(content)
        key = issuer.public_key() if issuer is not None else None
        # Without the issuer at hand the verifier, who trusts it, checks the signature.
        if crl.issuer != certificate.issuer or (key is not None and not crl.is_signature_valid(key)):  # type: ignore[arg-type]
            raise ValueError("the list is not signed by the issuer")
        if len(content) > MOST_BYTES:
            raise ValueError(f"the list has {len(content):,} bytes and would stand in every file")
        self._in_time(crl.last_update_utc, crl.next_update_utc)
        if crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
            raise _revoked(certificate)
        self.crls.append(crl.public_bytes(Encoding.DER))

    def _in_time(self, first: datetime, last: datetime | None) -> None:
        if first > self.now + _SKEW or (last is not None and last <= self.now):
            raise ValueError(f"the answer is of {first:%Y-%m-%d %H:%M} and no longer in force")
        self.ends += [last] if last is not None else []


def _issued(certificate: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(by)
    except _FAULTS:
        return False
    return True


def _refuse_other_responder(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> None:
    """Raise unless an answer is signed by the issuer, or by somebody whom the issuer has told to answer."""
    signer = issuer
    for one in answer.certificates:
        usage = _extension(one, ExtensionOID.EXTENDED_KEY_USAGE)
        if usage and ExtendedKeyUsageOID.OCSP_SIGNING in usage and _issued(one, issuer):
            signer = one
    key, digest = signer.public_key(), answer.signature_hash_algorithm or hashes.SHA256()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), digest)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(digest))
    else:
        raise TypeError("the responder has another kind of key")


def _question(certificate: x509.Certificate, issuer: x509.Certificate | None) -> tuple[bytes, str]:
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer or certificate, hashes.SHA1())  # noqa: S303 - all responders know it
    return builder.build().public_bytes(Encoding.DER), "application/ocsp-request"


def _needs_none(certificate: x509.Certificate) -> bool:
    return _extension(certificate, ExtensionOID.OCSP_NO_CHECK) is not None


def _named(certificate: x509.Certificate, way: x509.ObjectIdentifier) -> Iterator[str]:
    for access in _extension(certificate, ExtensionOID.AUTHORITY_INFORMATION_ACCESS) or ():
        if access.access_method == way and isinstance(access.access_location, x509.UniformResourceIdentifier):
            yield access.access_location.value


def _lists(certificate: x509.Certificate) -> Iterator[str]:
    for point in _extension(certificate, ExtensionOID.CRL_DISTRIBUTION_POINTS) or ():
        for name in point.full_name or ():
            if isinstance(name, x509.UniformResourceIdentifier):
                yield name.value


def _extension(certificate: x509.Certificate, oid: x509.ObjectIdentifier):  # type: ignore[no-untyped-def]  # noqa: ANN202
    try:
        return certificate.extensions.get_extension_for_oid(oid).value
    except x509.ExtensionNotFound:
        return None


def _certificates(content: bytes) -> list[x509.Certificate]:
    """Return the certificates of a file, alone or in a bag. Source: RFC 5280, 4.2.2.1."""
    if content.startswith(b"-----"):
        return x509.load_pem_x509_certificates(content)
    try:
        return [x509.load_der_x509_certificate(content)]
    except ValueError:
        return pkcs7.load_der_pkcs7_certificates(content)


def _revoked(certificate: x509.Certificate) -> SealFailed:
    return _refused(
        "certificate-revoked",
        Text("签名证书链中有证书已被吊销", "a certificate of the chain is revoked"),
        certificate,
        None,
    )


def _refused(rule: str, what: Text, certificate: x509.Certificate, said: str | None) -> SealFailed:
    hint = Text(
        "检查网络，或向证书机构查询；已发证书不受影响", "check the network or ask the authority; what was issued stands"
    )
    subject = certificate.subject.rfc4514_string()
    return SealFailed(
        what, [Finding(rule, what, Where(subject=subject), said=said and said[:160], hint=hint)], hint=hint
    )
