"""Explain (解释): why someone has no place, what the round is short of and what would help; before planning, who is hopeless."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scheduler.domain.rounds import Round
from scheduler.errors import InputError, NotFound, Text, errors_in
from scheduler.office.assemble import assemble
from scheduler.office.desk import Office, existing_file
from scheduler.planning.explain import Explanation, Foresight
from scheduler.planning.explain import before as hopeless
from scheduler.planning.explain import explain as reasons
from scheduler.planning.planfile import read_plan
from scheduler.planning.roundfile import read_round, round_findings


@dataclass(frozen=True, slots=True)
class ExplainReport:
    """The explanation of a version, with the names of those it speaks of."""

    round_id: str
    version: int | None
    """None for a plan file."""
    explanation: Explanation
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ForesightReport:
    """Who is hopeless before anything is planned, with their names."""

    round_id: str
    foresight: Foresight
    names: tuple[tuple[str, str], ...]


def explain(office: Office, *, round_id: str, version: int | None = None, entry_id: str | None = None) -> ExplainReport:
    """Explain a version of a round, the newest when None; one entry, or everyone without a place.

    Raises:
        NotFound: No such round, version or entry.
    """
    with office.registry.transaction(write=False) as store:
        assembled = assemble(office, store, round_id)
        kept = store.plans.version(round_id, version)
    if entry_id is not None and entry_id not in assembled.names:
        raise NotFound(Text(f"批次 {round_id} 没有报名 {entry_id}", f"round {round_id} has no entry {entry_id}"))
    found = reasons(assembled.round, kept.plan, entry_id)
    return ExplainReport(round_id, kept.version, found, tuple(sorted(assembled.names.items())))


def explain_files(round_file: str | Path, plan_file: str | Path, *, party_id: str | None = None) -> ExplainReport:
    """Explain a plan file against a round file; needs no office.

    Raises:
        InputError: One of the files cannot be read as what it should be.
        NotFound: The round has no such party.
    """
    round_ = _read(round_file)
    plan, faults = read_plan(existing_file(plan_file))
    if plan is None or errors_in(faults):
        raise InputError(Text("方案文件有误，无法解释", "the plan file is wrong; nothing can be explained"), faults)
    if party_id is not None and party_id not in {party.id for party in round_.parties}:
        raise NotFound(Text(f"批次 {round_.id} 没有考生 {party_id}", f"round {round_.id} has no party {party_id}"))
    return ExplainReport(round_.id, None, reasons(round_, plan, party_id), ())


def foresee(office: Office, *, round_id: str) -> ForesightReport:
    """Say whom no plan of a round can seat, before anything is planned.

    Raises:
        NotFound: No such round.
        InputError: The round contradicts itself.
    """
    with office.registry.transaction(write=False) as store:
        assembled = assemble(office, store, round_id)
    findings = round_findings(assembled.round)
    if errors_in(findings):
        raise InputError(Text("批次数据有误，先改正", "the round is wrong; correct it first"), findings)
    return ForesightReport(round_id, hopeless(assembled.round), tuple(sorted(assembled.names.items())))


def foresee_file(round_file: str | Path) -> ForesightReport:
    """Say whom no plan of a round file can seat; needs no office.

    Raises:
        InputError: The file fails its schema or contradicts itself.
    """
    round_ = _read(round_file)
    return ForesightReport(round_.id, hopeless(round_), ())


def _read(round_file: str | Path) -> Round:
    round_, findings = read_round(existing_file(round_file))
    if round_ is None or errors_in(findings):
        raise InputError(Text("批次文件有误，无法解释", "the round file is wrong; nothing can be explained"), findings)
    return round_
