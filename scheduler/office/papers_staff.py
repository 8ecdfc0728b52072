"""Papers of those on duty (考务材料): rosters with independence, sign-in, session record, mark sheets, assessors' score sheets."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.domain.catalogue import Component, Duty, PracticalItem
from scheduler.domain.wording import points_words
from scheduler.errors import Text
from scheduler.office.exam_day import Held, OnDuty, Seated
from scheduler.office.paper_forms import Column, Field, Form, Look, Paper, Row, foot, in_order, line, name_of, words
from scheduler.office.papers_candidates import paper, person, place, session_head, session_row
from scheduler.phrases import phrase
from scheduler.press.pages import Leaf

_ITEM_LINES = 6
"""Blank item lines where the catalogue names none."""


def _duty(one: OnDuty, held: Held) -> Text:
    if one.leads:
        return phrase("Lead examiner")
    assesses = any(part.staffing.duty is Duty.ASSESS for part in held.components)
    return phrase("Examiner") if assesses else phrase("Invigilator")


def _reasons(one: OnDuty, held: Held) -> list[Text]:
    """Return why somebody may judge in a session, and whom not."""
    outside = sum(other.institution != one.institution for other in held.staff)
    if one.trained == 0:
        said = [phrase("Own institution trained none of the {n} candidates", n=len(held.seats))]
    else:
        said = [
            phrase("Own institution trained {own} of the {n} candidates; {outside} of the team come from others",
                   own=one.trained, n=len(held.seats), outside=outside)
        ]  # fmt: skip
    if any(part.staffing.duty is Duty.ASSESS for part in held.components):
        said.append(phrase("Qualified to assess the trade"))
    here = {seat.entry.candidate.name for seat in held.seats}
    if one.recused:
        said.append(phrase("Recused from {names}, who are not in this session", names="、".join(one.recused))
                    if not here & set(one.recused)
                    else phrase("Recused from {names}", names="、".join(one.recused)))  # fmt: skip
    else:
        said.append(phrase("No recusal"))
    return said


def staff_roster(look: Look, held: Held) -> Paper:
    """Return who examines or invigilates, and why each may (考评员、监考员名册)."""
    columns = (
        Column(phrase("No."), 10, "n", "c"),
        Column(phrase("Name"), 26, "name", "big"),
        Column(phrase("Institution"), 40, "institution"),
        Column(phrase("Duty"), 24, "duty", "c"),
        Column(phrase("Why independent"), 82, "why", "small"),
    )
    rows = [
        {
            "n": str(number),
            "name": one.examiner.name or one.examiner.id,
            "institution": one.institution,
            "duty": "\n".join(_pair(_duty(one, held))),
            "why": "\n".join(line(reason) for reason in _reasons(one, held)),
        }
        for number, one in enumerate(held.staff, start=1)
    ]
    notes = (phrase("Recusal: no relatives, no trainees of one's own; scores are given alone and changed by nobody."),)
    form = Form("staff_roster", phrase("Examiners and invigilators"), session_head(), columns, 7, 24, (), notes)
    return _for_staff("staff-rosters", form, look, held, rows)


def staff_sign_in(look: Look, held: Held) -> Paper:
    """Return the sign-in sheet of those on duty (考务人员签到表)."""
    columns = (
        Column(phrase("No."), 10, "n", "c"),
        Column(phrase("Name"), 28, "name", "big"),
        Column(phrase("Institution"), 46, "institution"),
        Column(phrase("Duty"), 24, "duty", "c"),
        Column(phrase("Signature"), 34),
        Column(phrase("Time in"), 20),
        Column(phrase("Time out"), 20),
    )
    rows = [
        {
            "n": str(number),
            "name": one.examiner.name or one.examiner.id,
            "institution": one.institution,
            "duty": "\n".join(_pair(_duty(one, held))),
        }
        for number, one in enumerate(held.staff, start=1)
    ]
    form = Form("staff_sign_in", phrase("Sign-in sheet of staff"), session_head(), columns, 14, 12)
    return _for_staff("staff-sign-in", form, look, held, rows)


def _for_staff(kind: str, form: Form, look: Look, held: Held, rows: Sequence[Row]) -> Paper:
    leaves = form.leaves(look, session_row(held), rows, sorted_by=phrase("leader first, then by number"))
    return paper(kind, held, leaves, (), form.lines)


def _pair(text: Text) -> tuple[str, str]:
    return text.zh, text.en


def mark_sheets(look: Look, held: Held) -> list[Paper]:
    """Return the mark sheets (成绩登记表) of a session, one for each component, because items differ."""
    papers = []
    for component in held.components:
        seats = in_order(look, [seat for seat in held.seats if seat.component.id == component.id])
        if not seats:
            continue
        rows = [person(seat, held, number) for number, seat in enumerate(seats, start=1)]
        form = _mark_form(component)
        leaves = form.leaves(look, {**session_row(held), "what": name_of(component).zh}, rows)
        made = paper("mark-sheets", held, leaves, seats, form.lines)
        name = made.name if len(held.components) == 1 else f"{made.name}-{component.id.replace('/', '-')}"
        papers.append(Paper(made.kind, made.site_id, name, made.about, made.leaves, made.people))
    return papers


def _item_head(item: PracticalItem) -> str:
    """Return the head of an item's narrow column: its id and full marks, the same in both languages."""
    return f"{item.id}（{points_words(item.full_pts)}）"


