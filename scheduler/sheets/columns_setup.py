"""The sheets of a set-up workbook (批次设置): round, slots, places, people. Headings only."""

from __future__ import annotations

from scheduler.sheets.columns import Table, make_column
from scheduler.sheets.columns_rules import RULES

ROUND = Table("round", "批次", "Round", (
    make_column("id", "批次编号", "Round id", ("如 2026-06", "such as 2026-06"), "编号", "id", required=True, text=True),
    make_column("name", "批次名称", "Round name", ("批次的名称", "name of the round"), "名称", "name", required=True, width=28),
    make_column("first_on", "开始日期", "First day", ("考试周期第一天", "first day of the round"), "首日", "first on", "start date", required=True),
    make_column("last_on", "结束日期", "Last day", ("考试周期最后一天", "last day of the round"), "末日", "last on", "end date", required=True),
    make_column("schemes", "报考方案", "Schemes", ("可报考的方案编号或名称，见代码表，用顿号分开", "ids or names of schemes as in the sheet 代码表, separated by 、"), "方案", "scheme ids", "scheme", required=True, choices="schemes", width=34),
    make_column("examiners_on", "安排考评员", "Plan examiners", ("是或否；留空即是", "是/否 (yes/no); empty means yes"), "examiners on", choices="yes_no"),
    make_column("min_institutions", "每场最少机构数", "Min institutions", ("联合考评每场考评员至少来自几家机构；留空即2", "institutions among a session's examiners; empty means 2"), "最少机构数"),
    make_column("independent_per", "外单位考评员配比", "Independent per", ("同一培训机构每多少名考生须有一名外单位考评员；留空即15", "candidates of one institution per outside examiner; empty means 15"), "独立考评员配比"),
    make_column("order_gap_min", "科目间隔分钟", "Order gap min", ("前后科目之间至少间隔的分钟；留空即0", "minutes between components; empty means 0"), "科目间隔"),
    make_column("order_days_max", "科目间隔天数上限", "Order days max", ("前后科目之间最多相隔的天数；留空不限", "most days between components; empty means no limit")),
    make_column("changeover_min", "换场分钟", "Changeover min", ("工位两轮之间的分钟；留空即0", "minutes between turns; empty means 0"), "换场时间"),
    make_column("max_travel_km", "最远路程公里", "Max travel km", ("单程上限；留空不限", "limit of a trip; empty means none"), "最远路程"),
    make_column("road_factor", "道路系数", "Road factor", ("道路公里与直线公里之比；留空即1.25", "road km per straight km; empty means 1.25")),
    make_column("max_sittings_per_day", "每日科目数上限", "Max sittings per day", ("每名考生每日最多考几科；留空不限", "components a candidate sits a day at most; empty means no limit"), "每人每日最多科目数"),
    make_column("bar_own_institution", "回避培训机构考点", "Bar own institution", ("考生不在本人培训机构的考点考试；是或否，留空即否", "nobody is examined at a site of the institution that trained them; 是/否 (yes/no), empty means no"), choices="yes_no"),
    make_column("no_mutual_exchange", "禁止互考", "No mutual exchange", ("同一批次内两机构不互考对方的考生；是或否，留空即否", "two institutions do not examine each other's candidates; 是/否 (yes/no), empty means no"), "不得互考", choices="yes_no"),
    make_column("mixed_theory", "理论混合编场", "Mixed theory rooms", ("一个理论考场可同时考几个工种；是或否，留空即否", "a theory room may examine several trades at a time; 是/否 (yes/no), empty means no"), "混合编场", choices="yes_no"),
    make_column("max_consecutive_at", "同一机构连续执考日上限", "Max consecutive at", ("考评员在同一机构考点连续执考的日数；留空不限", "duty days in a row of an examiner at one institution's sites; empty means no limit"), "连续执考上限"),
    make_column("rotate_half", "考评组半数轮换", "Rotate half", ("同一考场前后两场至少换一半考评员；是或否，留空即否", "at least half of a team changes from session to session in a room; 是/否 (yes/no), empty means no"), "半数轮换", choices="yes_no"),
    make_column("group_seats", "同组座号连续", "Group seats", ("每场同组考生座号相连；是或否，留空即否", "the places of a group follow each other in each session; 是/否 (yes/no), empty means no"), "座号连续", choices="yes_no"),
    make_column("day_tolerance_percent", "单日负荷容限百分比", "Day tolerance percent", ("相对日均，超过部分计入单日集中成本；留空即125", "of the average day, beyond which day peak is charged; empty means 125")),
    make_column("w_unplaced", "未安排成本", "Weight unplaced", ("每名未安排考生；整数", "each candidate unplaced; whole number")),
    make_column("w_theory_session", "理论场次成本", "Weight theory session", ("每个理论场次；整数", "each theory session; whole number")),
    make_column("w_workshop_session", "实操场次成本", "Weight workshop session", ("每个实操场次；整数", "each workshop session; whole number")),
    make_column("w_examiner", "考评员成本", "Weight examiner", ("每人每场；整数", "each examiner in each session; whole number")),
    make_column("w_km", "公里成本", "Weight km", ("每人每公里；整数", "each candidate and kilometre; whole number")),
    make_column("w_extra_trip", "再次往返成本", "Weight extra trip", ("每人每多一次往返；整数", "each further trip; whole number")),
    make_column("w_wait_day", "等候成本", "Weight wait day", ("每人每天；整数", "each candidate and day; whole number")),
    make_column("w_share_over", "超份额成本", "Weight share over", ("每个超出机构承考份额的考位；整数，留空即0", "each seat beyond an institution's share; whole number, empty means 0")),
    make_column("w_day_peak", "单日集中成本", "Weight day peak", ("每个超出单日容限的考位；整数，留空即0", "each seat beyond the day tolerance; whole number, empty means 0")),
    make_column("w_unfair", "执考不均成本", "Weight unfair", ("考评员每次超出平均的执考；整数，留空即0", "each duty of an examiner beyond the average; whole number, empty means 0")),
    make_column("w_group_session", "分组分散成本", "Weight group session", ("一组每多一个场次；整数，留空即0", "each further session of a group; whole number, empty means 0")),
), ("考试批次",))  # fmt: skip

