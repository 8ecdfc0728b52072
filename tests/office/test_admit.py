"""Papers of the exam day, read back: each person on each paper that should bear the name, at the seat the registry holds, on no other."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from scheduler.certificates.qr import qr_text
from scheduler.cli.main import app
from scheduler.domain.lots import Lot
from scheduler.errors import Conflict, InputError, NotFound, Text
from scheduler.office.admit import admit
from scheduler.office.paper_choice import Choice
from scheduler.office.paper_folder import new_run
from scheduler.office.paper_forms import Column, Form, Look
from scheduler.office.paper_work import _press
from scheduler.office.photo_set import photo_set
from scheduler.office.piles import piled
from scheduler.office.plan import plan
from scheduler.office.publish import publish
from scheduler.office.settings import templates_folder
from scheduler.office.template import marks_sheet
from tests.office.books import ROUND
from tests.office.conftest import open_at
from tests.planned import planned_office

COUNTY = "2026-06-LX"
LISTED = {"rosters", "sign-in", "seat-maps", "desk-labels", "door-sheets", "mark-sheets"}
STAFF = {"staff-rosters", "staff-sign-in", "session-records"}


def read(path):
    """Return the text of each page, in the order in which it is drawn; a fault in the file is one here."""
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True, text=True)
    assert done.stderr == ""
    return done.stdout.split("\f")[:-1]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The county after its papers were made: office folder, report, pages of each file as text."""
    folder = tmp_path_factory.mktemp("county") / "desk"
    with planned_office("county", folder) as office:
        report = admit(office, round_id=COUNTY, seed=11)
    root = Path(report.folder)
    pages = read(root / "LX" / "bundle.pdf")
    texts = {
        file.file: pages[file.first_page - 1 : file.first_page - 1 + file.pages]
        for file in report.files
        if file.kind != "bundle"
    }
    return folder, report, texts


@pytest.fixture(scope="module")
def held(county):
    """What the registry holds: by session, who sits where under which ticket."""
    with open_at(county[0]) as office, office.registry.transaction(write=False) as store:
        kept = store.plans.published(COUNTY)
        seated = kept.plan
        entries = {entry.id: entry for entry in store.rounds.entries(COUNTY)}
        tickets = store.lots.tickets(COUNTY)
        rows = defaultdict(list)
        for s in seated.sittings:
            rows[s.session_id].append((s, entries[s.party_id], tickets[s.party_id]))
        return dict(rows), entries, tickets, kept, seated


def names_in(text, entries):
    return Counter({e.candidate.name: text.count(e.candidate.name) for e in entries.values() if e.candidate.name in text})  # fmt: skip


def test_each_list_names_its_people_once_and_nobody_else(county, held):
    _, report, texts = county
    rows, entries, *_ = held
    kinds = Counter()
    for file in report.files:
        if file.kind not in LISTED:
            continue
        session = next(one for one in rows if Path(file.file).stem == one or Path(file.file).stem.startswith(one + "-"))
        wanted = Counter(entry.candidate.name for _, entry, _ in rows[session])
        assert names_in("\n".join(texts[file.file]), entries) == wanted, file.file
        kinds[file.kind] += 1
    assert kinds == Counter(dict.fromkeys(LISTED, len(rows)))


def test_score_sheets_name_each_candidate_once_for_each_assessor(county, held):
    _, report, texts = county
    rows, entries, _, _, seated = held
    made = Counter()
    for file in report.files:
        if file.kind == "score-sheets":
            session = Path(file.file).stem.rpartition("-")[0]
            made[session] += 1
            wanted = Counter(entry.candidate.name for _, entry, _ in rows[session])
            assert names_in("\n".join(texts[file.file]), entries) == wanted
    teams = {s.id: len(s.examiner_ids) for s in seated.sessions if s.component_id.endswith("practical")}
    assert made == Counter(teams)


