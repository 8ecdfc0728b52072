"""The register of keys (密钥登记): ``keys.toml`` says for each institution where its keys lie; it holds no secret itself.

Used by the office. Files are seen from where the register lies; every fault is told at once, with file and field.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from scheduler.certificates.keys import KeySource, Secret
from scheduler.errors import Finding, SettingsError, Text, Where

REGISTER = "keys.toml"
_FILES = ("file", "password_file", "pin_file", "certificate", "code_file", "code_password_file")
_TEXTS = ("issuer", "module", "token", "label", "password_env", "pin_env", "code_password_env")
_DAYS = ("trusted_until",)
_HEAD = """\
# 密钥登记 · where the keys of each institution lie; the institution's full name as printed on its certificates
# file / password_file | password_env          PKCS #12 文件及其密码 · PKCS #12 file and its password
# module, token, label / pin_file | pin_env    硬件密钥及其 PIN · key in a token and its PIN; certificate = PEM
# code_file / code_password_file | code_password_env   验真码密钥 · Ed25519 key for codes and credentials
# 换钥：旧密钥保留原处，新密钥登记在后 · a former key stays, the new one is named below it: what it signed is still around
# trusted_until = 2026-06-30   密钥失密时：此日之后签发的一概不信 · after a theft: nothing dated later is trusted
"""


def read_keys(register: Path) -> list[KeySource]:
    """Return where the keys lie, in the order of the register; empty when there is no register.

    Raises:
        SettingsError: With a finding for each fault: file and field.
    """
    if not register.is_file():
        return []
    try:
        raw = tomllib.loads(register.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as fault:
        what = Text("密钥登记文件无法读取", "the key register cannot be read")
        raise _refused(register, [Finding("keys-file", what, Where(file=str(register)), said=str(fault))]) from fault
    tables = raw.get("key", [])
    findings = [_fault(register, name, "unknown") for name in raw if name != "key"]
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _refused(register, [*findings, _fault(register, "key", "table")])
    for n, table in enumerate(tables, 1):
        findings += [_fault(register, f"key[{n}].{name}", kind, said) for name, kind, said in _faults(table)]
    if findings:
        raise _refused(register, findings)
    return [_source(table, register.parent) for table in tables]


def write_keys(register: Path, sources: Sequence[Mapping[str, str]]) -> None:
    """Add institutions to a register, which is made where there is none; a stop leaves the old one or the new one.

    Args:
        register: The file.
        sources: Fields of each table.
    """
    said = register.read_text(encoding="utf-8-sig") if register.is_file() else _HEAD
    for source in sources:
        lines = (f"{name} = {_quoted(value)}" for name, value in source.items())
        said += "\n[[key]]\n" + "\n".join(lines) + "\n"
    part = register.with_suffix(".part")
    part.write_text(said, encoding="utf-8")
    part.replace(register)


def _faults(table: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    found: list[tuple[str, str, str | None]] = []
    for name, value in table.items():
        if name not in (*_FILES, *_TEXTS, *_DAYS):
            found.append((name, "unknown", None))
        elif name in _DAYS:
            found += [] if type(value) is date else [(name, "day", str(value))]
        elif not isinstance(value, str) or not value.strip():
            found.append((name, "text", str(value)))
    if "issuer" not in table:
        found.append(("issuer", "missing", None))
    if "file" in table and "module" in table:
        found.append(("module", "both", None))
    if "module" in table:
        found += [(name, "missing", None) for name in ("token", "label") if name not in table]
        if not {"pin_file", "pin_env"} & set(table):
            found.append(("pin_file", "missing", None))
    if not {"file", "module", "code_file"} & set(table):
        found.append(("file", "missing", None))
    return found


_WORDS = {
    "unknown": Text("没有这一项", "there is no such field"),
    "text": Text("应为加引号的文字", "text in quotes is expected"),
    "day": Text("应为不加引号的日期，如 2026-06-30", "a day without quotes is expected, such as 2026-06-30"),
    "missing": Text("缺少这一项", "this field is missing"),
    "both": Text("file 与 module 只能填一项", "either file or module, not both"),
    "table": Text("应写作 [[key]]", "it is written [[key]]"),
}


def _fault(register: Path, path: str, kind: str, said: str | None = None) -> Finding:
    return Finding("keys-file", _WORDS[kind], Where(file=str(register), path=path), said=said)


def _refused(register: Path, findings: Sequence[Finding]) -> SettingsError:
    return SettingsError(Text(f"密钥登记有误：{register}", f"the key register is wrong: {register}"), findings)


def _source(table: Mapping[str, Any], home: Path) -> KeySource:
    def file(name: str) -> Path | None:
        return home / Path(table[name]).expanduser() if name in table else None

    def secret(kind: str) -> Secret:
        return Secret(file(f"{kind}_file"), table.get(f"{kind}_env", ""))

    return KeySource(
        issuer=table["issuer"],
        file=file("file"),
        password=secret("password"),
        module=table.get("module", ""),
        token=table.get("token", ""),
        label=table.get("label", ""),
        pin=secret("pin"),
        certificate=file("certificate"),
        code_file=file("code_file"),
        code_password=secret("code_password"),
        trusted_until=table.get("trusted_until"),
    )


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
