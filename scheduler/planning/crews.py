"""Crew: examiners who may stand in for each other everywhere, called by number in the model and by name in the plan.

Used by the model. Who is picked one by one, in the constructive start, is ``examiners``' matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scheduler.planning.problem import Problem
from scheduler.planning.table import IntArray


@dataclass(frozen=True, slots=True)
class Crew:
    """Equal examiners, or a single one."""

    examiners: tuple[int, ...]
    """Ascending."""
    busy_slots: tuple[int, ...] = ()
    """Slots of the sessions they keep outside the model."""

    @property
    def first(self) -> int:
        """Return the examiner who stands for all."""
        return self.examiners[0]


def crews_of(
    problem: Problem, sessions: IntArray, staying: Mapping[int, tuple[int, ...]], apart: Iterable[int] = ()
) -> list[Crew]:
    """Gather examiners into crews; those with a service that stays, a recusal or a lock stand alone.

    Args:
        problem: The round.
        sessions: Sessions they may be called to.
        staying: Examiners of the sessions that stay as they are.
        apart: Further examiners to be told apart.
    """
    busy: dict[int, list[int]] = {}
    for s, serving in staying.items():
        for e in serving:
            busy.setdefault(e, []).append(int(problem.table.slot[s]))
    alone = set(busy) | set(apart) | {e for crew in problem.locked_examiners.values() for e in crew}
    alone |= {e for barred in problem.recused for e in barred}
    rotating = problem.policy.max_consecutive_at is not None or problem.policy.rotate_half
    # With slots that overlap in part, a crew's shares need not be servable one by one.
    partly = bool(((problem.slot_overlaps.sum(axis=1)) > 1).any())
    found: dict[tuple[object, ...], list[int]] = {}
    for e, examiner in enumerate(problem.examiners):
        if not problem.eligible[e][sessions].any():
            continue
        alike = (problem.eligible[e].tobytes(), examiner.institution_id, examiner.may_lead)
        key: tuple[object, ...] = (*alike, examiner.max_per_day, examiner.max_per_week)
        found.setdefault((e,) if partly or rotating or e in alone else key, []).append(e)
    return [Crew(tuple(members), tuple(sorted(busy.get(members[0], ())))) for members in found.values()]


def share_out(problem: Problem, crews: list[Crew], counted: list[dict[int, int]]) -> dict[int, tuple[int, ...]]:
    """Name the examiners of each session from the numbers of each crew.

    Going round a crew in order of time gives everyone at most one session a slot, and day and week shares that differ by
    one at most, so limits that hold for the crew's sums hold for each of its members.
    """
    named: dict[int, list[int]] = {}
    for crew, numbers in zip(crews, counted, strict=True):
        turn = 0
        for s in sorted(numbers, key=lambda s: (int(problem.table.slot[s]), s)):
            for _ in range(numbers[s]):
                named.setdefault(s, []).append(crew.examiners[turn % len(crew.examiners)])
                turn += 1
    return {s: tuple(sorted(members)) for s, members in named.items()}
