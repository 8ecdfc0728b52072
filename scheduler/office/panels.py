"""Panels: the pictures of a report, each drawn from one figure and nothing else, so that picture and csv cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.domain.figures import Cell, Figure, share
from scheduler.domain.wording import short_date_words
from scheduler.errors import Language, Text
from scheduler.office.figures_summary import amount, percent
from scheduler.phrases import phrase
from scheduler.press.charts import Bar, Chart, bars, columns

MOST_BARS = 10
"""Rows of a chart at most; the smallest of more are added up in one."""
HEIGHTS = {True: 122.8, False: 250.0}
"""Height of a chart, in its own units, with results on the page and without."""
Record = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Panel:
    """One picture with its head and the line below it."""

    title: str
    svg: str
    note: str = ""


class Panels:
    """The panels of one report in one language."""

    def __init__(self, figures: Sequence[Figure], language: Language) -> None:
        self._figures = {figure.id: figure for figure in figures}
        self._language = language
        self._height = HEIGHTS["pass-by-award" in self._figures]
        self._head = {str(row["key"]): row["value"] for row in self._figures["summary"].records()}

    def all(self) -> list[Panel]:
        """Return every panel in the order of the page."""
        plan = [self._days(), self._sites(), self._bands(), self._rooms(), self._travel(), self._loads()]
        if "pass-by-award" not in self._figures:
            return plan
        return [*plan, self._passed("pass-by-trade"), self._passed("pass-by-award"), self._away(), self._absent()]

    def _say(self, text: Text) -> str:
        return text.in_(self._language)

    def _panel(self, draw: Callable[[Chart], str], id_: str, rows: Sequence[Bar], note: Text, **more: object) -> Panel:
        title = self._say(self._figures[id_].title)
        told = "; ".join(f"{bar.label} {bar.note or '/'.join(map(amount, bar.values))}" for bar in rows)
        chart = Chart(
            id_, title, f"{self._say(note)} {told}", rows, height=self._height, empty=self._say(phrase("No data")), **more,  # type: ignore[arg-type]
        )  # fmt: skip
        return Panel(title, draw(chart), self._say(note))

    def _day(self, value: Cell) -> str:
        return self._say(short_date_words(date.fromisoformat(str(value)))) if value else "—"

    def _days(self) -> Panel:
        rows = self._figures["load-by-day"].records()
        with_other = any(row["other"] for row in rows)
        keys = ("theory", "practical", "other") if with_other else ("theory", "practical")
        names = (phrase("Theory"), phrase("Practical"), phrase("Other"))
        found = [
            Bar(
                self._day(row["date"]),
                tuple(_number(row[key]) for key in keys),
                amount(row["sittings"]),
                str(row["date"]),
            )
            for row in rows
        ]
        most = max(rows, key=lambda row: _number(row["sittings"]), default={})
        note = phrase(
            "Sittings: {sittings}; exam days: {days}; most on {day}: {most}.",
            sittings=amount(sum(int(_number(row["sittings"])) for row in rows)),
            days=len(rows),
            day=short_date_words(date.fromisoformat(str(most["date"]))) if most else "—",
            most=amount(most.get("sittings")),
        )
        return self._panel(columns, "load-by-day", found, note, series=tuple(map(self._say, names[: len(keys)])))

    def _filled(self, id_: str, key: str, label: Callable[[Record], str], note: Text) -> Panel:
        rows = [row for row in self._figures[id_].records() if row["offered"]]
        shown, rest = _largest(rows, "offered")
        found = [self._share_bar(label(row), row["used"], row["offered"], str(row[key])) for row in shown]
        if rest:
            found.append(self._share_bar(self._others(rest), _sum(rest, "used"), _sum(rest, "offered"), "others"))
        return self._panel(bars, id_, found, note, most=100.0, unit="%")

    def _others(self, rest: Sequence[Record]) -> str:
        return self._say(phrase("{n} others", n=len(rest)))

    def _sites(self) -> Panel:
        note = phrase(
            "Seats used of seats offered in the sessions held: {used} of {offered}, {rate}.",
            used=amount(self._head["used"]), offered=amount(self._head["offered"]), rate=percent(self._head["fill"]),
        )  # fmt: skip
        return self._filled("fill-sites", "site", lambda row: str(row["name"]), note)

    def _rooms(self) -> Panel:
        rows = self._figures["fill-rooms"].records()
        unused = [str(row["room"]) for row in rows if not row["sessions"]]
        names = "、".join(unused[:6]) + ("…" if len(unused) > 6 else "")
        note = phrase("Rooms without a session: {n} {names}", n=len(unused), names=names)
        if not unused:
            note = phrase("Every room has a session.")
        twice = len({row["room"] for row in rows}) < len(rows)
        return self._filled(
            "fill-rooms", "room", lambda row: f"{row['site']} {row['room']}" if twice else str(row["room"]), note
        )

    def _bands(self) -> Panel:
        rows = self._figures["fill-bands"].records()
        found = [
            Bar(f"{row['from']}–{row['to']}", (_number(row["sessions"]),), amount(row["sessions"]), str(row["from"]))
            for row in rows
        ]
        low = sum(int(_number(row["sessions"])) for row in rows if _number(row["to"]) <= 50)
        note = phrase(
            "Sessions by the share of their seats in use; {low} of {all} are at most half full.",
            low=low,
            all=amount(self._head["sessions"]),
        )
        return self._panel(columns, "fill-bands", found, note, across="%")

    def _travel(self) -> Panel:
        rows = self._figures["travel"].records()
        found = [
            Bar(f"{amount(row['from'])}–{amount(row['to'])}", (_number(row["trips"]),), amount(row["trips"]), str(row["from"]))
            for row in rows
        ]  # fmt: skip
        note = phrase(
            "Trips by length, one way: mean {mean} km, median {median} km, longest {longest} km; {unknown} of unknown length.",
            mean=amount(self._head["km_mean"]), median=amount(self._head["km_median"]),
            longest=amount(self._head["km_max"]), unknown=amount(self._head["trips_unknown"]),
        )  # fmt: skip
        return self._panel(columns, "travel", found, note, across=self._say(phrase("km")))

    def _loads(self) -> Panel:
        rows = self._figures["examiner-load"].records()
        found = [
            Bar(amount(row["sessions"]), (_number(row["examiners"]),), amount(row["examiners"]), str(row["sessions"]))
            for row in rows
        ]
        note = phrase(
            "Examiners by sessions: mean {mean}, at most {most}; at most {day} in a day, {week} in a week.",
            mean=amount(self._head["duties_mean"]), most=amount(self._head["duties_most"]),
            day=amount(self._head["duties_day"]), week=amount(self._head["duties_week"]),
        )  # fmt: skip
        return self._panel(columns, "examiner-load", found, note, across=self._say(phrase("sessions of an examiner")))

    def _passed(self, id_: str) -> Panel:
        key, earned = ("trade", "all") if id_ == "pass-by-trade" else ("award", "earned")
        shown, rest = _largest(self._figures[id_].records(), "sat")
        found = [self._share_bar(self._named(row), _passes(row), row["sat"], str(row[key])) for row in shown]
        if rest:
            passes = sum(_passes(row) for row in rest)
            found.append(self._share_bar(self._others(rest), passes, _sum(rest, "sat"), "others"))
        note = phrase("Of those who sat, who earned the award.")
        if earned == "all":
            note = phrase("Of those who sat, who earned at least one award.")
        return self._panel(bars, id_, found, note, most=100.0, unit="%")

    def _share_bar(self, label: str, part: Cell, whole: Cell, key: str) -> Bar:
        rate = share(_number(part), _number(whole))
        return Bar(label, (round(100 * (rate or 0), 2),), f"{percent(rate)} · {amount(part)}/{amount(whole)}", key)

    def _named(self, row: Record) -> str:
        return str(row[self._language])

    def _away(self) -> Panel:
        found = [
            Bar(self._day(row["date"]), (round(100 * _number(row["rate"]), 2),), percent(row["rate"]), str(row["date"]))
            for row in self._figures["absence-by-day"].records()
        ]
        note = phrase(
            "{absent} of {due} sittings absent, {rate}.",
            absent=amount(self._head["absent"]), due=amount(self._head["sittings_recorded"]), rate=percent(self._head["absence"]),
        )  # fmt: skip
        return self._panel(columns, "absence-by-day", found, note, unit="%")

    def _absent(self) -> Panel:
        by_trade: dict[str, list[Record]] = {}
        for row in self._figures["absence-by-trade"].records():
            by_trade.setdefault(str(row["trade"]), []).append(row)
        counted = ("due", "absent", "deferred", "barred")
        trades = [rows[0] | {key: _sum(rows, key) for key in counted} for _, rows in sorted(by_trade.items())]
        shown, rest = _largest(trades, "due")
        found = [self._share_bar(self._named(row), row["absent"], row["due"], str(row["trade"])) for row in shown]
        if rest:
            found.append(self._share_bar(self._others(rest), _sum(rest, "absent"), _sum(rest, "due"), "others"))
        more = {key: _sum(trades, key) for key in counted[2:]}
        note = phrase("Besides: {deferred} deferred, {barred} barred.", **more)
        return self._panel(bars, "absence-by-trade", found, note, unit="%")


def _number(value: Cell) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _sum(rows: Sequence[Record], key: str) -> int:
    return sum(int(_number(row[key])) for row in rows)


def _passes(row: Record) -> int:
    """Return who earned an award, or at least one."""
    return int(_number(row["earned"])) if "earned" in row else int(_number(row["all"]) + _number(row["some"]))


def _largest(rows: Sequence[Record], key: str) -> tuple[list[Record], list[Record]]:
    """Return the rows to show, in their order, and those to add up in one: the smallest where there are too many."""
    if len(rows) <= MOST_BARS:
        return list(rows), []
    ranked = sorted(range(len(rows)), key=lambda n: (-_number(rows[n][key]), n))
    kept = set(ranked[: MOST_BARS - 1])
    return [rows[n] for n in sorted(kept)], [row for n, row in enumerate(rows) if n not in kept]
