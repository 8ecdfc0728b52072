"""Papers about candidates (考生材料): roster, sign-in sheet, seat map, desk labels, door sheet. What stands on each, and where."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.domain.catalogue import RoomKind
from scheduler.office.exam_day import Held, Seated
from scheduler.office.paper_forms import (
    Column,
    Field,
    Form,
    Look,
    Paper,
    Row,
    chunks,
    common,
    day_hours,
    examined,
    foot,
    in_order,
    name_of,
    words,
)
from scheduler.phrases import phrase
from scheduler.press.pages import Leaf

LABELS, NAMES_ON_DOOR = 8, 30
_ACROSS, _DOWN = 5, 6


def session_head() -> tuple[tuple[Field, Field], ...]:
    """Return the head that lists of a session share."""
    return (
        (Field(phrase("Site"), "site"), Field(phrase("Room"), "room", "big")),
        (Field(phrase("Date and time"), "when"), Field(phrase("Component"), "what")),
        (Field(phrase("Candidates"), "heads"), Field(phrase("Session"), "session")),
    )


def session_row(held: Held) -> Row:
    """Return the texts of that head."""
    turns = len(held.turns())
    heads = phrase("{n} candidates in {turns} turns", n=len(held.seats), turns=turns)
    return {
        "site": held.site.name or held.site.id,
        "room": held.room.name or held.room.id,
        "when": day_hours(held.slot.starts_at, max([s.ends for s in held.seats], default=held.slot.ends_at)),
        "what": examined(held),
        "heads": heads.zh if turns > 1 else phrase("{n} people", n=len(held.seats)).zh,
        "session": held.session.id,
    }


def place(seat: Seated, held: Held) -> str:
    """Return a seat as people say it: its number, with the turn where there are several."""
    return f"{seat.sitting.turn}-{seat.sitting.place:02d}" if len(held.turns()) > 1 else f"{seat.sitting.place:02d}"


def turn_words(seat: Seated) -> str:
    """Return the turn of a seat in words."""
    return phrase("turn {n}", n=seat.sitting.turn).zh


def person(seat: Seated, held: Held, number: int) -> Row:
    """Return a candidate as a row of a list."""
    who = seat.entry.candidate
    return {
        "n": str(number),
        "seat": place(seat, held),
        "ticket": seat.ticket_no,
        "name": who.name,
        "sex": who.sex,
        "document": who.document.number,
        "masked": who.document.masked(),
        "from": "\n".join(dict.fromkeys(part for part in (seat.institution, who.employer) if part)),
        "component": name_of(seat.component).zh,
        "begins": f"{seat.begins:%H:%M}",
    }


def _listed(kind: str, form: Form, look: Look, held: Held) -> Paper:
    seats = in_order(look, held.seats)
    rows = [person(seat, held, number) for number, seat in enumerate(seats, start=1)]
    return paper(kind, held, form.leaves(look, session_row(held), rows), seats, form.lines)


def paper(kind: str, held: Held, leaves: Sequence[Leaf], seats: Sequence[Seated], size: int) -> Paper:
    """Return a paper of a session."""
    about = f"{held.site.name or held.site.id} {held.room.name or held.room.id} {held.slot.starts_at:%Y-%m-%d %H:%M}"
    entries = [seat.entry.id for seat in seats]
    people = tuple(tuple(entries[at : at + size]) for at in range(0, size * len(leaves), size))
    return Paper(kind, held.site.id, held.session.id, about, tuple(leaves), people)


def roster(look: Look, held: Held) -> Paper:
    """Return the room roster (考场名单)."""
    columns = (
        Column(phrase("No."), 10, "n", "c"),
        Column(phrase("Seat"), 15, "seat", "num"),
        Column(phrase("Ticket number"), 31, "ticket", "c"),
        Column(phrase("Name"), 30, "name"),
        Column(phrase("Sex"), 10, "sex", "c"),
        Column(phrase("Identity number"), 42, "document", "c"),
        Column(phrase("Institution, employer"), 44, "from", "small"),
    )
    notes = (phrase("Holds identity numbers: hand it to staff only, and do not post it."),)
    return _listed("rosters", Form("room_roster", phrase("Room roster"), session_head(), columns, 30, 6.1, (), notes), look, held)  # fmt: skip


def sign_in(look: Look, held: Held) -> Paper:
    """Return the sign-in sheet of candidates (签到表)."""
    columns = (
        Column(phrase("No."), 10, "n", "c"),
        Column(phrase("Seat"), 15, "seat", "num"),
        Column(phrase("Ticket number"), 31, "ticket", "c"),
        Column(phrase("Name"), 29, "name"),
        Column(phrase("Identity number"), 39, "masked", "c"),
        Column(phrase("Signature"), 34),
        Column(phrase("Time in"), 24),
    )
    signs = (phrase("Present / absent (figures)"), phrase("Checked identity (signatures)"))
    form = Form("sign_in", phrase("Sign-in sheet of candidates"), session_head(), columns, 20, 8.1, signs)
    return _listed("sign-in", form, look, held)


def seat_map(look: Look, held: Held) -> Paper:
    """Return the map of all places of the room, a page or more for each turn (座位图、工位图)."""
    workshop = held.room.kind is RoomKind.WORKSHOP
    title = phrase("Workstation map") if workshop else phrase("Seat map")
    leaves: list[Leaf] = []
    turns, people = held.turns(), []
    down = min(_DOWN, -(-_last_place(held) // _ACROSS))
    size = _ACROSS * down
    pages = len(turns) * len(_places(held, size))
    base = Form("seat_map", title, session_head(), (), 1, 1)
    front = phrase("Front of the room")
    for turn, seats in turns.items():
        at = {seat.sitting.place: seat for seat in seats}
        for numbers in _places(held, size):
            texts = {"heads": phrase("Turn {n}, from {time}", n=turn, time=f"{seats[0].begins:%H:%M}").zh}
            head = {f"head.{key}": text for key, text in {**session_row(held), **texts}.items()}
            cells = {f"{n}.{key}": "" for n in range(size) for key in ("seat", "name", "no")}
            for n, number in enumerate(numbers):
                seat = at.get(number)
                cells[f"{n}.seat"] = f"{number:02d}"
                if seat is not None:
                    cells |= {f"{n}.name": seat.entry.candidate.name, f"{n}.no": seat.ticket_no}
            shared = {**base.shared(look), "front": words(front), "rows": down, "across": _ACROSS}
            by_number = phrase("places by number")
            texts = {**head, **cells, **foot(look, len(leaves) + 1, pages, by_number)}
            leaves.append(Leaf("papers/seat_map", shared, texts))
            people.append(tuple(at[number].entry.id for number in numbers if number in at))
    whole = paper("seat-maps", held, leaves, (), 1)
    return Paper(whole.kind, whole.site_id, whole.name, whole.about, whole.leaves, tuple(people))


def _last_place(held: Held) -> int:
    return max(held.room.places, *(seat.sitting.place for seat in held.seats))


def _places(held: Held, size: int) -> list[list[int]]:
    last = _last_place(held)
    numbers = list(range(1, last + 1))
    return [numbers[at : at + size] for at in range(0, last, size)]


def desk_labels(look: Look, held: Held) -> Paper:
    """Return the labels of all places taken, by turn and place (桌贴)."""
    seats = sorted(held.seats, key=lambda seat: (seat.sitting.turn, seat.sitting.place))
    rows: list[Row] = [
        {
            "where": f"{held.site.name or held.site.id} · {held.room.name or held.room.id}",
            "seat": f"{seat.sitting.place:02d}",
            "name": seat.entry.candidate.name,
            "no": seat.ticket_no,
            "when": f"{name_of(seat.component).zh} {seat.begins:%m-%d %H:%M}–{seat.ends:%H:%M}"
            + (" " + turn_words(seat) if len(held.turns()) > 1 else ""),
        }
        for seat in seats
    ]
    parts = chunks(rows, LABELS)
    shared, by_seat = common(look, phrase("Desk labels")), phrase("sorted by turn and seat")
    keys = ("where", "seat", "name", "no", "when")
    leaves = [
        Leaf(
            "papers/desk_label",
            shared,
            {f"{n}.{key}": part[n][key] if n < len(part) else "" for n in range(LABELS) for key in keys}
            | foot(look, page, len(parts), by_seat),
        )
        for page, part in enumerate(parts, start=1)
    ]
    return paper("desk-labels", held, leaves, seats, LABELS)


def door_sheet(look: Look, held: Held) -> Paper:
    """Return what hangs at the door: room, hours, names; no identity numbers (门贴)."""
    seats = in_order(look, held.seats)
    numbers = sorted(seat.ticket_no for seat in seats)
    admission, first = held.admission, held.slot.starts_at
    late = phrase("enter from {enter} min before your time; nobody later than {late} min after",
                  enter=admission.enter_min, late=admission.late_min)  # fmt: skip
    facts = {
        "when": day_hours(first, max([s.ends for s in seats], default=held.slot.ends_at)),
        "what": examined(held),
        "tickets": f"{numbers[0]} … {numbers[-1]}" if numbers and numbers[-1] else "",
        "late": f"{late.zh}\n{late.en}",
    }
    labels = (("when", phrase("Date and time")), ("what", phrase("Component")), ("tickets", phrase("Ticket numbers")), ("late", phrase("Entering")))  # fmt: skip
    shared = {
        **common(look, phrase("Door sheet")),
        "facts": [{"words": words(text), "key": f"fact.{key}"} for key, text in labels],
        "seat": words(phrase("Seat")),
        "name": words(phrase("Name")),
    }
    parts = [seats[at : at + NAMES_ON_DOOR] for at in range(0, len(seats), NAMES_ON_DOOR)] or [[]]
    leaves = [
        Leaf(
            "papers/door_sheet",
            shared,
            {
                "site": held.site.name or held.site.id,
                "room": held.room.name or held.room.id,
                **{f"fact.{key}": text for key, text in facts.items()},
                **{f"{n}.seat": place(part[n], held) if n < len(part) else "" for n in range(NAMES_ON_DOOR)},
                **{f"{n}.name": part[n].entry.candidate.name if n < len(part) else "" for n in range(NAMES_ON_DOOR)},
                **foot(look, page, len(parts)),
            },
        )
        for page, part in enumerate(parts, start=1)
    ]
    return paper("door-sheets", held, leaves, seats, NAMES_ON_DOOR)
