"""Bundle (验真包): keys, and what was revoked or suspended, in one signed and dated file for verifiers without our registry."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from scheduler.certificates.bundle import Bundle, TrustedIssuer, TrustedKey, fingerprint, list_name, write_bundle
from scheduler.certificates.code import key_id, peek
from scheduler.certificates.credential import status_credential
from scheduler.certificates.keyfile import REGISTER, read_keys
from scheduler.certificates.keys import IssuerKeys, KeySource, Secret, load, refused
from scheduler.certificates.status import PURPOSES, REVOCATION, SIZE, SUSPENSION, encoded, places_counter
from scheduler.domain.certificates import Certificate, Standing
from scheduler.errors import InputError, SettingsError, Text
from scheduler.office.desk import Office

FILE_NAME = "verification-bundle.json"
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class BundleReport:
    """Where a bundle was written, and what is in it."""

    path: str
    made_at: str
    valid_until: str
    issuers: tuple[str, ...]
    n_withdrawn: int
    """Certificates in it that are revoked, cancelled, replaced or suspended."""
    fingerprint: str
    """Of the key that signed it; verifiers pin it, and learn it by another way than the bundle."""


def make_bundle(
    office: Office,
    *,
    out: str | Path | None = None,
    days: int = 7,
    signer: str = "",
    root_key: Path | None = None,
    root_password: Path | None = None,
    lists: Path | None = None,
) -> BundleReport:
    """Write the bundle of this moment.

    Args:
        office: The opened office; its key register names the keys. Of several keys of one institution all are trusted.
        out: The file; ``verification-bundle.json`` in the office's folder for papers when None.
        days: How long it may be relied on, 1 to 366.
        signer: Institution whose key for codes signs it; the first that has one when empty.
        root_key: PKCS #8 file in PEM with an Ed25519 key that signs it instead.
        root_password: File with the password of ``root_key``.
        lists: Folder into which the status lists go as signed credentials too, to be published below the verification page:
            ``status/KEYID/revocation/0`` and so on.

    Raises:
        InputError: The number of days is out of range.
        SettingsError: The key register is wrong, or names no key for codes.
        SealFailed: A key cannot be opened.
    """
    if not 1 <= days <= MOST_DAYS:
        raise InputError(Text(f"有效天数应为 1 至 {MOST_DAYS}", f"days must be 1 to {MOST_DAYS}"))
    held = _held(office)
    key = _root(root_key, root_password) if root_key else _signer(held, signer)
    with office.registry.transaction(write=False) as store:
        ended = [one for one in store.ledger.certificates() if one.standing is not Standing.VALID]
        kids = [key_id(keys.public) for keys in held if keys.public]
        serials = {kid: store.ledger.last_serial(places_counter(kid)) for kid in kids}
        now = office.clock()
    found, withdrawn = _lists(ended)
    bundle = Bundle(
        office.settings.office_name,
        now,
        now + timedelta(days=days),
        _issuers(held),
        found,
        withdrawn,
        office.settings.demo,
    )
    path = Path(out) if out else Path(office.settings.out_folder) / FILE_NAME
    _write(path, write_bundle(bundle, key))
    if lists is not None:
        _publish(lists, office.settings.verify_url, bundle, held, serials)
    return BundleReport(
        str(path),
        bundle.made_at.isoformat(timespec="seconds"),
        bundle.valid_until.isoformat(timespec="seconds"),
        tuple(issuer.name for issuer in bundle.issuers),
        len(ended),
        fingerprint(key.public_key().public_bytes_raw()),
    )


def _held(office: Office) -> list[IssuerKeys]:
    """Return every key of the register, former ones too: what they signed is still around."""
    held = [load(source) for source in read_keys(office.settings.keys_folder / REGISTER)]
    for keys in held:
        if keys.is_demo and not office.settings.demo:
            raise refused(
                "key-demo", Text(f"{keys.issuer} 的密钥仅供演示", f"the key of {keys.issuer} is for demonstration")
            )
    return held


def _signer(held: Iterable[IssuerKeys], signer: str) -> Ed25519PrivateKey:
    # The last key of an institution is the one in use.
    found = {keys.issuer: keys.code for keys in held if keys.code is not None and signer in ("", keys.issuer)}
    if not found:
        raise SettingsError(
            Text("没有可以签署验真包的验真码密钥", "there is no key for codes that could sign the bundle"),
            hint=Text("用 scheduler keys new --codes-only 生成", "make one with scheduler keys new --codes-only"),
        )
    return next(iter(found.values()))


def _root(file: Path, password: Path | None) -> Ed25519PrivateKey:
    keys = load(KeySource("root", code_file=file, code_password=Secret(file=password)))
    if keys.code is None:
        raise refused("key-kind", Text("不是 Ed25519 密钥", "it is no Ed25519 key"), file)
    return keys.code


def _issuers(held: Iterable[IssuerKeys]) -> tuple[TrustedIssuer, ...]:
    by_name: dict[str, list[IssuerKeys]] = {}
    for keys in held:
        by_name.setdefault(keys.issuer, []).append(keys)
    return tuple(
        TrustedIssuer(
            name,
            tuple(
                TrustedKey(keys.public.public_bytes_raw(), trusted_until=keys.trusted_until)
                for keys in all_of_it
                if keys.public
            ),
            tuple(keys.certificates[0].public_bytes(Encoding.DER) for keys in all_of_it if keys.certificates),
            tuple(dict.fromkeys(c.public_bytes(Encoding.DER) for keys in all_of_it for c in keys.certificates[1:])),
        )
        for name, all_of_it in by_name.items()
    )


def _lists(ended: Iterable[Certificate]) -> tuple[dict[str, str], frozenset[str]]:
    """Return the status lists, and the digests of files that bear no code."""
    places: dict[str, set[int]] = {}
    withdrawn = set()
    for certificate in ended:
        if not certificate.face.code:
            withdrawn.add(certificate.sha256)
            continue
        kid, place = peek(certificate.face.code)
        purpose = SUSPENSION if certificate.standing == "suspended" else REVOCATION
        nth, within = divmod(place, SIZE)
        places.setdefault(list_name(kid, purpose, nth), set()).add(within)
    return {name: encoded(places[name]) for name in sorted(places)}, frozenset(withdrawn)


def _publish(folder: Path, base: str, bundle: Bundle, held: Iterable[IssuerKeys], serials: Mapping[bytes, int]) -> None:
    """Write every list that a credential names, those too in which nothing is set."""
    at, until = (moment.isoformat(timespec="seconds") for moment in (bundle.made_at, bundle.valid_until))
    for keys in held:
        if keys.code is None:
            continue
        kid = key_id(keys.code.public_key())
        for purpose in PURPOSES:
            for nth in range(max(1, -(-serials[kid] // SIZE))):
                name = list_name(kid, purpose, nth)
                bits = bundle.lists.get(name, encoded([]))
                _write(
                    folder / "status" / name,
                    status_credential(base, name, bits, keys.issuer, keys.code, at=at, until=until),
                )


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
