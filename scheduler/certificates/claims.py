"""What a certificate's signed code says (凭证内容), taken from its face and from what stands behind it.

Used by the office when it issues; `code_text` is the whole of it. The words are those printed, so that a verifier can compare
them with the paper; whatever holds a document number is masked first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scheduler.certificates.code import Claims, signed_code
from scheduler.certificates.faces import NONE_WORDS, valid_until
from scheduler.domain.catalogue import Award
from scheduler.domain.certificates import Face
from scheduler.domain.entries import Entry
from scheduler.domain.identity import mask


@dataclass(frozen=True, slots=True)
class Twin:
    """The other certificate of the same exam (同次证书), known before either is signed."""

    number: str
    """In full; masked where it is made of the document number."""
    title: str
    inquiry_code: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a certificate beyond its face."""

    document_no: str
    """In full; only its mask goes out."""
    trade: str
    """Item or direction as printed; the category or occupation where there is none."""
    level: int
    """0 where the certificate has none."""
    valid_until: date | None
    status_index: int
    """Place in the status lists of the key that signs."""
    twins: tuple[Twin, ...] = ()
    photo_sha256: str = ""
    """Digest of the photo as printed, hexadecimal; empty where it is glued in."""

    def shown(self, number: str) -> str:
        """Return a certificate number, masked where it is made of the document number."""
        return mask(number) if self.document_no in number else number


def facts_of(
    entry: Entry,
    award: Award,
    *,
    issued_on: date,
    status_index: int,
    twins: tuple[Twin, ...] = (),
    printed_photo: bytes | None = None,
) -> Facts:
    """Return the facts of one award of an entry.

    Args:
        entry: Whose it is.
        award: What was earned; a validity of it must be in force on the day of issue.
        issued_on: Day printed as date of issue.
        status_index: See `status.place`.
        twins: The other certificates of the same exam.
        printed_photo: JPEG as it goes into the file (see `photos.portrait`); None where it is glued in.
    """
    return Facts(
        document_no=entry.candidate.document.number,
        trade=award.item.zh if award.item.zh not in ("", NONE_WORDS) else award.category.zh,
        level=award.level or 0,
        valid_until=valid_until(award.validity_on(issued_on), issued_on),
        status_index=status_index,
        twins=twins,
        photo_sha256="" if printed_photo is None else sha256(printed_photo).hexdigest(),
    )


def claims_of(face: Face, facts: Facts) -> Claims:
    """Return what the code of a certificate says."""
    return Claims(
        number=facts.shown(face.number),
        name=face.name,
        title=face.title,
        trade=facts.trade,
        level=facts.level,
        issuer=face.issuer,
        issued_on=face.issued_on,
        valid_until=facts.valid_until,
        status_index=facts.status_index,
        identity=mask(facts.document_no),
        pair=" ".join(facts.shown(twin.number) for twin in facts.twins),
        inquiry_code=face.inquiry_code,
        photo=bytes.fromhex(facts.photo_sha256[:16]),
    )


def code_text(face: Face, facts: Facts, key: Ed25519PrivateKey) -> str:
    """Return the text of a certificate's QR code, signed; it goes into ``Face.code``."""
    return signed_code(claims_of(face, facts), key)
