"""Effort: how much a proof may do, by the size of the round. Counted, never timed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Work of one proof."""

    listed: int
    """Pairs of sessions up to which all ways are listed; beyond that the cheapest are looked for by compiled code."""
    market: int
    """Adjustments of first prices where they are not."""
    cuts: int
    """Rounds of cuts before branching, 0 for none."""
    gain: float
    """Cost units that a round of cuts must gain for another."""
    parts: int
    """Parts of branch and bound."""
    solves: int = 1_000
    """Times the model is solved for one relaxation, at most; 0 to stay with first prices."""
    work: int = 450_000_000
    """Pivots times rows of all models together, some fifteen seconds: rounds with many binding limits solve slowly."""


def effort_for(parties: int) -> Effort:
    """Return the effort for so many parties."""
    if parties <= 400:
        return Effort(20_000_000, 0, 40, 1.0, 120)
    if parties <= 2_000:
        return Effort(20_000_000, 0, 30, 2.0, 60)
    if parties <= 8_000:
        return Effort(80_000_000, 0, 8, 20.0, 8, work=10**12)
    if parties <= 40_000:
        return Effort(0, 200, 2, 20.0, 0, 60, work=10**12)
    return Effort(0, 300, 0, 0.0, 0, 0)


def dive_effort() -> Effort:
    """Return the effort for a dive into a round, or a part of it, of some thousand parties."""
    return Effort(80_000_000, 200, 0, 0.0, 0, work=3_000_000_000)
