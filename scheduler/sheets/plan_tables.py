"""What stands in the rows of a plan workbook, by column key. Writing prints them; reading back compares edited cells with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import RoomKind
from scheduler.domain.places import Room, Site
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Session, Sitting
from scheduler.domain.wording import component_words
from scheduler.sheets.columns import Value
from scheduler.sheets.columns_plan import IDLE, LEADER

Cells = dict[str, Value]
"""A row: values by column key."""


class PlanTables:
    """A plan beside its round, with the labels that people see; ids are looked up once."""

    def __init__(self, plan: Plan, round_: Round, names: Mapping[str, str]) -> None:
        self.plan, self.round, self.names = plan, round_, names
        self.slots = {s.id: s for s in round_.slots}
        self.rooms = {r.id: r for r in round_.rooms}
        self.sites = {s.id: s for s in round_.sites}
        self.components = {c.id: c for c in round_.components}
        self.institutions = {i.id: i.name or i.id for i in round_.institutions}
        self.parties = {p.id: p for p in round_.parties}
        self.sessions = {s.id: s for s in plan.sessions}
        self.heads = Counter(sitting.session_id for sitting in plan.sittings)
        self.turns: dict[str, int] = defaultdict(int)
        for sitting in plan.sittings:
            self.turns[sitting.session_id] = max(self.turns[sitting.session_id], sitting.turn)
        self.component_labels = labels((c.id, component_words(c, round_.components).zh) for c in round_.components)
        self.site_labels = labels((s.id, s.name) for s in round_.sites)
        self.room_labels = labels(((r.id, r.name) for r in round_.rooms), {r.id: r.site_id for r in round_.rooms})
        self.examiner_labels = labels((e.id, e.name or names.get(e.id, "")) for e in round_.examiners)

    def place(self, session: Session) -> tuple[Slot, Room, Site]:
        """Return slot, room and site of a session."""
        room = self.rooms[session.room_id]
        return self.slots[session.slot_id], room, self.sites[room.site_id]

    def component_name(self, component_id: str) -> str:
        """Return the Chinese name of a component, or its id where it has none."""
        component = self.components.get(component_id)
        return component.name.zh or component_id if component else component_id

    def sitting_component(self, party_id: str, component_id: str) -> str:
        """Return what a candidate sits: the plain name, unless two of the candidate's components share it."""
        party, name = self.parties.get(party_id), self.component_name(component_id)
        alike = [c for c in party.component_ids if self.component_name(c) == name] if party else []
        return name if len(alike) < 2 else self.component_labels.get(component_id, component_id)

    def examined(self, session: Session) -> str:
        """Return what a session examines: every component, with ids where the round has several of one name."""
        return "、".join(self.component_labels.get(id_, id_) for id_ in session.component_ids)

    def name_of(self, party_id: str) -> str:
        """Return the name of a party, or its id where none was given."""
        return self.names.get(party_id) or party_id

    def examiner_name(self, examiner_id: str) -> str:
        """Return what an examiner is called, told apart from others of the same name."""
        return self.examiner_labels.get(examiner_id) or self.names.get(examiner_id) or examiner_id

    def in_time(self) -> list[Session]:
        """Return the sessions by day, start, site and room."""

        def key(session: Session) -> tuple[datetime, str, str, str]:
            slot, room, site = self.place(session)
            return slot.starts_at, site.id, room.id, session.id

        return sorted(self.plan.sessions, key=key)

    def where(self, session: Session) -> Cells:
        """Return the cells that say when and where a session is."""
        slot, room, site = self.place(session)
        return {
            "session": session.id, "slot": slot.id, "on": slot.on, "start": slot.start, "end": slot.end,
            "site": self.site_labels[site.id], "room": self.room_labels[room.id],
        }  # fmt: skip

    def session_cells(self, session: Session) -> Cells:
        """Return the row of one session."""
        _, room, site = self.place(session)
        heads, turns = self.heads[session.id], self.turns[session.id]
        return self.where(session) | {
            "institution": self.institutions.get(site.institution_id),
            "kind": "理论考场" if room.kind is RoomKind.THEORY_ROOM else "实操考场",
            "components": self.examined(session),
            "heads": heads, "places": room.places, "turns": turns,
            "fill": heads / (room.places * turns) if turns else None,
            "examiners": "、".join(self.examiner_name(e) for e in session.examiner_ids),
            "lead": self.examiner_name(session.lead_id) if session.lead_id else None,
        }  # fmt: skip

    def session_rows(self) -> Iterator[Cells]:
        """Give one row a session."""
        return (self.session_cells(session) for session in self.in_time())

    def sitting_cells(self, sitting: Sitting) -> Cells:
        """Return the row of one sitting."""
        session = self.sessions[sitting.session_id]
        _, _, site = self.place(session)
        party = self.parties.get(sitting.party_id)
        return self.where(session) | {
            "party": sitting.party_id, "name": self.name_of(sitting.party_id),
            "member": sitting.member if party and party.head_count > 1 else None,
            "group": party.group_id if party else None,
            "institution": self.institutions.get(party.institution_id) if party else None,
            "component": self.sitting_component(sitting.party_id, sitting.component_id),
            "start": self.begins(session, sitting), "address": site.address,
            "turn": sitting.turn, "place": sitting.place,
        }  # fmt: skip

    def sitting_rows(self) -> Iterator[Cells]:
        """Give one row a sitting, a candidate's rows together in the order of time."""

        def key(sitting: Sitting) -> tuple[str, str, int, datetime, str]:
            starts_at = self.slots[self.sessions[sitting.session_id].slot_id].starts_at
            party_id = sitting.party_id
            return self.name_of(party_id), party_id, sitting.member, starts_at, sitting.component_id

        return (self.sitting_cells(sitting) for sitting in sorted(self.plan.sittings, key=key))

    def begins(self, session: Session, sitting: Sitting) -> time:
        """Return when a turn begins: turns follow one another at a workstation, with the changeover between."""
        slot, component = self.slots[session.slot_id], self.components[session.component_id]
        wait = (sitting.turn - 1) * (component.minutes + self.round.policy.changeover_min)
        return (slot.starts_at + timedelta(minutes=wait)).time()

    def duty_cells(self, examiner_id: str, session: Session) -> Cells:
        """Return the row of one examiner in one session."""
        return self._examiner(examiner_id) | self.where(session) | {
            "components": self.examined(session), "role": LEADER if session.lead_id == examiner_id else None,
            "heads": self.heads[session.id],
        }  # fmt: skip

    def _examiner(self, examiner_id: str) -> Cells:
        known = {e.id: e.institution_id for e in self.round.examiners}
        return {
            "examiner": examiner_id,
            "name": self.examiner_name(examiner_id),
            "institution": self.institutions.get(known.get(examiner_id, "")),
        }

    def duty_rows(self) -> Iterator[Cells]:
        """Give one row an examiner and session, an examiner's rows together in the order of time; the idle come last."""
        sessions = self.in_time()
        crews: dict[str, list[Session]] = {e.id: [] for e in self.round.examiners}
        for session in sessions:
            for examiner_id in session.examiner_ids:
                crews.setdefault(examiner_id, []).append(session)
        for examiner_id, serves in sorted(crews.items()):
            for session in serves:
                yield self.duty_cells(examiner_id, session)
        for examiner_id in sorted(id_ for id_, serves in crews.items() if not serves):
            yield self._examiner(examiner_id) | {"status": IDLE}

    def unplaced_rows(self) -> Iterator[Cells]:
        """Give one row a party and reason."""
        for unplaced in self.plan.unplaced:
            party = self.parties.get(unplaced.party_id)
            for reason in unplaced.reasons:
                yield {
                    "party": unplaced.party_id, "name": self.name_of(unplaced.party_id),
                    "heads": party.head_count if party else None, "group": party.group_id if party else None,
                    "due": "、".join(self.component_name(c) for c in party.component_ids) if party else None,
                    "why": reason.what.zh, "why_en": reason.what.en, "rule": reason.rule,
                }  # fmt: skip


def labels(rows: Iterable[tuple[str, str]], apart: Mapping[str, Hashable] | None = None) -> dict[str, str]:
    """Return what each id is called: its name; with the id where another has the name, the id alone where it has none.

    Args:
        rows: Pairs of id and name.
        apart: What tells those of one name apart anyway, by id, such as the site of a room.
    """
    rows, apart = list(rows), apart or {}
    count = Counter((apart.get(id_), name) for id_, name in rows)
    taken = {id_ for id_, _ in rows}

    def label(id_: str, name: str) -> str:
        if not name:
            return id_
        clear = count[apart.get(id_), name] == 1 and (name == id_ or name not in taken) and "、" not in name
        return name if clear else f"{name}（{id_}）"

    return {id_: label(id_, name) for id_, name in rows}
