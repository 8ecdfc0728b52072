"""Draws the guilloche grounds of the certificates: ``python make_guilloche.py`` writes ground-*.svg beside itself.

Curves only, no chance: the same script gives the same files. One unit is 0.05 mm. Every stroke costs drawing time on
each certificate, so the curves are few and each is a chain of cubic pieces fitted by its derivative.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

Curve = Callable[[float], tuple[float, float]]
UNITS = 20
BAND = (9.2, 17.6)
"""Distance of the woven band from the edge of the paper, outer and inner, mm."""


def path(curve: Curve, pieces: int, *, closed: bool) -> str:
    """Return SVG path data of a curve over 0 to 1, in relative whole units."""
    step, tiny = 1 / pieces, 1e-5
    data, here = [], (0, 0)
    for n in range(pieces):
        a, b = n * step, (n + 1) * step
        p, q = curve(a), curve(b)
        dp = _slope(curve, a, tiny)
        dq = _slope(curve, b, tiny)
        if n == 0:
            here = _whole(p)
            data.append(f"M{here[0]} {here[1]}")
        handles = (
            (p[0] + dp[0] * step / 3, p[1] + dp[1] * step / 3),
            (q[0] - dq[0] * step / 3, q[1] - dq[1] * step / 3),
            q,
        )
        rounded = [_whole(point) for point in handles]
        data.append("c" + " ".join(f"{x - here[0]} {y - here[1]}" for x, y in rounded).replace(" -", "-"))
        here = rounded[-1]
    return "".join(data) + ("z" if closed else "")


def _slope(curve: Curve, at: float, tiny: float) -> tuple[float, float]:
    (x0, y0), (x1, y1) = curve(at - tiny), curve(at + tiny)
    return (x1 - x0) / (2 * tiny), (y1 - y0) / (2 * tiny)


def _whole(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0] * UNITS), round(point[1] * UNITS)


def rosette(centre: tuple[float, float], radius: float, petals: int, depth: float, turn: float) -> Curve:
    """Return a closed curve with petals; depth 0 is a circle."""

    def curve(t: float) -> tuple[float, float]:
        angle = 2 * math.pi * t
        r = radius * (1 + depth * math.cos(petals * angle + turn))
        return centre[0] + r * math.cos(angle), centre[1] + r * math.sin(angle)

    return curve


def strand(start: tuple[float, float], end: tuple[float, float], periods: int, phase: float) -> Curve:
    """Return one wave of the woven band from start to end, its swing swelling along the way."""
    length = math.dist(start, end)
    along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    swing = (BAND[1] - BAND[0]) / 2 - 0.7

    def curve(t: float) -> tuple[float, float]:
        swell = swing * (0.8 + 0.2 * math.cos(2 * math.pi * t * periods / 4))
        y = swell * math.sin(2 * math.pi * (t * periods + phase))
        x = t * length
        return start[0] + along[0] * x - along[1] * y, start[1] + along[1] * x + along[0] * y

    return curve


def sides(width: float, height: float) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return the four middle lines of the band, between the corner rosettes."""
    middle, gap = sum(BAND) / 2, BAND[1] + 3.2
    return [
        ((gap, middle), (width - gap, middle)),
        ((width - middle, gap), (width - middle, height - gap)),
        ((width - gap, height - middle), (gap, height - middle)),
        ((middle, height - gap), (middle, gap)),
    ]


def ground(width: float, height: float, ink: dict[str, str], petals: int, heart: tuple[float, float, float]) -> str:
    """Return the whole ground as SVG: paper tone, watermark rosette, woven band, rules and corners.

    Args:
        ink: Colours of ``paper``, ``line``, ``weave``, ``deep`` and ``water``.
        petals: Petals of the watermark.
        heart: Centre and outer radius of the watermark, mm.
    """
    rings = [(0.74, 0.34, 12), (0.3, 0.42, 6)]
    water = [
        path(rosette(heart[:2], heart[2] * size, petals, depth, 2 * math.pi * k / n), petals * 4, closed=True)
        for size, depth, n in rings
        for k in range(n)
    ]
    weave = []
    for start, end in sides(width, height):
        periods = round(math.dist(start, end) / 7.4 / 4) * 4
        weave += [path(strand(start, end, periods, k / 5), periods * 3, closed=False) for k in range(5)]
    corner = sum(BAND) / 2 + 0.6
    corners, discs = [], []
    for centre in ((x, y) for x in (corner, width - corner) for y in (corner, height - corner)):
        cx, cy = _whole(centre)
        discs.append(f'<circle cx="{cx}" cy="{cy}" r="{round(6.7 * UNITS)}"/>')
        corners += [
            path(rosette(centre, r, 8, d, t), 32, closed=True)
            for r, d, t in ((4.9, 0.22, 0), (4.9, 0.22, math.pi), (2.6, 0.35, 0), (2.6, 0.35, math.pi))
        ]
    view = f'viewBox="0 0 {round(width * UNITS)} {round(height * UNITS)}"'
    return "".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" {view}>',
        f'<rect width="100%" height="100%" fill="{ink["paper"]}"/><g fill="none">',
        f'<path stroke="{ink["water"]}" stroke-width="5" d="{"".join(water)}"/>',
        f'<path stroke="{ink["weave"]}" stroke-width="4.4" d="{"".join(weave)}"/>',
        _rule(width, height, 7.2, 16, ink["deep"]), _rule(width, height, 8.5, 4, ink["line"]),
        _rule(width, height, 18.3, 4, ink["line"]), _rule(width, height, 19.3, 10, ink["deep"]),
        f'</g><g fill="{ink["paper"]}" stroke="{ink["deep"]}" stroke-width="8">{"".join(discs)}</g>',
        f'<path fill="none" stroke="{ink["line"]}" stroke-width="5" d="{"".join(corners)}"/></svg>',
    ])  # fmt: skip


def _rule(width: float, height: float, inset: float, thick: float, colour: str) -> str:
    x, w, h = round(inset * UNITS), round((width - 2 * inset) * UNITS), round((height - 2 * inset) * UNITS)
    return f'<rect x="{x}" y="{x}" width="{w}" height="{h}" stroke="{colour}" stroke-width="{thick}"/>'


RED = {"paper": "#fffdf6", "line": "#b48a3a", "weave": "#c6a25a", "deep": "#a67c2a", "water": "#f3e7c9"}
BLUE = {"paper": "#fafcfe", "line": "#44719c", "weave": "#7d9fbf", "deep": "#2c5a87", "water": "#dde8f2"}
GREEN = {"paper": "#fbfdf8", "line": "#5d8a63", "weave": "#92b397", "deep": "#3f7049", "water": "#e0ecdd"}


def main() -> None:
    """Write the three grounds beside this script."""
    here = Path(__file__).parent
    grounds = {
        "red": ground(297, 210, RED, 7, (173, 101, 72)),
        "blue": ground(210, 297, BLUE, 8, (105, 150, 78)),
        "green": ground(297, 210, GREEN, 6, (124, 104, 72)),
    }
    for name, svg in grounds.items():
        (here / f"ground-{name}.svg").write_text(svg + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
