"""The plan workbook (编排方案表): sheets that people read, and three of them that are read back after editing by hand.

Headings only; ``plan_tables.py`` fills the rows, ``plan_edit.py`` gives edited cells their meaning.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.sheets.columns import Column, Table, make_column

SUMMARY_SHEET = "汇总"
UNPLACED_SHEET = "未安排"


@dataclass(frozen=True, slots=True)
class Origin:
    """Which version of a plan a workbook was written from, so that a copy that grew old is noticed."""

    version: int
    digest: str
    """SHA-256 of the plan's bytes, hexadecimal."""
    in_force: int | None = None
    """Version that was published when the workbook was written; None when there was none."""


VERSION = ("方案版本", "Plan version")
DIGEST = ("方案摘要", "Plan digest")
IN_FORCE = ("当时已发布版本", "Version in force")
ROUND = ("批次编号", "Round id")
"""Labels in the summary by which the origin is found again."""


def _shown(key: str, zh: str, en: str, width: int) -> Column:
    """Return a column that is not read back: it follows from the others."""
    return make_column(key, zh, en, ("只供查看，读回时不采用", "to look at; not read back"), width=width)


_SLOT = make_column("slot", "时段", "Slot", ("批次中的时段编号", "id of a slot of the round"), text=True, width=10)
_DAY = make_column("on", "日期", "Date", ("改日期即改到当天相应的时段", "another date means the slot of that day"), width=12)  # fmt: skip
_START = make_column("start", "开始", "Start", ("改时间即改到相应的时段", "another time means the slot then"), width=8)
_SITE = make_column("site", "考点", "Site", ("考点名称或编号", "name or id of a site"), width=18)
_ROOM = make_column("room", "考场", "Room", ("考场名称或编号", "name or id of a room"), required=True, text=True, width=14)  # fmt: skip
_SESSION = make_column("session", "场次", "Session", ("场次表中的场次编号", "id of a session of the session sheet"), "场次编号", required=True, text=True, width=14)  # fmt: skip

SESSIONS = Table(
    "plan-sessions",
    "场次",
    "Sessions",
    (
        _SESSION,
        _SLOT,
        _DAY,
        _START,
        _shown("end", "结束", "End", 8),
        _SITE,
        _shown("institution", "机构", "Institution", 20),
        _ROOM,
        _shown("kind", "类型", "Kind", 10),
        make_column("components", "科目", "Component", ("科目名称或编号，几科用顿号分开", "names or ids, several separated by 、"), required=True, width=20),
        _shown("heads", "人数", "Candidates", 8),
        _shown("places", "考位数", "Places", 8),
        _shown("turns", "轮次", "Turns", 7),
        _shown("fill", "使用率", "Fill rate", 8),
        make_column("examiners", "考评员", "Examiners", ("姓名或编号，用顿号分开", "names or ids, separated by 、"), required=True, width=26),
        make_column("lead", "组长", "Lead", ("其中一名考评员的姓名或编号", "name or id of one of them"), required=True, width=12),
    ),
)  # fmt: skip
SITTINGS = Table(
    "plan-sittings",
    "考生安排",
    "Sittings",
    (
        make_column("party", "考生编号", "Party", ("报名编号", "id of the entry"), required=True, text=True, width=20),
        make_column("name", "姓名", "Name", ("与编号一致", "as the id says"), text=True, width=10),
        make_column("member", "成员", "Member", ("多人一组时的第几人", "which one of several"), width=7),
        _shown("group", "分组", "Group", 10),
        _shown("institution", "培训机构", "Training institution", 18),
        make_column("component", "科目", "Component", ("科目名称或编号", "name or id of a component"), required=True, width=16),
        _SLOT,
        _DAY,
        _START,
        _shown("end", "时段结束", "Slot end", 8),
        _SITE,
        _shown("address", "地址", "Address", 20),
        _ROOM,
        make_column("turn", "轮次", "Turn", ("从 1 起", "from 1"), required=True, width=7),
        make_column("place", "考位", "Place", ("座位或工位的号码，从 1 起", "seat or workstation, from 1"), "座位", "工位", "座位号", "工位号", required=True, width=7),
        _SESSION,
    ),
)  # fmt: skip
DUTIES = Table(
    "plan-examiners",
    "考评员",
    "Examiners",
    (
        make_column("examiner", "编号", "Examiner", ("考评员编号", "id of the examiner"), required=True, text=True, width=10),
        make_column("name", "姓名", "Name", ("考评员姓名", "name of the examiner"), text=True, width=10),
        _shown("institution", "机构", "Institution", 20),
        _SLOT,
        _DAY,
        _START,
        _shown("end", "结束", "End", 8),
        _SITE,
        _ROOM,
        _shown("components", "科目", "Component", 20),
        make_column("role", "职务", "Role", ("组长填“组长 lead”，其余留空", "组长 lead for the leader, else empty"), required=True, width=9),
        _shown("heads", "人数", "Candidates", 8),
        _SESSION,
        _shown("status", "状态", "Status", 16),
    ),
)  # fmt: skip
LEADER = "组长 lead"
IDLE = "未安排 not needed"

