"""Templates and the plan's workbook, opened as a coordinator would see them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date, time

import pytest
from openpyxl import load_workbook

from scheduler.domain.calendar import Slot
from scheduler.domain.rounds import Group, Policy
from scheduler.domain.sessions import CostLine, Plan, Reason, Unplaced
from scheduler.errors import Text
from scheduler.planning.solve import solve
from scheduler.sheets.codes import award_codes, scheme_codes
from scheduler.sheets.columns import Table, foldings, lookup
from scheduler.sheets.columns_entries import ENTRIES, SHOWN
from scheduler.sheets.columns_marks import item_ids_of, marks_table
from scheduler.sheets.columns_setup import SETUP
from scheduler.sheets.read import read_entries, read_marks, read_setup
from scheduler.sheets.write import write_plan, write_template
from tests import build
from tests.sheets.conftest import TODAY


@pytest.fixture(params=["entries", "setup", "marks"])
def template(request, tmp_path, catalogue):
    out = tmp_path / f"{request.param}.xlsx"
    write_template(request.param, out, catalogue=catalogue)
    return request.param, out


def tables_of(kind, catalogue):
    return {"entries": [ENTRIES], "setup": list(SETUP), "marks": [marks_table(item_ids_of(catalogue))]}[kind]


def test_templates_hold_no_formula_and_are_frozen(template, catalogue):
    kind, path = template
    book = load_workbook(path)
    assert book.sheetnames == [*(t.title for t in tables_of(kind, catalogue)), "代码表", "填写说明"]
    for sheet in book:
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
        if sheet.title != "代码表":
            assert sheet.freeze_panes == "A2"


def test_every_heading_of_a_template_is_recognised_and_compulsory_ones_starred(template, catalogue):
    kind, path = template
    book = load_workbook(path)
    for table in tables_of(kind, catalogue):
        known = lookup(table)
        for cell in book[table.title][1]:
            key = next(known[way] for way in foldings(cell.value) if way in known)
            assert table.column(key).required == ("*" in cell.value)
            zh, en = cell.value.split("\n")
            assert (zh.rstrip("*"), en) == (table.column(key).zh, table.column(key).en)


def test_every_column_of_a_template_is_explained(template, catalogue):
    kind, path = template
    rows = list(load_workbook(path)["填写说明"].values)[1:]
    shown = {(t.zh, cell.value.split("\n")[0].rstrip("*")) for t in tables_of(kind, catalogue) for cell in load_workbook(path)[t.title][1]}  # fmt: skip
    assert {(row[0], row[1]) for row in rows} == shown
    assert all(row[4] and row[5] for row in rows)


def test_empty_templates_read_as_empty(tmp_path, setup, catalogue):
    for kind in ("entries", "setup", "marks"):
        write_template(kind, tmp_path / f"{kind}.xlsx", catalogue=catalogue)
    sheet = read_entries(tmp_path / "entries.xlsx", round_id="R", catalogue=catalogue, setup=setup, today=TODAY)
    assert [f.rule for f in sheet.findings] == ["no-rows"]
    assert {f.rule for f in read_setup(tmp_path / "setup.xlsx", catalogue=catalogue)[1]} == {"no-rows"}
    assert [f.rule for f in read_marks(tmp_path / "marks.xlsx", entries={}, catalogue=catalogue)[1]] == ["no-rows"]


def test_identity_columns_are_text_and_codes_have_lists(tmp_path, catalogue):
    write_template("entries", tmp_path / "t.xlsx", catalogue=catalogue)
    book = load_workbook(tmp_path / "t.xlsx")
    sheet = book["报名表"]
    letter = {cell.value.split("\n")[0].rstrip("*"): cell.column_letter for cell in sheet[1]}
    for words in ("姓名", "证件号码", "已持证书编号1", "持证人证件号码2"):
        assert sheet.column_dimensions[letter[words]].number_format == "@"
    lists = {str(rule.sqref).split("2:")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert set(lists) == {letter[c.zh] for c in SHOWN if c.choices}
    for words, codes in (("报考方案", scheme_codes(catalogue)), ("已持证书1", award_codes(catalogue))):
        where = lists[letter[words]].split("!")[1].replace("$", "")
        offered = [cell.value for (cell,) in book["代码表"][where]]
        assert [codes.find(label) for label in offered] == list(codes.labels)


def test_no_spelling_means_two_columns(catalogue):
    for table in (ENTRIES, *SETUP, marks_table(item_ids_of(catalogue))):
        assert isinstance(table, Table)
        meanings = {}
        for column in table.columns:
            for spelling in column.spellings():
                for way in foldings(spelling)[:1]:
                    assert meanings.setdefault(way, column.key) == column.key, (table.key, spelling)


# --- the plan -----------------------------------------------------------------------------------


@pytest.fixture
def planned(tmp_path):
    """Three parties, one of them named like a formula, and a fourth that is unplaced."""
    parties = [build.a_party(f"p{n}", group_id="QY", institution_id="alpha") for n in (1, 2, 3)]
    round_ = build.a_round(parties, groups=(Group("QY", "none", "启源"),), name="=六月")
    plan = build.a_plan(round_)
    assert plan.unplaced == ()
    lost = build.a_party("p4")
    round_ = replace(round_, parties=(*round_.parties, lost))
    reason = Reason("place-capacity", Text("没有合适的席位", "no place fits"))
    plan = replace(plan, unplaced=(Unplaced("p4", (reason,)),))
    out = tmp_path / "plan.xlsx"
    write_plan(out, plan, round_, {"p1": "陈明", "p2": "=HYPERLINK(1)", "p3": "龚䶮", "p4": "陈启"})
    return round_, plan, load_workbook(out)


def rows_of(book, sheet):
    """Rows of a sheet by the Chinese heading."""
    head, *rows = list(book[sheet].values)
    return [dict(zip([str(words).split("\n")[0] for words in head], row, strict=True)) for row in rows]


def test_a_plan_is_made_to_be_read_and_printed(planned):
    _, _, book = planned
    assert book.sheetnames == ["汇总", "场次", "考生安排", "考评员", "未安排", "每日负荷", "考点负荷", "机构负荷"]
    for sheet in book:
        corner = f"{sheet.cell(1, sheet.max_column).column_letter}{sheet.max_row}"
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{corner}"
        assert sheet.print_area.replace("$", "").endswith(f"!A1:{corner}")
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.print_title_rows) == (
            "landscape",
            1,
            "$1:$1",
        )
        assert "&P" in sheet.oddFooter.center.text
        assert "&N" in sheet.oddFooter.center.text


def test_columns_are_as_wide_as_chinese_words_and_longer_words_wrap(planned):
    _, _, book = planned
    sheet = book["考生安排"]
    for column in sheet.iter_cols(min_row=2):
        for cell in column:
            if isinstance(cell.value, str):
                wide = sum(2 if ord(c) > 0x2E80 else 1 for c in cell.value)
                assert sheet.column_dimensions[cell.column_letter].width >= min(wide, 28)
                assert wide <= 28 or cell.alignment.wrap_text


def test_the_summary_counts_what_the_plan_holds(planned):
    _, plan, book = planned
    figures = {str(row[0]).split(" ")[0]: row[1] for row in book["汇总"].values}
    assert figures["批次"] == "=六月 2026-06"
    assert (figures["考生人数"], figures["已安排人数"], figures["未安排人数"]) == (4, 3, 1)
    assert (figures["场次"], figures["人次"], figures["总成本"]) == (len(plan.sessions), len(plan.sittings), plan.cost)
    assert figures["下界"] == "未证明 not proven"


def test_every_sitting_stands_with_time_and_place(planned):
    round_, plan, book = planned
    rows = rows_of(book, "考生安排")
    sessions = {s.id: s for s in plan.sessions}
    slots = {s.id: s for s in round_.slots}
    assert sorted((r["考生编号"], r["场次"], r["轮次"], r["考位"]) for r in rows) == sorted(
        (s.party_id, s.session_id, s.turn, s.place) for s in plan.sittings
    )
    for row in rows:
        slot = slots[sessions[row["场次"]].slot_id]
        assert (row["日期"].date(), row["时段结束"], row["时段"]) == (slot.on, slot.end, slot.id)
        assert row["开始"] >= slot.start
        assert row["培训机构"] == "甲职业培训学校"


def test_turns_begin_one_after_another(tmp_path):
    """Six candidates at four workstations: the second turn begins an hour later."""
    round_ = build.a_round([build.a_party(f"p{n}") for n in range(6)])
    plan = build.a_plan(round_)
    write_plan(tmp_path / "p.xlsx", plan, round_, {})
    rows = [r for r in rows_of(load_workbook(tmp_path / "p.xlsx"), "考生安排") if r["科目"] == build.PRACTICAL]
    begins = {r["轮次"]: r["开始"] for r in rows}
    assert len({r["场次"] for r in rows}) == 1
    assert begins == {1: time(13, 30), 2: time(14, 30)}


def test_examiners_stand_with_each_session_and_the_idle_last(planned):
    round_, plan, book = planned
    rows = rows_of(book, "考评员")
    served = [(e, s.id) for s in plan.sessions for e in s.examiner_ids]
    assert sorted((r["编号"], r["场次"]) for r in rows if r["场次"]) == sorted(served)
    assert {r["编号"] for r in rows} == {e.id for e in round_.examiners}
    leads = {(r["编号"], r["场次"]) for r in rows if r["职务"]}
    assert leads == {(s.lead_id, s.id) for s in plan.sessions if s.lead_id}
    idle = [bool(r["状态"]) for r in rows]
    assert idle == sorted(idle)


def test_load_per_day_site_and_institution_is_what_the_plan_holds(planned):
    round_, plan, book = planned
    slots, rooms = {s.id: s for s in round_.slots}, {r.id: r for r in round_.rooms}
    *days, total = rows_of(book, "每日负荷")
    on = {s.id: slots[s.slot_id].on for s in plan.sessions}
    assert {row["日期"].date(): row["合计人次"] for row in days} == {
        day: sum(on[s.session_id] == day for s in plan.sittings) for day in set(on.values())
    }
    assert (total["日期"], total["合计人次"], total["考生人数"]) == ("合计 Total", len(plan.sittings), 3)
    assert total["理论人次"] + total["实操人次"] == total["合计人次"]
    assert total["执考次数"] == sum(len(s.examiner_ids) for s in plan.sessions)
    site, *empty = rows_of(book, "考点负荷")
    assert [row["场次数"] for row in empty] == [0]
    assert (site["场次数"], site["启用考场"]) == (len(plan.sessions), len({s.room_id for s in plan.sessions}))
    assert site["考位数"] == sum(
        rooms[s.room_id].places * max(x.turn for x in plan.sittings if x.session_id == s.id) for s in plan.sessions
    )
    own = {row["机构"]: (row["本机构学员"], row["其中已安排"]) for row in rows_of(book, "机构负荷")}
    assert own["甲职业培训学校"] == (3, 3)


def test_the_unplaced_stand_with_their_reason(planned):
    _, _, book = planned
    (row,) = list(book["未安排"].values)[1:]
    assert row[0:2] == ("p4", "陈启")
    assert row[5:] == ("没有合适的席位", "no place fits", "place-capacity")


def test_no_cell_of_a_plan_is_a_formula(planned):
    _, _, book = planned
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    named = [cell for cell in cells if cell.value == "=HYPERLINK(1)"]
    assert named
    assert all(cell.quotePrefix for cell in named)


def test_a_mixed_session_names_all_it_examines_and_tells_components_of_one_name_apart(tmp_path):
    theory = Text("理论考试", "Theory")
    components = (
        build.a_component("theory", name=theory),
        build.a_component("theory", id="high-voltage-5/theory", name=theory),
        build.a_component("practical", name=Text("实际操作", "Practical")),
    )
    parties = [build.a_party("p1"), build.a_party("p2", ["high-voltage-5/theory"])]
    round_ = build.a_round(parties, components=components, policy=Policy(mixed_theory=True))
    write_plan(tmp_path / "p.xlsx", solve(round_, seed=1), round_, {})
    book = load_workbook(tmp_path / "p.xlsx")
    mixed = "理论考试（high-voltage-5/theory）、理论考试（low-voltage-5/theory）"
    assert sorted(row["科目"] for row in rows_of(book, "场次")) == ["实际操作", mixed]
    assert mixed in {row["科目"] for row in rows_of(book, "考评员")}
    assert {row["科目"] for row in rows_of(book, "考生安排")} == {"理论考试", "实际操作"}


def test_a_plan_of_nobody_can_be_written(tmp_path):
    round_ = build.a_round([], slots=(Slot("s", date(2026, 6, 1), time(9), time(10)),))
    plan = build.a_plan(round_)
    plan = Plan(round_.id, plan.round_digest, (), (), (), (CostLine("opening", 0),), 0, plan.making)
    write_plan(tmp_path / "p.xlsx", plan, round_, {})
    assert len(list(load_workbook(tmp_path / "p.xlsx")["考生安排"].values)) == 1


def test_importing_the_two_faces_loads_no_slow_library():
    code = "import sys, scheduler.sheets.read, scheduler.sheets.write; print({'openpyxl', 'python_calamine'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_set_up_template_lists_what_may_be_written_and_prints_on_one_page_across(tmp_path, catalogue):
    write_template("setup", tmp_path / "s.xlsx", catalogue=catalogue)
    book = load_workbook(tmp_path / "s.xlsx")
    lists = {cell.value: cell.column for cell in book["代码表"][1]}
    for heading, label in (
        ("报考方案 Schemes", "低压电工作业与电工五级/初级工联合考评"),
        ("工种 Trades", "低压电工作业"),
        ("发证职责 Roles", "实施部门"),
    ):
        assert label in {
            cell.value for (cell,) in book["代码表"].iter_rows(min_col=lists[heading], max_col=lists[heading])
        }
    for sheet in book:
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.print_title_rows) == (True, "$1:$1")
