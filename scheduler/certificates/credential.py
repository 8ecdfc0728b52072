"""The open credential of a certificate (开放凭证): Open Badges 3.0 on W3C Verifiable Credentials 2.0, signed, as JSON.

Used by the office, which encloses it in the file. It says what the certificate says, no document number in full, and names the
other certificates of the same exam. Words that differ from certificate to certificate are texts, so signing takes little time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scheduler.certificates.claims import Facts
from scheduler.certificates.code import key_id
from scheduler.certificates.integrity import BadProof, check, did_key, signed
from scheduler.certificates.linked import CREDENTIALS, OPEN_BADGES
from scheduler.certificates.status import REVOCATION, SIZE
from scheduler.domain.catalogue import AwardKind
from scheduler.domain.certificates import Face
from scheduler.domain.identity import mask
from scheduler.domain.wording import level_words

FILE_NAME, MEDIA_TYPE = "credential.json", "application/vc"
DESCRIPTION = "开放凭证 Open Badges 3.0 credential"
_KINDS = {
    AwardKind.SKILL_LEVEL: "Certification",
    AwardKind.QUALIFICATION: "License",
    AwardKind.TRAINING: "CertificateOfCompletion",
}
"""Kinds of achievement as the vocabulary of Open Badges names them."""


def credential(face: Face, facts: Facts, key: Ed25519PrivateKey, at: str) -> bytes:
    """Return the signed credential of a certificate.

    Args:
        face: What stands on it.
        facts: What stands behind it; the same as in its code.
        key: Key of the institution for codes and credentials.
        at: Moment of signing, ISO 8601 with zone.
    """
    document = signed(credential_document(face, facts, key), key, at)
    return json.dumps(document, ensure_ascii=False).encode()


def credential_document(face: Face, facts: Facts, key: Ed25519PrivateKey) -> dict[str, Any]:
    """Return the credential without proofs."""
    base = face.verify_address.partition("?")[0].rstrip("/")
    document: dict[str, Any] = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": credential_id(face.inquiry_code),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": face.title,
        "issuer": {"id": did_key(key.public_key()), "type": ["Profile"], "name": face.issuer},
        "validFrom": _begins(face.issued_on),
        "credentialSubject": _subject(face, facts, base),
        "credentialStatus": status_entry(base, key_id(key.public_key()), REVOCATION, facts.status_index),
    }
    if facts.valid_until is not None:
        document["validUntil"] = f"{facts.valid_until.isoformat()}T23:59:59+08:00"
    if facts.twins:
        document["evidence"] = [
            {
                "id": credential_id(twin.inquiry_code),
                "type": ["Evidence"],
                "name": f"同次考试取得 also earned: {twin.title}",
                "description": facts.shown(twin.number),
            }
            for twin in facts.twins
        ]
    return document


def credential_id(inquiry_code: str) -> str:
    """Return the id of a certificate's credential, which whoever holds its inquiry code can work out, and nobody turn round."""
    return f"urn:uuid:{UUID(bytes=sha256(f'credential:{inquiry_code}'.encode()).digest()[:16], version=5)}"


def status_address(base: str, kid: bytes, purpose: str, nth: int) -> str:
    """Return where an institution publishes a status list."""
    return f"{base}/status/{kid.hex()}/{purpose}/{nth}"


def status_entry(base: str, kid: bytes, purpose: str, place: int) -> Mapping[str, str]:
    """Return how a credential names its place in a status list."""
    nth, within = divmod(place, SIZE)
    address = status_address(base, kid, purpose, nth)
    return {
        "id": f"{address}#{within}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(within),
        "statusListCredential": address,
    }


@dataclass(frozen=True, slots=True)
class Said:
    """What a signed credential says of its certificate."""

    id: str
    number: str
    name: str
    title: str
    issuer: str
    issued_on: date
    valid_until: date | None
    status_index: int
    key: str
    """Its did:key."""


def read_credential(content: bytes, find_key: Callable[[str], Ed25519PublicKey | None]) -> Said:
    """Return what a credential says.

    Args:
        content: The file.
        find_key: Returns a trusted key by its did:key, None where it is not trusted.

    Raises:
        BadProof: It is no credential of ours, was altered, or was signed by a key that is not trusted (StrangeKey).
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as fault:
        raise BadProof("not readable as JSON") from fault
    if not isinstance(document, dict):
        raise BadProof("not a credential")
    key = check(document, find_key)
    try:
        subject, entry = document["credentialSubject"], document["credentialStatus"]
        nth = int(entry["statusListCredential"].rpartition("/")[2])
        until = document.get("validUntil")
        return Said(
            id=document["id"],
            number=subject["licenseNumber"],
            name=subject["identifier"][0]["identityHash"],
            title=document["name"],
            issuer=document["issuer"]["name"],
            issued_on=date.fromisoformat(document["validFrom"][:10]),
            valid_until=date.fromisoformat(until[:10]) if until else None,
            status_index=nth * SIZE + int(entry["statusListIndex"]),
            key=key,
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as fault:
        raise BadProof("signed, but not the credential of a certificate") from fault


def status_credential(
    base: str, name: str, encoded: str, issuer: str, key: Ed25519PrivateKey, *, at: str, until: str
) -> bytes:
    """Return a status list as a signed credential, to be published at its address.

    Args:
        base: Address of the verification page.
        name: As `bundle.list_name`; of the key that signs.
        encoded: The list.
        issuer: Full name of the institution.
        key: Key of the institution.
        at: This moment, ISO 8601 with zone.
        until: After this moment a verifier fetches it anew.
    """
    _, purpose, nth = name.split("/")
    address = status_address(base, key_id(key.public_key()), purpose, int(nth))
    document = {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": did_key(key.public_key()), "name": issuer},
        "validFrom": at,
        "validUntil": until,
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded,
        },
    }
    return json.dumps(signed(document, key, at), ensure_ascii=False, indent=1).encode()


def _subject(face: Face, facts: Facts, base: str) -> dict[str, Any]:
    level = level_words(facts.level).zh if facts.level else ""
    achievement = {
        "id": f"{base}/award/{face.award_id}",
        "type": ["Achievement"],
        "achievementType": _KINDS[face.kind],
        "name": f"{face.title} {face.title_en}",
        "description": f"{facts.trade} {level}".strip(),
        "criteria": {"narrative": face.statement},
        "fieldOfStudy": facts.trade,
        "inLanguage": "zh-CN",
        **({"specialization": level} if level else {}),
    }
    return {
        "id": credential_id(face.inquiry_code) + "#holder",
        "type": ["AchievementSubject"],
        "identifier": [_identity("name", face.name), _identity("nationalIdentityNumber", mask(facts.document_no))],
        "licenseNumber": facts.shown(face.number),
        "achievement": achievement,
    }


def _identity(kind: str, said: str) -> dict[str, Any]:
    """Return one thing that tells the holder; never a digest of a document number, which a machine guesses in seconds."""
    return {"type": "IdentityObject", "hashed": False, "identityHash": said, "identityType": kind}


def _begins(day: date) -> str:
    return f"{day.isoformat()}T00:00:00+08:00"
