"""Publish (发布): a draft that the audit finds clean is frozen, and everyone who moved is listed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date

from scheduler.domain.day import deferred
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import DutyMoved, Move, Plan
from scheduler.errors import Finding, Language, PlanRejected, Text, Where
from scheduler.office.assemble import assemble
from scheduler.office.desk import Office
from scheduler.office.elsewhere import clashes
from scheduler.office.seating import pass_on
from scheduler.planning.audit import audit
from scheduler.planning.changes import changes, duty_changes
from scheduler.recognition.assess import assess
from scheduler.registry.store import Store


@dataclass(frozen=True, slots=True)
class PublishReport:
    """A version now in force, and who moved against the one before."""

    round_id: str
    version: int
    replaces: int | None
    moves: tuple[Move, ...]
    """Empty for the first published version."""
    names: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    """Warnings: what other published rounds use at the same time."""
    dry_run: bool
    duties: tuple[DutyMoved, ...] = ()
    """Who serves otherwise than in the version before; empty for the first published version."""

    def summary(self, language: Language = "zh") -> str:
        """Return one line."""
        moved = len({move.party_id for move in self.moves})
        if language == "zh":
            head = "可以发布" if self.dry_run else "已发布"
            tail = f"，取代第 {self.replaces} 版，{moved} 人有变动" if self.replaces else ""
            return f"{head}批次 {self.round_id} 第 {self.version} 版{tail}"
        head = "may be published" if self.dry_run else "published"
        tail = f", replaces version {self.replaces}, {moved} people moved" if self.replaces else ""
        return f"{head}: round {self.round_id} version {self.version}{tail}"


class _OnlyPreviewed(Exception):
    """Ends a dry run and undoes what it wrote."""


def publish(office: Office, *, round_id: str, version: int | None = None, dry_run: bool = False) -> PublishReport:
    """Freeze a draft; the newest one when no version is named.

    Raises:
        PlanRejected: The audit finds something, or an exemption does not hold on the exam day.
        Conflict: The version was published before.
        StalePlan: A newer version was published meanwhile.
        NotFound: No such round or version.
    """
    with contextlib.suppress(_OnlyPreviewed), office.registry.transaction() as store:
        assembled = assemble(office, store, round_id)
        draft = store.plans.version(round_id, version)
        _refuse_if_wrong(office, store, assembled.round, draft.plan)
        before = store.plans.published(round_id)
        busy = clashes(store, round_id, draft.plan)
        store.plans.publish(round_id, draft.version, office.now())
        office.note(store, "publish", round_id, f"version {draft.version}")
        draft = pass_on(office, store, assembled.round, draft)
        if dry_run:
            raise _OnlyPreviewed  # after every refusal had its say; nothing of the transaction stays
    moves = changes(before.plan, draft.plan) if before else []
    return PublishReport(
        round_id,
        draft.version,
        before.version if before else None,
        tuple(moves),
        tuple(sorted(assembled.names.items())),
        tuple(busy),
        dry_run,
        tuple(duty_changes(before.plan, draft.plan)) if before else (),
    )


def _refuse_if_wrong(office: Office, store: Store, round_: Round, plan: Plan) -> None:
    if not plan.sittings:
        raise PlanRejected(
            Text("方案没有安排任何人，不能发布", "the plan seats nobody and cannot be published"),
            hint=Text("用 explain 查看原因", "see the reasons with explain"),
        )
    findings = [*audit(round_, plan), *_on_the_day(office, store, round_, plan)]
    if findings:
        raise PlanRejected(
            Text("核查发现问题，方案不能发布", "the audit found something; the plan cannot be published"),
            findings,
            Text("重新编排后再发布", "plan again, then publish"),
        )


def _on_the_day(office: Office, store: Store, round_: Round, plan: Plan) -> list[Finding]:
    """Judge each entry's exemptions again on its last exam day; what is due then must be what is seated."""
    days = {slot.id: slot.on for slot in round_.slots}
    slot_of = {session.id: session.slot_id for session in plan.sessions}
    last: dict[str, date] = {}
    seated: dict[str, set[str]] = {}
    for sitting in plan.sittings:
        day = days[slot_of[sitting.session_id]]
        last[sitting.party_id] = max(day, last.get(sitting.party_id, day))
        seated.setdefault(sitting.party_id, set()).add(sitting.component_id)
    findings = []
    left = deferred(store.days.events(round_.id))
    for entry in store.rounds.entries(round_.id):
        if entry.id not in last:
            continue
        entitlement, _ = assess(entry, office.catalogue, last[entry.id])
        # More may be seated: what was due on the day of application stays due.
        if not {due.component_id for due in entitlement.due} <= seated[entry.id] | left.get(entry.id, frozenset()):
            findings.append(
                Finding(
                    "entitlement-on-exam-day",
                    Text("考试当日应考科目与安排不一致", "what is due on the exam day is not what was planned"),
                    Where(subject=entry.candidate.name),
                    said="、".join(sorted(seated[entry.id])),
                    expected=Text(*(["、".join(sorted(d.component_id for d in entitlement.due))] * 2)),
                    hint=Text("重新编排该批次", "plan the round again"),
                )
            )
    return findings
