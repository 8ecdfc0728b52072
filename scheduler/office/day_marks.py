"""Marks beside what happened on the day: nobody who was absent has points, nobody who was there goes without.

Used by record and by the mark sheet. What follows from an absence or a deferral is decided by the results' rules alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scheduler.domain.day import DayAct, DayEvent, in_force
from scheduler.domain.entries import Entry
from scheduler.domain.results import Attendance, ComponentMark
from scheduler.domain.sessions import Plan, Sitting
from scheduler.errors import Finding, Text, Where
from scheduler.registry.store import Store

Key = tuple[str, str]
_ATTENDANCE = {DayAct.ABSENT: Attendance.ABSENT, DayAct.DEFERRED: Attendance.DEFERRED}
_SHOWN = 8


@dataclass(frozen=True)
class DayMarks:
    """The absences and deferrals of one round, and its plan in force."""

    events: Mapping[Key, DayEvent]
    """By entry and component."""
    plan: Plan | None
    recorded: frozenset[Key]
    """Sittings that have a mark already."""

    @classmethod
    def of(cls, store: Store, round_id: str) -> DayMarks:
        """Return what the registry knows of a round."""
        events = {
            (event.party_id, event.component_id): event
            for event in in_force(store.days.events(round_id))
            if event.act in _ATTENDANCE
        }
        published = store.plans.published(round_id)
        known = frozenset((m.entry_id, m.component_id) for m in store.results.marks_of_round(round_id))
        return cls(events, published.plan if published else None, known)

    def attendance(self) -> dict[Key, Attendance]:
        """Return how each of them met the component."""
        return {key: _ATTENDANCE[event.act] for key, event in self.events.items()}

    def deferred_sittings(self) -> list[Sitting]:
        """Return the sittings that were deferred, as they were planned, so that a mark sheet can show them."""
        gone = [e for e in self.events.values() if e.act is DayAct.DEFERRED]
        return [Sitting(e.party_id, e.component_id, e.session_id, e.turn, e.place) for e in gone]

    def contradicting(
        self, source: Path, marks: Sequence[ComponentMark], entries: Mapping[str, Entry]
    ) -> tuple[list[ComponentMark], list[Finding]]:
        """Return the marks that fit what was entered, and a finding for each that does not."""
        good, findings = [], []
        for mark in marks:
            event = self.events.get((mark.entry_id, mark.component_id))
            if event is None or mark.attendance is _ATTENDANCE[event.act]:
                good.append(mark)
                continue
            word = Text("缺考", "absent") if event.act is DayAct.ABSENT else Text("缓考", "deferred")
            findings.append(
                Finding(
                    "mark-of-absent" if event.act is DayAct.ABSENT else "mark-of-deferred",
                    Text(
                        f"考试当日登记为{word.zh}（第 {event.no} 条：{event.reason}），成绩表却另有记载；未登记",
                        f"entered as {word.en} on the day (no. {event.no}: {event.reason}), yet marked otherwise; not recorded",
                    ),
                    Where(file=source.name, subject=f"{entries[mark.entry_id].candidate.name} {mark.component_id}"),
                    said=str(mark.attendance),
                    expected=Text(word.zh, str(_ATTENDANCE[event.act])),
                    hint=Text(
                        f"核对签到表；当日登记有误的用 day … withdraw {event.no} 撤销后再登分",
                        f"look at the sign-in sheet; if the day's entry is wrong, day … withdraw {event.no}, then record again",
                    ),
                )
            )
        return good, findings

    def implied(self, marks: Sequence[ComponentMark], named: Collection[str]) -> list[ComponentMark]:
        """Return the marks that follow from the day, where the sheet has no row: of entries it names, and of its sessions."""
        touched, given = self._sessions(marks), {(mark.entry_id, mark.component_id) for mark in marks}
        return [
            ComponentMark(
                key[0],
                key[1],
                _ATTENDANCE[event.act],
                sat_on=event.slot.on if event.act is DayAct.ABSENT else None,
            )
            for key, event in sorted(self.events.items())
            if key not in given | self.recorded and (key[0] in named or event.session_id in touched)
        ]

    def missing(self, source: Path, marks: Sequence[ComponentMark], entries: Mapping[str, Entry]) -> list[Finding]:
        """Return a warning for each session of the marks in which somebody was present by all accounts and has no mark."""
        given = {(mark.entry_id, mark.component_id) for mark in marks} | self.recorded | set(self.events)
        found = []
        for session_id in sorted(self._sessions(marks)):
            left = [
                s
                for s in (self.plan.sittings if self.plan else ())
                if s.session_id == session_id and (s.party_id, s.component_id) not in given
            ]
            if left:
                found.append(_without(source, session_id, left, entries))
        return found

    def _sessions(self, marks: Iterable[ComponentMark]) -> set[str]:
        given = {(mark.entry_id, mark.component_id) for mark in marks}
        return {
            s.session_id for s in (self.plan.sittings if self.plan else ()) if (s.party_id, s.component_id) in given
        }


def _without(source: Path, session_id: str, left: Sequence[Sitting], entries: Mapping[str, Entry]) -> Finding:
    names = [entries[s.party_id].candidate.name if s.party_id in entries else s.party_id for s in left]
    some = "、".join(names[:_SHOWN]) + ("…" if len(names) > _SHOWN else "")
    return Finding(
        "mark-missing",
        Text(
            f"{len(left)} 名考生未登记缺考，也没有成绩：{some}",
            f"{len(left)} candidates were not entered as absent and have no mark: {some}",
        ),
        Where(file=source.name, subject=session_id),
        hint=Text("补登成绩，或用 day … absent 登记缺考", "record their marks, or enter day … absent"),
        severity="warning",
    )
