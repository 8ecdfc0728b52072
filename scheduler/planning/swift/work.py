"""Work: how much the fast search may do, by the size of the round. Counted, never timed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Work:
    """Work of one search."""

    moves: int
    """Ruin-and-recreate moves of each leg."""
    legs: int
    """Times the plan is heated up, cooled down and re-seated."""
    heat: float
    """Cost units a move may cost more, on average, when a leg begins; a sixteenth of it when it ends."""
    size: int
    """Parties in a move, at most about."""
    prices: int
    """Price adjustments of the bound."""
    reseat: int = 0
    """Parties that are re-seated in one linear model; larger plans are re-seated site by site. 0 for nobody."""


def work_for(parties: int) -> Work:
    """Return the work for so many parties."""
    if parties <= 400:
        return Work(100_000, 3, 90.0, 50, 3_000, 6_000)
    if parties <= 2_000:
        return Work(120_000, 2, 30.0, 25, 3_000, 6_000)
    if parties <= 8_000:
        return Work(600_000, 2, 30.0, 25, 2_000, 3_000)
    if parties <= 40_000:
        return Work(1_000_000, 1, 30.0, 25, 800, 3_000)
    return Work(2_000_000, 1, 30.0, 25, 300, 3_000)
