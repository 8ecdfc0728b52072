"""Allotment: how many of each kind of candidates sit where, by a linear model that is made whole step by step.

The model knows seats, openings and the most of a fragment; it leaves few fragments too small, few pairs of institutions that
exchange, few fractions. Each step decides the plainest of them and solves again. Used by the search where ``counts_of`` says so.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from scheduler.planning.draft import Draft, cost
from scheduler.planning.location.again import Again
from scheduler.planning.location.counts import Counts, counts_of
from scheduler.planning.location.flow import Flow
from scheduler.planning.problem import Problem
from scheduler.planning.table import IntArray

Tell = Callable[[str, int, int, int | None, int | None], None]
Floats = npt.NDArray[np.float64]
STEPS = 80
MOST_WHOLE = 1_000
"""Pairs up to which everything is counted again at once, and mostly proven."""
SEATS_EACH = 25
"""Cheapest sessions of each kind of candidates, at the prices of the linear model, that are looked at."""
NEAR = 6
"""Sessions around one that are counted again together with it."""
PART_WORK = 0.3
"""Units of work of one such part."""
PLACE_WORK = 0.6
"""Units of work of a part that is counted again for somebody without a place."""
SHARE = 0.25
"""Share of what is broken that a step decides."""
CLOSE = 1e-6


def search(problem: Problem, seed: int, work: float, tell: Tell, stop: Callable[[], bool]) -> tuple[Draft, int]:
    """Return the best draft found, and a number no plan costs less than.

    Args:
        problem: A round that ``counts_of`` counts.
        seed: Of the order in which parts are looked at again.
        work: Units, about seconds of one core.
        tell: Hears stage, steps done and in all, cost and bound.
        stop: Asked between steps; True ends the search with what it has.

    Raises:
        ValueError: The round cannot be counted.
    """
    counts = counts_of(problem)
    if counts is None:
        raise ValueError(problem.round_.id)
    count, bound = allotted(counts, tell, stop)
    if len(count) <= MOST_WHOLE and not stop():
        whole = Again(counts, count, np.ones(len(count), dtype=np.bool_))
        outside = worth(counts, count) - whole.now
        better, least = whole.solved(work)
        count, bound = count if better is None else better, max(bound, least + outside)
    elif counts.pieces or (counts.exchange >= 0).any():
        count = mended(counts, count, bound, (seed, work), (tell, stop))
    return counts.draft(count), min(bound, worth(counts, count))


def worth(counts: Counts, count: IntArray) -> int:
    """Return the cost of a count."""
    return cost(counts.problem, counts.draft(count))


def mended(
    counts: Counts, count: IntArray, bound: int, pace: tuple[int, float], asked: tuple[Tell, Callable[[], bool]]
) -> IntArray:
    """Count the surroundings of one site after another again, each exactly; keep what is cheaper."""
    (seed, work), (tell, stop) = pace, asked
    table, heads = counts.problem.table, counts.heads
    each = np.full((len(counts.cohorts), len(table)), np.inf)
    each[counts.cohort, counts.session] = counts.cost / heads[counts.cohort]
    each = np.minimum(each, counts.problem.policy.weights.unplaced)
    count = placed(counts, count, each, stop)
    sessions = np.unique(counts.session)
    total = max(1, int(work / PART_WORK))
    order = np.random.default_rng(seed).permutation(sessions)
    since = 0
    for n in range(total):
        centre = int(order[n % len(order)])
        people = np.unique(counts.cohort[(counts.session == centre) & (count > 0)])
        if len(people):
            near = sessions[np.argsort(each[np.ix_(people, sessions)].mean(axis=0), kind="stable")[:NEAR]]
            free = np.isin(table.site[counts.session], table.site[np.append(near, centre)])
            better, _ = Again(counts, count, free).solved(PART_WORK)
            count, since = (count, since + 1) if better is None else (better, 0)
        if n % 10 == 0 or n + 1 == total:
            now = worth(counts, count)
            tell("improve", n + 1, total, now, bound)
            if stop() or now <= bound or since >= len(order):
                break
    return count


def placed(counts: Counts, count: IntArray, each: Floats, stop: Callable[[], bool]) -> IntArray:
    """Count again where somebody has no place: their nearest sites together with the nearest free seats, so that chains of changes link them."""
    table = counts.problem.table
    for k in [*np.flatnonzero(_rest(counts, count)[0])] * 2:
        left, free = _rest(counts, count)
        if not left[k] or stop():
            continue
        own = counts.session[counts.cohort == k]
        near = own[np.argsort(each[k, own], kind="stable")[:NEAR]]
        people = np.unique(counts.cohort[np.isin(counts.session, near) & (count > 0)])
        spare = np.flatnonzero(free > 0)
        if len(people):
            spare = spare[np.argsort(each[np.ix_(people, spare)].min(axis=0), kind="stable")]
        chosen = table.site[np.append(near, spare[:NEAR])]
        better, _ = Again(counts, count, np.isin(table.site[counts.session], chosen)).solved(PLACE_WORK)
        count = count if better is None else better
    return count


def _rest(counts: Counts, count: IntArray) -> tuple[IntArray, IntArray]:
    """Return how many of each kind have no place, and the free seats of each session."""
    taken = np.bincount(counts.session, count * counts.heads[counts.cohort], len(counts.problem.table))
    left = counts.sizes - np.bincount(counts.cohort, count, len(counts.cohorts)).astype(np.int64)
    return left, counts.problem.table.capacity - taken.astype(np.int64)


def allotted(counts: Counts, tell: Tell, stop: Callable[[], bool]) -> tuple[IntArray, int]:
    """Return how many of each pair sit there, lawful as a whole, and a number that no plan costs less than.

    Args:
        counts: The round.
        tell: Hears stage, steps done and in all, cost and bound.
        stop: Asked between steps; True ends the search with what it has.
    """
    flow = Flow(counts)
    bound = flow.bound() if flow.solved() is not None else 0
    kept = flow.cheap(SEATS_EACH)
    part = counts.only(kept)
    flow = Flow(part)
    count = np.zeros(len(part.cohort))
    for step in range(STEPS):
        now = flow.solved()
        tell("improve", step + 1, STEPS, None, bound)
        if now is None:
            flow.relent()
            continue
        count = now
        if stop() or not decided(part, flow, now):
            break
    whole = np.zeros(len(kept), dtype=np.int64)
    whole[kept] = np.floor(count + CLOSE).astype(np.int64)
    return filled(counts, lawful(counts, whole)), bound


def decided(counts: Counts, flow: Flow, count: Floats) -> bool:
    """Decide some of what is broken; tell whether anything was."""
    ways = counts.both_ways(count)
    for n in np.flatnonzero(ways.min(axis=1) > CLOSE).tolist():
        flow.shut(np.flatnonzero((counts.exchange == n) & (counts.side == ways[n].argmin())))
    sizes = counts.sizes_of_pieces(count)
    small = [n for n, piece in enumerate(counts.pieces) if CLOSE < sizes[n] < piece.least - CLOSE]
    small.sort(key=lambda n: (sizes[n] / counts.pieces[n].least, -n), reverse=True)
    for n in small[: max(1, int(SHARE * len(small)))]:
        # Given up, a small fragment comes back at the next place; made larger, it moves a few people of its own group.
        if not flow.force(n):
            flow.shut(counts.pieces[n].pairs)
    torn = _torn(counts, sizes)
    for keep, others in torn[: max(1, int(SHARE * len(torn)))]:
        for n in others:
            if n != keep:
                flow.shut(counts.pieces[n].pairs)
    if flow.shut_now or small or torn:
        flow.shut_now = False
        return True
    parts = np.flatnonzero(np.abs(count - np.rint(count)) > CLOSE)
    order = parts[np.argsort(-(count[parts] % 1), kind="stable")]
    for pair in order[: max(1, int(SHARE * len(order)))].tolist():
        flow.fix(pair, int(np.rint(count[pair])))
    return len(order) > 0


def _torn(counts: Counts, heads: Floats) -> list[tuple[int, list[int]]]:
    """Return the groups kept together that sit in several places, the most decided first: piece to keep, and all pieces."""
    there: dict[int, list[int]] = {}
    for n, piece in enumerate(counts.pieces):
        if piece.group in counts.single:
            there.setdefault(piece.group, []).append(n)
    found = []
    for members in there.values():
        used = [n for n in members if heads[n] > CLOSE]
        if len(used) > 1:
            keep = max(used, key=lambda n: (heads[n], -n))
            found.append((heads[keep] / heads[used].sum(), keep, members))
    return [(keep, members) for _, keep, members in sorted(found, reverse=True)]


def lawful(counts: Counts, count: IntArray) -> IntArray:
    """Return a count without what breaks a rule: the smaller side of exchanges, fragments out of size, torn groups."""
    whole = count.copy()
    ways = counts.both_ways(whole)
    for n in np.flatnonzero(ways.min(axis=1) > 0).tolist():
        whole[(counts.exchange == n) & (counts.side == ways[n].argmin())] = 0
    sizes = counts.sizes_of_pieces(whole)
    best: dict[int, int] = {}
    for n, piece in enumerate(counts.pieces):
        if not piece.least <= sizes[n] <= piece.most:
            whole[list(piece.pairs)] = 0
        elif piece.group in counts.single and sizes[n] > sizes[best.get(piece.group, n)] * (piece.group in best):
            best[piece.group] = n
    for n, piece in enumerate(counts.pieces):
        if piece.group in counts.single and best.get(piece.group, n) != n:
            whole[list(piece.pairs)] = 0
    return whole


def filled(counts: Counts, count: IntArray) -> IntArray:
    """Seat who is left where seats are free and no rule is broken, the cheapest seats first."""
    whole, heads, problem = count.copy(), counts.heads, counts.problem
    ways = np.append(counts.both_ways(whole), np.zeros((1, 2)), axis=0)
    left, free = _rest(counts, whole)
    for pair in np.argsort(counts.cost / heads[counts.cohort], kind="stable").tolist():
        k, s = int(counts.cohort[pair]), int(counts.session[pair])
        more = int(min(left[k], free[s] // heads[k]))
        if more <= 0 or counts.cost[pair] >= problem.policy.weights.unplaced * heads[k]:
            continue
        if counts.piece[pair] >= 0:
            more = _room_in(counts, whole, pair, more)
        if more <= 0 or ways[counts.exchange[pair], 1 - counts.side[pair]] > 0:
            continue
        whole[pair] += more
        left[k] -= more
        free[s] -= more * heads[k]
        if counts.exchange[pair] >= 0:
            ways[counts.exchange[pair], counts.side[pair]] += more
    return whole


def _room_in(counts: Counts, whole: IntArray, pair: int, more: int) -> int:
    """Return how many of so many more the piece of a pair takes."""
    piece, heads = counts.pieces[counts.piece[pair]], int(counts.heads[counts.cohort[pair]])
    size = int(counts.people(whole)[list(piece.pairs)].sum())
    if piece.group in counts.single and not size and counts.sizes_of_pieces(whole)[counts.group == piece.group].any():
        return 0
    more = min(more, (piece.most - size) // heads)
    return more if size + more * heads >= piece.least else 0
