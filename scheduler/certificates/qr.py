"""The QR code (二维码) of a certificate: written and read by zxing-cpp, one pixel a module.

Used by paper.py, proof.py and the verifiers. What stands inside is a signed text or an address; never an identity number.
"""

from __future__ import annotations

import io

import zxingcpp
from PIL import Image

from scheduler.certificates.code import PREFIX

_SIGNED_VERSION = 12
"""Least version of a code that holds a signed text: 65 modules. With fewer, its white margin would take more of the frame of
40 mm, and the code would be narrower than the 35 mm that a full payload is given."""
_QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_MASK = 4
_LEAST_PX = 240
_MOST_PIXELS = 50_000_000


def qr_png(content: str) -> bytes:
    """Return the code as a black and white PNG, error correction M, four modules of white around it.

    A signed text looks like noise under any mask and gets a fixed one, because trying all eight takes most of the time;
    other texts get the best.

    Source: ISO/IEC 18004, 6.3.8 (the quiet zone) and 7.8 (masks).
    """
    drawn = _signed(content) if content.startswith(PREFIX) else _modules(content)
    height, width = drawn.shape
    out = io.BytesIO()
    pixels = bytes(memoryview(drawn))  # type: ignore[arg-type]  # its stub leaves the buffer out
    Image.frombytes("L", (width, height), pixels).convert("1").save(out, "PNG")
    return out.getvalue()


def _signed(content: str) -> zxingcpp.Image:
    drawn = _modules(content, data_mask=_MASK)
    if drawn.shape[0] < 17 + 4 * _SIGNED_VERSION + 8:
        drawn = _modules(content, data_mask=_MASK, version=_SIGNED_VERSION)
    return drawn


def _modules(content: str, **options: int) -> zxingcpp.Image:
    code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level="M", **options)
    return zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=True)


def qr_text(picture: Image.Image) -> str | None:
    """Return what the QR code in a picture says; None when there is none that can be read."""
    texts = qr_texts(picture)
    return texts[0] if texts else None


def drawn_text(picture: Image.Image) -> str | None:
    """Return what a code says that fills its picture, one pixel or more a module as it was written; None where none does."""
    grey = picture.convert("L")
    pixels = memoryview(grey.tobytes()).cast("B", (grey.height, grey.width))
    found = zxingcpp.read_barcodes(pixels, formats=_QR_CODES, is_pure=True)
    return found[0].text if len(found) == 1 and found[0].valid else None


def qr_texts(picture: Image.Image) -> list[str]:
    """Return what every QR code in a picture or photograph says, without doubles; empty when none can be read."""
    if picture.width * picture.height > _MOST_PIXELS:
        return []
    grey = picture.convert("L")
    # A reader needs some pixels a module, and white around: small codes are enlarged, all are framed.
    times = max(1, -(-_LEAST_PX // max(1, min(grey.size))))
    if times > 1:
        grey = grey.resize((grey.width * times, grey.height * times), Image.Resampling.NEAREST)
    framed = Image.new("L", (grey.width + 64, grey.height + 64), 255)
    framed.paste(grey, (32, 32))
    found = zxingcpp.read_barcodes(framed, formats=_QR_CODES)
    return list(dict.fromkeys(code.text for code in found if code.valid))