def test_staff_papers_name_staff_and_only_recused_candidates(county, held):
    _, report, texts = county
    _, entries, _, _, seated = held
    with open_at(county[0]) as office, office.registry.transaction(write=False) as store:
        setup = store.rounds.setup(COUNTY)
    names = {examiner.id: examiner.name for examiner in setup.examiners}
    teams = {session.id: {names[one] for one in session.examiner_ids} for session in seated.sessions}
    numbers = {entry.candidate.document.number: entry.candidate.name for entry in entries.values()}
    recused = {(names[r.examiner_id], numbers.get(r.document_no)) for r in setup.recusals}
    for file in report.files:
        if file.kind in STAFF:
            text, session = "\n".join(texts[file.file]), Path(file.file).stem
            assert {name for name in names.values() if name in text} == teams[session], file.file
            may = {who for name, who in recused if name in teams[session]} if file.kind == "staff-rosters" else set()
            assert set(names_in(text, entries)) == may - {None}, file.file


def test_a_ticket_for_everybody_with_all_sittings(county, held):
    _, report, texts = county
    rows, entries, tickets, kept, seated = held
    sittings = defaultdict(list)
    for session, people in rows.items():
        for sitting, entry, _ in people:
            sittings[entry.id].append((session, sitting))
    rooms = {s.id: s.room_id for s in seated.sessions}
    slots = {slot.id: slot for slot in kept.plan.slots}
    at = {s.id: slots[s.slot_id] for s in seated.sessions}
    with open_at(county[0]) as office, office.registry.transaction(write=False) as store:
        room_names = {room.id: room.name for room in store.rounds.setup(COUNTY).rooms}
    pages = [page for file in report.files if file.kind == "tickets" for page in texts[file.file]]
    assert len(pages) == len(entries) == 60
    for entry in entries.values():
        (page,) = [page for page in pages if entry.candidate.document.number in page]
        assert names_in(page, entries) == {entry.candidate.name: 1}
        assert tickets[entry.id] in page
        for session, _ in sittings[entry.id]:
            assert room_names[rooms[session]] in page.replace("\n", "").replace(" ", "")
            assert f"{at[session].on.year}年{at[session].on.month}月{at[session].on.day}日" in page
        places = sorted(f"{sitting.place:02d}" for _, sitting in sittings[entry.id])
        last = [line.split()[-1] for line in page.splitlines() if line.split()[-1:] and re.fullmatch(r"\d\d", line.split()[-1])]  # fmt: skip
        assert sorted(last) == places
    assert len(set(tickets.values())) == 60


def test_seats_on_rosters_are_those_of_the_registry(county, held):
    _, report, texts = county
    rows, *_ = held
    for file in report.files:
        if file.kind == "rosters":
            turns = len({sitting.turn for sitting, _, _ in rows[Path(file.file).stem]})
            said = re.findall(r"(?:(\d)-)?(\d\d) (\d{12}) (\S+)", "\n".join(texts[file.file]))
            wanted = [(str(s.turn) if turns > 1 else "", f"{s.place:02d}", no, e.candidate.name.split()[0]) for s, e, no in rows[Path(file.file).stem]]  # fmt: skip
            assert sorted(said) == sorted(wanted), file.file


def test_full_identity_numbers_stand_on_tickets_and_rosters_only(county, held):
    _, _, texts = county
    _, entries, *_ = held
    numbers = [entry.candidate.document.number for entry in entries.values()]
    found = {name.split("/")[1] for name, pages in texts.items() for page in pages if any(no in page for no in numbers)}
    assert found == {"tickets", "rosters"}


def test_every_page_says_which_it_is_of_how_many(county):
    for name, pages in county[2].items():
        for n, page in enumerate(pages, start=1):
            of, total = (1, 1) if "/tickets/" in name else (n, len(pages))  # a ticket stands alone
            assert f"第{of}页，共{total}页" in page
            assert f"Page {of} of {total}" in page
            assert "抽签种子11" in page
            assert "SPECIMEN" in page


def test_the_code_on_a_ticket_names_no_document(county, held):
    root = Path(county[1].folder)
    page = pypdf.PdfReader(root / "LX" / "tickets" / "001.pdf").pages[0]
    pictures = [picture.image for picture in page.images]
    said = next(text for picture in pictures if (text := qr_text(picture)))
    word, round_id, version, number, entry_id = said.split()
    assert (word, round_id, version) == ("TICKET", COUNTY, "v1")
    assert held[2][entry_id] == number
    assert held[1][entry_id].candidate.document.number not in said


