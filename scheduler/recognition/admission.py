"""Admission rules, notices and the rule of ticket numbers, read from dated records. Used by the shelf only."""

from __future__ import annotations

import string

from scheduler.domain.catalogue import AdmissionRule, ComponentKind, Notice, TicketRule
from scheduler.errors import Text
from scheduler.recognition.records import Record

_KINDS = {kind.value: kind for kind in ComponentKind}
_NAMES = ("year", "month", "site", "serial")


def read_admission(record: Record) -> AdmissionRule:
    """Return an admission rule; its times are minutes before the start, ``late_min`` after it."""
    return AdmissionRule(
        id=record.text("id"),
        kinds=record.several_of("kinds", _KINDS),
        arrive_min=record.whole("arrive_min"),
        enter_min=record.whole("enter_min"),
        late_min=record.whole("late_min"),
        papers_min=record.whole("papers_min"),
        edition=record.edition(),
    )


def read_notice(record: Record) -> Notice:
    """Return a notice."""
    sort = record.one_of("sort", {"bring": "bring", "rule": "rule"})
    what, kinds = record.both("text"), record.several_of("kinds", _KINDS)
    return Notice(record.text("id"), sort, what, kinds, record.edition())


def read_ticket_rule(record: Record) -> TicketRule:
    """Return a rule of ticket numbers; its template ends with the serial, so that numbers that begin alike count on."""
    template = record.text("template")
    fields_said, last = " ".join(f"{{{name}}}" for name in _NAMES), "{serial:04}"
    expected = Text(f"由 {fields_said} 组成，以 {last} 结尾", f"made of {fields_said}, ending in {last}")
    try:
        fields = [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]
        number = template.format(year=2026, month=6, site=1, serial=1)
        good = set(fields) <= set(_NAMES) and fields[-1:] == ["serial"] and number.isascii() and number.isalnum()
        good = good and template.endswith("}")
    except (ValueError, KeyError, IndexError):
        good = False
    if not good:
        what = Text("准考证号规则写法不对", "this is no rule of ticket numbers")
        record.fault("catalogue-range", what, key="template", expected=expected)
    return TicketRule(record.text("id"), template, record.edition())
