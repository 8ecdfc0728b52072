"""Certificates of random people, each judged by programs that did not make it: ``./run drill validation [--small] [--json FILE]``.

Issued by the real verb: rare characters, long names, foreigners, every scheme, template and kind of award. Every check must
pass on every file, and must see what is wrong with the files that are spoilt for it. PDF/A is checked by ``page-validation``,
a validator of its own code that is tested against veraPDF's corpus; veraPDF itself can be had from no package registry.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from scheduler.certificates.photos import portrait
from scheduler.domain.people import Candidate
from scheduler.office.desk import Office
from scheduler.office.folder import certificates_folder
from scheduler.office.recheck import recheck
from tests.drills import figures
from tests.drills.checks import CHECKS, Check, Paper
from tests.drills.offices import issue_all
from tests.drills.spoiling import SPOILT
from tests.drills.strangers import strange_office
from tests.office.books import ROUND

SMALL, FULL = 8, 500
INSTALL = "apt-get install --no-install-recommends poppler-utils qpdf zbar-tools"


def usable() -> dict[str, Check]:
    """Return the checks for which the machine has the programs; say which are left out."""
    found = {}
    for name, (check, programs) in CHECKS.items():
        missing = [program for program in programs if not shutil.which(program)]
        if missing:
            print(f"left out: {name}, for want of {', '.join(missing)}: {INSTALL}", flush=True)
        else:
            found[name] = check
    return found


def papers(office: Office) -> list[Paper]:
    """Return every file of the round with what it should hold, by the registry."""
    folder, photos = certificates_folder(office), Path(office.settings.photos_folder)
    with office.registry.transaction(write=False) as store:
        ledger = store.ledger.certificates(ROUND)
        people = {entry.id: entry.candidate for entry in store.rounds.entries(ROUND)}
    common = {one.face.issuer for one in ledger}
    told = {one.id: [one.document.number, *([one.name] if len(one.name) > 2 else [])] for one in people.values()}

    def others(own: Candidate) -> tuple[str, ...]:
        words = (word for id_, mine in told.items() if id_ != own.id for word in mine)
        return tuple(word for word in words if word not in own.name and not any(word in name for name in common))

    return [
        Paper(folder / one.file_name, one, person, portrait((photos / person.photo).read_bytes(), ""), others(person))
        for one in ledger
        for person in (people[one.entry_id],)
    ]


def caught(made: list[Paper], checks: dict[str, Check], folder: Path) -> Iterator[figures.Row]:
    """Yield, for each way to spoil a file, by how many of the checks it must be and was seen."""
    folder.mkdir()
    for n, (name, (spoil, seers)) in enumerate(SPOILT.items()):
        real, other = made[n % len(made)], next(one for one in made if one.candidate != made[n % len(made)].candidate)
        path = folder / f"{n}.pdf"
        path.write_bytes(spoil(real.pdf, other))
        seen = [bool(check(replace(real, path=path))) for check in checks.values() if check in seers]
        unseen = seen.count(False) + (path.read_bytes() == real.pdf)
        yield {"case": f"control: {name}", "files": 1, "faults": unseen, "control_failed": seen.count(True)}


def rows(office: Office, folder: Path, trials: int) -> Iterator[figures.Row]:
    """Issue, the first with the engine that draws whole pages; yield a row for each check, the recheck, and each control."""
    drawn = issue_all(office, entry_id="V00000", engine="weasyprint")
    report = issue_all(office)
    for finding in (*drawn.findings, *report.findings):
        print(finding.in_("en"), flush=True)
    made, checks = papers(office), usable()
    kinds, people = {one.certificate.award_id for one in made}, {one.candidate.id for one in made}
    anew = drawn.issued + sum(finding.rule == "drawn-anew" for finding in report.findings)
    yield {"case": "issue", "files": len(made), "awards": len(kinds), "people": len(people), "drawn by weasyprint": anew,
           "faults": trials - len(made)}  # fmt: skip
    faults = dict.fromkeys(checks, 0)
    for paper in made:
        for name, check in checks.items():
            if fault := check(paper):
                faults[name] += 1
                print(f"{name}: {paper.path.name}, {paper.candidate.name}: {fault[:300]}", flush=True)
    for name, count in faults.items():
        yield {"case": name, "files": len(made), "faults": count}
    again = recheck(office, round_id=ROUND)
    yield {"case": "scheduler recheck", "files": again.certificates, "faults": len(again.findings)}
    yield from caught(made, checks, folder)


def drill(trials: int, seed: int) -> Iterator[figures.Row]:
    """Yield the rows of an office of its own."""
    with tempfile.TemporaryDirectory() as home, strange_office(Path(home) / "office", trials, seed=seed) as office:
        yield from rows(office, Path(home) / "spoilt", trials)


def main() -> None:
    """Run the drill and print one table."""
    figures.run(drill, figures.asked(__doc__, small=SMALL, full=FULL, what="certificates"))


if __name__ == "__main__":
    main()
