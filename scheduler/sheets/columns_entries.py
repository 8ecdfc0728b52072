"""The registration sheet (报名表): one row a candidate. Headings only; meaning is given to cells in ``entries.py``."""

from __future__ import annotations

from scheduler.sheets.columns import Column, Table, make_column

HELD_SETS = 6
"""Certificates a row may bring; the template shows two."""
HELD_SHOWN = 2


def held_columns(n: int) -> tuple[Column, ...]:
    """Return the five columns of the n-th held certificate, n from 1."""
    return (
        make_column(f"held{n}_award", f"已持证书{n}", f"Held certificate {n}", ("已持有证书的种类，从下拉列表中选择；没有则留空", "kind of certificate held, from the list; empty when there is none"), f"已持证书种类{n}", f"原证书{n}", f"held award {n}", *((("已持证书", "已持证书种类", "held certificate")) if n == 1 else ()), choices="awards", width=24),
        make_column(f"held{n}_no", f"已持证书编号{n}", f"Held number {n}", ("证书上的编号，原样填写", "number as printed on it"), f"已持证书号{n}", f"证书编号{n}", f"held certificate number {n}", *(("已持证书编号", "held number") if n == 1 else ()), text=True, width=24),
        make_column(f"held{n}_from", f"有效期起{n}", f"Held valid from {n}", ("有效期第一天", "first day in force"), f"已持证书有效期起{n}", f"发证日期{n}", f"valid from {n}", *(("有效期起", "valid from") if n == 1 else ())),
        make_column(f"held{n}_until", f"有效期止{n}", f"Held valid until {n}", ("有效期最后一天；长期有效则留空", "last day in force; empty when it has no end"), f"已持证书有效期止{n}", f"valid until {n}", *(("有效期止", "valid until") if n == 1 else ())),
        make_column(f"held{n}_holder", f"持证人证件号码{n}", f"Held by document number {n}", ("证书上记载的证件号码", "identity number printed on it"), f"已持证书证件号码{n}", f"holder document number {n}", *(("持证人证件号码", "holder document number") if n == 1 else ()), text=True, width=22),
    )  # fmt: skip


_PERSON = (
    make_column("name", "姓名", "Name", ("与证件完全一致，不要在姓名中加空格；间隔号用 ·", "exactly as on the document, no blanks inside a Chinese name; middle dot ·"), "考生姓名", "申报人", "申报人姓名", "名字", "full name", "candidate", required=True, text=True, width=12),
    make_column("document_kind", "证件类型", "Document kind", ("留空即居民身份证", "empty means citizen identity card"), "证件种类", "证件类别", "document type", "id type", choices="kinds", width=18),
    make_column("document_no", "证件号码", "Document number", ("以文本格式填写；居民身份证须满 18 位", "as text; identity cards with all 18 characters"), "身份证号", "身份证号码", "身份证", "证件号", "公民身份号码", "居民身份证号", "居民身份证号码", "id number", "id no", "id card number", "identity number", "document no", required=True, text=True, width=22),
    make_column("sex", "性别", "Sex", ("男或女；护照必填，其他证件可留空", "男 or 女; passports need it, others may leave it empty"), "gender", choices="sexes", width=8),
    make_column("born_on", "出生日期", "Birth date", ("如 1990-05-01；护照必填，其他证件可留空", "such as 1990-05-01; passports need it, others may leave it empty"), "出生年月日", "出生年月", "生日", "date of birth", "born on", "birthday", width=13),
    make_column("phone", "联系电话", "Phone", ("手机或固定电话", "mobile or landline"), "手机", "手机号", "手机号码", "电话", "联系方式", "mobile", "telephone", text=True, width=15),
    make_column("education", "文化程度", "Education", ("最高学历", "highest education"), "学历", choices="education", width=12),
    make_column("employer", "工作单位", "Employer", ("现工作单位全称", "full name of the present employer"), "单位", "单位名称", "所在单位", "company", width=26),
)  # fmt: skip
_APPLICATION = (
    make_column("scheme", "报考方案", "Scheme", ("方案编号或名称，从下拉列表中选择", "id or name of the scheme, from the list"), "方案", "考试方案", "一考多证方案", "申报方案", "scheme id", required=True, choices="schemes", width=26),
    make_column("awards", "申报证书", "Awards", ("只申报其中几种时填写，用顿号分开；留空即申报方案的全部证书", "only when not all of the scheme are applied for, separated by 、; empty means all"), "申报证书种类", "证书种类", "award", width=26),
    make_column("applied_on", "申报日期", "Applied on", ("如 2026-06-01；留空即读入当天", "such as 2026-06-01; empty means the day it is read"), "报名日期", "申请日期", "application date", width=13),
    make_column("region", "发证地区", "Region", ("六位行政区划代码", "six-digit division code"), "地区代码", "行政区划代码", "行政区划", "division code", text=True, width=12),
    make_column("institution", "培训机构", "Training institution", ("批次中机构的编号或名称；未参加培训则留空", "id or name of an institution of the round; empty when none"), "培训单位", "所属机构", "institution", width=24),
    make_column("group", "分组", "Group", ("需要安排在一起的单位或班级", "employer or class kept together"), "组别", "班级", "class", width=14),
    make_column("origin", "出发地", "Origin", ("路程表中的出发地", "starting point in the distances sheet"), "出发地点", "starting point", width=14),
    make_column("x_km", "X坐标公里", "X km", ("平面坐标，与Y同时填写", "plane coordinate, together with Y"), "X公里", "X坐标", "x", width=10),
    make_column("y_km", "Y坐标公里", "Y km", ("平面坐标，与X同时填写", "plane coordinate, together with X"), "Y公里", "Y坐标", "y", width=10),
    make_column("accessible", "无障碍", "Accessible", ("需要无障碍考场填是", "是 (yes) when an accessible room is needed"), "无障碍需求", "需要无障碍", "accessibility", choices="yes_no", width=9),
    make_column("earliest_on", "最早日期", "Earliest date", ("最早可参加考试的日期", "first day that suits"), "最早考试日期", "earliest on", width=13),
    make_column("latest_on", "最晚日期", "Latest date", ("最晚参加考试的日期", "last day that suits"), "最晚考试日期", "截止日期", "latest on", "deadline", width=13),
    make_column("unavailable", "不可用时段", "Unavailable slots", ("不能到场的时段编号，用顿号分开", "ids of slots that do not suit, separated by 、"), "不可用时间", "不便时段", "unavailable", width=18),
)  # fmt: skip
_REST = (
    make_column("photo", "照片", "Photo", ("照片文件名，如 001.jpg", "file name, such as 001.jpg"), "照片文件", "照片文件名", "photo file", width=18),
    make_column("remark", "备注", "Remark", ("可留空", "may stay empty"), "说明", "note", "notes", "remarks", width=24),
)  # fmt: skip

ENTRIES = Table(
    "entries",
    "报名表",
    "Entries",
    (*_PERSON, *_APPLICATION, *(c for n in range(1, HELD_SETS + 1) for c in held_columns(n)), *_REST),
    ("报名", "报名信息", "registration"),
)
SHOWN = (*_PERSON, *_APPLICATION, *(c for n in range(1, HELD_SHOWN + 1) for c in held_columns(n)), *_REST)
"""The columns of the template, in its order."""
SERIAL_HEADINGS = ("序号", "编号", "no", "serial", "index")
"""Running numbers that people put in front; passed over without a word."""
