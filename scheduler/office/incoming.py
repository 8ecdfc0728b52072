"""Uploaded workbooks (暂存的上传文件): kept aside under a random name until they are used, for a day at most.

Nobody but who sent a file may use it, and only as it was when it was looked at.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from scheduler.errors import Conflict, InputError, NotFound, Text
from scheduler.office.desk import Office

FOLDER = "incoming"
KEPT = timedelta(days=1)
_ID = re.compile(r"[0-9a-f]{32}")
_SUFFIXES = {".xlsx", ".xls", ".ods", ".csv"}
_ABOUT, _ERRORS = "about.json", "errors.xlsx"
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Aside:
    """A file put aside."""

    id: str
    path: Path
    sha256: str
    """Of the file as it is now."""

    @property
    def errors(self) -> Path:
        """Return where the workbook to correct goes."""
        return self.path.parent.parent / _ERRORS


def put_aside(office: Office, *, name: str, content: bytes) -> Aside:
    """Keep an uploaded workbook for a day; what is older goes.

    Raises:
        InputError: It is empty, or its name is not that of a workbook.
    """
    plain = _plain(name)
    if Path(plain).suffix.lower() not in _SUFFIXES or not content:
        raise InputError(
            Text("请选择 xlsx、xls、ods 或 csv 文件", "choose an xlsx, xls, ods or csv file"),
            hint=Text("文件不能为空", "it must not be empty"),
        )
    _sweep(office)
    _folder(office).mkdir(mode=0o700, exist_ok=True)  # nobody else on the machine reads what people send
    made = _folder(office) / secrets.token_hex(16)
    (made / "file").mkdir(parents=True)
    path = made / "file" / plain
    path.write_bytes(content)
    about = {"who": office.who, "at": office.now()}
    (made / _ABOUT).write_text(json.dumps(about), "utf-8")
    return Aside(made.name, path, hashlib.sha256(content).hexdigest())


def aside(office: Office, *, aside_id: str, sha256: str = "") -> Aside:
    """Return a file that this person put aside.

    Args:
        office: The opened office; who acts must be who sent it.
        aside_id: As told when it was put aside.
        sha256: What its digest was when it was looked at; empty where it was not yet.

    Raises:
        NotFound: There is none, it was used, its day is over, or somebody else sent it.
        Conflict: It is not what was looked at.
    """
    folder = _own_folder(office, aside_id)
    path = next(iter((folder / "file").glob("*")), None) if folder else None
    if path is None:
        raise NotFound(
            Text("没有这份上传的文件，或已过期", "there is no such uploaded file, or its day is over"),
            hint=Text("请重新上传", "upload it again"),
        )
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if sha256 and found != sha256:
        raise Conflict(Text("文件与预览时不同，未读入", "the file is not the one that was previewed; nothing was read"))
    return Aside(aside_id, path, found)


def errors_aside(office: Office, *, aside_id: str) -> Path:
    """Return the workbook to correct that was made of a file put aside; raises NotFound."""
    folder = _own_folder(office, aside_id)
    if folder is None or not (folder / _ERRORS).is_file():
        raise NotFound(Text("没有待更正的表", "there is no workbook to correct"))
    return folder / _ERRORS


def drop_aside(office: Office, *, aside_id: str) -> None:
    """Forget a file that was used; what is to be corrected of it stays for the rest of its day."""
    folder = _own_folder(office, aside_id)
    if folder is not None:
        shutil.rmtree(folder / "file" if (folder / _ERRORS).is_file() else folder, ignore_errors=True)


def _own_folder(office: Office, aside_id: str) -> Path | None:
    folder = _folder(office) / aside_id
    if not _ID.fullmatch(aside_id) or not (folder / _ABOUT).is_file():
        return None
    about = json.loads((folder / _ABOUT).read_text("utf-8"))
    return folder if about["who"] == office.who and not _over(office, about) else None


def _folder(office: Office) -> Path:
    return office.settings.file.parent / FOLDER


def _plain(name: str) -> str:
    """Return a file's name without folders and without what a file system may not take; its end stays."""
    last = re.split(r"[\\/]", name)[-1]
    clean = re.sub(r'[:*?"<>|\x00-\x1f\x7f]+', "_", last).strip(" .") or "workbook"
    path = Path(clean)
    return path.stem.encode()[:_LONGEST].decode(errors="ignore") + path.suffix[:8]


def _over(office: Office, about: dict[str, str]) -> bool:
    return office.clock() - datetime.fromisoformat(about["at"]) > KEPT


def _sweep(office: Office) -> None:
    folder = _folder(office)
    for one in folder.iterdir() if folder.is_dir() else ():
        about = one / _ABOUT
        if about.is_file() and _over(office, json.loads(about.read_text("utf-8"))):
            shutil.rmtree(one, ignore_errors=True)
