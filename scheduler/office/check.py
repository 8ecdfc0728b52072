"""Check (自检): every fault of settings, database, folders, libraries, fonts and templates at once.

Used by ``scheduler check`` and by whoever sets up an office. It changes nothing and never imports the press.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

from scheduler.errors import Finding, SchedulerError, SettingsError, Text, Where
from scheduler.office.key_faults import key_findings
from scheduler.office.probe import Probe
from scheduler.office.settings import (
    DEFAULT_VERIFY_URL,
    Settings,
    load_settings,
    missing_folder,
    settings_file,
)
from scheduler.office.template_faults import template_findings

_LIBRARIES = {
    "libpango-1.0-0": ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    "libpangoft2-1.0-0": ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    "libharfbuzz-subset0": ("libharfbuzz-subset.so.0", "libharfbuzz-subset.dylib"),
    "libfontconfig1": ("libfontconfig.so.1", "libfontconfig.dylib"),
}
"""System libraries that drawing needs, by Debian package."""
_FONTS = {
    "Noto Serif CJK SC": "fonts-noto-cjk",
    "Noto Sans CJK SC": "fonts-noto-cjk",
    "LXGW WenKai": "fonts-lxgw-wenkai",
}
"""Font families that the templates name, by Debian package."""
SAMPLE = "证书编号姓名身份住址龘䶮㛃𬱖"
"""Common words of the papers, and characters of names that lesser fonts lack."""
_PACKAGES = {"ortools": (9, 14), "sqlmodel": (0, 0, 24), "jinja2": (3, 1), "weasyprint": (70, 0), "pikepdf": (9, 0)}
"""Python packages and the least version that serves."""
_REINSTALL = Text("运行 ./run setup，或重新安装本程序", "./run setup, or install the program again")


def check(settings_path: Path | None = None, *, probe: Probe | None = None) -> list[Finding]:
    """Return everything that would stop this office or this machine; empty when all is well.

    Args:
        settings_path: The settings file or its folder. Without it ``office.toml`` here; when that is
            not there either, only the machine is looked at, and a warning says so.
        probe: The senses to use; those of this machine by default.
    """
    senses = probe or Probe()
    findings = [*_python(senses), *_libraries(senses), *_fonts(senses)]
    file = settings_file(settings_path)
    if settings_path is None and not file.exists():
        return [*findings, _no_office(file), *template_findings(None)]
    try:
        settings = load_settings(file)
    except SettingsError as fault:
        return [*fault.findings, *findings, *template_findings(None)]
    own = [*_folders(settings), *_database(settings), *_verify_url(settings), *key_findings(settings)]
    return [*own, *findings, *template_findings(settings)]


def _no_office(file: Path) -> Finding:
    what = Text("没有设置文件，只检查了本机", "no settings file, so only the machine was checked")
    hint = Text(
        "用 scheduler template office --out office.toml 生成一份并填写，或用 --office 指定",
        "write one with scheduler template office --out office.toml and fill it in, or name yours with --office",
    )
    return Finding("settings-file-missing", what, Where(file=str(file)), hint=hint, severity="warning")


def _python(probe: Probe) -> list[Finding]:
    findings = []
    if probe.python < (3, 11):
        what = Text("Python 版本过低", "Python is too old")
        said = ".".join(map(str, probe.python))
        findings.append(Finding("python-too-old", what, said=said, expected=_or_newer("3.11")))
    for name, least in _PACKAGES.items():
        version = probe.package_version(name)
        if version is None or _numbers(version) < least:
            rule = "package-missing" if version is None else "package-too-old"
            what = Text(f"Python 包 {name} 缺失或版本过低", f"the Python package {name} is missing or too old")
            wanted = _or_newer(".".join(map(str, least)))
            findings.append(Finding(rule, what, said=version, expected=wanted, hint=_REINSTALL))
    return findings


def _or_newer(version: str) -> Text:
    return Text(f"{version} 或更高", f"{version} or newer")


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version: 70.1rc1 gives (70,) and then 1."""
    numbers = []
    for part in version.split("."):
        digits = "".join(c for c in part if c.isdigit()) if part[:1].isdigit() else ""
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


def _apt(package: str) -> Text:
    line = f"apt-get install -y --no-install-recommends {package}"
    return Text(f"以管理员身份运行：{line}", f"as root: {line}")


