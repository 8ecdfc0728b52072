"""The workbook of a plan: summary, sessions, sittings, examiners, and who has no place and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from openpyxl import Workbook

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import RoomKind
from scheduler.domain.places import Room, Site
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Session, Sitting
from scheduler.domain.wording import component_words
from scheduler.sheets.paint import Value, head, new_book, rows_below

_TERMS = {
    "unplaced": "未安排的考生", "opening": "开设场次", "examiners": "考评员与监考员派出",
    "travel": "考生路程", "extra-trip": "再次往返", "wait": "等候天数",
    "share-over": "超出机构承考份额的考位", "day-peak": "单日过于集中的考位",
    "unfair-load": "考评员执考次数不均", "group-spread": "考生组分散的场次",
}  # fmt: skip


class PlanTables:
    """The rows of each sheet; ids are looked up in the round once."""

    def __init__(self, plan: Plan, round_: Round, names: Mapping[str, str]) -> None:
        self.plan, self.round, self.names = plan, round_, names
        self.slots = {s.id: s for s in round_.slots}
        self.rooms = {r.id: r for r in round_.rooms}
        self.sites = {s.id: s for s in round_.sites}
        self.components = {c.id: c for c in round_.components}
        self.told_apart = {c.id: component_words(c, round_.components).zh for c in round_.components}
        self.institutions = {i.id: i.name for i in round_.institutions}
        self.parties = {p.id: p for p in round_.parties}
        self.examiners = {e.id: e for e in round_.examiners}
        self.sessions = {s.id: s for s in plan.sessions}
        self.heads = Counter(sitting.session_id for sitting in plan.sittings)

    def place(self, session: Session) -> tuple[Slot, Room, Site]:
        """Return slot, room and site of a session."""
        room = self.rooms[session.room_id]
        return self.slots[session.slot_id], room, self.sites[room.site_id]

    def component_name(self, component_id: str) -> str:
        """Return the Chinese name of a component, or its id where it has none."""
        component = self.components.get(component_id)
        return component.name.zh or component_id if component else component_id

    def examined(self, session: Session) -> str:
        """Return what a session examines: every component, with ids where the round has several of one name."""
        return "、".join(self.told_apart.get(id_, id_) for id_ in session.component_ids)

    def name_of(self, party_id: str) -> str:
        """Return the name of a party, or its id where none was given."""
        return self.names.get(party_id) or party_id

    def examiner_name(self, examiner_id: str) -> str:
        """Return an examiner's name, or the id."""
        examiner = self.examiners.get(examiner_id)
        return (examiner.name if examiner else "") or self.names.get(examiner_id) or examiner_id

    def in_time(self) -> list[Session]:
        """Return the sessions by day, start, site and room."""

        def key(session: Session) -> tuple[datetime, str, str]:
            slot, room, site = self.place(session)
            return slot.starts_at, site.id, room.id

        return sorted(self.plan.sessions, key=key)

    def summary(self) -> Iterator[tuple[Value, ...]]:
        """Give pairs of label and figure."""
        plan, window = self.plan, self.round.window
        size = {party.id: party.head_count for party in self.round.parties}
        unplaced = sum(size.get(u.party_id, 1) for u in plan.unplaced)
        gap = plan.gap
        yield "批次 Round", f"{self.round.name} {self.round.id}".strip()
        yield "考试周期 Window", f"{window.first_on} – {window.last_on}"
        yield "考生人数 Candidates", sum(size.values())
        yield "已安排人数 Placed", sum(size.values()) - unplaced
        yield "未安排人数 Unplaced", unplaced
        yield "场次 Sessions", len(plan.sessions)
        yield "人次 Sittings", len(plan.sittings)
        yield "考试日 Days", len({self.slots[s.slot_id].on for s in plan.sessions})
        yield "总成本 Cost", plan.cost
        yield "下界 Bound", "未证明 not proven" if plan.bound is None else plan.bound
        yield "差距 Gap", "未证明 not proven" if gap is None else f"{gap:.2%}"
        for line in plan.costs:
            yield f"其中：{_TERMS.get(line.term, line.term)} {line.term}", line.amount
        yield "随机种子 Seed", plan.making.seed
        yield "求解引擎 Engine", plan.making.engine
        yield "批次摘要 Round digest", plan.round_digest

    def session_rows(self) -> Iterator[tuple[Value, ...]]:
        """Give one row a session."""
        for session in self.in_time():
            slot, room, site = self.place(session)
            lead = self.examiner_name(session.lead_id) if session.lead_id else None
            turns = max((s.turn for s in self.plan.sittings if s.session_id == session.id), default=0)
            people = "、".join(self.examiner_name(e) for e in session.examiner_ids)
            yield (
                session.id, slot.on, slot.start, slot.end, site.name or site.id, self.institutions.get(site.institution_id),
                room.name or room.id, "理论考场" if room.kind is RoomKind.THEORY_ROOM else "实操考场",
                self.examined(session), self.heads[session.id], room.places, turns, people, lead,
            )  # fmt: skip

    def sitting_rows(self) -> Iterator[tuple[Value, ...]]:
        """Give one row a sitting, a candidate's rows together in the order of time."""

        def key(sitting: Sitting) -> tuple[str, str, int, datetime]:
            return (
                self.name_of(sitting.party_id),
                sitting.party_id,
                sitting.member,
                self.slots[self.sessions[sitting.session_id].slot_id].starts_at,
            )

        for sitting in sorted(self.plan.sittings, key=key):
            session = self.sessions[sitting.session_id]
            slot, room, site = self.place(session)
            party = self.parties.get(sitting.party_id)
            yield (
                sitting.party_id, self.name_of(sitting.party_id), sitting.member if party and party.head_count > 1 else None,
                party.group_id if party else None, self.institutions.get(party.institution_id) if party else None,
                self.component_name(sitting.component_id), slot.on, self.begins(session, sitting.turn), slot.end,
                site.name or site.id, site.address, room.name or room.id, sitting.turn, sitting.place, session.id,
            )  # fmt: skip

    def begins(self, session: Session, turn: int) -> Value:
        """Return when a turn begins: turns follow one another at a workstation, with the changeover between."""
        slot, component = self.slots[session.slot_id], self.components[session.component_id]
        return (
            slot.starts_at + timedelta(minutes=(turn - 1) * (component.minutes + self.round.policy.changeover_min))
        ).time()

    def examiner_rows(self) -> Iterator[tuple[Value, ...]]:
        """Give one row an examiner and session, an examiner's rows together in the order of time; the idle come last."""
        busy: set[str] = set()
        sessions = self.in_time()
        for examiner in sorted(self.round.examiners, key=lambda e: e.id):
            for session in sessions:
                if examiner.id in session.examiner_ids:
                    slot, room, site = self.place(session)
                    busy.add(examiner.id)
                    role = "组长 lead" if session.lead_id == examiner.id else None
                    yield (
                        examiner.id, self.examiner_name(examiner.id), self.institutions.get(examiner.institution_id), slot.on, slot.start,
                        slot.end, site.name or site.id, room.name or room.id, self.examined(session),
                        role, self.heads[session.id], session.id,
                    )  # fmt: skip
        for examiner in sorted(self.round.examiners, key=lambda e: e.id):
            if examiner.id not in busy:
                yield (
                    examiner.id,
                    self.examiner_name(examiner.id),
                    self.institutions.get(examiner.institution_id),
                    "未安排 not needed",
                )

    def unplaced_rows(self) -> Iterator[tuple[Value, ...]]:
        """Give one row a party and reason."""
        for unplaced in self.plan.unplaced:
            party = self.parties.get(unplaced.party_id)
            due = "、".join(self.component_name(c) for c in party.component_ids) if party else None
            for reason in unplaced.reasons:
                yield (
                    unplaced.party_id, self.name_of(unplaced.party_id), party.head_count if party else None,
                    party.group_id if party else None, due, reason.what.zh, reason.what.en, reason.rule,
                )  # fmt: skip


