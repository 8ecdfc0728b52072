"""One PDF file in the writing: shared objects first, then its own, then the table of where each begins.

Used by stamp.py. Plain PDF 1.7 without object streams (ISO 32000-1, 7.5); every stream ends with CR LF, because some readers
take a last byte CR before LF for a line end.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

_FREE = b"0000000000 65535 f\r\n"
NOT_PACKED, QUICKLY, OUTLINES = range(3)
"""How streams are packed. The harder ways of zlib take three times as long and save a hundredth of a file; in outlines it finds
next to nothing that comes again, and does not look for it."""


class FileSeal(Protocol):
    """What signs a file."""

    @property
    def size(self) -> int:
        """Return the length of every signed message, bytes."""
        ...  # pragma: no cover - a protocol

    def message(self, digest: bytes) -> bytes:
        """Return the signed message over a SHA-256 digest."""
        ...  # pragma: no cover - a protocol


@dataclass(frozen=True, slots=True)
class Shared:
    """Objects that all files of a plate begin with."""

    body: bytes
    """From the first byte of the file on."""
    table: tuple[bytes, ...]
    """Lines of the table by number; those of objects that each file writes itself are free."""
    root: int


class Sheet:
    """A file in the writing."""

    def __init__(self, shared: Shared) -> None:
        """Begin with what is shared."""
        self._parts = [shared.body]
        self._known = _digest_of(shared.body).copy()
        self._at = len(shared.body)
        self._table = list(shared.table)
        self._root = shared.root

    def reserve(self) -> int:
        """Return the number of an object that is written later."""
        self._table.append(_FREE)
        return len(self._table) - 1

    def put(self, body: bytes, number: int = 0) -> int:
        """Write an object; return its number, a new one where none is given."""
        number = number or self.reserve()
        self._table[number] = b"%010d 00000 n\r\n" % self._at
        whole = b"%d 0 obj\n%s\nendobj\n" % (number, body)
        self._parts.append(whole)
        self._known.update(whole)
        self._at += len(whole)
        return number

    def stream(self, entries: bytes, content: bytes, number: int = 0, *, pack: int = QUICKLY) -> int:
        """Write a stream and return its number; ``pack`` is how, and `NOT_PACKED` where it must stay as it is."""
        if pack:
            packing = zlib.compressobj(1, strategy=zlib.Z_HUFFMAN_ONLY if pack == OUTLINES else zlib.Z_DEFAULT_STRATEGY)
            content, entries = packing.compress(content) + packing.flush(), entries + b" /Filter /FlateDecode"
        return self.put(b"<< %s /Length %d >>\nstream\n%s\r\nendstream" % (entries, len(content), content), number)

    def finished(self, info: int, seal: FileSeal | None = None, number: int = 0, said: bytes = b"") -> bytes:
        """Return the whole file; its identifier is a digest of everything before.

        Args:
            info: Number of the document information.
            seal: Signs the file; None leaves it unsigned.
            number: Number of the signature.
            said: Further entries of the signature.
        """
        if seal is None:
            return b"".join([*self._parts, self._tail(info)])
        before = self._known.copy()
        span = b"/ByteRange [ %010d %010d %010d %010d ]" % ((9_999_999_999,) * 4)
        self.put(b"<< %s %s /Contents <%s> >>" % (said, span, b"0" * (2 * seal.size)), number)
        own, rest = self._parts.pop(), self._tail(info)
        place = own.rindex(b"/Contents <") + 10
        head, foot = own[:place], own[place + 2 * seal.size + 2 :] + rest
        start, end = self._at - len(own) + place, self._at - len(own) + place + 2 * seal.size + 2
        head = head.replace(span, b"/ByteRange [ %010d %010d %010d %010d ]" % (0, start, end, len(foot)))
        before.update(head + foot)
        return b"".join([*self._parts, head, b"<%s>" % seal.message(before.digest()).hex().encode(), foot])

    def _tail(self, info: int) -> bytes:
        """Return the table and what follows it."""
        mark = self._known.hexdigest()[:32].encode()
        tail = b"xref\n0 %d\n%strailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [ <%s> <%s> ] >>\nstartxref\n%d\n%%%%EOF\n"
        return tail % (
            len(self._table),
            b"".join(self._table),
            len(self._table),
            self._root,
            info,
            mark,
            mark,
            self._at,
        )


@lru_cache(maxsize=64)
def _digest_of(body: bytes) -> hashlib._Hash:
    """Return the digest of what files share, to go on from."""
    return hashlib.sha256(body)


def text_string(text: str) -> bytes:
    """Return a text as a PDF string."""
    return b"<feff%s>" % text.encode("utf-16-be").hex().encode()
