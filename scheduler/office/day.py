"""The day (考试当日): no-shows, examiners and rooms replaced, breakdowns with added time, deferrals; each with its reason, each audited.

Nobody moves but whom the event names, and no solver is asked. What was entered by mistake is taken back, never deleted.
"""

from __future__ import annotations

import re
from dataclasses import replace

from scheduler.domain.day import DayAct, DayEvent, in_force
from scheduler.domain.results import Attendance
from scheduler.domain.sessions import Plan, Session, Sitting
from scheduler.errors import Finding, InputError, NotFound, RegistryError, Text, Where
from scheduler.office.day_edit import Edit, EntryReport, Today, refused, said, today
from scheduler.office.desk import Office
from scheduler.office.substitutes import other_examiners, other_rooms
from scheduler.planning import edits

_TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


def enter_absent(
    office: Office,
    who: str,
    *,
    round_id: str,
    reason: str,
    component: str = "",
    happened: str = "",
    dry_run: bool = False,
) -> EntryReport:
    """Enter that a candidate did not come (缺考); marks and resits follow from it.

    Args:
        office: The opened office.
        who: Name, last four characters of the document, entry id, or seat such as ``D1AM.T1 1-7``.
        round_id: A round with a published plan.
        reason: Why, or how it was noticed.
        component: Which component, where the candidate sits several.
        happened: Time of day, ``HH:MM``.
        dry_run: Preview only.

    Raises:
        NotFound: Nobody is meant, or nothing is published.
        InputError: Several are meant, the exam day is still to come, or no reason was given.
        PlanRejected: It was entered already.
        RegistryError: Points were recorded for the sitting.
    """
    with today(office, round_id) as day:
        event = _sitting_event(day, DayAct.ABSENT, who, component, reason, happened=happened)
        if event.slot.on > office.today():
            raise _ahead(event)
        _refuse_marked(day, event)
        day.enter(event, dry_run=dry_run)
    return _done(day)


def enter_examiner(
    office: Office,
    session: str,
    out: str,
    *,
    to: str = "",
    round_id: str,
    reason: str = "",
    happened: str = "",
    dry_run: bool = False,
) -> EntryReport:
    """Enter that an examiner is replaced in one session (更换考评员), and publish the plan in which the other one serves.

    Args:
        office: The opened office.
        session: The session's id, or room and slot.
        out: Who does not serve: id or name.
        to: Who serves instead; empty only tells who could, and enters nothing.
        round_id: A round with a published plan.
        reason: Why; needed where ``to`` is given.
        happened: Time of day, ``HH:MM``.
        dry_run: Preview only.

    Raises:
        NotFound: No such session or examiner.
        InputError: Several are meant, or no reason was given.
        PlanRejected: A rule is broken; who is free and may serve is told.
    """
    with today(office, round_id) as day:
        held = day.people.session(session)
        leaving = day.people.examiner(out, held.examiner_ids)
        event = _event(day, DayAct.EXAMINER, held.id, reason if to else "—", happened)
        event = replace(event, examiner_id=leaving.id)
        if not to:
            day.only_told(event, other_examiners(day.people.round, day.plan, held, leaving.id))
            return _done(day)
        event = replace(event, to_examiner_id=day.people.examiner(to).id)
        day.enter(
            event,
            lambda round_, plan: edits.with_examiner(round_, plan, held.id, leaving.id, event.to_examiner_id),
            lambda round_, plan: other_examiners(round_, plan, held, leaving.id),
            dry_run=dry_run,
        )
    return _done(day)


def enter_room(
    office: Office,
    session: str,
    *,
    to: str = "",
    round_id: str,
    reason: str = "",
    happened: str = "",
    dry_run: bool = False,
) -> EntryReport:
    """Enter that a session is held in another room (更换考场), and publish the plan in which it is.

    Everybody keeps turn and place where the new room has a place of that number. Without ``to`` it only tells which rooms
    would do. Arguments and refusals are those of `enter_examiner`.
    """
    with today(office, round_id) as day:
        held = day.people.session(session)
        event = _event(day, DayAct.ROOM, held.id, reason if to else "—", happened)
        if not to:
            day.only_told(event, other_rooms(day.people.round, day.plan, held))
            return _done(day)
        room = day.people.room(to)
        event = replace(event, to_session_id=f"{held.slot_id}.{room.id}")
        taken = next((one for one in day.plan.sessions if one.id == event.to_session_id), None)
        if taken is not None:
            raise refused([_room_taken(held, taken)], other_rooms(day.people.round, day.plan, held))
        day.enter(
            event,
            lambda round_, plan: edits.with_room(round_, plan, held.id, room.id),
            lambda round_, plan: other_rooms(round_, plan, held),
            dry_run=dry_run,
        )
    return _done(day)


