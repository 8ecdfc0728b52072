"""Where pages go on sheets (拼版): rows and columns, bleed, crop marks, and the back of a sheet that is turned over.

Used by printrun.py. Plain geometry in millimetres from the sheet's lower left corner; nothing here knows PDF.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scheduler.errors import InputError, Text

MARK_MM, MARK_GAP_MM = 5.0, 2.0
"""Length of a crop mark, and its least distance from the trimmed edge."""
SAME_MM = 0.2
"""Sizes that differ by less are the same; files round to points."""
Duplex = Literal["", "long", "short"]
Size = tuple[float, float]
"""Width and height, mm."""
Matrix = tuple[float, float, float, float, float, float]
SHEETS: dict[str, Size] = {
    "A3": (297, 420), "A4": (210, 297), "SRA3": (320, 450), "SRA4": (225, 320), "A2": (420, 594),
}  # fmt: skip
"""Sheets by name. Source: ISO 216; ISO 217 for SRA."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How pages are put on sheets; pages are never scaled."""

    sheet: Size | None = None
    """None: a sheet for each page, as large as page, bleed and marks ask for."""
    up: int = 1
    """Pages on a sheet; 0 for as many as fit."""
    bleed: float = 0.0
    """How far the print reaches over the trimmed edge, mm, 0 to 10; the page's own edge is mirrored there."""
    marks: bool = False
    """Whether crop marks are drawn."""
    duplex: Duplex = ""
    """Edge over which sheets are turned; a back follows each front. Empty: one side only."""

    @property
    def margin(self) -> float:
        """Return the least space between outermost trimmed edge and sheet edge, mm."""
        return max(self.bleed, MARK_GAP_MM) + MARK_MM if self.marks else self.bleed


@dataclass(frozen=True, slots=True)
class Cell:
    """Where one page goes."""

    row: int
    """From 1, at the top."""
    column: int
    """From 1, at the left."""
    left: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet, in reading order."""

    sheet: Size
    cell: Size
    rows: int
    columns: int
    bleed: float

    @property
    def trim(self) -> tuple[float, float, float, float]:
        """Return the box around all trimmed pages: left, bottom, right, top."""
        gutter = 2 * self.bleed
        wide = self.columns * self.cell[0] + (self.columns - 1) * gutter
        high = self.rows * self.cell[1] + (self.rows - 1) * gutter
        left, bottom = (self.sheet[0] - wide) / 2, (self.sheet[1] - high) / 2
        return left, bottom, left + wide, bottom + high

    def cells(self) -> Iterator[Cell]:
        """Yield the cells in reading order."""
        left, _, _, top = self.trim
        (wide, high), gutter = self.cell, 2 * self.bleed
        for row in range(self.rows):
            for column in range(self.columns):
                at = left + column * (wide + gutter), top - (row + 1) * high - row * gutter
                yield Cell(row + 1, column + 1, *at)

    def behind(self, cell: Cell, duplex: Duplex) -> tuple[Cell, bool]:
        """Return the cell at the back of a sheet that lies behind one of its front, and whether its page is upside down.

        A sheet turned like a page keeps its head up. One turned over its upper edge does not: there the back is drawn on its
        head, so that each trimmed paper can be turned like a page.
        """
        upright = (duplex == "long") == (self.sheet[0] <= self.sheet[1])
        row = cell.row if upright else self.rows + 1 - cell.row
        column = self.columns + 1 - cell.column if upright else cell.column
        return next(c for c in self.cells() if (c.row, c.column) == (row, column)), not upright

    def marks(self) -> Iterator[tuple[float, float, float, float]]:
        """Yield each crop mark as a line from one point to another."""
        left, bottom, right, top = self.trim
        gap = max(self.bleed, MARK_GAP_MM)
        for x in sorted({x for c in self.cells() for x in (c.left, c.left + self.cell[0])}):
            yield x, bottom - gap - MARK_MM, x, bottom - gap
            yield x, top + gap, x, top + gap + MARK_MM
        for y in sorted({y for c in self.cells() for y in (c.bottom, c.bottom + self.cell[1])}):
            yield left - gap - MARK_MM, y, left - gap, y
            yield right + gap, y, right + gap + MARK_MM, y


def grid_for(page: Size, layout: Layout) -> Grid:
    """Return the cells of a sheet for pages of one size; a page lies on its side where more of them fit so.

    Raises:
        InputError: The pages do not fit.
    """
    if layout.sheet is None:
        sheet = page[0] + 2 * layout.margin, page[1] + 2 * layout.margin
        return Grid(sheet, page, 1, 1, layout.bleed)
    options = [_fitting(layout.sheet, cell, layout) for cell in dict.fromkeys((page, (page[1], page[0])))]
    # A page stays upright where as many as asked for fit so.
    enough = [grid for grid in options if layout.up and grid.rows * grid.columns >= layout.up]
    most = enough[0] if enough else max(options, key=lambda grid: grid.rows * grid.columns)
    fit = most.rows * most.columns
    if fit < max(layout.up, 1):
        width, height = layout.sheet
        raise InputError(
            Text(
                f"{page[0]:.0f}×{page[1]:.0f} 毫米的证书在 {width:.0f}×{height:.0f} 毫米的纸上只能放 {fit} 张",
                f"of pages of {page[0]:.0f} x {page[1]:.0f} mm, a sheet of {width:.0f} x {height:.0f} mm holds {fit}",
            ),
            hint=Text(
                f"改用更大的纸，或减少 --up、--bleed，或不印裁切线（四周需 {layout.margin:.0f} 毫米）",
                f"take a larger sheet, or less of --up, --bleed, --marks (they need {layout.margin:.0f} mm around)",
            ),
        )
    return _reduced(most, layout.up) if layout.up else most


def _fitting(sheet: Size, cell: Size, layout: Layout) -> Grid:
    def count(room: float, one: float) -> int:
        return max(0, int((room - 2 * layout.margin + 2 * layout.bleed + SAME_MM) // (one + 2 * layout.bleed)))

    return Grid(sheet, cell, count(sheet[1], cell[1]), count(sheet[0], cell[0]), layout.bleed)


def _reduced(grid: Grid, up: int) -> Grid:
    """Return the smallest grid within another that holds so many pages."""
    sizes = [(r, c) for r in range(1, grid.rows + 1) for c in range(1, grid.columns + 1) if r * c >= up]
    rows, columns = min(sizes, key=lambda size: (size[0] * size[1], abs(size[0] - size[1])))
    return Grid(grid.sheet, grid.cell, rows, columns, grid.bleed)
