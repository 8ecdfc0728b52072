"""Assemble: what the registry knows becomes a round; what spares a component must hold until the exam is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scheduler.domain.calendar import Window
from scheduler.domain.entries import CarriedPass
from scheduler.domain.people import HeldCertificate
from scheduler.domain.rounds import ExaminerLock, Group, Lock
from scheduler.office.assemble import assemble, due_in_window
from scheduler.office.desk import Office
from scheduler.office.enrol import enrol
from scheduler.office.prepare import prepare
from tests.office.books import PILOT, ROUND, edited, later_round, only, setting, without
from tests.office.conftest import entries_of, round_of, rules

NAME, NUMBER = "牛泽航", "990181199211196474"
APPLIED = date(2026, 5, 23)
PARTS = {f"special-equipment-5/{part}" for part in ("theory", "hot_work", "practical")}
HOT_WORK = "special-equipment-5/hot_work"
PRACTICAL = "yichang-three/practical"


def welder(office: Office, folder: Path, valid_from: date, valid_until: date) -> Office:
    """Enrol one for special-equipment welding who holds a fusion-welding certificate (rule 5: no hot-work exam)."""
    setup = edited(PILOT / "setup.xlsx", folder / "s.xlsx", setting("批次", ROUND, "报考方案", "special-equipment-5"))
    prepare(office, setup)
    held = {
        "报考方案": "special-equipment-5",
        "已持证书1": "fusion-welding",
        "已持证书编号1": f"T{NUMBER}",
        "有效期起1": valid_from,
        "有效期止1": valid_until,
        "持证人证件号码1": NUMBER,
    }
    edits = [setting("报名表", NAME, heading, value) for heading, value in held.items()]
    enrol(office, edited(PILOT / "entries.xlsx", folder / "e.xlsx", only("报名表", [NAME]), *edits), round_id=ROUND)
    return office


@pytest.mark.parametrize(
    ("valid_until", "due", "latest_on", "noticed"),
    [
        (date(2028, 1, 1), PARTS - {HOT_WORK}, None, []),
        (date(2026, 6, 14), PARTS - {HOT_WORK}, None, []),
        (date(2026, 6, 13), PARTS - {HOT_WORK}, date(2026, 6, 13), ["exemption-lapses-in-window"]),
        (date(2026, 6, 12), PARTS, None, ["exemption-lapsed"]),
        (date(2026, 5, 22), PARTS, None, []),
    ],
)
def test_exemption_must_hold_until_the_exam_is_over(
    office_at, tmp_path: Path, valid_until: date, due: set[str], latest_on: date | None, noticed: list[str]
) -> None:
    office = welder(office_at("empty"), tmp_path, date(2022, 1, 1), valid_until)
    with office.registry.transaction(write=False) as store:
        made = assemble(office, store, ROUND)
    (party,) = made.round.parties
    assert (set(party.component_ids), party.latest_on) == (due, latest_on)
    assert [rule for rule in rules(made.findings) if rule != "document-unknown"] == noticed
    assert {component.id for component in made.round.components} == PARTS


def test_certificate_that_begins_after_the_application_spares_nothing(office_at, tmp_path: Path) -> None:
    office = welder(office_at("empty"), tmp_path, date(2026, 6, 1), date(2030, 1, 1))
    (party,) = round_of(office).parties
    assert set(party.component_ids) == PARTS


def test_nearer_of_two_deadlines_counts(office_at, tmp_path: Path) -> None:
    office = welder(office_at("empty"), tmp_path, date(2022, 1, 1), date(2026, 6, 20))
    entry = entries_of(office)[NAME]
    assert entry.applied_on == APPLIED
    for window, wish, last in (
        (Window(date(2026, 6, 13), date(2026, 6, 30)), None, date(2026, 6, 20)),
        (Window(date(2026, 6, 13), date(2026, 6, 30)), date(2026, 6, 15), date(2026, 6, 15)),
        (Window(date(2026, 6, 13), date(2026, 6, 30)), date(2026, 6, 25), date(2026, 6, 20)),
        (Window(date(2026, 6, 13), date(2026, 6, 20)), date(2026, 6, 25), date(2026, 6, 25)),
    ):
        wishing = replace(entry, latest_on=wish)
        assert due_in_window(wishing, office.catalogue, window)[1] == last, (window, wish)


def test_what_lapses_without_sparing_a_component_is_no_deadline(office_at, tmp_path: Path) -> None:
    """Another award asks for the component anyway, or something else that lasts spares it."""
    window = Window(date(2026, 6, 13), date(2026, 6, 30))
    office = welder(office_at("empty"), tmp_path, date(2022, 1, 1), date(2030, 1, 1))
    entry = entries_of(office)[NAME]
    lapsed = CarriedPass(HOT_WORK, "special-equipment-welder", 90, date(2025, 6, 1), date(2026, 6, 1))
    assert due_in_window(replace(entry, carried=(lapsed,)), office.catalogue, window)[:2] == (PARTS - {HOT_WORK}, None)
    theory = "fusion-welding-5/theory"
    rule_7 = HeldCertificate("special-equipment-welder", NUMBER, date(2024, 1, 1), date(2026, 6, 20), NUMBER)
    both = replace(
        entry, scheme_id="fusion-welding-5", award_ids=("fusion-welding", "welder-5"), held=(rule_7,), carried=()
    )
    alone = replace(both, award_ids=("fusion-welding",))
    due, last, _ = due_in_window(alone, office.catalogue, window)
    assert (theory in due, last) == (False, date(2026, 6, 20))
    due, last, _ = due_in_window(both, office.catalogue, window)
    assert (theory in due, last) == (True, None)
    kept = CarriedPass(theory, "fusion-welding", 90, date(2026, 1, 1), date(2026, 6, 25))
    due, last, _ = due_in_window(replace(both, held=(), carried=(kept,)), office.catalogue, window)
    assert (theory in due, last) == (True, None)


@pytest.mark.parametrize(
    ("first_on", "due", "latest_on"),
    [
        (date(2027, 6, 5), {"yichang-three/theory"}, None),
        (date(2027, 6, 13), {"yichang-three/theory"}, date(2027, 6, 13)),
        (date(2027, 6, 14), {"yichang-three/theory", PRACTICAL}, None),
    ],
)
def test_carried_pass_is_a_deadline_or_due_again(
    office_at, tmp_path: Path, first_on: date, due: set[str], latest_on: date | None
) -> None:
    office_at("marked")
    office = office_at(day=date(2027, 6, 1))
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", *later_round("R2", first_on)))
    again = [only("报名表", ["何勇阳"]), setting("报名表", "何勇阳", "申报日期", date(2027, 6, 1))]
    enrol(office, edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", *again), round_id="R2")
    (party,) = round_of(office, "R2").parties
    assert (set(party.component_ids), party.latest_on) == (due, latest_on)


def test_recusal_finds_its_candidate_by_document_number(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    brother = entries_of(office)["叶民宏"]
    (recusal,) = round_of(office).recusals
    assert (recusal.examiner_id, recusal.party_id, recusal.reason) == ("E04", brother.id, "relative")
    stranger = edited(
        PILOT / "setup.xlsx", tmp_path / "s.xlsx", setting("回避", "E04", "考生证件号码", "990103198911078017")
    )
    prepare(office, stranger)
    assert round_of(office).recusals == ()


def test_group_that_nobody_declared_is_a_name_only(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    assert {group.together for group in round_of(office).groups} == {"session"}
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", without("分组", "QY")))
    round_ = round_of(office)
    assert Group("QY", "none") in round_.groups
    assert [group.together for group in round_.groups if group.id != "QY"] == ["session"] * 4
    assert sum(party.group_id == "QY" for party in round_.parties) == 4


def with_sheet(name, headings, *rows):
    """Return an edit: a further sheet."""

    def edit(book) -> None:
        sheet = book.create_sheet(name)
        for row in (headings, *rows):
            sheet.append(row)

    return edit


def test_what_is_said_of_a_candidate_by_number_finds_its_party(office_at, tmp_path: Path) -> None:
    """Locks, sites barred for one, and the nearest site beyond the limit, all from the set-up workbook."""
    office = office_at("enrolled")
    entry = entries_of(office)[NAME]
    (site,), room = (site.id for site in round_of(office).sites), round_of(office).rooms[0]
    number = entry.candidate.document.number
    lines = with_sheet(
        "锁定", ("考生证件号码", "科目", "考场编号"), (number, "理论", room.id), (number, "动火作业", room.id)
    )
    terms = with_sheet("个别规定", ("考生证件号码", "不得前往的考点", "允许最近考点"), (number, site, "是"))
    stranger = with_sheet(
        "考评员锁定", ("考场编号", "时段编号", "考评员编号"), (room.id, round_of(office).slots[0].id, "E01")
    )
    report = prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", lines, terms, stranger))
    assert rules(report.findings) == []
    with office.registry.transaction(write=False) as store:
        made = assemble(office, store, ROUND)
    assert rules(made.findings) == ["lock-not-due"]
    assert made.round.locks == (Lock(entry.id, "yichang-three/theory", room_id=room.id),)
    assert made.round.examiner_locks == (ExaminerLock(room.id, made.round.slots[0].id, "E01"),)
    told = {party.id: (party.barred_site_ids, party.travel_exception) for party in made.round.parties}
    assert told.pop(entry.id) == ((site,), True)
    assert set(told.values()) == {((), False)}


def test_a_number_that_nobody_has_is_told(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    lines = with_sheet("个别规定", ("考生证件号码", "允许最近考点"), ("990103198911078017", "是"))
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", lines))
    with office.registry.transaction(write=False) as store:
        made = assemble(office, store, ROUND)
    assert rules(made.findings) == ["document-unknown"]
    assert "…8017" in str(made.findings[0])
