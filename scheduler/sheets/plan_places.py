"""Edited cells of a plan workbook compared with what was printed, and what the changed ones mean: a slot, a room, people.

A cell that still reads as printed says nothing; only what a person changed is taken as a wish. So a session that moves
takes its candidates along, though their rows still show the old date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from scheduler.domain.calendar import Slot, in_order
from scheduler.domain.places import Room
from scheduler.domain.sessions import Session
from scheduler.errors import Finding
from scheduler.sheets.cells import Row
from scheduler.sheets.codes import fold_value
from scheduler.sheets.columns import Value
from scheduler.sheets.plan_tables import Cells, PlanTables

PLACES = ("slot", "on", "start", "site", "room")
"""Columns that say when and where a row is."""
_SHOWN = 8
_EPOCH = date(1904, 1, 2)
"""Spreadsheets keep a time of day as a moment on their first day."""


class Lookup:
    """What people write and the ids it may mean; an id itself is never ambiguous."""

    def __init__(self, rows: Iterable[tuple[str, ...]]) -> None:
        self._meanings: dict[str, set[str]] = defaultdict(set)
        self._ids: dict[str, str] = {}
        for id_, *spellings in rows:
            self._ids[fold_value(id_)] = id_
            for spelling in spellings:
                if spelling:
                    self._meanings[fold_value(spelling)].add(id_)

    def find(self, words: str) -> set[str]:
        """Return the ids that words may mean; empty when none does."""
        folded = fold_value(words)
        return {self._ids[folded]} if folded in self._ids else set(self._meanings.get(folded, ()))


@dataclass
class Edits:
    """A plan as it was printed, and what was read of the edited copy so far."""

    printed: PlanTables
    findings: list[Finding]

    def __post_init__(self) -> None:
        """Index what people may write."""
        tables, round_ = self.printed, self.printed.round
        self.rooms = Lookup((r.id, r.name, tables.room_labels[r.id]) for r in round_.rooms)
        self.sites = Lookup((s.id, s.name, tables.site_labels[s.id]) for s in round_.sites)
        self.slots = Lookup((s.id,) for s in round_.slots)
        self.components = Lookup((c.id, c.name.zh, c.name.en, tables.component_labels[c.id]) for c in round_.components)
        self.examiners = Lookup(
            (e.id, e.name, tables.names.get(e.id, ""), tables.examiner_labels[e.id]) for e in round_.examiners
        )
        self.parties = Lookup((p.id, tables.names.get(p.id, "")) for p in round_.parties)
        self.sessions: dict[str, Session] = {}
        """Sessions of the edited copy, by id."""

    def slot_wish(self, row: Row, printed: Cells) -> Slot | None:
        """Return the slot that changed cells ask for; None when none changed, or a fault was noted."""
        by_id = None if same(row, "slot", printed.get("slot")) else self._slot_named(row)
        timed = not same(row, "on", printed.get("on")) or not same(row, "start", printed.get("start"))
        by_time = self._slot_then(row) if timed else None
        if by_id and by_time and by_id != by_time:
            row.fault(
                "slot",
                "cells-contradict",
                ("时段与日期、开始时间不一致", "slot and date or start say different things"),
                expected=(_slot_words(by_id), _slot_words(by_id)),
                hint=("只改其中一处，或两处改成一致", "change one of them only, or both alike"),
            )
            return None
        return by_id or by_time

    def _slot_named(self, row: Row) -> Slot | None:
        words = row.text("slot")
        if not words:
            return None
        found = self.slots.find(words)
        if not found:
            known = "、".join(s.id for s in in_order(self.printed.round.slots)[:_SHOWN])
            row.fault(
                "slot", "slot-unknown", ("批次中没有这个时段", "the round has no such slot"), expected=(known, known)
            )
            return None
        return self.printed.slots[found.pop()]

    def _slot_then(self, row: Row) -> Slot | None:
        day = row.day("on")
        start = row.clock("start") if row.has("start") else None
        if day is None:
            if row.has("start") and not row.failed:
                row.fault("on", "missing-value", ("没有日期", "the date is empty"), hint=("请补填", "fill it in"))
            return None
        that_day = [s for s in in_order(self.printed.round.slots) if s.on == day]
        found = [s for s in that_day if start is None or s.start == start]
        found = found or [s for s in that_day if start is not None and s.start <= start < s.end]
        if len(found) == 1:
            return found[0]
        some = "；".join(map(_slot_words, that_day[:_SHOWN])) or f"{day}: 0"
        several = ("当天有几个时段，请写明开始时间", "there are several slots on that day; write the start")
        nothing = ("当天没有在这个时间的时段", "no slot of the round covers that time")
        row.fault(
            "on" if not that_day else "start", "slot-unknown", several if found else nothing, expected=(some, some)
        )
        return None

    def room_wish(self, row: Row, printed: Cells) -> Room | None:
        """Return the room that changed cells ask for; None when none changed, or a fault was noted."""
        moved_site = not same(row, "site", printed.get("site"))
        if not moved_site and same(row, "room", printed.get("room")):
            return None
        words, site = row.text("room"), row.text("site") if row.has("site") else ""
        if not words:
            if printed or row.has("site"):
                row.fault("room", "missing-value", ("没有考场", "the room is empty"), hint=("请补填", "fill it in"))
            return None
        found = self.rooms.find(words)
        sites = self.sites.find(site) if site else set(self.printed.sites)
        here = {id_ for id_ in found if self.printed.rooms[id_].site_id in sites}
        if len(here) == 1 or (len(found) == 1 and not moved_site):
            return self.printed.rooms[(here or found).pop()]
        labels = [
            self.printed.room_labels[r.id] for r in self.printed.round.rooms if r.site_id in (sites or {r.site_id})
        ]
        some = "、".join(labels[:_SHOWN]) + ("…" if len(labels) > _SHOWN else "")
        if site and not sites:
            known = "、".join(list(self.printed.site_labels.values())[:_SHOWN])
            row.fault(
                "site", "site-unknown", ("批次中没有这个考点", "the round has no such site"), expected=(known, known)
            )
        elif not here:
            row.fault(
                "room",
                "room-unknown",
                ("该考点没有这个考场", "there is no such room at that site"),
                expected=(some, some),
            )
        else:
            what = ("几个考场同名，请写编号", "several rooms have this name; write the id")
            row.fault("room", "room-unknown", what, expected=(", ".join(sorted(here)),) * 2)
        return None

    def session_wish(self, row: Row, printed: Cells) -> str | None:
        """Return the id of the session that a candidate's or an examiner's row asks for.

        Args:
            printed: The row as it was printed; empty for a row that was added.
        """
        noted = len(self.findings)
        said = row.text("session")
        if not printed and said in self.sessions and not any(row.has(key) for key in PLACES):
            return said
        if not printed and said in self.printed.sessions:
            printed = self.printed.where(self.printed.sessions[said])
        slot, room = self.slot_wish(row, printed), self.room_wish(row, printed)
        if len(self.findings) > noted and row.failed:
            return None
        named = self.sessions.get(said)
        if named is not None and slot is None and room is None:
            return said
        if said and said != printed.get("session"):
            return self._agreed(row, said, slot, room)
        slot_id = slot.id if slot else named.slot_id if named else None
        room_id = room.id if room else named.room_id if named else None
        there = [s.id for s in self.sessions.values() if (s.slot_id, s.room_id) == (slot_id, room_id)]
        if len(there) == 1 or said in there:
            return said if said in there else there[0]
        if slot is None and room is None:
            _gone(row, said)
            return None
        where = f"{slot_id} {self.printed.room_labels.get(room_id or '', '')}".strip()
        row.fault(
            "room" if room else "on",
            "session-missing",
            (f"场次表中没有 {where} 的场次", f"the session sheet has no session at {where}"),
            hint=("先在场次表加一行，写明考评员和组长", "add it to the session sheet first, with examiners and leader"),
        )
        return None

    def _agreed(self, row: Row, said: str, slot: Slot | None, room: Room | None) -> str | None:
        """Return a session named by an edited id, if the edited place does not speak against it."""
        named = self.sessions.get(said)
        if named is None:
            _gone(row, said)
            return None
        if (slot and slot.id != named.slot_id) or (room and room.id != named.room_id):
            there = f"{named.slot_id} {self.printed.room_labels[named.room_id]}"
            row.fault(
                "session",
                "cells-contradict",
                ("场次编号与日期、时间或考场不一致", "the session and the date, time or room say different things"),
                expected=(there, there),
                hint=("只改其中一处，或两处改成一致", "change one of them only, or both alike"),
            )
            return None
        return said

    def some(self, row: Row, key: str, lookup: Lookup, rule: str, what: tuple[str, str]) -> tuple[str, ...]:
        """Read a cell that lists several, separated by 、 or commas; each once, in the order written."""
        ids: dict[str, None] = {}
        for part in _parts(row, key):
            found = lookup.find(part)
            if len(found) == 1:
                ids[found.pop()] = None
            else:
                twice = (f"“{part}”有几个，请写编号", f"{part} may mean several; write the id")
                several = (", ".join(sorted(found)),) * 2 if found else None
                row.fault(key, rule, twice if found else (f"{what[0]}：{part}", f"{what[1]}: {part}"), expected=several)
        return tuple(ids)


def same(row: Row, key: str, printed: Value) -> bool:
    """Tell whether a cell still reads as it was printed; a column that is not there counts as unchanged."""
    if key not in row.layout.columns:
        return True
    cell = row.raw(key)
    return cell is None or _plain(cell) == _plain(printed)


def _plain(value: Value | timedelta) -> str:
    if value is None:
        return ""
    if isinstance(value, timedelta):
        value = (datetime.combine(_EPOCH, time()) + value).time()
    if isinstance(value, datetime):
        value = value.time() if value.date() < _EPOCH else value.date() if value.time() == time() else value
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return fold_value(str(value))


def _parts(row: Row, key: str) -> list[str]:
    cell = row.raw(key)
    words = "" if cell is None else str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    for mark in ",，;；\n":
        words = words.replace(mark, "、")
    return [part.strip() for part in words.split("、") if part.strip()]


def _slot_words(slot: Slot) -> str:
    return f"{slot.id}（{slot.on} {slot.start:%H:%M}–{slot.end:%H:%M}）"


def _gone(row: Row, said: str) -> None:
    what = ("场次表中没有这个场次", "the session sheet has no such session")
    if not said:
        what = ("没有写明场次", "the session is not given")
    hint = ("改为场次表中的编号，或在场次表加一行", "write an id of the session sheet, or add a row there")
    row.fault("session", "session-missing", what, hint=hint)
