"""Whether the registry holds less than it once did (登记库被恢复为旧副本): manifests and files outside it say more than it does.

Used by issuing, which refuses then, and by the check. What was lost is told line by line, as far as manifests reach.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scheduler.domain.heads import Acknowledged
from scheduler.errors import Conflict, Finding, Text, Where
from scheduler.office.desk import Office
from scheduler.office.folder import certificates_folder
from scheduler.office.manifests import Manifest, folder_of, read_manifests
from scheduler.registry.store import Store

_NAMED = re.compile(r"(\d{6,})-[\w-]+\.pdf")
_HINT = Text(
    "恢复最新的备份；没有更新的备份时，用 scheduler restored 列出丢失的内容并确认",
    "restore the newest backup; if there is none newer, see what was lost with scheduler restored, and acknowledge it",
)


@dataclass(frozen=True, slots=True)
class Lost:
    """What manifests and files say that the registry does not hold."""

    heads: tuple[Manifest, ...]
    """Manifests that the ledger contradicts, or does not reach, the smallest first."""
    lines: tuple[dict[str, Any], ...]
    """Ledger lines of those manifests that the ledger does not have, in order."""
    files: tuple[Path, ...]
    """Copies of certificates whose line lies beyond the ledger's end, sorted."""
    size: int
    """Lines that the registry holds."""
    restored_at: str = ""
    """When a backup was put in the registry's place, as long as nobody has answered for it."""

    @property
    def open(self) -> bool:
        """Tell whether somebody has to answer for something before certificates are issued."""
        return bool(self.heads or self.files or self.restored_at)


def look(
    office: Office, store: Store, *, deep: bool = False, also: Sequence[Manifest] = ()
) -> tuple[Lost, list[Finding]]:
    """Return what was lost, and the findings that say so.

    Args:
        office: The opened office.
        store: An open transaction.
        deep: Compute every head anew; otherwise heads that the registry remembers giving out are taken as held.
        also: Manifests from elsewhere.
    """
    given = [] if deep else store.heads.given()
    # A manifest that the registry remembers giving out is not read again: the check does that.
    manifests, findings = read_manifests(folder_of(office), known={record.id for record in given})
    manifests += also
    last = store.ledger.last()
    size = last.sequence if last else 0
    known = {(record.head.size, record.head.root) for record in given}
    answered = store.heads.acknowledged()
    open_ = [m for m in manifests if not _answered(m, answered)]
    roots = store.heads.roots({m.head.size for m in open_ if (m.head.size, m.head.root) not in known})
    held = known | set(roots.items())
    against = [m for m in open_ if m.head.size > size or (m.head.size, m.head.root) not in held]
    files = _beyond(office, max([size, *(one.size for one in answered)]))
    lost = Lost(tuple(against), tuple(_missing(store, against)), tuple(files), size, _restored_at(store))
    return lost, [*findings, *_told(lost)]


def refuse_behind(office: Office, store: Store) -> None:
    """Raise Conflict when the registry holds less than what was given out, and nobody has answered for it."""
    lost, findings = look(office, store)
    if lost.open:
        what = Text(
            "停止发证：登记库从备份恢复，或比以前写出的清单或证书旧",
            "issuing stops: the registry was restored, or is older than manifests or certificates written before",
        )
        raise Conflict(what, findings, _HINT)


def _restored_at(store: Store) -> str:
    """Return when a backup was put in the registry's place; empty where nobody did, or it was answered for."""
    last = store.acts.last("restore", "restored")
    return last.at if last and last.what == "restore" else ""


def _answered(manifest: Manifest, answered: Sequence[Acknowledged]) -> bool:
    return any((one.size, one.root) == (manifest.head.size, manifest.head.root) for one in answered)


def _beyond(office: Office, size: int) -> list[Path]:
    folder = certificates_folder(office)
    named = ((path, _NAMED.fullmatch(path.name)) for path in folder.glob("*.pdf"))
    return sorted(path for path, name in named if name and int(name[1]) > size)


def _missing(store: Store, against: Sequence[Manifest]) -> list[dict[str, Any]]:
    """Return the lines that manifests list and the ledger does not hold, each once, in order."""
    if not against:
        return []
    held = {line.digest for line in store.ledger.lines()}
    missing = {str(line["digest"]): line for m in against for line in m.lines if line["digest"] not in held}
    return sorted(missing.values(), key=lambda line: (int(line["line"]), str(line["digest"])))


def _told(lost: Lost) -> list[Finding]:
    findings = []
    for manifest in lost.heads:
        beyond = manifest.head.size > lost.size
        findings.append(
            Finding(
                "ledger-behind" if beyond else "ledger-forked",
                Text("台账比清单记载的短", "the ledger is shorter than the manifest says")
                if beyond
                else Text("台账与清单记载的不是同一份", "the ledger is not the one that the manifest speaks of"),
                Where(file=manifest.file.name),
                said=f"{lost.size}" if beyond else f"{manifest.head.size}: …",
                expected=Text(
                    f"至少 {manifest.head.size} 行，树头 {manifest.head.root[:16]}…",
                    f"at least {manifest.head.size} lines, tree head {manifest.head.root[:16]}…",
                ),
                hint=_HINT,
            )
        )
    if lost.restored_at:
        findings.append(
            Finding(
                "registry-restored",
                Text(
                    "登记库是从备份恢复的，尚无人确认丢失了什么",
                    "the registry was restored, and nobody said what was lost",
                ),
                said=lost.restored_at,
                hint=_HINT,
            )
        )
    findings += [
        Finding(
            "file-beyond-ledger",
            Text("证书文件的台账序号超出台账末行", "the file's ledger number lies beyond the ledger's last line"),
            Where(file=path.name),
            said=path.name.partition("-")[0],
            expected=Text(f"不大于 {lost.size}", f"{lost.size} at most"),
            hint=_HINT,
        )
        for path in lost.files
    ]
    return findings
