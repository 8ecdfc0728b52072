"""The numbers of a report as csv: UTF-8 with its mark, headings in both languages, nothing that becomes a formula."""

from __future__ import annotations

import csv
import io

from scheduler.domain.figures import Cell, Figure


def figure_csv(figure: Figure) -> bytes:
    """Return a figure as csv; a text that a spreadsheet program would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(f"{heading.zh} {heading.en}" for _, heading in figure.columns)
    lines.writerows([_harmless(cell) for cell in row] for row in figure.rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
