"""The choice of papers (选印): which kinds, of which sessions or people. Used by admit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scheduler.errors import Finding, InputError, NotFound, Text
from scheduler.office.exam_day import ExamDays, Held
from scheduler.office.paper_work import KINDS

FOR_SOME = ("tickets", "rosters")
"""Papers that can be made of one institution's or employer's people alone."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which papers; what is left empty chooses everything."""

    papers: tuple[str, ...] = ()
    """Of `KINDS`."""
    sites: tuple[str, ...] = ()
    """Ids, as those of rooms, sessions and institutions."""
    rooms: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    institutions: tuple[str, ...] = ()
    employers: tuple[str, ...] = ()
    """Names as registered."""

    @property
    def whole(self) -> bool:
        """Tell whether all sessions and people are chosen."""
        return replace(self, papers=()) == Choice()

    @property
    def some_people(self) -> bool:
        """Tell whether only some institutions' or employers' people are chosen."""
        return bool(self.institutions or self.employers)


def kinds_of(choice: Choice) -> tuple[str, ...]:
    """Return the kinds of papers in the order of a bundle; raises InputError for one that cannot be made."""
    wanted = choice.papers or (FOR_SOME if choice.some_people else KINDS)
    unknown = [kind for kind in wanted if kind not in KINDS]
    if unknown:
        what = Text("没有这种材料", "there is no such paper")
        known = Text("、".join(KINDS), ", ".join(KINDS))
        raise InputError(what, [Finding("paper-unknown", what, said=kind, expected=known) for kind in unknown])
    whole_only = [kind for kind in wanted if choice.some_people and kind not in FOR_SOME]
    if whole_only:
        what = Text(
            "按机构或单位只能印准考证和名单", "for an institution or employer only tickets and rosters are made"
        )
        raise InputError(what, [Finding("paper-of-a-room", what, said=kind) for kind in whole_only])
    return tuple(kind for kind in KINDS if kind in wanted)


def chosen(days: ExamDays, choice: Choice) -> ExamDays:
    """Return what is chosen; raises NotFound where a name fits nothing, or nothing is left."""
    _refuse_unknown(days, choice)
    sessions = [_of_some(held, choice) for held in days.sessions if _is_chosen(held, choice)]
    left = tuple(held for held in sessions if held.seats)
    if not left:
        raise NotFound(Text("所选范围内没有考生", "the choice leaves no candidate"))
    return replace(days, sessions=left)


def _is_chosen(held: Held, choice: Choice) -> bool:
    tests = (
        (choice.sites, held.site.id),
        (choice.rooms, held.room.id),
        (choice.sessions, held.session.id),
        (choice.days, held.slot.on),
    )
    return all(not wanted or value in wanted for wanted, value in tests)


def _of_some(held: Held, choice: Choice) -> Held:
    if not choice.some_people:
        return held
    seats = (
        seat
        for seat in held.seats
        if (not choice.institutions or seat.entry.institution_id in choice.institutions)
        and (not choice.employers or seat.entry.candidate.employer in choice.employers)
    )
    return replace(held, seats=tuple(seats))


def _refuse_unknown(days: ExamDays, choice: Choice) -> None:
    seats = [seat.entry for held in days.sessions for seat in held.seats]
    known: tuple[tuple[str, Text, Sequence[object], Iterable[object]], ...] = (
        ("site", Text("考点", "site"), choice.sites, (held.site.id for held in days.sessions)),
        ("room", Text("考场", "room"), choice.rooms, (held.room.id for held in days.sessions)),
        ("session", Text("场次", "session"), choice.sessions, (held.session.id for held in days.sessions)),
        ("day", Text("考试日", "exam day"), choice.days, (held.slot.on for held in days.sessions)),
        ("institution", Text("机构", "institution"), choice.institutions, (entry.institution_id for entry in seats)),
        ("employer", Text("工作单位", "employer"), choice.employers, (entry.candidate.employer for entry in seats)),
    )
    found = []
    for name, kind, wanted, there in known:
        what = Text(f"已发布方案中没有这个{kind.zh}", f"the published plan has no such {kind.en}")
        names = sorted({str(one) for one in there} - {""})
        said = "、".join(names[:20]), ", ".join(names[:20])
        found += [
            Finding(f"no-such-{name}", what, said=str(one), expected=Text(*said))
            for one in wanted
            if str(one) not in names
        ]
    if found:
        raise NotFound(found[0].what, found)
