"""The holder's photo (照片), made fit for printing: upright, RGB, of sensible size, without hidden data.

Used by paper.py and proof.py; the same photo always gives the same bytes, so the proof can compare them.
"""

from __future__ import annotations

import io
from functools import lru_cache

from PIL import Image, ImageOps

from scheduler.errors import Finding, IssuanceError, Text, Where

_MOST_BYTES = 10 << 20
_MOST_PIXELS = 40_000_000
_PRINTED = (590, 826)
"""Most pixels that are printed: one inch at 600 dpi."""
_LEAST = (148, 206)
"""Fewest pixels, half of 295 x 413: with fewer a face cannot be told on paper."""
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}


@lru_cache(maxsize=4)
def portrait(photo: bytes, name: str) -> bytes:
    """Return a photo as JPEG without metadata, at most 590 x 826 pixels.

    Args:
        photo: JPEG or PNG, as handed in.
        name: Whose it is, for the finding.

    Raises:
        IssuanceError: It is no JPEG or PNG, is cut off, or is smaller or larger than a photo can be; the finding names
            the holder and says which.
    """
    if len(photo) > _MOST_BYTES:
        raise _refused(name, Text("文件超过 10 MB", "the file is larger than 10 MB"))
    try:
        picture = Image.open(io.BytesIO(photo), formats=("JPEG", "PNG"))
        if picture.width * picture.height > _MOST_PIXELS:
            raise _refused(name, Text("像素过多", "it has too many pixels"), picture)
        if min(picture.size) < min(_LEAST) or max(picture.size) < max(_LEAST):
            raise _refused(name, Text("像素过少，印出后无法辨认", "it has too few pixels to tell a face"), picture)
        # The decoder is lenient about files that were cut off; a certificate is not.
        if _ENDS[picture.format or "JPEG"] not in photo[-64:]:
            raise _refused(name, Text("文件不完整", "the file is cut off"))
        picture.draft("RGB", _PRINTED)
        upright = ImageOps.exif_transpose(picture)
        flat = Image.new("RGB", upright.size, "white")
        clear = upright.convert("RGBA") if "transparency" in upright.info or "A" in upright.mode else None
        flat.paste(upright.convert("RGB"), mask=clear.getchannel("A") if clear else None)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise _refused(name, Text("不是 JPEG 或 PNG 图片，或已损坏", "it is no JPEG or PNG, or damaged")) from fault
    flat.thumbnail(_PRINTED, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=92, subsampling=0)
    return out.getvalue()


def _refused(name: str, why: Text, picture: Image.Image | None = None) -> IssuanceError:
    what = Text(f"照片无法使用：{why.zh}", f"the photo cannot be used: {why.en}")
    said = f"{picture.width} x {picture.height}" if picture else None
    hint = Text("请提交 295 x 413 像素的 JPEG 照片", "hand in a JPEG photo of 295 x 413 pixels")
    return IssuanceError(what, [Finding("photo-unusable", what, Where(subject=name), said=said, hint=hint)])
