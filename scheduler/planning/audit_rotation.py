"""Audit of rotation: examiners who stay too long at one institution's sites, teams that stay too long in one room.

Used by the audit; every check reads Round and Plan values alone. With examiners switched off nothing here applies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from scheduler.errors import Text
from scheduler.planning.audit_examiners import Serving, serving
from scheduler.planning.audit_reading import Fault, Reading, checks


@checks("examiner-rotation", "其中一天改派其他考评员", "send another examiner on one of the days")
def examiner_rotation(reading: Reading) -> Iterator[Fault]:
    """Find examiners with too many duty days in a row at one institution's sites."""
    most = reading.policy.max_consecutive_at
    if most is None:
        return
    hosts: dict[str, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for held, examiners, _ in serving(reading):
        site = reading.sites.get(held.room.site_id)
        for examiner in examiners if site is not None else ():
            hosts[examiner.id][held.slot.on].add(site.institution_id if site is not None else "")
    for examiner_id, days in hosts.items():
        for institution_id, first, last, n in _rows(days):
            if n > most:
                what = Text(
                    f"考评员 {examiner_id} 自 {first} 至 {last} 连续 {n} 个执考日都在机构 {institution_id} 的考点，最多 {most} 个",
                    f"examiner {examiner_id} serves {n} duty days in a row, {first} to {last}, "
                    f"at sites of {institution_id}, at most {most} are allowed",
                )
                yield Fault(examiner_id, what, str(n), Text(f"≤ {most}", f"<= {most}"))


def _rows(days: dict[date, set[str]]) -> Iterator[tuple[str, date, date, int]]:
    """Yield each longest row of duty days at one institution alone: institution, first and last day, length."""
    row: list[date] = []
    host = ""
    for on in sorted(days):
        here = next(iter(days[on])) if len(days[on]) == 1 else ""
        if row and here != host:
            yield host, row[0], row[-1], len(row)
            row = []
        if here:
            row.append(on)
        host = here
    if row:
        yield host, row[0], row[-1], len(row)


@checks("team-rotation", "更换一半以上的考评人员", "exchange at least half of the team")
def team_rotation(reading: Reading) -> Iterator[Fault]:
    """Find teams of which more than half served in the session before in the same room."""
    rooms: dict[str, list[Serving]] = defaultdict(list)
    for one in serving(reading) if reading.policy.rotate_half else ():
        rooms[one.held.room.id].append(one)
    for room_id, sessions in rooms.items():
        sessions.sort(key=lambda one: (one.held.slot.starts_at, one.held.slot.ends_at, one.held.session.id))
        for before, after in pairwise(sessions):
            team = {examiner.id for examiner in after.examiners}
            stayed = team & {examiner.id for examiner in before.examiners}
            if 2 * len(stayed) > len(team):
                ids = before.held.session.id, after.held.session.id
                what = Text(
                    f"考场 {room_id} 的场次 {ids[1]} 有 {len(stayed)}/{len(team)} 名考评人员与上一场 {ids[0]} 相同",
                    f"{len(stayed)} of {len(team)} examiners of session {ids[1]} were in {ids[0]}, the one before in room {room_id}",
                )
                most = len(team) // 2
                yield Fault(ids[1], what, ", ".join(sorted(stayed)), Text(f"≤ {most}", f"<= {most}"))
