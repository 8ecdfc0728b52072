"""Certificates made from one end to the other for tests: face, code, stamped page, signature; and the bundle that knows them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from scheduler.certificates.bundle import Bundle, TrustedIssuer, TrustedKey
from scheduler.certificates.claims import Facts, Twin, code_text, facts_of
from scheduler.certificates.code import key_id
from scheduler.certificates.credential import DESCRIPTION, FILE_NAME, MEDIA_TYPE, credential
from scheduler.certificates.photos import portrait
from scheduler.certificates.signing import MemoryKey, Seal
from scheduler.certificates.status import Shuffle
from scheduler.domain.certificates import Face
from scheduler.press.plate import Attachment
from scheduler.press.stamp import Finish
from tests.certificates.people import CODE, ISSUED, ISSUED_BY, LOW, SKILL, a_face, a_number, a_photo, an_entry

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 7, 1, 9, 0, tzinfo=CHINA)


@dataclass(frozen=True)
class Desk:
    """An institution with keys made for the run."""

    name: str
    code: Ed25519PrivateKey
    rsa: rsa.RSAPrivateKey
    der: bytes
    chain: tuple[bytes, ...]

    @property
    def kid(self):
        return key_id(self.code.public_key())

    @property
    def seal(self):
        return Seal(MemoryKey(self.rsa), list(self.chain))

    @property
    def trusted(self):
        return TrustedIssuer(self.name, (TrustedKey(self.code.public_key().public_bytes_raw()),), (self.der,))


def a_certificate(common, public, signer, issuer_name=None, *, ca=False, first=datetime(2024, 1, 1, tzinfo=UTC)):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer_name or subject, public_key=public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(first + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )


def a_desk(name):
    """Return an institution with fresh keys, its certificate signed by itself."""
    key = rsa.generate_private_key(65537, 2048)
    der = a_certificate(name[:60], key.public_key(), key).public_bytes(Encoding.DER)
    return Desk(name, Ed25519PrivateKey.generate(), key, der, (der,))


def desk_of(award_id):
    """Return the institution that issues an award, with keys that last for the run."""
    return _desk(ISSUED_BY[award_id][1].name)


_desk = lru_cache(a_desk)


def a_bundle(*awards, **changes):
    """Return the bundle that knows the institutions of some awards, all of them when none is named."""
    issuers = {desk.name: desk.trusted for desk in map(desk_of, awards or ISSUED_BY)}
    made = Bundle("云岭市联合考试办公室", NOW - timedelta(hours=1), NOW + timedelta(days=7), tuple(issuers.values()), {},
                  frozenset())  # fmt: skip
    return replace(made, **changes)


@dataclass(frozen=True)
class Issued:
    face: Face
    facts: Facts
    pdf: bytes
    photo: bytes
    credential: bytes


def issue(stamper, issuer, award_id=SKILL.id, *, n=219, name="徐娟桂", serial=1, desk=None, face_changes=None,
          photo=None, seal=True, code_key=None, **options):  # fmt: skip
    """Issue one certificate as an office does."""
    desk = desk or desk_of(award_id)
    entry, award = an_entry(name, n), ISSUED_BY[award_id][0]
    photo = photo or a_photo(n)
    face = replace(a_face(award_id, entry, n, **options), **(face_changes or {}))
    other = SKILL if award_id == LOW.id else LOW
    twin = Twin(a_number(other, entry, n), other.name.zh, CODE[::-1])
    facts = facts_of(entry, award, issued_on=ISSUED, status_index=Shuffle(desk.code).place(serial), twins=(twin,),
                     printed_photo=portrait(photo, ""))  # fmt: skip
    face = replace(face, code=code_text(face, facts, code_key or desk.code))
    made = credential(face, facts, code_key or desk.code, "2026-06-18T09:30:00+08:00")
    return Issued(face, facts, print_(stamper, issuer, face, photo, desk if seal else None, made), photo, made)


def print_(stamper, issuer, face, photo, desk, enclosed=None):
    """Print a face, signed by a desk or by nobody, with a credential or without."""
    attached = Attachment(FILE_NAME, MEDIA_TYPE, DESCRIPTION) if enclosed else None
    finish = Finish(attachment=attached, content=enclosed or b"")
    if desk:
        finish = replace(finish, seal=desk.seal, signer=desk.name, at="20260618093000+08'00'")
    return stamper.print(f"certificates/{face.template}", issuer.paper(face, photo=photo), finish).pdf
