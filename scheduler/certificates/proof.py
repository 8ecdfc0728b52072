"""The proof (清样校对): what a page draws, compared with the face it was drawn from.

Used by issuer.py before anything is issued. The page is taken apart down to its glyphs; every text of the layout must be
found whole, in its box, and nothing else may stand on the paper.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.certificates.layout import Box, Layout, Placed
from scheduler.certificates.photos import portrait
from scheduler.certificates.qr import qr_text
from scheduler.certificates.reading import Glyph, Page, Picture, Reading, UnreadablePage, read_pdf
from scheduler.certificates.signature import BadSignature, signer_of
from scheduler.domain.certificates import Face
from scheduler.errors import Finding, IssuanceError, Text, Where

_SLACK_MM = 0.4
"""How far the nominal box of a character may reach over its place before it counts as overflow."""
_LEAST_QR_MM = 22.0
_LEAST_SIGNED_MM = 35.0
"""Least side of a code without its white margin: of an address, and of a signed text, which has three times as many modules."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """What goes with the drawn page inside the file."""

    attachment: bytes | None = None
    """The associated file; None for none."""
    signer: bytes | None = None
    """Certificate of who signed the file, X.509 in DER; None where it is not signed."""


NOTHING = Enclosed()


def proof(
    face: Face, pdf: bytes, layout: Layout, *, photo: bytes | None = None, enclosed: Enclosed = NOTHING
) -> list[Finding]:
    """Return everything in which a drawn certificate differs from its face; empty when it may be issued.

    Args:
        face: What must stand on it.
        pdf: What was drawn.
        layout: Where each word must stand.
        photo: The photo that must stand on it; None when none may.
        enclosed: What must be in the file beside the page, and nothing else.

    Returns:
        Findings that name the candidate: unreadable file, page count and size, fonts not embedded, missing glyphs,
        texts that differ or do not fit, strange texts and pictures, QR code, photo, attachments, signature.
    """
    try:
        reading = read_pdf(pdf)
        wanted = layout.placed(face)
        printed = portrait(photo, face.name) if photo is not None else None
    except UnreadablePage as fault:
        return [_Desk(face).finding("proof-unreadable", "版面无法读取", "the drawn page cannot be read", str(fault))]
    except IssuanceError as fault:
        return list(fault.findings)
    desk = _Desk(face)
    return [
        *desk.paper(reading, layout),
        *desk.enclosed(reading, pdf, enclosed),
        *desk.texts(reading.page, wanted),
        *desk.pictures(reading, layout, printed),
    ]


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where one face is proofed; each check returns its findings."""

    face: Face

    def finding(self, rule: str, zh: str, en: str, said: str | None = None, wanted: str | None = None) -> Finding:
        subject = f"{self.face.name} {self.face.title} {self.face.number}"
        expected = None if wanted is None else Text(wanted, wanted)
        hint = Text(
            "不予发证，请改正数据或模板后重试", "nothing is issued; correct the data or the template and try again"
        )
        return Finding(rule, Text(zh, en), Where(subject=subject), said, expected, hint)

    def paper(self, reading: Reading, layout: Layout) -> Iterable[Finding]:
        page = reading.page
        if reading.n_pages != 1:
            yield self.finding(
                "proof-pages", "证书不是一页", "the certificate is not one page", str(reading.n_pages), "1"
            )
        if abs(page.width - layout.page[0]) > 0.2 or abs(page.height - layout.page[1]) > 0.2:
            said, wanted = (f"{w:.0f} x {h:.0f} mm" for w, h in ((page.width, page.height), layout.page))
            yield self.finding("proof-page-size", "纸张尺寸不符", "the page size is wrong", said, wanted)
        title = f"{self.face.title} {self.face.number}"
        if reading.title != title:
            yield self.finding("proof-title", "文件标题不符", "the document title is wrong", reading.title, title)
        for name in sorted(page.loose_fonts):
            yield self.finding("proof-font", "字体未嵌入", "a font is not embedded", name)

    def enclosed(self, reading: Reading, pdf: bytes, wanted: Enclosed) -> Iterable[Finding]:
        attached = () if wanted.attachment is None else (wanted.attachment,)
        if reading.attached != attached or reading.n_annotations != (wanted.signer is not None):
            yield self.finding(
                "proof-attached", "文件的附件或批注不符", "the file has other attachments or annotations"
            )
        if wanted.signer is None:
            return
        try:
            if signer_of(pdf) == wanted.signer:
                return
            said = "another signer"
        except BadSignature as fault:
            said = str(fault)
        yield self.finding("proof-signature", "文件签名不符", "the signature of the file is wrong", said)

    def texts(self, page: Page, wanted: list[Placed]) -> Iterable[Finding]:
        left = [glyph for glyph in page.glyphs if glyph.text.strip() or glyph.missing]
        for place in wanted:
            here = [glyph for glyph in page.glyphs if _holds(place.box, glyph)]
            yield from self._text(place, here)
            taken = {id(glyph) for glyph in here}
            left = [glyph for glyph in left if id(glyph) not in taken]
        if left:
            said = "".join(glyph.text for glyph in left)
            yield self.finding(
                "proof-stray-text",
                "版面上有不属于任何栏目的文字",
                "text stands outside every field of the certificate",
                said,
            )

    def _text(self, place: Placed, here: list[Glyph]) -> Iterable[Finding]:
        said = "".join(glyph.text for glyph in here)
        lost = sorted({glyph.text for glyph in here if glyph.missing})
        if lost:
            codes = "".join(lost) + " " + " ".join(f"U+{ord(c):04X}" for text in lost for c in text)
            yield self.finding(
                "proof-missing-glyph", f"“{place.key}”中有字体没有的字", f"no font draws all of {place.key}", codes
            )
        if any(not glyph.visible for glyph in here):
            yield self.finding(
                "proof-invisible", f"“{place.key}”中有看不见的文字", f"invisible text in {place.key}", said
            )
        if not same_text(place, said):
            cut = _cut(place, said)
            zh, en = ("写不下", "does not fit") if cut else ("与证书内容不一致", "differs from its data")
            rule = "proof-overflow" if cut else "proof-text"
            yield self.finding(rule, f"“{place.key}”{zh}", f"{place.key} {en}", said, place.text)
        elif any(_sticks_out(place.box, glyph) for glyph in here if glyph.text.strip()):
            yield self.finding("proof-overflow", f"“{place.key}”写不下", f"{place.key} does not fit", said, place.text)

    def pictures(self, reading: Reading, layout: Layout, photo: bytes | None) -> Iterable[Finding]:
        drawn = reading.page.pictures
        codes = [picture for picture in drawn if _in(layout.qr, picture)]
        photos = [picture for picture in drawn if _in(layout.photo, picture)]
        strange = len(drawn) - len(codes) - len(photos)
        if strange or reading.n_pictures != len(drawn):
            yield self.finding(
                "proof-stray-picture",
                "文件中有不属于证书的图片",
                "the file holds a picture that is not the certificate's",
            )
        text = qr_text(codes[0].image) if len(codes) == 1 and codes[0].image else None
        if text != self.face.qr:
            yield self.finding(
                "proof-qr",
                "二维码读不出或内容不符",
                "the QR code is unreadable or wrong",
                text,
                self.face.qr,
            )
        elif (side := _side(codes[0])) < (least := _LEAST_SIGNED_MM if self.face.code else _LEAST_QR_MM):
            yield self.finding(
                "proof-qr", "二维码太小", "the QR code is too small", f"{side:.1f} mm", f"{least:.0f} mm"
            )
        if len(photos) != (photo is not None) or (photo is not None and photos[0].raw != photo):
            yield self.finding("proof-photo", "照片不是考生提交的照片", "the photo is not the one handed in")


