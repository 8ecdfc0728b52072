"""A desk at which everything is issued and ready to be printed on forms, and the judge of its print runs."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import python_calamine

from scheduler.errors import Conflict
from scheduler.office import print_batch as printing
from scheduler.office.desk import Office
from scheduler.office.forms import forms
from scheduler.office.print_batch import Style, print_batch
from tests.drills.offices import Desk, issue_all
from tests.office.books import ROUND
from tests.office.conftest import open_at

FORMS, DRAWN = "A001-A020", 20
SINGLE = Style(files="single")
"""A file a certificate: there are many moments at which some are there and some are not."""
CHOSEN = 4
"""Certificates that are printed."""


class PrintDesk:
    """A desk whose certificates are issued and whose forms are drawn, as often as wanted."""

    def __init__(self, desk: Desk) -> None:
        """Issue, draw forms, and print once: the same certificates must give the same files whenever they are printed."""
        self.made, self.folder = desk.folder.with_name("issued"), desk.folder.with_name("press")
        with open_at(desk.fresh()) as office:
            issue_all(office)
            forms(office, "drawn", FORMS, round_id=ROUND, reason="演练")
            with office.registry.transaction(write=False) as store:
                self.chosen = store.ledger.certificates()[:CHOSEN]
        shutil.copytree(desk.folder, self.made, dirs_exist_ok=True)
        with open_at(self.fresh()) as office:
            self.act(office)
            self.files = _digests(runs_of(office) / "001")

    def fresh(self) -> Path:
        """Set the office back to where nothing is printed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.made, self.folder)
        return self.folder

    def act(self, office: Office) -> None:
        """Print some numbers on forms; what a call that was killed had entered already is refused, and so it is told."""
        numbers = [c.number for c in self.chosen]
        try:
            print_batch(office, round_id=ROUND, style=SINGLE, numbers=numbers, reason="演练", forms=FORMS)
        except Conflict as refusal:
            if {finding.rule for finding in refusal.findings} - {"form-printed-before", "print-run-brought-out"}:
                raise

    def careless(self, office: Office) -> None:
        """Print as somebody might who thinks of no kill: into the folder where the run will be seen."""

        @contextmanager
        def new_run(office: Office, round_id: str) -> Iterator[Path]:
            folder = runs_of(office) / "001"
            folder.mkdir(parents=True)
            yield folder

        printing.new_run = new_run
        self.act(office)

    def halves(self, office: Office) -> list[str]:
        """Return what must never be seen, whenever the print was stopped."""
        with office.registry.transaction(write=False) as store:
            entered = [act.detail.partition(":")[0] for act in store.acts.acts(ROUND) if act.what == "print"]
            moves = [move for move in store.forms.moves(ROUND) if move.act == "printed"]
            account = store.forms.account()
        seen = sorted(path.name for path in runs_of(office).glob("[!.]*"))
        serials = [serial for move in moves for serial in move.serials]
        counts = account.counts(ROUND)
        wrong = [f"run {name} is shown and was not entered" for name in seen if name not in entered]
        wrong += [f"runs {entered} were entered, forms for {[move.run for move in moves]}"] * (
            entered != [move.run for move in moves]
        )
        wrong += [f"forms counted twice: {serials}"] * (len(serials) != len(set(serials)))
        wrong += [f"the account of forms says {counts}"] * (
            (counts["printed"], counts["drawn"]) != (len(serials), DRAWN - len(serials))
        )
        for move in moves:
            if move.run in seen:
                on = dict(zip(move.sequences, move.serials, strict=True))
                wrong += [f"run {move.run}: {fault}" for fault in self._faults(runs_of(office) / move.run, on)]
        return wrong

    def ended(self, office: Office) -> list[str]:
        """Print again, now that nothing is in the way; return what is wrong then."""
        self.act(office)
        folder = runs_of(office)
        wrong = [f"{path.name} was left" for path in folder.glob(".*")]
        names = [path.name for path in folder.iterdir()]
        wrong += [f"runs {names} are shown"] * (len([name for name in names if name.isdecimal()]) != 1)
        with office.registry.transaction(write=False) as store:
            bears = store.forms.account().bears
        wrong += [f"forms bear {bears}"] * (sorted(bears.values()) != [c.sequence for c in self.chosen])
        return wrong + self.halves(office)

    def _faults(self, folder: Path, on: dict[int, str]) -> list[str]:
        """Return where files, both manifests, the ledger and the account of forms do not agree."""
        wrong = [] if _digests(folder) == self.files else ["its files are not whole"]
        known = {c.sha256: c for c in self.chosen}
        rows = _rows(folder / "manifest.csv")
        for n, row in enumerate(rows, start=1):
            c = known.pop(row[11])
            wanted = [str(n), c.number, c.face.name, c.face.title, f"{n:06d}.pdf", on[c.sequence]]
            wrong += [f"its manifest says {row}"] * ([row[at] for at in (0, 1, 2, 3, 6, 10)] != wanted)
        wrong += [f"its manifest lacks {len(known)}"] * bool(known)
        sheet = python_calamine.load_workbook(folder / "manifest.xlsx").get_sheet_by_index(0).to_python()[1:]
        said = [[str(int(cell)) if isinstance(cell, float) else str(cell) for cell in row] for row in sheet]
        return wrong + ["its two manifests differ"] * (said != rows)


def runs_of(office: Office) -> Path:
    """Return the folder of the round's print runs; it need not exist."""
    return Path(office.settings.out_folder) / "print" / ROUND


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.pdf")}


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.reader(lines))[1:-1]
