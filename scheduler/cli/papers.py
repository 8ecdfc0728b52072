"""Commands for papers once they are issued: recheck."""

from __future__ import annotations

from typing import Annotated

import typer

from scheduler.cli.command import Door, command
from scheduler.cli.progress import progress, rated
from scheduler.errors import Text


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    command(app)(recheck)


def recheck(
    door: Door,
    *,
    round_id: Annotated[
        str, typer.Argument(metavar="[ROUND]", help="考试批次；不写则全部 · the round; all when left out")
    ] = "",
) -> int:
    """复核：用另外的软件复读已发的全部证书，与台账逐项比对 · Read every file issued back with other libraries; compare with the ledger."""
    from scheduler.office.recheck import recheck as verb

    with door.office() as office, progress(door) as step:
        report = verb(office, round_id=round_id, progress=rated(door, step, Text("复核", "rechecking")))
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    return 0 if report.sound else 6
