"""The workbook of a plan: summary, sessions, sittings, examiners, who has no place and why, and the load it makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openpyxl import Workbook

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan
from scheduler.sheets import columns_plan as tables
from scheduler.sheets.columns import Value
from scheduler.sheets.columns_plan import Origin
from scheduler.sheets.paint import head, lay_out, new_book, rows_below
from scheduler.sheets.plan_load import by_day, by_institution, by_site
from scheduler.sheets.plan_tables import PlanTables

_TERMS = {
    "unplaced": "未安排的考生", "opening": "开设场次", "examiners": "考评员与监考员派出",
    "travel": "考生路程", "extra-trip": "再次往返", "wait": "等候天数",
    "share-over": "超出机构承考份额的考位", "day-peak": "单日过于集中的考位",
    "unfair-load": "考评员执考次数不均", "group-spread": "考生组分散的场次",
}  # fmt: skip
_PERCENT = {"fill": "0%", "part": "0.0%", "agreed": "0%"}


def summary(rows: PlanTables, origin: Origin | None) -> Iterator[tuple[Value, ...]]:
    """Give pairs of label and figure."""
    plan, round_ = rows.plan, rows.round
    size = {party.id: party.head_count for party in round_.parties}
    unplaced = sum(size.get(u.party_id, 1) for u in plan.unplaced)
    gap = plan.gap
    yield "批次 Round", f"{round_.name} {round_.id}".strip()
    yield "考试周期 Window", f"{round_.window.first_on} – {round_.window.last_on}"
    yield "考生人数 Candidates", sum(size.values())
    yield "已安排人数 Placed", sum(size.values()) - unplaced
    yield "未安排人数 Unplaced", unplaced
    yield "场次 Sessions", len(plan.sessions)
    yield "人次 Sittings", len(plan.sittings)
    yield "考试日 Days", len({rows.slots[s.slot_id].on for s in plan.sessions})
    yield "总成本 Cost", plan.cost
    yield "下界 Bound", "未证明 not proven" if plan.bound is None else plan.bound
    yield "差距 Gap", "未证明 not proven" if gap is None else f"{gap:.2%}"
    for line in plan.costs:
        yield f"其中：{_TERMS.get(line.term, line.term)} {line.term}", line.amount
    yield "随机种子 Seed", plan.making.seed
    yield "求解引擎 Engine", plan.making.engine
    yield "批次摘要 Round digest", plan.round_digest
    yield from _origin_rows(plan, origin)


def _origin_rows(plan: Plan, origin: Origin | None) -> Iterator[tuple[Value, ...]]:
    if origin is None:
        return
    yield " ".join(tables.ROUND), plan.round_id
    yield " ".join(tables.VERSION), origin.version
    yield " ".join(tables.IN_FORCE), "无 none" if origin.in_force is None else origin.in_force
    yield " ".join(tables.DIGEST), origin.digest


def plan_book(plan: Plan, round_: Round, names: Mapping[str, str], origin: Origin | None = None) -> Workbook:
    """Return the workbook of a plan.

    Args:
        names: Name of each party by its id, and of examiners whose round value has none.
        origin: Which version it is; without it the workbook can be looked at, but not be read back.
    """
    rows = PlanTables(plan, round_, names)
    book = new_book()
    sheet = book.create_sheet(tables.SUMMARY_SHEET)
    head(sheet, ["项目 Item", "数值 Figure"], [40, 66])
    rows_below(sheet, summary(rows, origin))
    for table, values in (
        (tables.SESSIONS, rows.session_rows()),
        (tables.SITTINGS, rows.sitting_rows()),
        (tables.DUTIES, rows.duty_rows()),
        (tables.UNPLACED, rows.unplaced_rows()),
        (tables.BY_DAY, by_day(rows)),
        (tables.BY_SITE, by_site(rows)),
        (tables.BY_INSTITUTION, by_institution(rows)),
    ):
        lay_out(book.create_sheet(table.title), table.columns, values, formats=_PERCENT)
    return book
