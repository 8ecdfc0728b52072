"""Print runs of a round: order, manifest, and that each certificate stands where the manifest says."""

from __future__ import annotations

import csv
import hashlib
import shutil
import subprocess
from pathlib import Path

import pypdf
import pytest
from openpyxl import load_workbook
from PIL import Image

from scheduler.certificates.qr import qr_texts
from scheduler.domain.certificates import Certificate
from scheduler.errors import InputError, NotFound, RegistryError
from scheduler.office.affected import Selection
from scheduler.office.print_batch import Style, print_batch
from scheduler.office.revoke import revoke
from tests.office.books import ROUND
from tests.office.conftest import entries_of, ledger_of, rules
from tests.office.test_recheck import store_files

SPREAD = Style(sheet="SRA3", up=2, bleed_mm=3, marks=True, duplex="long")


def manifest_of(report) -> list[dict[str, str]]:
    with Path(report.paths[-1]).open(encoding="utf-8-sig", newline="") as lines:
        heads, *rows = list(csv.reader(lines))
    assert "不含电子签名" in rows[-1][0]
    return [dict(zip([head.split()[0] for head in heads], row, strict=True)) for row in rows[:-1]]


def by_number(office) -> dict[tuple[str, str], Certificate]:
    return {(c.number, c.face.title): c for c in ledger_of(office)}


@pytest.mark.skipif(not shutil.which("pdftoppm"), reason="pdftoppm is not installed")
def test_each_certificate_stands_where_the_manifest_says(office_at, tmp_path) -> None:
    office = office_at("issued")
    report = print_batch(office, round_id=ROUND, style=SPREAD)
    rows, known = manifest_of(report), by_number(office)
    assert (report.certificates, len(rows), report.sheets) == (8, 8, 4)
    run = Path(report.paths[0])
    pages = pypdf.PdfReader(run).pages
    assert len(pages) == 8
    seen = set()
    for page, number in enumerate(range(1, 9, 2), start=1):
        subprocess.run(["pdftoppm", "-r", "220", "-f", str(number), "-l", str(number), "-gray", "-singlefile", "-png",
                        run, tmp_path / "sheet"], check=True)  # fmt: skip
        sheet = Image.open(tmp_path / "sheet.png")
        for row in (row for row in rows if row["印张"] == str(page)):
            half = sheet.height // 2
            top = (int(row["行"]) - 1) * half
            one = known[row["证书编号"], row["证书"]]
            assert qr_texts(sheet.crop((0, top, sheet.width, top + half))) == [one.face.qr]
            assert (row["姓名"], row["已发文件摘要"], row["文件"]) == (one.face.name, one.sha256, run.name)
            seen.add(one.sequence)
    assert seen == set(range(1, 9))


def test_order_follows_the_plan_the_institution_or_the_employer(office_at) -> None:
    office = office_at("issued")
    people = entries_of(office)
    names = lambda rows: list(dict.fromkeys(row["姓名"] for row in rows))  # noqa: E731
    room = manifest_of(print_batch(office, round_id=ROUND))
    assert [int(row["座位"]) for row in room] == sorted(int(row["座位"]) for row in room)
    assert {row["分组"] for row in room} == {"云岭电力职业技术学院实训中心 实训楼二层机房 2026-06-13 09:00"}
    with office.registry.transaction(write=False) as store:
        plan, setup = store.plans.published(ROUND).plan, store.rounds.setup(ROUND)
    theory = {s.id for s in plan.sessions if s.room_id in {r.id for r in setup.rooms if r.kind == "theory_room"}}
    seats = {(s.party_id, s.place) for s in plan.sittings if s.session_id in theory}
    assert {(people[row["姓名"]].id, int(row["座位"])) for row in room} <= seats
    employer = manifest_of(print_batch(office, round_id=ROUND, by="employer"))
    piles = [row["分组"] for row in employer]
    assert piles == sorted(piles)
    assert all(people[row["姓名"]].candidate.employer == row["分组"] for row in employer)
    institution = print_batch(office, round_id=ROUND, by="institution")
    bodies = {body.id: body.name for body in setup.institutions}
    listed = manifest_of(institution)
    assert all(bodies[people[row["姓名"]].institution_id] == row["分组"] for row in listed)
    assert [pile for pile, _ in institution.piles] == sorted({row["分组"] for row in listed})
    assert len(names(room)) == len(names(employer)) == len(names(listed)) == 3
    assert [institution.run, Path(institution.paths[0]).parent.name] == ["003", "003"]


