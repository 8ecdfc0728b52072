"""Prepare a round (批次准备): days, places and examiners from a set-up workbook into the registry."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scheduler.domain.rounds import RoundSetup
from scheduler.errors import Finding, InputError, Language, Text, errors_in
from scheduler.office.desk import Office, existing_file
from scheduler.office.facts import stale_answers
from scheduler.registry.store import Store
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
                f"{len(s.rooms)} 个考场共 {seats} 个考位，{len(s.examiners)} 名考评和监考人员"
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
            Text("按下列问题修改后重新读入", "correct what is listed and read it again"),
        )
    with office.registry.transaction(write=not dry_run) as store:
        change = store.rounds.compare_setup(setup)
        if change == "changed":
            findings += _touched(store, store.rounds.setup(setup.id), setup)
            findings += stale_answers(store.duties.replies(setup.id), setup)
        if not dry_run and change != "same":
            store.rounds.save_setup(setup)
            office.note(store, "prepare", setup.id, change)
    return PrepareReport(setup, change, tuple(findings), dry_run)


def _touched(store: Store, before: RoundSetup, setup: RoundSetup) -> list[Finding]:
    """Tell that the published plan rests on slots, rooms or examiners that are other than they were."""
    published = store.plans.published(setup.id)
    if published is None:
        return []
    used = {key for s in published.plan.sessions for key in (s.slot_id, s.room_id, *s.examiner_ids)}
    old, new = ({one.id: one for part in (s.slots, s.rooms, s.examiners) for one in part} for s in (before, setup))
    touched = sorted(key for key in used if old.get(key) != new.get(key))
    if not touched:
        return []
    return [
        Finding(
            "published-plan-touched",
            Text(
                f"已发布的第 {published.version} 版方案用到的时段、考场或考评员有变动",
                f"slots, rooms or examiners that published version {published.version} uses have changed",
            ),
            said="、".join(touched),
            hint=Text("重新编排并发布，或恢复原设置", "plan again and publish, or take the change back"),
            severity="warning",
        )
    ]
