"""One CP-SAT solve, reproducible: one worker, deterministic work instead of the clock, and Ctrl-C that keeps the best so far.

Used by the exact solve, the improvement and the crews. Nothing of the planning problem is known here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


@dataclass(frozen=True, slots=True)
class Effort:
    """How much work a solve may do."""

    work: float
    """Deterministic units; one is roughly one to four seconds of a core."""
    seed: int
    wall_s: float | None = None
    """Clock limit in seconds, only where the user asked for one."""
    linearization: int = 2
    gap: float = 0.0
    """Relative gap at which to stop."""


@dataclass(slots=True)
class Answer:
    """What a solve found."""

    solver: cp_model.CpSolver
    found: bool
    optimal: bool
    infeasible: bool
    interrupted: bool
    bound: float
    """Proven bound of the objective, valid whatever was found."""


def run(model: cp_model.CpModel, effort: Effort, tell: Callable[[float, float], None] | None = None) -> Answer:
    """Solve a model; ``tell`` hears every better solution with its cost and bound."""
    from ortools.sat.python import cp_model  # it brings pandas along, a second that the first plan need not wait for

    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = 1
    parameters.random_seed = effort.seed
    parameters.max_deterministic_time = effort.work
    parameters.linearization_level = effort.linearization
    parameters.relative_gap_limit = effort.gap
    parameters.catch_sigint_signal = False
    if effort.wall_s is not None:
        parameters.max_time_in_seconds = max(0.01, effort.wall_s)
    status, interrupted = _solve(solver, model, _watch(tell) if tell else None)
    found = status in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    return Answer(
        solver,
        found,
        status == cp_model.OPTIMAL,
        status == cp_model.INFEASIBLE,
        interrupted,
        solver.best_objective_bound if status != cp_model.INFEASIBLE else float("inf"),
    )


def _watch(tell: Callable[[float, float], None]) -> cp_model.CpSolverSolutionCallback:
    from ortools.sat.python import cp_model

    class Watch(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            tell(self.objective_value, self.best_objective_bound)

    return Watch()


def _solve(
    solver: cp_model.CpSolver, model: cp_model.CpModel, watch: cp_model.CpSolverSolutionCallback | None
) -> tuple[object, bool]:
    """Solve in a thread, so that Ctrl-C reaches this one while the solver works."""
    kept: list[object] = []
    done = threading.Event()

    def work() -> None:
        try:
            kept.append(solver.solve(model, watch))
        except BaseException as error:  # noqa: BLE001 - carried over to the caller's thread
            kept.append(error)
        finally:
            done.set()

    interrupted = False
    threading.Thread(target=work, daemon=True).start()
    # An event, not join: a join that Ctrl-C breaks takes the thread for ended.
    while not done.is_set():
        try:
            done.wait(0.2)
        except KeyboardInterrupt:
            interrupted = True
            solver.stop_search()
    if isinstance(kept[0], BaseException):
        raise kept[0]
    return kept[0], interrupted