def enter_broken(
    office: Office,
    who: str,
    *,
    lost_min: int,
    added_min: int | None = None,
    place: int = 0,
    round_id: str,
    reason: str,
    component: str = "",
    happened: str = "",
    dry_run: bool = False,
) -> EntryReport:
    """Enter that a workstation failed (工位故障补时): minutes lost, minutes added, and a spare workstation where one was taken.

    Args:
        office: The opened office.
        who: As in `enter_absent`.
        lost_min: Minutes the candidate could not work.
        added_min: Minutes given back; as many as were lost when None.
        place: Number of the spare workstation taken in the same turn; 0 where the candidate stayed.
        round_id: A round with a published plan.
        reason: What failed.
        component: Which component, where the candidate sits several.
        happened: Time of day, ``HH:MM``.
        dry_run: Preview only.

    Raises:
        NotFound: Nobody is meant, or nothing is published.
        InputError: Several are meant, or no reason was given.
        PlanRejected: The added time runs into what the room, the examiners or the candidates have next, or the place is taken.
    """
    with today(office, round_id) as day:
        event = _sitting_event(day, DayAct.BROKEN, who, component, reason, happened=happened)
        added_min = lost_min if added_min is None else added_min
        event = replace(event, lost_min=lost_min, added_min=added_min, to_place=place)
        sitting = _sitting_of(day.plan, event)
        edit: Edit | None = (lambda _, plan: edits.with_place(plan, sitting, place)) if place else None
        day.enter(event, edit, more=[*_next_at(day, event), *_shifted(day, event)], dry_run=dry_run)
    return _done(day)


def enter_deferred(
    office: Office,
    who: str,
    *,
    round_id: str,
    reason: str,
    component: str = "",
    dry_run: bool = False,
) -> EntryReport:
    """Enter that a candidate sits a component in a later round (缓考): the sitting leaves the plan, and waits until it is seated.

    Raises:
        NotFound: Nobody is meant, or nothing is published.
        InputError: Several are meant, or no reason was given.
        PlanRejected: A component that has to come after it is still planned, or it was entered as absent.
        RegistryError: Points were recorded for the sitting.
    """
    with today(office, round_id) as day:
        event = _sitting_event(day, DayAct.DEFERRED, who, component, reason)
        _refuse_marked(day, event)
        day.enter(event, lambda _, plan: edits.without(plan, event.party_id, event.component_id), dry_run=dry_run)
    return _done(day)


def withdraw(office: Office, no: int, *, round_id: str, reason: str, dry_run: bool = False) -> EntryReport:
    """Take an entry back that was made by mistake (撤销); where it changed the plan, the change is undone and published.

    Raises:
        NotFound: No such entry that holds.
        InputError: No reason was given.
        PlanRejected: Undoing it would break a rule as the plan stands now.
    """
    with today(office, round_id) as day:
        known = {event.no: event for event in in_force(day.events)}
        if no not in known:
            raise NotFound(
                Text(f"没有有效的第 {no} 条登记", f"there is no entry no. {no} that holds"),
                hint=Text("用 day 查看登记", "see the entries with day"),
            )
        old = known[no]
        event = _event(day, DayAct.WITHDRAWN, old.session_id, reason, "", slot_of=old)
        event = replace(event, withdraws=no, party_id=old.party_id, component_id=old.component_id)
        day.enter(event, _undoing(day, old), dry_run=dry_run)
    return _done(day)


def _undoing(day: Today, old: DayEvent) -> Edit | None:
    """Return the edit that undoes an event; None where it changed no plan."""
    if old.new_version is None:
        return None
    before = day.store.plans.version(day.round_id, old.version).plan
    if old.act is DayAct.EXAMINER:
        return lambda round_, plan: edits.with_examiner(
            round_, plan, old.session_id, old.to_examiner_id, old.examiner_id
        )
    if old.act is DayAct.ROOM:
        room_id = old.session_id.removeprefix(f"{old.slot.id}.")
        return lambda round_, plan: edits.with_room(round_, plan, old.to_session_id, room_id)
    if old.act is DayAct.BROKEN:
        return lambda _, plan: edits.with_place(plan, _sitting_of(plan, old), old.place)
    return lambda _, plan: edits.with_sittings_of(plan, before, old.party_id, old.component_id)


def _event(
    day: Today, act: DayAct, session_id: str, reason: str, happened: str, *, slot_of: DayEvent | None = None
) -> DayEvent:
    slots = {session.id: day.people.slots[session.slot_id] for session in day.plan.sessions}
    slot = slot_of.slot if slot_of else slots[session_id]
    at, who = day.office.now(), day.office.who
    return DayEvent(0, act, at, who, said(reason), session_id, slot, day.published.version, happened=_clock(happened))


