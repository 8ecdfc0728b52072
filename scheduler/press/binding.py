"""Binding (装订): stamped pages become one file; forms, fonts and patches stand in it once, however many pages use them.

Used by the office after pages.py. Plain PDF 1.7; the same pages give the same bytes.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Pdf

from scheduler.press.compiled import Compiled, Frame
from scheduler.press.fontset import PressFont
from scheduler.press.pages import Patch, Stamped
from scheduler.press.plate import written
from scheduler.press.sheet import Shared, Sheet, text_string
from scheduler.press.stamp import framed, opened

_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_FREE = b"0000000000 65535 f\r\n"
_POINTS_PER_PX = 0.75
_TAG = re.compile(rb"^(?:/\S+\s+(?:<<.*?>>\s+BDC|BMC)|EMC)$", re.MULTILINE)
"""Marks of structure, which these files have none of."""


def bind(pages: Sequence[Stamped], kinds: Mapping[str, Compiled], out: Path, *, title: str, author: str) -> int:
    """Write pages as one file, whole or not at all.

    Args:
        pages: One or more, in order.
        kinds: What the pages were stamped over, as `Pages.kinds`.
        out: The file.
        title: Shown by readers.
        author: Shown by readers.

    Returns:
        How many bytes were written.
    """
    book = _Book({page.kind: kinds[page.kind] for page in pages}, {p.pdf: p for page in pages for p in page.patches})
    content = book.finished(pages, title, author)
    part = out.with_name(f".{out.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(out)
    return len(content)


class _Book:
    """A file in the binding."""

    def __init__(self, kinds: Mapping[str, Compiled], patches: Mapping[bytes, Patch]) -> None:
        base = Pdf.new()
        keys: list[str | bytes] = [*kinds, *patches]
        names = {key: f"/F{n}" for n, key in enumerate(keys)}
        forms, self._sizes = Dictionary(), dict[str | bytes, tuple[float, float]]()
        for key, name in names.items():
            compiled = kinds[key] if isinstance(key, str) else None
            with pikepdf.open(io.BytesIO(key if isinstance(key, bytes) else kinds[key].pdf)) as source:
                page = source.pages[0]
                self._sizes[key] = float(page.mediabox[2]), float(page.mediabox[3])
                form = base.copy_foreign(page.as_form_xobject())
            if compiled is not None:
                # The orders around a picture that is cut out end a state which the picture's own orders begin.
                pieces = (b"q" if isinstance(piece, Frame) else piece for piece in compiled.pieces)
                shared = b"".join(piece for piece in pieces if isinstance(piece, bytes))
                form.write(_TAG.sub(b"", shared))
            forms[name] = form
        base.Root.Forms = forms
        rest = io.BytesIO()
        base.save(rest, object_stream_mode=pikepdf.ObjectStreamMode.disable, static_id=True)
        self._names, self._kinds = names, kinds
        with pikepdf.open(rest) as pdf:
            self._root = pdf.Root.Pages.objgen[0]
            self._forms = {name: pdf.Root.Forms[name].objgen[0] for name in names.values()}
            del pdf.Root.Forms
            self._sheet = Sheet(_shared(pdf, self._root))

    def finished(self, pages: Sequence[Stamped], title: str, author: str) -> bytes:
        """Return the whole file."""
        fonts, drawn = self._sheet.reserve(), dict[PressFont, dict[int, str]]()
        kept: dict[bytes, int] = {}
        kids = [self._page(page, fonts, kept) for page in pages]
        for page in pages:
            for font, glyphs in page.drawn.items():
                drawn.setdefault(font, {}).update(glyphs)
        numbers = [(font.name.encode(), font.embedded(self._sheet, glyphs)) for font, glyphs in drawn.items()]
        self._sheet.put(b"<< %s >>" % b" ".join(b"/V%s %d 0 R" % one for one in numbers), fonts)
        listed = b" ".join(b"%d 0 R" % kid for kid in kids)
        self._sheet.put(b"<< /Type /Pages /Count %d /Kids [ %s ] >>" % (len(kids), listed), self._root)
        said = (text_string(title), text_string(author), text_string("joint-exam-scheduler"))
        return self._sheet.finished(self._sheet.put(b"<< /Title %s /Author %s /Creator %s >>" % said))

    def _page(self, page: Stamped, fonts: int, kept: dict[bytes, int]) -> int:
        width, height = self._sizes[page.kind]
        used = {self._names[page.kind]: self._forms[self._names[page.kind]]}
        orders = [b"q %s Do Q" % self._names[page.kind].encode(),
                  b"q %f 0 0 -%f 0 %f cm" % (_POINTS_PER_PX, _POINTS_PER_PX, height)]  # fmt: skip
        for n, (frame, picture) in enumerate(page.pictures):
            entries, content, size, pack = opened(picture)
            if picture not in kept:
                kept[picture] = self._sheet.stream(entries, content, pack=pack)
            used[f"/P{n}"] = kept[picture]
            drawn = framed(frame, *size).replace(b"/" + frame.name.encode() + b" Do", b"/P%d Do" % n)
            clip = b"%f %f %f %f re W n" % (frame.left, frame.top, frame.width, frame.height)
            orders.append(b"q %s %s Q Q" % (clip, drawn))
        for patch in page.patches:
            form = self._names[patch.pdf]
            used[form] = self._forms[form]
            top = patch.top + self._sizes[patch.pdf][1] / _POINTS_PER_PX
            scale = 1 / _POINTS_PER_PX
            orders.append(b"q %f 0 0 -%f %f %f cm %s Do Q" % (scale, scale, patch.left, top, form.encode()))
        orders += [page.orders, b"Q"]
        number = self._sheet.stream(b"", b"\n".join(orders))
        objects = b" ".join(b"%s %d 0 R" % (name.encode(), used[name]) for name in used)
        return self._sheet.put(
            b"<< /Type /Page /Parent %d 0 R /MediaBox [ 0 0 %f %f ] /Contents %d 0 R /Resources << /XObject << %s >> "
            b"/Font %d 0 R >> >>" % (self._root, width, height, number, objects, fonts)
        )


def _shared(pdf: Pdf, own: int) -> Shared:
    """Return all objects of a file but one, which is written later."""
    body, table, at = [_HEADER], [_FREE], len(_HEADER)
    for number in range(1, len(pdf.objects) + 1):
        if number == own:
            table.append(_FREE)
            continue
        table.append(b"%010d 00000 n\r\n" % at)
        whole = b"%d 0 obj\n%s\nendobj\n" % (number, written(pdf.get_object((number, 0))))
        body.append(whole)
        at += len(whole)
    return Shared(b"".join(body), tuple(table), pdf.Root.objgen[0])
