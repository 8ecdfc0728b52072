"""Work: how much the fast search may do, by the size of the round. Counted, never timed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Work:
    """Work of one search."""

    moves: int
    """Ruin-and-recreate moves of each leg, for each plan that is annealed."""
    legs: int
    """Times plans are heated up, cooled down and re-seated."""
    heat: float
    """Cost units a move may cost more, on average, when a leg begins; a sixteenth of it when it ends."""
    size: int
    """Parties in a move, at most about."""
    reseat: int = 0
    """Parties that are re-seated in one linear model; larger plans are re-seated in parts. 0 for nobody."""
    anew: bool = False
    """Whether each leg but the last begins at the start, as suits few sessions; otherwise at the best so far."""


def work_for(parties: int) -> Work:
    """Return the work for so many parties."""
    if parties <= 400:
        return Work(25_000, 12, 40.0, 25, 6_000, anew=True)
    if parties <= 2_000:
        return Work(130_000, 4, 20.0, 25, 6_000)
    if parties <= 8_000:
        return Work(400_000, 2, 30.0, 25, 3_000)
    if parties <= 40_000:
        return Work(1_000_000, 1, 30.0, 25, 3_000)
    return Work(2_000_000, 1, 30.0, 25, 3_000)
