"""Marks typed on a page, as a workbook: they are then read and judged exactly as those of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scheduler.domain.catalogue import Catalogue
from scheduler.sheets.columns_marks import item_ids_of, marks_table
from scheduler.sheets.workbook import Book, Cell, Grid

_ALWAYS = {"entry", "component"}


def typed_marks(rows: Sequence[Mapping[str, str]], *, name: str, catalogue: Catalogue) -> Book:
    """Return what was typed as a workbook.

    Args:
        rows: What was typed for each entry and component, by the keys of the mark sheet's columns. Rows in which nothing
            but whose they are stands are left out; the others keep their number, from 1.
        name: What findings call it by.
        catalogue: Names the items.
    """
    columns = marks_table(item_ids_of(catalogue)).columns
    used = [column for column in columns if any(column.key in row for row in rows)]
    heading: tuple[Cell, ...] = tuple(column.zh for column in used)
    said = [
        (number, tuple(row.get(column.key, "").strip()[:200] for column in used))
        for number, row in enumerate(rows, start=1)
        if any(value.strip() for key, value in row.items() if key not in _ALWAYS)
    ]
    return Book(name, "csv", (Grid(name, ((0, heading), *said)),))
