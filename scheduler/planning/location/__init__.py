"""Location: rounds that are nothing but the choice of sessions and of one for each party, solved close to the bound.

The seam is two functions: ``applies`` tells whether a round is of this kind, ``search`` plans it.
"""

from __future__ import annotations

from scheduler.planning.location.case import applies
from scheduler.planning.location.hunt import search

__all__ = ["applies", "search"]