def _mark_form(component: Component) -> Form:
    items, no_english = component.items, ""
    wide = 182 - 9 - 15 - 31 - 27 - 18 - 20 - (16 if items else 0)
    columns = (
        Column(phrase("No."), 9, "n", "c"),
        Column(phrase("Seat"), 15, "seat", "num"),
        Column(phrase("Ticket number"), 31, "ticket", "c"),
        Column(phrase("Name"), 27, "name"),
        *(Column(Text(_item_head(item), no_english), wide / len(items)) for item in items),
        *((Column(phrase("Veto item"), 16),) if items else ()),
        Column(phrase("Total ({n})", n=points_words(component.full_pts)), 18),
        Column(phrase("Remark"), 20 if items else 20 + wide),
    )
    items_said = "；".join(f"{item.id} {item.name.zh} {points_words(item.full_pts)}" for item in items)
    notes = (
        phrase("Write 缺考 for absent. Mistakes are struck out, corrected and signed; nobody changes another's score."),
        *((phrase("Items: {items}. A veto item that was failed fails the component where the award says so.", items=items_said),) if items else ()),
    )  # fmt: skip
    signs = (phrase("Marks entered by"), phrase("Verified by"), phrase("Lead examiner"), phrase("Date"))
    return Form("mark_sheet", phrase("Mark sheet"), session_head(), columns, 18, 8.2, signs, notes)


def session_record(look: Look, held: Held) -> Paper:
    """Return the record to be kept during a session (考场记录)."""
    blank = Field(phrase("Number present"), ""), Field(phrase("Number absent"), "")
    head = (*session_head(), (Field(phrase("On duty"), "staff"), Field(phrase("Turns"), "turns", "small")), blank)
    form = Form("session_record", phrase("Session record"), head, (), 1, 1, _record_signs())
    admission = held.admission
    checks = (
        phrase("{n} min before: papers fetched, materials and machines checked", n=admission.papers_min),
        phrase("{n} min before: identity documents and tickets checked, seats as drawn by lot", n=admission.enter_min),
        phrase("Rules read out; video recording runs; clocks agree"),
        phrase("Nobody admitted later than {n} min after the start", n=admission.late_min),
    )
    shared = {
        **form.shared(look),
        "checked": words(phrase("Before and at the start")),
        "checks": [words(check) for check in checks],
        "parts": [_absent_part(), _incident_part()],
    }
    turns = "  ".join(f"{turn}: {seats[0].begins:%H:%M}–{seats[0].ends:%H:%M}" for turn, seats in held.turns().items())
    texts = {
        **{f"head.{key}": text for key, text in session_row(held).items()},
        "head.staff": "、".join(one.examiner.name or one.examiner.id for one in held.staff),
        "head.turns": turns,
        **foot(look, 1, 1, phrase("filled in by hand")),
    }
    return paper("session-records", held, [Leaf("papers/session_record", shared, texts)], (), 1)


def _absent_part() -> dict[str, object]:
    columns = (
        (phrase("Seat"), 20), (phrase("Ticket number"), 36), (phrase("Name"), 30), (phrase("Absent, late or turned away"), 60),
        (phrase("Time"), 36),
    )  # fmt: skip
    return _blank(phrase("Absences"), columns, 4)


