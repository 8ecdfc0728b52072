"""Restore (恢复): a backup takes the place of the whole registry; what it does not hold is told before, and nothing is thrown away.

After it issuing stops until ``restored`` has answered for what was lost: certificates may have been issued since the backup.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from scheduler.errors import InputError, Language, SettingsError, Text, errors_in
from scheduler.office.affected import reason_given
from scheduler.office.desk import Office, existing_file
from scheduler.office.folder import backups_folder, dated_copy
from scheduler.office.keyring import log_key
from scheduler.office.manifests import give_head
from scheduler.registry.copies import digest_of, opened_copy
from scheduler.registry.store import Store


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """What a backup holds, and what the registry holds that it does not."""

    backup: str
    sha256: str
    rows: tuple[tuple[str, int, int], ...]
    """Each table in which something is kept: rows now, and rows in the backup; sorted by name."""
    lines_lost: tuple[tuple[int, str, str, str], ...]
    """Ledger line, event, award and number of each line that the registry holds and the backup does not, in order."""
    kept_as: str
    """The copy of the registry as it was; empty where it held nothing, or nothing was changed."""
    done: bool

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        lost = len(self.lines_lost)
        if language == "zh":
            head = "已恢复" if self.done else "尚未改动（确认后加 --yes 和 --reason）"
            return f"{head}：丢失台账 {lost} 行。" + ("发证前请运行 scheduler restored" if self.done else "")
        head = "restored" if self.done else "nothing was changed yet (add --yes and --reason)"
        tail = "; issuing stops until scheduler restored was run" if self.done else ""
        return f"{head}: {lost} ledger lines are not in the backup{tail}"


def restore(office: Office, backup: str | Path, *, reason: str = "", yes: bool = False) -> RestoreReport:
    """Compare a backup with the registry and, when told so, put it in its place.

    The registry as it was is kept as a file in the folder ``backups``. Works between a file and a server, either way.

    Args:
        office: The opened office.
        backup: A file as `backup` writes it, also of an earlier version of this program.
        reason: Kept for good, 2 to 200 characters; needed to restore.
        yes: Do it; otherwise only compare.

    Raises:
        InputError: The file is no sound backup, or it was to be restored without a reason.
        SchemaMismatch: A later version of this program wrote it.
    """
    source = existing_file(backup)
    reason = reason_given(reason) if yes else reason
    if yes:
        # Whatever the registry holds now stands in a manifest then, from which `restored` tells what was lost.
        give_head(office, key=log_key(office))
    with ExitStack() as stack:
        other = _opened(source, stack, backups_folder(office))
        with office.registry.transaction(write=yes) as store:
            report = _compared(source, store, other, masked=office.masked)
            if not yes:
                return report
            kept_as = _kept(store, report, dated_copy(office, "before-restore"))
            store.copies.put_in_place(other)
            office.note(store, "restore", "", f"{source.name} {report.sha256[:16]}: {reason}")
    return replace(report, kept_as=kept_as, done=True)


def _opened(source: Path, stack: ExitStack, beside: Path) -> Store:
    """Return a copy of a backup, opened; raises InputError where it is none, or its ledger is not sound."""
    what = Text(f"不是可用的备份：{source}", f"this is no sound backup: {source}")
    hint = Text("用 scheduler backup 写出的文件；另选一份", "take another file that scheduler backup wrote")
    try:
        other = stack.enter_context(opened_copy(source, beside))
    except SettingsError as fault:
        raise InputError(what, hint=hint) from fault
    findings = errors_in([*other.ledger.findings(), *other.numbers.findings()])
    if findings:
        raise InputError(what, findings, hint)
    return other


def _compared(source: Path, store: Store, other: Store, masked: Callable[[str, str], str]) -> RestoreReport:
    held = {line.digest for line in other.ledger.lines()}
    lost = [line for line in store.ledger.lines() if line.digest not in held]
    now, then = store.copies.counts(), other.copies.counts()
    return RestoreReport(
        str(source),
        digest_of(source),
        tuple((name, now[name], then[name]) for name in sorted(now) if now[name] or then[name]),
        tuple((line.sequence, line.event, line.award_id, masked(line.award_id, line.number)) for line in lost),
        "",
        done=False,
    )


def _kept(store: Store, report: RestoreReport, path: Path) -> str:
    """Keep the registry as it is in a file; return its path, empty where there is nothing to keep."""
    if not any(now for name, now, _ in report.rows if name != "counters"):
        return ""
    store.copies.write(path)
    return str(path)
