"""Enter an event of the day (登记): audited against the plan in force, and published as a new version where the plan changes.

Used by the verbs of the day. All of one entry is one transaction: the event, the edited plan and its publication, or nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from scheduler.domain.day import DayEvent
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import DutyMoved, Move, Plan, PlanVersion, Reason
from scheduler.errors import Finding, InputError, NotFound, PlanRejected, Text, errors_in
from scheduler.office.assemble import assemble
from scheduler.office.day_words import DayWords
from scheduler.office.desk import Office
from scheduler.office.elsewhere import clashes
from scheduler.office.seating import pass_on
from scheduler.office.substitutes import Substitute
from scheduler.office.whom import People
from scheduler.planning.audit_day import audit_day
from scheduler.planning.changes import changes, duty_changes
from scheduler.planning.edits import brought, explained, settled
from scheduler.registry.store import Store

Edit = Callable[[Round, Plan], Plan]
Others = Callable[[Round, Plan], list[Substitute]]


@dataclass(frozen=True, slots=True)
class EntryReport:
    """An event as it was entered, and what it changed."""

    round_id: str
    event: DayEvent
    sentence: Text
    version: int | None
    """Version published because of it; None where the plan stays."""
    moves: tuple[Move, ...]
    duties: tuple[DutyMoved, ...]
    names: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    """Warnings."""
    substitutes: tuple[Substitute, ...] = ()
    """Who or what would do, where nobody was named; then nothing was entered."""
    dry_run: bool = False


class _OnlyPreviewed(Exception):
    """Ends a dry run and undoes what it wrote."""


@dataclass
class Today:
    """One round on its day: its plan in force, everybody in it, and the transaction in which an event is entered."""

    office: Office
    store: Store
    round_id: str
    published: PlanVersion
    people: People
    events: list[DayEvent]
    report: EntryReport | None = field(default=None)

    @property
    def plan(self) -> Plan:
        """Return the plan in force."""
        return self.published.plan

    def enter(
        self,
        event: DayEvent,
        edit: Edit | None = None,
        others: Others | None = None,
        *,
        more: Sequence[Finding] = (),
        dry_run: bool,
    ) -> None:
        """Enter an event; with an edit, publish the edited plan.

        Args:
            event: What happened; its number is given here.
            edit: Makes the new plan from the round as it is with the event, and the plan in force.
            others: Gives substitutes where the edit is refused.
            more: Further warnings to report.
            dry_run: Do everything, then undo it.

        Raises:
            PlanRejected: A rule is broken; the findings say which, and who or what would do instead.
        """
        next_version = self.store.plans.version(self.round_id).version + 1
        event = self.store.days.record(self.round_id, replace(event, new_version=next_version if edit else None))
        round_ = assemble(self.office, self.store, self.round_id).round
        words = DayWords(round_, self.people.entries)
        after = self.plan if edit is None else self._edited(round_, edit, event, words.sentence(event))
        broken, stood = brought(round_, self.plan, after) if edit else ([], [])
        day = self._of_the_day(event, round_, after)
        if broken or errors_in(day):
            told = self._named([*broken, *errors_in(day)])
            raise refused(told, others(round_, self.plan) if others else [])
        findings = [*self._named([*(replace(f, severity="warning") for f in stood), *day]), *more]
        if edit is not None:
            findings += clashes(self.store, self.round_id, after)
            after = self._publish(round_, after)
        self.office.note(self.store, "day", self.round_id, f"no. {event.no} {event.act} {event.session_id}")
        self.report = EntryReport(
            self.round_id,
            event,
            words.sentence(event),
            event.new_version,
            tuple(changes(self.plan, after)),
            tuple(duty_changes(self.plan, after)),
            tuple(sorted((id_, entry.candidate.name) for id_, entry in self.people.entries.items())),
            tuple(findings),
            dry_run=dry_run,
        )
        if dry_run:
            raise _OnlyPreviewed

    def _edited(self, round_: Round, edit: Edit, event: DayEvent, what: Text) -> Plan:
        """Return the edited plan with its costs, and with the reason of every move."""
        why = Text(f"{what.zh}：{event.reason}", f"{what.en}: {event.reason}")
        made = settled(round_, edit(round_, self.plan))
        return explained(round_, self.plan, made, Reason(f"day-{event.act}", why))

    def only_told(self, event: DayEvent, substitutes: Sequence[Substitute]) -> None:
        """Report who or what would do, and enter nothing."""
        words = DayWords(self.people.round, self.people.entries)
        sentence = words.sentence(event)
        self.report = EntryReport(
            self.round_id, event, sentence, None, (), (), (), (), tuple(substitutes), dry_run=True
        )

    def _of_the_day(self, event: DayEvent, round_: Round, plan: Plan) -> list[Finding]:
        """Return what the audit of the day finds with the event and did not find without."""
        events = self.store.days.events(self.round_id)
        before = {_key(finding) for finding in audit_day(round_, self.plan, events[:-1])}
        found = [finding for finding in audit_day(round_, plan, events) if _key(finding) not in before]
        return [f for f in found if f.severity == "error" or (f.where.subject or "").startswith(f"#{event.no} ")]

    def _named(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return findings that call candidates by their names: people read them aloud at a site."""
        return [
            replace(
                f,
                what=Text(self._names_in(f.what.zh), self._names_in(f.what.en)),
                where=replace(f.where, subject=self._names_in(f.where.subject or "")),
            )
            for f in findings
        ]

    def _names_in(self, words: str) -> str:
        for id_, entry in self.people.entries.items():
            if id_ in words:
                words = words.replace(f"{id_}#1", id_).replace(id_, entry.candidate.name)
        return words

    def _publish(self, round_: Round, plan: Plan) -> Plan:
        """Put the edited plan in force and return it with the seats that hold."""
        made = self.store.plans.add_draft(plan, self.office.now(), based_on=self.published.version)
        made = self.store.plans.publish(self.round_id, made.version, self.office.now())
        return pass_on(self.office, self.store, round_, made).plan