def plan_book(plan: Plan, round_: Round, names: Mapping[str, str]) -> Workbook:
    """Return the workbook of a plan.

    Args:
        names: Name of each party by its id, and of examiners whose round value has none.
    """
    rows = PlanTables(plan, round_, names)
    book = new_book()
    for title, columns, values in (
        ("汇总", (("项目 Item", 40), ("数值 Figure", 46)), rows.summary()),
        ("场次", (("场次 Session", 22), ("日期 Date", 12), ("开始 Start", 8), ("结束 End", 8), ("考点 Site", 22), ("机构 Institution", 26), ("考场 Room", 16), ("类型 Kind", 12), ("科目 Component", 26), ("人数 Candidates", 10), ("考位数 Places", 10), ("轮次 Turns", 8), ("考评员 Examiners", 34), ("组长 Lead", 12)), rows.session_rows()),
        ("考生安排", (("考生编号 Party", 26), ("姓名 Name", 14), ("成员 Member", 9), ("分组 Group", 14), ("培训机构 Institution", 24), ("科目 Component", 26), ("日期 Date", 12), ("开始 Start", 8), ("时段结束 Slot end", 9), ("考点 Site", 22), ("地址 Address", 30), ("考场 Room", 16), ("轮次 Turn", 8), ("考位 Place", 8), ("场次 Session", 22)), rows.sitting_rows()),
        ("考评员", (("编号 Examiner", 12), ("姓名 Name", 14), ("机构 Institution", 26), ("日期 Date", 16), ("开始 Start", 8), ("结束 End", 8), ("考点 Site", 22), ("考场 Room", 16), ("科目 Component", 26), ("职务 Role", 10), ("人数 Candidates", 10), ("场次 Session", 22)), rows.examiner_rows()),
        ("未安排", (("考生编号 Party", 26), ("姓名 Name", 14), ("人数 Heads", 8), ("分组 Group", 14), ("应考科目 Due", 36), ("原因", 46), ("Reason", 50), ("规则 Rule", 22)), rows.unplaced_rows()),
    ):  # fmt: skip
        sheet = book.create_sheet(title)
        head(sheet, [words for words, _ in columns], [width for _, width in columns])
        rows_below(sheet, values)
    return book