def _sitting_event(day: Today, act: DayAct, who: str, component: str, reason: str, *, happened: str = "") -> DayEvent:
    entry, sitting = day.people.sitting(who, component)
    event = _event(day, act, sitting.session_id, reason, happened)
    event = replace(event, party_id=entry.id, component_id=sitting.component_id)
    return replace(event, turn=sitting.turn, place=sitting.place)


def _sitting_of(plan: Plan, event: DayEvent) -> Sitting:
    found = (s for s in plan.sittings if (s.party_id, s.component_id) == (event.party_id, event.component_id))
    return next(found)


def _clock(words: str) -> str:
    match = _TIME.fullmatch(words.strip()) if words.strip() else None
    if words.strip() and match is None:
        raise InputError(
            Text(f"不是时间：{words}", f"this is no time of day: {words}"), hint=Text("写作 09:20", "write 09:20")
        )
    return f"{int(match[1]):02d}:{match[2]}" if match else ""


def _ahead(event: DayEvent) -> InputError:
    what = Text("考试日还没有到，不能登记缺考", "the exam day is still to come; nobody can be absent yet")
    hint = Text("事先申请不来的，办理缓考（defer）", "who asks beforehand is deferred (defer)")
    where = Where(subject=event.session_id)
    return InputError(what, [Finding("day-ahead", what, where, said=str(event.slot.on), hint=hint)], hint)


def _refuse_marked(day: Today, event: DayEvent) -> None:
    marks = {mark.component_id: mark for mark in day.store.results.marks(event.party_id)}
    mark = marks.get(event.component_id)
    if mark is not None and mark.attendance in {Attendance.PRESENT, Attendance.BARRED}:
        name = day.people.entries[event.party_id].candidate.name
        what = Text(
            "该科目已登记成绩，说明考生到场", "points were recorded for this sitting, so the candidate was there"
        )
        hint = Text("核对是否登错人；成绩有误的先更正成绩", "check the person; wrong marks are recorded again first")
        said_ = "" if mark.pts is None else f"{mark.pts:g}"
        where = Where(subject=f"{name} {event.component_id}")
        raise RegistryError(what, [Finding("day-marked", what, where, said=said_, hint=hint)], hint)


def _room_taken(held: Session, taken: Session) -> Finding:
    what = Text(
        f"考场 {taken.room_id} 同一时段已有场次 {taken.id}（{'、'.join(taken.component_ids)}）",
        f"room {taken.room_id} holds session {taken.id} in that slot ({', '.join(taken.component_ids)})",
    )
    hint = Text("换一个空闲的考场", "choose a room that is free")
    return Finding("room-once", what, Where(subject=held.id), hint=hint)


def _next_at(day: Today, event: DayEvent) -> list[Finding]:
    """Tell who sits at the broken workstation in later turns, and which workstations are free then."""
    here = [s for s in day.plan.sittings if s.session_id == event.session_id]
    later = sorted((s.turn, s.party_id) for s in here if s.place == event.place and s.turn > event.turn)
    session = next(s for s in day.plan.sessions if s.id == event.session_id)
    places = next(room.places for room in day.people.round.rooms if room.id == session.room_id)
    found = []
    for turn, party_id in later:
        taken = {s.place for s in here if s.turn == turn}
        free = "、".join(str(n) for n in range(1, places + 1) if n not in taken) or "—"
        name = day.people.entries[party_id].candidate.name
        found.append(
            Finding(
                "broken-place-next",
                Text(
                    f"第 {turn} 轮 {name} 也排在 {event.place} 号工位；当轮空闲工位：{free}",
                    f"{name} sits at workstation {event.place} in turn {turn}; free then: {free}",
                ),
                Where(subject=event.session_id),
                hint=Text("未修好的，也为其登记换工位", "if it is not repaired, move that candidate as well"),
                severity="warning",
            )
        )
    return found


def _shifted(day: Today, event: DayEvent) -> list[Finding]:
    """Tell which turns begin later because of the added time."""
    from scheduler.planning.audit_day import DayReading, shifted

    before = DayReading(day.people.round, day.plan, tuple(in_force(day.events)))
    return [
        Finding(
            "turn-shifted",
            Text(
                f"第 {turn} 轮由 {was:%H:%M} 顺延到 {now:%H:%M} 开始",
                f"turn {turn} begins at {now:%H:%M} instead of {was:%H:%M}",
            ),
            Where(subject=event.session_id),
            hint=Text("告知该轮考生和考评员", "tell the candidates of that turn and the examiners"),
            severity="warning",
        )
        for turn, was, now in shifted(before, event)
    ]


def _done(day: Today) -> EntryReport:
    if day.report is None:
        raise AssertionError("an entry ends with its report")
    return day.report