SLOTS = Table("slots", "时段", "Slots", (
    make_column("id", "时段编号", "Slot id", ("如 D1AM", "such as D1AM"), "编号", "id", required=True, text=True),
    make_column("on", "日期", "Date", ("如 2026-06-13", "such as 2026-06-13"), "考试日期", "day", required=True),
    make_column("start", "开始时间", "Start", ("如 09:00", "such as 09:00"), "起始时间", "start time", required=True),
    make_column("end", "结束时间", "End", ("如 11:30", "such as 11:30"), "终止时间", "end time", required=True),
), ("考试时段",))  # fmt: skip

INSTITUTIONS = Table("institutions", "机构", "Institutions", (
    make_column("id", "机构编号", "Institution id", ("如 I01", "such as I01"), "编号", "id", required=True, text=True),
    make_column("name", "机构名称", "Name", ("与备案完全一致", "exactly as filed"), "名称", "institution name", required=True, width=34),
    make_column("name_en", "英文名称", "English name", ("可留空", "may stay empty"), "name en", width=30),
    make_column("credit_code", "统一社会信用代码", "Credit code", ("18位；可留空", "18 characters; may stay empty"), "信用代码", text=True, width=22),
    make_column("number_code", "证书机构代码", "Number code", ("如 S0000", "such as S0000"), "机构代码", text=True),
    make_column("site_serial", "站点序列号", "Site serial", ("省里给定的六位数字", "six digits given by the province"), "站点代码", text=True),
    make_column("province_code", "省份代码", "Province code", ("行政区划代码前两位", "first two digits of the division code"), "省代码", text=True),
    make_column("number_marks", "编号字头", "Number marks", ("如 苏A", "such as 苏A"), "证书字头", text=True),
    make_column("issues", "发证职责", "Issues", ("实施部门、评价机构、培训机构，或证书种类编号，见代码表，用顿号分开", "roles or award ids as in the sheet 代码表, separated by 、"), "职责", "roles", choices="roles", width=34),
), ("考试机构", "评价机构"))  # fmt: skip

