"""The holder's photo (照片), made fit for printing: upright, RGB, of sensible size, without hidden data.

Used by paper.py and proof.py; the same photo always gives the same bytes, so the proof can compare them.
"""

from __future__ import annotations

import io

from PIL import Image, ImageOps

from scheduler.errors import Finding, IssuanceError, Text, Where

_MOST_BYTES = 10 << 20
_MOST_PIXELS = 40_000_000
_PRINTED = (590, 826)
"""Most pixels that are printed: one inch at 600 dpi."""
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}


def portrait(photo: bytes, name: str) -> bytes:
    """Return a photo as JPEG without metadata, at most 590 x 826 pixels.

    Args:
        photo: JPEG or PNG, as handed in.
        name: Whose it is, for the finding.

    Raises:
        IssuanceError: It is no JPEG or PNG, is cut off, or is larger than a photo can be; the finding names the holder.
    """
    if len(photo) > _MOST_BYTES:
        raise _refused(name, f"{len(photo)} bytes")
    try:
        picture = Image.open(io.BytesIO(photo), formats=("JPEG", "PNG"))
        if picture.width * picture.height > _MOST_PIXELS:
            raise _refused(name, f"{picture.width} x {picture.height}")
        # The decoder is lenient about files that were cut off; a certificate is not.
        if _ENDS[picture.format or "JPEG"] not in photo[-64:]:
            raise _refused(name, "truncated")
        picture.draft("RGB", _PRINTED)
        upright = ImageOps.exif_transpose(picture)
        flat = Image.new("RGB", upright.size, "white")
        clear = upright.convert("RGBA") if "transparency" in upright.info or "A" in upright.mode else None
        flat.paste(upright.convert("RGB"), mask=clear.getchannel("A") if clear else None)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
        raise _refused(name, str(fault)) from fault
    flat.thumbnail(_PRINTED, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=92, subsampling=0)
    return out.getvalue()


def _refused(name: str, why: str) -> IssuanceError:
    what = Text(f"{name}的照片无法使用", f"the photo of {name} cannot be used")
    hint = Text("请提交 295 x 413 像素的 JPEG 照片", "hand in a JPEG photo of 295 x 413 pixels")
    return IssuanceError(what, [Finding("photo-unusable", what, Where(subject=name), said=why, hint=hint)])