def _key(finding: Finding) -> tuple[str, str | None, str]:
    return finding.rule, finding.where.subject, finding.what.en


@contextlib.contextmanager
def today(office: Office, round_id: str) -> Iterator[Today]:
    """Open the day of a round for one entry; all of it is kept, or nothing.

    Raises:
        NotFound: No such round, or nothing is published.
    """
    with contextlib.suppress(_OnlyPreviewed), office.registry.transaction() as store:
        assembled = assemble(office, store, round_id)
        published = published_of(store, round_id)
        entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
        people = People(assembled.round, published.plan, entries, office.today())
        yield Today(office, store, round_id, published, people, store.days.events(round_id))


def published_of(store: Store, round_id: str) -> PlanVersion:
    """Return the version in force; raises NotFound before the first is published."""
    published = store.plans.published(round_id)
    if published is None:
        raise NotFound(
            Text(f"批次 {round_id} 尚未发布方案", f"round {round_id} has no published plan"),
            hint=Text("先用 publish 发布", "publish one first"),
        )
    return published


def refused(findings: Sequence[Finding], substitutes: Sequence[Substitute]) -> PlanRejected:
    """Return the refusal of an entry: what it breaks, then who or what would do instead."""
    hint = Text("改正后重新登记", "change it and enter it again")
    if substitutes:
        zh = "；".join(one.words.zh for one in substitutes)
        en = "; ".join(one.words.en for one in substitutes)
        hint = Text(f"可以改用（由近到远）：{zh}", f"these would do, the nearest first: {en}")
    what = Text("不符合规则，未登记，方案不变", "a rule is broken; nothing was entered, the plan stays")
    return PlanRejected(what, list(findings), hint)


def said(reason: str) -> str:
    """Return the reason of an entry; raises InputError where none was given."""
    if not reason.strip():
        raise InputError(
            Text("必须写明事由", "a reason is needed"), hint=Text("加 --reason 事由", "add --reason and say why")
        )
    return reason.strip()
