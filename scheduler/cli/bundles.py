"""Commands around the bundle: write one, and verify a paper by one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduler.cli.command import Door
from scheduler.errors import Text

ANSWERS = {
    "genuine": Text("✓ 真实有效", "✓ genuine and valid"),
    "altered": Text("✗ 已被改动或系伪造", "✗ altered or forged"),
    "unknown-key": Text("✗ 签名密钥未知", "✗ signed by an unknown key"),
    "revoked": Text("✗ 签名真实，但证书已被撤销", "✗ the signature is genuine, but the certificate was revoked"),
    "suspended": Text("✗ 签名真实，但证书已被暂停", "✗ the signature is genuine, but the certificate is suspended"),
    "expired": Text("✗ 签名真实，但证书已过有效期", "✗ the signature is genuine, but the certificate has expired"),
    "bundle-too-old": Text("✗ 签名真实，但验真包已过期", "✗ the signature is genuine, but the bundle is too old"),
    "unreadable": Text("✗ 无法读取", "✗ not readable"),
}
CODE_ONLY = Text("✓ 二维码凭证真实有效，请与纸面逐项核对", "✓ the code is genuine and valid: compare it with the paper")
SIGNED = Text("  签名凭证所载：", "  what was signed:")
FACTS = {
    "award": Text("证书", "award"),
    "number": Text("证书编号", "number"),
    "name": Text("姓名", "name"),
    "identity": Text("证件号码", "document number"),
    "trade": Text("工种（项目）", "trade"),
    "level": Text("等级", "level"),
    "issuer": Text("发证机构", "issuer"),
    "issued_on": Text("发证日期", "issued on"),
    "valid_until": Text("有效期至", "valid until"),
    "pair": Text("同次考试的另一证书", "other certificate of the same exam"),
    "signed_by": Text("文件由其签名", "file signed by"),
    "status_as_of": Text("撤销情况截至", "revocations known up to"),
    "bundle_signer": Text("验真包签署密钥指纹", "fingerprint of the bundle's key"),
}


def bundle(
    door: Door,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="写到哪里 · where to write it", dir_okay=False)
    ] = None,
    days: Annotated[int, typer.Option("--days", help="有效天数 · days for which it may be relied on")] = 7,
    signer: Annotated[
        str, typer.Option("--signer", metavar="NAME", help="由哪个机构的密钥签署 · institution whose key signs it")
    ] = "",
    root_key: Annotated[
        Path | None,
        typer.Option("--root-key", metavar="FILE", help="改用此 Ed25519 密钥签署 · sign with this key instead"),
    ] = None,
    root_password: Annotated[
        Path | None, typer.Option("--root-password", metavar="FILE", help="该密钥的密码文件 · file with its password")
    ] = None,
    lists: Annotated[
        Path | None,
        typer.Option(
            "--lists",
            metavar="FOLDER",
            help="另存状态列表，发布于验真网址之下 · status lists too, to be published below the verification page",
        ),
    ] = None,
) -> None:
    """验真包：公钥与撤销情况，供离线验真 · Write keys and revocations into one signed file for verifying offline."""
    from scheduler.office.bundle import make_bundle as verb

    with door.office() as office:
        report = verb(
            office, out=out, days=days, signer=signer, root_key=root_key, root_password=root_password, lists=lists
        )
    door.answer(report)
    door.say(report.path)
    door.say(door.pick(Text(f"有效期至 {report.valid_until}", f"to be relied on until {report.valid_until}")))
    for name in report.issuers:
        door.say(f"  {name}")
    door.say(door.pick(Text(f"撤销或失效 {report.n_withdrawn} 本", f"{report.n_withdrawn} certificates valid no more")))
    fingerprint = Text(
        "签署密钥指纹，请另行告知验真人", "fingerprint of its key, to be told to verifiers by another way"
    )
    door.say(f"{door.pick(fingerprint)}:\n  {report.fingerprint}")


def verify_by_bundle(door: Door, paper: str, bundle: str, pin: str) -> int:
    """Verify a paper by a bundle alone; return the exit code."""
    from scheduler.office.verify_offline import verify_offline as verb

    found = verb(paper, bundle, pin=pin)
    door.answer(found)
    facts = dict(found.facts)
    code_only = found.valid and any(finding.rule == "compare-paper" for finding in found.findings)
    door.say(door.pick(CODE_ONLY if code_only else ANSWERS[facts["answer"]]))
    if facts["answer"] == "altered" and "number" in facts:
        door.say(door.pick(SIGNED))
    colon = "：" if door.language == "zh" else ": "
    for key, words in FACTS.items():
        if key in facts:
            door.say(f"  {door.pick(words)}{colon}{facts[key]}")
    door.findings(found.findings)
    return 0 if found.valid else 6
