"""The audit is a second pair of eyes: of the planning workshop it may read only the files both sides are judged by."""

from __future__ import annotations

import grimp
import pytest

SHARED = {"jsonfile", "jsonkeys", "planfile", "roundallot", "roundfaults", "roundfile", "roundlocks", "rules"}
"""The catalogue of rules, and the reading of round and plan files."""
AUDIT = {
    "audit",
    "audit_allotment",
    "audit_day",
    "audit_examiners",
    "audit_parties",
    "audit_places",
    "audit_reading",
    "audit_rotation",
    "recount",
    "recount_spread",
}
PLANNING = "scheduler.planning"


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("scheduler", cache_dir=None)


def in_planning(modules: set[str]) -> set[str]:
    return {name.removeprefix(f"{PLANNING}.") for name in modules if name.startswith(f"{PLANNING}.")}


def test_audit_reaches_only_what_both_sides_share(graph: grimp.ImportGraph) -> None:
    reached = in_planning(graph.find_upstream_modules(f"{PLANNING}.audit"))
    assert reached - SHARED - AUDIT == set()


def test_every_file_of_the_audit_is_named(graph: grimp.ImportGraph) -> None:
    assert {name for name in in_planning(graph.modules) if name.startswith("audit")} - AUDIT == set()


def test_what_is_shared_knows_nothing_of_the_model(graph: grimp.ImportGraph) -> None:
    reached = set().union(*(in_planning(graph.find_upstream_modules(f"{PLANNING}.{name}")) for name in SHARED))
    assert reached - SHARED == set()


def test_model_does_not_ask_the_audit(graph: grimp.ImportGraph) -> None:
    """The model reaching for the audit's own counting would let one mistake pass both."""
    asked = in_planning(graph.find_upstream_modules(f"{PLANNING}.model"))
    assert asked & AUDIT == set()
