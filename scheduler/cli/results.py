"""Commands after the exam: record, numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scheduler.cli.command import Door, DryRun, command
from scheduler.cli.progress import working
from scheduler.cli.sessions import RoundId
from scheduler.errors import Text

if TYPE_CHECKING:
    from scheduler.office.record import RecordReport


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    command(app)(record)
    command(app)(numbers)


def record(
    door: Door,
    *,
    marks: Annotated[Path, typer.Argument(help="成绩表 · the marks workbook")],
    round_id: RoundId,
    dry_run: DryRun = False,
    error_workbook: Annotated[
        Path | None, typer.Option("--errors", help="待更正表写到哪里 · where to write the workbook to correct")
    ] = None,
    verdicts: Annotated[bool, typer.Option("--verdicts", help="列出每人每证的评定结论 · list every verdict")] = False,
) -> int:
    """登记成绩，按每种证书分别评定 · Record marks and decide each award by its own pass marks."""
    from scheduler.errors import errors_in
    from scheduler.office.record import record as verb

    with door.office() as office, working(door, Text("登记成绩", "recording marks")):
        report = verb(office, marks, round_id=round_id, dry_run=dry_run, error_workbook=error_workbook)
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    if report.error_workbook:
        door.say(door.pick(Text(f"待更正表：{report.error_workbook}", f"rows to correct: {report.error_workbook}")))
    if verdicts:
        _show_verdicts(door, report)
    return 4 if errors_in(report.findings) else 0


def numbers(
    door: Door,
    *,
    act: Annotated[Literal["import"], typer.Argument(metavar="import", help="读入编号表 · read a numbers sheet")],
    sheet: Annotated[Path, typer.Argument(help="证书编号表 · the numbers sheet, four columns")],
    round_id: RoundId,
    award: Annotated[
        str,
        typer.Option(
            "--award", help="编号属于哪种证书，默认按编码规则判断 · which award; told by the number when left out"
        ),
    ] = "",
    dry_run: DryRun = False,
    error_workbook: Annotated[
        Path | None, typer.Option("--errors", help="待更正表写到哪里 · where to write the workbook to correct")
    ] = None,
) -> int:
    """读入外部提供的证书编号，发证时使用 · Import certificate numbers that come from outside; issue takes them."""
    from scheduler.office.numbers import import_numbers

    del act  # the one act there is; usage refuses any other
    with door.office() as office, working(door, Text("读入编号表", "importing numbers")):
        report = import_numbers(
            office, sheet, round_id=round_id, award_id=award, dry_run=dry_run, error_workbook=error_workbook
        )
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    for _, name, award_id in report.waiting:
        door.say(f"  ? {name}  {award_id}")
    if report.error_workbook:
        door.say(door.pick(Text(f"待更正表：{report.error_workbook}", f"rows to correct: {report.error_workbook}")))
    return 4 if report.rejected_rows else 0


def _show_verdicts(door: Door, report: RecordReport) -> None:
    names, words = dict(report.names), dict(report.words)
    comma, colon = ("；", "：") if door.language == "zh" else ("; ", ": ")
    for outcome in report.outcomes:
        door.say(names[outcome.entry_id])
        for verdict in outcome.verdicts:
            sign = "✓" if verdict.earned else "✗"
            why = comma.join(door.pick(reason) for reason in verdict.reasons)
            door.say(f"  {sign} {door.pick(words[verdict.award_id])}{colon}{why}")
        for resit in outcome.resits:
            until = str(resit.until) if resit.until else "—"
            what = words[resit.component_id]
            head = Text(f"  补考{what.zh}，截止 {until}：", f"  resit {what.en} until {until}: ")
            door.say(door.pick(head) + door.pick(resit.because))
