"""Whom and what people mean (指谁): candidates, sittings, examiners and sessions, by the words used on an exam day.

Used by the verbs of the day. Words that mean several are refused with the choices; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from scheduler.domain.calendar import Slot
from scheduler.domain.entries import Entry
from scheduler.domain.people import Examiner
from scheduler.domain.places import Room
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Session, Sitting
from scheduler.errors import Finding, InputError, NotFound, Text, Where
from scheduler.sheets.codes import COMPONENT_KINDS

_SEAT = re.compile(r"(.+?)[\s,，:：#]+(?:第?(\d+)轮?\s*[-/，,\s]\s*)?(\d+)\s*(?:号|座|工位|考位)?")
_CHOICES = 8
T = TypeVar("T")


@dataclass(frozen=True)
class People:
    """Everybody and everything of a published plan that words may mean."""

    round: Round
    plan: Plan
    entries: Mapping[str, Entry]
    today: date

    @property
    def slots(self) -> dict[str, Slot]:
        """Return the slots by id."""
        return {slot.id: slot for slot in self.round.slots}

    def session(self, words: str) -> Session:
        """Return the session meant by its id, or by a room's id or name with the slot's id, or a room that has one session today.

        Raises:
            NotFound: There is none.
            InputError: Several are meant.
        """
        sessions = {session.id: session for session in self.plan.sessions}
        if words in sessions:
            return sessions[words]
        parts = words.replace("，", " ").replace(",", " ").split()
        rooms = [r for r in self.round.rooms if {r.id, r.name} & set(parts)]
        named = {slot.id for slot in self.round.slots} & set(parts)
        on = {slot.id: slot.on for slot in self.round.slots}
        here = [s for s in self.plan.sessions if s.room_id in {r.id for r in rooms}]
        here = [s for s in here if s.slot_id in named] if named else _today_first(here, on, self.today)
        told = [(f"{s.id} {on.get(s.slot_id, '')}", s.id) for s in here]
        return _only(
            words, here, told, Text("场次", "session"), Text("写场次编号，如 D1AM.T1", "write its id, such as D1AM.T1")
        )

    def examiner(self, words: str, among: Sequence[str] | None = None) -> Examiner:
        """Return the examiner meant by id or name.

        Args:
            words: Id or name.
            among: Ids that may be meant; everybody of the round when None.
        """
        able = [e for e in self.round.examiners if among is None or e.id in among]
        found = [e for e in able if e.id == words] or [e for e in able if e.name == words]
        told = [(f"{e.id} {e.name} {e.institution_id}", e.id) for e in found]
        hint = "、".join(f"{e.id} {e.name}" for e in able[:_CHOICES]) if among is not None else ""
        ask = Text(f"写考评员编号 {hint}".strip(), f"write the examiner's id {hint}".strip())
        return _only(words, found, told, Text("考评员", "examiner"), ask)

    def room(self, words: str) -> Room:
        """Return the room meant by id or name."""
        found = [r for r in self.round.rooms if r.id == words] or [r for r in self.round.rooms if r.name == words]
        told = [(f"{r.id} {r.name} {r.site_id}", r.id) for r in found]
        return _only(words, found, told, Text("考场", "room"), Text("写考场编号", "write the room's id"))

    def sitting(self, words: str, component: str = "") -> tuple[Entry, Sitting]:
        """Return whom and which sitting is meant.

        Args:
            words: A seat such as ``D1AM.T1 1-7`` (session, turn, place), an entry id, a name, the document number or its last
                four characters, or name and four characters together.
            component: Which component, where the candidate sits several: its id, or a word such as 理论 or 实操.

        Raises:
            NotFound: Nobody is meant, or nobody sits there.
            InputError: Several are meant; the findings list them.
        """
        seat = self._seat(words)
        if seat is not None:
            return self.entries[seat.party_id], seat
        entry = self.candidate(words)
        mine = [s for s in self.plan.sittings if s.party_id == entry.id]
        if component:
            mine = [s for s in mine if self._is(s, component)]
        on = {s.id: self.slots[s.slot_id].on for s in self.plan.sessions if s.slot_id in self.slots}
        if len(mine) > 1:
            mine = [s for s in mine if on.get(s.session_id) == self.today] or mine
        told = [
            (f"{s.component_id} {s.session_id} {s.turn}-{s.place} {on.get(s.session_id)}", s.component_id) for s in mine
        ]
        ask = Text("加 --component 写明科目", "say which component with --component")
        return entry, _only(f"{entry.candidate.name} {component}".strip(), mine, told, Text("排考", "sitting"), ask)

    def candidate(self, words: str) -> Entry:
        """Return the entry meant by id, name, document number or its last four characters."""
        clean = words.strip()
        if clean in self.entries:
            return self.entries[clean]
        parts = clean.upper().split()
        found = [e for e in self.entries.values() if all(_fits(e, part) for part in parts)] if parts else []
        found.sort(key=lambda e: (e.candidate.name, e.id))
        told = [(self._shown(e), e.id) for e in found]
        ask = Text(
            "加证件号码后四位，或写报名编号、考位", "add the last 4 of the document, or write the entry id or the seat"
        )
        return _only(clean, found, told, Text("考生", "candidate"), ask)

    def _shown(self, entry: Entry) -> str:
        seats = [f"{s.session_id} {s.turn}-{s.place}" for s in self.plan.sittings if s.party_id == entry.id]
        return "  ".join((entry.candidate.name, f"…{entry.candidate.document.number[-4:]}", entry.id, *seats))

    def _is(self, sitting: Sitting, component: str) -> bool:
        kinds = {c.id: c.kind for c in self.round.components}
        names = {c.id: {c.name.zh, c.name.en} for c in self.round.components}
        meant = COMPONENT_KINDS.find(component)
        id_ = sitting.component_id
        return component == id_ or component in names.get(id_, set()) or (meant is not None and meant == kinds.get(id_))

    def _seat(self, words: str) -> Sitting | None:
        """Return the sitting at a seat; None where the words name no session."""
        match = _SEAT.fullmatch(words.strip())
        if match is None:
            return None
        try:
            session = self.session(match[1])
        except (NotFound, InputError):
            return None
        here = [s for s in self.plan.sittings if s.session_id == session.id and s.place == int(match[3])]
        here = [s for s in here if match[2] is None or s.turn == int(match[2])]
        told = [
            (f"{s.session_id} {s.turn}-{s.place} {self.entries[s.party_id].candidate.name}", s.party_id) for s in here
        ]
        return _only(
            words,
            here,
            told,
            Text("考位上的考生", "candidate at a seat"),
            Text("写作 场次 轮次-考位", "write SESSION TURN-PLACE"),
        )


def _fits(entry: Entry, part: str) -> bool:
    number = entry.candidate.document.number
    return part in {entry.candidate.name.upper(), number} or (len(part) == 4 and number.endswith(part))


def _today_first(sessions: list[Session], on: Mapping[str, date], today: date) -> list[Session]:
    return [s for s in sessions if on.get(s.slot_id) == today] or sessions


def _only(words: str, found: Sequence[T], told: Sequence[tuple[str, str]], what: Text, ask: Text) -> T:
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(
            Text(f"现行方案中没有{what.zh} {words}", f"the plan in force has no {what.en} {words}"), hint=ask
        )
    several = Text(f"{words} 可能指 {len(found)} 个{what.zh}", f"{words} may mean {len(found)} of kind {what.en}")
    choices = [
        Finding(
            "which-one",
            Text(f"可能的{what.zh}", f"a possible {what.en}"),
            Where(subject=shown),
            hint=Text(f"写 {id_}", f"write {id_}"),
        )
        for shown, id_ in told[:_CHOICES]
    ]
    raise InputError(several, choices, ask)