def test_single_files_hold_what_the_bundle_holds_and_the_manifest_counts_them(county):
    _, report, texts = county
    root = Path(report.folder)
    rows = list(csv.DictReader((root / "manifest.csv").read_text("utf-8-sig").splitlines()))
    assert {row["file"] for row in rows} == {path.relative_to(root).as_posix() for path in root.rglob("*.pdf")}
    assert json.loads((root / "manifest.json").read_text())["seed"] == 11
    bundle = next(row for row in rows if row["kind"] == "bundle")
    assert int(bundle["pages"]) == sum(map(len, texts.values())) == len(pypdf.PdfReader(root / bundle["file"]).pages)
    one = next(row for row in rows if row["kind"] == "rosters")
    assert read(root / one["file"]) == texts[one["file"]]
    assert not [path for path in root.parent.iterdir() if path.name.startswith(".")]


def test_a_missing_photo_is_listed_for_everybody(county):
    report = county[1]
    assert Counter(f.rule for f in report.findings) == {"photo-missing": 60}
    assert sum("Glue photo here" in page for name, pages in county[2].items() if "tickets" in name for page in pages) == 60  # fmt: skip
    assert (Path(report.folder) / "remarks.csv").read_text("utf-8-sig").count("photo-missing") == 60


def test_nothing_on_a_form_runs_into_its_foot(county):
    """What does not differ ends above the line that says who made it, on every form that the county needed."""
    forms = _press(templates_folder()).kinds
    assert len({json.loads(kind)[0] for kind in forms}) == 11
    for kind, form in forms.items():
        static = b"".join(piece for piece in form.pieces if isinstance(piece, bytes))
        heights = [float(y) for y in re.findall(rb"BT\n1 0 0 -1 \S+ (\S+) Tm", static)]
        assert heights, kind
        *body, specimen = heights
        assert max(body, default=0) < specimen - 8, kind
        rows = [
            piece.box
            for piece in form.pieces
            if not isinstance(piece, bytes) and getattr(piece, "key", "") not in {"foot", "page", "photo", "qr"}
        ]
        assert max(top + height for top, height in rows) < specimen - 8, kind


def test_papers_made_again_keep_seats_and_numbers(county, held):
    folder, *_ = county
    with open_at(folder) as office:
        again = admit(office, round_id=COUNTY, choice=Choice(papers=("door-sheets",)))
        with pytest.raises(Conflict):
            admit(office, round_id=COUNTY, seed=12)
        with office.registry.transaction(write=False) as store:
            assert store.plans.published(COUNTY).plan == held[4]
            assert store.lots.tickets(COUNTY) == held[2]
    assert (again.seed, again.drawn) == (11, 0)
    assert Path(again.folder).name == "002"
    assert (Path(again.folder).parent / "001").is_dir()
    assert {file.kind for file in again.files} == {"door-sheets", "bundle"}


def test_mark_workbooks_bear_the_seats_drawn(county, held, tmp_path):
    from openpyxl import load_workbook

    rows, *_ = held
    with open_at(county[0]) as office:
        sheet = load_workbook(marks_sheet(office, round_id=COUNTY, out=tmp_path / "marks.xlsx")).worksheets[0]
    head = [cell.value for cell in sheet[1]]
    said = {tuple(str(row[n]) for n, title in enumerate(head) if title and title.split()[0] in {"报名编号", "准考证号", "场次", "轮次", "考位"}) for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]}  # fmt: skip
    wanted = {(e.id, no, s.session_id, str(s.turn), str(s.place)) for people in rows.values() for s, e, no in people}
    assert said == wanted


