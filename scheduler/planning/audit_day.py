"""Audit of the exam day: what was entered against the plan in force. Plain Python over Round, Plan and events.

Used by the office before an event is entered, and on the list of all of them. The rules of the plan itself stand in the audit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Component
from scheduler.domain.day import DayAct, DayEvent, added, in_force
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Session, Sitting
from scheduler.domain.turns import turn_begins
from scheduler.errors import Finding, Severity, Text, Where


@dataclass(frozen=True)
class DayReading:
    """A round, its plan in force and the events that hold, indexed once."""

    round: Round
    plan: Plan
    events: tuple[DayEvent, ...]

    @cached_property
    def sessions(self) -> dict[str, Session]:
        """Sessions by id."""
        return {session.id: session for session in self.plan.sessions}

    @cached_property
    def slots(self) -> dict[str, Slot]:
        """Slots by id."""
        return {slot.id: slot for slot in self.round.slots}

    @cached_property
    def components(self) -> dict[str, Component]:
        """Components by id."""
        return {component.id: component for component in self.round.components}

    @cached_property
    def sittings(self) -> dict[tuple[str, str], Sitting]:
        """Sittings by party and component; of a party of several, the first member's."""
        return {(s.party_id, s.component_id): s for s in reversed(self.plan.sittings)}

    @cached_property
    def by_session(self) -> dict[str, list[Sitting]]:
        """Sittings by session, by turn and place."""
        found: dict[str, list[Sitting]] = defaultdict(list)
        for sitting in sorted(self.plan.sittings, key=lambda s: (s.turn, s.place)):
            found[sitting.session_id].append(sitting)
        return found

    def longest(self, session: Session) -> int:
        """Return the working time of a turn."""
        return max(self.components[id_].minutes for id_ in session.component_ids if id_ in self.components)

    def begins(self, session: Session, turn: int) -> datetime:
        """Return when a turn begins, minutes given back in earlier turns counted."""
        minutes = added(self.events, session.slot_id)
        by_turn: dict[int, int] = {}
        for sitting in self.by_session[session.id]:
            given = minutes.get((sitting.party_id, sitting.component_id), 0)
            by_turn[sitting.turn] = max(by_turn.get(sitting.turn, 0), given)
        return turn_begins(
            self.slots[session.slot_id],
            turn,
            minutes=self.longest(session),
            changeover_min=self.round.policy.changeover_min,
            added_min=by_turn,
        )

    def ends(self, sitting: Sitting) -> datetime:
        """Return when a sitting ends, minutes given back counted."""
        session = self.sessions[sitting.session_id]
        own = added(self.events, session.slot_id).get((sitting.party_id, sitting.component_id), 0)
        minutes = self.components[sitting.component_id].minutes + own
        return self.begins(session, sitting.turn) + timedelta(minutes=minutes)


Check = Callable[[DayReading], Iterator[Finding]]
CHECKS: dict[str, Check] = {}
"""The rules of the day, by id."""


def audit_day(round_: Round, plan: Plan, events: Sequence[DayEvent]) -> list[Finding]:
    """Judge the events that hold against the plan in force, in the order of the rules; empty when all of them fit.

    Args:
        round_: The round as it holds now.
        plan: The published plan.
        events: All events of the round, in the order they were entered.
    """
    reading = DayReading(round_, plan, tuple(in_force(events)))
    return [finding for check in CHECKS.values() for finding in check(reading)]


