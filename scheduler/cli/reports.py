"""Command for the figures of a round: report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.command import Door, command
from scheduler.cli.progress import working
from scheduler.cli.sessions import RoundArg
from scheduler.errors import Text


def add_to(app: typer.Typer) -> None:
    """Add this file's command to the application."""
    command(app)(report)


def report(
    door: Door,
    *,
    round_id: RoundArg,
    version: Annotated[
        int | None,
        typer.Option(
            "--version", "--plan-version", help="方案版本，默认现行版本 · version of the plan; the published one"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="文件夹 · folder; below the output folder when left out")
    ] = None,
) -> None:
    """统计报告：利用率、负荷、路程、考评员、通过率、缺考，一页 PDF 与网页，附 csv · Figures of a round on one page, with the numbers."""
    from scheduler.office.report import report as verb

    with door.office() as office, working(door, Text("绘制统计报告", "drawing the report")):
        made = verb(office, round_id=round_id, version=version, out=out, language=door.language)
    door.answer(made)
    door.findings(made.findings)
    door.say(made.summary(door.language))
    for path in made.paths[:2]:
        door.say(f"  {path}")
    door.say(door.pick(Text(f"  另有 {len(made.paths) - 2} 个 csv", f"  and {len(made.paths) - 2} csv files")))
