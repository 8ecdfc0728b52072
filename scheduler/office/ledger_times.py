"""Times in the ledger (台账时间): whether the clock behind its lines and signed heads ran backwards, or ahead of now.

Used by check_ledger. The order of lines never rests on a clock, so a wrong one stops nothing; but dates and times were written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.errors import Finding, Text, Where
from scheduler.registry.store import Store

APART = timedelta(seconds=5)
"""Clocks of two desks that are kept right may differ by less."""
_MOST = 20
"""Steps back that are told one by one: desks with different clocks may take turns for a whole batch."""
_HINT = Text(
    "台账次序以行号为准，发证不受影响；校准各终端时钟，查明原因，核对这段时间写出的日期",
    "the order of the lines stands and issuing goes on; set the clocks right, find out why, and look at the dates written then",
)


@dataclass(frozen=True, slots=True)
class _Stamp:
    """Something the ledger says was written at a moment."""

    name: Text
    at: str
    """ISO 8601 with zone, as it stands there."""
    moment: datetime


def time_findings(store: Store, now: datetime) -> list[Finding]:
    """Return where the times of lines and heads, in the order in which they were written, run backwards or ahead of now.

    Args:
        store: An open transaction.
        now: This moment, with its zone.
    """
    findings, back, ahead = [], [], []
    before: _Stamp | None = None
    for name, at in _written(store):
        stamp = _stamp(name, at)
        if stamp is None:
            findings.append(_unreadable(name, at))
            continue
        if before is not None and stamp.moment + APART < before.moment:
            back.append(_back(before, stamp))
        if stamp.moment > now + APART:
            ahead.append(stamp)
        before = stamp
    findings += back[:_MOST]
    if len(back) > _MOST:
        more = len(back) - _MOST
        what = Text(f"台账时间另有 {more} 处倒退", f"times of the ledger run backwards in {more} more places")
        findings.append(Finding("clock-back", what, hint=_HINT, severity="warning"))
    return findings + ([_ahead(ahead, now)] if ahead else [])


def _written(store: Store) -> Iterator[tuple[Text, str]]:
    """Yield what was written, each line followed by the heads that were signed over it."""
    heads = defaultdict(list)
    for record in store.heads.given():
        heads[record.head.size].append((Text(f"树头 {record.id}", f"head {record.id}"), record.head.at))
    yield from heads.pop(0, ())
    for line in store.ledger.lines():
        yield Text(f"第 {line.sequence} 行", f"line {line.sequence}"), line.at
        yield from heads.pop(line.sequence, ())
    for size in sorted(heads):  # the end of the ledger was cut off
        yield from heads[size]


def _stamp(name: Text, at: str) -> _Stamp | None:
    """Return a stamp; None where it names no moment."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return _Stamp(name, at, moment) if moment.tzinfo is not None else None


def _back(before: _Stamp, after: _Stamp) -> Finding:
    what = Text(
        f"时钟倒退：{before.name.zh}的时间是 {before.at}，其后{after.name.zh}的时间是 {after.at}",
        f"the clock went back: {before.name.en} is of {before.at}, and {after.name.en} after it of {after.at}",
    )
    return Finding("clock-back", what, hint=_HINT, severity="warning")


def _ahead(ahead: list[_Stamp], now: datetime) -> Finding:
    first, last, latest = ahead[0], ahead[-1], max(ahead, key=lambda stamp: stamp.moment)
    n, present = len(ahead), now.isoformat(timespec="seconds")
    zh, en = first.name.zh, first.name.en
    if n > 1:
        zh, en = f"{zh}至{last.name.zh}有 {n} 处", f"from {en} to {last.name.en}, {n}"
    what = Text(
        f"台账时间在现在之后：{zh}，最晚的是{latest.name.zh} {latest.at}，现在是 {present}",
        f"times of the ledger lie ahead of now: {en}, the latest being {latest.name.en} of {latest.at}; now it is {present}",
    )
    return Finding("clock-ahead", what, hint=_HINT, severity="warning")


def _unreadable(name: Text, at: str) -> Finding:
    what = Text(f"{name.zh}的时间无法识别", f"the time of {name.en} cannot be read")
    wanted = Text("带时区的 ISO 8601 时间", "a moment in ISO 8601 with its zone")
    return Finding("time-unreadable", what, Where(), said=at, expected=wanted, hint=_HINT)
