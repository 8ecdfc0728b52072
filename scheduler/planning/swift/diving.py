"""Diving: the start of the fast search from linear models, one for a small round, one for each block of a large one.

Used by the search. The models say what to open and who sits where; the board calls the crews, and seats whoever is left.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Executor

import numpy as np

from scheduler.executors.workers import Inline, done
from scheduler.planning.draft import Draft
from scheduler.planning.problem import Problem
from scheduler.planning.proving import dive_effort
from scheduler.planning.proving.dive import Dived, dive
from scheduler.planning.proving.part import Part, part_of
from scheduler.planning.swift.blocks_map import Map
from scheduler.planning.swift.board import Board
from scheduler.planning.table import IntArray

BLOCK = 7_000
"""Candidates in one model, about."""
ONE_MODEL = 8_000
"""Parties up to which one model holds the whole round."""
MENDING, MENDED = 500, 100
"""Moves for each candidate whom the models leave out, and for how many at most."""
COOL, FEW = 3.0, 10
"""Heat and size of these moves."""


def dived(
    board: Board, still: Draft, executor: Executor, tell: Callable[[int, int], None], stop: Callable[[], bool]
) -> Board | None:
    """Return a board with a plan from the models, and their prices as its guide; None when stopped.

    Args:
        board: A complete plan, by which a large round is divided.
        still: The seats of those who stay where they are.
        executor: Where the models are solved.
        tell: Told models solved and models in all.
        stop: Asked between models, and within them where they are solved in this process.
    """
    if stop():
        return None
    problem = board.problem
    draft, prices = still.copy(), np.zeros(len(problem.table))
    taken = still.heads(problem)
    asked = (stop,) if isinstance(executor, Inline) else ()
    parts = list(_parts(board))
    each = max(1, board.best // max(1, len(problem.parties)))
    tasks = (
        (part, (part.problem, dive_effort(), taken[part.sessions], each * len(part.parties), *asked)) for part in parts
    )
    for n, (part, found) in enumerate(done(executor, dive, tasks, stop)):
        tell(n + 1, len(parts))
        if found is not None:
            _enter(part, found, draft)
            prices[part.sessions] = found.prices
    if stop():
        return None
    _part_rivals(problem, draft, still)
    board.guide(prices)
    deep = board.taking(draft)
    # The models know nothing of examiners' diaries: whom a crew could not be found for looks for another place.
    deep.anneal(MENDING * min(deep.left, MENDED), COOL, FEW)
    return deep


def _enter(part: Part, found: Dived, draft: Draft) -> None:
    seats = part.whole(found.seats)
    draft.at[part.parties] = -1
    draft.at[part.parties, :2] = seats[:, : draft.at.shape[1]]


def _parts(board: Board) -> Iterator[Part]:
    """Yield the round without those who stay or come as several; in blocks where it is large."""
    problem = board.problem
    movers = set(board.movers.tolist())
    single = [u.parties[0] for n, u in enumerate(board.units) if n in movers and len(u.parties) == 1]
    parties = np.array(single, dtype=np.int64)
    sessions = np.arange(len(problem.table))
    if len(parties) <= ONE_MODEL:
        yield part_of(problem, parties, sessions)
        return
    draft = board.draft()
    load = draft.heads(problem)
    reach = problem.reach[[unit.parties[0] for unit in board.units]]
    block = Map.of(board.given, reach).drawn(load, BLOCK, random.Random(board.seed))
    home = _home(problem, parties, draft, block)
    for number in np.unique(home).tolist():
        yield part_of(problem, parties[home == number], sessions[block == number])


def _home(problem: Problem, parties: IntArray, draft: Draft, block: IntArray) -> IntArray:
    """Return the block in which each party sits last, or has most choices."""
    home = np.zeros(len(parties), dtype=np.int64)
    for n, p in enumerate(parties.tolist()):
        last = int(draft.at[p, len(problem.due[p]) - 1])
        choices = problem.domains[p][-1]
        home[n] = block[last] if last >= 0 else np.bincount(block[choices]).argmax()
    return home


def _part_rivals(problem: Problem, draft: Draft, still: Draft) -> None:
    """Take the seats of those in a session that overlaps a larger one in its room."""
    heads = draft.heads(problem)
    kept = set(still.in_use().tolist())
    for s in sorted(draft.in_use().tolist(), key=lambda s: (s not in kept, -int(heads[s]), s)):
        if s not in kept and any(int(r) in kept for r in problem.rivals(s)):
            draft.at[(draft.at == s).any(axis=1)] = -1
        else:
            kept.add(s)
