"""Explain (解释): why someone has no place, and what would help."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.errors import NotFound, Text
from scheduler.office.assemble import assemble
from scheduler.office.desk import Office
from scheduler.planning.explain import Explanation
from scheduler.planning.explain import explain as reasons


@dataclass(frozen=True, slots=True)
class ExplainReport:
    """The explanation of a version, with the names of those it speaks of."""

    round_id: str
    version: int
    explanation: Explanation
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
