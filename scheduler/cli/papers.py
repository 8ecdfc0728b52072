"""Commands for papers once they are issued: print, forms, recheck."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from scheduler.cli.command import Door, DryRun, command
from scheduler.cli.progress import progress, working
from scheduler.cli.sessions import RoundArg, RoundId
from scheduler.domain.forms import FormAct
from scheduler.errors import Text

ACTS: dict[str, FormAct | None] = {"show": None, "draw": "drawn", "spoil": "spoiled", "return": "returned"}
By = Annotated[
    Literal["room", "institution", "employer"],
    typer.Option("--by", help="排序：考场座位、培训机构、工作单位 · order: room and seat, institution, employer"),
]
Sheet = Annotated[
    str,
    typer.Option("--sheet", metavar="A3|SRA3|WxH", help="纸张，默认同证书大小 · sheet; as large as each certificate"),
]
Up = Annotated[int, typer.Option("--up", help="每张纸几本，0 为放满 · certificates a sheet; 0 for all that fit")]
Bleed = Annotated[float, typer.Option("--bleed", metavar="MM", help="出血，毫米 · bleed, mm")]
Marks = Annotated[bool, typer.Option("--marks", help="印裁切线 · draw crop marks")]
Turned = Annotated[
    Literal["", "long", "short"],
    typer.Option("--duplex", help="双面：沿长边或短边翻转 · print backs, turned over the long or the short edge"),
]
Back = Annotated[
    str, typer.Option("--back", metavar="FILE", help="背面内容 PDF · PDF printed on backs; blank when left out")
]
Single = Annotated[bool, typer.Option("--single", help="每本一个文件 · one file a certificate")]
Reprint = Annotated[
    list[str] | None,
    typer.Option("--reprint", metavar="NUMBER", help="只重印这些编号，不重新发证，可多次 · print only these again"),
]
Why = Annotated[str, typer.Option("--reason", help="重印事由 · why they are printed again")]
OnForms = Annotated[
    str,
    typer.Option(
        "--forms", metavar="FROM-TO", help="套印在这些空白证书上 · print serials of the blank forms to print on"
    ),
]
SHOWN_PATHS = 20
"""Files named one by one at most; beyond, the manifest names them."""


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    command(app, "print")(print_)
    command(app)(forms)
    command(app)(recheck)


def print_(
    door: Door,
    *,
    round_id: RoundArg,
    by: By = "room",
    sheet: Sheet = "",
    up: Up = 1,
    bleed: Bleed = 0,
    marks: Marks = False,
    duplex: Turned = "",
    back: Back = "",
    single: Single = False,
    reprint: Reprint = None,
    reason: Why = "",
    forms: OnForms = "",
    dry_run: DryRun = False,
) -> None:
    """打印：按考场、机构或单位排序，拼版、裁切线、双面，附清单 · Ordered print files with crop marks, backs and a manifest."""
    from scheduler.office.print_batch import Style
    from scheduler.office.print_batch import print_batch as verb

    files: Literal["merged", "single"] = "single" if single else "merged"
    style = Style(sheet, up, bleed, marks, duplex, back, files)
    with door.office() as office, working(door, Text("制作印件", "making print files")):
        report = verb(
            office,
            round_id=round_id,
            by=by,
            style=style,
            numbers=reprint or (),
            reason=reason,
            forms=forms,
            dry_run=dry_run,
        )
    door.answer(report)
    door.findings(report.findings)
    for pile, count in report.piles:
        door.say(f"  {pile}  {count}")
    door.say(report.summary(door.language))
    for path in report.paths if len(report.paths) <= SHOWN_PATHS else report.paths[-2:]:
        door.say(path)


def forms(
    door: Door,
    *,
    act: Annotated[
        Literal["show", "draw", "spoil", "return"],
        typer.Argument(help="show 查看，draw 领用，spoil 登记废证，return 退回 · look, draw, enter as spoiled, return"),
    ],
    serials: Annotated[
        str, typer.Argument(metavar="[FROM-TO]", help="印刷流水号，如 A0001-A0100 · print serials, first and last")
    ] = "",
    round_id: RoundId,
    reason: Annotated[
        str, typer.Option("--reason", help="事由；废证及超过 110% 的领用必填 · why; for spoiled forms and large draws")
    ] = "",
    dry_run: DryRun = False,
) -> None:
    """空白证书：领用、废证、退回，台账须平 · Blank certificates drawn, spoiled, returned; the account must balance."""
    from scheduler.office.forms import forms as verb

    if (act == "show") == bool(serials):
        raise typer.BadParameter("FROM-TO", param_hint=act)
    with door.office() as office:
        report = verb(office, ACTS[act], serials, round_id=round_id, reason=reason, dry_run=dry_run)
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))


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
        stage = door.pick(Text("复核", "rechecking"))
        report = verb(office, round_id=round_id, progress=lambda _, done, total: step(stage, done, total))
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    return 0 if report.sound else 6
