"""Pace: how much work each part of the search may do, by the size of the round. Work is counted, never timed.

Used by the solve. The figures aim at 5 s for a county, 15 s for a college on one core of 2026.
"""

from __future__ import annotations

from dataclasses import dataclass

HOT, WARM = (600.0, 30.0), (150.0, 1.0)
"""For rounds of few sessions: one more or less is a large step. Many sessions want less heat."""


@dataclass(frozen=True, slots=True)
class Near:
    """How neighbourhoods are solved."""

    rounds: int
    parties: int
    """Most parties in a neighbourhood."""
    work: float
    """Deterministic units each."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Work of one search."""

    restarts: int
    """Starts from which ruin and recreate sets out."""
    moves: int
    """Moves from each of them, and once more from the best."""
    hot: tuple[float, float]
    """Cost units one of them may easily cost more, at the beginning and at the end of a way from a start."""
    warm: tuple[float, float]
    """As ``hot``, for the way from the best."""
    first_prices: int
    """Price adjustments of the bound right after the starts, where a proof may already be at hand."""
    prices: int
    """Price adjustments of the bound after ruin and recreate."""
    first_exact: float
    """Deterministic units for one model of everything before the neighbourhoods, 0 for none."""
    near: Near
    last_exact: float
    """As ``first_exact``, after them."""


def pace_of(parties: int, columns: int) -> Pace:
    """Return the pace for so many parties and seat variables of the whole model."""
    if columns <= 1_000 and parties <= 60:
        return Pace(1, 100, HOT, WARM, 40, 150, 8.0, Near(4, 30, 0.3), 0.0)
    if columns <= 1_000:
        return Pace(1, 200, HOT, WARM, 30, 100, 1.5, Near(6, 120, 0.3), 0.0)
    if columns <= 6_000:
        return Pace(2, 400, HOT, WARM, 30, 300, 0.0, Near(6, 40, 0.2), 1.0)
    if parties <= 250:
        return Pace(3, 500, HOT, WARM, 0, 200, 0.0, Near(8, 50, 0.3), 0.0)
    if parties <= 500:
        return Pace(4, 450, (150.0, 15.0), (100.0, 1.0), 0, 120, 0.0, Near(8, 30, 0.3), 0.0)
    return Pace(1, 1500, (100.0, 10.0), (30.0, 1.0), 0, 80, 0.0, Near(12, 50, 0.3), 0.0)
