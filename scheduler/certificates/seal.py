"""The drawn seal (印章): a red round stamp as SVG. It is a picture only; signatures are another matter.

Used by faces.py. The name runs round the circle, a star stands in the middle, the purpose below it.
"""

from __future__ import annotations

import math
from xml.sax.saxutils import escape

_RED = "#c8161d"
_RADIUS = 20.0
"""Outer radius of the stamp in its own units; the picture is 2 x 21 units wide."""
_FAMILY = "'Noto Serif CJK SC','Noto Sans CJK SC',serif"


def seal_svg(name: str, purpose: str) -> str:
    """Return the seal of an institution.

    Args:
        name: Full name, readable from 4 to about 30 characters; longer names grow narrower, never shorter.
        purpose: Such as 职业技能评价专用章; may be empty.

    Returns:
        SVG of 42 x 42 units, transparent outside the stamp.
    """
    return "".join([
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-21 -21 42 42" width="42" height="42">',
        f'<g fill="{_RED}" font-family="{_FAMILY}" font-weight="700" text-anchor="middle">',
        f'<circle r="{_RADIUS - 0.6}" fill="none" stroke="{_RED}" stroke-width="1.2"/>',
        f'<polygon points="{_star(5.6)}"/>',
        *_ring(name), _line(purpose), "</g></svg>",
    ])  # fmt: skip


def _star(radius: float) -> str:
    points = []
    for n in range(10):
        r, angle = radius if n % 2 == 0 else radius * 0.382, n * math.pi / 5
        points.append(f"{r * math.sin(angle):.2f},{-r * math.cos(angle) - 0.6:.2f}")
    return " ".join(points)


def _ring(name: str) -> list[str]:
    """Return the characters of the name on the upper arc, their feet towards the middle."""
    count = len(name)
    # The arc grows with the name up to 240 degrees, which leaves the purpose its line; then the characters grow narrower instead.
    span = min(240.0, 26.0 * max(count - 1, 0))
    step = span / max(count - 1, 1)
    height = 4.5 if count <= 14 else 4.0
    baseline = _RADIUS - 2.1 - height * 0.86
    room = math.radians(step) * (baseline + height * 0.25) if count > 1 else height
    narrow = min(1.0, room / height)
    return [
        f'<g transform="rotate({-span / 2 + step * n:.2f}) translate(0 {-baseline:.2f}) scale({narrow:.3f} 1)">'
        f'<text font-size="{height}">{escape(character)}</text></g>'
        for n, character in enumerate(name)
    ]


def _line(purpose: str) -> str:
    if not purpose:
        return ""
    size = min(2.7, 22 / len(purpose))
    return f'<text x="0" y="13" font-size="{size:.2f}">{escape(purpose)}</text>'