def _checks(rule_id: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS[rule_id] = check
        return check

    return register


def _found(
    rule: str, event: DayEvent, what: tuple[str, str], hint: tuple[str, str], severity: Severity = "error"
) -> Finding:
    where = Where(subject=f"#{event.no} {event.session_id}" if event.no else event.session_id)
    return Finding(rule, Text(*what), where, hint=Text(*hint), severity=severity)


@_checks("day-seated")
def seated(reading: DayReading) -> Iterator[Finding]:
    """Find absences and breakdowns of people whom the plan no longer seats there."""
    for event in reading.events:
        if event.act not in {DayAct.ABSENT, DayAct.BROKEN}:
            continue
        sitting = reading.sittings.get((event.party_id, event.component_id))
        held = reading.sessions.get(sitting.session_id) if sitting else None
        if held is None or held.slot_id != event.slot.id:
            yield _found(
                "day-seated",
                event,
                ("现行方案中该考生不在这个时段考这一科目", "the plan in force does not seat this candidate then"),
                ("核对后撤销该登记，或按现行场次重新登记", "withdraw the entry, or enter it anew as things stand now"),
            )


@_checks("day-once")
def once(reading: DayReading) -> Iterator[Finding]:
    """Find what was entered twice: an absence, a deferral, or both of one sitting."""
    seen: dict[tuple[str, str], DayEvent] = {}
    for event in reading.events:
        if event.act not in {DayAct.ABSENT, DayAct.DEFERRED}:
            continue
        before = seen.setdefault((event.party_id, event.component_id), event)
        if before is not event:
            yield _found(
                "day-once",
                event,
                (
                    f"该考生这一科目已登记为{_WORDS[before.act].zh}（第 {before.no} 条）",
                    f"this sitting was entered as {_WORDS[before.act].en} already (no. {before.no})",
                ),
                (f"先撤销第 {before.no} 条", f"withdraw no. {before.no} first"),
            )


_WORDS = {DayAct.ABSENT: Text("缺考", "absent"), DayAct.DEFERRED: Text("缓考", "deferred")}


@_checks("absent-has-follower")
def absent_has_follower(reading: DayReading) -> Iterator[Finding]:
    """Tell of components still to come that the absent candidate cannot sit, since they ask for this one first."""
    for event in reading.events:
        if event.act is DayAct.ABSENT:
            for sitting in _after(reading, event):
                yield _found(
                    "absent-has-follower",
                    event,
                    (
                        f"缺考后不能参加后续科目 {sitting.component_id}（{sitting.session_id} {sitting.turn}-{sitting.place}）",
                        f"the candidate cannot sit {sitting.component_id} after this absence ({sitting.session_id} {sitting.turn}-{sitting.place})",
                    ),
                    ("届时一并登记缺考，或办理缓考", "enter that absence when it comes, or defer it"),
                    "warning",
                )


def _after(reading: DayReading, event: DayEvent) -> Iterator[Sitting]:
    gone = {(e.party_id, e.component_id) for e in reading.events if e.act in {DayAct.ABSENT, DayAct.DEFERRED}}
    for (party_id, component_id), sitting in sorted(reading.sittings.items()):
        component = reading.components.get(component_id)
        mine = party_id == event.party_id and (party_id, component_id) not in gone
        if mine and component is not None and event.component_id in component.after:
            yield sitting


@_checks("deferral-order")
def deferral_order(reading: DayReading) -> Iterator[Finding]:
    """Find deferred components after which the candidate is still to sit one that asks for it first.

    Source: theory before practical, domain facts 3.1 to 3.3 (exam measures for special operations).
    """
    for event in reading.events:
        if event.act is DayAct.DEFERRED:
            for sitting in _after(reading, event):
                yield _found(
                    "deferral-order",
                    event,
                    (
                        f"后续科目 {sitting.component_id} 须在此科目之后考，却仍排在 {sitting.session_id}",
                        f"{sitting.component_id} has to come after this one, and is still planned in {sitting.session_id}",
                    ),
                    (
                        f"先办理 {sitting.component_id} 的缓考，再缓考此科目",
                        f"defer {sitting.component_id} first, then this one",
                    ),
                )


@_checks("added-within-lost")
def added_within_lost(reading: DayReading) -> Iterator[Finding]:
    """Find more minutes given back than were lost, or more lost than the component lasts.

    Source: lost time of a broken machine is recorded and added, domain facts 4 (practical room).
    """
    for event in reading.events:
        if event.act is not DayAct.BROKEN:
            continue
        component = reading.components.get(event.component_id)
        most = component.minutes if component else event.lost_min
        if not 0 <= event.added_min <= event.lost_min or not 0 < event.lost_min <= most:
            yield _found(
                "added-within-lost",
                event,
                (
                    f"损失 {event.lost_min} 分钟、补时 {event.added_min} 分钟；损失应为 1 至 {most} 分钟，补时不得多于损失",
                    f"{event.lost_min} minutes lost, {event.added_min} added; 1 to {most} may be lost, and no more added than lost",
                ),
                ("核对分钟数", "check the minutes"),
            )


@_checks("added-time-fits")
def added_time_fits(reading: DayReading) -> Iterator[Finding]:
    """Find sessions that run, with the minutes given back, into what their room, examiners or candidates have next."""
    for session_id, event in _extended(reading).items():
        session = reading.sessions[session_id]
        ends = max(reading.ends(sitting) for sitting in reading.by_session[session_id])
        slot = reading.slots[session.slot_id]
        clashes = [*_next_sessions(reading, session, ends), *_next_sittings(reading, session)]
        for zh, en in clashes:
            yield _found(
                "added-time-fits",
                event,
                (f"补时后本场 {ends:%H:%M} 结束，{zh}", f"with the added time this session ends at {ends:%H:%M}; {en}"),
                (
                    "减少补时，把考生移到备用工位（--place），或先把后一场移到别的考场、换考评员",
                    "add less, move the candidate to a spare workstation (--place), or first move what comes next",
                ),
            )
        if ends > slot.ends_at and not clashes:
            yield _found(
                "added-time-past-slot",
                event,
                (
                    f"补时后本场 {ends:%H:%M} 结束，晚于时段结束 {slot.end:%H:%M}；未与其他安排冲突",
                    f"with the added time this session ends at {ends:%H:%M}, after the slot's {slot.end:%H:%M}; nothing else is touched",
                ),
                ("告知考点和考评员", "tell the site and the examiners"),
                "warning",
            )


def _extended(reading: DayReading) -> dict[str, DayEvent]:
    """Return the last breakdown of each session of the plan, wherever it was held when it was entered."""
    found = {}
    for event in reading.events:
        sitting = reading.sittings.get((event.party_id, event.component_id))
        if event.act is DayAct.BROKEN and sitting is not None and sitting.session_id in reading.sessions:
            found[sitting.session_id] = event
    return found


def _next_sessions(reading: DayReading, session: Session, ends: datetime) -> Iterator[tuple[str, str]]:
    start = reading.slots[session.slot_id].starts_at
    for other in sorted(reading.plan.sessions, key=lambda one: one.id):
        slot = reading.slots.get(other.slot_id)
        if other.id == session.id or slot is None or not start < slot.starts_at < ends:
            continue
        at = f"{slot.start:%H:%M}"
        if other.room_id == session.room_id:
            yield f"考场 {other.room_id} 的下一场 {other.id} {at} 开始", f"{other.id} begins at {at} in the same room"
        both = "、".join(sorted(set(other.examiner_ids) & set(session.examiner_ids)))
        if both:
            yield f"考评员 {both} 的下一场 {other.id} {at} 开始", f"examiner {both} serves in {other.id} from {at}"


def _next_sittings(reading: DayReading, session: Session) -> Iterator[tuple[str, str]]:
    for sitting in reading.by_session[session.id]:
        ends, began = reading.ends(sitting), reading.begins(session, sitting.turn)
        for (party_id, component_id), other in sorted(reading.sittings.items()):
            held = reading.sessions.get(other.session_id)
            if party_id != sitting.party_id or other.session_id == session.id or held is None:
                continue
            component, begins = reading.components[component_id], reading.begins(held, other.turn)
            gap = reading.round.policy.order_gap_min if sitting.component_id in component.after else 0
            if began < begins < ends + timedelta(minutes=gap) and begins.date() == ends.date():
                at = f"{begins:%H:%M}"
                yield (
                    f"考生 {party_id} 的下一科目 {other.session_id} {at} 开始",
                    f"candidate {party_id} sits in {other.session_id} from {at}",
                )


def shifted(before: DayReading, event: DayEvent) -> list[tuple[int, datetime, datetime]]:
    """Return the turns of an event's session that begin later because of it: turn, planned begin, new begin."""
    after = replace(before, events=(*before.events, event))
    session = before.sessions[event.session_id]
    turns = sorted({sitting.turn for sitting in before.by_session[session.id]})
    pairs = [(turn, before.begins(session, turn), after.begins(session, turn)) for turn in turns]
    return [(turn, was, now) for turn, was, now in pairs if was != now]
