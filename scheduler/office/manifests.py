"""Manifests (清单): after each change of the ledger a file beside the database that says, signed, what the ledger held.

They are a copy of the log's shape outside the database: a database that was set back holds less than they say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scheduler.certificates.treehead import signed_head
from scheduler.domain.certificates import Certificate, LedgerEntry
from scheduler.domain.heads import HeadRecord, TreeHead
from scheduler.errors import Finding, Text, Where
from scheduler.office.desk import Office
from scheduler.office.folder import write_whole
from scheduler.office.kept import keep_now
from scheduler.registry.store import Store

KIND = "joint-exam-scheduler manifest 1"
_MOST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """One manifest as read back; nothing in it is trusted before it was compared."""

    file: Path
    batch: str
    round_id: str
    head: TreeHead
    certificates: tuple[dict[str, Any], ...]
    lines: tuple[dict[str, Any], ...]

    @property
    def content(self) -> str:
        """Return the digest that the head must name."""
        return _digest(self.round_id, self.certificates, self.lines)


def folder_of(office: Office) -> Path:
    """Return where manifests lie; it need not exist."""
    return Path(office.settings.out_folder) / "manifests"


def give_head(office: Office, *, round_id: str = "", key: Ed25519PrivateKey | None = None) -> Path | None:
    """Sign the ledger as it stands, keep the head, and write its manifest; None where nothing changed since the last.

    Args:
        office: The opened office.
        round_id: Round whose certificates that no manifest lists yet are this batch; empty where none are meant.
        key: Signs the head; None leaves it unsigned, which ``check --ledger`` tells.
    """
    with office.registry.transaction() as store:
        record = _record(office, store, round_id)
        if record is not None:
            record = replace(record, head=signed_head(record.head, key)) if key else record
            store.heads.give(record)
    # Also where nothing changed: a manifest that somebody took away comes back.
    paths = write_manifests(office)
    return paths[record.id] if record else None


def _record(office: Office, store: Store, round_id: str) -> HeadRecord | None:
    """Return the head to give out, not signed yet; None where nothing changed since the last."""
    given, batch = store.heads.given(), store.heads.unbatched(round_id) if round_id else []
    tree, before = store.heads.tree(), given[-1].head.size if given else 0
    if tree.size == before and not batch:
        return None
    name = f"{tree.size:06d}-{tree.head().hex()[:8]}"
    # One tree may be given out twice: for an ending, then for a batch that a stop had left without its manifest.
    same = sum(1 for record in given if record.id.startswith(name))
    record = HeadRecord(
        f"{name}-{same + 1}" if same else name,
        TreeHead(tree.size, tree.head().hex(), office.now()),
        before,
        round_id if batch else "",
        tuple(batch),
        tuple(peak.hex() for peak in tree.peaks),
    )
    content = _digest(record.round_id, *_listed(office, store, record))
    return replace(record, head=replace(record.head, content=content))


def write_manifests(office: Office) -> dict[str, Path]:
    """Write each manifest that is missing in the folder; returns all paths by the manifests' names, oldest first."""
    folder = folder_of(office)
    folder.mkdir(parents=True, exist_ok=True)
    paths, new = {}, list[Path]()
    with office.registry.transaction(write=False) as store:
        for record in store.heads.given():
            paths[record.id] = folder / f"{record.id}.json"
            if not paths[record.id].exists():
                write_whole(paths[record.id], _document(office, store, record))
                new.append(paths[record.id])
    keep_now(office, new, kind="manifest")
    return paths


def read_manifests(folder: Path, *, known: Collection[str] = ()) -> tuple[list[Manifest], list[Finding]]:
    """Return the manifests of a folder, the smallest tree first, and a finding for each file that is none.

    Args:
        folder: Need not exist.
        known: Names of manifests to leave out.
    """
    return read_files(sorted(file for file in folder.glob("*.json") if file.stem not in known))


def read_files(files: Iterable[Path]) -> tuple[list[Manifest], list[Finding]]:
    """Return manifests, the smallest tree first, and a finding for each file that is none."""
    read, findings = [], []
    for file in files:
        try:
            read.append(_read(file))
        except (OSError, ValueError, KeyError, TypeError) as fault:
            findings.append(
                Finding(
                    "manifest-unreadable",
                    Text("清单无法读取", "the manifest cannot be read"),
                    Where(file=str(file)),
                    said=str(fault),
                    expected=Text("发证时写出的清单", "a manifest as issuing writes it"),
                    hint=Text(
                        "从备份恢复该文件；也可移走，再次发证会重新写出",
                        "restore it from a backup, or move it away: issuing writes it again",
                    ),
                )
            )
    return sorted(read, key=lambda one: (one.head.size, one.head.root)), findings


def _read(file: Path) -> Manifest:
    if file.stat().st_size > _MOST_BYTES:
        raise ValueError("far too long for a manifest")
    said = json.loads(file.read_text(encoding="utf-8"))
    if said["manifest"] != KIND:
        raise ValueError(f"{said['manifest']!r} instead of {KIND!r}")
    head = TreeHead(**{name: said["head"][name] for name in TreeHead.__slots__})
    wrong = [name for name, value in asdict(head).items() if type(value) is not (int if name == "size" else str)]
    if wrong:
        raise TypeError(f"{wrong[0]} of the tree head is of another type")
    return Manifest(file, said["batch"], said["round"], head, tuple(said["certificates"]), tuple(said["lines"]))


def _document(office: Office, store: Store, record: HeadRecord) -> bytes:
    certificates, lines = _listed(office, store, record)
    document = {
        "manifest": KIND,
        "batch": record.id,
        "round": record.round_id,
        "head": asdict(record.head),
        "certificates": certificates,
        "lines": lines,
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _listed(office: Office, store: Store, record: HeadRecord) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what a manifest lists: the certificates of the batch, and the lines since the manifest before."""
    wanted = set(record.sequences)
    certificates = [c for c in store.ledger.certificates(record.round_id) if c.sequence in wanted] if wanted else []
    lines = store.ledger.lines(after=record.before, until=record.head.size)
    return [_certificate(office, c) for c in certificates], [_line(office, line) for line in lines]


def _certificate(office: Office, c: Certificate) -> dict[str, Any]:
    return {
        "line": c.sequence,
        "file": c.file_name,
        "sha256": c.sha256,
        "award": c.award_id,
        "number": office.masked(c.award_id, c.number),
        "print_serial": c.print_serial,
    }


def _line(office: Office, line: LedgerEntry) -> dict[str, Any]:
    """Return a ledger line as a manifest tells it; a personal number is masked, so its digest stands for it."""
    return {
        "line": line.sequence,
        "at": line.at,
        "event": line.event,
        "award": line.award_id,
        "number": office.masked(line.award_id, line.number),
        "sha256": line.sha256,
        "digest": line.digest,
    }


def _digest(round_id: str, certificates: Sequence[dict[str, Any]], lines: Sequence[dict[str, Any]]) -> str:
    said = json.dumps(
        [round_id, list(certificates), list(lines)], ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(said.encode()).hexdigest()
