"""Every file that is made below the output folder stands in the list of kept files, with the days of the data."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

from scheduler.domain.kept import KeptFile
from scheduler.office.admit import admit
from scheduler.office.affected import Selection
from scheduler.office.day import enter_absent
from scheduler.office.day_list import day
from scheduler.office.handover import handover
from scheduler.office.kept import digest_of, kept
from scheduler.office.licences import licences
from scheduler.office.notices import notices
from scheduler.office.paper_choice import Choice
from scheduler.office.print_batch import print_batch
from scheduler.office.record import record
from scheduler.office.report import report
from scheduler.office.revoke import revoke
from scheduler.office.template import marks_sheet
from scheduler.office.upload import upload
from scheduler.office.views import plan_workbook
from tests.office.books import PILOT, ROUND
from tests.office.conftest import ledger_of, rules

FOR_GOOD = {"certificates", "manifests"}
FILLED_IN = {"receipt", "/handover-"}
"""Parts of names of forms that people fill in: they change, so they are kept only when they come back."""


def test_every_file_made_is_kept_until_the_day_of_the_data(office_at) -> None:
    office = office_at("issued")
    out = Path(office.settings.out_folder)
    admit(office, round_id=ROUND, choice=Choice(papers=("door-sheets", "sign-in")))
    plan_workbook(office, round_id=ROUND, out=out / "plan.xlsx")
    marks_sheet(office, round_id=ROUND, out=out / "sheet.xlsx")
    shutil.copy(PILOT / "marks.xlsx", out / "marks.xlsx")
    record(office, out / "marks.xlsx", round_id=ROUND)
    day(office, round_id=ROUND, out=out / "day.xlsx")
    report(office, round_id=ROUND)
    notices(office, round_id=ROUND)
    upload(office, quarter="2026Q2")
    handover(office, round_id=ROUND)
    licences(office, round_id=ROUND)
    run = print_batch(office, round_id=ROUND)
    listed = {view.file.path: view.file for view in kept(office).files}
    made = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    pictures = {Path(path).relative_to(out).as_posix() for path in run.paths if path.endswith(".pdf")}
    not_kept = {
        one
        for one in made - pictures
        if not (one.endswith(".xlsx") and any(part in one for part in FILLED_IN)) and "/manifest-" not in one
    } - listed.keys()
    assert sorted(not_kept) == []
    assert sorted(listed.keys() - made) == []
    for name, file in listed.items():
        assert file.sha256 == digest_of(out / name), name
        term = (None, None) if name.split("/")[0] in FOR_GOOD else (date(2031, 7, 1), date(2029, 7, 1))
        assert (file.electronic_until, file.paper_until) == term, name
    kinds = Counter(file.kind for file in listed.values())
    assert kinds.keys() == {
        "papers", "plan-workbook", "marks", "day-register", "report", "notices", "upload", "handover-list", "licences",
        "print-manifest", "manifest", "certificate",
    }  # fmt: skip
    assert kinds["certificate"] == len(ledger_of(office))
    assert rules(kept(office).findings) == []


def test_a_certificate_that_ended_is_kept_where_its_copy_went_and_a_lost_copy_is_told(office_at) -> None:
    office = office_at("issued")
    first, second, *_ = ledger_of(office)
    revoke(office, Selection(numbers=(first.number,), award_id=first.award_id), reason="误发", yes=True)
    paths = {view.file.path for view in kept(office).files}
    assert f"certificates/ended/{first.file_name}" in paths
    assert f"certificates/{first.file_name}" not in paths
    folder = Path(office.settings.out_folder) / "certificates"
    (folder / second.file_name).unlink()
    (folder / "ended" / first.file_name).unlink()  # the registry has it, and writes no copy of what ended
    assert rules(kept(office).findings) == ["kept-missing"]


def test_many_files_are_entered_with_few_questions_and_the_last_digest_counts(office_at) -> None:
    office = office_at("published")
    files = [KeptFile(f"f{n:04d}", "papers", ROUND, f"{n:064x}", date(2026, 7, 1), None, None, "") for n in range(1200)]
    with office.registry.transaction() as store:
        store.kept.keep(files)
        store.kept.keep([KeptFile("f0007", "papers", ROUND, "ff", date(2026, 7, 2), None, None, "")])
        digests = store.kept.digests([*(file.path for file in files), "never"])
    assert len(digests) == 1200
    assert (digests["f0007"], digests["f0008"]) == ("ff", f"{8:064x}")


def test_files_outside_the_output_folder_are_nobodys_here(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    enter_absent(office, next(iter(_seats(office))), round_id=ROUND, reason="未到场")
    day(office, round_id=ROUND, out=tmp_path / "elsewhere.xlsx")
    plan_workbook(office, round_id=ROUND, out=tmp_path / "plan.xlsx")
    assert kept(office).files == ()


def _seats(office):
    with office.registry.transaction(write=False) as store:
        for s in store.plans.published(ROUND).plan.sittings:
            yield f"{s.session_id} {s.turn}-{s.place}"


def test_data_duties_are_read_once_an_office(office_at, monkeypatch) -> None:
    from scheduler.office import desk

    asked = []
    load = desk.load_duties
    monkeypatch.setattr(desk, "load_duties", lambda folder: asked.append(folder) or load(folder))
    handover(office_at("issued"), round_id=ROUND)
    assert len(asked) == 1
