"""Tree heads: what the ledger's Merkle tree was at a moment, signed, and the batch of certificates given out with it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The head of the ledger's tree (台账树头): it vouches for every line up to its size."""

    size: int
    """Lines covered, from 0."""
    root: str
    """Hash of the tree, hexadecimal. Source: RFC 9162, 2.1.1."""
    at: str
    """Moment in ISO 8601 with zone."""
    content: str = ""
    """SHA-256 of what the manifest lists beside the head, hexadecimal."""
    key_id: str = ""
    """First eight bytes of the public key's SHA-256, hexadecimal; empty where the office had no key."""
    signature: str = ""
    """Ed25519 signature, hexadecimal."""


@dataclass(frozen=True, slots=True)
class HeadRecord:
    """A head as the registry keeps it, with what it was given out for."""

    id: str
    """Name of its manifest (发证批): size and the first eight digits of the root."""
    head: TreeHead
    before: int
    """Size of the head given out before; the manifest holds the lines between."""
    round_id: str = ""
    sequences: tuple[int, ...] = ()
    """Lines of the certificates of this batch; empty where only endings were entered."""
    peaks: tuple[str, ...] = ()
    """Heads of the tree's full subtrees, hexadecimal, from which it grows on."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A head that the ledger does not hold any more, and somebody's word for it (登记库恢复的确认)."""

    size: int
    root: str
    at: str
    who: str
    reason: str
