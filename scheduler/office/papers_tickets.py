"""Admission tickets (准考证): one for each candidate, with all sittings, the photo and a code that names no document."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from scheduler.certificates.photos import portrait
from scheduler.certificates.qr import qr_png
from scheduler.domain.catalogue import Catalogue, Notice
from scheduler.domain.entries import Entry
from scheduler.domain.identity import DocumentKind
from scheduler.domain.wording import date_words
from scheduler.errors import Finding, IssuanceError, Where
from scheduler.office.exam_day import ExamDays, Held, Seated
from scheduler.office.paper_forms import Look, Paper, Row, common, day_hours, foot, name_of, words
from scheduler.office.papers_candidates import turn_words
from scheduler.phrases import phrase
from scheduler.press.pages import Leaf

By = Literal["room", "institution", "employer"]
SITTINGS = 4
"""Sittings on a page of a ticket; more go on with a second one."""
_DOCUMENTS = {
    DocumentKind.CITIZEN_ID: "居民身份证",
    DocumentKind.RESIDENCE_PERMIT: "港澳台居民居住证",
    DocumentKind.PASSPORT: "护照",
}


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A candidate's ticket to be."""

    entry: Entry
    seats: tuple[Seated, ...]
    sessions: tuple[Held, ...]
    scheme: str
    photo: Path | None


@dataclass(frozen=True, slots=True)
class Pile:
    """Tickets handed out together: of a room, an institution or an employer, at the site of their first exam."""

    site_id: str
    name: str
    tickets: tuple[TicketRow, ...]


def piles(
    days: ExamDays, people: Container[str], by: By, photos: Mapping[str, Path], catalogue: Catalogue
) -> list[Pile]:
    """Return the tickets of some people, each once, in piles; within a pile in the order of first room, turn and seat."""
    found: dict[tuple[str, str], list[TicketRow]] = {}
    for entry, seats, sessions in days.tickets():
        if entry.id not in people:
            continue
        first = sessions[0]
        name = {
            "room": f"{first.room.name or first.room.id} {first.slot.starts_at:%m-%d %H:%M}",
            "institution": seats[0].institution or phrase("no institution").zh,
            "employer": entry.candidate.employer or phrase("no employer").zh,
        }[by]
        scheme = catalogue.scheme(entry.scheme_id).name.zh
        row = TicketRow(entry, tuple(seats), tuple(sessions), scheme, photos.get(entry.id))
        found.setdefault((first.site.id, name), []).append(row)
    return [Pile(site_id, name, tuple(rows)) for (site_id, name), rows in sorted(found.items())]


def tickets(look: Look, pile: Pile, notices: Sequence[Notice], told: list[Finding]) -> Paper:
    """Return the tickets of a pile; what is wrong with a photo is told, and its ticket gets a frame to glue one into."""
    leaves, people = list[Leaf](), list[tuple[str, ...]]()
    for row in pile.tickets:
        pages = _pages(look, row, notices, _photo(row, told))
        leaves += pages
        people += [(row.entry.id,)] * len(pages)
    return Paper("tickets", pile.site_id, pile.name, pile.name, tuple(leaves), tuple(people))


def _photo(row: TicketRow, told: list[Finding]) -> bytes | None:
    if row.photo is None:
        return None
    try:
        return portrait(row.photo.read_bytes(), row.entry.candidate.name)
    except IssuanceError as refusal:
        document = row.entry.candidate.document
        who = Where(
            file=row.photo.name.replace(document.number, document.masked()),
            subject=f"{row.entry.candidate.name} {row.entry.id}",
        )
        told += [replace(finding, where=who, severity="warning") for finding in refusal.findings]
        return None


