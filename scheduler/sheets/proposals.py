"""Which column an unfamiliar heading may mean: a spelling it contains or is contained in, else the nearest one."""

from __future__ import annotations

import difflib
from collections.abc import Container

from scheduler.sheets.columns import Table, fold, lookup

_SHORTEST = 2


def nearest(heading: str, table: Table, taken: Container[str] = ()) -> str | None:
    """Return the key of the column that a heading most likely means; None when none is near.

    Args:
        taken: Keys of columns that the sheet has already.
    """
    said = fold(heading)
    known = {spelling: key for spelling, key in lookup(table).items() if key not in taken}
    within = [s for s in known if len(s) >= _SHORTEST and (s in said or (len(said) >= _SHORTEST and said in s))]
    if within:
        return known[max(within, key=lambda s: (min(len(s), len(said)), -len(s), s))]
    close = difflib.get_close_matches(said, known, n=1, cutoff=0.6)
    return known[close[0]] if close else None