UNPLACED = Table(
    "plan-unplaced",
    UNPLACED_SHEET,
    "Unplaced",
    (
        _shown("party", "考生编号", "Party", 20),
        _shown("name", "姓名", "Name", 10),
        _shown("heads", "人数", "Heads", 7),
        _shown("group", "分组", "Group", 10),
        _shown("due", "应考科目", "Due", 24),
        _shown("why", "原因", "Reason in Chinese", 44),
        _shown("why_en", "英文原因", "Reason", 44),
        _shown("rule", "规则", "Rule", 18),
    ),
)
BY_DAY = Table(
    "plan-days",
    "每日负荷",
    "Load per day",
    (
        _shown("on", "日期", "Date", 12),
        _shown("sites", "考点数", "Sites", 8),
        _shown("sessions", "场次数", "Sessions", 8),
        _shown("candidates", "考生人数", "Candidates", 9),
        _shown("theory", "理论人次", "Theory sittings", 9),
        _shown("practical", "实操人次", "Practical sittings", 9),
        _shown("sittings", "合计人次", "Sittings", 9),
        _shown("places", "考位数", "Places", 9),
        _shown("fill", "使用率", "Fill rate", 9),
        _shown("examiners", "考评人员数", "Examiners", 10),
        _shown("duties", "执考次数", "Duties", 9),
    ),
)
BY_SITE = Table(
    "plan-sites",
    "考点负荷",
    "Load per site",
    (
        _shown("site", "考点", "Site", 20),
        _shown("institution", "机构", "Institution", 22),
        _shown("rooms", "启用考场", "Rooms in use", 9),
        _shown("days", "使用天数", "Days in use", 9),
        _shown("sessions", "场次数", "Sessions", 8),
        _shown("candidates", "考生人数", "Candidates", 9),
        _shown("theory", "理论人次", "Theory sittings", 9),
        _shown("practical", "实操人次", "Practical sittings", 9),
        _shown("sittings", "合计人次", "Sittings", 9),
        _shown("places", "考位数", "Places", 9),
        _shown("fill", "使用率", "Fill rate", 9),
        _shown("duties", "执考次数", "Duties", 9),
    ),
)
BY_INSTITUTION = Table(
    "plan-institutions",
    "机构负荷",
    "Load per institution",
    (
        _shown("institution", "机构", "Institution", 26),
        _shown("trained", "本机构学员", "Own candidates", 10),
        _shown("placed", "其中已安排", "Of them placed", 10),
        _shown("sites", "承考考点", "Sites", 9),
        _shown("sessions", "承考场次", "Sessions", 9),
        _shown("sittings", "承考人次", "Sittings", 9),
        _shown("part", "占全部人次", "Part of all", 10),
        _shown("agreed", "承考份额", "Agreed share", 10),
        _shown("examiners", "派出考评人员", "Examiners sent", 11),
        _shown("duties", "执考次数", "Duties", 9),
        _shown("duty_days", "执考人天", "Examiner days", 10),
    ),
)
