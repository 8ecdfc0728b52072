"""Plan (编排): a round becomes a draft; drafts are free. From the registry, or from a round file alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import DutyMoved, Move, Plan
from scheduler.errors import Finding, InputError, Language, PlanError, Text, Where, errors_in
from scheduler.office.assemble import assemble
from scheduler.office.desk import Office, existing_file
from scheduler.planning.changes import changes, duty_changes
from scheduler.planning.planfile import read_plan, write_plan
from scheduler.planning.roundfile import read_round, round_findings, write_round
from scheduler.planning.rules import BY_ID

if TYPE_CHECKING:
    from scheduler.planning.progress import Progress as Progress  # noqa: PLC0414 - doors name this type and import nothing beneath

Watch = Callable[["Progress"], None]


@dataclass(frozen=True, slots=True)
class PlanReport:
    """A plan and how good it is."""

    plan: Plan
    version: int | None
    """Draft number in the registry; None when nothing was kept."""
    candidates: int
    """Heads in the round."""
    unplaced: int
    """Heads without a place."""
    findings: tuple[Finding, ...]
    names: tuple[tuple[str, str], ...] = ()
    moves: tuple[Move, ...] = ()
    """Who is elsewhere than in the version kept, and why; empty where none was kept."""
    duties: tuple[DutyMoved, ...] = ()
    """Which examiners serve otherwise than in the version kept, and why."""

    def summary(self, language: Language = "zh") -> str:
        """Return the figures a coordinator asks for first: placed, unplaced, sessions, cost, bound, gap."""
        plan = self.plan
        gap = "—" if plan.gap is None else f"{plan.gap:.2%}"
        bound = "—" if plan.bound is None else f"{plan.bound:,}"
        figures = (self.candidates - self.unplaced, self.unplaced, len(plan.sessions), plan.cost)
        if language == "zh":
            head = f"方案第 {self.version} 版（草案）" if self.version else "方案"
            text = head + "：已安排 {} 人，未安排 {} 人，{} 个场次；费用 {:,}".format(*figures)
            return text + f"，下界 {bound}，差距 {gap}"
        head = f"plan version {self.version} (draft)" if self.version else "plan"
        text = head + ": {} placed, {} unplaced, {} sessions; cost {:,}".format(*figures)
        return text + f", bound {bound}, gap {gap}"

    def cost_lines(self, language: Language = "zh") -> list[str]:
        """Return one line a term: what it is and what it costs; then what moving people counted for, where a plan was kept."""
        lines = [f"{line.amount:>12,}  {BY_ID[line.term].wording.in_(language)}" for line in self.plan.costs]
        if self.plan.replanned is not None:
            moving = self.plan.replanned
            said = Text(
                f"调整 {moving.sittings} 人次（不计入费用）", f"sittings moved: {moving.sittings} (apart from the cost)"
            )
            lines.append(f"{moving.cost:>12,}  {said.in_(language)}")
        return lines


def term_of(term: str) -> Text:
    """Return what a cost line stands for."""
    return BY_ID[term].wording


def plan(
    office: Office,
    *,
    round_id: str,
    seed: int = 1,
    time_limit_s: float | None = None,
    keep: int | None = None,
    dry_run: bool = False,
    cluster: str = "",
    progress: Watch | None = None,
) -> PlanReport:
    """Plan a round and keep the result as a new draft.

    Args:
        office: The opened office.
        round_id: A prepared round with entries.
        seed: Seed of the search; the same seed gives the same plan.
        time_limit_s: Wall-clock limit in seconds; the plan may then differ from run to run. None: a fixed amount of work.
        keep: Version to stay close to (replanning).
        dry_run: Solve, but keep nothing.
        cluster: Address of a Dask cluster that plans the parts of a large round; empty for this machine alone.
        progress: Called at every step of the search.

    Raises:
        NotFound: No such round or version.
        InputError: The round contradicts itself.
        PlanError: There is nobody to plan.
        SettingsError: The cluster cannot be used.
    """
    with office.registry.transaction(write=False) as store:
        assembled = assemble(office, store, round_id)
        kept = store.plans.version(round_id, keep).plan if keep is not None else None
        based_on = store.plans.published(round_id)
    warnings = _refuse_if_wrong(assembled.round)
    wishes = _Wishes(seed, time_limit_s, kept, cluster)
    made = _solve(assembled.round, wishes, progress)
    version = None
    if not dry_run:
        with office.registry.transaction() as store:
            version = store.plans.add_draft(made, office.now(), based_on=based_on.version if based_on else None).version
            office.note(store, "plan", round_id, f"version {version}, seed {seed}")
    findings = (*assembled.findings, *warnings, *_here(wishes))
    report = _report(assembled.round, made, version, findings, assembled.names)
    return _changed(report, kept)


def plan_file(
    round_file: str | Path,
    out: str | Path,
    *,
    seed: int = 1,
    time_limit_s: float | None = None,
    keep: str | Path | None = None,
    cluster: str = "",
    progress: Watch | None = None,
) -> PlanReport:
    """Plan a round file and write the plan file; no office is needed.

    Args:
        round_file: What to plan.
        out: Where the plan file goes.
        seed: Seed of the search; the same seed gives the same plan.
        time_limit_s: Wall-clock limit in seconds.
        keep: A plan file to stay close to (replanning).
        cluster: Address of a Dask cluster that plans the parts of a large round; empty for this machine alone.
        progress: Called at every step of the search.

    Raises:
        InputError: A file fails its schema or contradicts itself, or the plan is of another round; findings name the path
            inside it.
        SettingsError: The cluster cannot be used.
    """
    round_, findings = read_round(existing_file(round_file))
    if round_ is None or errors_in(findings):
        raise _bad_round(findings)
    _refuse_if_empty(round_)
    kept = None if keep is None else _kept_plan(existing_file(keep), round_)
    wishes = _Wishes(seed, time_limit_s, kept, cluster)
    made = _solve(round_, wishes, progress)
    write_plan(made, Path(out))
    return _changed(_report(round_, made, None, (*findings, *_here(wishes)), {}), kept)


def _kept_plan(path: Path, round_: Round) -> Plan:
    plan, findings = read_plan(path)
    if plan is not None and plan.round_id != round_.id:
        what = Text(f"方案属于批次 {plan.round_id}", f"the plan is for round {plan.round_id}")
        findings = [
            Finding("known-ids", what, Where(file=path.name, path="round_id"), plan.round_id, Text(*[round_.id] * 2))
        ]
    if plan is None or findings:
        raise InputError(Text("原方案文件有误", "the plan to keep is wrong"), findings)
    return plan


def _changed(report: PlanReport, kept: Plan | None) -> PlanReport:
    """Add what changed against the plan kept."""
    if kept is None:
        return report
    return replace(report, moves=tuple(changes(kept, report.plan)), duties=tuple(duty_changes(kept, report.plan)))


def write_plan_file(made: Plan, out: str | Path) -> None:
    """Write a plan as a file that anyone can audit."""
    write_plan(made, Path(out))


def write_round_file(office: Office, *, round_id: str, out: str | Path) -> Round:
    """Write the round as a file that anyone can plan, audit or solve with other means."""
    with office.registry.transaction(write=False) as store:
        round_ = assemble(office, store, round_id).round
    write_round(round_, Path(out))
    return round_


def _refuse_if_wrong(round_: Round) -> list[Finding]:
    """Return the warnings of a round that may be planned."""
    findings = round_findings(round_)
    if errors_in(findings):
        raise _bad_round(findings)
    _refuse_if_empty(round_)
    return findings


def _refuse_if_empty(round_: Round) -> None:
    if not round_.parties:
        raise PlanError(
            Text(f"批次 {round_.id} 没有需要安排的考生", f"round {round_.id} has nobody to plan"),
            hint=Text("先用 enrol 读入报名表", "read a registration workbook with enrol first"),
        )


@dataclass(frozen=True, slots=True)
class _Wishes:
    seed: int
    time_limit_s: float | None
    keep: Plan | None
    cluster: str


def _here(wishes: _Wishes) -> list[Finding]:
    """Warn that a cluster was named for nothing."""
    if wishes.keep is None or not wishes.cluster:
        return []
    what = Text(
        "在原方案上调整只用本机，未使用集群", "replanning works on this machine alone; the cluster was not used"
    )
    hint = Text("去掉 --cluster，或去掉 --keep 全部重排", "leave --cluster out, or plan anew without --keep")
    return [Finding("cluster-unused", what, said=wishes.cluster, hint=hint, severity="warning")]


def _solve(round_: Round, wishes: _Wishes, progress: Watch | None) -> Plan:
    seed, limit = wishes.seed, wishes.time_limit_s
    if wishes.keep is not None:
        from scheduler.planning.replan import replan

        return replan(round_, wishes.keep, seed=seed, time_limit_s=limit, progress=progress)
    from scheduler.executors.cluster import connected
    from scheduler.planning.solve import solve  # ortools: half a second that other verbs must not pay

    with connected(wishes.cluster) if wishes.cluster else nullcontext() as executor:
        return solve(round_, seed=seed, time_limit_s=limit, progress=progress, executor=executor)


def _bad_round(findings: list[Finding]) -> InputError:
    return InputError(
        Text("批次数据有误，未开始编排", "the round is wrong; no planning was started"),
        findings,
        Text("按下列问题修改后重试", "correct what is listed and try again"),
    )


def _report(
    round_: Round, made: Plan, version: int | None, findings: tuple[Finding, ...], names: dict[str, str]
) -> PlanReport:
    heads = {party.id: party.head_count for party in round_.parties}
    unplaced = sum(heads[row.party_id] for row in made.unplaced)
    return PlanReport(made, version, sum(heads.values()), unplaced, findings, tuple(sorted(names.items())))
