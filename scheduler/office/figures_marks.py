"""The figures of results: pass rate of each award and trade, absence. Values in, figures out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from scheduler.domain.catalogue import Catalogue, ComponentKind
from scheduler.domain.entries import Entry
from scheduler.domain.figures import Figure, share
from scheduler.domain.results import Attendance, ComponentMark, Outcome
from scheduler.domain.wording import level_words
from scheduler.errors import Text
from scheduler.phrases import phrase


def kind_words(kind: ComponentKind) -> Text:
    """Return what a kind of component is called."""
    return {
        ComponentKind.THEORY: phrase("Theory"),
        ComponentKind.PRACTICAL: phrase("Practical"),
        ComponentKind.HOT_WORK: phrase("Hot work"),
        ComponentKind.OTHER: phrase("Other"),
    }[kind]


def result_figures(
    entries: Sequence[Entry], outcomes: Sequence[Outcome], days: Mapping[tuple[str, str], date], catalogue: Catalogue
) -> list[Figure]:
    """Return the figures of results; none while there are no marks.

    Args:
        entries: All entries of the round.
        outcomes: What was decided.
        days: Day of each sitting by entry and component, as planned.
        catalogue: Names of awards and trades.
    """
    if not outcomes:
        return []
    known = {entry.id: entry for entry in entries}
    decided = [(known[outcome.entry_id], outcome) for outcome in outcomes if outcome.entry_id in known]
    marks = [mark for _, outcome in decided for mark in outcome.marks]
    return [
        _awards(decided, catalogue),
        _trades(decided, catalogue),
        _absent_by_day(marks, days),
        _absent_by_trade(decided, catalogue),
    ]


def sat(outcome: Outcome) -> bool:
    """Tell whether somebody sat anything at all."""
    return any(mark.attendance is Attendance.PRESENT for mark in outcome.marks)


def award_words(award_id: str, catalogue: Catalogue) -> Text:
    """Return how lists of a report call an award: its item, or its occupation and level."""
    award = catalogue.award(award_id)
    if award.level is None:
        item = award.item if award.item.zh not in {"", "--"} else award.category
        return item if item.zh not in {"", "--"} else award.name
    level = level_words(award.level)
    return Text(f"{award.category.zh}{level.zh.split('/')[0]}", f"{award.category.en}, {level.en.split(' / ')[0]}")


def _awards(decided: Sequence[tuple[Entry, Outcome]], catalogue: Catalogue) -> Figure:
    columns = (
        ("award", phrase("Award")), ("zh", phrase("Name in Chinese")), ("en", phrase("Name in English")),
        ("decided", phrase("Candidates decided")), ("sat", phrase("Candidates who sat")),
        ("earned", phrase("Earned")), ("rate", phrase("Pass rate of those who sat")),
    )  # fmt: skip
    all_, there, earned = Counter[str](), Counter[str](), Counter[str]()
    for _, outcome in decided:
        for verdict in outcome.verdicts:
            all_[verdict.award_id] += 1
            there[verdict.award_id] += sat(outcome)
            earned[verdict.award_id] += verdict.earned
    rows = []
    for award in sorted(all_):
        words = award_words(award, catalogue)
        rows.append((award, words.zh, words.en, all_[award], there[award], earned[award], share(earned[award], there[award])))  # fmt: skip
    return Figure("pass-by-award", phrase("Pass rate by award"), columns, tuple(rows))


def _trades(decided: Sequence[tuple[Entry, Outcome]], catalogue: Catalogue) -> Figure:
    columns = (
        ("trade", phrase("Trade")), ("zh", phrase("Name in Chinese")), ("en", phrase("Name in English")),
        ("decided", phrase("Candidates decided")), ("sat", phrase("Candidates who sat")),
        ("all", phrase("Earned every award")), ("some", phrase("Earned some awards")), ("none", phrase("Earned none")),
        ("rate", phrase("Pass rate of those who sat")),
    )  # fmt: skip
    by_trade: dict[str, list[Outcome]] = defaultdict(list)
    for entry, outcome in decided:
        by_trade[catalogue.scheme(entry.scheme_id).trade_id].append(outcome)
    rows = []
    for trade, outcomes in sorted(by_trade.items()):
        name = catalogue.trade(trade).name
        there = sum(sat(one) for one in outcomes)
        whole = sum(len(one.earned_ids) == len(one.verdicts) for one in outcomes)
        some = sum(0 < len(one.earned_ids) < len(one.verdicts) for one in outcomes)
        rest = len(outcomes) - whole - some
        rows.append((trade, name.zh, name.en, len(outcomes), there, whole, some, rest, share(whole + some, there)))
    return Figure("pass-by-trade", phrase("Pass rate by trade"), columns, tuple(rows))


def _attended() -> tuple[tuple[str, Text], ...]:
    return (
        ("due", phrase("Sittings recorded")), ("present", phrase("Present")), ("absent", phrase("Absent")),
        ("deferred", phrase("Deferred")), ("barred", phrase("Barred")), ("rate", phrase("Absence rate")),
    )  # fmt: skip


def _counted(marks: Iterable[ComponentMark]) -> tuple[int, int, int, int, int, float | None]:
    found = Counter(mark.attendance for mark in marks)
    each = [found[one] for one in (Attendance.PRESENT, Attendance.ABSENT, Attendance.DEFERRED, Attendance.BARRED)]
    return found.total(), each[0], each[1], each[2], each[3], share(each[1], found.total())


def _absent_by_day(marks: Iterable[ComponentMark], days: Mapping[tuple[str, str], date]) -> Figure:
    columns = (("date", phrase("Date")), *_attended())
    by_day: dict[str, list[ComponentMark]] = defaultdict(list)
    for mark in marks:
        on = days.get((mark.entry_id, mark.component_id)) or mark.sat_on
        by_day[on.isoformat() if on else ""].append(mark)
    rows = tuple((on, *_counted(some)) for on, some in sorted(by_day.items()))
    return Figure("absence-by-day", phrase("Absence by day"), columns, rows)


def _absent_by_trade(decided: Sequence[tuple[Entry, Outcome]], catalogue: Catalogue) -> Figure:
    columns = (
        ("trade", phrase("Trade")), ("zh", phrase("Name in Chinese")), ("en", phrase("Name in English")),
        ("kind", phrase("Component")), *_attended(),
    )  # fmt: skip
    found: dict[tuple[str, ComponentKind], list[ComponentMark]] = defaultdict(list)
    kinds = {component.id: component.kind for scheme in catalogue.schemes for component in scheme.components}
    for entry, outcome in decided:
        trade = catalogue.scheme(entry.scheme_id).trade_id
        for mark in outcome.marks:
            found[trade, kinds.get(mark.component_id, ComponentKind.OTHER)].append(mark)
    rows = []
    for (trade, kind), marks in sorted(found.items()):
        name, called = catalogue.trade(trade).name, kind_words(kind)
        rows.append((trade, name.zh, name.en, f"{called.zh} {called.en}", *_counted(marks)))
    return Figure("absence-by-trade", phrase("Absence by trade"), columns, tuple(rows))
