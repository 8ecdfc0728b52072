"""The QR code (二维码) of a certificate: drawn by segno, read back by zxing-cpp.

Used by faces.py, proof.py and verify.py. What stands inside is an address; never an identity number.
"""

from __future__ import annotations

import io

import segno
import zxingcpp
from PIL import Image

_SCALE = 4
_QUIET = 4
"""Modules of white round the code; ISO/IEC 18004 asks for four."""


def qr_png(content: str) -> bytes:
    """Return the code as a black and white PNG, error correction M, four modules of white around it."""
    out = io.BytesIO()
    segno.make(content, error="m", micro=False, boost_error=False).save(out, kind="png", scale=_SCALE, border=_QUIET)
    return out.getvalue()


def qr_text(picture: Image.Image) -> str | None:
    """Return what the QR code in a picture says; None when there is none that can be read."""
    grey = picture.convert("L")
    # A reader needs some pixels a module, and white around: small codes are enlarged, all are framed.
    times = max(1, 240 // max(1, min(grey.size)))
    if times > 1:
        grey = grey.resize((grey.width * times, grey.height * times), Image.Resampling.NEAREST)
    framed = Image.new("L", (grey.width + 64, grey.height + 64), 255)
    framed.paste(grey, (32, 32))
    found = zxingcpp.read_barcodes(framed, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return next((code.text for code in found if code.valid), None)
