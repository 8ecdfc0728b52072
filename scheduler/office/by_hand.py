"""By hand (手工调整): a plan workbook that people edited becomes a new draft, and every rule it breaks is listed.

A draft that breaks rules may be kept, so that work can go on; publishing audits it again and refuses it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import DutyMoved, Making, Move, Plan, PlanVersion, Reason, Unplaced
from scheduler.errors import Finding, InputError, Language, StalePlan, Text, Where, errors_in
from scheduler.office.assemble import Assembled, assemble, refuse_if_gone
from scheduler.office.desk import Office, existing_file
from scheduler.planning.audit import audit
from scheduler.planning.changes import changes, duty_changes
from scheduler.planning.planfile import plan_digest
from scheduler.planning.recount import recount
from scheduler.planning.roundfile import round_digest
from scheduler.registry.store import Store
from scheduler.sheets.read import EditedPlan, PlanCopy, edited_plan, open_plan_copy, place_of

ENGINE = "by hand"
_TAKEN_OUT = Reason("by-hand", Text("在方案工作簿中被移出", "taken out in the plan workbook"))
_CAME_LATER = Reason("by-hand", Text("方案工作簿写出后才报名", "entered after the plan workbook was written"))


@dataclass(frozen=True, slots=True)
class HandReport:
    """A plan made by hand, what it changes, and what is wrong with it."""

    plan: Plan
    base: int
    """Version the workbook was written from."""
    version: int | None
    """Draft number in the registry; None when nothing was kept."""
    candidates: int
    unplaced: int
    broken: tuple[Finding, ...]
    """Every breach of a rule that the audit found; such a plan is never published."""
    findings: tuple[Finding, ...]
    """Warnings: what was read all the same, and what changed since the workbook was written."""
    names: tuple[tuple[str, str], ...]
    moves: tuple[Move, ...]
    duties: tuple[DutyMoved, ...]

    def summary(self, language: Language = "zh") -> str:
        """Return one line."""
        kept = f"第 {self.version} 版（草案）" if self.version else "预览（未写入）"
        figures = (self.base, self.candidates - self.unplaced, self.unplaced, len(self.moves) + len(self.duties))
        if language == "zh":
            told = (
                f"{kept}：由第 {{}} 版手工调整，已安排 {{}} 人，未安排 {{}} 人，变动 {{}} 处；费用 {self.plan.cost:,}；"
            )
            rules = f"违反规则 {len(self.broken)} 处，不能发布" if self.broken else "核查未发现问题"
            return told.format(*figures) + rules
        kept = f"version {self.version} (draft)" if self.version else "preview (nothing written)"
        told = (
            f"{kept}: version {{}} edited by hand, {{}} placed, {{}} unplaced, {{}} changes; cost {self.plan.cost:,}; "
        )
        rules = (
            f"{len(self.broken)} breaches of rules, not to be published" if self.broken else "the audit found nothing"
        )
        return told.format(*figures) + rules


def plan_by_hand(
    office: Office, workbook: str | Path, *, round_id: str, base: int | None = None, dry_run: bool = False
) -> HandReport:
    """Read an edited plan workbook, audit it, and keep it as a new draft.

    Args:
        office: The opened office.
        workbook: A plan workbook of this round, saved by any spreadsheet program.
        round_id: The round.
        base: Version it was written from; what the workbook itself says when None.
        dry_run: List everything, but keep nothing.

    Raises:
        NotFound: No such round or version.
        SheetError: The file cannot be read at all.
        InputError: Cells cannot be understood, or the workbook is of another round; nothing was kept.
        StalePlan: The version uses what the round no longer has, or is not the one the workbook was written from.
    """
    copy = open_plan_copy(existing_file(workbook))
    with office.registry.transaction(write=False) as store:
        assembled = assemble(office, store, round_id)
        kept = store.plans.version(round_id, _base(copy, round_id, base))
        noticed, based_on = _grown_old(store, copy, kept, assembled.round)
    refuse_if_gone(assembled.round, kept)
    edited = edited_plan(copy, kept.plan, assembled.round, assembled.names)
    if errors_in(edited.findings):
        raise InputError(
            Text("方案工作簿有误，未生成草案", "the plan workbook is wrong; no draft was made"),
            edited.findings,
            Text("按下列问题改正单元格后重新读入", "correct the cells listed and read it again"),
        )
    made = _made(edited, kept, assembled, Path(workbook).name)
    broken = _in_words(audit(assembled.round, made), edited, assembled)
    version = None
    if not dry_run:
        with office.registry.transaction() as store:
            version = store.plans.add_draft(made, office.now(), based_on=based_on).version
            detail = f"version {version} by hand from version {kept.version}, {len(broken)} findings"
            office.note(store, "plan", round_id, detail)
    heads = {party.id: party.head_count for party in assembled.round.parties}
    return HandReport(
        plan=made,
        base=kept.version,
        version=version,
        candidates=sum(heads.values()),
        unplaced=sum(heads.get(row.party_id, 1) for row in made.unplaced),
        broken=tuple(broken),
        findings=(*assembled.findings, *noticed, *edited.findings, *_taken_out(kept.plan, made, assembled.names)),
        names=tuple(sorted(assembled.names.items())),
        moves=tuple(changes(kept.plan, made)),
        duties=tuple(duty_changes(kept.plan, made)),
    )


def _base(copy: PlanCopy, round_id: str, base: int | None) -> int:
    """Return the version the workbook was written from."""
    file = copy.book.file
    if copy.round_id and copy.round_id != round_id:
        raise InputError(
            Text(f"工作簿属于批次 {copy.round_id}", f"the workbook is of round {copy.round_id}"),
            [Finding("plan-of-another-round", Text("批次不符", "another round"), Where(file), copy.round_id, Text(*[round_id] * 2))],
        )  # fmt: skip
    if base is not None:
        return base
    if copy.origin is None:
        raise InputError(
            Text("看不出工作簿由哪一版方案写出", "the workbook does not say which version it was written from"),
            hint=Text(
                "恢复“汇总”表，或用 --keep 写明版本号", "restore the summary sheet, or name the version with --keep"
            ),
        )
    return copy.origin.version


def _grown_old(store: Store, copy: PlanCopy, kept: PlanVersion, round_: Round) -> tuple[list[Finding], int | None]:
    """Tell what happened since the workbook was written, and which version in force its draft is based on.

    A draft from an old copy keeps the base of its day, so that publishing it over a newer version is refused.
    """
    origin, file = copy.origin, copy.book.file
    if origin and origin.version == kept.version and origin.digest != plan_digest(kept.plan):
        raise _written_otherwise(kept)
    noticed, published = [], store.plans.published(kept.round_id)
    newest = store.plans.version(kept.round_id).version
    if newest > kept.version:
        what = Text(
            f"工作簿由第 {kept.version} 版写出，现已有第 {newest} 版；其间的变动不在其中",
            f"the workbook was written from version {kept.version}; version {newest} exists now, and its changes are not in it",
        )
        hint = Text(
            "确认以此为准，或由最新版重新写出工作簿", "make sure this is wanted, or write a workbook of the newest"
        )
        noticed.append(Finding("workbook-stale", what, Where(file), hint=hint, severity="warning"))
    if round_digest(round_) != kept.plan.round_digest:
        what = Text("批次数据在该版方案之后有变动，按现在的批次核查", "the round changed since that version; the audit goes by the round as it is now")  # fmt: skip
        noticed.append(Finding("round-changed", what, Where(file), severity="warning"))
    in_force = published.version if published else None
    then = origin.in_force if origin else in_force
    return noticed, in_force if in_force == kept.version else then


def _written_otherwise(kept: PlanVersion) -> StalePlan:
    """Return the refusal of a workbook that does not hold what the version holds now."""
    again = f"scheduler template plan --round {kept.round_id} --plan-version {kept.version} --out …"
    hint = Text(f"重新写出后再改：{again}", f"write it anew and edit that: {again}")
    if kept.seats_drawn:
        what = Text(
            f"第 {kept.version} 版已抽签定位，工作簿中的考位不是抽定的考位（抽签前写出，或不是由本登记库写出）",
            f"the places of version {kept.version} were drawn by lot, and the workbook does not hold them"
            " (it was written before the lot, or from another registry)",
        )
        return StalePlan(what, hint=hint)
    what = Text(
        f"工作簿不是由登记库中的第 {kept.version} 版写出",
        f"the workbook was not written from version {kept.version} of this registry",
    )
    return StalePlan(what, hint=hint)


def _made(edited: EditedPlan, kept: PlanVersion, assembled: Assembled, file: str) -> Plan:
    """Return the edited rows as a plan of the round as it is now."""
    round_, before = assembled.round, kept.plan
    seated = {sitting.party_id for sitting in edited.sittings}
    why = {one.party_id: one for one in before.unplaced}
    had_place = set(before.placed_ids())
    unplaced = tuple(
        why.get(p.id) or Unplaced(p.id, (_TAKEN_OUT if p.id in had_place else _CAME_LATER,))
        for p in sorted(round_.parties, key=lambda party: party.id)
        if p.id not in seated
    )
    used, digest = {session.slot_id for session in edited.sessions}, round_digest(round_)
    made = Plan(
        round_.id,
        digest,
        edited.sessions,
        edited.sittings,
        unplaced,
        (),
        None,
        Making(before.making.seed, ENGINE, settings=(("from_version", str(kept.version)), ("workbook", file))),
        tuple(sorted((slot for slot in round_.slots if slot.id in used), key=lambda slot: slot.id)),
    )
    made = replace(made, costs=recount(round_, made))
    # A bound speaks of the round, not of one plan; a plan below it breaks a rule, and there it says nothing.
    valid = before.bound is not None and digest == before.round_digest and before.bound <= made.cost
    return replace(made, bound=before.bound) if valid else made


def _taken_out(before: Plan, made: Plan, names: Mapping[str, str]) -> list[Finding]:
    """Return a warning that lists whom the edited workbook has no more: a row is deleted more easily than meant."""
    gone = [names.get(id_, id_) for id_ in before.placed_ids() if id_ not in set(made.placed_ids())]
    if not gone:
        return []
    some = "、".join(gone[:5]) + ("…" if len(gone) > 5 else "")
    what = Text(f"{len(gone)} 名考生不再有安排：{some}", f"{len(gone)} candidates have no place any more: {some}")
    return [Finding("taken-out", what, hint=Text("确认不是误删", "make sure no row was deleted by mistake"), severity="warning")]  # fmt: skip


def _in_words(findings: list[Finding], edited: EditedPlan, assembled: Assembled) -> list[Finding]:
    """Give each finding of the audit its row in the workbook, and people their names."""
    called = {id_: name for id_, name in assembled.names.items() if name}
    called |= {examiner.id: f"{examiner.name} {examiner.id}" for examiner in assembled.round.examiners if examiner.name}
    shared = {name for name, n in Counter(called.values()).items() if n > 1}
    called = {id_: f"{name}（{id_}）" if name in shared else name for id_, name in called.items()}
    longest = sorted(called, key=len, reverse=True)
    # An id may be part of another one, as E1 is of the room WE1; it counts only where it stands alone.
    ids = re.compile(rf"(?<![A-Za-z0-9_.-])(?:{'|'.join(map(re.escape, longest)) or '(?!)'})(?![A-Za-z0-9_.-])")

    def named(words: str) -> str:
        return ids.sub(lambda found: called[found[0]], words)

    worded = []
    for finding in findings:
        subject = finding.where.subject or ""
        sits = [at for id_ in ids.findall(finding.what.en) if (at := edited.places.get(f"{id_} {subject}"))]
        place = sits[-1] if sits else place_of(subject, edited.places)
        place = place if place.row else replace(finding.where, subject=named(subject) or None)
        worded.append(replace(finding, what=Text(named(finding.what.zh), named(finding.what.en)), where=place))
    return worded
