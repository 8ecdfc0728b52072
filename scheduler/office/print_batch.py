"""Print (打印): the certificates of a round become ordered sheets for a printer, with a manifest of what lies where.

Nothing is issued and no file changes: a print run can be repeated, whole or for chosen numbers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scheduler.domain.certificates import Certificate
from scheduler.errors import Finding, InputError, Language, NotFound, RegistryError, Text, Where
from scheduler.office.affected import Selection, chosen, reason_given
from scheduler.office.desk import Office, existing_file
from scheduler.office.kept import keep_now
from scheduler.office.on_forms import enter_printed, forms_for
from scheduler.office.piles import By, Piled, piled
from scheduler.office.print_folder import name_of, new_run, settled, shown, to_disk
from scheduler.press.imposition import SHEETS, Duplex, Layout
from scheduler.press.printrun import Job, Place, print_run
from scheduler.registry.store import Store
from scheduler.sheets.write import write_print_manifest

PER_FILE = 480
"""Certificates in one print file at most; a multiple of what sheets commonly hold, and little enough for any printer."""
_SIZE = re.compile(r"(\d{2,4}(?:\.\d+)?)\s*[x×*]\s*(\d{2,4}(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Style:
    """How certificates are put on paper; see `press.imposition.Layout`."""

    sheet: str = ""
    """``A3``, ``SRA3``, ``A4`` …, or width x height in mm; empty for the size of each certificate."""
    up: int = 1
    """Certificates on a sheet; 0 for as many as fit. Asks for a sheet, unless 1."""
    bleed_mm: float = 0.0
    marks: bool = False
    duplex: Duplex = ""
    back: str = ""
    """PDF whose first page is printed behind each certificate."""
    files: Literal["merged", "single"] = "merged"


@dataclass(frozen=True, slots=True)
class PrintReport:
    """What was printed, and where it lies."""

    round_id: str
    run: str
    """Name of the print run, such as ``003``; empty for a preview."""
    certificates: int
    sheets: int
    """Sheets of paper; a sheet with a back counts once."""
    piles: tuple[tuple[str, int], ...]
    """Each pile and how many certificates it holds, in order."""
    paths: tuple[str, ...]
    """Print files, then the manifest as xlsx and csv."""
    findings: tuple[Finding, ...]
    """What an earlier run that was stopped had left, and what became of it."""
    dry_run: bool

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        figures = (self.certificates, len(self.piles), self.sheets)
        if language == "zh":
            head = "预览（未写文件）" if self.dry_run else f"打印批次 {self.run}"
            tail = "" if self.dry_run else f"，印张 {figures[2]} 张；印件不含电子签名"
            return f"{head}：证书 {figures[0]} 本，{figures[1]} 组{tail}"
        head = "preview (no file written)" if self.dry_run else f"print run {self.run}"
        tail = "" if self.dry_run else f" on {figures[2]} sheets; print files are not signed"
        return f"{head}: {figures[0]} certificates in {figures[1]} piles{tail}"


def print_batch(
    office: Office,
    *,
    round_id: str,
    by: By = "room",
    style: Style | None = None,
    numbers: Sequence[str] = (),
    reason: str = "",
    forms: str = "",
    dry_run: bool = False,
) -> PrintReport:
    """Write a print run of a round's valid certificates below the office's output folder.

    It is seen there whole or not at all; what an earlier run has left that was stopped is brought out or cleared away first.

    Args:
        office: The opened office.
        round_id: A round with certificates.
        by: What the order follows; each room, institution or employer begins a new sheet.
        style: Sheet, bleed, marks and backs; certificates as they are when None.
        numbers: Print only these again (重印); nothing is issued anew.
        reason: Why they are printed again; compulsory with ``numbers``, written to the acts.
        forms: Print serials of the blank certificates to print on, first and last; they are taken in order.
        dry_run: Only tell order and piles.

    Raises:
        NotFound: No such round, or it has no valid certificate.
        InputError: A number is not in the round, certificates do not fit on the sheet, or no reason was given.
        Conflict: A certificate stands on a form already that is not spoiled.
        RegistryError: A kept file is not the one that was issued; nothing was printed.
    """
    wanted = style or Style()
    layout, back = _layout(wanted), existing_file(wanted.back).read_bytes() if wanted.back else None
    why = reason_given(reason) if numbers else ""
    with nullcontext(()) if dry_run else settled(office) as left:
        with office.registry.transaction(write=False) as store:
            items = piled(store, round_id, _valid(office, store, round_id, numbers), by)
            _refuse_altered(office, store, items)
            serials = forms_for(office, store, round_id, forms, items) if forms else ()
        if dry_run:
            return _report(round_id, items, dry_run=True)
        with new_run(office, round_id) as folder:
            with office.registry.transaction(write=False) as store:
                places = list(_print(store, items, folder, layout=layout, back=back, single=wanted.files == "single"))
            rows = [
                _row(n, *one) for n, one in enumerate(zip(items, serials or [""] * len(items), places, strict=True), 1)
            ]
            manifest = write_print_manifest(folder / "manifest.xlsx", rows)
            to_disk(folder)
            said = f"{len(items)} certificates by {by}" + (f"; again: {why}" if why else "")
            on_forms = list(zip(serials, items, strict=True)) if serials else []
            _enter(office, round_id, name_of(folder), on_forms, said)
    names = [*dict.fromkeys(name for name, _ in places), *(path.name for path in manifest)]
    sheets = len({(name, place.sheet) for name, place in places})
    paths = [shown(folder) / name for name in names]
    keep_now(office, paths[-len(manifest) :], kind="print-manifest", round_id=round_id)
    return _report(round_id, items, run=name_of(folder), sheets=sheets, paths=paths, findings=left)


def _enter(office: Office, round_id: str, run: str, on_forms: Sequence[tuple[str, Piled]], said: str) -> None:
    """Enter a run, and with it the forms that it was printed on."""
    with office.registry.transaction() as store:
        if on_forms:
            enter_printed(office, store, round_id, run, on_forms)
            said += f"; forms {on_forms[0][0]}-{on_forms[-1][0]}"
        office.note(store, "print", round_id, f"{run}: {said}")


def _layout(style: Style) -> Layout:
    """Return the layout of a style; raises InputError where its words do not go together."""
    measured = _SIZE.fullmatch(style.sheet.strip())
    sheet = SHEETS.get(style.sheet.strip().upper()) or (
        (float(measured[1]), float(measured[2])) if measured is not None else None
    )
    faults = (
        (style.sheet and sheet is None, f"不认识的纸张 {style.sheet}", f"no such sheet: {style.sheet}"),
        (style.up != 1 and sheet is None, "拼版需要 --sheet", "several pages on a sheet ask for --sheet"),
        (not 0 <= style.up <= 100, "--up 应为 0 至 100", "--up is 0 to 100"),
        (not 0 <= style.bleed_mm <= 10, "出血应为 0 至 10 毫米", "bleed is 0 to 10 mm"),
        (style.back and not style.duplex, "--back 需要 --duplex", "--back asks for --duplex"),
    )
    for wrong, zh, en in faults:
        if wrong:
            names = "、".join(SHEETS)
            hint = Text(f"纸张写作 {names} 或 320x450", f"a sheet is {', '.join(SHEETS)}, or as 320x450")
            raise InputError(Text(zh, en), hint=hint)
    return Layout(sheet, style.up, style.bleed_mm, style.marks, style.duplex)


def _valid(office: Office, store: Store, round_id: str, numbers: Sequence[str]) -> list[Certificate]:
    wanted = tuple(dict.fromkeys(number.strip().upper() for number in numbers))
    valid, findings = chosen(office, store, Selection(numbers=wanted, round_id=round_id))
    elsewhere = [number for number in wanted if number not in {c.number for c in valid}]
    if elsewhere:
        what = Text(
            "有编号在该批次中没有有效证书，未打印",
            "a number has no valid certificate in this round; nothing was printed",
        )
        named = [Finding("number-not-valid-here", what, said=number) for number in elsewhere]
        hint = Text("核对编号和批次；失效的证书不能打印", "check number and round; what ended is not printed")
        raise InputError(what, findings or named, hint)
    if not valid:
        raise NotFound(
            Text("该批次没有有效证书", "the round has no valid certificate"),
            hint=Text("先用 issue 发证", "issue the certificates first"),
        )
    return valid


def _refuse_altered(office: Office, store: Store, items: Sequence[Piled]) -> None:
    """Raise unless every kept file is the one that was issued: what was altered must not reach paper."""
    what = Text(
        "登记库中的证书文件与台账摘要不符，未打印", "a kept file is not the one that was issued; nothing was printed"
    )
    found = [
        Finding("print-altered", what, Where(subject=f"{office.masked(c.award_id, c.number)} {c.award_id}"))
        for c in (item.certificate for item in items)
        if hashlib.sha256(store.ledger.file_of(c)).hexdigest() != c.sha256
    ]
    if found:
        raise RegistryError(what, found, Text("运行 recheck，与备份核对", "run recheck, and compare with a backup"))


def _print(
    store: Store, items: Sequence[Piled], folder: Path, *, layout: Layout, back: bytes | None, single: bool
) -> Iterator[tuple[str, Place]]:
    """Write the print files, and yield the file and place of each certificate."""
    size = 1 if single else PER_FILE
    for at in range(0, len(items), size):
        part = items[at : at + size]
        # Neither name nor number: print files travel to print shops.
        name = f"{at + 1:06d}.pdf" if single else f"print-{at // size + 1:02d}.pdf"
        jobs = (Job(store.ledger.file_of(one.certificate), one.pile) for one in part)
        for place in print_run(jobs, folder / name, layout, back=back):
            yield name, place


def _row(n: int, item: Piled, serial: str, printed: tuple[str, Place]) -> tuple[str | int, ...]:
    c, (name, place) = item.certificate, printed
    words = (n, c.number, c.face.name, c.face.title, item.pile, item.seat)
    return (*words, name, place.sheet, place.row, place.column, serial or c.print_serial, c.sha256)


def _report(
    round_id: str,
    items: Sequence[Piled],
    *,
    run: str = "",
    sheets: int = 0,
    paths: Sequence[Path] = (),
    findings: Sequence[Finding] = (),
    dry_run: bool = False,
) -> PrintReport:
    counted: dict[str, int] = {}
    for item in items:
        counted[item.pile] = counted.get(item.pile, 0) + 1
    piles, told = tuple(counted.items()), tuple(findings)
    return PrintReport(round_id, run, len(items), sheets, piles, tuple(map(str, paths)), told, dry_run)