def _incident_part() -> dict[str, object]:
    columns = (
        (phrase("Time"), 20), (phrase("Seat"), 20), (phrase("What happened (broken machine, breach, illness)"), 76),
        (phrase("Minutes added"), 26), (phrase("Signature"), 40),
    )  # fmt: skip
    return _blank(phrase("Incidents"), columns, 6)


def _blank(title: Text, columns: Sequence[tuple[Text, float]], lines: int) -> dict[str, object]:
    return {
        "words": words(title),
        "columns": [{"words": words(text), "mm": mm} for text, mm in columns],
        "lines": lines,
    }


def _record_signs() -> tuple[Text, ...]:
    return phrase("Invigilators, examiners"), phrase("Quality supervisor"), phrase("Site manager")


def score_sheets(look: Look, held: Held) -> list[Paper]:
    """Return a score sheet (评分表) for every assessor and candidate of a practical: each assessor marks alone."""
    papers = []
    for component in held.components:
        seats = [seat for seat in held.seats if seat.component.id == component.id]
        if component.staffing.duty is not Duty.ASSESS or not seats:
            continue
        ordered = in_order(look, seats)
        papers += [_scored(look, held, component, one, ordered) for one in held.staff]
    return papers


def _scored(look: Look, held: Held, component: Component, one: OnDuty, seats: Sequence[Seated]) -> Paper:
    form = _score_form(component)
    shared = {**form.shared(look), **_score_words(component)}
    halves = [seats[at : at + 2] for at in range(0, len(seats), 2)]
    leaves = []
    for page, pair in enumerate(halves, start=1):
        texts = foot(look, page, len(halves))
        for half in range(2):
            row = _score_row(held, one, pair[half]) if half < len(pair) else None
            texts |= {f"{half}.{f.key}": row[f.key] if row else "" for two in form.head for f in two}
        leaves.append(Leaf("papers/score_sheet", shared, texts))
    made = paper("score-sheets", held, leaves, seats, 2)
    about = f"{made.about} {one.examiner.name or one.examiner.id}"
    tail = "" if len(held.components) == 1 else f"-{component.id.replace('/', '-')}"
    return Paper(made.kind, made.site_id, f"{made.name}{tail}-{one.examiner.id}", about, made.leaves, made.people)


def _score_form(component: Component) -> Form:
    head = (
        (Field(phrase("Name"), "name", "big"), Field(phrase("Ticket number"), "ticket")),
        (Field(phrase("Seat"), "seat", "big"), Field(phrase("Date and time"), "when", "small")),
        (Field(phrase("Room"), "room"), Field(phrase("Assessor"), "assessor", "big")),
    )
    columns = (
        Column(phrase("Item"), 16), Column(phrase("What is assessed"), 70), Column(phrase("Full points"), 20),
        Column(phrase("Points"), 24), Column(phrase("Veto item"), 22), Column(phrase("Why points were taken off"), 30),
    )  # fmt: skip
    signs = (phrase("Assessor's signature"), phrase("Start and end"))
    return Form("score_sheet", phrase("Score sheet: {component}", component=name_of(component)), head, columns, 1, 1, signs)  # fmt: skip


def _score_words(component: Component) -> dict[str, object]:
    veto = phrase("□ failed").zh
    listed = [
        {
            "id": item.id,
            "words": words(item.name),
            "pts": points_words(item.full_pts),
            "veto": veto if item.veto else "",
        }
        for item in component.items
    ]
    blank = [{"id": str(n), "words": words(Text("", "")), "pts": "", "veto": ""} for n in range(1, _ITEM_LINES + 1)]
    items = listed or blank
    return {
        "items": items,
        "item_mm": round(min(12.0, 54 / len(items)), 2),
        "total": words(phrase("Total")),
        "full": points_words(component.full_pts),
    }


def _score_row(held: Held, one: OnDuty, seat: Seated) -> Row:
    return {
        "name": seat.entry.candidate.name,
        "ticket": seat.ticket_no,
        "seat": place(seat, held),
        "when": f"{seat.begins:%Y-%m-%d %H:%M}–{seat.ends:%H:%M}",
        "room": f"{held.site.name or held.site.id} {held.room.name or held.room.id}",
        "assessor": one.examiner.name or one.examiner.id,
    }
