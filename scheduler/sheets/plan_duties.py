"""Rows of the examiners' sheet of an edited plan workbook: who serves in which session, and who leads."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from scheduler.domain.sessions import Session
from scheduler.errors import Where
from scheduler.sheets.cells import Row
from scheduler.sheets.codes import fold_value
from scheduler.sheets.columns_plan import LEADER
from scheduler.sheets.plan_places import PLACES, Edits, same

_LEADER_WORDS = {fold_value(words) for words in (LEADER, "组长", "lead", "leader", "考评组长", "是", "√")}


@dataclass
class Crew:
    """Who serves in one session, as the examiners' sheet has it."""

    ids: set[str] = field(default_factory=set)
    leads: dict[str, Row] = field(default_factory=dict)


class Duties:
    """The examiners' sheet, read row by row after the sessions."""

    def __init__(self, edits: Edits, places: dict[str, Where]) -> None:
        self.edits, self.printed, self.places = edits, edits.printed, places
        self.crews: dict[str, Crew] = defaultdict(Crew)

    def read(self, row: Row) -> None:
        """Read one row of the examiners' sheet; rows without a session are examiners who are free."""
        said = row.text("session")
        if not said and not any(row.has(key) for key in ("slot", "on", "room")):
            return
        examiner_id = self._examiner(row, said)
        if examiner_id is None:
            return
        was = self._printed_duty(row, examiner_id, said)
        printed = self.printed.duty_cells(examiner_id, was) if was else {}
        if was and was.id == said and said not in self.edits.sessions and all(same(row, k, printed[k]) for k in PLACES):
            return  # the session was deleted, and its examiners with it
        session_id = self.edits.session_wish(row, printed)
        if session_id is None:
            return
        self.places.setdefault(examiner_id, row.at)
        crew = self.crews[session_id]
        crew.ids.add(examiner_id)
        role = row.text("role")
        if role and fold_value(role) in _LEADER_WORDS:
            crew.leads[examiner_id] = row
        elif role:
            row.fault(
                "role",
                "role-unknown",
                ("不是可识别的职务", "this role is not known"),
                expected=("组长，或留空", "组长 lead, or empty"),
            )

    def _examiner(self, row: Row, session_id: str) -> str | None:
        """Return the examiner of a row; where id and name differ, the one that was not in the session when printed."""
        words, name = row.text("examiner"), row.text("name")
        by_id, by_name = self.edits.examiners.find(words), self.edits.examiners.find(name)
        if by_id & by_name or not (words and name):
            found = by_id & by_name or by_id or by_name
        else:
            was = self.printed.sessions.get(session_id)
            served = set(was.examiner_ids) if was else set()
            found = (
                by_name
                if by_id & served and not by_name & served
                else by_id
                if by_name & served and not by_id & served
                else set()
            )
            if by_id and by_name and not found:
                what = ("编号与姓名不是同一人", "id and name are not the same person")
                row.fault("name", "cells-contradict", what, hint=("改成一致", "make them agree"))
                return None
        if len(found) == 1:
            return found.pop()
        what = ("几名考评员同名，请写编号", "several examiners have this name; write the id") if found else ("批次中没有这名考评员", "the round has no such examiner")  # fmt: skip
        row.fault("examiner" if words and not by_id else "name", "examiner-unknown", what)
        return None

    def _printed_duty(self, row: Row, examiner_id: str, session_id: str) -> Session | None:
        """Return the session of the row as it was printed: the one named, or where the cells of its place still stand."""
        named = self.printed.sessions.get(session_id)
        if named and examiner_id in named.examiner_ids:
            return named
        for session in self.printed.plan.sessions:
            if examiner_id in session.examiner_ids:
                cells = self.printed.where(session)
                if all(same(row, key, cells[key]) for key in PLACES):
                    return session
        return None
