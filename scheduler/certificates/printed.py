"""What a drawn certificate says by its labels (栏目): the value beside each label of our forms, read from the page.

Used by offline.py to name what was altered. Only labels of forms.toml are known; whatever else stands on the paper is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from scheduler.certificates.forms import forms
from scheduler.certificates.reading import Glyph, Page

_GAP_MM = 3.0
_ROW_MM = (3.2, 6.2)
"""How far a value may stand above and below the middle of its Chinese label."""
_SAME_MM = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """Characters that follow each other on a line; mm from the page's top left corner."""

    text: str
    left: float
    right: float
    middle: float
    """Height of its middle."""
    bottom: float


def printed_values(page: Page) -> Mapping[str, str]:
    """Return the values by the key of their field, white space left out; a label that is not there has no value."""
    drawn = runs(page)
    values: dict[str, str] = {}
    for label in drawn:
        for key in _keys().get(label.text, ()):
            values.setdefault(key, _beside(label, drawn))
    return values


def printed_text(page: Page) -> str:
    """Return all that is drawn, in the order of drawing, without white space."""
    return "".join("".join(glyph.text for glyph in page.glyphs if glyph.visible).split())


def runs(page: Page) -> list[Run]:
    """Return what is drawn as runs; a gap or a jump begins a new one."""
    lines: list[list[Glyph]] = []
    for glyph in page.glyphs:
        last = lines[-1][-1] if lines else None
        if last and abs(glyph.bottom - last.bottom) < 0.5 and -0.5 < glyph.left - last.right < _GAP_MM:
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    return [_run(line) for line in lines]


def _run(line: list[Glyph]) -> Run:
    text = "".join(glyph.text for glyph in line).strip()
    middle = sum(glyph.middle[1] for glyph in line) / len(line)
    return Run(text, line[0].left, line[-1].right, middle, line[0].bottom)


def _beside(label: Run, drawn: list[Run]) -> str:
    """Return what stands right of a label in its row: the nearest run, and others that begin below or above it."""
    above, below = label.middle - _ROW_MM[0], label.middle + _ROW_MM[1]
    row = [run for run in drawn if above < run.middle < below and run.left > label.right and run.text]
    if not row:
        return ""
    first = min(run.left for run in row)
    beside = sorted((run for run in row if run.left < first + _SAME_MM), key=lambda run: run.middle)
    return "".join("".join(run.text.split()) for run in beside)


@lru_cache(maxsize=1)
def _keys() -> Mapping[str, tuple[str, ...]]:
    """Return the keys of fields by their Chinese label."""
    found: dict[str, tuple[str, ...]] = {}
    for form in forms():
        for field in form.fields:
            if field.key not in found.get(field.label.zh, ()):
                found[field.label.zh] = (*found.get(field.label.zh, ()), field.key)
    return found