SITES = Table("sites", "考点", "Sites", (
    make_column("id", "考点编号", "Site id", ("如 A", "such as A"), "编号", "id", required=True, text=True),
    make_column("institution", "所属机构", "Institution", ("机构编号或名称", "id or name of an institution"), "机构", "机构编号", "institution id", required=True, width=24),
    make_column("name", "考点名称", "Name", ("考点的名称", "name of the site"), "名称", "site name", width=26),
    make_column("address", "地址", "Address", ("印在准考证上", "printed on admission tickets"), "考点地址", width=34),
    make_column("x_km", "X坐标公里", "X km", ("平面坐标，与Y同时填写", "plane coordinate, together with Y"), "X公里", "X坐标", "x"),
    make_column("y_km", "Y坐标公里", "Y km", ("平面坐标，与X同时填写", "plane coordinate, together with X"), "Y公里", "Y坐标", "y"),
))  # fmt: skip

ROOMS = Table("rooms", "考场", "Rooms", (
    make_column("id", "考场编号", "Room id", ("如 A101", "such as A101"), "编号", "id", required=True, text=True),
    make_column("site", "考点", "Site", ("考点编号或名称", "id or name of a site"), "考点编号", "所属考点", "site id", required=True),
    make_column("kind", "考场类型", "Kind", ("理论考场或实操考场", "theory room or workshop"), "类型", "room kind", required=True, choices="room_kinds"),
    make_column("places", "座位或工位数", "Places", ("座位或工位的个数", "number of seats or workstations"), "座位数", "工位数", "容量", "capacity", required=True),
    make_column("trades", "工种", "Trades", ("实操考场设备适用的工种，见代码表，用顿号分开；留空即全部", "trades a workshop is equipped for, as in the sheet 代码表, separated by 、; empty means all"), "适用工种", "trade ids", choices="trades", width=30),
    make_column("accessible", "无障碍", "Accessible", ("是或否；留空即否", "是/否 (yes/no); empty means no"), "无障碍考场", choices="yes_no"),
    make_column("closed", "关闭时段", "Closed slots", ("不开放的时段编号，用顿号分开", "ids of slots when closed, separated by 、"), "不开放时段", "closed slot ids", width=20),
    make_column("opening_cost", "开场费用", "Opening cost", ("每场；整数；可留空", "each session; whole number; may stay empty")),
    make_column("max_turns", "最多轮次", "Max turns", ("每场最多轮次；可留空", "most turns a session; may stay empty"), "轮次上限"),
    make_column("name", "考场名称", "Name", ("考场的名称", "name of the room"), "名称", "room name", width=22),
))  # fmt: skip

EXAMINERS = Table("examiners", "考评员", "Examiners", (
    make_column("id", "考评员编号", "Examiner id", ("如 E01", "such as E01"), "编号", "id", required=True, text=True),
    make_column("name", "姓名", "Name", ("考评员或监考员姓名", "name of the examiner or invigilator"), "考评员姓名", "examiner name", required=True),
    make_column("institution", "所属机构", "Institution", ("机构编号或名称", "id or name of an institution"), "机构", "机构编号", "工作单位", "institution id", required=True, width=24),
    make_column("duties", "职责", "Duties", ("考评、监考，可同时填写", "考评 (assess), 监考 (invigilate), or both"), "考评职责", "duty", required=True, choices="duties"),
    make_column("trades", "工种", "Trades", ("可考评的工种，见代码表，用顿号分开；留空即全部", "trades that may be assessed, as in the sheet 代码表, separated by 、; empty means all"), "考评工种", "trade ids", choices="trades", width=30),
    make_column("unavailable", "不可用时段", "Unavailable slots", ("时段编号，用顿号分开", "ids of slots, separated by 、"), "不可用时间", "unavailable", width=20),
    make_column("max_per_day", "每日最多场次", "Max per day", ("留空即2", "empty means 2"), "每日场次上限"),
    make_column("max_per_week", "每周最多场次", "Max per week", ("留空即6", "empty means 6"), "每周场次上限"),
    make_column("may_lead", "可任组长", "May lead", ("是或否；留空即是", "是/否 (yes/no); empty means yes"), "考评组长", choices="yes_no"),
), ("考评人员",))  # fmt: skip

