"""Commands that keep the registry safe: backup and restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.command import Door, command


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    for body in (backup, restore):
        command(app)(body)


def backup(
    door: Door,
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="写到哪里，不覆盖已有文件 · a new file", dir_okay=False),
    ] = None,
) -> int:
    """备份：整个登记库写成一个文件并核对（SQLite 或 PostgreSQL）· Write the whole registry into one file, and check it."""
    from scheduler.office.backup import backup as verb

    with door.office() as office:
        report = verb(office, out=out)
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    door.say(f"  {report.path}\n  SHA-256 {report.sha256}")
    return 7 if report.findings else 0


def restore(
    door: Door,
    *,
    file: Annotated[Path, typer.Argument(metavar="BACKUP", help="backup 写出的文件 · a file that backup wrote")],
    reason: Annotated[str, typer.Option("--reason", help="事由，长期保留 · why; kept for good")] = "",
    yes: Annotated[
        bool, typer.Option("--yes", help="确认执行；不加只比较 · do it; without it the two are only compared")
    ] = False,
) -> None:
    """恢复：用备份取代登记库，原库另存；发证停止，直到 restored 确认 · Put a backup in the registry's place; the old one is kept."""
    from scheduler.office.restore import restore as verb

    with door.office() as office:
        report = verb(office, file, reason=reason, yes=yes)
    door.answer(report)
    for name, now, then in report.rows:
        door.say(f"  {name}: {now} → {then}")
    for line, event, award_id, number in report.lines_lost:
        door.say(f"  ✗ {line:06d}  {event}  {award_id}  {number}")
    door.say(report.summary(door.language))
    if report.kept_as:
        door.say(f"  {report.kept_as}")
