"""Set-up workbooks: what is written reads back; every dangling id and bad figure is told with its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.sheets.read import read_setup
from scheduler.sheets.write import write_setup
from tests.sheets.conftest import cells_of, written

GOOD = {
    "批次": "批次编号|批次名称|开始日期|结束日期|报考方案\n2026-06|六月|2026-06-13|2026-06-14|yichang-three",
    "时段": "时段编号|日期|开始时间|结束时间\nD1AM|2026-06-13|09:00|11:30\nD1PM|2026-06-13|13:30|16:00",
    "机构": "机构编号|机构名称\nA|甲局\nB|乙学院",
    "考点": "考点编号|所属机构\nN|A",
    "考场": "考场编号|考点|考场类型|座位或工位数\nH|N|理论考场|30",
    "考评员": "考评员编号|姓名|所属机构|职责\nE1|周明远|乙学院|考评、监考",
}


def read_with(tmp_path, catalogue, **changes):
    drawings = {**GOOD, **changes}
    sheets = {name: cells_of(text) for name, text in drawings.items() if text}
    return read_setup(written(tmp_path / "setup.xlsx", sheets), catalogue=catalogue)


def test_a_setup_that_is_written_reads_back_the_same(tmp_path, setup, catalogue):
    out = tmp_path / "setup.xlsx"
    write_setup(setup, out, catalogue=catalogue)
    assert read_setup(out, catalogue=catalogue) == (setup, [])


def test_a_plain_setup_takes_the_defaults(tmp_path, catalogue):
    made, findings = read_with(tmp_path, catalogue)
    assert findings == []
    assert made.policy == type(made.policy)()
    assert (made.recusals, made.groups, made.distances, made.openings) == ((), (), (), ())
    assert made.examiners[0].institution_id == "B"
    assert made.examiners[0].max_per_day == 2


def test_english_sheet_names_and_headings_do_as_well(tmp_path, catalogue):
    english = {
        "Round": "Round id|Round name|First day|Last day|Schemes\n2026-06|六月|2026-06-13|2026-06-14|yichang-three",
        "slots": "Slot id|Date|Start|End\nD1AM|2026-06-13|9:00|11:30\nD1PM|2026-06-13|13:30|16:00",
        "Institutions": "Id|Name\nA|甲局\nB|乙学院",
        "SITES": "Site id|Institution\nN|A",
        "Rooms": "Room id|Site id|Kind|Capacity\nH|N|theory room|#30",
        "Examiners": "Id|Name|Institution|Duties\nE1|周明远|乙学院|assess, invigilate",
    }
    sheets = {name: cells_of(text) for name, text in english.items()}
    made, findings = read_setup(written(tmp_path / "en.xlsx", sheets), catalogue=catalogue)
    assert findings == []
    assert made == read_with(tmp_path, catalogue)[0]


FAULTS = {
    "a second round": ("批次", GOOD["批次"] + "\n2026-07|七月|2026-07-13|2026-07-14|yichang-three", [("one-round-only", 3, "")]),
    "a round that ends before it begins": ("批次", GOOD["批次"].replace("2026-06-14", "2026-06-01"), [("dates-reversed", 2, "D")]),
    "a scheme nobody knows": ("批次", GOOD["批次"].replace("yichang-three", "cooking"), [("scheme-unknown", 2, "E")]),
    "a day outside the round": ("时段", GOOD["时段"].replace("D1PM|2026-06-13", "D1PM|2026-06-20"), [("date-outside-round", 3, "B")]),
    "a slot of no length": ("时段", GOOD["时段"].replace("16:00", "13:30"), [("slot-empty", 3, "D")]),
    "no time at all": ("时段", GOOD["时段"].replace("16:00", "下午"), [("time-unreadable", 3, "D")]),
    "an id twice": ("时段", GOOD["时段"].replace("D1PM", "D1AM"), [("id-twice", 3, "A")]),
    "a site of an unknown institution": ("考点", GOOD["考点"].replace("N|A", "N|C"), [("institution-unknown", 2, "B")]),
    "a room without places": ("考场", GOOD["考场"].replace("30", "0"), [("number-out-of-range", 2, "D")]),
    "a room with half a place": ("考场", GOOD["考场"].replace("30", "#30.5"), [("number-out-of-range", 2, "D")]),
    "a room on an unknown site": ("考场", GOOD["考场"].replace("H|N", "H|Z"), [("site-unknown", 2, "B")]),
    "a room of an unknown kind": ("考场", GOOD["考场"].replace("理论考场", "操场"), [("room-kind-unknown", 2, "C")]),
    "a duty nobody knows": ("考评员", GOOD["考评员"].replace("考评、监考", "看门"), [("duty-unknown", 2, "D")]),
    "a recusal of an unknown examiner": ("回避", "考评员编号|考生证件号码|回避原因\nE9|99010019900505003X|亲属", [("examiner-unknown", 2, "A")]),
    "a recusal without a reason": ("回避", "考评员编号|考生证件号码|回避原因\nE1|99010019900505003X|", [("missing-value", 2, "C")]),
    "a recusal by a number stored as a number": ("回避", "考评员编号|考生证件号码|回避原因\nE1|#990100199005050030|亲属", [("id-number-stored-as-number", 2, "B")]),
    "a distance twice": ("路程", "出发地|考点|公里\n清水湾|N|3\n清水湾|N|4", [("id-twice", 3, "B")]),
    "a negative distance": ("路程", "出发地|考点|公里\n清水湾|N|-3", [("number-out-of-range", 2, "C")]),
    "an opening of an unknown room": ("开场", "考场编号|时段编号\nX|D1AM", [("room-unknown", 2, "A")]),
    "an opening of an unknown slot": ("开场", "考场编号|时段编号\nH|D7AM", [("slot-unknown", 2, "B")]),
    "fragments without the wish to split": ("分组", "分组编号|同组要求|每处最多人数\nQY|同考点|#5", [("fragments-not-asked-for", 2, "B")]),
    "fragments upside down": ("分组", "分组编号|同组要求|每处最少人数|每处最多人数\nQY|分散|#5|#4", [("fragments-reversed", 2, "D")]),
    "a group barred from an unknown site": ("分组", "分组编号|不得前往的考点\nQY|Z", [("site-unknown", 2, "B")]),
    "places kept for nobody": ("预留考位", "考场编号|预留个数\nH|#3", [("reserved-for-nobody", 2, "")]),
    "no place kept": ("预留考位", "考场编号|预留个数|培训机构\nH|#0|A", [("number-out-of-range", 2, "B")]),
    "a waiver without a reason": ("超员许可", "考场编号|时段编号|增加考位|批准依据\nH|D1AM|#2|", [("missing-value", 2, "D")]),
    "a waiver twice": ("超员许可", "考场编号|时段编号|增加考位|批准依据\nH|D1AM|#2|批复\nH|D1AM|#1|批复", [("id-twice", 3, "B")]),
    "a share beyond all": ("承考份额", "机构|份额百分比\nA|#101", [("number-out-of-range", 2, "B")]),
    "a share twice": ("承考份额", "机构|份额百分比\nA|#50\n甲局|#60", [("id-twice", 3, "A")]),
    "a lock of nothing": ("锁定", "考生证件号码|科目\n99010019900505003X|理论", [("lock-of-nothing", 2, "")]),
    "a lock of an unknown component": ("锁定", "考生证件号码|科目|考场编号\n99010019900505003X|烹饪|H", [("component-unknown", 2, "B")]),
    "two locks of one sitting": ("锁定", "考生证件号码|科目|考场编号|考位号\n99010019900505003X|理论|H|\n99010019900505003X|理论||#3", [("id-twice", 3, "B")]),
    "an examiner lock of nobody": ("考评员锁定", "考场编号|时段编号|考评员编号\nH|D1AM|E9", [("examiner-unknown", 2, "C")]),
    "a named candidate twice": ("个别规定", "考生证件号码|允许最近考点\n99010019900505003X|是\n99010019900505003X|否", [("id-twice", 3, "A")]),
    "a group that is together nohow": ("分组", "分组编号|同组要求\nQY|手拉手", [("together-unknown", 2, "B")]),
    "a credit code with a wrong check character": ("机构", "机构编号|机构名称|统一社会信用代码\nA|甲局|91350100M000100Y44\nB|乙学院|", [("credit-code", 2, "C")]),
    "a serial that lost its zeros": ("机构", "机构编号|机构名称|站点序列号\nA|甲局|#123\nB|乙学院|", [("code-shape", 2, "C")]),
    "a role nobody has": ("机构", "机构编号|机构名称|发证职责\nA|甲局|看门\nB|乙学院|", [("issuer-role-unknown", 2, "C")]),
    "half a coordinate": ("考点", "考点编号|所属机构|X坐标公里|Y坐标公里\nN|A|#3|", [("coordinate-alone", 2, "D")]),
    "no slots": ("时段", "时段编号|日期|开始时间|结束时间", [("no-rows", None, "")]),
    "a heading too few": ("考场", "考场编号|考点|考场类型\nH|N|理论考场", [("missing-heading", 1, "")]),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_gives_one_finding_in_its_place_and_no_setup(name, tmp_path, catalogue, told):
    sheet, drawing, expected = FAULTS[name]
    made, findings = read_with(tmp_path, catalogue, **{sheet: drawing})
    assert made is None
    assert told(findings) == expected
    assert {f.where.sheet for f in findings} == {sheet}


def test_a_missing_sheet_is_named(tmp_path, catalogue):
    made, findings = read_with(tmp_path, catalogue, 机构="")
    assert made is None
    assert findings[0].rule == "sheet-missing"
    assert "机构" in findings[0].what.zh


def test_examiners_may_be_none(tmp_path, catalogue):
    made, findings = read_with(tmp_path, catalogue, 考评员=GOOD["考评员"].splitlines()[0])
    assert (made.examiners, findings) == ((), [])


def test_overlapping_slots_are_a_warning_only(tmp_path, catalogue, told):
    made, findings = read_with(tmp_path, catalogue, 时段=GOOD["时段"].replace("13:30", "11:00"))
    assert made is not None
    assert (told(findings), told(findings, "warning")) == ([], [("slots-overlap", 3, "C")])


def test_weights_and_limits_reach_the_policy(tmp_path, catalogue):
    heads, values = GOOD["批次"].splitlines()
    drawing = f"{heads}|每场最少机构数|最远路程公里|未安排成本|安排考评员\n{values}|#1|#60.5|#7000|否"
    made, findings = read_with(tmp_path, catalogue, 批次=drawing)
    assert findings == []
    plain = type(made.policy)()
    weights = replace(plain.weights, unplaced=7000)
    assert made.policy == replace(plain, min_institutions=1, max_travel_km=60.5, examiners_on=False, weights=weights)
