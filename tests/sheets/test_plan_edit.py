"""The plan workbook read back: untouched it gives the same plan, and each edit means what a coordinator would say it means."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, time

import pytest
from openpyxl import load_workbook

from scheduler.domain.sessions import Reason, Unplaced
from scheduler.errors import Text, errors_in
from scheduler.sheets.read import edited_plan, open_plan_copy, place_of
from scheduler.sheets.write import Origin, write_plan
from tests import build

ORIGIN = Origin(3, "ab" * 32, 2)
NAMES = {f"p{n}": f"陈{'明勇启波云海'[n - 1]}" for n in range(1, 7)} | {
    f"e{n}": f"考官{'甲乙丙丁戊己'[n - 1]}" for n in range(1, 7)
}


@pytest.fixture(scope="module")
def base():
    """Six candidates, two days, a hall and a workshop, and six examiners; one candidate has no place."""
    parties = [build.a_party(f"p{n}") for n in range(1, 6)]
    plan = build.a_plan(build.a_round(parties))
    round_ = build.a_round([*parties, build.a_party("p6")])
    lost = Unplaced("p6", (Reason("place-capacity", Text("没有合适的席位", "no place fits")),))
    return round_, replace(plan, unplaced=(lost,))


@pytest.fixture
def edit(base, tmp_path):
    """Give a function: write the plan, let an edit change the workbook, read it back."""
    round_, plan = base

    def run(change=None):
        path = tmp_path / "plan.xlsx"
        write_plan(path, plan, round_, NAMES, origin=ORIGIN)
        if change:
            book = load_workbook(path)
            change({sheet.title: Sheet(sheet) for sheet in book})
            book.save(path)
        return edited_plan(open_plan_copy(path), plan, round_, NAMES)

    return run


class Sheet:
    """A sheet by its headings, as a person sees it."""

    def __init__(self, sheet):
        self.sheet = sheet
        self.heads = {str(c.value).split("\n")[0]: c.column for c in sheet[1]}

    def rows(self, **said):
        return [
            n
            for n in range(2, self.sheet.max_row + 1)
            if all(str(self.sheet.cell(n, self.heads[k]).value) == str(v) for k, v in said.items())
        ]

    def get(self, row, head):
        return self.sheet.cell(row, self.heads[head]).value

    def set(self, row, **cells):
        for head, value in cells.items():
            self.sheet.cell(row, self.heads[head]).value = value

    def add(self, **cells):
        self.set(self.sheet.max_row + 1, **cells)


def sitting(plan, party, component):
    return next(s for s in plan.sittings if (s.party_id, s.component_id) == (party, component))


def session(plan, id_):
    return next(s for s in plan.sessions if s.id == id_)


def rules(edited):
    return [(f.rule, f.where.sheet, f.where.row) for f in errors_in(edited.findings)]


def practical(plan):
    return next(s for s in plan.sessions if s.component_id == build.PRACTICAL)


def theory(plan):
    return next(s for s in plan.sessions if s.component_id == build.THEORY)


def free_slot(base):
    """A slot of the second day, in which nothing stands."""
    round_, plan = base
    used = {s.slot_id for s in plan.sessions}
    return next(s for s in round_.slots if s.id not in used and s.on != round_.slots[0].on)


# --- nothing changed ------------------------------------------------------------------------------


def test_an_untouched_workbook_gives_the_same_plan_and_says_where_it_comes_from(edit, base, tmp_path):
    edited = edit()
    assert (edited.sessions, edited.sittings, edited.findings) == (base[1].sessions, base[1].sittings, ())
    copy = open_plan_copy(tmp_path / "plan.xlsx")
    assert (copy.origin, copy.round_id) == (ORIGIN, base[0].id)


def test_sorting_hiding_blank_rows_and_notes_change_nothing(edit, base):
    def tidy(sheets):
        for name in ("场次", "考生安排", "考评员"):
            sheet = sheets[name].sheet
            rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=2)]
            random.Random(1).shuffle(rows)
            sheet.delete_rows(2, sheet.max_row)
            for n, row in enumerate(rows):
                for c, value in enumerate(row, 1):
                    sheet.cell(2 + 2 * n, c).value = value  # a blank row after each
            sheet.row_dimensions[4].hidden = True
            sheet.cell(1, sheet.max_column + 1).value = "我的备注"
            sheet.cell(2, sheet.max_column).value = "已电话确认"

    edited = edit(tidy)
    assert (edited.sessions, edited.sittings) == (base[1].sessions, base[1].sittings)
    assert {f.rule for f in edited.findings} == {"hidden-rows"}


def test_columns_may_stand_in_any_order(edit, base):
    def turn_round(sheets):
        for name in ("场次", "考生安排", "考评员"):
            sheet = sheets[name].sheet
            rows = [[c.value for c in row][::-1] for row in sheet.iter_rows()]
            for r, row in enumerate(rows, 1):
                for c, value in enumerate(row, 1):
                    sheet.cell(r, c).value = value

    edited = edit(turn_round)
    assert (edited.sessions, edited.sittings, edited.findings) == (base[1].sessions, base[1].sittings, ())


# --- sessions ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["slot", "date", "date as text", "time"])
def test_a_session_moves_and_its_people_move_along(edit, base, way):
    round_, plan = base
    slot, was = free_slot(base), practical(plan)
    before = next(s for s in round_.slots if s.id == was.slot_id)
    wanted = (
        next(s for s in round_.slots if (s.on, s.start) == (slot.on, before.start)) if way.startswith("date") else slot
    )
    wanted = next(s for s in round_.slots if (s.on, s.start) == (before.on, time(9))) if way == "time" else wanted
    cells = {
        "slot": {"时段": wanted.id},
        "date": {"日期": datetime.combine(wanted.on, time())},
        "date as text": {"日期": f"{wanted.on:%Y/%m/%d}"},
        "time": {"开始": "09:00"},
    }[way]
    edited = edit(lambda s: s["场次"].set(s["场次"].rows(场次=was.id)[0], **cells))
    assert edited.findings == ()
    assert session(edited, was.id) == replace(was, slot_id=wanted.id)
    assert edited.sittings == plan.sittings


def test_a_session_in_a_room_or_slot_that_is_not_there_names_cell_and_choices(edit, base):
    was = practical(base[1])
    rows = []

    def change(sheets):
        rows.extend(sheets["场次"].rows(场次=was.id))
        sheets["场次"].set(rows[0], 考场="不存在", 日期=date(2027, 1, 1))

    edited = edit(change)
    assert rules(edited) == [("slot-unknown", "场次", rows[0]), ("room-unknown", "场次", rows[0])] + [
        f for f in rules(edited) if f[1] != "场次"
    ]
    assert all(f.said and f.expected for f in errors_in(edited.findings) if f.where.sheet == "场次")


def test_slot_and_date_that_disagree_are_refused(edit, base):
    slot, was = free_slot(base), practical(base[1])
    other = next(s for s in base[0].slots if s.on != slot.on and s.id != was.slot_id)
    edited = edit(
        lambda s: s["场次"].set(
            s["场次"].rows(场次=was.id)[0], 时段=slot.id, 日期=datetime.combine(other.on, time()), 开始=other.start
        )
    )
    assert "cells-contradict" in {rule for rule, sheet, _ in rules(edited) if sheet == "场次"}


def test_a_session_added_without_an_id_takes_those_who_are_sent_there(edit, base):
    round_, plan = base
    slot, was = free_slot(base), practical(plan)
    afternoon = next(s for s in round_.slots if s.on == slot.on and s.start > time(12))

    def change(sheets):
        sheets["场次"].add(
            日期=afternoon.on,
            开始=afternoon.start,
            考场=was.room_id,
            科目=build.PRACTICAL,
            考评员="考官甲、e2,考官丙",
            组长="考官甲",
        )
        row = sheets["考生安排"].rows(考生编号="p1", 科目=build.PRACTICAL)[0]
        sheets["考生安排"].set(row, 日期=datetime.combine(afternoon.on, time()), 轮次=1, 考位=1)

    edited = edit(change)
    assert edited.findings == ()
    (new,) = set(edited.sessions) - set(plan.sessions)
    assert (new.slot_id, new.room_id, new.component_ids) == (afternoon.id, was.room_id, (build.PRACTICAL,))
    assert (new.examiner_ids, new.lead_id) == (("e1", "e2", "e3"), "e1")
    assert sitting(edited, "p1", build.PRACTICAL) == replace(
        sitting(plan, "p1", build.PRACTICAL), session_id=new.id, turn=1, place=1
    )


def test_a_session_row_deleted_orphans_its_candidates_each_with_its_row_and_drops_its_duties(edit, base):
    was = practical(base[1])

    def change(sheets):
        sheets["场次"].sheet.delete_rows(sheets["场次"].rows(场次=was.id)[0])

    edited = edit(change)
    orphans = [s for s in base[1].sittings if s.session_id == was.id]
    assert [rule for rule, sheet, _ in rules(edited)] == ["session-missing"] * len(orphans)
    assert {sheet for _, sheet, _ in rules(edited)} == {"考生安排"}


def test_the_same_session_twice_is_refused_with_the_other_row(edit, base):
    def change(sheets):
        sheet = sheets["场次"].sheet
        for cell in sheet[2]:
            sheet.cell(sheet.max_row if cell.column > 1 else sheet.max_row + 1, cell.column).value = cell.value

    assert ("session-twice", "场次", len(base[1].sessions) + 2) in rules(edit(change))


# --- sittings -----------------------------------------------------------------------------------------


def test_seat_and_turn_are_taken_as_written(edit, base):
    edited = edit(
        lambda s: s["考生安排"].set(s["考生安排"].rows(考生编号="p2", 科目=build.PRACTICAL)[0], 轮次="2", 考位=4)
    )
    was = sitting(base[1], "p2", build.PRACTICAL)
    assert sitting(edited, "p2", build.PRACTICAL) == replace(was, turn=2, place=4)
    assert sum(a != b for a, b in zip(edited.sittings, base[1].sittings, strict=True)) == 1


def test_a_deleted_row_takes_the_sitting_out(edit, base):
    edited = edit(lambda s: s["考生安排"].sheet.delete_rows(s["考生安排"].rows(考生编号="p1")[0]))
    assert len(edited.sittings) == len(base[1].sittings) - 1
    assert errors_in(edited.findings) == []


def test_an_unplaced_candidate_is_added_by_name_alone(edit, base):
    plan = base[1]
    edited = edit(lambda s: s["考生安排"].add(姓名="陈海", 科目=build.THEORY, 场次=theory(plan).id, 轮次=1, 考位=9))
    assert edited.findings == ()
    added = sitting(edited, "p6", build.THEORY)
    assert (added.session_id, added.turn, added.place, added.member) == (theory(plan).id, 1, 9, 1)


@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"考生编号": "p99"}, "party-unknown"),
        ({"姓名": "别人"}, "cells-contradict"),
        ({"科目": "不考的"}, "component-unknown"),
        ({"场次": "没有"}, "session-missing"),
        ({"轮次": "一"}, "number-out-of-range"),
        ({"考位": None}, "missing-value"),
        ({"考位": 1.5}, "number-out-of-range"),
        ({"场次": "=A1"}, "formula-cell"),
        ({"日期": "明天"}, "date-unreadable"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named(edit, cells, rule):
    row = []

    def change(sheets):
        row.append(sheets["考生安排"].rows(考生编号="p1")[0])
        sheets["考生安排"].set(row[0], **cells)

    edited = edit(change)
    assert rules(edited) == [(rule, "考生安排", row[0])]
    (finding,) = errors_in(edited.findings)
    assert finding.where.column.split(" ", 1)[1].startswith(next(iter(cells)))


def test_the_same_candidate_twice_is_refused_with_the_first_row(edit):
    def change(sheets):
        sheet = sheets["考生安排"].sheet
        last = sheet.max_row + 1
        for cell in sheet[2]:
            sheet.cell(last, cell.column).value = cell.value

    (finding,) = errors_in(edit(change).findings)
    assert finding.rule == "sitting-twice"
    assert "第2行" in finding.what.zh


# --- examiners -------------------------------------------------------------------------------------------


def test_an_examiner_is_replaced_in_either_sheet_or_alike_in_both(edit, base):
    was = practical(base[1])
    out = next(e for e in was.examiner_ids if e != was.lead_id)
    new = next(f"e{n}" for n in range(1, 7) if f"e{n}" not in was.examiner_ids)
    wanted = tuple(sorted({*was.examiner_ids, new} - {out}))
    listed = "、".join(NAMES[e] for e in wanted)

    def in_sessions(sheets):
        sheets["场次"].set(sheets["场次"].rows(场次=was.id)[0], 考评员=listed)

    def by_name(sheets):
        sheets["考评员"].set(sheets["考评员"].rows(编号=out, 场次=was.id)[0], 姓名=NAMES[new])

    def by_id(sheets):
        sheets["考评员"].set(sheets["考评员"].rows(编号=out, 场次=was.id)[0], 编号=new)

    for change in (in_sessions, by_name, by_id, lambda s: (in_sessions(s), by_name(s))):
        edited = edit(change)
        assert edited.findings == ()
        assert session(edited, was.id) == replace(was, examiner_ids=wanted)


def test_two_sheets_that_replace_differently_are_refused(edit, base):
    was = practical(base[1])
    out = next(e for e in was.examiner_ids if e != was.lead_id)
    one, other = [f"e{n}" for n in range(1, 7) if f"e{n}" not in was.examiner_ids][:2]

    def change(sheets):
        listed = "、".join(NAMES[e] for e in sorted({*was.examiner_ids, one} - {out}))
        sheets["场次"].set(sheets["场次"].rows(场次=was.id)[0], 考评员=listed)
        sheets["考评员"].set(sheets["考评员"].rows(编号=out, 场次=was.id)[0], 姓名=NAMES[other])

    assert [(rule, sheet) for rule, sheet, _ in rules(edit(change))] == [("cells-contradict", "场次")]


def test_the_lead_changes_in_either_sheet_and_two_leads_are_refused(edit, base):
    was = practical(base[1])
    new = next(e for e in was.examiner_ids if e != was.lead_id)
    edited = edit(lambda s: s["场次"].set(s["场次"].rows(场次=was.id)[0], 组长=NAMES[new]))
    assert session(edited, was.id).lead_id == new
    edited = edit(lambda s: s["考评员"].set(s["考评员"].rows(编号=new, 场次=was.id)[0], 职务="组长"))
    assert [rule for rule, _, _ in rules(edited)] == ["two-leads"]


def test_an_examiner_sent_to_another_session_by_its_id_leaves_the_first(edit, base):
    one, other = practical(base[1]), theory(base[1])
    mover = next(e for e in one.examiner_ids if e not in other.examiner_ids and e != one.lead_id)
    edited = edit(lambda s: s["考评员"].set(s["考评员"].rows(编号=mover, 场次=one.id)[0], 场次=other.id))
    assert edited.findings == ()
    assert mover not in session(edited, one.id).examiner_ids
    assert mover in session(edited, other.id).examiner_ids


# --- what the audit says finds its row ---------------------------------------------------------------------


def test_every_subject_of_an_audit_has_its_row(edit, base):
    edited = edit()
    plan = base[1]
    for one in plan.sessions:
        assert place_of(one.id, edited.places).sheet == "场次"
    for one in plan.sittings:
        assert place_of(f"{one.party_id} {one.component_id}", edited.places).sheet == "考生安排"
        assert place_of(one.party_id, edited.places).row
    served = {e for s in plan.sessions for e in s.examiner_ids}
    assert {place_of(e, edited.places).sheet for e in served} == {"考评员"}
    assert place_of("costs", edited.places).row is None