def test_a_choice_makes_papers_of_those_chosen_only(county, held):
    rows, entries, *_ = held
    session = min(rows)
    one = next(entry for entry in entries.values() if entry.candidate.employer)
    with open_at(county[0]) as office:
        few = admit(office, round_id=COUNTY, choice=Choice(papers=("rosters",), sessions=(session,)), sort="name")
        firm = admit(office, round_id=COUNTY, choice=Choice(employers=(one.candidate.employer,)), by="employer")
        for wrong in (Choice(papers=("posters",)), Choice(papers=("door-sheets",), employers=("x",))):
            with pytest.raises(InputError):
                admit(office, round_id=COUNTY, choice=wrong)
        with pytest.raises(NotFound):
            admit(office, round_id=COUNTY, choice=Choice(rooms=("nowhere",)))
    assert [file.file for file in few.files] == [f"LX/rosters/{session}.pdf", "LX/bundle.pdf"]
    assert "排序：姓名" in pypdf.PdfReader(Path(few.folder) / few.files[0].file).pages[0].extract_text()
    colleagues = {e.candidate.name for e in entries.values() if e.candidate.employer == one.candidate.employer}
    text = "".join(page.extract_text() for page in pypdf.PdfReader(Path(firm.folder) / "LX" / "bundle.pdf").pages)
    assert set(names_in(text, entries)) == colleagues
    assert firm.candidates == len(colleagues)


def test_a_new_version_redraws_only_who_moved(county, tmp_path):
    folder = tmp_path / "desk"
    shutil.copytree(county[0], folder, ignore=shutil.ignore_patterns("out"))
    with open_at(folder) as office:
        with office.registry.transaction(write=False) as store:
            before = store.lots.lot(COUNTY, 1)
        plan(office, round_id=COUNTY, keep=1)
        publish(office, round_id=COUNTY)
        admit(office, round_id=COUNTY, choice=Choice(papers=("door-sheets",)))
        with office.registry.transaction(write=False) as store:
            after = store.lots.lot(COUNTY, 2)
    assert {seat.how for seat in after.seats} == {"kept"}
    assert [replace(s, how="") for s in after.seats] == [replace(s, how="") for s in before.seats]
    assert isinstance(after, Lot)


def test_a_preview_draws_and_writes_nothing(office_at):
    office = office_at("published")
    report = admit(office, round_id=ROUND, seed=5, dry_run=True)
    assert (report.candidates, report.drawn, report.folder, report.files) == (17, 34, "", ())
    with office.registry.transaction(write=False) as store:
        assert store.lots.lot(ROUND, 1) is None
        assert store.lots.tickets(ROUND) == {}
    assert not (Path(office.settings.out_folder) / "papers").exists()


def test_certificates_are_printed_in_the_order_of_the_seats_drawn(office_at):
    office = office_at("issued")
    with office.registry.transaction(write=False) as store:
        certificates = store.ledger.certificates(ROUND)
    admit(office, round_id=ROUND, choice=Choice(papers=("door-sheets",)), seed=4)
    with office.registry.transaction(write=False) as store:
        seated = store.plans.published(ROUND).plan
        found = [(one.certificate.entry_id, one.seat) for one in piled(store, ROUND, certificates, "room")]
    theory = {s.party_id: str(s.place) for s in seated.sittings if s.component_id.endswith("theory")}
    assert found == sorted(((c.entry_id, theory[c.entry_id]) for c in certificates), key=lambda pair: int(pair[1]))


