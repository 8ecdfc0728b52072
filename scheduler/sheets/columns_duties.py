"""The workbook that goes to examiners and comes back (考评员征询表): when they can serve, which duties they accept. Headings only."""

from __future__ import annotations

from scheduler.sheets.columns import Column, Table, make_column


def _said(key: str, zh: str, en: str, width: int = 14) -> Column:
    """Return a column that is told and only compared or not read at all."""
    return make_column(key, zh, en, ("已填好，请勿改动", "filled in already; please leave as it is"), width=width)


_WHO = (
    make_column("examiner", "考评员编号", "Examiner", ("已填好，请勿改动", "filled in already; please leave as it is"), "编号", "examiner id", required=True, text=True, width=12),
    make_column("name", "姓名", "Name", ("已填好，请勿改动", "filled in already; please leave as it is"), "考评员姓名", text=True, width=12),
    _said("institution", "机构", "Institution", 24),
)  # fmt: skip
_WHEN = (_said("on", "日期", "Date", 12), _said("start", "开始", "Start", 8), _said("end", "结束", "End", 8))
AVAILABILITY = Table(
    "availability",
    "可用时段",
    "Availability",
    (
        *_WHO,
        make_column("slot", "时段编号", "Slot", ("已填好，请勿改动", "filled in already; please leave as it is"), "时段", "slot id", required=True, text=True, width=12),
        *_WHEN,
        make_column("answer", "能否执考", "Can serve", ("可以或不可以；不答复留空", "可以 (yes) or 不可以 (no); empty while not answered"), "是否可用", "可否", "available", choices="can_serve", width=11),
        make_column("reason", "说明", "Remark", ("不可以的，可写明原因", "why not, where it helps"), "原因", width=30),
    ),
    required=False,
)  # fmt: skip
DUTIES = Table(
    "duties",
    "执考任务",
    "Duties",
    (
        *_WHO,
        make_column("session", "场次", "Session", ("已填好，请勿改动", "filled in already; please leave as it is"), "考试场次", "session id", required=True, text=True, width=18),
        *_WHEN,
        _said("site", "考点", "Site", 22),
        _said("address", "地址", "Address", 30),
        _said("room", "考场", "Room", 14),
        _said("component", "科目", "Component", 24),
        _said("role", "职务", "Role", 10),
        _said("heads", "考生人数", "Candidates", 10),
        _said("version", "方案版本", "Plan version", 9),
        make_column("answer", "答复", "Answer", ("接受或谢绝；不答复留空", "接受 (accept) or 谢绝 (decline); empty while not answered"), "是否接受", "reply", choices="acceptance", width=10),
        make_column("reason", "理由", "Reason", ("谢绝的必须写明理由", "needed where a duty is declined"), "原因", "谢绝理由", width=34),
    ),
    required=False,
)  # fmt: skip
