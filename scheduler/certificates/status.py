"""Places of certificates in status lists (状态列表), and the lists themselves: which are revoked, which suspended.

Used by the office when it issues and when it writes a bundle, and by verifiers. A place tells nobody how many certificates
were issued before or after: it is the serial, shuffled by a secret of the key that signs.

Source: W3C Bitstring Status List v1.0, 3.1 (at least 131,072 entries) and 4 (encoding).
"""

from __future__ import annotations

import gzip
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BITS = 18
SIZE = 1 << BITS
"""Entries of one list; a key that has more certificates has several lists."""
REVOCATION, SUSPENSION = "revocation", "suspension"
PURPOSES = (REVOCATION, SUSPENSION)
_HALF = (1 << BITS // 2) - 1
_ROUNDS = 8


def places_counter(kid: bytes) -> str:
    """Return the name of the counter whose serials become places of a key."""
    return f"status:{kid.hex()}"


class Shuffle:
    """The secret order of the places of one key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        """Derive the order; Ed25519 signs the same words in the same way every time."""
        self._secret = sha256(key.sign(b"joint-exam-scheduler: places in the status list")).digest()

    def place(self, serial: int) -> int:
        """Return the place of the n-th certificate that a key signs; different for every serial.

        Args:
            serial: From 1, each used once.

        Raises:
            ValueError: The serial is below 1.
        """
        if serial < 1:
            raise ValueError(f"no serial: {serial}")
        nth, within = divmod(serial - 1, SIZE)
        # A Feistel network is one-to-one whatever its rounds do, so no two serials meet and nothing need be looked up.
        left, right = within >> BITS // 2, within & _HALF
        for n in range(_ROUNDS):
            mixed = sha256(self._secret + bytes((n, nth & 255)) + right.to_bytes(2, "big")).digest()
            left, right = right, left ^ int.from_bytes(mixed[:2], "big") & _HALF
        return nth * SIZE + (left << BITS // 2 | right)


def encoded(places: Iterable[int]) -> str:
    """Return one list in which these places are set, compressed, as multibase text."""
    bits = bytearray(SIZE // 8)
    for place in places:
        bits[place >> 3] |= 0x80 >> (place & 7)
    return "u" + urlsafe_b64encode(gzip.compress(bytes(bits), 9, mtime=0)).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Return the bits of a list.

    Raises:
        ValueError: It is no list of the right size.
    """
    try:
        packed = urlsafe_b64decode(text.removeprefix("u") + "=" * (-(len(text) - 1) % 4))
        bits = zlib.decompressobj(wbits=31).decompress(packed, SIZE // 8 + 1)
    except zlib.error as fault:
        raise ValueError(f"not a status list: {fault}") from fault
    if not text.startswith("u") or len(bits) != SIZE // 8:
        raise ValueError("not a status list of the right size")
    return bits


def is_set(bits: bytes, place: int) -> bool:
    """Tell whether a place is set in a list."""
    return bool(bits[place >> 3] & 0x80 >> (place & 7))
