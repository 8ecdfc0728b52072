"""How a mapping of headings is asked for and shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from scheduler.cli.command import Door
from scheduler.errors import Text

if TYPE_CHECKING:
    from scheduler.office.mapping import MappingReport

_MARKS = {"known": "  ", "decided": "✓ ", "not-used": "- ", "unknown": "? "}


def pairs_of(said: list[str], option: str) -> dict[str, str]:
    """Return words such as ``单位=employer`` as pairs; the last ``=`` parts them."""
    for one in said:
        if "=" not in one:
            raise typer.BadParameter(f"{option} 须写成 标题=栏目 · {option} takes HEADING=COLUMN: {one}")
    return {left.strip(): right.strip() for left, _, right in (one.rpartition("=") for one in said)}


def show_mapping(door: Door, report: MappingReport) -> int:
    """Print every heading, what it is taken for and the first values; returns the exit code."""
    door.answer(report)
    door.findings(report.findings)
    for column in report.columns:
        near = (
            door.pick(Text(f"  提议：{column.proposal}？", f"  perhaps {column.proposal}?")) if column.proposal else ""
        )
        heading, values = " ".join(column.heading.split()), " | ".join(column.values)
        door.say(f"{_MARKS[column.how]}{column.letter:<3} {heading} → {door.pick(column.means)}{near}    {values}")
    for key, value in report.always:
        door.say(door.pick(Text(f"✓ 每行 {key} = {value}", f"✓ every row {key} = {value}")))
    door.say(report.summary(door.language))
    return 4 if report.findings else 0
