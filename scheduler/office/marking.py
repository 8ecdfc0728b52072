"""What marks decide: those that can be true, the outcome of each entry they belong to, and what speaks against them.

Used by every verb that takes marks, inside its own transaction; where the marks come from is the verb's business.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from scheduler.domain.entries import Entitlement, Entry
from scheduler.domain.results import ComponentMark, Outcome
from scheduler.errors import Finding, Text, Where, errors_in
from scheduler.office.day_marks import DayMarks
from scheduler.office.desk import Office
from scheduler.recognition.assess import assess
from scheduler.recognition.statement import award_words
from scheduler.registry.store import Store
from scheduler.results.decide import decide, mark_findings


@dataclass(frozen=True, slots=True)
class Judged:
    """Marks that may be kept, and what they decide."""

    marks: tuple[ComponentMark, ...]
    outcomes: tuple[Outcome, ...]
    """One for each entry that has such a mark, sorted by entry."""
    entries: Mapping[str, Entry]
    """Every entry of the round by id."""
    waiting: tuple[str, ...]
    """Entries that would still have no mark at all, sorted."""
    findings: tuple[Finding, ...]

    def line(self, source: str) -> str:
        """Return what is written to the trail."""
        return f"{source}: {len(self.marks)} marks, {len(self.outcomes)} outcomes"

    def words(self, office: Office) -> tuple[tuple[str, Text], ...]:
        """Return the names of all components and awards that the outcomes may speak of, sorted by id."""
        ids = {self.entries[outcome.entry_id].scheme_id for outcome in self.outcomes}
        schemes = [office.catalogue.scheme(scheme_id) for scheme_id in ids]
        words = {component.id: component.name for scheme in schemes for component in scheme.components}
        awards = {one.award_id for scheme in schemes for one in scheme.awards}
        words |= {award_id: award_words(office.catalogue.award(award_id)) for award_id in awards}
        return tuple(sorted(words.items()))


def named_entries(store: Store, round_id: str) -> dict[str, Entry]:
    """Return a round's entries by all that a mark sheet may call them: entry id, and number on the ticket; raises NotFound."""
    store.rounds.setup(round_id)
    entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
    return {number: entries[one] for one, number in store.lots.tickets(round_id).items() if one in entries} | entries


Read = tuple[Sequence[ComponentMark], Sequence[Finding]]
"""Marks, and what was found while they were read."""


def judge(office: Office, store: Store, round_id: str, source: Path, read: Read) -> Judged:
    """Return what marks decide; nothing is kept.

    Marks that no longer earn a certificate already issued are refused for that entry (``mark-after-issue``).

    Args:
        office: The opened office.
        store: The transaction in which they would be kept.
        round_id: A prepared round.
        source: What findings call the marks by; its name only.
        read: The marks, and what was found while they were read.
    """
    findings = list(read[1])
    days = _exam_days(store, round_id)
    entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
    marks = [_dated(mark, days) for mark in _plausible(office, source, entries, read[0], findings)]
    day = DayMarks.of(store, round_id)
    marks, told = day.contradicting(source, marks, entries)
    marks += day.implied(marks, {mark.entry_id for mark in marks})
    findings += told
    outcomes = _not_after_issue(store, source, _decide(office, store, entries, marks), entries, findings)
    named = {outcome.entry_id for outcome in outcomes}
    marks = [mark for mark in marks if mark.entry_id in named]
    findings += _not_seated(marks, entries, days.keys() | day.events.keys())
    if not errors_in(findings):  # a row that comes back is no row that is missing
        findings += day.missing(source, marks, entries)
    decided = {o.entry_id for o in store.results.outcomes(round_id)} | named
    waiting = tuple(sorted(set(entries) - decided))
    return Judged(tuple(marks), tuple(outcomes), entries, waiting, tuple(findings))


def put_judged(office: Office, store: Store, judged: Judged) -> None:
    """Keep marks and what they decide."""
    store.results.put_marks(judged.marks, at=office.now())
    for outcome in judged.outcomes:
        store.results.put_outcome(outcome)


