"""The plain data a certificate template draws: placed texts and three pictures, nothing else.

Used by issuer.py; the press receives the mapping as it is.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from scheduler.certificates.layout import Box, Layout, Placed
from scheduler.certificates.photos import portrait
from scheduler.certificates.qr import qr_png
from scheduler.certificates.seal import seal_svg
from scheduler.domain.certificates import Face


def paper(face: Face, layout: Layout, placed: Sequence[Placed], *, photo: bytes | None) -> dict[str, object]:
    """Return what the template draws.

    Args:
        face: What stands on it.
        layout: Where it stands.
        placed: Its texts in their places, by the layout.
        photo: JPEG or PNG of the holder; None leaves a frame in which a photo is glued.

    Raises:
        IssuanceError: The photo cannot be used.
    """
    return {
        "document_title": f"{face.title} {face.number}",
        "author": face.issuer,
        "version": layout.version,
        "created": face.issued_on.isoformat(),
        "rows": [text for text in map(_drawn, placed) if "." in str(text["key"])],
        "place": {text.key: _drawn(text) for text in placed if "." not in text.key},
        "photo": {
            **_box(layout.photo),
            "src": _data("image/jpeg", portrait(photo, face.name)) if photo is not None else "",
        },
        "qr": {**_box(layout.qr), "src": _data("image/png", qr_png(face.qr))},
        "seal": {
            **_box(layout.seal),
            "src": _seal(face.issuer, layout.purpose),
        },
    }


@lru_cache(maxsize=64)
def _seal(name: str, purpose: str) -> str:
    return "data:image/svg+xml," + quote(seal_svg(name, purpose))


def _drawn(text: Placed) -> dict[str, object]:
    kind = text.key.split(".", maxsplit=1)[0]
    return {
        "key": text.key,
        "kind": kind,
        "text": text.text,
        "size": text.size_pt,
        "manner": text.manner,
        "varies": text.varies,
        **_box(text.box),
    }


def _box(box: Box) -> dict[str, object]:
    return {"left": box.left, "top": box.top, "width": box.width, "height": box.height}


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{b64encode(content).decode()}"
