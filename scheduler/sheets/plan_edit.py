"""Reads a plan workbook that people edited: sessions, sittings and examiners become a plan again, or findings say where not.

Used by the office, which judges the result by the audit. What was changed is told apart from what was merely printed by
comparing each cell with the version the workbook was written from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Session, Sitting
from scheduler.errors import Finding, Where
from scheduler.sheets import columns_plan as tables
from scheduler.sheets.cells import Row
from scheduler.sheets.columns import Table, fold
from scheduler.sheets.columns_plan import Origin
from scheduler.sheets.plan_duties import Crew, Duties
from scheduler.sheets.plan_places import Edits, same
from scheduler.sheets.plan_sittings import Sittings
from scheduler.sheets.plan_tables import PlanTables
from scheduler.sheets.table import find_by_name
from scheduler.sheets.workbook import Book

_Said = TypeVar("_Said")
_NOTES = {"unknown-heading", "column-without-heading"}
"""Columns of notes beside the printed ones are welcome and never mentioned."""


@dataclass(frozen=True, slots=True)
class PlanCopy:
    """An opened plan workbook, and which version it says it was written from."""

    book: Book
    round_id: str
    """Empty where the summary does not say."""
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class EditedPlan:
    """What an edited workbook says; meaningless where a finding is an error."""

    sessions: tuple[Session, ...]
    """Sorted by id."""
    sittings: tuple[Sitting, ...]
    """Sorted by party, component, member."""
    findings: tuple[Finding, ...]
    places: Mapping[str, Where]
    """Where each session, party, party and component or session, and examiner stands, by what the audit calls it."""


def copy_of(book: Book) -> PlanCopy:
    """Find in the summary of an open workbook which version it was written from."""
    said: dict[str, str] = {}
    for grid in book.grids:
        if fold(grid.name) == fold(tables.SUMMARY_SHEET):
            for _, cells in grid.rows:
                filled = [str(cell).strip() for cell in cells if str(cell).strip()]
                if len(filled) > 1:
                    said[fold(filled[0])] = filled[1].removesuffix(".0")
    version, digest, in_force, round_id = (
        said.get(fold(" ".join(label)), "") for label in (tables.VERSION, tables.DIGEST, tables.IN_FORCE, tables.ROUND)
    )
    if not (version.isdecimal() and digest):
        return PlanCopy(book, round_id, None)
    return PlanCopy(book, round_id, Origin(int(version), digest, int(in_force) if in_force.isdecimal() else None))


def edited_plan(copy: PlanCopy, plan: Plan, round_: Round, names: Mapping[str, str]) -> EditedPlan:
    """Read an edited workbook against the version it was written from.

    Args:
        plan: That version.
        round_: The round as it is known now.
        names: Name of each party, and of examiners whose round value has none.
    """
    return _Reading(copy.book, PlanTables(plan, round_, names)).result()


class _Reading:
    def __init__(self, book: Book, printed: PlanTables) -> None:
        self.book, self.printed = book, printed
        self.findings: list[Finding] = list(book.findings)
        self.edits = Edits(printed, self.findings)
        self.places: dict[str, Where] = {}
        self.session_rows: dict[str, Row] = {}
        self.duties = Duties(self.edits, self.places)

    def result(self) -> EditedPlan:
        for row in self._rows(tables.SESSIONS):
            self._session(row)
        duties = self._rows(tables.DUTIES)
        for row in duties:
            self.duties.read(row)
        sessions = tuple(
            self._crewed(self.edits.sessions[id_], duties_read=bool(duties)) for id_ in sorted(self.edits.sessions)
        )
        sittings = Sittings(self.edits, self.places)
        for row in self._rows(tables.SITTINGS):
            sittings.read(row)
        kept = tuple(f for f in self.findings if f.rule not in _NOTES)
        return EditedPlan(sessions, tuple(sittings.found[key] for key in sorted(sittings.found)), kept, self.places)

    def _rows(self, table: Table) -> list[Row]:
        sheet = find_by_name(self.book, table, self.findings)
        return [] if sheet is None else list(sheet.rows(self.findings))

    def _session(self, row: Row) -> None:
        """Read one row of the session sheet."""
        id_ = row.text("session")
        was = self.printed.sessions.get(id_)
        printed = self.printed.session_cells(was) if was else {}
        slot, room = self.edits.slot_wish(row, printed), self.edits.room_wish(row, printed)
        slot_id = slot.id if slot else was.slot_id if was else ""
        room_id = room.id if room else was.room_id if was else ""
        component_ids = was.component_ids if was else ()
        if not same(row, "components", printed.get("components")):
            what = ("批次中没有这个科目", "the round has no such component")
            component_ids = tuple(
                sorted(self.edits.some(row, "components", self.edits.components, "component-unknown", what))
            )
        if not row.failed and not (slot_id and room_id and component_ids):
            key = "on" if not slot_id else "room" if not room_id else "components"
            what = ("新场次须写明日期或时段、考场和科目", "a new session needs a date or slot, a room and components")
            row.fault(key, "missing-value", what, hint=("请补填", "fill it in"))
        id_ = id_ or self._fresh(slot_id, room_id)
        if id_ in self.session_rows:
            first = self.session_rows[id_].number
            what = (f"与第{first}行场次编号相同", f"the same session id stands in row {first}")
            row.fault(
                "session",
                "session-twice",
                what,
                hint=("另编一个编号，或删去一行", "choose another id, or delete a row"),
            )
        if row.failed:
            return
        self.session_rows[id_] = row
        self.places[id_] = row.at
        crew, lead = (was.examiner_ids, was.lead_id) if was else ((), None)
        self.edits.sessions[id_] = Session(id_, component_ids[0], room_id, slot_id, crew, lead, component_ids[1:])

    def _fresh(self, slot_id: str, room_id: str) -> str:
        """Return an id for a session that was added without one."""
        taken = {*self.printed.sessions, *self.edits.sessions}
        wanted, n = f"{slot_id}.{room_id}", 2
        while wanted in taken:
            wanted, n = f"{slot_id}.{room_id}.{n}", n + 1
        return wanted

    def _crewed(self, session: Session, *, duties_read: bool) -> Session:
        """Join what the session sheet and the examiners' sheet say of one session's examiners and leader."""
        row, was = self.session_rows[session.id], self.printed.sessions.get(session.id)
        printed = self.printed.session_cells(was) if was else {}
        before, lead_before = (set(was.examiner_ids), was.lead_id) if was else (set[str](), None)
        crew = self.duties.crews[session.id] if duties_read else Crew(set(before))
        what = ("批次中没有这名考评员", "the round has no such examiner")
        here = before
        if not same(row, "examiners", printed.get("examiners")):
            here = set(self.edits.some(row, "examiners", self.edits.examiners, "examiner-unknown", what))
        ids = self._either(row, "examiners", (before, here, crew.ids if duties_read else before))
        lead_here = lead_before
        if not same(row, "lead", printed.get("lead")):
            lead_here = next(iter(self.edits.some(row, "lead", self.edits.examiners, "examiner-unknown", what)), None)
        leads = sorted(crew.leads)
        if len(leads) > 1:
            second = crew.leads[leads[1]]
            second.fault(
                "role", "two-leads", ("同一场次有两名组长", "a session has two leaders"), hint=("只留一名", "keep one")
            )
        there = (leads[0] if leads else None) if duties_read else lead_before
        lead = self._either(row, "lead", (lead_before, lead_here, there))
        return replace(session, examiner_ids=tuple(sorted(ids or ())), lead_id=lead)

    def _either(self, row: Row, key: str, said: tuple[_Said, _Said, _Said]) -> _Said:
        """Return what one of two sheets changed; a fault where both changed it differently."""
        before, here, there = said
        if here not in (before, there) and there != before:
            what = (
                "场次表与考评员表都改了，且不一致",
                "the session sheet and the examiners' sheet both changed, and differ",
            )
            row.fault(
                key,
                "cells-contradict",
                what,
                hint=("只改其中一处，或两处改成一致", "change one of them only, or both alike"),
            )
        return here if here != before else there


def place_of(subject: str | None, places: Mapping[str, Where]) -> Where:
    """Return where in the workbook the subject of an audit's finding stands; nowhere when it cannot be told."""
    for words in (subject or "", *(subject or "").split(" ")):
        if words in places:
            return places[words]
    return Where()
