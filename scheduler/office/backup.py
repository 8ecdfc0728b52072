"""Backup (备份): the whole registry, from a file or a server, as one file that stands alone and was checked. It changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scheduler.errors import Conflict, Finding, Language, Text, errors_in
from scheduler.office.desk import Office
from scheduler.office.folder import dated_copy
from scheduler.registry.copies import digest_of, opened_copy


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What was written."""

    path: str
    sha256: str
    lines: int
    """Lines of its ledger."""
    root: str
    """Tree head over them, hexadecimal: the head of a manifest of the same size is the same."""
    rows: tuple[tuple[str, int], ...]
    """Rows of each table, in the order in which they were copied."""
    findings: tuple[Finding, ...]
    """What is wrong with the ledger in it; it was wrong before."""

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        rows = sum(count for _, count in self.rows)
        if language == "zh":
            return f"已备份并核对：{rows} 行记录，台账 {self.lines} 行，树头 {self.root[:16]}…"
        return f"backed up and checked: {rows} rows, {self.lines} ledger lines, tree head {self.root[:16]}…"


def backup(office: Office, *, out: str | Path | None = None) -> BackupReport:
    """Write the registry as it is at this moment into a new file, and read it back. Others go on working meanwhile.

    Args:
        office: The opened office.
        out: The file; a dated one in the folder ``backups`` of the output folder when None.

    Raises:
        Conflict: There is such a file: a backup never takes the place of another.
    """
    path = Path(out) if out else dated_copy(office, "registry")
    if path.exists():
        raise Conflict(
            Text(f"文件 {path} 已存在，未覆盖", f"the file {path} exists and was not overwritten"),
            hint=Text("换一个文件名", "name another file"),
        )
    with office.registry.transaction(write=False) as store:
        rows = store.copies.write(path)
    with opened_copy(path, path.parent) as copy:
        last = copy.ledger.last()
        lines = last.sequence if last else 0
        root = copy.heads.roots({lines})[lines]
        findings = errors_in([*copy.ledger.findings(), *copy.numbers.findings()])
    return BackupReport(str(path), digest_of(path), lines, root, tuple(rows.items()), tuple(findings))
