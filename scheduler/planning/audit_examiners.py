"""Audit of examiners: how many, which, when, and whom they must not meet.

Used by the audit; every check reads Round and Plan values alone. With examiners switched off nothing here applies.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator
from typing import NamedTuple

from scheduler.domain.calendar import Slot
from scheduler.domain.catalogue import Duty
from scheduler.domain.people import Examiner
from scheduler.errors import Text
from scheduler.planning.audit_reading import Fault, Held, Reading, checks, strictest


class Serving(NamedTuple):
    """A session with the known examiners it names."""

    held: Held
    examiners: list[Examiner]
    heads: int
    """Candidates in the session."""


def serving(reading: Reading) -> Iterator[Serving]:
    """Yield every known session with its known examiners; nothing while examiners are switched off."""
    if not reading.policy.examiners_on:
        return
    for held in reading.held:
        named = [reading.examiners[id_] for id_ in sorted(set(held.session.examiner_ids)) if id_ in reading.examiners]
        yield Serving(held, named, len(reading.by_session.get(held.session.id, ())))


@checks("examiner-count", "增派考评员或减少人数", "send more examiners, or seat fewer candidates")
def examiner_count(reading: Reading) -> Iterator[Fault]:
    """Find sessions with fewer examiners than the ratio asks."""
    for held, examiners, heads in serving(reading):
        staffing = strictest(held.components)
        at_once = min(heads, reading.at_once(held))
        needed = max(staffing.at_least, -(-at_once // max(1, staffing.per_candidates)))
        if heads and len(examiners) < needed:
            what = Text(
                f"场次 {held.session.id} 同时 {at_once} 人，须 {needed} 名考评员，只有 {len(examiners)} 名",
                f"session {held.session.id} examines {at_once} at a time, needs {needed} examiners, has {len(examiners)}",
            )
            yield Fault(held.session.id, what, str(len(examiners)), Text(f"≥ {needed}", f">= {needed}"))


@checks("examiner-qualified", "换成具备职责和工种资格的考评员", "replace the examiner by a qualified one")
def examiner_qualified(reading: Reading) -> Iterator[Fault]:
    """Find examiners without the duty or the trade."""
    for held, component, examiners in ((h, c, x) for h, x, _ in serving(reading) for c in h.components):
        duty, trade = component.staffing.duty, component.trade_id
        for examiner in examiners:
            if duty not in examiner.duties:
                what = Text(
                    f"考评员 {examiner.id} 没有 {duty} 职责，却在场次 {held.session.id}",
                    f"examiner {examiner.id} serves in {held.session.id} without the duty {duty}",
                )
                yield Fault(held.session.id, what, ", ".join(examiner.duties), Text(duty, duty))
            elif duty is Duty.ASSESS and examiner.trade_ids and trade not in examiner.trade_ids:
                what = Text(
                    f"考评员 {examiner.id} 没有工种 {trade} 的资格，却在场次 {held.session.id}",
                    f"examiner {examiner.id} assesses {trade} in {held.session.id} without the qualification",
                )
                yield Fault(held.session.id, what, ", ".join(examiner.trade_ids), Text(trade, trade))


@checks("examiner-available", "换成该时段可用的考评员", "replace the examiner by one who is available")
def examiner_available(reading: Reading) -> Iterator[Fault]:
    """Find examiners in slots in which they are not available."""
    for held, examiners, _ in serving(reading):
        for examiner in examiners:
            if held.slot.id in examiner.unavailable_slot_ids:
                what = Text(
                    f"考评员 {examiner.id} 在时段 {held.slot.id} 不可用",
                    f"examiner {examiner.id} is not available in slot {held.slot.id}",
                )
                yield Fault(held.session.id, what, held.slot.id)


@checks("examiner-free", "其中一个场次换一名考评员", "send another examiner to one of the sessions")
def examiner_free(reading: Reading) -> Iterator[Fault]:
    """Find examiners in two sessions at a time, or named twice in one."""
    days: dict[tuple[str, Hashable], list[Held]] = defaultdict(list)
    for held, examiners, _ in serving(reading):
        for examiner_id, n in Counter(held.session.examiner_ids).items():
            if n > 1:
                what = Text(
                    f"考评员 {examiner_id} 在场次 {held.session.id} 列了 {n} 次",
                    f"examiner {examiner_id} is named {n} times in session {held.session.id}",
                )
                yield Fault(examiner_id, what, str(n))
        for examiner in examiners:
            days[examiner.id, held.slot.on].append(held)
    for (examiner_id, _), day in days.items():
        for n, one in enumerate(day):
            for other in day[n + 1 :]:
                if one.slot.overlaps(other.slot):
                    pair = sorted((one.session.id, other.session.id))
                    what = Text(
                        f"考评员 {examiner_id} 同时在场次 {pair[0]} 和 {pair[1]}",
                        f"examiner {examiner_id} serves in {pair[0]} and {pair[1]} at a time",
                    )
                    yield Fault(examiner_id, what, ", ".join(pair))


@checks("examiner-day-limit", "当天换一名考评员", "send another examiner on that day")
def examiner_day_limit(reading: Reading) -> Iterator[Fault]:
    """Find examiners with more sessions a day than they may serve."""
    for examiner, day, n in _served(reading, lambda slot: slot.on):
        if n > examiner.max_per_day:
            what = Text(
                f"考评员 {examiner.id} 在 {day} 有 {n} 个场次，每日上限 {examiner.max_per_day}",
                f"examiner {examiner.id} serves {n} sessions on {day}, at most {examiner.max_per_day} a day",
            )
            yield Fault(examiner.id, what, str(n), Text(f"≤ {examiner.max_per_day}", f"<= {examiner.max_per_day}"))


@checks("examiner-week-limit", "该周换一名考评员", "send another examiner in that week")
def examiner_week_limit(reading: Reading) -> Iterator[Fault]:
    """Find examiners with more sessions an ISO week than they may serve."""
    for examiner, week, n in _served(reading, lambda slot: "{}-W{:02}".format(*slot.week())):
        if n > examiner.max_per_week:
            what = Text(
                f"考评员 {examiner.id} 在 {week} 周有 {n} 个场次，每周上限 {examiner.max_per_week}",
                f"examiner {examiner.id} serves {n} sessions in week {week}, at most {examiner.max_per_week} a week",
            )
            yield Fault(examiner.id, what, str(n), Text(f"≤ {examiner.max_per_week}", f"<= {examiner.max_per_week}"))


def _served(reading: Reading, span: Callable[[Slot], Hashable]) -> Iterator[tuple[Examiner, Hashable, int]]:
    times: Counter[tuple[str, Hashable]] = Counter()
    for held, examiners, _ in serving(reading):
        times.update((examiner.id, span(held.slot)) for examiner in examiners)
    for (examiner_id, when), n in times.items():
        yield reading.examiners[examiner_id], when, n


@checks("recusal-person", "换一名考评员，或把考生改到别的场次", "send another examiner, or move the party")
def recusal_person(reading: Reading) -> Iterator[Fault]:
    """Find examiners who meet a relative or an own trainee."""
    barred: dict[str, dict[str, str]] = defaultdict(dict)
    for recusal in reading.round.recusals:
        barred[recusal.examiner_id][recusal.party_id] = recusal.reason
    for held, examiners, _ in serving(reading):
        for examiner in examiners:
            if examiner.id not in barred:
                continue
            here = {seated.party.id for seated in reading.by_session.get(held.session.id, ())}
            for party_id in sorted(here & barred[examiner.id].keys()):
                reason = barred[examiner.id][party_id]
                what = Text(
                    f"考评员 {examiner.id} 须回避考生 {party_id}（{reason}），却同在场次 {held.session.id}",
                    f"examiner {examiner.id} must not meet party {party_id} ({reason}) but does in {held.session.id}",
                )
                yield Fault(held.session.id, what, examiner.id)


@checks("recusal-institution", "增派其他机构的考评员", "send examiners of other institutions")
def recusal_institution(reading: Reading) -> Iterator[Fault]:
    """Find sessions with too few examiners from outside a training institution of their candidates."""
    per = max(1, reading.policy.independent_per)
    for held, examiners, _ in serving(reading):
        sitters = reading.by_session.get(held.session.id, ())
        trained = Counter(seated.party.institution_id for seated in sitters if seated.party.institution_id)
        for institution_id, n in sorted(trained.items()):
            needed = max(1, -(-n // per))
            outside = sum(examiner.institution_id != institution_id for examiner in examiners)
            if outside < needed:
                what = Text(
                    f"场次 {held.session.id} 有机构 {institution_id} 的考生 {n} 人，须 {needed} 名外机构考评员，只有 {outside} 名",
                    f"session {held.session.id} has {n} candidates trained by {institution_id}, "
                    f"needs {needed} examiners from elsewhere, has {outside}",
                )
                yield Fault(held.session.id, what, str(outside), Text(f"≥ {needed}", f">= {needed}"))


@checks("joint-institutions", "增派另一机构的考评员", "send an examiner of another institution")
def joint_institutions(reading: Reading) -> Iterator[Fault]:
    """Find sessions whose examiners come from too few institutions."""
    able = len({examiner.institution_id for examiner in reading.round.examiners})
    needed = min(reading.policy.min_institutions, able)
    for held, examiners, heads in serving(reading):
        sent = {examiner.institution_id for examiner in examiners}
        if heads and len(sent) < needed:
            what = Text(
                f"场次 {held.session.id} 的考评员来自 {len(sent)} 个机构，须 {needed} 个",
                f"the examiners of session {held.session.id} come from {len(sent)} institutions, {needed} are required",
            )
            yield Fault(held.session.id, what, ", ".join(sorted(sent)), Text(f"≥ {needed}", f">= {needed}"))


@checks("session-lead", "从本场考评员中指定一名组长", "name one of the session's assessors as leader")
def session_lead(reading: Reading) -> Iterator[Fault]:
    """Find assessed sessions without a leader who is one of their examiners and may lead."""
    for held, _, heads in serving(reading):
        session = held.session
        assessed = any(component.staffing.duty is Duty.ASSESS for component in held.components)
        lead = reading.examiners.get(session.lead_id) if session.lead_id is not None else None
        if session.lead_id is not None and session.lead_id not in session.examiner_ids:
            what = Text(
                f"组长 {session.lead_id} 不是场次 {session.id} 的考评员",
                f"the leader {session.lead_id} is not an examiner of session {session.id}",
            )
            yield Fault(session.id, what, session.lead_id)
        elif assessed and session.lead_id is None and heads:
            yield Fault(session.id, Text(f"场次 {session.id} 没有考评组长", f"session {session.id} has no leader"))
        elif assessed and lead is not None and not lead.may_lead:
            what = Text(f"考评员 {lead.id} 不能担任组长", f"examiner {lead.id} may not lead")
            yield Fault(session.id, what, lead.id)
