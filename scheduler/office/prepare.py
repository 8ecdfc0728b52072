"""Prepare a round (批次准备): days, places and examiners from a set-up workbook into the registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scheduler.domain.rounds import RoundSetup
from scheduler.errors import Finding, InputError, Language, Text, errors_in
from scheduler.office.desk import Office, existing_file
from scheduler.sheets.read import read_setup


@dataclass(frozen=True, slots=True)
class PrepareReport:
    """What was read, and what it changed."""

    setup: RoundSetup
    change: Literal["new", "changed", "same"]
    findings: tuple[Finding, ...]
    dry_run: bool

    def summary(self, language: Language) -> str:
        """Return one line of figures."""
        s, words = self.setup, {"new": "新建", "changed": "已更新", "same": "无变化"}
        seats = sum(room.places for room in s.rooms)
        if language == "zh":
            return (
                f"批次 {s.id}（{s.name}）：{words[self.change]}；{len(s.slots)} 个时段，{len(s.sites)} 个考点，"
                f"{len(s.rooms)} 个考场共 {seats} 个席位，{len(s.examiners)} 名考评和监考人员"
            )
        return (
            f"round {s.id} ({s.name}): {self.change}; {len(s.slots)} slots, {len(s.sites)} sites, "
            f"{len(s.rooms)} rooms with {seats} places, {len(s.examiners)} examiners"
        )


def prepare(office: Office, workbook: str | Path, *, dry_run: bool = False) -> PrepareReport:
    """Read a set-up workbook and keep it; a round that has entries keeps them.

    Raises:
        InputError: The workbook has errors; nothing was kept.
    """
    setup, findings = read_setup(existing_file(workbook), catalogue=office.catalogue)
    if setup is None or errors_in(findings):
        raise InputError(
            Text("批次设置表有错误，未写入任何内容", "the set-up workbook has errors; nothing was kept"),
            findings,
            Text("按下列问题修改后重新读入", "mend what is listed and read it again"),
        )
    with office.registry.transaction(write=not dry_run) as store:
        change = store.rounds.compare_setup(setup)
        if not dry_run and change != "same":
            store.rounds.save_setup(setup)
            office.note(store, "prepare", setup.id, change)
    return PrepareReport(setup, change, tuple(findings), dry_run)
