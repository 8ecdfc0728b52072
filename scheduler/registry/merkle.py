"""The ledger as a Merkle tree (RFC 9162, 2.1): its head vouches for every line, and two heads prove that nothing was rewritten.

Used by the ledger and by ``check``. Leaves are the ledger's lines in order; nodes are hashed with SHA-256, leaves and inner
nodes under different first bytes, so that neither can pass for the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

EMPTY = hashlib.sha256(b"").digest()
"""Head of a tree without leaves."""


def leaf(content: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def head(leaves: Sequence[bytes]) -> bytes:
    """Return the head of a tree over leaf hashes in order."""
    if not leaves:
        return EMPTY
    peaks = Peaks()
    for one in leaves:
        peaks.add(one)
    return peaks.head()


class Peaks:
    """A tree that only grows: the heads of its full subtrees, the largest first. Adding costs a few hashes."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        """Begin with an empty tree, or where an earlier one stopped."""
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """Return the heads of the full subtrees, the largest first."""
        return tuple(self._peaks)

    def add(self, one: bytes) -> None:
        """Add the hash of the next leaf."""
        self._peaks.append(one)
        self.size += 1
        # As many full pairs end here as the size has zeros at its end.
        for _ in range((self.size & -self.size).bit_length() - 1):
            right = self._peaks.pop()
            self._peaks.append(_node(self._peaks.pop(), right))

    def head(self) -> bytes:
        """Return the head of the tree as it stands."""
        if not self._peaks:
            return EMPTY
        found = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            found = _node(peak, found)
        return found


def inclusion(leaves: Sequence[bytes], at: int) -> list[bytes]:
    """Return the proof that leaf ``at`` (from 0) stands in the tree, from the bottom up."""
    if len(leaves) <= 1:
        return []
    k = _split(len(leaves))
    if at < k:
        return [*inclusion(leaves[:k], at), head(leaves[k:])]
    return [*inclusion(leaves[k:], at - k), head(leaves[:k])]


def includes(root: bytes, size: int, at: int, one: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that a leaf hash stands at a place of a tree. Source: RFC 9162, 2.1.3.2."""
    if not 0 <= at < size:
        return False
    place, last, found = at, size - 1, one
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = _node(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = _node(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistency(leaves: Sequence[bytes], size: int) -> list[bytes]:
    """Return the proof that the tree of the first ``size`` leaves is the beginning of the tree of all."""
    return _consistency(leaves, size, whole=True) if 0 < size < len(leaves) else []


def _consistency(leaves: Sequence[bytes], size: int, *, whole: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if whole else [head(leaves)]
    k = _split(len(leaves))
    if size <= k:
        return [*_consistency(leaves[:k], size, whole=whole), head(leaves[k:])]
    return [*_consistency(leaves[k:], size - k, whole=False), head(leaves[:k])]


def extends(old: bytes, old_size: int, new: bytes, new_size: int, proof: Sequence[bytes]) -> bool:
    """Tell whether a proof shows that a tree only grew from one head to another. Source: RFC 9162, 2.1.4.2."""
    if old_size == new_size:
        return old == new and not proof
    if not 0 < old_size < new_size:
        return old_size == 0 and old == EMPTY and not proof
    steps = [old, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not steps:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            before, after = _node(step, before), _node(step, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = _node(after, step)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old and after == new


def _split(size: int) -> int:
    """Return the largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
