"""Commands for certificates and the office itself: keys, issue, verify, check."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from scheduler.cli.bundles import bundle as make_bundle
from scheduler.cli.bundles import verify_by_bundle
from scheduler.cli.command import Door, DryRun, command
from scheduler.cli.progress import progress, rated
from scheduler.cli.sessions import RoundArg
from scheduler.errors import Text, errors_in

FACT_WORDS = {
    "award": Text("证书", "award"),
    "number": Text("证书编号", "number"),
    "name": Text("姓名", "name"),
    "issuer": Text("发证机构", "issuer"),
    "issued_on": Text("发证日期", "issued on"),
    "standing": Text("证书状态", "standing"),
    "ledger_line": Text("台账序号", "ledger line"),
    "sha256": Text("文件摘要", "digest"),
    "claims": Text("文件所载编号", "number on the file"),
}


STANDING_WORDS = {
    "valid": Text("有效", "valid"),
    "expired": Text("已过有效期", "expired"),
    "revoked": Text("已撤销", "revoked"),
    "cancelled": Text("已注销", "cancelled"),
    "replaced": Text("已被新证书取代", "replaced"),
    "suspended": Text("已暂停", "suspended"),
}


def add_to(app: typer.Typer) -> None:
    """Add this file's commands to the application."""
    for body in (keys, issue, verify, check):
        command(app)(body)
    command(app)(make_bundle)


def keys(
    door: Door,
    *,
    act: Annotated[Literal["new"], typer.Argument(help="new：为没有密钥的机构生成 · make keys where there are none")],
    issuers: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="机构全称 · full names, as printed on certificates")
    ] = None,
    round_id: Annotated[
        str, typer.Option("--round", help="该批次的全部发证机构 · every institution that issues in a round")
    ] = "",
    codes_only: Annotated[
        bool, typer.Option("--codes-only", help="只生成验真码密钥 · only Ed25519 keys for codes and credentials")
    ] = False,
    bits: Annotated[int, typer.Option("--bits", min=2048, help="RSA 位数，2048 或 3072 · length of RSA keys")] = 2048,
) -> None:
    """生成密钥：示范机构的签名密钥，或验真码密钥 · Make a demo office's signing keys, or keys for codes."""
    del act
    if bits not in {2048, 3072}:
        raise typer.BadParameter("2048 | 3072", param_hint="--bits")
    from scheduler.office.keys import new_keys as verb

    with door.office() as office:
        report = verb(
            office, issuers=issuers or [], round_id=round_id, codes_only=codes_only, bits=2048 if bits == 2048 else 3072
        )
    door.answer(report)
    for name in report.made_for:
        door.say(name)
    door.say(report.register)


def issue(
    door: Door,
    *,
    round_id: RoundArg,
    entry: Annotated[str, typer.Option("--entry", help="只发一人 · one entry only")] = "",
    issued_on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="发证日期，默认今天 · date of issue; today when left out"),
    ] = None,
    proof_only: Annotated[
        bool, typer.Option("--proof-only", help="只校对清样，不编号不发证 · draw and proof, number and issue nothing")
    ] = False,
    glue_photos: Annotated[
        bool,
        typer.Option(
            "--glue-photos", help="无照片的留空框手工粘贴 · leave a frame to glue the photo in where none was given"
        ),
    ] = False,
    engine: Annotated[
        Literal["stamp", "weasyprint"],
        typer.Option(
            "--engine", help="stamp 套印（快），weasyprint 逐页重绘 · stamp compiled pages, or draw each anew"
        ),
    ] = "stamp",
    cluster: Annotated[
        str,
        typer.Option("--cluster", metavar="ADDRESS", help="由 Dask 集群制证 · draw on the workers of a Dask cluster"),
    ] = "",
    dry_run: DryRun = False,
) -> int:
    """发证：编号、制作、签名、校对、入台账 · Number, draw, sign, proof and issue every certificate earned."""
    from scheduler.office.issue import issue as verb

    with door.office() as office, progress(door) as step:
        report = verb(
            office,
            round_id=round_id,
            entry_id=entry or None,
            issued_on=issued_on.date() if issued_on else None,
            proof_only=proof_only or dry_run,
            glue_photos=glue_photos,
            engine=engine,
            cluster=cluster,
            progress=rated(door, step, Text("发证", "issuing")),
        )
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    for path in report.paths:
        door.say(path)
    return 8 if errors_in(report.findings) else 0


def verify(
    door: Door,
    *,
    paper: Annotated[
        str,
        typer.Argument(
            metavar="FILE|NUMBER|CODE",
            help="证书 PDF、证书编号；离线时为 PDF、二维码照片或扫描文本 · a certificate's file or number; offline its file, a "
            "photograph of its code, or the scanned text",
        ),
    ],
    bundle: Annotated[
        str, typer.Option("--bundle", metavar="FILE", help="验真包；离线验真 · verify offline, by a bundle alone")
    ] = "",
    pin: Annotated[
        str,
        typer.Option(
            "--pin", metavar="FINGERPRINT", help="验真包签署密钥的指纹 · fingerprint of the key that signed it"
        ),
    ] = "",
) -> int:
    """验真：与台账比对，或凭验真包离线核验 · Tell a genuine certificate from an altered one, by the ledger or by a bundle."""
    if pin and not bundle:
        raise typer.BadParameter("--bundle", param_hint="--pin")
    if bundle:
        return verify_by_bundle(door, paper, bundle, pin)
    from scheduler.office.verify import verify as verb

    with door.office() as office:
        found = verb(office, paper)
    door.answer(found)
    verdict = (
        Text("✓ 真实有效", "✓ genuine and valid") if found.valid else Text("✗ 不能证明有效", "✗ not shown to be valid")
    )
    door.say(door.pick(verdict))
    colon = "：" if door.language == "zh" else ": "
    for key, value in found.facts:
        if key in FACT_WORDS:
            said = door.pick(STANDING_WORDS[value]) if key == "standing" else value
            door.say(f"  {door.pick(FACT_WORDS[key])}{colon}{said}")
    door.findings(found.findings)
    if any(finding.rule == "no-such-file" for finding in found.findings):
        return 4
    return 0 if found.valid else 6


def check(
    door: Door,
    *,
    ledger: Annotated[
        bool, typer.Option("--ledger", help="核查台账、清单和证书文件 · recompute ledger, manifests and files instead")
    ] = False,
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", help="与别处保存的清单比对，可多次 · compare with a manifest kept elsewhere"),
    ] = None,
) -> int:
    """检查设置、字体、系统库、模板、数据库，或用 --ledger 核查台账 · Tell every fault of the set-up, or of the ledger."""
    if ledger or against:
        return _check_ledger(door, against or [])
    from scheduler.office.check import check as verb

    findings = verb(door.office_path)
    door.answer({"findings": findings})
    door.findings(findings)
    if not findings:
        door.say(door.pick(Text("✓ 一切就绪", "✓ everything is in place")))
    return 3 if errors_in(findings) else 0


def _check_ledger(door: Door, against: list[Path]) -> int:
    from scheduler.office.check_ledger import check_ledger as verb

    with door.office() as office:
        report = verb(office, against=against)
    door.answer(report)
    door.findings(report.findings)
    door.say(report.summary(door.language))
    return 0 if report.sound else 6