def _libraries(probe: Probe) -> list[Finding]:
    return [
        Finding(
            "system-library-missing",
            Text("缺少绘制证书所需的系统库", "a system library that drawing needs cannot be loaded"),
            Where(subject=names[0]),
            hint=_apt(package),
        )
        for package, names in _LIBRARIES.items()
        if not probe.can_load(names)
    ]


def _fonts(probe: Probe) -> list[Finding]:
    findings = []
    for family, package in _FONTS.items():
        where = Where(subject=family)
        file = probe.font_file(family)
        if file is None:
            what = Text("缺少字体", "a font of the papers is not installed")
            findings.append(Finding("font-missing", what, where, hint=_apt(package)))
            continue
        drawn = probe.characters(file)
        if lacking := [c for c in SAMPLE if ord(c) not in drawn]:
            what = Text("字体缺字，姓名可能印不出", "the font lacks characters, so names may not print")
            findings.append(Finding("font-lacks-characters", what, where, said="".join(lacking), hint=_apt(package)))
    return findings


def _folders(settings: Settings) -> list[Finding]:
    findings = [
        missing_folder(key, folder, settings.file)
        for key, folder in (
            ("templates_folder", settings.templates_folder),
            ("catalogue_folder", settings.catalogue_folder),
        )
        if folder is not None and not folder.is_dir()
    ]
    if (fault := _unwritable(settings.out_folder)) is not None:
        what = Text("输出文件夹不可写", "nothing can be written into the output folder")
        where = Where(file=str(settings.file), path="out_folder")
        findings.append(Finding("out-folder-not-writable", what, where, said=f"{settings.out_folder}: {fault}"))
    if not settings.photos_folder.is_dir():
        what = Text(
            "照片文件夹不存在，证书将没有照片", "the photo folder does not exist, so certificates would lack photos"
        )
        where = Where(file=str(settings.file), path="photos_folder")
        findings.append(
            Finding("photos-folder-missing", what, where, said=str(settings.photos_folder), severity="warning")
        )
    return findings


def _unwritable(folder: Path) -> str | None:
    """Return why nothing can be written below a folder, which need not exist yet; None when it can."""
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            return None
    except OSError as fault:
        return fault.strerror or str(fault)


def _database(settings: Settings) -> list[Finding]:
    """Look whether the database can be opened and written; an absent SQLite file is made at first use."""
    where = Where(file=str(settings.file), path="database")
    if "://" in settings.database:
        return _database_server(settings.database, where)
    file = Path(settings.database)
    fault = (_sqlite_fault(file) if file.exists() else _no_folder(file.parent)) or _unwritable(file.parent)
    if fault is None:
        return []
    what = Text("数据库无法打开或写入", "the database cannot be opened or written")
    return [Finding("database-out-of-reach", what, where, said=f"{file}: {fault}")]


def _no_folder(folder: Path) -> str | None:
    """Return that a folder does not exist; SQLite makes files, never folders."""
    return None if folder.is_dir() else "no such folder"


def _sqlite_fault(file: Path) -> str | None:
    """Return why an SQLite file cannot be read and locked for writing; the lock is let go at once."""
    if not os.access(file, os.W_OK):
        return "read-only"
    try:
        connection = sqlite3.connect(f"{file.as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=2)
        try:
            connection.execute("PRAGMA schema_version").fetchone()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.Error as fault:
        return str(fault)
    return None


def _database_server(url: str, where: Where) -> list[Finding]:
    """Look whether a server answers and the database can be used; nothing is made or changed in it."""
    from scheduler.registry.store import look  # half a second, which an office with a file need not pay

    try:
        look(url)
    except SchedulerError as fault:
        what = Text("数据库无法打开或写入", "the database cannot be opened or written")
        return [Finding("database-out-of-reach", what, where, said=fault.what.in_("en"), hint=fault.hint)]
    return []


def _verify_url(settings: Settings) -> list[Finding]:
    if settings.demo or settings.verify_url != DEFAULT_VERIFY_URL:
        return []
    what = Text("二维码仍指向示例网址", "the QR codes still point to the example address")
    where = Where(file=str(settings.file), path="verify_url")
    return [Finding("verify-url-default", what, where, said=settings.verify_url, severity="warning")]
