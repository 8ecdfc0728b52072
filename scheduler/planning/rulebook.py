"""The register of hard rules in the model: which function adds a rule, by id.

Used by the files that hold such functions. No rule stands here.
"""

from __future__ import annotations

from collections.abc import Callable

from scheduler.planning.model import PlanModel

HARD: dict[str, Callable[[PlanModel], None]] = {}
"""Rules that add something to the model, by id."""


def rule(rule_id: str) -> Callable[[Callable[[PlanModel], None]], Callable[[PlanModel], None]]:
    """Register a function as the model's form of a hard rule."""

    def register(function: Callable[[PlanModel], None]) -> Callable[[PlanModel], None]:
        HARD[rule_id] = function
        return function

    return register
