"""The holder's photo (照片), made fit for printing: upright, RGB, of sensible size, without hidden data.

Used by paper.py and proof.py; the same photo always gives the same bytes, so the proof can compare them.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

from PIL import ExifTags, Image, JpegImagePlugin

from scheduler.errors import Finding, IssuanceError, Text, Where

_MOST_BYTES = 10 << 20
_MOST_PIXELS = 40_000_000
"""Of a JPEG that can be opened reduced in size, line by line."""
_MOST_WHOLE = 16_000_000
"""Of any other picture: it stands in memory as a whole, 13 bytes a pixel at worst."""
_PRINTED = (590, 826)
"""Most pixels that are printed: one inch at 600 dpi."""
_LEAST = (148, 206)
"""Fewest pixels, half of 295 x 413: with fewer a face cannot be told on paper."""
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What sets a picture upright, by the orientation that its Exif data name."""
_LYING = frozenset({5, 6, 7, 8})
_FINE = {"quality": 92, "subsampling": 0}
_FINEST = 592
"""Sum of the steps of brightness at that quality; larger steps are coarser."""
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
        reducible = picture.format == "JPEG" and "progressive" not in picture.info
        if picture.width * picture.height > (_MOST_PIXELS if reducible else _MOST_WHOLE):
            raise _refused(name, Text("像素过多", "it has too many pixels"), picture)
        if min(picture.size) < min(_LEAST) or max(picture.size) < max(_LEAST):
            raise _refused(name, Text("像素过少，印出后无法辨认", "it has too few pixels to tell a face"), picture)
        # The decoder is lenient about files that were cut off; a certificate is not.
        if _ENDS[picture.format or "JPEG"] not in photo[-64:]:
            raise _refused(name, Text("文件不完整", "the file is cut off"))
        size = picture.size
        picture.draft("RGB", _PRINTED)
        flat = _on_white(picture)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise _refused(name, Text("不是 JPEG 或 PNG 图片，或已损坏", "it is no JPEG or PNG, or damaged")) from fault
    out = io.BytesIO()
    flat.save(out, "JPEG", **(_as_it_came(picture) if flat.size == size else _FINE))
    return out.getvalue()


def _as_it_came(picture: Image.Image) -> dict[str, Any]:
    """Return how finely to write a photo of the size it had: finer than it came only adds bytes, a third of a certificate."""
    tables = list(getattr(picture, "quantization", {}).values())
    sampling = JpegImagePlugin.get_sampling(picture) if len(tables) == 2 else -1
    turned = picture.getexif().get(ExifTags.Base.Orientation, 1) in _TURNS
    if picture.mode != "RGB" or turned or sampling < 0 or sum(tables[0]) < _FINEST:
        return _FINE
    return {"qtables": tables, "subsampling": sampling}


def _on_white(picture: Image.Image) -> Image.Image:
    """Return a picture as RGB, upright, no larger than printed; as few copies as can be are made of the large one."""
    orientation = picture.getexif().get(ExifTags.Base.Orientation, 1)
    if "transparency" in picture.info or "A" in picture.mode:
        clear = picture.convert("RGBA")
        flat = Image.new("RGB", clear.size, "white")
        flat.paste(clear, mask=clear.getchannel("A"))
    else:
        flat = picture.convert("RGB")
    flat.thumbnail(_PRINTED[::-1] if orientation in _LYING else _PRINTED, Image.Resampling.LANCZOS)
    flat.info = {}
    return flat.transpose(_TURNS[orientation]) if orientation in _TURNS else flat


def _refused(name: str, why: Text, picture: Image.Image | None = None) -> IssuanceError:
    what = Text(f"照片无法使用：{why.zh}", f"the photo cannot be used: {why.en}")
    said = f"{picture.width} x {picture.height}" if picture else None
    hint = Text("请提交 295 x 413 像素的 JPEG 照片", "hand in a JPEG photo of 295 x 413 pixels")
    return IssuanceError(what, [Finding("photo-unusable", what, Where(subject=name), said=said, hint=hint)])
