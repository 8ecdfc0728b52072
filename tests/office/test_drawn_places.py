"""Places drawn by lot hold wherever a plan is read, printed, told or edited, and in every version that follows."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scheduler.errors import StalePlan
from scheduler.office import day as verbs
from scheduler.office.admit import admit
from scheduler.office.by_hand import plan_by_hand
from scheduler.office.calendars import calendars
from scheduler.office.notices import hand_over, notices
from scheduler.office.paper_choice import Choice
from scheduler.office.plan import plan
from scheduler.office.publish import publish
from scheduler.office.template import marks_sheet
from scheduler.office.views import plan_workbook
from tests.office.books import ROUND, edited
from tests.office.conftest import entries_of, round_of
from tests.office.test_by_hand import cell
from tests.office.test_calendars import events_of, files_of
from tests.office.test_duties import published_plan, rows_of

FEW = Choice(papers=("door-sheets",))
WHY = {"round_id": ROUND, "reason": "跳闸"}


def places(plan_) -> dict[tuple[str, str], tuple[str, int, int]]:
    """Return session, turn and place by entry and component."""
    return {(s.party_id, s.component_id): (s.session_id, s.turn, s.place) for s in plan_.sittings}


@pytest.fixture
def drawn(office_at):
    """The pilot published, its places as planned, and as drawn after that."""
    office = office_at("published")
    planned = places(published_plan(office))
    admit(office, round_id=ROUND, choice=FEW, seed=11)
    with office.registry.transaction(write=False) as store:
        seats = store.lots.lot(ROUND, 1).seats
    lot = {(s.party_id, s.component_id): (s.session_id, s.turn, s.place) for s in seats}
    assert [key for key in lot if lot[key] != planned[key]]
    return office, planned, lot


def test_every_paper_list_and_file_speaks_of_the_place_drawn(drawn, tmp_path: Path) -> None:
    office, _, lot = drawn
    assert places(published_plan(office)) == lot
    told = {(m.matter.recipient_id, m.matter.about): m for m in notices(office, round_id=ROUND).messages if m.matter.kind == "candidate"}  # fmt: skip
    assert {key: int(m.now.seat) for key, m in told.items()} == {key: place for key, (_, _, place) in lot.items()}
    marked = rows_of(marks_sheet(office, round_id=ROUND, out=tmp_path / "m.xlsx"), "成绩表")
    assert {(r["报名编号"], r["科目"]): (r["场次"], r["轮次"], r["考位"]) for r in marked} == lot
    sat = rows_of(plan_workbook(office, round_id=ROUND, out=tmp_path / "p.xlsx"), "考生安排")
    said = {(r["考生编号"], r["场次"], r["轮次"], r["考位"]) for r in sat}
    assert said == {(who, *where) for (who, _), where in lot.items()}
    files = files_of(calendars(office, round_id=ROUND))
    for entry_id in {who for who, _ in lot}:
        events = events_of(files[f"candidates/{entry_id}.ics"]).values()
        seats = sorted(
            tuple(map(int, re.search(r"第 (\d+) 轮，(\d+) 号考位", e["DESCRIPTION"]).groups())) for e in events
        )
        assert seats == sorted((turn, place) for (who, _), (_, turn, place) in lot.items() if who == entry_id)


def test_tickets_notices_and_calendars_name_the_same_hours(drawn) -> None:
    office, _, lot = drawn
    told = [m for m in notices(office, round_id=ROUND).messages if m.matter.kind == "candidate"]
    files = files_of(calendars(office, round_id=ROUND))
    hours = {
        (entry_id, e["DTSTART;TZID=Asia/Shanghai"][9:13], e["DTEND;TZID=Asia/Shanghai"][9:13])
        for entry_id in {who for who, _ in lot}
        for e in events_of(files[f"candidates/{entry_id}.ics"]).values()
    }
    assert {(m.matter.recipient_id, f"{m.now.start:%H%M}", f"{m.now.end:%H%M}") for m in told} == hours


def test_an_event_of_the_day_finds_whoever_drew_the_seat(drawn) -> None:
    office, planned, lot = drawn
    moved = next(key for key in sorted(lot) if lot[key] != planned[key] and key[1].endswith("theory"))
    session, turn, place = lot[moved]
    report = verbs.enter_absent(office, f"{session} {turn}-{place}", dry_run=True, **WHY)
    assert (report.event.party_id, report.event.component_id) == moved
    assert report.event.place == place


def test_who_was_moved_on_the_day_stays_there_in_the_next_version(drawn) -> None:
    office, _, lot = drawn
    rooms = {room.id: room.places for room in round_of(office).rooms}

    def spare_at(session, turn):
        taken = {seat for on, at, seat in lot.values() if (on, at) == (session, turn)}
        return sorted(set(range(1, rooms[session.split(".")[1]] + 1)) - taken)

    key, (session, turn, place) = next((key, at) for key, at in sorted(lot.items()) if spare_at(*at[:2]))
    spare = spare_at(session, turn)[0]
    broken = verbs.enter_broken(office, f"{session} {turn}-{place}", lost_min=5, place=spare, **WHY)
    expected = {**lot, key: (session, turn, spare)}
    assert (broken.version, places(published_plan(office))) == (2, expected)
    plan(office, round_id=ROUND, keep=2, seed=3)
    publish(office, round_id=ROUND)
    with office.registry.transaction(write=False) as store:
        assert store.plans.published(ROUND).version == 3
        assert store.lots.lot(ROUND, 3).seed == 11
    assert places(published_plan(office)) == expected


def test_calendars_before_and_after_the_lot_rise_in_sequence(office_at) -> None:
    office = office_at("published")

    def exported() -> dict[str, int]:
        files = files_of(calendars(office, round_id=ROUND))
        return {uid: int(event["SEQUENCE"]) for uid, event in events_of(files["candidates.ics"]).items()}

    before = exported()
    admit(office, round_id=ROUND, choice=FEW)
    after = exported()
    assert before.keys() == after.keys()
    assert all(after[uid] > before[uid] for uid in before)
    plan(office, round_id=ROUND, keep=1)
    publish(office, round_id=ROUND)
    later = exported()
    assert all(later[uid] > after[uid] for uid in after)


def test_a_workbook_from_before_the_lot_is_refused_and_told_how_to_get_another(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    old = plan_workbook(office, round_id=ROUND, out=tmp_path / "old.xlsx")
    admit(office, round_id=ROUND, choice=FEW, seed=11)
    with pytest.raises(StalePlan) as refusal:
        plan_by_hand(office, old, round_id=ROUND)
    assert "抽签" in refusal.value.what.zh
    assert f"template plan --round {ROUND} --plan-version 1" in refusal.value.hint.en
    new = plan_workbook(office, round_id=ROUND, out=tmp_path / "new.xlsx", version=1)
    assert plan_by_hand(office, new, round_id=ROUND).moves == ()


def test_a_draft_edited_before_the_lot_cannot_undo_it(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    plan_by_hand(office, plan_workbook(office, round_id=ROUND, out=tmp_path / "old.xlsx"), round_id=ROUND)
    later = office_at("", date(2026, 7, 2))
    admit(later, round_id=ROUND, choice=FEW, seed=11)
    before = places(published_plan(later))
    with pytest.raises(StalePlan) as refusal:
        publish(later, round_id=ROUND)
    assert "lot" in refusal.value.what.en
    assert places(published_plan(later)) == before
    # Edited after the lot, the same change is published, and nobody else's seat changes.
    new = plan_workbook(later, round_id=ROUND, out=tmp_path / "new.xlsx")
    one, *others = [row["考位"] for row in rows_of(new, "考生安排")]
    free = max(place for _, _, place in before.values()) + 1
    report = plan_by_hand(later, edited(new, tmp_path / "edit.xlsx", cell("考生安排", 2, "考位", free)), round_id=ROUND)
    assert (report.broken, len(report.moves), one != free, len(others)) == ((), 1, True, len(before) - 1)
    publish(later, round_id=ROUND)
    changed = {key for key, at in places(published_plan(later)).items() if at != before[key]}
    assert changed == {(move.party_id, move.component_id) for move in report.moves}


def test_whoever_was_told_the_planned_seat_is_told_the_drawn_one(office_at) -> None:
    office = office_at("published")
    first = notices(office, round_id=ROUND)
    hand_over(office, round_id=ROUND, number=first.number, to="短信平台")
    planned = places(published_plan(office))
    admit(office, round_id=ROUND, choice=FEW, seed=11)
    lot = places(published_plan(office))
    made = notices(office, round_id=ROUND)
    said = {(m.matter.recipient_id, m.matter.about): (int(m.was.seat), int(m.now.seat)) for m in made.messages}
    assert said == {key: (planned[key][2], lot[key][2]) for key in lot if lot[key] != planned[key]}
    rows = list(csv.DictReader(Path(made.paths[1]).read_text("utf-8-sig").splitlines()))
    assert {(row["recipient_id"], row["change"], row["now_seat"]) for row in rows} == {
        (who, "变动", str(lot[who, component][2])) for who, component in said
    }
    names = {entry.id: name for name, entry in entries_of(office).items()}
    for m in made.messages:
        assert f"{m.now.seat}号考位" in m.text.zh
        assert m.text.zh.startswith(names[m.matter.recipient_id])


def test_the_workbook_of_a_plan_is_a_command(drawn, monkeypatch, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from scheduler.cli.main import app

    office, _, lot = drawn
    monkeypatch.chdir(Path(office.settings.out_folder).parent)
    words = ["template", "plan", "--round", ROUND, "--out", "plan.xlsx"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert len(load_workbook("plan.xlsx")["考生安排"]["A"]) == len(lot) + 1
    assert CliRunner().invoke(app, words).exit_code == 4  # somebody may be editing it
    assert CliRunner().invoke(app, [*words, "--force", "--plan-version", "9"]).exit_code == 7
    assert CliRunner().invoke(app, ["template", "plan", "--out", "x.xlsx"]).exit_code == 2
