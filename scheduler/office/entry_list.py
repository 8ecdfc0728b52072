"""Entry list (报名名单): who is entered for what, what each still has to sit and why; each viewer sees what is theirs."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.entries import Entry
from scheduler.domain.users import User
from scheduler.domain.wording import component_words
from scheduler.errors import Text
from scheduler.office.desk import Office
from scheduler.office.own import own_entries
from scheduler.recognition.assess import assess
from scheduler.recognition.statement import award_words

SIZE = 50
"""Entries on one page."""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry."""

    entry_id: str
    name: str
    document: str
    """Document number, masked."""
    institution: str
    awards: tuple[Text, ...]
    """Applied for."""
    due: tuple[tuple[Text, tuple[Text, ...]], ...]
    """Component still to sit, and the awards that ask for it."""
    why: tuple[Text, ...]
    """The entitlement statement, one sentence a fact."""
    marked: int
    """Components with a mark."""


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page of the list, sorted by institution and name."""

    round_id: str
    name: str
    lines: tuple[EntryLine, ...]
    total: int
    """Entries that fit what was looked for, as far as the viewer may see them."""
    page: int
    pages: int


def entry_list(office: Office, *, round_id: str, viewer: User, find: str = "", page: int = 1) -> EntryPage:
    """Return a page of a round's entries.

    Args:
        office: The opened office.
        round_id: A prepared round.
        viewer: Who looks.
        find: Part of a name, or the last characters of a document number; empty finds all.
        page: From 1; a page beyond the last is empty.

    Raises:
        NotFound: No such round.
    """
    with office.registry.transaction(write=False) as store:
        setup = store.rounds.setup(round_id)
        entries = own_entries(viewer, store.rounds.entries(round_id))
        marked = [mark.entry_id for mark in store.results.marks_of_round(round_id)]
    names = {one.id: one.name or one.id for one in setup.institutions}
    wanted = find.strip().casefold()
    fit = sorted(
        (one for one in entries if _fits(one, wanted)), key=lambda e: (e.institution_id, e.candidate.name, e.id)
    )
    shown = fit[SIZE * (max(1, page) - 1) :][:SIZE]
    lines = tuple(_line(office, one, names.get(one.institution_id, one.institution_id), marked) for one in shown)
    return EntryPage(round_id, setup.name, lines, len(fit), max(1, page), max(1, -(-len(fit) // SIZE)))


def _fits(entry: Entry, wanted: str) -> bool:
    candidate = entry.candidate
    tail = len(wanted) >= 4 and candidate.document.number.casefold().endswith(wanted)
    return not wanted or wanted in candidate.name.casefold() or tail or wanted == entry.id.casefold()


def _line(office: Office, entry: Entry, institution: str, marked: list[str]) -> EntryLine:
    entitlement, _ = assess(entry, office.catalogue, entry.applied_on)
    scheme = office.catalogue.scheme(entry.scheme_id)
    awards = {award_id: award_words(office.catalogue.award(award_id)) for award_id in entry.award_ids}
    return EntryLine(
        entry.id,
        entry.candidate.name,
        entry.candidate.document.masked(),
        institution,
        tuple(awards.values()),
        tuple(
            (
                component_words(scheme.component(due.component_id), scheme.components),
                tuple(awards[one] for one in due.award_ids if one in awards),
            )
            for due in entitlement.due
        ),
        entitlement.sentences,
        marked.count(entry.id),
    )
