"""Restored (确认恢复): the registry is an older copy; what was lost is listed, and its numbers are kept from being used again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scheduler.certificates.verify import read_paper
from scheduler.domain.heads import Acknowledged
from scheduler.domain.numbers import KeptNumber
from scheduler.errors import Finding, Language
from scheduler.office.affected import reason_given
from scheduler.office.desk import Office
from scheduler.office.keyring import log_key
from scheduler.office.lost import Lost, look
from scheduler.office.manifests import give_head
from scheduler.registry.store import Store

LOST = "lost"
"""Folder below the certificates' for files of certificates that the registry no longer knows."""


@dataclass(frozen=True, slots=True)
class RestoredReport:
    """What an older copy of the registry does not hold."""

    lines: tuple[tuple[int, str, str, str], ...]
    """Ledger line, event, award and number of each lost line that a manifest lists, in order."""
    files: tuple[str, ...]
    """Files of certificates beyond the ledger's end; moved into the folder ``lost`` when acknowledged."""
    blocked: tuple[str, ...]
    """Numbers that will be voided instead of being given to somebody else, sorted."""
    reason: str
    done: bool
    findings: tuple[Finding, ...]

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        figures = len(self.lines), len(self.files), len(self.blocked)
        if language == "zh":
            head = "已确认" if self.done else "与清单相比（尚未改动，确认后加 --yes 和 --reason）"
            return f"{head}：丢失台账 {figures[0]} 行，证书文件 {figures[1]} 个，{figures[2]} 个编号不再使用"
        head = "acknowledged" if self.done else "against the manifests (nothing was changed; add --yes and --reason)"
        return (
            f"{head}: {figures[0]} ledger lines and {figures[1]} files are lost, {figures[2]} numbers will not be used"
        )


def restored(office: Office, *, reason: str = "", yes: bool = False) -> RestoredReport:
    """List what manifests and files tell of a ledger that the registry no longer holds and, when told so, acknowledge it.

    After that issuing goes on. Revocations among the lost lines have to be entered again: the report lists them.

    Args:
        office: The opened office.
        reason: Kept for good, 2 to 200 characters; needed to acknowledge.
        yes: Acknowledge it; otherwise only list it.

    Raises:
        InputError: It was to be acknowledged without a reason.
    """
    reason = reason_given(reason) if yes else reason
    with office.registry.transaction(write=yes) as store:
        lost, findings = look(office, store, deep=True)
        numbers = sorted(_numbers(office, store, lost))
        done = yes and lost.open
        if done:
            _acknowledge(office, store, lost, reason)
            for number, award_id in numbers:
                store.numbers.keep(KeptNumber(number, award_id, "", "lost", office.now(), source=reason))
            office.note(store, "restored", "", f"{len(lost.heads)} heads, {len(numbers)} numbers: {reason}")
    if done:
        for path in lost.files:
            (path.parent / LOST).mkdir(exist_ok=True)
            path.replace(path.parent / LOST / path.name)
        give_head(office, key=log_key(office))
    return RestoredReport(
        tuple((int(line["line"]), str(line["event"]), str(line["award"]), str(line["number"])) for line in lost.lines),
        tuple(path.name for path in lost.files),
        tuple(number for number, _ in numbers),
        reason,
        done,
        tuple(findings),
    )


def _acknowledge(office: Office, store: Store, lost: Lost, reason: str) -> None:
    for manifest in lost.heads:
        store.heads.acknowledge(Acknowledged(manifest.head.size, manifest.head.root, office.now(), office.who, reason))
    if lost.files:  # no manifest may have reached so far
        beyond = max(_line_of(path) for path in lost.files)
        store.heads.acknowledge(Acknowledged(beyond, "", office.now(), office.who, reason))


def _numbers(office: Office, store: Store, lost: Lost) -> set[tuple[str, str]]:
    """Return number and award of lost certificates that the registry could give away again."""
    told = {(str(line["number"]), str(line["award"])) for line in lost.lines}
    for path in lost.files:
        award_id = path.stem.partition("-")[2]
        told |= {(number, award_id) for number in read_paper(path.read_bytes()).numbers}
    return {
        (number, award_id)
        for number, award_id in told
        if _of_series(office, number, award_id)
        and store.numbers.find_one(number, award_id) is None
        and not store.ledger.certificate(number, award_id)
    }


def _of_series(office: Office, number: str, award_id: str) -> bool:
    """Tell whether a text is a number of an award that is counted or comes from outside; others are a person's own."""
    rules = [rule for award in office.catalogue.awards if award.id == award_id for _, rule in award.number_rules]
    return any((rule.scope or rule.imported) and re.fullmatch(rule.pattern, number) for rule in rules)


def _line_of(path: Path) -> int:
    return int(path.name.partition("-")[0])
