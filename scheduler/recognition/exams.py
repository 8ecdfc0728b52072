"""Exams of single awards, and how a scheme joins them into one: the longest time, the strictest staffing, every item once.

Used by the shelf only. Pass marks stay each award's own; nothing here reads files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from scheduler.domain.catalogue import (
    Component,
    ComponentKind,
    Duty,
    Edition,
    PassMark,
    PracticalItem,
    RoomKind,
    Staffing,
)
from scheduler.errors import Text
from scheduler.recognition.records import Record

KIND_WORDS = {
    ComponentKind.THEORY: Text("理论考试", "Theory"),
    ComponentKind.HOT_WORK: Text("动火作业安全管理考试", "Hot-work safety management"),
    ComponentKind.PRACTICAL: Text("实际操作考试", "Practical"),
    ComponentKind.OTHER: Text("综合评审", "Comprehensive review"),
}
"""Names of components where the data give none, in the order of an exam."""
_KINDS = {kind.value: kind for kind in KIND_WORDS}


@dataclass(frozen=True, slots=True)
class StaffedRoom:
    """A staffing rule and the kind of room it is for."""

    staffing: Staffing
    room_kind: RoomKind
    edition: Edition


@dataclass(frozen=True, slots=True)
class Part:
    """What one award asks of one kind of component."""

    kind: ComponentKind
    name: Text
    minutes: int
    full_pts: int
    pass_pts: int
    vetoes_count: bool
    room: StaffedRoom
    after: tuple[ComponentKind, ...]
    items: tuple[PracticalItem, ...]


@dataclass(frozen=True, slots=True)
class Exam:
    """The exam of one award, alone."""

    id: str
    edition: Edition
    result_months: int
    parts: tuple[Part, ...]
    resit_if_barred: bool = False


def read_staffing(record: Record) -> StaffedRoom:
    """Return one staffing rule."""
    return StaffedRoom(
        Staffing(
            duty=record.one_of("duty", {duty.value: duty for duty in Duty}),
            at_least=record.whole("at_least"),
            per_candidates=record.whole("per_candidates", least=1),
            room_limit=record.whole_or_none("room_limit", least=1),
        ),
        record.one_of("room_kind", {kind.value: kind for kind in RoomKind}),
        record.edition(),
    )


def read_exam(record: Record, rooms: Mapping[str, StaffedRoom]) -> Exam:
    """Return one exam; a part whose staffing is not among ``rooms`` is left out, with a finding."""
    parts: list[Part] = []
    for child in record.children("component"):
        wanted = child.text("staffing")
        if wanted not in rooms:
            what = Text(f"没有“{wanted}”这一记录", f"there is no record {wanted}")
            child.fault("catalogue-dangling", what, key="staffing")
            continue
        part = _part(child, rooms[wanted])
        if part.kind in {earlier.kind for earlier in parts}:
            child.fault("duplicate-id", Text("同一考核方式中科目重复", "the exam has this component twice"), key="kind")
        parts.append(part)
        child.close()
    if not parts:
        record.fault("catalogue-empty", Text("考核方式没有科目", "the exam has no component"), key="component")
    return Exam(
        id=record.text("id"),
        edition=record.edition(),
        result_months=record.whole("result_months", least=1),
        parts=tuple(parts),
        resit_if_barred=record.flag("resit_if_barred", default=False),
    )


def _part(child: Record, room: StaffedRoom) -> Part:
    kind = child.one_of("kind", _KINDS)
    full = child.whole("full_pts", 100, least=1)
    part = Part(
        kind=kind,
        name=child.both("name", KIND_WORDS[kind]),
        minutes=child.whole("minutes", least=1),
        full_pts=full,
        pass_pts=child.whole("pass_pts"),
        vetoes_count=child.flag("vetoes_count", default=False),
        room=room,
        after=child.several_of("after", _KINDS),
        items=tuple(_item(item) for item in child.children("items")),
    )
    if part.pass_pts > full:
        what = Text("合格分数高于满分", "the pass mark is above the full points")
        child.fault("pass-over-full", what, key="pass_pts", expected=Text(f"≤ {full}", f"<= {full}"))
    if part.items and sum(item.full_pts for item in part.items) != full:
        what = Text("各项满分之和不等于科目满分", "the items do not add up to the component's full points")
        child.fault("items-sum", what, key="items", expected=Text(str(full), str(full)))
    return part


def _item(record: Record) -> PracticalItem:
    item = PracticalItem(
        record.text("id"),
        record.both("name"),
        record.whole("full_pts", least=1),
        record.flag("veto", default=False),
    )
    record.close()
    return item


def join(record: Record, trade_id: str, exams: Sequence[Exam]) -> tuple[Component, ...]:
    """Return the components of one joint exam, in the order they are sat.

    Of each kind: the longest time and the strictest staffing among the exams joined, so that one sitting serves every award.
    """
    components: list[Component] = []
    for kind in KIND_WORDS:
        parts = [part for exam in exams for part in exam.parts if part.kind is kind]
        if parts:
            _check_joinable(record, kind, parts)
            components.append(_joined(record.text("id"), trade_id, parts))
    have = {component.id for component in components}
    return tuple(replace(c, after=tuple(earlier for earlier in c.after if earlier in have)) for c in components)


def marks_of(scheme_id: str, exam: Exam) -> tuple[PassMark, ...]:
    """Return what one award asks of the components of a scheme."""
    return tuple(PassMark(f"{scheme_id}/{part.kind}", part.pass_pts, part.vetoes_count) for part in exam.parts)


def _joined(scheme_id: str, trade_id: str, parts: Sequence[Part]) -> Component:
    first = parts[0]
    after = {kind for part in parts for kind in part.after}
    return Component(
        id=f"{scheme_id}/{first.kind}",
        kind=first.kind,
        room_kind=first.room.room_kind,
        trade_id=trade_id,
        minutes=max(part.minutes for part in parts),
        staffing=reduce(_stricter, (part.room.staffing for part in parts)),
        after=tuple(f"{scheme_id}/{kind}" for kind in KIND_WORDS if kind in after),
        name=first.name,
        full_pts=first.full_pts,
        items=next((part.items for part in parts if part.items), ()),
    )


def _stricter(one: Staffing, other: Staffing) -> Staffing:
    limits = [limit for limit in (one.room_limit, other.room_limit) if limit is not None]
    return Staffing(
        duty=one.duty,
        at_least=max(one.at_least, other.at_least),
        per_candidates=min(one.per_candidates, other.per_candidates),
        room_limit=min(limits, default=None),
    )


def _check_joinable(record: Record, kind: ComponentKind, parts: Sequence[Part]) -> None:
    shapes = {(part.full_pts, part.room.room_kind, part.room.staffing.duty) for part in parts}
    itemised = {part.items for part in parts if part.items}
    if len(shapes) > 1 or len(itemised) > 1:
        words = KIND_WORDS[kind]
        record.fault(
            "parts-not-joinable",
            Text(
                f"各证书的{words.zh}在满分、考场类型、考务职责或评分项上不一致，不能合并",
                f"{words.en} cannot be joined: full points, room, duty or items differ between the awards",
            ),
            key="awards",
        )
