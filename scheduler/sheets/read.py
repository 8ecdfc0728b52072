"""What others call to read a workbook: entries, set-up, marks. Values and findings come back; nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from scheduler.domain.catalogue import Catalogue
from scheduler.domain.entries import Entry
from scheduler.domain.results import ComponentMark
from scheduler.domain.rounds import RoundSetup
from scheduler.domain.sessions import PlanVersion
from scheduler.errors import Finding
from scheduler.sheets.duties import ReadAnswer, duties_from
from scheduler.sheets.entries import EntrySheet, entries_of
from scheduler.sheets.mappings import HeadingMap
from scheduler.sheets.marks import marks_of
from scheduler.sheets.numbers import Awaited, NumberContext, ReadNumber, numbers_of
from scheduler.sheets.plan_edit import EditedPlan, PlanCopy, copy_of, edited_plan, place_of
from scheduler.sheets.receipts import ReadHandover, ReadReceipt, handovers_of, receipts_of
from scheduler.sheets.setup import setup_of
from scheduler.sheets.workbook import Book, open_book

__all__ = [
    "Awaited",
    "Book",
    "EditedPlan",
    "EntrySheet",
    "NumberContext",
    "PlanCopy",
    "ReadAnswer",
    "ReadHandover",
    "ReadNumber",
    "ReadReceipt",
    "edited_plan",
    "open_book",
    "open_plan_copy",
    "place_of",
    "read_duties",
    "read_entries",
    "read_handovers",
    "read_marks",
    "read_numbers",
    "read_receipts",
    "read_setup",
]


def read_entries(
    path: Path | Book,
    *,
    round_id: str,
    catalogue: Catalogue,
    setup: RoundSetup,
    today: date,
    maps: Sequence[HeadingMap] = (),
) -> EntrySheet:
    """Read a registration workbook (xlsx, xls, ods, csv): good rows become entries, the rest findings.

    Args:
        path: The workbook, or what `open_book` made of it: what takes long then need not be done in a transaction.
        today: Day of application where a row names none; later days are refused.
        maps: What the office decided on unfamiliar headings.

    Raises:
        SheetError: The file cannot be read at all; its findings say why.
    """
    return entries_of(_opened(path), round_id=round_id, catalogue=catalogue, setup=setup, today=today, maps=maps)


def read_setup(path: Path, *, catalogue: Catalogue) -> tuple[RoundSetup | None, list[Finding]]:
    """Read a set-up workbook; the setup is None when any finding is an error.

    Raises:
        SheetError: The file cannot be read at all; its findings say why.
    """
    return setup_of(open_book(Path(path)), catalogue=catalogue)


def read_marks(
    path: Path | Book, *, entries: Mapping[str, Entry], catalogue: Catalogue
) -> tuple[list[ComponentMark], list[Finding]]:
    """Read a mark sheet; marks of good rows in the sheet's order, and everything found.

    Args:
        path: The workbook, or what `open_book` made of it.
        entries: The round's entries by id; whoever is not among them is unknown.

    Raises:
        SheetError: The file cannot be read at all; its findings say why.
    """
    return marks_of(_opened(path), entries=entries, catalogue=catalogue)


def open_plan_copy(path: Path) -> PlanCopy:
    """Open a plan workbook that may have been edited, and tell which version it was written from.

    Raises:
        SheetError: The file cannot be read at all; its findings say why.
    """
    return copy_of(open_book(Path(path)))


def read_numbers(
    path: Path, context: NumberContext, maps: Sequence[HeadingMap] = ()
) -> tuple[list[ReadNumber], list[Finding]]:
    """Read a sheet of certificate numbers that came from outside; numbers of good rows in its order, and everything found.

    Raises:
        SheetError: The file cannot be read at all; its findings say why.
    """
    return numbers_of(open_book(Path(path)), context, maps)


def read_duties(
    path: Path, *, setup: RoundSetup, published: PlanVersion | None
) -> tuple[list[ReadAnswer], list[Finding]]:
    """Read what examiners answered; answers of good rows, and everything found.

    Args:
        published: The version in force; None before the first is published, then no duty can be answered.

    Raises:
        SheetError: The file cannot be read at all; its findings say why.
    """
    plan, version = (published.plan, published.version) if published else (None, None)
    return duties_from(open_book(Path(path)), setup=setup, plan=plan, version=version)


def read_receipts(path: Path) -> tuple[list[ReadReceipt], int, list[Finding]]:
    """Read the receipt of an upload: good rows, how many have no result yet, and everything found.

    Raises:
        SheetError: The file cannot be read at all; its findings say why.
    """
    return receipts_of(open_book(Path(path)))


def read_handovers(path: Path, *, today: date) -> tuple[list[ReadHandover], int, list[Finding]]:
    """Read a hand-over list that was filled in: rows that tell of a hand-over, how many are open still, everything found.

    Raises:
        SheetError: The file cannot be read at all; its findings say why.
    """
    return handovers_of(open_book(Path(path)), today)


def _opened(path: Path | Book) -> Book:
    return path if isinstance(path, Book) else open_book(Path(path))
