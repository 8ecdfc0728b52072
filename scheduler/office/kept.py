"""Kept (留存): which files were made, until when they must be there, and whether they are there as they were made.

`keep` is called by the verbs that make files; certificates are listed from the ledger, which knows them already. Nothing
is ever deleted here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from scheduler.domain.calendar import add_months
from scheduler.domain.certificates import Standing
from scheduler.domain.kept import KeptFile
from scheduler.errors import Finding, Language, Text, Where
from scheduler.office.desk import Office
from scheduler.office.folder import ENDED, certificates_folder
from scheduler.registry.store import Store

State = Literal["there", "changed", "missing", "due", "gone"]
"""在存, 已改动, 缺失, 可销毁, 到期后已销毁."""


@dataclass(frozen=True, slots=True)
class KeptView:
    """One file of the list."""

    file: KeptFile
    state: State

    @property
    def due_on(self) -> date | None:
        """Return the first day on which both the file and its paper may be destroyed; None: never."""
        until = (self.file.electronic_until, self.file.paper_until)
        return None if None in until else date.fromordinal(max(day for day in until if day).toordinal() + 1)

    def line(self, language: Language = "zh") -> str:
        """Return one line for lists: when it may be destroyed, its state, its path."""
        never = Text("长期", "for good").in_(language)
        return f"{self.due_on or never}  {STATE_WORDS[self.state].in_(language)}  {self.file.path}"


STATE_WORDS: dict[State, Text] = {
    "there": Text("在存", "there"),
    "changed": Text("被改动", "changed"),
    "missing": Text("缺失", "missing"),
    "due": Text("可销毁", "may be destroyed"),
    "gone": Text("到期后已销毁", "destroyed"),
}


@dataclass(frozen=True, slots=True)
class KeptReport:
    """What is kept, sorted by the day it may be destroyed and by path."""

    files: tuple[KeptView, ...]
    findings: tuple[Finding, ...]

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        n = {state: sum(view.state == state for view in self.files) for state in ("due", "changed", "missing", "gone")}
        if language == "zh":
            return f"留存文件 {len(self.files)} 个：可销毁 {n['due']}，被改动 {n['changed']}，缺失 {n['missing']}，到期后已销毁 {n['gone']}"
        return (
            f"{len(self.files)} files kept: {n['due']} may be destroyed, {n['changed']} changed, {n['missing']} missing,"
            f" {n['gone']} destroyed when they were due"
        )


def keep(
    office: Office,
    store: Store,
    paths: Iterable[Path],
    *,
    kind: str,
    round_id: str = "",
    known: Mapping[Path, str] | None = None,
) -> None:
    """Enter files below the output folder with the day until which they must be kept; the same file again changes nothing.

    Args:
        office: The opened office.
        store: An open writing transaction.
        paths: Files that exist; those outside the output folder are somebody else's and are left out.
        kind: What they are, such as ``upload``; the retention data may name it.
        round_id: Round that they belong to; its last day counts where it is later than today.
        known: SHA-256 of files where whoever made them knows it, so that nothing is read again.

    Source: filing of evaluation batches: paper three years, electronic five years at least (retention data).
    """
    rule = office.duties().retention_of(kind)
    begin = office.today()
    if round_id:
        begin = max(begin, store.rounds.setup(round_id).window.last_on)
    until = [add_months(begin, n) if n else None for n in (rule.electronic_months, rule.paper_months)]
    named = _named(office, paths)
    before, digests = store.kept.digests(sorted(named)), known or {}
    source = f"{rule.id} ({rule.edition.mark}): {rule.edition.source}"
    made = ((name, digests.get(path) or digest_of(path)) for name, path in sorted(named.items()))
    store.kept.keep(
        KeptFile(name, kind, round_id, digest, office.today(), until[0], until[1], source)
        for name, digest in made
        if before.get(name) != digest
    )


def keep_now(office: Office, paths: Iterable[Path], *, kind: str, round_id: str = "") -> None:
    """Enter files as `keep` does, in a transaction of its own; without one where none lies below the output folder."""
    named = _named(office, paths)
    if named:
        with office.registry.transaction() as store:
            keep(office, store, named.values(), kind=kind, round_id=round_id)


def _named(office: Office, paths: Iterable[Path]) -> dict[str, Path]:
    """Return the files below the output folder by the names under which they are kept."""
    root = Path(office.settings.out_folder).resolve()
    ways = ((path, path.resolve()) for path in paths)
    return {real.relative_to(root).as_posix(): path for path, real in ways if real.is_relative_to(root)}


def kept(office: Office, *, due: bool = False) -> KeptReport:
    """List the files that are kept, and look whether each is there as it was made.

    Args:
        office: The opened office.
        due: Only those that may be destroyed today.
    """
    with office.registry.transaction(write=False) as store:
        files = sorted([*store.kept.files(), *_certificates(office, store)], key=lambda file: file.path)
    root = Path(office.settings.out_folder)
    views = [KeptView(file, _state(root, file, office.today())) for file in files]
    findings = [_finding(root, view) for view in views if view.state in {"changed", "missing"}]
    shown = [view for view in views if view.state == "due" or not due]
    shown.sort(key=lambda view: (view.due_on or date.max, view.file.path))
    return KeptReport(tuple(shown), tuple(findings))


def _certificates(office: Office, store: Store) -> list[KeptFile]:
    """Return the certificates of all rounds: the ledger has their digests, so nothing is entered when they are issued."""
    rule = office.duties().retention_of("certificate")
    source = f"{rule.id} ({rule.edition.mark}): {rule.edition.source}"
    months, found = (rule.electronic_months, rule.paper_months), list[KeptFile]()
    for c in store.ledger.certificates():
        folder = certificates_folder(office) / (ENDED if c.standing is not Standing.VALID else "")
        if c.standing is not Standing.VALID and not (folder / c.file_name).is_file():
            continue  # the registry has it; a copy of what ended is not made again
        path = (folder / c.file_name).relative_to(office.settings.out_folder).as_posix()
        until = [add_months(c.face.issued_on, n) if n else None for n in months]
        found.append(KeptFile(path, "certificate", c.round_id, c.sha256, c.face.issued_on, until[0], until[1], source))
    return found


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _state(root: Path, file: KeptFile, today: date) -> State:
    due_on = KeptView(file, "there").due_on
    over = due_on is not None and due_on <= today
    path = root / file.path
    if not path.is_file():
        return "gone" if over else "missing"
    if over:
        return "due"
    return "there" if digest_of(path) == file.sha256 else "changed"


def _finding(root: Path, view: KeptView) -> Finding:
    where = Where(file=str(root / view.file.path))
    if view.state == "missing":
        what = Text("应留存的文件不见了", "a file that must be kept is missing")
        hint = Text(
            "从备份恢复，或运行生成它的命令重新写出", "restore it from a backup, or run the command that makes it"
        )
        return Finding("kept-missing", what, where, hint=hint)
    what = Text("留存的文件被改动过", "a file that is kept was changed")
    hint = Text("把改动过的另存他处，从备份恢复原件", "put the changed one elsewhere and restore the original")
    said = digest_of(root / view.file.path)[:16] + "…"
    return Finding("kept-changed", what, where, said, Text(*[view.file.sha256[:16] + "…"] * 2), hint)
