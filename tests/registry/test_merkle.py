"""The Merkle tree of the ledger against the recursive definition of RFC 9162 and against forged proofs."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.registry.merkle import EMPTY, Peaks, consistency, extends, head, includes, inclusion, leaf

LEAVES = [leaf(str(n).encode()) for n in range(70)]


def defined(leaves):
    """The head as the standard defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + defined(leaves[:k]) + defined(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(70))
def test_heads_are_as_defined_and_grow(size):
    assert head(LEAVES[:size]) == defined(LEAVES[:size])
    peaks = Peaks()
    for one in LEAVES[:size]:
        peaks.add(one)
    assert (peaks.head(), peaks.size) == (defined(LEAVES[:size]), size)


def test_known_heads():
    # Test vectors of the log that RFC 6962 implementations share: inputs "" and 00.
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert head([leaf(b"")]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert head([leaf(b""), leaf(b"\x00")]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"


@given(st.integers(1, 69).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_leaf_is_proved_and_no_other(size_at):
    size, at = size_at
    leaves = LEAVES[:size]
    proof = inclusion(leaves, at)
    assert includes(head(leaves), size, at, leaves[at], proof)
    assert not includes(head(leaves), size, at, leaf(b"forged"), proof)
    if size > 1:
        assert not includes(head(leaves), size, (at + 1) % size, leaves[at], proof)
        assert not includes(head(leaves), size, at, leaves[at], proof[:-1])


@given(st.integers(1, 69).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size))))
def test_growth_is_proved_and_a_rewritten_past_is_not(sizes):
    new, old = sizes
    proof = consistency(LEAVES[:new], old)
    assert extends(head(LEAVES[:old]), old, head(LEAVES[:new]), new, proof)
    rewritten = [leaf(b"rewritten"), *LEAVES[1:old]]
    assert not extends(head(rewritten), old, head(LEAVES[:new]), new, proof)
