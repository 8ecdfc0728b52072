"""The mark sheet (成绩表): one row an entry and component. Headings only; ``marks.py`` gives cells their meaning."""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.catalogue import Catalogue
from scheduler.sheets.columns import Column, Table, make_column

ASSESSORS = 5
"""Assessors a row may name; the template shows three."""
ASSESSORS_SHOWN = 3


def item_column(item_id: str) -> Column:
    """Return the column of one practical item's points, such as ``K1成绩``."""
    note = (f"{item_id} 得分", f"points of {item_id}")
    return make_column(
        f"item:{item_id}",
        f"{item_id}成绩",
        f"{item_id} points",
        note,
        item_id,
        f"{item_id}得分",
        f"{item_id}分数",
        width=9,
    )


def assessor_columns(n: int) -> tuple[Column, Column]:
    """Return name and points of the n-th assessor, n from 1."""
    return (
        make_column(f"assessor{n}_name", f"考评员{n}", f"Examiner {n}", ("考评员编号或姓名", "id or name"), f"考评员{n}姓名", f"examiner {n} name", f"assessor {n}", f"assessor {n} name"),
        make_column(f"assessor{n}_pts", f"考评员{n}评分", f"Examiner {n} points", ("该考评员单独给出的分数", "points this examiner gave alone"), f"考评员{n}成绩", f"examiner {n} mark", f"assessor {n} points", f"assessor {n} mark"),
    )  # fmt: skip


_HEAD = (
    make_column("entry", "报名编号", "Entry id", ("也可用准考证号，或姓名和证件号码代替", "or the ticket number, or name and document number"), "报名号", "entry", "entry no", text=True, width=26),
    make_column("ticket", "准考证号", "Ticket number", ("准考证上的号码；旧表在此填报名编号，同样可读", "as on the admission ticket; entry ids, as in older sheets, are read, too"), "准考证", "准考证编号", "ticket no", text=True, width=18),
    make_column("name", "姓名", "Name", ("考生姓名", "name of the candidate"), "考生姓名", "candidate", text=True, width=12),
    make_column("document_no", "证件号码", "Document number", ("没有报名编号和准考证号时填写完整号码", "the full number where there is neither entry id nor ticket number"), "身份证号", "身份证号码", "证件号", "document no", "id number", text=True, width=22),
    make_column("component", "科目", "Component", ("科目编号，或理论、实操、动火作业", "component id, or 理论, 实操, 动火作业"), "考试科目", "component id", required=True, width=30),
    make_column("session", "场次", "Session", ("不读取", "not read"), "考试场次", "session id", width=22),
    make_column("turn", "轮次", "Turn", ("不读取", "not read"), width=7),
    make_column("place", "考位", "Place", ("座位或工位的号码，不读取", "seat or workstation; not read"), "座位", "工位", "座位号", "工位号", "seat", width=7),
    make_column("attendance", "考勤", "Attendance", ("出勤、缺考、取消资格、缓考；留空即出勤", "出勤 (present), 缺考 (absent), 取消资格 (barred), 缓考 (deferred); empty means present where there are points"), "出勤", "出缺勤", choices="attendance", width=12),
    make_column("pts", "成绩", "Points", ("总分；有单项或考评员评分时可留空", "total; may stay empty where items or examiners' marks are given"), "总成绩", "总分", "得分", "分数", "mark", "score", width=9),
    make_column("sat_on", "考试日期", "Sat on", ("如 2026-06-13", "such as 2026-06-13"), "日期", "exam date", "date", width=13),
)  # fmt: skip
_VETOES = make_column("vetoed", "否决项", "Vetoed items", ("触发否决的单项编号，用顿号分开；没有则留空", "ids of vetoed items, separated by 、; empty when none"), "否决", "vetoes", width=14)  # fmt: skip
_REMARK = make_column("remark", "备注", "Remark", ("不读取", "not read"), "note", width=20)


def marks_table(item_ids: Iterable[str], assessors: int = ASSESSORS, *, tickets: bool = True) -> Table:
    """Return the table for a list of practical items, in their order; without the ticket numbers where none are given."""
    items = tuple(item_column(item_id) for item_id in item_ids)
    people = tuple(c for n in range(1, assessors + 1) for c in assessor_columns(n))
    first = [column for column in _HEAD if tickets or column.key != "ticket"]
    return Table("marks", "成绩表", "Marks", (*first, *items, _VETOES, *people, _REMARK), ("成绩", "成绩单"))


def item_ids_of(catalogue: Catalogue) -> tuple[str, ...]:
    """Return the ids of all practical items in the catalogue, sorted, each once."""
    return tuple(sorted({i.id for s in catalogue.schemes for c in s.components for i in c.items}))
