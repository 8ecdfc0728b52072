"""Commands for data duties: upload, handover, licences, notices, kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.command import Door, DryRun, command
from scheduler.cli.progress import working
from scheduler.cli.sessions import RoundArg
from scheduler.errors import Text, errors_in

if TYPE_CHECKING:
    from scheduler.office.desk import Office
    from scheduler.office.handover import HandoverReport
    from scheduler.office.licences import LicencesReport
    from scheduler.office.notices import NoticesReport
    from scheduler.office.receipts import ReceiptReport
    from scheduler.office.upload import UploadReport

To = Annotated[str, typer.Option("--to", help="移交给谁 · whom it was handed to")]
Reason = Annotated[str, typer.Option("--reason", help="事由 · why")]


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    for body in (notices, upload, handover, licences, kept):
        command(app)(body)


def notices(
    door: Door,
    *,
    round_id: RoundArg,
    version: Annotated[
        int | None,
        typer.Option("--version", help="预览其他版本，须加 --dry-run · preview another version, with --dry-run"),
    ] = None,
    since: Annotated[
        int | None,
        typer.Option("--since", help="大家已另行得知的版本 · version that everybody was told by other means"),
    ] = None,
    out: Annotated[str, typer.Option("--out", metavar="FOLDER", help="清单写到哪里 · folder for the files")] = "",
    handed_over: Annotated[
        int,
        typer.Option("--handed-over", metavar="LIST", help="登记该号清单已移交 · enter that a list was handed over"),
    ] = 0,
    to: To = "",
    yes: Annotated[bool, typer.Option("--yes", help="清单已过时但确已发送 · it was sent although it is stale")] = False,
    dry_run: DryRun = False,
) -> None:
    """变动通知：谁要被告知什么，供短信平台使用，已移交的不再重复 · Whom to tell what, ready for a gateway; nothing twice."""
    from scheduler.office import notices as verb

    with door.office() as office:
        if handed_over:
            report = verb.hand_over(office, round_id=round_id, number=handed_over, to=to, yes=yes, dry_run=dry_run)
        else:
            report = verb.notices(office, round_id=round_id, version=version, since=since, out=out, dry_run=dry_run)
    _show(door, report)


def upload(
    door: Door,
    *,
    quarter: Annotated[
        str,
        typer.Option(
            "--quarter", metavar="2026Q2", help="生成该季度应报而未报的数据 · prepare what is due for a quarter"
        ),
    ] = "",
    handed_over: Annotated[
        str, typer.Option("--handed-over", metavar="BATCH", help="登记该批已报送 · enter that a batch was handed over")
    ] = "",
    to: To = "",
    withdraw: Annotated[
        str, typer.Option("--withdraw", metavar="BATCH", help="撤回尚未报送的批 · take back a batch not handed over")
    ] = "",
    reason: Reason = "",
    receipt: Annotated[
        str,
        typer.Option("--receipt", metavar="FILE", help="读入回执：接收或退回 · read a receipt: accepted or rejected"),
    ] = "",
    batch: Annotated[str, typer.Option("--batch", help="回执只涉及该批 · the receipt is of this batch only")] = "",
    dry_run: DryRun = False,
) -> int:
    """数据上报：季度文件、汇总页、报送与回执；不带参数列出各批 · Quarterly upload, its receipts; without options the outbox."""
    asked = {"--quarter": quarter, "--handed-over": handed_over, "--withdraw": withdraw, "--receipt": receipt}
    if sum(map(bool, asked.values())) > 1:
        raise typer.BadParameter("/".join(asked))
    with door.office() as office, working(door, Text("数据上报", "uploading")):
        report = _upload(office, asked, to=to, reason=reason, batch=batch, dry_run=dry_run)
    door.answer(report)
    door.findings(report.findings)
    for line in _lines(door, report):
        door.say(line)
    door.say(report.summary(door.language))
    return 4 if errors_in(report.findings) else 0


def _upload(
    office: Office, asked: dict[str, str], *, to: str, reason: str, batch: str, dry_run: bool
) -> UploadReport | ReceiptReport:
    from scheduler.office import receipts
    from scheduler.office import upload as verb

    if asked["--receipt"]:
        return receipts.read_receipt(office, asked["--receipt"], batch_id=batch, dry_run=dry_run)
    if asked["--handed-over"]:
        return verb.hand_over(office, asked["--handed-over"], to=to, dry_run=dry_run)
    if asked["--withdraw"]:
        return verb.withdraw(office, asked["--withdraw"], reason=reason, dry_run=dry_run)
    return (
        verb.upload(office, quarter=asked["--quarter"], dry_run=dry_run) if asked["--quarter"] else verb.outbox(office)
    )


def _lines(door: Door, report: UploadReport | ReceiptReport) -> list[str]:
    from scheduler.office.receipts import ReceiptReport

    if isinstance(report, ReceiptReport):
        rejected = [f"  ✗ {'  '.join(one)}" for one in report.rejected]
        return [*rejected, *([report.error_workbook] if report.error_workbook else [])]
    views = (*report.outbox, *report.prepared)
    return [f"  {view.line(door.language)}\n      {view.folder}" for view in views]


def handover(
    door: Door,
    *,
    round_id: RoundArg,
    receipt: Annotated[
        str, typer.Option("--receipt", metavar="FILE", help="读入填好的发放登记表 · read the list that was filled in")
    ] = "",
    dry_run: DryRun = False,
) -> int:
    """发放：写出待发放名单和签收表，读回登记 · The list of certificates to hand over, a page to sign, and their way back."""
    from scheduler.office import handover as verb

    with door.office() as office, working(door, Text("发放登记", "hand-over list")):
        if receipt:
            report = verb.read_handover(office, receipt, round_id=round_id, dry_run=dry_run)
        else:
            report = verb.handover(office, round_id=round_id, dry_run=dry_run)
    _show(door, report)
    return 4 if errors_in(report.findings) else 0


def licences(door: Door, *, round_id: RoundArg, dry_run: DryRun = False) -> None:
    """电子证照：按已知字段导出 JSON 和 xlsx，各字段注明依据 · Data of electronic licences, each field with how sure it is."""
    from scheduler.office.licences import licences as verb

    with door.office() as office:
        report = verb(office, round_id=round_id, dry_run=dry_run)
    _show(door, report)


def _show(door: Door, report: HandoverReport | LicencesReport | NoticesReport) -> None:
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    for path in report.paths:
        door.say(path)


def kept(
    door: Door,
    *,
    due: Annotated[bool, typer.Option("--due", help="只列今天可以销毁的 · only what may be destroyed today")] = False,
) -> int:
    """留存：各文件留到何时，是否被改动或缺失 · What is kept until when, and what was changed or is missing."""
    from scheduler.office.kept import kept as verb

    with door.office() as office:
        report = verb(office, due=due)
    door.answer(report)
    for view in report.files:
        door.say(f"  {view.line(door.language)}")
    door.findings(report.findings)
    door.say(report.summary(door.language))
    return 6 if errors_in(report.findings) else 0
