"""Keys that stand twice in an object of a JSON file; every parser drops one of the two, and nobody would notice.

Used by ``jsonfile.py`` only. Nothing of the file is kept while it is looked through.
"""

from __future__ import annotations

import json

Step = int | str
"""A key, or the index of a list."""


class _Path:
    """The way to a key that stands twice, as far as it is known; its last step first."""

    def __init__(self, step: Step, below: _Path | None = None) -> None:
        self.steps: list[Step] = [step] if below is None else [*below.steps, step]


def doubled_key(text: str) -> tuple[Step, ...] | None:
    """Return the way to a key that stands twice in one object; None where there is none.

    Args:
        text: JSON that a parser has accepted.
    """
    found = json.loads(text, object_pairs_hook=_looked_through)
    path = _in_list(found) if isinstance(found, list) else found
    return tuple(reversed(path.steps)) if isinstance(path, _Path) else None


def _looked_through(pairs: list[tuple[str, object]]) -> _Path | None:
    keys = set()
    for key, value in pairs:
        if key in keys:
            return _Path(key)
        keys.add(key)
        path = _in_list(value) if isinstance(value, list) else value
        if isinstance(path, _Path):
            return _Path(key, path)
    return None


def _in_list(values: list[object]) -> _Path | None:
    for n, value in enumerate(values):
        path = _in_list(value) if isinstance(value, list) else value
        if isinstance(path, _Path):
            return _Path(n, path)
    return None
