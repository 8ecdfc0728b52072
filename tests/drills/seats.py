"""One seat everywhere: papers, calendars, notices, mark sheet and plan workbook against the registry: ``./run drill seats``.

The county with 60 candidates, or the city with 1,650. The places are drawn by lot after the plan was published; each reader
reads one kind of file back by means of its own. The control compares the places as they were planned: it must be seen wrong.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from icalendar import Calendar
from openpyxl import load_workbook

from scheduler.domain.sessions import Plan
from scheduler.office.admit import AdmitReport, admit
from scheduler.office.calendars import calendars
from scheduler.office.desk import Office
from scheduler.office.notices import notices
from scheduler.office.paper_choice import Choice
from scheduler.office.template import marks_sheet
from scheduler.office.views import plan_workbook
from tests.drills import figures
from tests.planned import ROUNDS, kept_plan, planned_office

SMALL, FULL = 60, 1_650
PAPERS = ("tickets", "rosters")
Seats = set[tuple[object, ...]]
"""Who, and what the file says of the seat."""


class Day:
    """One office after its places were drawn, and what the registry holds of it."""

    def __init__(self, office: Office, name: str, seed: int) -> None:
        self.office, self.round_id = office, ROUNDS[name]
        self.folder = Path(office.settings.out_folder)
        self.papers: AdmitReport = admit(office, round_id=self.round_id, choice=Choice(papers=PAPERS), seed=seed)
        self.folder.mkdir(exist_ok=True)
        with office.registry.transaction(write=False) as store:
            found = store.plans.published(self.round_id)
            self.tickets = store.lots.tickets(self.round_id)
        assert found is not None
        self.drawn, self.planned = found.plan, kept_plan(name)

    def pages(self, kind: str) -> Iterator[tuple[str, list[str]]]:
        """Give each paper of a kind by its name, as the texts of its pages."""
        root = Path(self.papers.folder)
        bundles: dict[str, list[str]] = {}
        for file in self.papers.files:
            if file.kind == kind:
                if file.site_id not in bundles:
                    words = ["pdftotext", "-raw", str(root / file.site_id / "bundle.pdf"), "-"]
                    done = subprocess.run(words, capture_output=True, check=True, text=True)
                    bundles[file.site_id] = done.stdout.split("\f")
                yield (
                    Path(file.file).stem,
                    bundles[file.site_id][file.first_page - 1 : file.first_page - 1 + file.pages],
                )


def _rows(path: Path, sheet: str, *headings: str) -> Seats:
    head, *body = load_workbook(path, read_only=True)[sheet].values
    names = [str(words).split("\n")[0].rstrip("*") for words in head]
    return {tuple(row[names.index(one)] for one in headings) for row in body if row[0]}


def _of_notices(day: Day) -> Seats:
    made = notices(day.office, round_id=day.round_id)
    people = (m for m in made.messages if m.matter.kind == "candidate" and m.now)
    return {(m.matter.recipient_id, m.matter.about, int(m.now.seat)) for m in people if m.now}


def _of_marks(day: Day) -> Seats:
    path = marks_sheet(day.office, round_id=day.round_id, out=day.folder / "marks.xlsx")
    return _rows(path, "成绩表", "报名编号", "准考证号", "科目", "场次", "轮次", "考位")


def _of_workbook(day: Day) -> Seats:
    path = plan_workbook(day.office, round_id=day.round_id, out=day.folder / "plan.xlsx")
    return _rows(path, "考生安排", "考生编号", "场次", "轮次", "考位")


def _of_calendars(day: Day) -> Seats:
    folder, found = Path(calendars(day.office, round_id=day.round_id, kinds=("candidates",)).folder), Seats()
    for path in (folder / "candidates").glob("*.ics"):
        for event in Calendar.from_ical(path.read_bytes()).walk("VEVENT"):
            turn, place = re.findall(r"第 (\d+) 轮，(\d+) 号考位", str(event["DESCRIPTION"]))[0]
            found.add((path.stem, int(turn), int(place), event["DTSTART"].dt.date()))
    return found


def _of_rosters(day: Day) -> Seats:
    found = Seats()
    for session, pages in day.pages("rosters"):
        for turn, place, number in re.findall(r"(?:(\d)-)?(\d\d) (\d{12}) ", "\n".join(pages)):
            found.add((session, int(turn or 1), int(place), number))
    return found


def _of_tickets(day: Day) -> Seats:
    found = Seats()
    for _, pages in day.pages("tickets"):
        for page in pages:
            (number,) = set(re.findall(r"^(?:.* )?(\d{12})$", page, re.MULTILINE)) & set(day.tickets.values())
            lasts = [line.split()[-1] for line in page.splitlines() if line.split()]
            found.add((number, tuple(sorted(int(one) for one in lasts if re.fullmatch(r"\d\d", one)))))
    return found


def _wanted(day: Day, plan: Plan) -> dict[str, Seats]:
    """Return what each kind of file has to say of a plan."""
    slots, at = {slot.id: slot.on for slot in plan.slots}, {s.id: s for s in plan.sessions}
    mine: dict[str, list[int]] = {}
    for s in plan.sittings:
        mine.setdefault(day.tickets[s.party_id], []).append(s.place)
    every = plan.sittings
    return {
        "notices": {(s.party_id, s.component_id, s.place) for s in every},
        "mark sheet": {
            (s.party_id, day.tickets[s.party_id], s.component_id, s.session_id, s.turn, s.place) for s in every
        },
        "plan workbook": {(s.party_id, s.session_id, s.turn, s.place) for s in every},
        "calendars": {(s.party_id, s.turn, s.place, slots[at[s.session_id].slot_id]) for s in every},
        "rosters": {(s.session_id, s.turn, s.place, day.tickets[s.party_id]) for s in every},
        "tickets": {(number, tuple(sorted(places))) for number, places in mine.items()},
    }


READERS: dict[str, Callable[[Day], Seats]] = {
    "notices": _of_notices,
    "mark sheet": _of_marks,
    "plan workbook": _of_workbook,
    "calendars": _of_calendars,
    "rosters": _of_rosters,
    "tickets": _of_tickets,
}


def drill(trials: int, seed: int) -> Iterator[figures.Row]:
    """Read every kind of file back.

    Args:
        trials: Candidates: the county's at most 60, else the city's.
        seed: Of the lot.
    """
    name = "county" if trials <= SMALL else "city"
    with tempfile.TemporaryDirectory() as folder, planned_office(name, Path(folder)) as office:
        day = Day(office, name, seed)
        drawn, planned = _wanted(day, day.drawn), _wanted(day, day.planned)
        for kind, read in READERS.items():
            began = time.process_time()
            said = read(day)
            yield {
                "kind": kind,
                "seats": len(said),
                "faults": len(said ^ drawn[kind]),
                "control_failed": len(said ^ planned[kind]),
                "seconds": round(time.process_time() - began, 1),
            }


def main() -> None:
    """Run the drill and print one table."""
    figures.run(drill, figures.asked(__doc__ or "", small=SMALL, full=FULL, what="candidates"))


if __name__ == "__main__":
    main()
