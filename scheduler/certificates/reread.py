"""A file read back by a second reader (复读): pypdf, which has no part in making certificates, for text, pictures and attachments.

Used by the office's recheck. It shares no code with reading.py and quick.py, which read with the library that also writes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import Image

from scheduler.certificates.qr import qr_texts
from scheduler.certificates.signed_file import FileSignature, file_signature

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

MOST_BYTES = 8 << 20
"""Largest file that is read; our certificates are far below one million bytes."""
_MOST_PIXELS = 4_000_000


class Unreadable(Exception):
    """The second reader cannot read the bytes as a PDF; says why."""


@dataclass(frozen=True, slots=True)
class Reread:
    """What a second reader found in a file; nothing of it is trusted."""

    sha256: str
    """Digest of the whole file, hexadecimal."""
    title: str
    n_pages: int
    runs: tuple[str, ...]
    """Texts of the first page as they were drawn together, in drawing order, without blank ones."""
    codes: tuple[str, ...]
    """What the QR codes of the first page say."""
    photos: tuple[str, ...]
    """SHA-256 of each JPEG of the first page, hexadecimal."""
    attached: tuple[tuple[str, bytes], ...]
    """Name and content of each embedded file."""
    signature: FileSignature


def reread(pdf: bytes) -> Reread:
    """Return what pypdf and a QR reader find in a file.

    Raises:
        Unreadable: It is no PDF, is damaged or encrypted, or is larger than anything of ours.
    """
    if len(pdf) > MOST_BYTES:
        raise Unreadable(f"{len(pdf)} bytes")
    from pypdf import PdfReader

    _be_quiet()
    try:
        reader = PdfReader(BytesIO(pdf), strict=False)
        page = reader.pages[0]
        jpegs, others = _pictures(page)
        said: Any = reader.metadata or {}
        return Reread(
            sha256=sha256(pdf).hexdigest(),
            title=str(said.get("/Title", "")),
            n_pages=len(reader.pages),
            runs=tuple(_runs(page)),
            codes=tuple(text for picture in others for text in qr_texts(picture)),
            photos=tuple(sha256(jpeg).hexdigest() for jpeg in jpegs),
            attached=tuple(_attached(reader)),
            signature=file_signature(pdf),
        )
    except Exception as fault:  # a reader of damaged bytes may fail in any way; all of them mean the same
        raise Unreadable(f"{type(fault).__name__}: {fault}"[:200]) from fault


def _be_quiet() -> None:
    """Keep the reader's remarks on damaged files out of the answer; what is damaged shows in what was read."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def _runs(page: PageObject) -> Iterator[str]:
    _leave_out_drawings(page)
    found: list[str] = []
    page.extract_text(visitor_text=lambda text, *_: found.append(text))
    for text in found:
        yield from (line.strip() for line in text.splitlines() if line.strip())


def _leave_out_drawings(page: PageObject) -> None:
    """Empty the forms of a page that begin no text and draw no further form: grounds take long to read and say nothing."""
    from pypdf.generic import DecodedStreamObject, NameObject

    drawn = _drawn(page)
    for name in list(drawn):
        form = drawn[name].get_object()
        if form.get("/Subtype") == "/Form" and not any(order in form.get_data() for order in (b"BT", b"Do")):
            empty = DecodedStreamObject()
            empty[NameObject("/Subtype")] = NameObject("/Form")
            drawn[NameObject(name)] = empty


def _drawn(page: PageObject) -> Any:  # noqa: ANN401 - a dictionary of the reader's own kind
    """Return the pictures and forms that a page may draw, by name."""
    resources: Any = page["/Resources"]
    return resources.get("/XObject", {})


def _attached(reader: PdfReader) -> Iterator[tuple[str, bytes]]:
    for name, contents in sorted(reader.attachments.items()):
        for content in contents:
            yield name, content


def _pictures(page: PageObject) -> tuple[list[bytes], list[Image.Image]]:
    """Return the JPEGs of a page as stored, and its other pictures decoded."""
    jpegs: list[bytes] = []
    others: list[Image.Image] = []
    drawn = _drawn(page)
    for name in drawn:
        thing = drawn[name].get_object()
        if thing.get("/Subtype") != "/Image" or int(thing["/Width"]) * int(thing["/Height"]) > _MOST_PIXELS:
            continue
        if thing.get("/Filter") == "/DCTDecode":
            jpegs.append(bytes(thing.get_data()))
        else:
            others.append(thing.decode_as_image())
    return jpegs, others
