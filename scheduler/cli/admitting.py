"""The command for the papers of the exam day: admit."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer

from scheduler.cli.command import Door, DryRun, command
from scheduler.cli.progress import progress
from scheduler.cli.sessions import RoundArg
from scheduler.errors import Text

Papers = Annotated[
    str,
    typer.Option(
        "--papers",
        metavar="KIND,KIND",
        help="材料，逗号分隔，默认全部 · papers, all when left out: tickets 准考证, rosters 考场名单, sign-in 签到表, seat-maps 座位图, "
        "desk-labels 桌贴, door-sheets 门贴, staff-rosters 考评员名册, staff-sign-in 考务签到表, session-records 考场记录, "
        "mark-sheets 成绩登记表, score-sheets 评分表",
    ),
]
By = Annotated[
    Literal["room", "institution", "employer"],
    typer.Option(
        "--by",
        help="准考证分组：首场考场、培训机构、工作单位 · tickets put together by first room, institution, employer",
    ),
]
Sort = Annotated[
    Literal["seat", "name", "ticket"],
    typer.Option("--sort", help="名单排序：座位、姓名、准考证号，印在页脚 · order of lists, printed at the foot"),
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", min=0, help="抽签种子，默认随机，登记并印出 · seed of the lot; by chance, and kept"),
]
NoLot = Annotated[bool, typer.Option("--no-lot", help="不抽签，按编排的座位 · seats as planned, without a lot")]
Sites = Annotated[list[str] | None, typer.Option("--site", help="只做这些考点，可多次 · only these sites")]
Rooms = Annotated[list[str] | None, typer.Option("--room", help="只做这些考场 · only these rooms")]
Sessions = Annotated[list[str] | None, typer.Option("--session", help="只做这些场次 · only these sessions")]
Days = Annotated[
    list[datetime] | None, typer.Option("--day", formats=["%Y-%m-%d"], help="只做这些日期 · only these days")
]
Institutions = Annotated[
    list[str] | None, typer.Option("--institution", help="只做该机构培训的考生 · only candidates of these institutions")
]
Employers = Annotated[list[str] | None, typer.Option("--employer", help="只做该单位的考生 · only employees of these")]


def add_to(app: typer.Typer) -> None:
    """Add this file's command to the application."""
    command(app)(admit)


def admit(
    door: Door,
    *,
    round_id: RoundArg,
    papers: Papers = "",
    by: By = "room",
    sort: Sort = "seat",
    seed: Seed = None,
    no_lot: NoLot = False,
    site: Sites = None,
    room: Rooms = None,
    session: Sessions = None,
    day: Days = None,
    institution: Institutions = None,
    employer: Employers = None,
    dry_run: DryRun = False,
) -> None:
    """考务材料：抽签定位，准考证、名单、签到表、门贴、登记表等 · Seats by lot, then tickets, lists, labels and sheets as PDF."""
    from scheduler.office.admit import admit as verb
    from scheduler.office.paper_choice import Choice

    kinds = tuple(one.strip() for one in papers.split(",") if one.strip())
    days = tuple(one.date() for one in day or ())
    people = tuple(institution or ()), tuple(employer or ())
    choice = Choice(kinds, tuple(site or ()), tuple(room or ()), tuple(session or ()), days, *people)
    with door.office() as office, progress(door) as step:
        stage = door.pick(Text("制作材料", "making papers"))
        report = verb(office, round_id=round_id, choice=choice, by=by, sort=sort, seed=seed, lot=not no_lot,
                      dry_run=dry_run, progress=lambda _, done, total: step(stage, done, total))  # fmt: skip
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    if report.folder:
        door.say(report.folder)
