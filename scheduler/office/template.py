"""Template (下载模板): empty workbooks to fill in, and marks sheets prefilled for a published round or session."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Literal

from scheduler.domain.catalogue import Catalogue
from scheduler.errors import InputError, NotFound, Text
from scheduler.office.desk import Office
from scheduler.office.settings import templates_folder
from scheduler.planning.roundfile import round_schema
from scheduler.recognition.shelf import load_catalogue
from scheduler.sheets.write import write_marks_sheet, write_template

Kind = Literal["entries", "setup", "marks", "numbers"]
_OFFICE = """\
# 机构设置 · settings of the office; folders are read from where this file lies
office_name = "填写机构名称"     # 机构名称 · name of the office
region = "000000"               # 六位行政区划代码 · six-digit division code: fill in
database = "registry.sqlite3"   # 登记库 · the registry, made at first use
photos_folder = "photos"        # 照片，文件名与报名表一致 · one JPEG a candidate, named in the registration workbook
out_folder = "out"              # 证书写到这里 · certificates are written here
verify_url = "https://cert.example.org/v"  # 二维码中的验真网址 · address in the QR codes
lang = "zh"                     # "zh" 或 or "en"
"""


def template(kind: Kind, out: str | Path, *, catalogue: Catalogue | None = None, overwrite: bool = False) -> Path:
    """Write an empty workbook with headings, drop-down lists and instructions; needs no office.

    Raises:
        InputError: The file is there already and ``overwrite`` was not asked for.
    """
    path = _free(out, overwrite=overwrite)
    write_template(kind, path, catalogue=catalogue or load_catalogue())
    return path


def marks_sheet(
    office: Office, *, round_id: str, out: str | Path, session_id: str | None = None, overwrite: bool = False
) -> Path:
    """Write a marks workbook for a published round, or one session of it, with a row for every sitting.

    Raises:
        InputError: The file is there already and ``overwrite`` was not asked for.
        NotFound: Nothing is published, or the published plan has no such session.
    """
    path = _free(out, overwrite=overwrite)
    with office.registry.transaction(write=False) as store:
        published = store.plans.published(round_id)
        if published is None:
            raise NotFound(
                Text(f"批次 {round_id} 尚未发布方案", f"round {round_id} has no published plan"),
                hint=Text("先用 publish 发布", "publish one first"),
            )
        entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
        plan = store.lots.seated(published)
    sittings = [s for s in plan.sittings if session_id in (None, s.session_id)]
    if not sittings:
        raise NotFound(Text(f"已发布方案没有场次 {session_id}", f"the published plan has no session {session_id}"))
    sittings.sort(key=lambda s: (s.session_id, s.turn, s.place))
    write_marks_sheet(path, [(s, entries[s.party_id]) for s in sittings], catalogue=office.catalogue)
    return path


def office_file(out: str | Path, *, overwrite: bool = False) -> Path:
    """Write settings to fill in; they are refused until the division code was.

    Raises:
        InputError: The file is there already and ``overwrite`` was not asked for.
    """
    path = _free(out, overwrite=overwrite)
    path.write_text(_OFFICE, encoding="utf-8")
    return path


def own_templates(out: str | Path) -> Path:
    """Copy the templates that are shipped into a folder of the office's own, to be changed; needs no office.

    Raises:
        InputError: There is something at that place already.
        SettingsError: The templates that are shipped cannot be found.
    """
    path = _free(out, overwrite=False)
    shutil.copytree(templates_folder(), path, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    return path


def round_schema_file(out: str | Path, *, overwrite: bool = False) -> Path:
    """Write the JSON Schema of round files; needs no office.

    Raises:
        InputError: The file is there already and ``overwrite`` was not asked for.
    """
    path = _free(out, overwrite=overwrite)
    path.write_text(json.dumps(round_schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def _free(out: str | Path, *, overwrite: bool) -> Path:
    """Return the path; what somebody may have filled in by now is not written over."""
    path = Path(out)
    if path.exists() and not (overwrite and path.is_file()):
        raise InputError(
            Text(f"{path} 已经存在，没有覆盖", f"{path} is there already and was not written over"),
            hint=Text("换一个文件名，或加 --force 覆盖", "choose another name, or add --force to write over it"),
        )
    return path
