"""Settings of one office: ``office.toml``, then ``SCHEDULER_*`` variables; read once, frozen, every fault at once.

Also the finder of the templates. Used by the desk and by ``check``; nothing here opens a database or draws.
"""

from __future__ import annotations

import difflib
import importlib.resources
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from scheduler.errors import Finding, Language, SettingsError, Text, Where

ENV_PREFIX = "SCHEDULER_"
DEFAULT_FILE = "office.toml"
DEFAULT_VERIFY_URL = "https://cert.example.org/v"
WEB_FOLDER = "web"
"""Where the pages of the web lie among the templates: never part of an office's own templates."""

_NO_TEMPLATES = Text("找不到证书模板", "the templates cannot be found")
_EXPECTED = {
    "office_name": Text("加引号的机构名称，1 至 100 个字符", "the office's name, 1 to 100 characters in quotes"),
    "office_name_en": Text("加引号的机构英文名称", "the office's English name in quotes"),
    "demo": Text("true 或 false，不加引号", "true or false without quotes"),
    "region": Text('加引号的 6 位行政区划代码，如 "420500"', 'a six-digit division code in quotes: "420500"'),
    "database": Text("加引号的 SQLite 文件路径或数据库地址", "an SQLite file or a database URL, in quotes"),
    "out_folder": Text("加引号的文件夹路径", "a folder in quotes"),
    "photos_folder": Text("加引号的文件夹路径", "a folder in quotes"),
    "templates_folder": Text("加引号的文件夹路径", "a folder in quotes"),
    "catalogue_folder": Text("加引号的文件夹路径", "a folder in quotes"),
    "keys_folder": Text("加引号的文件夹路径", "a folder in quotes"),
    "tsa_url": Text("以 http:// 或 https:// 开头的网址", "an address that begins with http:// or https://"),
    "verify_url": Text("以 http:// 或 https:// 开头的网址", "an address that begins with http:// or https://"),
    "lang": Text('"zh" 或 "en"', '"zh" or "en"'),
    "seed": Text("0 至 2147483647 的整数，不加引号", "a whole number from 0 to 2147483647 without quotes"),
}
_TYPES: dict[str, type] = {"demo": bool, "seed": int}
"""Keys that are not text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one office (机构设置); every folder is absolute."""

    office_name: str
    office_name_en: str
    demo: bool
    """A demo office prints on every paper that it is worth nothing."""
    region: str
    """Division code (行政区划代码), six digits."""
    database: str
    """Absolute path of an SQLite file, or a database URL."""
    out_folder: Path
    photos_folder: Path
    templates_folder: Path | None
    """Own templates instead of the ones shipped."""
    catalogue_folder: Path | None
    """More TOML editions of the catalogue."""
    keys_folder: Path
    """Holds ``keys.toml``, the register of the keys that sign."""
    tsa_url: str
    """Time-stamp authority (RFC 3161); empty for none."""
    verify_url: str
    """Address before the certificate number in the QR code; no slash at the end."""
    lang: Language
    seed: int
    file: Path
    """The settings file that was read."""


class _OfficeFile(BaseSettings):
    """The settings as people write them."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, env_ignore_empty=True, extra="forbid")

    office_name: str = Field(min_length=1, max_length=100)
    office_name_en: str = Field(default="", max_length=200)
    demo: bool = False
    region: str = Field(pattern=r"^[1-9][0-9]{5}$")
    database: str = Field(default="registry.sqlite3", min_length=1)
    out_folder: str = Field(default="out", min_length=1)
    photos_folder: str = Field(default="photos", min_length=1)
    templates_folder: str | None = Field(default=None, min_length=1)
    catalogue_folder: str | None = Field(default=None, min_length=1)
    keys_folder: str = Field(default="keys", min_length=1)
    tsa_url: str = Field(default="", pattern=r"^(https?://[^\s/?#]+[^\s#]*)?$")
    verify_url: str = Field(default=DEFAULT_VERIFY_URL, pattern=r"^https?://[^\s/?#]+[^\s?#]*$")
    lang: Literal["zh", "en"] = "zh"
    seed: int = Field(default=1, ge=0, le=2**31 - 1)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings of an office.

    Args:
        path: The settings file, or the folder it lies in; without it ``office.toml`` in the current folder.

    Raises:
        SettingsError: With one finding for each fault: file, key, what was read, what was expected.
    """
    file = settings_file(path)
    written = _read_toml(file)
    known = {key: value for key, value in written.items() if key in _EXPECTED}
    findings = [_foreign_key(key, written[key], file) for key in written if key not in known]
    findings += _faults(known, file)
    if findings:
        raise SettingsError(Text(f"设置有误：{file}", f"the settings are wrong: {file}"), findings)
    return _settled(_OfficeFile(**known), file)


def settings_file(path: Path | None) -> Path:
    """Return the absolute path of the settings file meant; it need not exist."""
    asked = Path(path or DEFAULT_FILE).expanduser()
    return (asked / DEFAULT_FILE if asked.is_dir() else asked).absolute()


