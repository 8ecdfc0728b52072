"""Verify offline (离线验真): a paper against a bundle, on any machine; no office, no database, no network."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from scheduler.certificates.bundle import Bundle, read_bundle
from scheduler.certificates.code import PREFIX
from scheduler.certificates.offline import judge
from scheduler.certificates.reading import MOST_BYTES
from scheduler.domain.certificates import Verification
from scheduler.errors import InputError, Text
from scheduler.office.desk import existing_file, system_clock

_MOST_PHOTO = 4 * MOST_BYTES


def verify_offline(
    paper: str | Path, bundle: str | Path, *, pin: str = "", clock: Callable[[], datetime] = system_clock
) -> Verification:
    """Tell what a paper turned out to be, by a bundle alone.

    Args:
        paper: A certificate's PDF, a picture (PNG, JPEG, WebP) that shows its code, a file with the scanned text, or the
            scanned text itself.
        bundle: File that ``make_bundle`` wrote.
        pin: Fingerprint of the key that must have signed the bundle, or its first 16 digits and more.
        clock: Gives the present moment with a zone.

    Returns:
        The first fact, ``answer``, says genuine, altered, unknown-key, revoked, suspended, expired, bundle-too-old or
        unreadable; the last ones when the bundle was made and the fingerprint of the key that signed it.

    Raises:
        InputError: There is no such file, or the bundle cannot be trusted.
    """
    trusted = open_bundle(bundle, pin)
    found = judge(_content(paper), trusted, clock())
    return Verification(found.valid, (*found.facts, ("bundle_signer", trusted.fingerprint)), found.findings)


def open_bundle(bundle: str | Path, pin: str = "") -> Bundle:
    """Return a bundle that is whole; raises InputError as `read_bundle`."""
    return read_bundle(existing_file(bundle).read_bytes(), pin)


def _content(paper: str | Path) -> bytes:
    if str(paper).lstrip().startswith(PREFIX):
        return str(paper).encode()
    path = existing_file(paper)
    if path.stat().st_size > _MOST_PHOTO:
        raise InputError(Text(f"文件过大：{path}", f"the file is too large: {path}"))
    return path.read_bytes()
