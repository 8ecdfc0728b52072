"""The sheets of a set-up workbook that few rounds need: reserved places, waivers, shares, locks, named candidates. Headings only."""

from __future__ import annotations

from scheduler.sheets.columns import Table, make_column

_ROOM = make_column(
    "room", "考场编号", "Room id", ("考场编号或名称", "id or name of a room"), "考场", "room", required=True
)
_SLOT = make_column("slot", "时段编号", "Slot id", ("时段编号", "id of a slot"), "时段", "slot", required=True)
_PERSON = make_column("document_no", "考生证件号码", "Document number", ("报名表中的证件号码", "as in the registration workbook"), "证件号码", "考生身份证号", "身份证号", "document no", required=True, text=True, width=22)  # fmt: skip

RESERVATIONS = Table("reservations", "预留考位", "Reservations", (
    _ROOM,
    make_column("places", "预留个数", "Places", ("每轮次他人不得占用的考位数", "places in each turn that others may not take"), "预留数", "考位数", required=True),
    make_column("group", "分组编号", "Group id", ("为哪一组预留；与机构至少填一项", "for which group; fill this or the institution"), "分组", "group"),
    make_column("institution", "培训机构", "Institution", ("为哪家机构的考生预留；编号或名称", "for whose candidates; id or name of an institution"), "机构", "机构编号", "institution id", width=24),
    make_column("slot", "时段编号", "Slot id", ("留空即所有时段", "empty means every slot"), "时段", "slot"),
), required=False)  # fmt: skip

WAIVERS = Table("waivers", "超员许可", "Waivers", (
    _ROOM,
    _SLOT,
    make_column("places", "增加考位", "Extra places", ("每轮次在原有考位之外增加几个", "extra places in each turn, beyond the room's own"), "增加个数", "places", required=True),
    make_column("reason", "批准依据", "Reason", ("何人因何批准；不得留空", "by whom and why; never empty"), "理由", required=True, width=34),
), required=False)  # fmt: skip

SHARES = Table("shares", "承考份额", "Shares", (
    make_column("institution", "机构", "Institution", ("机构编号或名称", "id or name of an institution"), "机构编号", "institution id", required=True, width=24),
    make_column("percent", "份额百分比", "Percent", ("占本批次全部考位的百分比，0至100；超出部分计超份额成本", "of all seats of the round, 0 to 100; seats beyond it are charged"), "份额", required=True),
), required=False)  # fmt: skip

LOCKS = Table("locks", "锁定", "Locks", (
    _PERSON,
    make_column("component", "科目", "Component", ("理论、实操，或科目编号", "理论 (theory), 实操 (practical), or the id of a component"), "考试科目", required=True),
    make_column("slot", "时段编号", "Slot id", ("不得改变的时段；可留空", "the slot that stays; may stay empty"), "时段", "slot"),
    make_column("room", "考场编号", "Room id", ("不得改变的考场；可留空", "the room that stays; may stay empty"), "考场", "room"),
    make_column("turn", "轮次", "Turn", ("不得改变的轮次；可留空", "the turn that stays; may stay empty")),
    make_column("place", "考位号", "Place", ("不得改变的座位或工位号；可留空", "the seat or workstation that stays; may stay empty"), "座位号", "工位号"),
), ("考生锁定",), required=False)  # fmt: skip

EXAMINER_LOCKS = Table("examiner_locks", "考评员锁定", "Examiner locks", (
    _ROOM,
    _SLOT,
    make_column("examiner", "考评员编号", "Examiner id", ("该考场该时段开场时必须到场的考评员；编号或姓名", "who must serve if the room has a session then; id or name"), "考评员", "examiner", required=True),
), required=False)  # fmt: skip

TERMS = Table("terms", "个别规定", "Named candidates", (
    _PERSON,
    make_column("barred", "不得前往的考点", "Barred sites", ("考点编号或名称，用顿号分开", "ids or names of sites, separated by 、"), "禁去考点", width=24),
    make_column("travel_exception", "允许最近考点", "Nearest site allowed", ("各考点都超出最远路程时可去最近的一处；是或否，留空即否", "may go to the nearest site where all are beyond the travel limit; 是/否 (yes/no), empty means no"), "路程例外", choices="yes_no"),
    make_column("reason", "依据", "Reason", ("可留空", "may stay empty"), "理由", "备注", width=30),
), required=False)  # fmt: skip

RULES = (RESERVATIONS, WAIVERS, SHARES, LOCKS, EXAMINER_LOCKS, TERMS)
"""These sheets, in the template's order."""