RECUSALS = Table("recusals", "回避", "Recusals", (
    make_column("examiner", "考评员编号", "Examiner id", ("考评员编号或姓名", "id or name of an examiner"), "考评员", "examiner", required=True),
    make_column("document_no", "考生证件号码", "Document number", ("须回避的考生", "the candidate to stay away from"), "证件号码", "考生身份证号", "身份证号", "document no", required=True, text=True, width=22),
    make_column("reason", "回避原因", "Reason", ("亲属、本人学员、其他", "亲属 (relative), 本人学员 (own trainee), 其他 (other)"), "原因", required=True, choices="reasons"),
    make_column("note", "备注", "Note", ("可留空", "may stay empty"), "说明", "remark", width=24),
), required=False)  # fmt: skip

GROUPS = Table("groups", "分组", "Groups", (
    make_column("id", "分组编号", "Group id", ("报名表分组一栏所填", "as in the entries' group column"), "分组", "编号", "id", "group", required=True, text=True),
    make_column("together", "同组要求", "Together", ("同场、同考点、分散、不限；留空即同场", "同场 (session), 同考点 (site), 分散 (fragments), 不限 (none); empty means session"), "要求", choices="together"),
    make_column("name", "分组名称", "Name", ("可留空", "may stay empty"), "名称", "group name", width=26),
    make_column("fragment_min", "每处最少人数", "Fragment min", ("分散时每个考点至少几人；留空即1", "for fragments: candidates at a site at least; empty means 1"), "每考点最少人数"),
    make_column("fragment_max", "每处最多人数", "Fragment max", ("分散时每个考点至多几人；留空不限", "for fragments: candidates at a site at most; empty means no limit"), "每考点最多人数"),
    make_column("barred", "不得前往的考点", "Barred sites", ("考点编号或名称，用顿号分开", "ids or names of sites, separated by 、"), "禁去考点", width=24),
), required=False)  # fmt: skip

DISTANCES = Table("distances", "路程", "Distances", (
    make_column("origin", "出发地", "Origin", ("报名表出发地一栏所填", "as in the entries' origin column"), "出发地点", "origin id", required=True),
    make_column("site", "考点", "Site", ("考点编号或名称", "id or name of a site"), "考点编号", "site id", required=True),
    make_column("km", "公里", "Km", ("单程道路公里", "road kilometres, one way"), "距离", "路程公里", "distance", required=True),
), required=False)  # fmt: skip

OPENINGS = Table("openings", "开场", "Openings", (
    make_column("room", "考场编号", "Room id", ("考场编号", "id of a room"), "考场", "room", required=True),
    make_column("slot", "时段编号", "Slot id", ("时段编号", "id of a slot"), "时段", "slot", required=True),
    make_column("cost", "开场费用", "Cost", ("整数；可留空", "whole number; may stay empty"), "opening cost"),
    make_column("closed", "关闭", "Closed", ("是或否；留空即否", "是/否 (yes/no); empty means no"), choices="yes_no"),
), required=False)  # fmt: skip

SETUP = (ROUND, SLOTS, INSTITUTIONS, SITES, ROOMS, EXAMINERS, RECUSALS, GROUPS, DISTANCES, OPENINGS, *RULES)
"""Every sheet of a set-up workbook, in the template's order."""
