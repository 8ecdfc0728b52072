"""One function a sheet of what ties people and places: recusals, groups, reserved places, waivers, shares, locks, named candidates."""

from __future__ import annotations

import re
from typing import Literal, cast

from scheduler.domain.rounds import (
    DocumentLock,
    DocumentRecusal,
    DocumentTerms,
    ExaminerLock,
    Group,
    Reservation,
    Share,
    Waiver,
)
from scheduler.sheets.cells import Row
from scheduler.sheets.codes import REASONS, TOGETHER, component_codes
from scheduler.sheets.setup_parts import Known


def read_document_no(row: Row) -> str:
    """Read the number of an identity document, which must have the shape of one."""
    number = row.code("document_no", "id-number-stored-as-number", required=True)
    if number and not re.fullmatch(r"[A-Z0-9]{5,18}", number):
        row.fault(
            "document_no",
            "id-number-shape",
            ("证件号码的位数或字符不对", "the number has the wrong length or characters"),
        )
    return number


def read_recusal(row: Row, known: Known) -> DocumentRecusal | None:
    """Read one recusal; None where a part is missing."""
    examiner_id = row.choice("examiner", known.examiners, "examiner-unknown", required=True)
    document_no = read_document_no(row)
    reason = row.choice("reason", REASONS, "reason-unknown", required=True)
    note = row.text("note")
    if examiner_id is None or not document_no or reason is None:
        return None
    return DocumentRecusal(examiner_id, document_no, cast("Literal['relative', 'own_trainee', 'other']", reason), note)


def read_group(row: Row, known: Known) -> Group | None:
    """Read one group; None without an id."""
    group_id, name = row.text("id", required=True), row.text("name")
    together = row.choice("together", TOGETHER, "together-unknown") or "session"
    least, most = row.whole("fragment_min", 1, 100_000), row.whole("fragment_max", 1, 100_000)
    barred = row.choices("barred", known.sites, "site-unknown")
    if together != "fragments" and (least is not None or most is not None):
        row.fault(
            "together",
            "fragments-not-asked-for",
            ("给了每处人数，同组要求却不是分散", "limits of fragments are given, but the group is not to be split"),
            hint=("同组要求改为分散，或删去人数", "write 分散 (fragments), or take the numbers out"),
        )
    if most is not None and most < (least or 1):
        row.fault(
            "fragment_max",
            "fragments-reversed",
            ("每处最多人数小于最少人数", "at most is less than at least"),
            expected=(f"不小于 {least}", f"{least} or more"),
        )
    kind = cast("Literal['session', 'site', 'fragments', 'none']", together)
    return Group(group_id, kind, name, least or 1, most, barred) if group_id else None


def read_reservation(row: Row, known: Known) -> Reservation | None:
    """Read places kept for somebody; None where a part is missing."""
    room_id = row.choice("room", known.rooms, "room-unknown", required=True)
    places = row.whole("places", 1, 2000, required=True)
    group_id = row.text("group")
    institution_id = row.choice("institution", known.institutions, "institution-unknown") or ""
    slot_id = row.choice("slot", known.slots, "slot-unknown") or ""
    if not group_id and not row.has("institution"):
        row.fault(
            "group",
            "reserved-for-nobody",
            ("没有写明为谁预留", "it does not say for whom places are kept"),
            hint=("填分组编号或培训机构", "fill in a group or an institution"),
        )
    return Reservation(room_id, places, group_id, institution_id, slot_id) if room_id and places else None


def read_waiver(row: Row, known: Known) -> Waiver | None:
    """Read leave to seat more than a room's places; None where a part is missing."""
    room_id = row.choice("room", known.rooms, "room-unknown", required=True)
    slot_id = row.choice("slot", known.slots, "slot-unknown", required=True)
    places, reason = row.whole("places", 1, 2000, required=True), row.text("reason", required=True)
    return Waiver(room_id, slot_id, places, reason) if room_id and slot_id and places else None


def read_share(row: Row, known: Known) -> Share | None:
    """Read an institution's share of all seats; None where a part is missing."""
    institution_id = row.choice("institution", known.institutions, "institution-unknown", required=True)
    percent = row.whole("percent", 0, 100, required=True)
    return Share(institution_id, percent) if institution_id and percent is not None else None


def read_lock(row: Row, known: Known) -> DocumentLock | None:
    """Read what must stay of one candidate's sitting; None without candidate or component."""
    document_no = read_document_no(row)
    component = row.choice("component", component_codes(known.catalogue), "component-unknown", required=True)
    slot_id = row.choice("slot", known.slots, "slot-unknown")
    room_id = row.choice("room", known.rooms, "room-unknown")
    turn, place = row.whole("turn", 1, 100), row.whole("place", 1, 4000)
    if not any(row.has(key) for key in ("slot", "room", "turn", "place")):
        row.fault(
            "slot",
            "lock-of-nothing",
            ("没有写明锁定什么", "it does not say what stays"),
            hint=("填时段、考场、轮次或考位号，至少一项", "fill in slot, room, turn or place, one at least"),
        )
    return DocumentLock(document_no, component, slot_id, room_id, turn, place) if document_no and component else None


def read_examiner_lock(row: Row, known: Known) -> ExaminerLock | None:
    """Read which examiner must serve; None where a part is missing."""
    room_id = row.choice("room", known.rooms, "room-unknown", required=True)
    slot_id = row.choice("slot", known.slots, "slot-unknown", required=True)
    examiner_id = row.choice("examiner", known.examiners, "examiner-unknown", required=True)
    return ExaminerLock(room_id, slot_id, examiner_id) if room_id and slot_id and examiner_id else None


def read_terms(row: Row, known: Known) -> DocumentTerms | None:
    """Read what holds for one candidate by name; None without a document number."""
    document_no = read_document_no(row)
    barred = row.choices("barred", known.sites, "site-unknown")
    nearest = row.yes("travel_exception", default=False)
    reason = row.text("reason")
    return DocumentTerms(document_no, barred, nearest, reason) if document_no else None
