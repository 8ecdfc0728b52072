"""Commands for papers once they are issued: print, recheck."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from scheduler.cli.command import Door, DryRun, command
from scheduler.cli.progress import progress, rated, working
from scheduler.cli.sessions import RoundArg
from scheduler.errors import Text

SHOWN_PATHS = 20
"""Files named one by one at most; beyond, the manifest names them."""


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    command(app, "print")(print_)
    command(app)(recheck)


def print_(
    door: Door,
    *,
    round_id: RoundArg,
    by: Annotated[
        Literal["room", "institution", "employer"],
        typer.Option("--by", help="排序：考场座位、培训机构、工作单位 · order: room and seat, institution, employer"),
    ] = "room",
    sheet: Annotated[
        str,
        typer.Option(
            "--sheet", metavar="A3|SRA3|WxH", help="纸张，默认同证书大小 · sheet; as large as each certificate"
        ),
    ] = "",
    up: Annotated[
        int, typer.Option("--up", help="每张纸几本，0 为放满 · certificates a sheet; 0 for all that fit")
    ] = 1,
    bleed: Annotated[float, typer.Option("--bleed", metavar="MM", help="出血，毫米 · bleed, mm")] = 0,
    marks: Annotated[bool, typer.Option("--marks", help="印裁切线 · draw crop marks")] = False,
    duplex: Annotated[
        Literal["", "long", "short"],
        typer.Option("--duplex", help="双面：沿长边或短边翻转 · print backs, turned over the long or the short edge"),
    ] = "",
    back: Annotated[
        str, typer.Option("--back", metavar="FILE", help="背面内容 PDF · PDF printed on backs; blank when left out")
    ] = "",
    single: Annotated[bool, typer.Option("--single", help="每本一个文件 · one file a certificate")] = False,
    reprint: Annotated[
        list[str] | None,
        typer.Option("--reprint", metavar="NUMBER", help="只重印这些编号，不重新发证，可多次 · print only these again"),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="重印事由 · why they are printed again")] = "",
    dry_run: DryRun = False,
) -> None:
    """打印：按考场、机构或单位排序，拼版、裁切线、双面，附清单 · Ordered print files with crop marks, backs and a manifest."""
    from scheduler.office.print_batch import Style
    from scheduler.office.print_batch import print_batch as verb

    files: Literal["merged", "single"] = "single" if single else "merged"
    style = Style(sheet, up, bleed, marks, duplex, back, files)
    with door.office() as office, working(door, Text("制作印件", "making print files")):
        report = verb(
            office, round_id=round_id, by=by, style=style, numbers=reprint or (), reason=reason, dry_run=dry_run
        )
    door.answer(report)
    for pile, count in report.piles:
        door.say(f"  {pile}  {count}")
    door.say(report.summary(door.language))
    for path in report.paths if len(report.paths) <= SHOWN_PATHS else report.paths[-2:]:
        door.say(path)


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
