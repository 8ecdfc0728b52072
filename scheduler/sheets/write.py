"""What others call to write a workbook: templates, filled sheets, the error workbook, a plan.

Files appear whole or not at all. openpyxl is loaded by the first call, so that importing this costs nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from scheduler.domain.catalogue import Catalogue
from scheduler.domain.data_duties import LicenceField
from scheduler.domain.duties import Reply
from scheduler.domain.entries import Entry
from scheduler.domain.notices import NoticeList
from scheduler.domain.results import Attendance
from scheduler.domain.rounds import Round, RoundSetup
from scheduler.domain.sessions import Plan, PlanVersion, Sitting
from scheduler.domain.uploads import UploadRecord
from scheduler.errors import Finding
from scheduler.sheets.columns import TemplateKind
from scheduler.sheets.columns_plan import Origin
from scheduler.sheets.profiles import Profile, profile

__all__ = [
    "Origin",
    "TemplateKind",
    "handover_bytes",
    "licence_bytes",
    "notice_files",
    "receipt_bytes",
    "upload_bytes",
    "write_day_book",
    "write_duties",
    "write_entries",
    "write_error_workbook",
    "write_marks_sheet",
    "write_plan",
    "write_print_manifest",
    "write_setup",
    "write_template",
]


def write_template(kind: TemplateKind, out: Path, *, catalogue: Catalogue, profile: Profile | None = None) -> None:
    """Write an empty template: headings in both languages, drop-down lists, an instruction sheet.

    Args:
        profile: Columns to have instead of our own, for registrations and numbers.
    """
    from scheduler.sheets.template import save, template_book

    save(template_book(kind, catalogue, profile), out)


def write_entries(entries: Sequence[Entry], out: Path, *, catalogue: Catalogue) -> None:
    """Write a registration sheet that reads back to the same entries.

    Results carried over from an earlier round, and the standing of held certificates, have no column.
    """
    from scheduler.sheets.template import entries_book, save

    save(entries_book(entries, catalogue), out)


def write_setup(setup: RoundSetup, out: Path, *, catalogue: Catalogue) -> None:
    """Write a set-up workbook that reads back to the same setup."""
    from scheduler.sheets.template import save, setup_book

    save(setup_book(setup, catalogue), out)


def write_marks_sheet(
    out: Path,
    rows: Sequence[tuple[Sitting, Entry]],
    *,
    catalogue: Catalogue,
    attendance: Mapping[tuple[str, str], Attendance] | None = None,
    tickets: Mapping[str, str] | None = None,
) -> None:
    """Write a mark sheet with one prefilled row a sitting, in the order given; ``read_marks`` reads it back.

    Args:
        attendance: Attendance known already, by entry and component; filled in.
        tickets: Numbers of admission tickets by entry; their column is left out where there are none.

    Raises:
        KeyError: A sitting names a component that the catalogue does not have.
    """
    from scheduler.sheets.template import marks_book, save

    save(marks_book(rows, catalogue, attendance or {}, tickets or {}), out)


def write_error_workbook(source: Path, findings: Sequence[Finding], out: Path) -> None:
    """Write the user's workbook back with each bad cell marked and two columns: what is wrong, what to do.

    It can be corrected and handed in again; reading passes over what was added.

    Raises:
        SheetError: The source cannot be read at all, so there are no rows to give back.
    """
    from scheduler.sheets.errors_book import error_book
    from scheduler.sheets.template import save

    save(error_book(source, findings), out)


def write_plan(out: Path, plan: Plan, round_: Round, names: Mapping[str, str], *, origin: Origin | None = None) -> None:
    """Write a plan for coordinators: summary, sessions, sittings, examiners, unplaced with reasons, load.

    Args:
        names: Name of each party by its id, and of examiners whose round value has none.
        origin: Which version it is; without it the workbook cannot be read back.
    """
    from scheduler.sheets.plan_book import plan_book
    from scheduler.sheets.template import save

    save(plan_book(plan, round_, names, origin), out)


def write_print_manifest(out: Path, rows: Sequence[Sequence[str | int]]) -> tuple[Path, Path]:
    """Write the manifest of a print run as xlsx, and as csv beside it; rows as the columns of `print_book`."""
    from scheduler.sheets.print_book import print_manifest, print_manifest_csv
    from scheduler.sheets.template import save

    save(print_manifest(rows), out)
    plain = out.with_suffix(".csv")
    plain.write_bytes(print_manifest_csv(rows))
    return out, plain


def write_duties(
    out: Path,
    round_: Round,
    published: PlanVersion | None,
    replies: Mapping[tuple[str, str, str], Reply],
    *,
    institutions: Collection[str],
    catalogue: Catalogue,
) -> None:
    """Write the workbook in which examiners of some institutions answer; ``read_duties`` reads it back."""
    from scheduler.sheets.duty_book import duty_book
    from scheduler.sheets.template import save

    save(duty_book(round_, published, replies, institutions, catalogue), out)


def write_day_book(out: Path, title: str, rows: Sequence[Sequence[str | int]]) -> None:
    """Write the register of what happened on the day (考场异常情况登记表); rows as the columns of `day_book`."""
    from scheduler.sheets.day_book import day_book
    from scheduler.sheets.template import save

    save(day_book(title, rows), out)


def upload_bytes(records: Sequence[UploadRecord], fields: Sequence[str], *, profiles: Path) -> bytes:
    """Return the workbook of an upload batch; the same records give the same bytes.

    Args:
        fields: Keys of the records' cells, in their order.
        profiles: An office's own profiles, which may change the order of the sheet; it need not exist.

    Raises:
        InputError: The office's own profile is wrong.
    """
    from scheduler.sheets.frozen import frozen
    from scheduler.sheets.upload_book import upload_book

    return frozen(upload_book(records, profile("upload-11", profiles), fields))


def receipt_bytes(batch_id: str, records: Sequence[UploadRecord], fields: Sequence[str]) -> bytes:
    """Return a receipt to fill in, for whoever gets none in a file."""
    from scheduler.sheets.frozen import frozen
    from scheduler.sheets.upload_book import receipt_book

    return frozen(receipt_book(batch_id, records, fields))


def handover_bytes(rows: Sequence[Mapping[str, str]], *, profiles: Path) -> bytes:
    """Return the hand-over list as a workbook; rows by the fields of the profile ``handover-15``."""
    from scheduler.sheets.data_books import handover_book
    from scheduler.sheets.frozen import frozen

    return frozen(handover_book(rows, profile("handover-15", profiles)))


def licence_bytes(fields: Sequence[LicenceField], licences: Sequence[Mapping[str, str]]) -> bytes:
    """Return the data of electronic licences as a workbook, each row by the fields' ids."""
    from scheduler.sheets.data_books import licence_book
    from scheduler.sheets.frozen import frozen

    return frozen(licence_book(fields, licences))


def notice_files(made: NoticeList) -> dict[str, bytes]:
    """Return the files of a list of messages by suffix, xlsx, csv and json; the same list gives the same bytes."""
    from scheduler.sheets import notice_book

    return notice_book.notice_files(made)
