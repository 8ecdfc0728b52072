"""Template (下载模板): empty workbooks to fill in, and marks sheets prefilled for a published round or session."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Literal

from scheduler.domain.catalogue import Catalogue
from scheduler.errors import Finding, InputError, NotFound, Text
from scheduler.office.day_marks import DayMarks
from scheduler.office.desk import Office
from scheduler.office.folder import free_path
from scheduler.office.kept import keep_now
from scheduler.office.settings import WEB_FOLDER, settings_file, templates_folder
from scheduler.planning.roundfile import round_schema
from scheduler.recognition.shelf import load_catalogue
from scheduler.sheets.profiles import OWN_FILE, profile, profiles
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


def template(
    kind: Kind,
    out: str | Path,
    *,
    catalogue: Catalogue | None = None,
    overwrite: bool = False,
    profile_id: str = "",
    office_file: Path | None = None,
) -> Path:
    """Write an empty workbook with headings, drop-down lists and instructions; needs no office.

    Args:
        profile_id: Write the columns of a profile, and behind them whatever compulsory column it does not have.
        office_file: Settings beside which an office may keep profiles of its own.

    Raises:
        InputError: The file is there already and ``overwrite`` was not asked for, or the profile is not of this kind.
    """
    path = free_path(out, overwrite=overwrite)
    chosen = None
    if profile_id:
        chosen = profile(profile_id, settings_file(office_file).with_name(OWN_FILE))
        if chosen.table != kind:
            what = Text(f"表样 {chosen.id} 不是这种表", f"the profile {chosen.id} is not of this kind")
            known = "、".join(one.id for one in profiles().values() if one.table == kind) or "—"
            raise InputError(what, [Finding("profile-kind", what, said=kind, expected=Text(known, known))])
    write_template(kind, path, catalogue=catalogue or load_catalogue(), profile=chosen)
    return path


def marks_sheet(
    office: Office, *, round_id: str, out: str | Path, session_id: str | None = None, overwrite: bool = False
) -> Path:
    """Write a marks workbook for a published round, or one session of it, with a row for every sitting.

    Raises:
        InputError: The file is there already and ``overwrite`` was not asked for.
        NotFound: Nothing is published, or the published plan has no such session.
    """
    path = free_path(out, overwrite=overwrite)
    with office.registry.transaction(write=False) as store:
        published = store.plans.published(round_id)
        if published is None:
            raise NotFound(
                Text(f"批次 {round_id} 尚未发布方案", f"round {round_id} has no published plan"),
                hint=Text("先用 publish 发布", "publish one first"),
            )
        entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
        day, tickets = DayMarks.of(store, round_id), store.lots.tickets(round_id)
    everybody = (*published.plan.sittings, *day.deferred_sittings())
    sittings = [s for s in everybody if session_id in (None, s.session_id)]
    if not sittings:
        raise NotFound(Text(f"已发布方案没有场次 {session_id}", f"the published plan has no session {session_id}"))
    sittings.sort(key=lambda s: (s.session_id, s.turn, s.place))
    rows = [(s, entries[s.party_id]) for s in sittings]
    write_marks_sheet(path, rows, catalogue=office.catalogue, attendance=day.attendance(), tickets=tickets)
    keep_now(office, [path], kind="marks", round_id=round_id)
    return path


def office_file(out: str | Path, *, overwrite: bool = False) -> Path:
    """Write settings to fill in; they are refused until the division code was.

    Raises:
        InputError: The file is there already and ``overwrite`` was not asked for.
    """
    path = free_path(out, overwrite=overwrite)
    path.write_text(_OFFICE, encoding="utf-8")
    return path


def own_templates(out: str | Path) -> Path:
    """Copy the templates of what is printed into a folder of the office's own, to be changed; needs no office.

    Pages of the web are left out: they are drawn as they come, because the policy of their scripts rests on them.

    Raises:
        InputError: There is something at that place already.
        SettingsError: The templates that are shipped cannot be found.
    """
    path = free_path(out, overwrite=False)
    shutil.copytree(templates_folder(), path, ignore=shutil.ignore_patterns("__pycache__", "*.py", WEB_FOLDER))
    return path


def round_schema_file(out: str | Path, *, overwrite: bool = False) -> Path:
    """Write the JSON Schema of round files; needs no office.

    Raises:
        InputError: The file is there already and ``overwrite`` was not asked for.
    """
    path = free_path(out, overwrite=overwrite)
    path.write_text(json.dumps(round_schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
