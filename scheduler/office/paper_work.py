"""Making papers (制作材料): all papers of one site as files and as one bundle, in this process or another.

Used by admit. The registry is not touched here; everything wanted comes as plain values.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.domain.catalogue import Notice
from scheduler.errors import Finding, Text, Where
from scheduler.office.exam_day import Held
from scheduler.office.paper_forms import Look, Paper
from scheduler.office.papers_candidates import desk_labels, door_sheet, roster, seat_map, sign_in
from scheduler.office.papers_staff import mark_sheets, score_sheets, session_record, staff_roster, staff_sign_in
from scheduler.office.papers_tickets import Pile, tickets

if TYPE_CHECKING:
    from scheduler.press.pages import Pages, Stamped

_SESSION: dict[str, Callable[[Look, Held], Paper]] = {
    "rosters": roster,
    "sign-in": sign_in,
    "seat-maps": seat_map,
    "desk-labels": desk_labels,
    "door-sheets": door_sheet,
    "staff-rosters": staff_roster,
    "staff-sign-in": staff_sign_in,
    "session-records": session_record,
}
_SEVERAL: dict[str, Callable[[Look, Held], list[Paper]]] = {"mark-sheets": mark_sheets, "score-sheets": score_sheets}
KINDS = ("tickets", *_SESSION, *_SEVERAL)
"""Kinds of papers, in the order of a bundle."""
BUNDLE = "bundle.pdf"


@dataclass(frozen=True, slots=True)
class SiteWork:
    """Everything to make for one site."""

    folder: Path
    """Of the site, below the run's; made here."""
    templates: Path
    look: Look
    kinds: tuple[str, ...]
    site_id: str
    sessions: tuple[Held, ...]
    piles: tuple[Pile, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class MadeFile:
    """One file, as the manifest lists it."""

    file: str
    """Path below the run's folder."""
    kind: str
    site_id: str
    about: str
    pages: int
    entries: int
    """Different candidates it is about."""
    sha256: str
    first_page: int
    """Of it in the site's bundle, from 1; 0 for the bundle itself."""


def make(work: SiteWork) -> tuple[tuple[MadeFile, ...], tuple[Finding, ...]]:
    """Write the files of a site; return them, and what was wrong with a photo or a text.

    Raises:
        SettingsError: A template is missing or broken.
    """
    from scheduler.press.binding import bind

    press, told = _press(work.templates), list[Finding]()
    made, people = list[MadeFile](), set[str]()
    bound: list[Stamped] = []
    author = work.look.office.zh
    for paper in _papers(work, told):
        stamped = [press.stamp(leaf) for leaf in paper.leaves]
        for page in stamped:
            told += [_finding(paper, one.text, one.trouble) for one in page.told if one.trouble != "drawn"]
        path = work.folder / paper.kind / f"{safe_name(paper.name)}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        bind(stamped, press.kinds, path, title=paper.about, author=author)
        own = {entry for page in paper.people for entry in page}
        people |= own
        made.append(_file(path, paper.kind, work, paper.about, (len(stamped), len(own), len(bound) + 1)))
        bound += stamped
    if bound:
        about = f"{work.site_id} {work.look.round_name}"
        path = work.folder / BUNDLE
        bind(bound, press.kinds, path, title=about, author=author)
        made.append(_file(path, "bundle", work, about, (len(bound), len(people), 0)))
    return tuple(made), tuple(dict.fromkeys(told))


def _papers(work: SiteWork, told: list[Finding]) -> Iterator[Paper]:
    """Yield the papers of a site in the order of its bundle."""
    for kind in work.kinds:
        if kind == "tickets":
            for number, pile in enumerate(work.piles, start=1):
                paper = tickets(work.look, pile, work.notices, told)
                yield Paper(kind, paper.site_id, f"{number:03d}", paper.about, paper.leaves, paper.people)
        elif kind in _SESSION:
            yield from (_SESSION[kind](work.look, held) for held in work.sessions)
        else:
            yield from (paper for held in work.sessions for paper in _SEVERAL[kind](work.look, held))


def _file(path: Path, kind: str, work: SiteWork, about: str, counts: tuple[int, int, int]) -> MadeFile:
    pages, entries, first = counts
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = path.relative_to(work.folder.parent).as_posix()
    return MadeFile(name, kind, work.site_id, about, pages, entries, digest, first)


def _finding(paper: Paper, text: str, trouble: str) -> Finding:
    where = Where(subject=f"{paper.about} {paper.kind}")
    if trouble == "cut":
        what = Text("文字太长，印不下的部分以省略号代替", "a text is too long for its place and was cut short")
        hint = Text("缩短该项内容", "shorten it")
        return Finding("paper-text-cut", what, where, said=text, hint=hint, severity="warning")
    what = Text("字库中没有其中的字，印出为空框", "no font has one of its characters, which is printed as an empty box")
    hint = Text("安装含该字的字体，或手写补上", "install a font that has it, or fill it in by hand")
    return Finding("paper-character-missing", what, where, said=text, hint=hint, severity="warning")


def safe_name(name: str) -> str:
    """Return a name that every file system takes; two different names stay different."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("._")
    return plain if plain == name else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}".lstrip("-")


@lru_cache(maxsize=2)
def _press(templates: Path) -> Pages:
    from scheduler.press.pages import Pages
    from scheduler.press.render import Press

    return Pages(Press(templates))
