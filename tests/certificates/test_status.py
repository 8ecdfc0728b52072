"""Places in status lists: no two alike, no order to be seen; lists read back as written, and nothing else reads."""

from __future__ import annotations

import gzip
from base64 import urlsafe_b64encode
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from scheduler.certificates.status import SIZE, Shuffle, decoded, encoded, is_set

SHUFFLE = Shuffle(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


def test_no_two_certificates_share_a_place():
    """A sample over the border of two lists, every serial of it different and in its own list."""
    serials = [*range(1, 20_001), *range(SIZE - 5_000, SIZE + 5_001)]
    places = [SHUFFLE.place(serial) for serial in serials]
    assert len(set(places)) == len(places)
    assert [place // SIZE for place in places] == [(serial - 1) // SIZE for serial in serials]


def test_places_do_not_tell_the_order():
    places = [SHUFFLE.place(serial) for serial in range(1, 4_001)]
    rising = sum(a < b for a, b in pairwise(places))
    assert 0.46 < rising / 3_999 < 0.54
    assert max(places) > 0.99 * SIZE
    assert min(places) < 0.01 * SIZE


def test_an_other_key_has_an_other_order():
    other = Shuffle(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    assert sum(other.place(n) == SHUFFLE.place(n) for n in range(1, 1_001)) < 5


@pytest.mark.parametrize("serial", [0, -1])
def test_serials_begin_with_one(serial):
    with pytest.raises(ValueError, match="no serial"):
        SHUFFLE.place(serial)


@given(st.sets(st.integers(0, SIZE - 1), max_size=40), st.integers(0, SIZE - 1))
def test_lists_read_back(places, other):
    bits = decoded(encoded(places))
    assert all(is_set(bits, place) for place in places)
    assert is_set(bits, other) == (other in places)


def test_the_first_place_is_the_leftmost_bit():
    """As the standard shows it."""
    assert decoded(encoded([0]))[0] == 0x80
    assert decoded(encoded([9]))[1] == 0x40
    assert encoded([3]) == encoded([3])
    assert len(encoded([3])) < 120


def text_of(content):
    return "u" + urlsafe_b64encode(content).decode().rstrip("=")


@pytest.mark.parametrize("text", ["", "u", "uAAAA", "z" + encoded([])[1:], text_of(gzip.compress(bytes(16), mtime=0)),
                                  text_of(gzip.compress(bytes(SIZE), mtime=0)), "u" + "é" * 8])  # fmt: skip
def test_what_is_no_list_is_refused(text):
    with pytest.raises(ValueError):
        decoded(text)
