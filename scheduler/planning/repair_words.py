"""A repair in words: what to add, whom it seats, and that it was planned and audited."""

from __future__ import annotations

from scheduler.domain.catalogue import Duty, RoomKind
from scheduler.domain.rounds import Round
from scheduler.errors import Text
from scheduler.planning.explain_remedies import name_of
from scheduler.planning.extras import Extra
from scheduler.planning.repair import Repair

NAMED = 3
"""Parties named one by one."""


def told(round_: Round, repair: Repair, number: int) -> tuple[Text, ...]:
    """Return a heading that says what was verified, then one line for each addition."""
    seated, left, moved = len(repair.seated), len(repair.left), len(repair.moved)
    means = (
        Text("增加下列条件后", "with these additions")
        if repair.extras
        else Text("无须增加条件，重新编排后", "with no addition, planned again")
    )
    who = (
        Text("全部考生都有考位", "everybody has a place")
        if not left
        else Text(
            f"{seated} 组有考位，仍有 {left} 组未安排", f"{seated} parties have a place and {left} are still without"
        )
    )
    others = (
        Text(f"，另需移动 {moved} 组（{_ids(repair.moved)}）", f", {moved} others move ({_ids(repair.moved)})")
        if moved
        else Text("，其他人不动", ", nobody else moves")
    )
    head = Text(
        f"补救方案 {number}：{means.zh}，{who.zh}{others.zh}（已按此重新编排并通过核查）",
        f"repair {number}: {means.en}, {who.en}{others.en} (verified: planned so and audited)",
    )
    lines = [said(round_, extra) for extra in repair.extras]
    return (head, *(Text(f"  + {line.zh}", f"  + {line.en}") for line in lines))


def said(round_: Round, extra: Extra) -> Text:
    """Return one addition in words."""
    if extra.kind == "examiners":
        return _examiners(round_, extra)
    if extra.kind == "deadline":
        n, ids = len(extra.party_ids), _ids(extra.party_ids)
        return Text(
            f"{n} 组考生的最晚日期放宽到 {extra.on}（最多晚 {extra.amount} 天）：{ids}",
            f"let {n} parties sit until {extra.on} ({extra.amount} days later at most): {ids}",
        )
    room = next(room for room in round_.rooms if room.id == extra.room_id)
    called, site = room.name or room.id, room.site_id
    theory = room.kind is RoomKind.THEORY_ROOM
    trades = "、".join(room.trade_ids)
    if extra.kind == "open":
        return Text(f"考点 {site} 考场 {called} 在 {extra.on} 开放", f"open room {called} of site {site} on {extra.on}")
    if extra.kind == "room":
        return Text(
            f"考点 {site} 增设 {extra.amount} 间与 {called} 相同的考场（{room.places} 位）",
            f"{extra.amount} more room(s) like {called} ({room.places} places) at site {site}",
        )
    what = Text("座位", "seats") if theory else Text(f"工位{f'（{trades}）' if trades else ''}", "workstations")
    kind = f" ({', '.join(room.trade_ids)})" if trades and not theory else ""
    return Text(
        f"考点 {site} 考场 {called} 增加 {extra.amount} 个{what.zh}（由 {room.places} 增至 {room.places + extra.amount}）",
        f"{extra.amount} more {what.en}{kind} in room {called} of site {site} (from {room.places} to {room.places + extra.amount})",
    )


def _examiners(round_: Round, extra: Extra) -> Text:
    component = next(one for one in round_.components if one.id == extra.component_id)
    names = {institution.id: institution.name or institution.id for institution in round_.institutions}
    senders = list(dict.fromkeys(names.get(id_, id_) for id_ in extra.institution_ids))
    assess = component.staffing.duty is Duty.ASSESS
    duty = Text("考评员", "assessors") if assess else Text("监考员", "invigilators")
    called = name_of(component)
    return Text(
        f"{extra.on} 增派 {extra.amount} 名{called.zh}{duty.zh}（{'、'.join(senders)}）",
        f"{extra.amount} more {duty.en} for {called.en} on {extra.on} (from {', '.join(senders)})",
    )


def _ids(ids: tuple[str, ...]) -> str:
    return ", ".join(ids[:NAMED]) + (" …" if len(ids) > NAMED else "")
