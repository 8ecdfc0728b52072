"""How often somebody may guess (限次): a fixed table of slowly draining buckets, the same size whatever a stranger sends.

Keys are hashed with a secret of the process. Two keys that share a slot only make the limit stricter.
"""

from __future__ import annotations

import ipaddress
import secrets
import threading
import time
from array import array
from collections.abc import Callable
from hashlib import blake2b

SLOTS = 1 << 16
"""Slots of a table; its memory is 16 bytes each."""


class Limit:
    """So many guesses in a time, for each key."""

    def __init__(self, most: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with empty buckets.

        Args:
            most: Guesses in a row that are answered, 1 or more; the one after them is refused.
            window_s: Seconds in which a full bucket drains.
            clock: Seconds of a clock that never goes back.
        """
        self.most, self.window_s = most, window_s
        self._clock, self._secret = clock, secrets.token_bytes(16)
        self._level, self._at = array("d", bytes(8 * SLOTS)), array("d", bytes(8 * SLOTS))
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Charge one guess before it is answered; return 0, or the seconds to wait where it must not be answered."""
        slot = self._slot(key)
        with self._lock:
            level = self._drained(slot)
            if level > self.most - 1:
                return (level - (self.most - 1)) * self.window_s / self.most
            self._level[slot] = level + 1
            return 0.0

    def give_back(self, key: str) -> None:
        """Take back a charge: what was asked was no guess."""
        slot = self._slot(key)
        with self._lock:
            self._level[slot] = max(0.0, self._drained(slot) - 1)

    def _drained(self, slot: int) -> float:
        now = self._clock()
        level = max(0.0, self._level[slot] - (now - self._at[slot]) * self.most / self.window_s)
        self._level[slot], self._at[slot] = level, now
        return level

    def _slot(self, key: str) -> int:
        return (
            int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=4, key=self._secret).digest())
            % SLOTS
        )


def network(address: str) -> str:
    """Return whom an address is counted as: itself, or its /64 network where it is IPv6, as one subscriber holds it all."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
