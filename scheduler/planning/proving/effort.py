"""Effort: how much a proof may do, by the size of the round. Counted, never timed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Work of one proof."""

    listed: int
    """Ways up to which all of them are listed; beyond that cheapest ways are looked for by compiled code."""
    market: int
    """Adjustments of first prices where ways are not listed."""
    cuts: int
    """Rounds of cuts before branching, 0 for none."""
    gain: float
    """Cost units that a round of cuts must gain for another."""
    parts: int
    """Parts of branch and bound."""


def effort_for(parties: int) -> Effort:
    """Return the effort for so many parties."""
    if parties <= 400:
        return Effort(15_000_000, 0, 40, 1.0, 240)
    if parties <= 2_000:
        return Effort(15_000_000, 0, 30, 2.0, 120)
    if parties <= 8_000:
        return Effort(15_000_000, 0, 6, 20.0, 12)
    if parties <= 40_000:
        return Effort(0, 200, 0, 0.0, 0)
    return Effort(0, 200, 0, 0.0, 0)