def _pages(look: Look, row: TicketRow, notices: Sequence[Notice], photo: bytes | None) -> list[Leaf]:
    pairs = list(zip(row.seats, row.sessions, strict=True))
    parts = [pairs[at : at + SITTINGS] for at in range(0, len(pairs), SITTINGS)]
    pictures = {"qr": qr_png(ticket_code(look, row))} | ({"photo": photo} if photo is not None else {})
    who = row.entry.candidate
    texts = {
        "name": who.name,
        "number": row.seats[0].ticket_no,
        "sex": f"{who.sex}    {date_words(who.born_on).zh}",
        "document": f"{_DOCUMENTS[who.document.kind]} {who.document.number}",
        "scheme": row.scheme,
        "from": "\n".join(dict.fromkeys(part for part in (row.seats[0].institution, who.employer) if part)),
    }
    leaves = []
    for page, part in enumerate(parts, start=1):
        lines = {f"{n}.{key}": text for n, one in enumerate(part) for key, text in _sitting(*one).items()}
        order = foot(look, page, len(parts), phrase("sorted by first room and seat"))
        shared = _shared(look, row, notices, with_photo=photo is not None) | {"lines": len(part)}
        leaves.append(Leaf("papers/admission_ticket", shared, {**lines, **texts, **order}, pictures))
    return leaves


def ticket_code(look: Look, row: TicketRow) -> str:
    """Return what the code on a ticket says: round, version, ticket number, entry; no document number, no name."""
    first = row.seats[0]
    return f"TICKET {row.entry.round_id} v{look.version} {first.ticket_no} {row.entry.id}"


def _sitting(seat: Seated, held: Held) -> Row:
    turn = "\n" + turn_words(seat) if len(held.turns()) > 1 else ""
    hours = day_hours(seat.begins, seat.ends)
    day, _, time = hours.partition("）")
    return {
        "what": name_of(seat.component).zh,
        "when": f"{day}）\n{time}",
        "arrive": f"{seat.arrives:%H:%M}",
        "where": "\n".join(part for part in (held.site.name or held.site.id, held.site.address) if part),
        "room": f"{held.room.name or held.room.id}{turn}",
        "seat": f"{seat.sitting.place:02d}",
    }


def _shared(look: Look, row: TicketRow, notices: Sequence[Notice], *, with_photo: bool) -> dict[str, object]:
    kinds = {seat.component.kind for seat in row.seats}
    said = [notice for notice in notices if kinds & set(notice.kinds)]
    strict = min(row.seats, key=lambda seat: seat.admission.late_min).admission
    enter = phrase("Be at the site by the arrival time; enter the room {enter} min before the start; nobody is admitted {late} min after it",
                   enter=strict.enter_min, late=strict.late_min)  # fmt: skip
    person = (
        (phrase("Name"), "name", "name"), (phrase("Ticket number"), "number", "ticket"),
        (phrase("Sex, date of birth"), "sex", ""), (phrase("Identity document"), "document", ""),
        (phrase("Joint exam"), "scheme", ""), (phrase("Institution, employer"), "from", ""),
    )  # fmt: skip
    columns = (
        (phrase("Component"), 29, "what", ""), (phrase("Date and time"), 36, "when", "when"),
        (phrase("Arrive by"), 20, "arrive", "arrive"), (phrase("Site and address"), 50, "where", ""),
        (phrase("Room"), 27, "room", ""), (phrase("Seat or workstation"), 20, "seat", "seat"),
    )  # fmt: skip
    return {
        **common(look, phrase("Admission ticket")),
        "person": [{"words": words(text), "key": key, "cls": cls} for text, key, cls in person],
        "columns": [{"words": words(text), "mm": mm, "key": key, "cls": cls} for text, mm, key, cls in columns],
        "with_photo": with_photo,
        "glue": words(phrase("Glue photo here")),
        "parts": [
            {"words": words(phrase("What to bring")), "notes": [words(n.text) for n in said if n.sort == "bring"]},
            {
                "words": words(phrase("What holds on the day")),
                "notes": [words(enter), *(words(n.text) for n in said if n.sort == "rule")],
            },
        ],
    }
