"""Whether the templates in use are whole: every file that is shipped, named or referred to, readable as what it is.

Used by ``check``; nothing is drawn here.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from scheduler.domain.catalogue import AwardKind
from scheduler.errors import Finding, SettingsError, Text, Where
from scheduler.office.settings import WEB_FOLDER, Settings, templates_folder

_PARTS = ("template.html", "style.css", "face.toml")
"""What a certificate of each kind is drawn from."""
_STYLE_ADDRESS = re.compile(r"""url\(\s*["']?([^"')\s]+)["']?\s*\)""")


def template_findings(settings: Settings | None) -> list[Finding]:
    """Return what is missing from the templates in use, and what cannot be read; those shipped without settings."""
    try:
        folder, shipped = templates_folder(settings), templates_folder()
    except SettingsError as fault:
        return list(fault.findings) or [Finding("templates-missing", fault.what, hint=fault.hint)]
    drawn = {f"certificates/{kind}/{part}" for kind in AwardKind for part in _PARTS}
    papers = _faults(folder, drawn | _files(shipped, without=WEB_FOLDER), without=WEB_FOLDER)
    return [*papers, *_faults(shipped / WEB_FOLDER, set())]


def _faults(folder: Path, needed: set[str], without: str = "") -> list[Finding]:
    """Return what is needed or referred to and not in the folder, after what is there and cannot be read."""
    findings = []
    for name in sorted(_files(folder, without=without)):
        try:
            needed = needed | set(_references(folder, name))
        except _Unreadable as fault:
            findings.append(fault.finding)
    what = Text("缺少模板文件", "a template file is missing")
    missing = sorted(name for name in needed if not (folder / name).is_file())
    return [Finding("template-missing", what, Where(file=str(folder / name))) for name in missing] + findings


class _Unreadable(Exception):
    def __init__(self, finding: Finding) -> None:
        self.finding = finding


def _files(folder: Path, without: str = "") -> set[str]:
    """Return the names of what papers are drawn from; scripts that drew a picture once are not part of it."""
    inside = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return {file.as_posix() for file in inside if file.suffix not in (".py", ".pyc") and file.parts[0] != without}


def _references(folder: Path, name: str) -> Iterator[str]:
    """Give the names of other files that a page or a style refers to, as seen from the templates folder."""
    if name.endswith(".html"):
        yield from _pages(folder, name)
    elif name.endswith(".css"):
        for address in _STYLE_ADDRESS.findall(_text(folder / name)):
            if not address.startswith(("data:", "#")):
                yield posixpath.normpath(posixpath.join(posixpath.dirname(name), address))


def _pages(folder: Path, name: str) -> Iterator[str]:
    from jinja2 import Environment, TemplateSyntaxError, meta

    try:
        page = Environment(autoescape=True).parse(_text(folder / name))
    except TemplateSyntaxError as fault:
        what = Text("模板语法有误", "the template has a syntax error")
        where = Where(file=str(folder / name), row=fault.lineno)
        raise _Unreadable(Finding("template-syntax", what, where, said=fault.message)) from fault
    yield from (other for other in meta.find_referenced_templates(page) if other is not None)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, OSError) as fault:
        what = Text("模板文件无法按 UTF-8 读取", "the template file cannot be read as UTF-8")
        raise _Unreadable(Finding("template-syntax", what, Where(file=str(file)), said=str(fault))) from fault