def templates_folder(settings: Settings | None = None) -> Path:
    """Return the folder of the templates: the office's own, the installed ones, or those of the checkout.

    Raises:
        SettingsError: None of them exists.
    """
    if settings is not None and (own := settings.templates_folder) is not None:
        if own.is_dir():
            return own
        raise SettingsError(_NO_TEMPLATES, [missing_folder("templates_folder", own, settings.file)])
    package = Path(str(importlib.resources.files("scheduler")))
    if (package / "templates").is_dir():
        return package / "templates"
    if (package.parent / "pyproject.toml").is_file() and (package.parent / "templates").is_dir():
        return package.parent / "templates"
    raise SettingsError(_NO_TEMPLATES, hint=Text("重新安装本程序", "install the program again"))


def _read_toml(file: Path) -> dict[str, Any]:
    """Return the keys of the file; a byte order mark, as Windows editors leave it, does no harm."""
    where = Where(file=str(file))
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        rule, what = "settings-file-missing", Text("找不到设置文件", "there is no such settings file")
        said = None
        hint = Text(
            "用 scheduler template office --out office.toml 生成一份并填写，或用 --office 指定",
            "write one with scheduler template office --out office.toml and fill it in, or name yours with --office",
        )
    except OSError as fault:
        rule, what = "settings-file-unreadable", Text("设置文件无法读取", "the settings file cannot be read")
        said, hint = fault.strerror or str(fault), Text("检查文件权限", "check who may read the file")
    except UnicodeDecodeError:
        rule, what = "settings-encoding", Text("设置文件不是 UTF-8 编码", "the settings file is not in UTF-8")
        said, hint = None, Text("另存为 UTF-8 编码", "save it as UTF-8")
    except tomllib.TOMLDecodeError as fault:
        rule, what = "settings-toml", Text("设置文件不符合 TOML 语法", "the settings file is not valid TOML")
        said, hint = str(fault), Text("文字加英文引号，每行一项", "put text in straight quotes, one key a line")
    finding = Finding(rule, what, where, said=said, hint=hint)
    raise SettingsError(Text(f"设置文件无法使用：{file}", f"the settings file cannot be used: {file}"), [finding])


def _foreign_key(key: str, value: object, file: Path) -> Finding:
    near = difflib.get_close_matches(key, _EXPECTED, n=1)
    hint = Text(f"是否为 {near[0]}", f"perhaps {near[0]} was meant") if near else Text("删去该项", "remove it")
    what = Text(f"没有名为 {key} 的设置项", f"there is no setting named {key}")
    return Finding("settings-unknown-key", what, Where(file=str(file), path=key), said=str(value), hint=hint)


def _faults(written: Mapping[str, Any], file: Path) -> list[Finding]:
    """Return one finding for each key whose value cannot be taken."""
    # The file says true and 3 without quotes; only the environment, where all is text, may be read leniently.
    found = {key: ("type", value) for key, value in written.items() if type(value) is not _TYPES.get(key, str)}
    try:
        _OfficeFile(**written)
    except ValidationError as faults:
        for fault in faults.errors(include_url=False):
            found[str(fault["loc"][0])] = (fault["type"], fault.get("input"))
    return [_fault(key, kind, value, file) for key, (kind, value) in found.items()]


def _fault(key: str, kind: str, value: object, file: Path) -> Finding:
    """Word one fault; a variable of the environment is named when it, and not the file, was read."""
    wanted = (ENV_PREFIX + key).upper()
    variable = next((name for name, said in os.environ.items() if name.upper() == wanted and said), None)
    where = Where(subject=variable) if variable else Where(file=str(file), path=key)
    expected = _EXPECTED.get(key)
    if kind == "missing":
        what = Text(f"缺少设置项 {key}", f"the setting {key} is missing")
        return Finding("settings-missing-key", what, where, expected=expected)
    what = Text(f"设置项 {key} 的值不合要求", f"the value of {key} cannot be used")
    return Finding("settings-bad-value", what, where, said=str(value), expected=expected)


def _settled(read: _OfficeFile, file: Path) -> Settings:
    """Make every folder absolute, as seen from where the settings file lies."""
    home = file.parent

    def folder(name: str) -> Path:
        return Path(os.path.normpath(home / Path(name).expanduser()))

    return Settings(
        office_name=read.office_name,
        office_name_en=read.office_name_en,
        demo=read.demo,
        region=read.region,
        database=_database(read.database, home),
        out_folder=folder(read.out_folder),
        photos_folder=folder(read.photos_folder),
        templates_folder=folder(read.templates_folder) if read.templates_folder else None,
        catalogue_folder=folder(read.catalogue_folder) if read.catalogue_folder else None,
        keys_folder=folder(read.keys_folder),
        tsa_url=read.tsa_url,
        verify_url=read.verify_url.rstrip("/"),
        lang=read.lang,
        seed=read.seed,
        file=file,
    )


def _database(written: str, home: Path) -> str:
    """Return a URL of a server unchanged, and anything about SQLite as an absolute path."""
    if (sqlite := re.fullmatch(r"sqlite:///(.+)", written)) is not None:
        written = sqlite[1]
    elif re.match(r"[a-z][a-z0-9+]+://", written):
        return written
    return os.path.normpath(home / Path(written).expanduser())


def missing_folder(key: str, folder: Path, file: Path) -> Finding:
    """Return the finding that a folder named in the settings does not exist."""
    what = Text(f"{key} 指定的文件夹不存在", f"the folder named by {key} does not exist")
    return Finding("settings-folder-missing", what, Where(file=str(file), path=key), said=str(folder))
