"""How ledger lines are chained: one digest over all fields of a line and the digest before it.

Used by the ledger, its re-check and the Merkle tree. Pure; anybody can recompute a printed ledger with these functions.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from scheduler.domain.certificates import LedgerEntry, Standing

NO_LINE = "0" * 64
"""Digest before the first line."""

STANDING_AFTER = {
    "voided": Standing.CANCELLED,
    "replaced": Standing.REPLACED,
    "revoked": Standing.REVOKED,
    "suspended": Standing.VALID,
    "lifted": Standing.VALID,
}
"""Standing that is stored after the event of a later line; a pause is no end, and is told by the lines alone."""
PAUSES = ("suspended", "lifted")
"""Events after the last of which a certificate is suspended, or is not."""


def line_digest(line: LedgerEntry) -> str:
    """Return the SHA-256 a line must carry: that of its content."""
    return hashlib.sha256(line_content(line)).hexdigest()


def line_content(line: LedgerEntry) -> bytes:
    """Return what a line says: the JSON list of all fields but its digest, in a fixed order, in UTF-8."""
    fields = [
        line.sequence,
        line.at,
        line.event,
        line.number,
        line.award_id,
        line.entry_id,
        line.sha256,
        line.record_sha256,
        line.previous,
    ]
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def chained(line: LedgerEntry, last: LedgerEntry | None) -> LedgerEntry:
    """Return a line as the one after another: numbered, linked and digested."""
    linked = replace(
        line,
        sequence=1 if last is None else last.sequence + 1,
        previous=NO_LINE if last is None else last.digest,
    )
    return replace(linked, digest=line_digest(linked))
