"""Rows of the sittings of an edited plan workbook: who sits what, in which session, turn and place."""

from __future__ import annotations

from scheduler.domain.sessions import Sitting
from scheduler.errors import Where
from scheduler.sheets.cells import Row
from scheduler.sheets.codes import fold_value
from scheduler.sheets.plan_places import Edits, same

_Key = tuple[str, str, int]


class Sittings:
    """The sittings, read row by row after the sessions."""

    def __init__(self, edits: Edits, places: dict[str, Where]) -> None:
        self.edits, self.printed, self.places = edits, edits.printed, places
        self.found: dict[_Key, Sitting] = {}
        """By party, component and member."""
        self._known: dict[_Key, Sitting] = {
            (s.party_id, s.component_id, s.member): s for s in self.printed.plan.sittings
        }
        self._before = {party_id for party_id, _, _ in self._known}

    def read(self, row: Row) -> None:
        """Read one row of the sittings."""
        party_id = self._party(row)
        member = row.whole("member", 1, 9999) or 1
        if party_id is None:
            return
        component_id = self._component(row, party_id)
        if component_id is None:
            return
        was = self._known.get((party_id, component_id, member))
        session_id = self.edits.session_wish(row, self.printed.sitting_cells(was) if was else {})
        turn, place = row.whole("turn", 1, 9999, required=True), row.whole("place", 1, 99999, required=True)
        key = (party_id, component_id, member)
        if key in self.found:
            first = self.places[f"{party_id} {component_id} {member}"].row
            what = (f"与第{first}行是同一考生的同一科目", f"the same candidate and component stand in row {first}")
            row.fault("party", "sitting-twice", what, hint=("只保留一行", "keep one row"))
        if row.failed or session_id is None or turn is None or place is None:
            return
        self.found[key] = Sitting(party_id, component_id, session_id, turn, place, member)
        self.places[f"{party_id} {component_id} {member}"] = row.at
        self.places.setdefault(f"{party_id} {component_id}", row.at)
        self.places.setdefault(f"{party_id} {session_id}", row.at)
        self.places.setdefault(party_id, row.at)

    def _party(self, row: Row) -> str | None:
        words = row.text("party")
        found = self.edits.parties.find(words or row.text("name"))
        if words and words not in found and words in self._before:
            found = {words}  # withdrawn since; the audit says so
        if len(found) != 1:
            what = ("几名考生同名，请写编号", "several candidates have this name; write the id") if found else ("批次中没有这名考生", "the round has no such candidate")  # fmt: skip
            row.fault("party" if words else "name", "party-unknown", what)
            return None
        party_id = next(iter(found))
        name = self.printed.name_of(party_id)
        if row.has("name") and not same(row, "name", name):
            what = ("姓名与考生编号不是同一人", "the name is not that of this id")
            hint = ("换人时编号和姓名一起改", "to put another person there, change both")
            row.fault("name", "cells-contradict", what, expected=(name, name), hint=hint)
            return None
        return party_id

    def _component(self, row: Row, party_id: str) -> str | None:
        """Return the component of a row: one of the party's own where the words fit one, else any of the round."""
        party, words = self.printed.parties.get(party_id), row.text("component", required=True)
        if not words:
            return None
        own = [c for c in party.component_ids if fold_value(self.printed.sitting_component(party_id, c)) == fold_value(words)] if party else []  # fmt: skip
        found = set(own) or self.edits.components.find(words)
        due = found & set(party.component_ids) if party else found
        chosen = due if len(due) == 1 else found
        if len(chosen) == 1:
            return next(iter(chosen))
        what = ("几个科目同名，请写编号", "several components have this name; write the id") if found else ("批次中没有这个科目", "the round has no such component")  # fmt: skip
        row.fault("component", "component-unknown", what)
        return None