def test_a_run_that_fails_or_was_killed_leaves_nothing(office_at, monkeypatch):
    office = office_at("published")
    parent = Path(office.settings.out_folder) / "papers" / ROUND / "v1"
    (parent / ".007" / "A").mkdir(parents=True)  # a process that died left it
    monkeypatch.setattr("scheduler.office.admit._write_lists", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        admit(office, round_id=ROUND, choice=Choice(papers=("door-sheets",)))
    assert list(parent.iterdir()) == []
    monkeypatch.undo()
    assert Path(admit(office, round_id=ROUND, choice=Choice(papers=("door-sheets",))).folder).name == "001"


def test_a_run_that_somebody_is_making_is_left_alone(office_at):
    office = office_at("published")
    with new_run(office, ROUND, 1) as (hidden, _):
        other = admit(office, round_id=ROUND, choice=Choice(papers=("door-sheets",)))
        assert hidden.is_dir()
    assert [Path(other.folder).name, sorted(path.name for path in Path(other.folder).parent.iterdir())] == [
        "002",
        ["001", "002"],
    ]


def test_without_a_published_version_there_are_no_papers(office_at):
    with pytest.raises(NotFound):
        admit(office_at("planned"), round_id=ROUND)


def test_the_command_says_what_it_made(office_at, monkeypatch):
    office = office_at("published")
    monkeypatch.chdir(Path(office.settings.out_folder).parent)
    done = CliRunner().invoke(app, ["admit", ROUND, "--papers", "door-sheets,tickets", "--seed", "3", "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "17 candidates" in done.stdout
    assert (Path(office.settings.out_folder) / "papers" / ROUND / "v1" / "001" / "A" / "bundle.pdf").is_file()
    assert CliRunner().invoke(app, ["admit", ROUND, "--papers", "posters"]).exit_code == 4
    said = json.loads(CliRunner().invoke(app, ["admit", ROUND, "--json", "--papers", "rosters"]).stdout)
    assert said["report"]["seed"] == 3


def test_marks_may_name_candidates_by_their_ticket_numbers(office_at, tmp_path):
    from openpyxl import load_workbook

    from scheduler.office.record import record
    from tests.office.books import PILOT

    office = office_at("published")
    admit(office, round_id=ROUND, choice=Choice(papers=("door-sheets",)))
    with office.registry.transaction(write=False) as store:
        tickets = store.lots.tickets(ROUND)
        numbers = {e.candidate.name: tickets[e.id] for e in store.rounds.entries(ROUND)}
    book = load_workbook(PILOT / "marks.xlsx")
    head = {cell.value.split("\n")[0]: cell.column for cell in book["成绩表"][1]}
    for row in book["成绩表"].iter_rows(min_row=2):
        if (name := row[head["姓名"] - 1].value) in numbers:
            book["成绩表"].cell(row[0].row, head["报名编号"]).value = numbers[name]
    book.save(tmp_path / "marks.xlsx")
    report = record(office, tmp_path / "marks.xlsx", round_id=ROUND)
    assert len(report.outcomes) == 17


@pytest.mark.parametrize("n", [0, 1, 30, 31, 60, 61])
def test_no_line_is_lost_at_the_foot_of_a_page(n):
    form = Form("room_roster", Text("名单", "List"), (), (Column(Text("号", "No."), 20, "n"),), 30, 6)
    look = Look(Text("办", "office"), "批次", "", 1, None, "seat", "now")
    leaves = form.leaves(look, {}, [{"n": f"row {k}"} for k in range(n)])
    said = [text for leaf in leaves for key, text in leaf.texts.items() if key.endswith(".n") and text]
    assert said == [f"row {k}" for k in range(n)]
    assert len(leaves) == max(1, -(-n // 30))
    assert [leaf.texts["page"].split("\n")[1] for leaf in leaves] == [f"Page {k} of {len(leaves)}" for k in range(1, len(leaves) + 1)]  # fmt: skip


def test_the_photo_set_is_told_file_by_file(office_at, tmp_path):
    office = office_at("published")
    with office.registry.transaction(write=False) as store:
        entries = store.rounds.entries(ROUND)[:6]
    photos = Path(office.settings.photos_folder)
    folder = tmp_path / "photos"
    folder.mkdir()
    a, b, c, d, _, f = (Path(entry.candidate.photo).name for entry in entries)
    for name in (a, b):
        shutil.copy(photos / name, folder / name)
    shutil.copy(photos / c, folder / c.upper())  # the right photo under another name
    shutil.copy(folder / a, folder / d)  # the same picture for two people
    shutil.copy(photos / f, folder / "someone.jpg")
    named_twice = [*entries[:5], replace(entries[5], candidate=replace(entries[5].candidate, photo=b))]
    found, findings = photo_set(folder, named_twice)
    rules = Counter(finding.rule for finding in findings)
    assert rules == {"photo-misnamed": 1, "photo-missing": 1, "photo-doubled": 2, "photo-nobodys": 1}
    assert set(found) == {entries[n].id for n in (0, 1, 3, 5)}
    said = {finding.rule: finding for finding in findings}
    assert (said["photo-misnamed"].where.file, said["photo-misnamed"].expected.zh) == (c.upper(), c)
    assert entries[4].candidate.name in said["photo-missing"].where.subject
