"""The print run (打印批次): many certificates become ordered sheets with bleed, crop marks and backs, ready for a printer.

Used by the office's print_batch. Pages are drawn into the sheets as they are, never scaled; signatures, tags and attachments
stay behind in the files that were issued.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf

from scheduler.errors import InputError, Text
from scheduler.press.imposition import SAME_MM, Cell, Grid, Layout, Matrix, Size, grid_for

_PT = 72 / 25.4
_MARK_PT = 0.25


@dataclass(frozen=True, slots=True)
class Job:
    """One certificate to print."""

    pdf: bytes
    pile: str
    """A new sheet begins where it changes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a certificate was printed."""

    sheet: int
    """From 1."""
    row: int
    column: int


@dataclass(slots=True)
class _Sheet:
    grid: Grid
    pile: str
    number: int
    forms: list[pikepdf.Object]


def print_run(jobs: Iterable[Job], out: Path, layout: Layout, *, back: bytes | None = None) -> list[Place]:
    """Write the sheets of a print run into one file, whole or not at all.

    Args:
        jobs: Certificates in the order in which they shall come out; only those of one sheet are unpacked at a time.
        out: The file to write.
        layout: How pages are put on sheets.
        back: PDF whose first page is printed behind each certificate; without it backs stay blank. Only with duplex.

    Returns:
        The place of each certificate, in order.

    Raises:
        InputError: A page does not fit on the sheet, or a file is no PDF.
    """
    with pikepdf.new() as book:
        behind = _form(book, back) if back is not None else None
        places: list[Place] = []
        sheet: _Sheet | None = None
        for job in jobs:
            form = _form(book, job.pdf)
            if sheet is None or not _goes_on(sheet, form, job):
                if sheet is not None:
                    _finish(book, sheet, layout, behind)
                sheet = _Sheet(grid_for(_size(form), layout), job.pile, sheet.number + 1 if sheet else 1, [])
            cells = list(sheet.grid.cells())
            cell = cells[len(sheet.forms)]
            sheet.forms.append(form)
            places.append(Place(sheet.number, cell.row, cell.column))
        if sheet is not None:
            _finish(book, sheet, layout, behind)
        part = out.with_name(f".{out.name}.part")
        book.save(part, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    part.replace(out)
    return places


def _form(book: pikepdf.Pdf, pdf: bytes) -> pikepdf.Object:
    try:
        with pikepdf.open(BytesIO(pdf)) as source:
            return book.copy_foreign(source.pages[0].as_form_xobject())
    except (pikepdf.PdfError, IndexError) as fault:
        raise InputError(Text("文件无法读取，不能打印", "a file cannot be read, so it cannot be printed")) from fault


def _size(form: pikepdf.Object) -> Size:
    left, bottom, right, top = (float(edge) for edge in form.BBox)
    return (right - left) / _PT, (top - bottom) / _PT


def _goes_on(sheet: _Sheet, form: pikepdf.Object, job: Job) -> bool:
    """Tell whether a page goes on a begun sheet: there is room, and pile and size are the same."""
    wanted, size = sheet.grid.cell, _size(form)
    turned = (size[1], size[0])
    same = any(abs(w - s) < SAME_MM and abs(h - t) < SAME_MM for w, h in [wanted] for s, t in (size, turned))
    room = len(sheet.forms) < sheet.grid.rows * sheet.grid.columns
    return room and same and job.pile == sheet.pile


def _finish(book: pikepdf.Pdf, sheet: _Sheet, layout: Layout, behind: pikepdf.Object | None) -> None:
    """Write a sheet's front, and its back where sheets are turned."""
    cells = list(sheet.grid.cells())[: len(sheet.forms)]
    fronts = [(form, cell, False) for form, cell in zip(sheet.forms, cells, strict=True)]
    _page(book, sheet.grid, fronts, layout)
    if layout.duplex:
        backs = [(behind, *sheet.grid.behind(cell, layout.duplex)) for cell in cells]
        _page(book, sheet.grid, [(form, cell, turned) for form, cell, turned in backs if form is not None], layout)


