"""Where pages go on sheets: what fits, what is refused, and that a back lies behind its front when the sheet is turned."""

from __future__ import annotations

import pytest

from scheduler.errors import InputError
from scheduler.press.imposition import SHEETS, Layout, grid_for

A4 = (210.0, 297.0)
SIZES = [(320.0, 450.0), (450.0, 320.0), (700.0, 1000.0), (1000.0, 700.0)]


def test_a_sheet_of_its_own_is_as_large_as_page_bleed_and_marks_ask_for() -> None:
    assert grid_for(A4, Layout()).sheet == A4
    assert grid_for(A4, Layout(bleed=3)).sheet == (216, 303)
    grid = grid_for(A4, Layout(bleed=3, marks=True))
    assert (grid.sheet, grid.trim) == ((226, 313), (8, 8, 218, 305))
    ends = {(x, y, to_x, to_y) for x, y, to_x, to_y in grid.marks()}
    assert len(ends) == 8
    assert all(not (3 < a < grid.sheet[0] - 3 and 3 < b < grid.sheet[1] - 3) or a in {8, 218} or b in {8, 305}
               for x, y, to_x, to_y in ends for a, b in ((x, y), (to_x, to_y)))  # fmt: skip


def test_pages_lie_on_their_side_where_more_fit_and_are_never_scaled() -> None:
    grid = grid_for(A4, Layout(sheet=SHEETS["SRA3"], up=2, bleed=3, marks=True))
    assert (grid.rows, grid.columns, grid.cell) == (2, 1, (297, 210))
    assert grid_for((297, 210), Layout(sheet=SHEETS["SRA3"], up=2, bleed=3, marks=True)).cell == (297, 210)
    assert grid_for(A4, Layout(sheet=SHEETS["A3"], up=0)).rows == 2


@pytest.mark.parametrize("sheet", SIZES)
def test_everything_stays_on_the_sheet_and_nothing_overlaps(sheet) -> None:
    layout = Layout(sheet=sheet, up=0, bleed=3, marks=True)
    grid = grid_for(A4, layout)
    cells = [(c.left, c.bottom, c.left + grid.cell[0], c.bottom + grid.cell[1]) for c in grid.cells()]
    assert len(cells) == grid.rows * grid.columns >= 2
    for n, (left, bottom, right, top) in enumerate(cells):
        assert min(left, bottom, sheet[0] - right, sheet[1] - top) >= layout.margin - 0.2
        for other in cells[:n]:
            assert (
                left >= other[2] + 6 - 1e-6
                or other[0] >= right + 6 - 1e-6
                or bottom >= other[3] + 6 - 1e-6
                or (other[1] >= top + 6 - 1e-6)
            )


@pytest.mark.parametrize("duplex", ["long", "short"])
@pytest.mark.parametrize("sheet", SIZES)
def test_turned_over_its_edge_every_back_lies_behind_its_front(sheet, duplex) -> None:
    grid = grid_for(A4, Layout(sheet=sheet, up=0, bleed=2))
    # The edge over which it is turned is the axis that stays: the long one stands upright on a sheet in portrait.
    sideways = (duplex == "long") == (sheet[0] <= sheet[1])
    for cell in grid.cells():
        back, on_its_head = grid.behind(cell, duplex)
        x = sheet[0] - cell.left - grid.cell[0] if sideways else cell.left
        y = cell.bottom if sideways else sheet[1] - cell.bottom - grid.cell[1]
        assert (back.left, back.bottom) == (pytest.approx(x), pytest.approx(y))
        assert on_its_head is not sideways


def test_what_does_not_fit_is_refused_with_what_would() -> None:
    with pytest.raises(InputError) as refusal:
        grid_for(A4, Layout(sheet=SHEETS["A3"], up=2, bleed=3, marks=True))
    assert refusal.value.what.en == "of pages of 210 x 297 mm, a sheet of 297 x 420 mm holds 1"
    with pytest.raises(InputError):
        grid_for(A4, Layout(sheet=SHEETS["A4"], marks=True))
    with pytest.raises(InputError):
        grid_for(A4, Layout(sheet=(100, 100), up=0))
