"""Figure: a small table of numbers with headings, from which a picture is drawn and a csv is written. No drawing here."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.errors import Text

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One table of a report (统计表)."""

    id: str
    """Name of its csv file, without ending."""
    title: Text
    columns: tuple[tuple[str, Text], ...]
    """Pairs of key and heading."""
    rows: tuple[tuple[Cell, ...], ...]
    """As many cells as columns each; None where there is nothing to say."""

    def records(self) -> list[dict[str, Cell]]:
        """Return the rows by column key."""
        keys = [key for key, _ in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]

    def numbers(self, key: str) -> list[float]:
        """Return what stands in a column, empty cells left out."""
        return [float(row[key] or 0) for row in self.records() if row[key] is not None]


def share(part: float, whole: float) -> float | None:
    """Return a part of a whole, 0 to 1 to four decimals; None of nothing."""
    return round(part / whole, 4) if whole else None