def _holds(box: Box, glyph: Glyph) -> bool:
    x, y = glyph.middle
    return box.left <= x <= box.left + box.width and box.top <= y <= box.top + box.height


def _in(box: Box, picture: Picture) -> bool:
    x, y = (picture.left + picture.right) / 2, (picture.top + picture.bottom) / 2
    return box.left <= x <= box.left + box.width and box.top <= y <= box.top + box.height


def _side(picture: Picture) -> float:
    """Return the side of a drawn code without its white margin, mm."""
    if picture.image is None:
        return 0.0
    dark = picture.image.convert("L").point(lambda grey: 255 - grey).getbbox() or (0, 0, 0, 0)
    return (picture.right - picture.left) * (dark[2] - dark[0]) / picture.image.width


def _sticks_out(box: Box, glyph: Glyph) -> bool:
    return (
        glyph.left < box.left - _SLACK_MM
        or glyph.right > box.left + box.width + _SLACK_MM
        or glyph.top < box.top - _SLACK_MM
        or glyph.bottom > box.top + box.height + _SLACK_MM
    )


def same_text(place: Placed, said: str) -> bool:
    """Tell whether a text was read as it should stand; canonical equivalents draw the same glyph and count as the same."""
    wanted, read = (unicodedata.normalize("NFC", text) for text in (place.text, said))
    if place.manner == "ring":
        return sorted(wanted.replace(" ", "")) == sorted(read.replace(" ", ""))
    if place.manner == "lines":
        return "".join(wanted.split()) == "".join(read.split())
    return wanted == read


def _cut(place: Placed, said: str) -> bool:
    """Tell whether only a part of the text lies in its box."""
    wanted, read = "".join(place.text.split()), "".join(said.split())
    return bool(read) and len(read) < len(wanted) and (wanted.startswith(read) or wanted.endswith(read))
