"""Ways to spoil a certificate file, each with the checks that must see it. Used by the drill of validation as its controls."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf

from tests.drills.checks import Check, Paper, characters, fonts, pdf_a, pdfimages, pdfsig, photo, qpdf, zbar, zxing


def part_seven(pdf: bytes, _: Paper) -> bytes:
    return pdf.replace(b"<pdfaid:part>3<", b"<pdfaid:part>7<").replace(b'pdfaid:part="3"', b'pdfaid:part="7"')


def broken_table(pdf: bytes, _: Paper) -> bytes:
    return pdf.replace(b"\nxref\n0 ", b"\nxref\n3 ")


def one_bit(pdf: bytes, _: Paper) -> bytes:
    at = pdf.index(b"stream\n") + 40
    return pdf[:at] + bytes((pdf[at] ^ 1,)) + pdf[at + 1 :]


def appended(pdf: bytes, _: Paper) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        number = len(file.objects) + 1
    body = b"%d 0 obj\n<< /More (than was signed) >>\nendobj\n" % number
    before = int(pdf[pdf.rindex(b"startxref") + 10 :].split()[0])
    root = pdf[pdf.rindex(b"/Root ") :].split()[1]
    tail = b"xref\n%d 1\n%010d 00000 n\r\ntrailer\n<< /Size %d /Root %s 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return pdf + body + tail % (number, len(pdf), number + 1, root, before, len(pdf) + len(body))


def not_embedded(pdf: bytes, _: Paper) -> bytes:
    return pdf.replace(b"/FontFile3 ", b"/FontFileX ").replace(b"/FontFile2 ", b"/FontFileX ")


def changed(act: Callable[[pikepdf.Pdf, Paper], None]) -> Callable[[bytes, Paper], bytes]:
    """Return a spoiler that changes the objects of a file."""

    def spoilt(pdf: bytes, other: Paper) -> bytes:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(pdf)) as file:
            act(file, other)
            file.save(out)
        return out.getvalue()

    return spoilt


def other_photo(file: pikepdf.Pdf, other: Paper) -> None:
    for picture in file.pages[0].Resources.XObject.values():
        if picture.get("/Filter") == "/DCTDecode":
            picture.write(other.photo, filter=pikepdf.Name.DCTDecode)


def second_photo(file: pikepdf.Pdf, other: Paper) -> None:
    """As page resources that all files of a batch share leave it."""
    entries = {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 295, "/Height": 413,
               "/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode}  # fmt: skip
    file.pages[0].Resources.XObject["/Im99"] = pikepdf.Stream(file, other.photo, entries)


def second_photo_drawn(file: pikepdf.Pdf, other: Paper) -> None:
    second_photo(file, other)
    file.pages[0].contents_add(b"q 20 0 0 30 0 0 cm /Im99 Do Q")


def half_shown(file: pikepdf.Pdf, _: Paper) -> None:
    """Leave every second text out, so that the fonts hold more than is shown, as those of a whole batch do."""
    orders = pikepdf.parse_content_stream(file.pages[0])
    shows = [one for one in orders if str(one.operator) in {"Tj", "TJ"}]
    kept = [one for one in orders if one not in shows[::2]]
    file.pages[0].Contents = pikepdf.Stream(file, pikepdf.unparse_content_stream(kept))


def other_name(file: pikepdf.Pdf, other: Paper) -> None:
    file.Root.Note = pikepdf.String(other.candidate.document.number)


def no_code(file: pikepdf.Pdf, _: Paper) -> None:
    """Paint the code white."""
    for name, picture in file.pages[0].Resources.XObject.items():
        if picture.Subtype == "/Image" and picture.get("/Filter") != "/DCTDecode":
            white = {"/Width": 1, "/Height": 1, "/ColorSpace": pikepdf.Name.DeviceGray, "/BitsPerComponent": 8}
            kind = {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image}
            file.pages[0].Resources.XObject[name] = pikepdf.Stream(file, b"\xff", {**kind, **white})


SPOILT: dict[str, tuple[Callable[[bytes, Paper], bytes], tuple[Check, ...]]] = {
    "said to be PDF/A-7": (part_seven, (pdf_a,)),
    "table of objects broken": (broken_table, (qpdf,)),
    "one bit of the page changed": (one_bit, (pdfsig,)),
    "an object appended": (appended, (pdfsig,)),
    "fonts not embedded": (not_embedded, (fonts, pdf_a)),
    "somebody else's photo": (changed(other_photo), (photo,)),
    "somebody else's photo in the resources": (changed(second_photo), (photo,)),
    "somebody else's photo drawn as well": (changed(second_photo_drawn), (photo, pdfimages)),
    "fonts of more than the page": (changed(half_shown), (characters,)),
    "somebody else's number": (changed(other_name), (characters,)),
    "code painted over": (changed(no_code), (zxing, zbar)),
    "somebody else's file": (lambda _, other: other.pdf, (characters, photo, zxing, zbar)),
}
"""By name: what is done to a file, and the checks that must see it."""
