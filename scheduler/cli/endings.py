"""Commands that end, suspend or replace certificates: revoke, suspend, void, reissue, correct, restored; without --yes they only show the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.command import Door, command
from scheduler.cli.progress import progress
from scheduler.errors import Finding, errors_in

if TYPE_CHECKING:
    from scheduler.office.affected import Affected, Selection

Numbers = Annotated[
    list[str] | None, typer.Argument(metavar="[NUMBER]...", help="证书编号，可多个 · certificate numbers")
]
Award = Annotated[str, typer.Option("--award", help="只限这种证书 · one kind of certificate only")]
RoundOption = Annotated[str, typer.Option("--round", help="整个考试批次 · a whole round")]
BatchOption = Annotated[
    str, typer.Option("--batch", help="一次发证，即清单文件名 · one run of issue, as its manifest is named")
]
KeyOption = Annotated[
    str, typer.Option("--key", metavar="KEY_ID", help="此密钥签发的 · signed with this key, 16 hexadecimal digits")
]
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]
Since = Annotated[
    datetime | None, typer.Option("--from", formats=_MOMENTS, help="发证时刻不早于 · issued at this moment or later")
]
Until = Annotated[
    datetime | None, typer.Option("--until", formats=_MOMENTS, help="发证时刻不晚于 · issued at this moment or before")
]
Reason = Annotated[str, typer.Option("--reason", help="事由，进入台账 · why; it stands in the ledger for good")]
Yes = Annotated[bool, typer.Option("--yes", help="确认执行；不加只列出名单 · do it; without it only the list is shown")]
AsListed = Annotated[
    str,
    typer.Option(
        "--as-listed", metavar="CODE", help="名单代码；名单有变即拒绝 · code of the list shown; refuse another"
    ),
]
GluePhotos = Annotated[
    bool,
    typer.Option(
        "--glue-photos", help="无照片的留空框手工粘贴 · leave a frame to glue the photo in where none was given"
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    for body in (revoke, suspend, void, reissue, correct, restored):
        command(app)(body)


def revoke(
    door: Door,
    *,
    numbers: Numbers = None,
    reason: Reason,
    award: Award = "",
    round_id: RoundOption = "",
    batch: BatchOption = "",
    key: KeyOption = "",
    since: Since = None,
    until: Until = None,
    yes: Yes = False,
    as_listed: AsListed = "",
) -> int:
    """撤销：按编号、批次、发证批、密钥或时间段，先列名单 · Revoke by number, round, batch, key or time; the list first."""
    from scheduler.office.revoke import revoke as verb

    selection = _selection(numbers, award_id=award, round_id=round_id, batch_id=batch, key=key, span=(since, until))
    with door.office() as office:
        report = verb(office, selection, reason=reason, yes=yes, as_listed=as_listed)
    door.answer(report)
    _show(door, report.affected, report.findings)
    door.say(report.summary(door.language))
    return 7 if errors_in(report.findings) else 0


def suspend(
    door: Door,
    *,
    numbers: Numbers = None,
    reason: Reason,
    award: Award = "",
    round_id: RoundOption = "",
    batch: BatchOption = "",
    key: KeyOption = "",
    since: Since = None,
    until: Until = None,
    lift: Annotated[bool, typer.Option("--lift", help="恢复已暂停的 · lift the suspension of those suspended")] = False,
    yes: Yes = False,
    as_listed: AsListed = "",
) -> int:
    """暂停或恢复（--lift）：先列名单，编号和证书保留 · Suspend certificates, or lift it with --lift; the list first."""
    from scheduler.office.suspend import suspend as verb

    selection = _selection(numbers, award_id=award, round_id=round_id, batch_id=batch, key=key, span=(since, until))
    with door.office() as office:
        report = verb(office, selection, reason=reason, lift=lift, yes=yes, as_listed=as_listed)
    door.answer(report)
    _show(door, report.affected, report.findings)
    door.say(report.summary(door.language))
    return 7 if errors_in(report.findings) else 0


def void(
    door: Door,
    *,
    number: Annotated[str, typer.Argument(help="证书编号 · the certificate number")],
    reason: Reason,
    award: Award = "",
    yes: Yes = False,
) -> None:
    """作废：已分配未使用的编号，或未发出的废证 · Void a number set aside, or a certificate spoiled before it was handed out."""
    from scheduler.office.void import void as verb

    with door.office() as office:
        report = verb(office, number, reason=reason, award_id=award, yes=yes)
    door.answer(report)
    door.say(report.summary(door.language))


def reissue(
    door: Door,
    *,
    numbers: Numbers = None,
    reason: Reason,
    award: Award = "",
    round_id: RoundOption = "",
    batch: BatchOption = "",
    key: KeyOption = "",
    since: Since = None,
    until: Until = None,
    print_serial: Annotated[
        str,
        typer.Option("--print-serial", help="空白证书的印刷流水号 · serial of the blank form; made up when left out"),
    ] = "",
    revoked: Annotated[
        bool,
        typer.Option(
            "--revoked", help="误撤销的按原编号重新制发 · issue again what was revoked by mistake, same number"
        ),
    ] = False,
    glue_photos: GluePhotos = False,
    yes: Yes = False,
    as_listed: AsListed = "",
) -> int:
    """补发：编号不变，新印刷流水号，证书上注明补发 · Make papers again: same number, new print serial, a remark on the paper."""
    from scheduler.office.reissue import reissue as verb

    selection = _selection(numbers, award_id=award, round_id=round_id, batch_id=batch, key=key, span=(since, until))
    with door.office() as office, progress(door) as step:
        report = verb(
            office,
            selection,
            reason=reason,
            yes=yes,
            as_listed=as_listed,
            print_serial=print_serial,
            revoked=revoked,
            glue_photos=glue_photos,
            progress=step,
        )
    door.answer(report)
    _show(door, report.affected, report.findings)
    door.say(report.summary(door.language))
    for path in report.paths:
        door.say(path)
    if not errors_in(report.findings):
        return 0
    return 8 if report.done else 7


def correct(
    door: Door,
    *,
    entry: Annotated[str, typer.Argument(metavar="ENTRY", help="报名编号 · id of the entry")],
    reason: Reason,
    name: Annotated[str, typer.Option("--name", help="正确的姓名 · the right name")] = "",
    document_no: Annotated[str, typer.Option("--document-no", help="正确的证件号码 · the right document number")] = "",
    photo: Annotated[str, typer.Option("--photo", help="正确的照片文件名 · file name of the right photo")] = "",
    glue_photos: GluePhotos = False,
    yes: Yes = False,
) -> None:
    """更正：该报名的证书一并作废并重新制发 · After a correction supersede all certificates of an entry and issue them anew."""
    from scheduler.office.correct import Correction
    from scheduler.office.correct import correct as verb

    correction = Correction(name=name, document_no=document_no, photo=photo)
    with door.office() as office:
        report = verb(office, entry, reason=reason, correction=correction, yes=yes, glue_photos=glue_photos)
    door.answer(report)
    _show(door, report.affected, ())
    for award_id, label, before, now in report.changes:
        door.say(f"  ~ {award_id} {door.pick(label)}: {before or '—'} → {now or '—'}")
    door.say(report.summary(door.language))
    for path in report.paths:
        door.say(path)


def restored(
    door: Door,
    *,
    reason: Annotated[str, typer.Option("--reason", help="事由 · why it had to be restored")] = "",
    yes: Yes = False,
) -> None:
    """登记库恢复为旧副本后：列出丢失内容并确认 · After an older copy was restored: list what is lost, and acknowledge it."""
    from scheduler.office.restored import restored as verb

    with door.office() as office:
        report = verb(office, reason=reason, yes=yes)
    door.answer(report)
    door.findings(report.findings)
    for line, event, award_id, number in report.lines:
        door.say(f"  {line:06d}  {event}  {award_id}  {number}")
    for number in report.blocked:
        door.say(f"  ✗ {number}")
    door.say(report.summary(door.language))


def _selection(
    numbers: list[str] | None,
    *,
    award_id: str,
    round_id: str,
    batch_id: str,
    key: str,
    span: tuple[datetime | None, datetime | None],
) -> Selection:
    from scheduler.office.affected import Selection

    return Selection(
        numbers=tuple(number.strip().upper() for number in numbers or ()),
        award_id=award_id,
        round_id=round_id,
        batch_id=batch_id,
        key_id=key.lower(),
        since=span[0],
        until=span[1],
    )


def _show(door: Door, affected: Sequence[Affected], findings: Sequence[Finding]) -> None:
    """Print the whole list: what is about to end must be seen to the last line."""
    for one in affected:
        door.say(f"  {one.sequence:06d}  {one.number}  {one.award_id}  {one.name}  {one.round_id}  {one.issued_at}")
    door.findings(list(findings))
