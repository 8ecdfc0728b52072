"""The head of a report: a dozen numbers that sum up its figures, and the percentages and lengths as they are worded."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from scheduler.domain.figures import Cell, Figure, share
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan
from scheduler.errors import Text
from scheduler.office.figures_plan import Reading, trips_of
from scheduler.phrases import phrase


def summary(round_: Round, plan: Plan, figures: Sequence[Figure]) -> Figure:
    """Return the numbers that stand at the head, marks among them where there are any."""
    by_id = {figure.id: figure for figure in figures}
    rows = [*_placed(round_, plan), *_plan(round_, plan, by_id), *_results(by_id)]
    columns = (("key", phrase("Key")), ("zh", phrase("Name in Chinese")), ("en", phrase("Name in English")), ("value", phrase("Value")))  # fmt: skip
    return Figure("summary", phrase("At a glance"), columns, tuple((key, t.zh, t.en, value) for key, t, value in rows))


def _placed(round_: Round, plan: Plan) -> list[tuple[str, Text, Cell]]:
    heads = {party.id: party.head_count for party in round_.parties}
    seated = len({(sitting.party_id, sitting.member) for sitting in plan.sittings})
    unplaced = sum(heads.get(one.party_id, 1) for one in plan.unplaced)
    late = sum(heads.values()) - seated - unplaced
    told: list[tuple[str, Text, Cell]] = [
        ("placed", phrase("Candidates placed"), seated),
        ("unplaced", phrase("Without a place"), unplaced),
    ]
    return told + ([("late", phrase("Registered after the plan was made"), late)] if late > 0 else [])


def _plan(round_: Round, plan: Plan, by_id: dict[str, Figure]) -> list[tuple[str, Text, Cell]]:
    used, offered = (int(sum(by_id["fill-sessions"].numbers(key))) for key in ("used", "offered"))
    trips = trips_of(Reading(round_, plan))
    known = [km for km in trips if km is not None]
    loads = by_id["examiners"].numbers("total")
    return [
        ("sessions", phrase("Sessions"), len(plan.sessions)),
        ("days", phrase("Exam days"), len(by_id["load-by-day"].rows)),
        ("used", phrase("Seats used"), used),
        ("offered", phrase("Seats offered"), offered),
        ("fill", phrase("Fill rate"), share(used, offered)),
        ("trips", phrase("Trips, one way"), len(trips)),
        ("trips_unknown", phrase("Trips of unknown length"), len(trips) - len(known)),
        ("km_mean", phrase("Mean trip, km"), round(statistics.fmean(known), 1) if known else None),
        ("km_median", phrase("Median trip, km"), round(statistics.median(known), 1) if known else None),
        ("km_max", phrase("Longest trip, km"), round(max(known), 1) if known else None),
        ("examiners", phrase("Examiners called"), sum(load > 0 for load in loads)),
        ("examiners_known", phrase("Examiners of the round"), len(loads)),
        ("duties", phrase("Duties"), int(sum(loads))),
        ("duties_mean", phrase("Mean sessions of an examiner"), round(statistics.fmean(loads), 2) if loads else None),
        ("duties_most", phrase("Most sessions of an examiner"), int(max(loads)) if loads else None),
        ("duties_day", phrase("Most in a day"), int(max(by_id["examiners"].numbers("day"), default=0))),
        ("duties_week", phrase("Most in a week"), int(max(by_id["examiners"].numbers("week"), default=0))),
    ]


def _results(by_id: dict[str, Figure]) -> list[tuple[str, Text, Cell]]:
    if "pass-by-trade" not in by_id:
        return []
    there, whole, some = (int(sum(by_id["pass-by-trade"].numbers(key))) for key in ("sat", "all", "some"))
    due, absent = (int(sum(by_id["absence-by-day"].numbers(key))) for key in ("due", "absent"))
    return [
        ("sat", phrase("Candidates who sat"), there),
        ("earned", phrase("Earned at least one award"), whole + some),
        ("pass", phrase("Pass rate of those who sat"), share(whole + some, there)),
        ("sittings_recorded", phrase("Sittings recorded"), due),
        ("absent", phrase("Absent"), absent),
        ("absence", phrase("Absence rate"), share(absent, due)),
    ]


def percent(rate: Cell) -> str:
    """Return a share as printed, whole per cent: 72 %; a dash where there is none. What is not nothing is not 0 %."""
    if not isinstance(rate, int | float):
        return "—"
    whole = int(100 * rate + 0.5)
    if whole == 0 and rate > 0:
        return "<1%"
    return "99%" if whole == 100 and rate < 1 else f"{whole}%"  # not quite all is not all


def amount(value: Cell) -> str:
    """Return a number as printed: thousands apart, a decimal only where there is one; a dash for nothing."""
    if value is None or value == "":
        return "—"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value  # fmt: skip