def _page(book: pikepdf.Pdf, grid: Grid, drawn: Sequence[tuple[pikepdf.Object, Cell, bool]], layout: Layout) -> None:
    orders = list(_marks(grid)) if layout.marks else []
    objects = pikepdf.Dictionary()
    for n, (form, cell, on_its_head) in enumerate(drawn):
        objects[f"/P{n}"] = form
        orders += _placed(f"/P{n}", form, grid, cell, on_its_head=on_its_head)
    page = book.add_blank_page(page_size=(grid.sheet[0] * _PT, grid.sheet[1] * _PT))
    page.obj.Resources = pikepdf.Dictionary(XObject=objects)
    page.obj.Contents = book.make_stream("\n".join(orders).encode("ascii"))
    left, bottom, right, top = grid.trim
    page.obj.TrimBox = _box(left, bottom, right, top)
    page.obj.BleedBox = _box(*(edge + sign * grid.bleed for edge, sign in zip(grid.trim, (-1, -1, 1, 1), strict=True)))


def _box(*edges: float) -> pikepdf.Array:
    return pikepdf.Array([round(edge * _PT, 3) for edge in edges])


def _marks(grid: Grid) -> Iterator[str]:
    yield f"q 0 G {_MARK_PT} w"
    for x, y, to_x, to_y in grid.marks():
        yield f"{x * _PT:.3f} {y * _PT:.3f} m {to_x * _PT:.3f} {to_y * _PT:.3f} l S"
    yield "Q"


def _placed(name: str, form: pikepdf.Object, grid: Grid, cell: Cell, *, on_its_head: bool) -> Iterator[str]:
    """Yield what draws a page into its cell, and its mirrored edges into the bleed."""
    width, height = _size(form)
    lies = abs(width - grid.cell[0]) >= SAME_MM
    yield f"q {_said(_into(cell, grid.cell, lies=lies, on_its_head=on_its_head))} cm"
    bleed, wide, high = grid.bleed * _PT, width * _PT, height * _PT
    left, bottom = float(form.BBox[0]), float(form.BBox[1])
    for across, (x, x_from, x_to) in enumerate(_strips(wide, bleed)):
        for up, (y, y_from, y_to) in enumerate(_strips(high, bleed)):
            if (across, up) != (0, 0) and not bleed:
                continue
            flip_x, flip_y = (-1 if across else 1), (-1 if up else 1)
            moved = flip_x, 0, 0, flip_y, x - flip_x * left, y - flip_y * bottom
            yield f"q {x_from:.3f} {y_from:.3f} {x_to - x_from:.3f} {y_to - y_from:.3f} re W n {_said(moved)} cm {name} Do Q"
    yield "Q"


def _strips(length: float, bleed: float) -> tuple[tuple[float, float, float], ...]:
    """Return for the page itself and its two mirrored edges: where its corner goes, and from where to where it is seen."""
    return (0.0, 0.0, length), (0.0, -bleed, 0.0), (2 * length, length, length + bleed)


def _into(cell: Cell, size: Size, *, lies: bool, on_its_head: bool) -> Matrix:
    """Return what brings a page from its own corner into its cell: upright, turned left by a quarter, or on its head."""
    left, bottom, right, top = (
        edge * _PT for edge in (cell.left, cell.bottom, cell.left + size[0], cell.bottom + size[1])
    )
    if lies:
        return (0, -1, 1, 0, left, top) if on_its_head else (0, 1, -1, 0, right, bottom)
    return (-1, 0, 0, -1, right, top) if on_its_head else (1, 0, 0, 1, left, bottom)


def _said(matrix: Sequence[float]) -> str:
    return " ".join(f"{number:.3f}" for number in matrix)
