"""Run: one replan from end to end. Used through ``replan`` alone."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Reason
from scheduler.planning.bounds import relaxed_bound
from scheduler.planning.cohorts import cohorts_of, columns
from scheduler.planning.draft import Draft, cost
from scheduler.planning.finish import judge, making, written
from scheduler.planning.lawful import offenders, watched
from scheduler.planning.mixing import mixing
from scheduler.planning.problem import Problem
from scheduler.planning.progress import Progress, teller
from scheduler.planning.replan.affected import Standing, standing
from scheduler.planning.replan.crews import Repair, staffed
from scheduler.planning.replan.eject import back, eject
from scheduler.planning.replan.moves import Found, told
from scheduler.planning.replan.reasons import because
from scheduler.planning.replan.seating import MODEL_COLUMNS, Case, columns_of, left, seat, units_among
from scheduler.planning.screen import hopeless, leftovers

logger = logging.getLogger(__name__)


BOUNDED, BOUNDED_COLUMNS = 300, 6_000
"""Parties and seat variables up to which a bound is proven by seat prices."""
PRICES = 40
"""Price adjustments of it."""


class Run:
    """One replan."""

    def __init__(
        self,
        round_: Round,
        before: Plan,
        seed: int,
        time_limit_s: float | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.round, self.before, self.seed, self.time_limit_s = round_, before, seed, time_limit_s
        self.tell = teller(progress)
        self.deadline = None if time_limit_s is None else time.monotonic() + time_limit_s
        self.mixed = mixing(round_)
        self.kept = self.mixed.into(before) or before
        self.problem = Problem.of(self.mixed.round_)
        self.causes: dict[int, Reason] = {}
        """Why each party that made way did so."""
        self.moved: dict[int, int] = {}
        """For each party that ever made way, for whom."""
        self.best = Draft.empty(self.problem)

    def late(self) -> bool:
        """Tell whether the clock has run out."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    def plan(self) -> Plan:
        """Return the new plan, audited."""
        self.tell("affected", 0, 0, None, None)
        found = standing(self.problem, self.kept)
        base, repair = self._staffed(found)
        held = self._held(base, repair)
        case = Case(held, found.homes, base, units_among(held, base, set(found.why)))
        draft = self._searched(case)
        self.tell("seats", 0, 0, cost(self.problem, draft), None)
        return self._written(draft, found, repair)

    def _searched(self, case: Case) -> Draft:
        """Seat the affected, polish, and let others make way where somebody is left over."""
        self.best = case.base
        try:
            self.best = seat(case, self.seed, self.tell, self.late, self._offer)
            if case.units and columns_of(case.problem, case.mine) <= MODEL_COLUMNS and not self.late():
                self._polish(case)
            small = columns_of(case.problem, range(len(self.problem.parties))) <= MODEL_COLUMNS
            # One model of everybody moves the fewest; where it is too large, step by step comes first.
            for step in (self._make_way, self._eject) if small else (self._eject, self._make_way):
                if left(case, self.best) and not self.late():
                    self.tell("eject", 0, 0, case.worth(self.best), None)
                    step(case)
            self.best, _ = back(case, self.best, {p: self.moved[p] for p in case.elsewhere(self.best)})
        except KeyboardInterrupt:
            logger.info("interrupted; the best plan so far is kept")
        for p in case.elsewhere(self.best):
            self.causes[p] = because("ejected", self.problem.parties[self.moved[p]].id)
        return self.best

    def _offer(self, draft: Draft) -> None:
        self.best = draft

    def _polish(self, case: Case) -> None:
        from scheduler.planning.replan.polish import polish  # ortools takes longer to import than many replans take

        self.tell("polish", 0, 0, case.worth(self.best), None)
        self.best = polish(case, self.best, self.seed, self.left_s())

    def _eject(self, case: Case) -> None:
        draft, moved = eject(case, self.best, self.late)
        self.moved |= moved
        self.best = draft

    def _make_way(self, case: Case) -> None:
        from scheduler.planning.replan.polish import make_way

        draft, moved = make_way(case, self.best, self.seed, self.left_s())
        self.moved |= moved
        self.best = draft

    def left_s(self) -> float | None:
        """Return the seconds left, None without a limit."""
        return None if self.deadline is None else self.deadline - time.monotonic()

    def _staffed(self, found: Standing) -> tuple[Draft, Repair]:
        """Give everybody who stays their examiners; whose session cannot be staffed, or breaks a rule now, is affected."""
        while True:
            base, short, repair = staffed(self.problem, found.at, self.kept)
            base, short = self._shared(base, short)
            if short:
                for p in sorted({p for s in short for p in repair.members[s]}):
                    found.free(p, because("examiner-count"))
                continue
            wrong = offenders(self.problem, base.at, base.staff) if watched(self.problem) else set()
            if not wrong:
                return base, repair
            for p in sorted(wrong):
                found.free(p, because(self._rule(p)))

    def _rule(self, p: int) -> str:
        """Return the rule of those that single steps do not see by which a party most likely cannot stay."""
        if self.problem.together.get(self.problem.parties[p].group_id) == "fragments":
            return "group-together"
        return "no-mutual-exchange" if self.problem.policy.no_mutual_exchange else "rotation"

    def _shared(self, base: Draft, short: list[int]) -> tuple[Draft, list[int]]:
        """Staff what is short by changes among the crews of its day; return what is short still."""
        still: list[int] = []
        for s in short:
            from scheduler.planning.replan.polish import share

            crews = share(self.problem, base, s, self.seed)
            if crews is None:
                still.append(s)
            else:
                base = Draft(base.at, {**base.staff, **crews})
        return base, still

    def _held(self, base: Draft, repair: Repair) -> Problem:
        """Return the problem in which those who serve where somebody stays go on serving there."""
        if not self.problem.policy.examiners_on:
            return self.problem
        return replace(self.problem, held={s: crew for s, crew in base.staff.items() if repair.members.get(s)})

    def _bound(self, known: int) -> int | None:
        """Return a proven bound of the round, None where that is not a matter of a moment."""
        problem = self.problem if self.mixed.complete else Problem.of(self.mixed.loosened())
        parties = range(len(problem.parties))
        if len(parties) > BOUNDED or self.late():
            return None
        hopeless_cost = problem.policy.weights.unplaced * int(
            sum(problem.heads[p] for p in parties if not problem.hopeful(p))
        )
        everyone = cohorts_of(problem, parties)
        if columns(everyone, np.ones(len(problem.table), dtype=np.bool_)) > BOUNDED_COLUMNS:
            return None
        return relaxed_bound(problem, everyone, known - hopeless_cost, PRICES, self.late) + hopeless_cost

    def _written(self, draft: Draft, found: Standing, repair: Repair) -> Plan:
        problem = self.problem
        plan = written(self.round, problem, draft, leftovers(problem, draft, hopeless(problem)), keep=self.kept)
        plan = self.mixed.back(plan, self.round)
        names = problem.parties
        known = Found(
            {names[p].id: reason for p, reason in {**found.why, **self.causes}.items()},
            {names[p].id: reason for (p, _), reason in found.seats.items()},
            repair.lost,
        )
        plan = replace(
            plan,
            bound=self._bound(plan.cost),
            making=making(self.seed, self.time_limit_s, keep="yes"),
            replanned=told(self.before, plan, known, self.round.policy.move_cost),
        )
        judge(self.round, plan)
        return plan