def _plausible(
    office: Office, source: Path, entries: dict[str, Entry], read: Sequence[ComponentMark], findings: list[Finding]
) -> list[ComponentMark]:
    """Return the marks that can be true; what is wrong with the others is added to the findings."""
    good = []
    for mark in read:
        entry = entries[mark.entry_id]
        doubts = mark_findings(mark, office.catalogue.scheme(entry.scheme_id).component(mark.component_id))
        place = Where(file=source.name, subject=f"{entry.candidate.name} {mark.component_id}")
        findings += [replace(doubt, where=place) for doubt in doubts]
        if not errors_in(doubts):
            good.append(mark)
    return good


def _exam_days(store: Store, round_id: str) -> dict[tuple[str, str], date | None]:
    """Return the day of each sitting of the published plan; None where the set-up has dropped its slot since."""
    on = {slot.id: slot.on for slot in store.rounds.setup(round_id).slots}
    published = store.plans.published(round_id)
    if published is None:
        return {}
    day = {session.id: on.get(session.slot_id) for session in published.plan.sessions}
    return {(s.party_id, s.component_id): day[s.session_id] for s in published.plan.sittings}


def _not_after_issue(
    store: Store, source: Path, outcomes: list[Outcome], entries: dict[str, Entry], findings: list[Finding]
) -> list[Outcome]:
    """Return the outcomes that every certificate issued already still rests on; the others are told and left as they were."""
    kept = []
    for outcome in outcomes:
        lost = sorted(store.ledger.granted_awards(outcome.entry_id) - set(outcome.earned_ids))
        if not lost:
            kept.append(outcome)
            continue
        findings.append(
            Finding(
                "mark-after-issue",
                Text(
                    "证书已经发放，按此成绩不应获得；该考生的成绩未作更改",
                    "a certificate was issued that these marks do not earn; nothing of this entry was changed",
                ),
                Where(file=source.name, subject=entries[outcome.entry_id].candidate.name),
                said="、".join(lost),
                hint=Text(
                    "核对成绩；确需更正的，先由发证机构撤销证书",
                    "check the marks; if they are right, the issuer has to revoke the certificate first",
                ),
            )
        )
    return kept


def _dated(mark: ComponentMark, days: dict[tuple[str, str], date | None]) -> ComponentMark:
    planned = days.get((mark.entry_id, mark.component_id))
    return replace(mark, sat_on=planned) if mark.sat_on is None and planned else mark


def _not_seated(
    marks: Sequence[ComponentMark], entries: dict[str, Entry], days: Collection[tuple[str, str]]
) -> list[Finding]:
    return [
        Finding(
            "mark-without-sitting",
            Text(
                "已发布方案中没有该考生的这一科目", "the published plan does not seat this candidate in this component"
            ),
            Where(subject=f"{entries[mark.entry_id].candidate.name} {mark.component_id}"),
            hint=Text("核对是否登错人或科目", "check whether the person and the component are right"),
            severity="warning",
        )
        for mark in marks
        if (mark.entry_id, mark.component_id) not in days
    ]


def _decide(office: Office, store: Store, entries: dict[str, Entry], marks: Sequence[ComponentMark]) -> list[Outcome]:
    fresh: dict[str, dict[str, ComponentMark]] = defaultdict(dict)
    for mark in marks:
        fresh[mark.entry_id][mark.component_id] = mark
    outcomes = []
    for entry_id in sorted(fresh):
        entry = entries[entry_id]
        known = {mark.component_id: mark for mark in store.results.marks(entry_id)} | fresh[entry_id]
        days = [mark.sat_on for mark in known.values() if mark.sat_on]
        entitlement = _entitled(office, entry, max(days, default=entry.applied_on))
        scheme = office.catalogue.scheme(entry.scheme_id)
        outcomes.append(decide(entry, scheme, entitlement, tuple(known.values()), office.today()))
    return outcomes


def _entitled(office: Office, entry: Entry, last_on: date) -> Entitlement:
    """Return the entitlement on the last day examined; an exemption must have held on the day of application as well."""
    applied, _ = assess(entry, office.catalogue, entry.applied_on)
    entitlement, _ = assess(entry, office.catalogue, last_on)
    spared = {(one.award_id, one.component_id) for one in applied.exemptions}
    both = tuple(one for one in entitlement.exemptions if (one.award_id, one.component_id) in spared)
    return replace(entitlement, exemptions=both)
