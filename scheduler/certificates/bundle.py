"""The bundle (验真包): everything that a verifier needs without us, in one dated and signed file.

Used by the office, which writes it, and by offline.py, which trusts nothing else. It holds the institutions, their
public keys, and what was revoked or suspended when it was made; no certificate, no name, no secret.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scheduler.certificates.code import key_id
from scheduler.certificates.integrity import did_key
from scheduler.certificates.status import SIZE, decoded, is_set
from scheduler.errors import Finding, InputError, Text

KIND = "joint-exam-scheduler bundle 1"
MOST_BYTES = 64 << 20
"""Largest bundle that is read."""
LEAST_PIN = 16
"""Fewest hexadecimal digits of a fingerprint that pin a key."""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key for codes and credentials."""

    raw: bytes
    """32 bytes."""
    trusted_from: date | None = None
    """First day of issue for which it is trusted; None for any."""
    trusted_until: date | None = None
    """Last day of issue for which it is trusted; None while nothing is known against it."""

    @property
    def id(self) -> bytes:
        """Return the id by which codes name the key."""
        return key_id(self.public)

    @property
    def public(self) -> Ed25519PublicKey:
        """Return the key."""
        return Ed25519PublicKey.from_public_bytes(self.raw)

    def trusted_on(self, day: date) -> bool:
        """Tell whether what it signed for a day of issue is trusted."""
        return (self.trusted_from or day) <= day <= (self.trusted_until or day)


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An institution and its keys."""

    name: str
    """As printed on its certificates."""
    keys: tuple[TrustedKey, ...]
    certificates: tuple[bytes, ...]
    """X.509 certificates of the keys that sign its files, DER. An authority's own certificate never stands here: it vouches
    for anybody who pays."""
    vouching: tuple[bytes, ...] = ()
    """Certificates of the authorities that its files carry along, DER; nothing is trusted because of them."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What a verifier trusts."""

    office: str
    made_at: datetime
    valid_until: datetime
    """After this moment it is too old to say that nothing was revoked."""
    issuers: tuple[TrustedIssuer, ...]
    lists: Mapping[str, str]
    """Status lists by ``KEYID/PURPOSE/N``; a list of which nothing is set is left out."""
    withdrawn: frozenset[str]
    """SHA-256 digests, hexadecimal, of files that bear no code and are valid no more."""
    demo: bool = False
    """Whether it is of a demonstration office, whose certificates have no legal effect."""
    signer: bytes = b""
    """Public key that signed it, 32 bytes."""

    def key(self, kid: bytes) -> tuple[TrustedIssuer, TrustedKey] | None:
        """Return a key by its id, and whose it is; None where it is not trusted."""
        return next(((i, key) for i in self.issuers for key in i.keys if key.id == kid), None)

    def named(self, name: str) -> tuple[TrustedIssuer, TrustedKey] | None:
        """Return a key by its did:key, and whose it is; None where it is not trusted."""
        return next(((i, key) for i in self.issuers for key in i.keys if did_key(key.public) == name), None)

    def is_set(self, kid: bytes, purpose: str, place: int) -> bool:
        """Tell whether a certificate is revoked, or suspended."""
        nth, within = divmod(place, SIZE)
        found = self.lists.get(list_name(kid, purpose, nth))
        return found is not None and is_set(decoded(found), within)

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the key that signed it."""
        return fingerprint(self.signer)


def list_name(kid: bytes, purpose: str, nth: int) -> str:
    """Return the name of a status list."""
    return f"{kid.hex()}/{purpose}/{nth}"


def fingerprint(raw: bytes) -> str:
    """Return the fingerprint of a public key: its SHA-256 in groups of four hexadecimal digits."""
    digits = sha256(raw).hexdigest()
    return " ".join(digits[n : n + 4] for n in range(0, 64, 4))


def write_bundle(bundle: Bundle, key: Ed25519PrivateKey) -> bytes:
    """Return a bundle as a file, signed."""
    said: dict[str, Any] = {
        "kind": KIND,
        "office": bundle.office,
        "made_at": bundle.made_at.isoformat(timespec="seconds"),
        "valid_until": bundle.valid_until.isoformat(timespec="seconds"),
        "issuers": [
            {
                "name": issuer.name,
                "keys": [_key_said(trusted) for trusted in issuer.keys],
                "certificates": [b64encode(der).decode() for der in issuer.certificates],
                "vouching": [b64encode(der).decode() for der in issuer.vouching],
            }
            for issuer in bundle.issuers
        ],
        "lists": dict(bundle.lists),
        "withdrawn": sorted(bundle.withdrawn),
        "demo": bundle.demo,
        "signer": b64encode(key.public_key().public_bytes_raw()).decode(),
    }
    return rfc8785.dumps({**said, "signature": b64encode(key.sign(_signed_bytes(said))).decode()}) + b"\n"


def read_bundle(content: bytes, pin: str = "") -> Bundle:
    """Return a bundle that is whole.

    Args:
        content: The file.
        pin: Fingerprint of the key that must have signed it, or its first 16 digits and more; empty trusts any.

    Raises:
        InputError: It is no bundle, was altered, or was signed by another key than the one pinned.
    """
    try:
        bundle = _opened(content)
    except InvalidSignature:
        raise _refused("bundle-altered", Text("验真包已被改动", "the bundle was altered")) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as fault:
        raise _refused("bundle-unreadable", Text("不是可用的验真包", "not a bundle that can be used")) from fault
    _refuse_other_signer(bundle, pin)
    return bundle


def _opened(content: bytes) -> Bundle:
    if len(content) > MOST_BYTES:
        raise ValueError("too large")
    said = json.loads(content)
    signature, signer = b64decode(said.pop("signature"), validate=True), b64decode(said["signer"], validate=True)
    if said["kind"] != KIND:
        raise ValueError("another kind")
    Ed25519PublicKey.from_public_bytes(signer).verify(signature, _signed_bytes(said))
    return _bundle(said, signer)


def _refuse_other_signer(bundle: Bundle, pin: str) -> None:
    wanted, digits = ("".join(text.lower().replace(":", " ").split()) for text in (pin, bundle.fingerprint))
    if pin and (len(wanted) < LEAST_PIN or not digits.startswith(wanted)):
        what = Text("验真包不是由指定的密钥签署", "the bundle was not signed by the key that was named")
        raise _refused("bundle-signer", what, bundle.fingerprint, Text(pin, pin))


def _refused(rule: str, what: Text, said: str | None = None, expected: Text | None = None) -> InputError:
    hint = Text("向发证机构重新索取", "ask the issuing office for it again")
    return InputError(what, [Finding(rule, what, said=said, expected=expected)], hint=hint)


def _signed_bytes(said: Mapping[str, Any]) -> bytes:
    return KIND.encode() + b"\n" + rfc8785.dumps(dict(said))


def _key_said(key: TrustedKey) -> dict[str, str]:
    days = {"trusted_from": key.trusted_from, "trusted_until": key.trusted_until}
    return {"public": b64encode(key.raw).decode(), **{name: str(day) for name, day in days.items() if day}}


def _bundle(said: Mapping[str, Any], signer: bytes) -> Bundle:
    issuers = tuple(
        TrustedIssuer(
            str(issuer["name"]),
            tuple(
                TrustedKey(b64decode(key["public"]), _day(key.get("trusted_from")), _day(key.get("trusted_until")))
                for key in issuer["keys"]
            ),
            tuple(b64decode(der) for der in issuer["certificates"]),
            tuple(b64decode(der) for der in issuer["vouching"]),
        )
        for issuer in said["issuers"]
    )
    moments = [datetime.fromisoformat(said[name]) for name in ("made_at", "valid_until")]
    if any(moment.tzinfo is None for moment in moments):
        raise ValueError("a moment without a zone")
    # Everything is opened once here, so that nothing can fail later in the midst of a verification.
    for text in said["lists"].values():
        decoded(text)
    for trusted in issuers:
        for key in trusted.keys:
            key.public.public_bytes_raw()
    return Bundle(
        str(said["office"]),
        moments[0],
        moments[1],
        issuers,
        dict(said["lists"]),
        frozenset(said["withdrawn"]),
        bool(said["demo"]),
        signer,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
