"""The signed text inside a QR code (二维码凭证): what a certificate says, checkable by anyone without an address.

COSE_Sign1 (RFC 9052) over CBOR, Ed25519, written as base45 (RFC 9285), which a QR code holds as alphanumerics. Used by the
office when it issues and when it verifies. Reading trusts nothing: keys come from outside, never from the code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PREFIX = "JXC1:"
"""Tells our codes from all others; C and a digit for the layout of the claims."""
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: n for n, character in enumerate(_ALPHABET)}
_ALG, _KID, _EDDSA, _SIGN1 = 1, 4, -8, 18
"""Labels and values of COSE: algorithm, key id, EdDSA, and the CBOR tag of a message with one signature."""
_MOST = 2_000
"""Longest text that is looked at; a QR code of this kind has some 500 characters."""
_EPOCH = date(2000, 1, 1)


class BadCode(ValueError):
    """A text that is no code of ours, or one that was not signed by a known key; says why."""


class UnknownKey(BadCode):
    """A code that names a key which is not trusted."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a code says (凭证内容)."""

    number: str
    """Number of the certificate; masked where it is made of the holder's document number."""
    name: str
    title: str
    trade: str
    level: int
    """0 where the certificate has none."""
    issuer: str
    issued_on: date
    valid_until: date | None
    status_index: int
    """Place in the issuer's status list."""
    identity: str
    """Document number, masked."""
    pair: str
    """Number of the other certificate of the same exam, masked like ``number``; empty where there is none."""
    inquiry_code: str
    photo: bytes
    """First eight bytes of the SHA-256 digest of the printed photo; empty where it is glued in."""


def key_id(key: Ed25519PublicKey) -> bytes:
    """Return the id of a key: the first eight bytes of the SHA-256 digest of its raw form."""
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).digest()[:8]


def signed_code(claims: Claims, key: Ed25519PrivateKey) -> str:
    """Return the text of a QR code."""
    protected = cbor2.dumps({_ALG: _EDDSA, _KID: key_id(key.public_key())}, canonical=True)
    payload = cbor2.dumps(_packed(claims), canonical=True)
    message = [protected, {}, payload, key.sign(_to_be_signed(protected, payload))]
    return PREFIX + base45(cbor2.dumps(cbor2.CBORTag(_SIGN1, message), canonical=True))


def read_code(text: str, find_key: Callable[[bytes], Ed25519PublicKey | None]) -> tuple[Claims, bytes]:
    """Return what a code says and the id of the key that signed it.

    Args:
        text: As scanned; white space around it is ignored.
        find_key: Returns a trusted key by its id, None where it is not trusted.

    Raises:
        BadCode: It is no code of ours, its key is not trusted, or the signature does not fit. The sentence says which.
    """
    protected, payload, signature = _opened(text.strip("\r\n\t"))
    header = _loaded(protected)
    if not isinstance(header, dict) or set(header) != {_ALG, _KID} or header[_ALG] != _EDDSA:
        raise BadCode("the header names another algorithm")
    kid = header[_KID]
    key = find_key(kid) if isinstance(kid, bytes) and len(kid) == 8 else None
    if key is None:
        raise UnknownKey("the key is not known")
    try:
        key.verify(signature, _to_be_signed(protected, payload))
    except InvalidSignature:
        raise BadCode("the signature does not fit") from None
    return _claims(_loaded(payload)), kid


def peek(text: str) -> tuple[bytes, int]:
    """Return the key id and the status index of a code of our own making, unverified; raises BadCode as `read_code`."""
    protected, payload, _ = _opened(text)
    return bytes(_loaded(protected)[_KID]), _claims(_loaded(payload)).status_index


def unverified(text: str) -> Claims:
    """Return what a code says without asking who signed it, to look it up elsewhere; raises BadCode as `read_code`."""
    return _claims(_loaded(_opened(text.strip("\r\n\t"))[1]))


def base45(content: bytes) -> str:
    """Return bytes as text of RFC 9285."""
    out = []
    for at in range(0, len(content) - 1, 2):
        rest, first = divmod(content[at] << 8 | content[at + 1], 45)
        third, second = divmod(rest, 45)
        out.append(_ALPHABET[first] + _ALPHABET[second] + _ALPHABET[third])
    if len(content) % 2:
        second, first = divmod(content[-1], 45)
        out.append(_ALPHABET[first] + _ALPHABET[second])
    return "".join(out)


def from_base45(text: str) -> bytes:
    """Return the bytes of a text of RFC 9285; raises BadCode where it is none."""
    if len(text) % 3 == 1 or any(character not in _VALUES for character in text):
        raise BadCode("not written in base45")
    out = bytearray()
    for at in range(0, len(text), 3):
        digits = [_VALUES[character] for character in text[at : at + 3]]
        value, size = sum(digit * 45**n for n, digit in enumerate(digits)), len(digits) - 1
        if value >= 256**size:
            raise BadCode("not written in base45")
        out += value.to_bytes(size, "big")
    return bytes(out)


def _opened(text: str) -> tuple[bytes, bytes, bytes]:
    if not text.startswith(PREFIX) or len(text) > _MOST:
        raise BadCode("not a code of a certificate")
    content = from_base45(text.removeprefix(PREFIX))
    tagged = _loaded(content)
    if not isinstance(tagged, cbor2.CBORTag) or tagged.tag != _SIGN1 or not isinstance(tagged.value, list | tuple):
        raise BadCode("not a message with one signature")
    message = list(tagged.value)
    if len(message) != 4 or message[1] != {} or not all(isinstance(message[n], bytes) for n in (0, 2, 3)):
        raise BadCode("not a message with one signature")
    # One way to write it: bytes appended or padded would otherwise go unseen.
    if cbor2.dumps(cbor2.CBORTag(_SIGN1, message), canonical=True) != content:
        raise BadCode("not written in the canonical way")
    return message[0], message[2], message[3]


def _loaded(content: bytes) -> Any:  # noqa: ANN401 - whatever a stranger wrote
    try:
        return cbor2.loads(content)
    except Exception as fault:
        raise BadCode("not readable as CBOR") from fault


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)


def _packed(claims: Claims) -> Mapping[int, object]:
    """Return the claims by number, in their order from 1; dates as days since 2000, empty ones left out."""
    packed = {}
    for n, field in enumerate(fields(claims), 1):
        value = getattr(claims, field.name)
        if isinstance(value, date):
            value = (value - _EPOCH).days
        if value not in ("", b"", None):
            packed[n] = value
    return packed


def _claims(packed: object) -> Claims:
    if not isinstance(packed, dict):
        raise BadCode("the content is not a set of claims")
    found: dict[str, Any] = {}
    for n, field in enumerate(fields(Claims), 1):
        value = packed.get(n, b"" if field.name == "photo" else None if field.name == "valid_until" else "")
        if field.name in ("issued_on", "valid_until") and isinstance(value, int):
            value = _EPOCH + timedelta(days=value)
        found[field.name] = value
    kinds = {"level": int, "status_index": int, "issued_on": date, "photo": bytes, "valid_until": date | None}
    if any(not isinstance(value, kinds.get(name, str)) for name, value in found.items()):
        raise BadCode("the content is not a set of claims")
    return Claims(**found)
