"""A paper handed in (来件): its digest and what it says, read without trust. Used by office/verify.py.

Whether it is genuine only the ledger knows, by the digest; this file never says so and never raises.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from scheduler.certificates.qr import qr_text
from scheduler.certificates.reading import Glyph, Reading, UnreadablePage, read_pdf
from scheduler.errors import Finding, Text

_NUMBER = re.compile(r"(?<![0-9A-Z])(?:(?<![一-龥])[一-龥])?[A-Z]{0,2}\d[0-9A-Z]{8,24}")
_IDENTITY = re.compile(r"\d{17}[\dX]")
_GAP_MM = 3.0


@dataclass(frozen=True, slots=True)
class PaperReading:
    """What a file turned out to hold; empty where nothing could be read."""

    sha256: str
    """Digest of the file as handed in."""
    title: str
    numbers: tuple[str, ...]
    """Everything on it that looks like a certificate number, in reading order, without doubles."""
    qr: str | None
    """What its QR code says."""
    inquiry_code: str | None
    """Inquiry code inside the QR code's address."""
    findings: tuple[Finding, ...]


def read_paper(pdf: bytes) -> PaperReading:
    """Return what a file says; bad files give findings, never an exception."""
    digest = hashlib.sha256(pdf).hexdigest()
    try:
        reading = read_pdf(pdf)
    except UnreadablePage as fault:
        return PaperReading(digest, "", (), None, None, (_unreadable(pdf, str(fault)),))
    codes = (qr_text(picture.image) for picture in reading.page.pictures if picture.image is not None)
    qr = next((code for code in codes if code), None)
    numbers = _numbers(reading)
    findings = []
    if qr is None:
        findings.append(_finding("paper-no-qr", "文件上没有可读的二维码", "no readable QR code on the paper"))
    if not numbers:
        findings.append(_finding("paper-no-number", "文件上没有找到证书编号", "no certificate number on the paper"))
    return PaperReading(digest, reading.title, numbers, qr, _inquiry_code(qr), tuple(findings))


def _numbers(reading: Reading) -> tuple[str, ...]:
    """Return the number in the title, then all others drawn; identity numbers alone are left out."""
    titled = [match.group() for match in _NUMBER.finditer(reading.title)]
    drawn = [match.group() for text in _lines(reading.page.glyphs) for match in _NUMBER.finditer(text)]
    found = dict.fromkeys(titled + [number for number in drawn if not _IDENTITY.fullmatch(number)])
    # Microtext runs words and numbers together, which yields the number once more without its province mark.
    return tuple(number for number in found if not any(other != number and other.endswith(number) for other in found))


def _lines(glyphs: list[Glyph]) -> list[str]:
    """Join glyphs that follow each other on a line; a gap or a jump begins a new one."""
    lines: list[str] = []
    last: Glyph | None = None
    for glyph in glyphs:
        follows = (
            last is not None and abs(glyph.bottom - last.bottom) < 0.5 and -0.5 < glyph.left - last.right < _GAP_MM
        )
        if follows:
            lines[-1] += glyph.text
        else:
            lines.append(glyph.text)
        last = glyph
    return lines


def _inquiry_code(qr: str | None) -> str | None:
    if qr is None:
        return None
    try:
        return next(iter(parse_qs(urlsplit(qr).query).get("c", [])), None)
    except ValueError:
        return None


def _unreadable(pdf: bytes, why: str) -> Finding:
    if not pdf.lstrip()[:5].startswith(b"%PDF-"):
        return _finding("paper-no-pdf", "这不是 PDF 文件", "this is not a PDF file")
    return Finding("paper-unreadable", Text("PDF 文件无法读取", "the PDF cannot be read"), said=why)


def _finding(rule: str, zh: str, en: str) -> Finding:
    hint = Text(
        "请提交完整的证书 PDF 文件，或按证书编号查询", "hand in the whole certificate PDF, or inquire by number"
    )
    return Finding(rule, Text(zh, en), hint=hint)
