"""Audit (核查) of a plan from anywhere: a version of the registry, or a round file and a plan file alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scheduler.errors import Finding, InputError, Language, Text, errors_in
from scheduler.office.assemble import assemble
from scheduler.office.desk import Office, existing_file
from scheduler.planning.audit import audit as judge
from scheduler.planning.planfile import read_plan
from scheduler.planning.roundfile import read_round


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the audit found; empty findings mean that every rule holds."""

    sittings: int
    sessions: int
    findings: tuple[Finding, ...]

    @property
    def clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings

    def summary(self, language: Language = "zh") -> str:
        """Return one line."""
        figures = (self.sessions, self.sittings, len(self.findings))
        if language == "zh":
            return "核查 {} 个场次、{} 人次：".format(*figures) + (
                f"发现 {figures[2]} 个问题" if self.findings else "未发现问题"
            )
        found = f"{figures[2]} findings" if self.findings else "nothing found"
        return "audited {} sessions, {} sittings: ".format(*figures) + found


def audit(office: Office, *, round_id: str, version: int | None = None) -> AuditReport:
    """Audit a version against the round as the registry knows it now; the newest version when None."""
    with office.registry.transaction(write=False) as store:
        round_ = assemble(office, store, round_id).round
        plan = store.plans.version(round_id, version).plan
    return AuditReport(len(plan.sittings), len(plan.sessions), tuple(judge(round_, plan)))


def audit_files(round_file: str | Path, plan_file: str | Path) -> AuditReport:
    """Audit a plan file against a round file; needs no office and no solver.

    Raises:
        InputError: One of the files cannot be read as what it should be.
    """
    round_, round_faults = read_round(existing_file(round_file))
    plan, plan_faults = read_plan(existing_file(plan_file))
    faults = [*round_faults, *plan_faults]
    if round_ is None or plan is None or errors_in(faults):
        raise InputError(Text("文件有误，无法核查", "the files cannot be audited"), faults)
    return AuditReport(len(plan.sittings), len(plan.sessions), tuple(judge(round_, plan)))