def test_chosen_numbers_are_printed_again_and_nothing_is_issued(office_at) -> None:
    office = office_at("issued")
    before, files = ledger_of(office), snapshot(office)
    numbers = [before[1].number.lower(), before[4].number]
    with pytest.raises(InputError, match=r".*") as refusal:
        print_batch(office, round_id=ROUND, numbers=numbers)
    assert rules(refusal.value.findings) == ["reason-missing"]
    report = print_batch(office, round_id=ROUND, numbers=numbers, reason="卡纸", style=Style(files="single"))
    assert {row["证书编号"] for row in manifest_of(report)} == {before[1].number, before[4].number}
    assert [Path(path).name for path in report.paths[:2]] == ["000001.pdf", "000002.pdf"]
    assert (ledger_of(office), snapshot(office)) == (before, files)
    with office.registry.transaction(write=False) as store:
        act = store.acts.acts(ROUND)[-1]
    assert (act.what, act.detail) == ("print", "001: 2 certificates by room; again: 卡纸")
    with pytest.raises(InputError) as refusal:
        print_batch(office, round_id=ROUND, numbers=["S1"], reason="卡纸")
    assert rules(refusal.value.findings) == ["number-not-in-ledger"]


def snapshot(office) -> dict[str, str]:
    folder = Path(office.settings.out_folder) / "certificates"
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.pdf")}


def test_what_ended_is_not_printed(office_at) -> None:
    office = office_at("issued")
    gone = ledger_of(office)[1]
    revoke(office, Selection(numbers=(gone.number,), award_id=gone.award_id), reason="误发", yes=True)
    report = print_batch(office, round_id=ROUND)
    assert (report.certificates, gone.sha256 in {row["已发文件摘要"] for row in manifest_of(report)}) == (7, False)
    with pytest.raises(InputError):
        print_batch(office, round_id=ROUND, numbers=[gone.number], reason="卡纸")


def test_an_altered_file_never_reaches_paper(office_at) -> None:
    office = office_at("issued")
    store_files(office, {2: b"%PDF-1.7 another"})
    with pytest.raises(RegistryError) as refusal:
        print_batch(office, round_id=ROUND)
    assert rules(refusal.value.findings) == ["print-altered"]
    assert not (Path(office.settings.out_folder) / "print").exists()


def test_preview_writes_nothing_and_the_workbook_says_the_same_as_csv(office_at) -> None:
    office = office_at("issued")
    preview = print_batch(office, round_id=ROUND, dry_run=True)
    assert (preview.certificates, preview.paths) == (8, ())
    assert not (Path(office.settings.out_folder) / "print").exists()
    report = print_batch(office, round_id=ROUND)
    sheet, note = load_workbook(report.paths[-2]).worksheets
    said = [
        [str(value) if value is not None else "" for value in row]
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert said == [list(row.values()) for row in manifest_of(report)]
    assert "not signed" in note["A1"].value


def test_words_that_do_not_go_together_are_refused(office_at) -> None:
    office = office_at("few")
    with pytest.raises(NotFound):
        print_batch(office, round_id=ROUND)
    for style in (Style(sheet="B9"), Style(up=2), Style(bleed_mm=11), Style(back="x.pdf", duplex="long"), Style(up=-1)):
        with pytest.raises(InputError):
            print_batch(office, round_id=ROUND, style=style)
