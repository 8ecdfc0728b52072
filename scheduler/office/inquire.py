"""Inquire (公开查询): what the public may learn of a certificate, by number and name, by its code, or by its file.

Nothing says whether a number exists: whoever does not name the holder gets the same answer, for the same work, as for a
number that was never given. Names and numbers of documents are masked in every answer.

Source: circular of 9 January 2026, linked inquiry of the certificates of one exam.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlsplit

from scheduler.certificates.code import PREFIX, BadCode, unverified
from scheduler.domain.catalogue import AwardKind
from scheduler.domain.certificates import Certificate, Face, LedgerEntry, Standing
from scheduler.domain.identity import mask
from scheduler.domain.wording import date_words
from scheduler.errors import Text
from scheduler.office.desk import Office
from scheduler.office.standing import masked_name, standing_on

SHOWN = (
    "occupation",
    "direction",
    "category",
    "item",
    "coded_item",
    "level",
    "document_kind",
    "document_no",
    "first_issued_on",
    "validity",
    "review_on",
)
"""Fields of a face that may be shown, by key; of everything else nothing leaves."""
_MASKED = frozenset({"document_no"})
_CODE = re.compile(r"[A-Z2-7]{16}")
_MOST = 2_000
"""Longest text looked at."""
_NOBODY = Certificate(
    "", "", "", "",
    Face("", AwardKind.SKILL_LEVEL, "", "", "", "", "\0", (), "", "", "", "", date.min, "", "", "", ()),
    "", "", date.min, date.min, None, 0,
)  # fmt: skip
"""Judged where nothing was found, so that a miss costs what a wrong name costs."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One certificate as the public sees it."""

    title: Text
    standing: Standing
    number: str
    """Masked where the award's rule makes it of the holder's document number."""
    name: str
    """Masked."""
    issuer: Text
    issued_on: Text
    rows: tuple[tuple[Text, str], ...]
    """Label and value, in the order of the paper."""
    ended_on: Text | None = None
    """Day on which it was revoked, cancelled, replaced or suspended; None while it counts."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """The answer to an inquiry; where nothing fits it is empty and says nothing of why."""

    found: tuple[Shown, ...] = ()
    others: tuple[Shown, ...] = ()
    """Other certificates of the same exam; only for whoever has the holder's code or file."""

    def __bool__(self) -> bool:
        """Tell whether anything was found."""
        return bool(self.found)


NOTHING = Inquiry()


def inquire_number(office: Office, *, number: str, name: str) -> Inquiry:
    """Return the certificates that bear a number and this holder's name; the last of each award.

    Args:
        office: The opened office.
        number: As typed; spaces do no harm, letters may be lower case.
        name: The holder's whole name; spaces and the form of the dot inside do no harm.
    """
    wanted, said = number_key(number), _name_key(name)
    with office.registry.transaction(write=False) as store:
        found = store.ledger.certificate(wanted)
        if not found:
            store.ledger.suspended([_NOBODY])  # asked for every number that exists; the same work for all others
        current = {one.award_id: one for one in found} or {"": _NOBODY}
        same = [one for one in current.values() if hmac.compare_digest(_name_key(one.face.name), said)]
        matching = [one for one in same if one is not _NOBODY]
        days = _end_days(matching, store.ledger.lines_of(wanted))
    return Inquiry(tuple(_shown(office, one, days) for one in matching))


def inquire_code(office: Office, *, scanned: str) -> Inquiry:
    """Return the certificate that a code stands on, and the others of the same exam.

    Args:
        office: The opened office.
        scanned: What the QR code says (signed text or address), or the inquiry code printed beside it, however spaced.
    """
    code, signed = read_scanned(scanned)
    with office.registry.transaction(write=False) as store:
        found = store.ledger.by_inquiry_code(code)
        # A signed text must be the one that was printed: whoever changed a word of it learns nothing.
        if found is None or (signed and not hmac.compare_digest(found.face.code.encode(), signed.encode())):
            return NOTHING
        return _with_others(office, found, store.ledger.of_entry(found.entry_id), store.ledger.lines_of)


def inquire_file(office: Office, *, content: bytes) -> Inquiry:
    """Return the certificate whose file this is, byte for byte, and the others of the same exam.

    A file that differs in one byte is not told from one that was never issued: the number in a made-up file would
    otherwise tell strangers which numbers exist. Nothing is read out of it.
    """
    digest = hashlib.sha256(content).hexdigest()
    with office.registry.transaction(write=False) as store:
        found = store.ledger.by_digest(digest)
        if found is None:
            return NOTHING
        return _with_others(office, found, store.ledger.of_entry(found.entry_id), store.ledger.lines_of)


def number_key(number: str) -> str:
    """Return a typed number as the ledger has it: half-width, upper case, without spaces, hyphens and what no text holds."""
    return re.sub(r"[\s\-\x00\ud800-\udfff]", "", unicodedata.normalize("NFKC", number[:_MOST])).upper()


def read_scanned(scanned: str) -> tuple[str, str]:
    """Return the inquiry code of what was scanned or typed, and the signed text where it was one; empty for neither."""
    text = scanned.strip()[:_MOST]
    if text.startswith(PREFIX):
        try:
            return unverified(text).inquiry_code, text
        except BadCode:
            return "", ""
    try:
        text = next(iter(parse_qs(urlsplit(text).query).get("c", [text])))
    except ValueError:
        return "", ""
    plain = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
    return (plain, "") if _CODE.fullmatch(plain) else ("", "")


def _name_key(name: str) -> bytes:
    """Return a name as it is compared: the digest of it without spaces, dots in one form, letters in one case."""
    plain = unicodedata.normalize("NFKC", name[:_MOST]).casefold()
    return hashlib.sha256(re.sub(r"[\s·•・‧.]", "", plain).encode("utf-8", "surrogatepass")).digest()


def _with_others(
    office: Office, found: Certificate, entry: Iterable[Certificate], lines_of: Callable[[str], list[LedgerEntry]]
) -> Inquiry:
    last = {one.award_id: one for one in entry if one.award_id != found.award_id}
    days = _end_days(
        [found, *last.values()], [line for one in (found, *last.values()) for line in lines_of(one.number)]
    )
    return Inquiry((_shown(office, found, days),), tuple(_shown(office, one, days) for one in last.values()))


def _end_days(certificates: Iterable[Certificate], lines: Iterable[LedgerEntry]) -> dict[str, date]:
    """Return the day of the last event after issue of each certificate, by the digest of its file."""
    wanted = {one.sha256 for one in certificates}
    return {
        line.sha256: date.fromisoformat(line.at[:10])
        for line in lines
        if line.event != "issued" and line.sha256 in wanted
    }


def _shown(office: Office, certificate: Certificate, days: Mapping[str, date]) -> Shown:
    face, standing = certificate.face, standing_on(certificate, office.today())
    rows = [(Text(zh, en), value, key) for key, zh, en, value in face.fields if key in SHOWN]
    ended = days.get(certificate.sha256)
    return Shown(
        title=Text(face.title, face.title_en or face.title),
        standing=standing,
        number=office.masked(certificate.award_id, certificate.number),
        name=masked_name(face.name),
        issuer=Text(face.issuer, face.issuer_en or face.issuer),
        issued_on=date_words(certificate.issued_on),
        rows=tuple((label, mask(value) if key in _MASKED else value) for label, value, key in rows),
        ended_on=date_words(ended) if ended and standing not in {Standing.VALID, Standing.EXPIRED} else None,
    )
