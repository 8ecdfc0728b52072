"""The folder of certificates: copies of the files that the registry keeps, made whole or not at all, and a manifest."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import threading
from itertools import count
from pathlib import Path

from scheduler.domain.certificates import Certificate, Standing
from scheduler.errors import InputError, Text
from scheduler.office.desk import Office

ENDED = "ended"
"""Folder below the certificates' for copies of those that ended."""
MANIFEST_HEAD = (
    "序号 line",
    "文件 file",
    "证书 award",
    "证书编号 number",
    "姓名 name",
    "发证日期 issued on",
    "SHA-256",
)


def export(office: Office, round_id: str) -> list[Path]:
    """Write each valid certificate of a round that is missing or differs in the folder; returns their paths in ledger order.

    Copies of certificates that ended are moved into the folder ``ended``: nobody shall print them by mistake.
    """
    folder = certificates_folder(office)
    folder.mkdir(parents=True, exist_ok=True)
    paths, valid = [], []
    with office.registry.transaction(write=False) as store:
        for certificate in store.ledger.certificates(round_id):
            path = folder / certificate.file_name
            if certificate.standing is not Standing.VALID:
                if path.exists():
                    (folder / ENDED).mkdir(exist_ok=True)
                    path.replace(folder / ENDED / path.name)
                continue
            if not _is_copy(path, certificate):
                write_whole(path, store.ledger.file_of(certificate))
            (folder / ENDED / path.name).unlink(missing_ok=True)  # a suspension was lifted
            paths.append(path)
            valid.append(certificate)
    write_whole(folder / f"manifest-{round_id}.csv", _manifest(valid))
    return paths


def certificates_folder(office: Office) -> Path:
    """Return where the copies of certificates lie; it need not exist."""
    return Path(office.settings.out_folder) / "certificates"


def free_path(out: str | Path, *, overwrite: bool) -> Path:
    """Return the path; what somebody may have filled in by now is not written over: raises InputError."""
    path = Path(out)
    if path.exists() and not (overwrite and path.is_file()):
        raise InputError(
            Text(f"{path} 已经存在，没有覆盖", f"{path} is there already and was not written over"),
            hint=Text("换一个文件名，或加 --force 覆盖", "choose another name, or add --force to write over it"),
        )
    return path


def backups_folder(office: Office) -> Path:
    """Return where copies of the registry lie unless somebody said otherwise; it need not exist."""
    return Path(office.settings.out_folder) / "backups"


def dated_copy(office: Office, name: str) -> Path:
    """Return where a copy of the registry made now may lie: ``backups/NAME-20260701T093000.sqlite3``, or -2 and so on."""
    stem = f"{name}-" + "".join(c for c in office.now()[:19] if c.isalnum())
    names = (f"{stem}{f'-{n}' if n > 1 else ''}.sqlite3" for n in count(1))
    return next(path for path in map(backups_folder(office).joinpath, names) if not path.exists())


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a stop leaves the old one or the new one, never a part."""
    # A name of its own: two desks may write the same copy at the same moment.
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with part.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _is_copy(path: Path, certificate: Certificate) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == certificate.sha256


def _manifest(certificates: list[Certificate]) -> bytes:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(MANIFEST_HEAD)
    for c in certificates:
        rows.writerow((c.sequence, c.file_name, c.face.title, c.number, c.face.name, c.issued_on.isoformat(), c.sha256))
    return out.getvalue().encode("utf-8-sig")  # the mark makes spreadsheet programs read UTF-8
