"""Warming: a round of two candidates through every kernel, so that all of them are compiled.

Used by ``swift.warm``; ``python -m scheduler.planning.swift.warming`` does the same when the program is installed.
"""

from __future__ import annotations

from datetime import date, time

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import Component, ComponentKind, Duty, RoomKind, Staffing
from scheduler.domain.people import Examiner
from scheduler.domain.places import Institution, Room, Site
from scheduler.domain.rounds import Party, Round
from scheduler.planning.problem import Problem
from scheduler.planning.proving import Effort, prove


def warm_up() -> None:
    """Search a tiny round with as little work as there is, and prove its bound as for a large one."""
    from scheduler.planning.swift.stages import Swift
    from scheduler.planning.swift.work import Work

    problem = Problem.of(_tiny())
    Swift(problem, 1, Work(54, 1, 1.0, 5), lambda *_: None, lambda: False).run()
    prove(problem, 1_000_000, Effort(0, 1, 0, 0.0, 0))


def _tiny() -> Round:
    day = date(2026, 1, 5)
    theory = Component("t", ComponentKind.THEORY, RoomKind.THEORY_ROOM, "x", 60, Staffing(Duty.INVIGILATE, 1, 10))
    practical = Component("p", ComponentKind.PRACTICAL, RoomKind.WORKSHOP, "x", 60, Staffing(Duty.ASSESS, 1, 5), ("t",))
    return Round(
        "warm",
        Window(day, day),
        (Slot("a", day, time(8), time(9)), Slot("b", day, time(10), time(11))),
        (Institution("i", "i"), Institution("j", "j")),
        (Site("s", "i"),),
        (Room("r", "s", RoomKind.THEORY_ROOM, 9), Room("w", "s", RoomKind.WORKSHOP, 9)),
        (theory, practical),
        (Party("1", ("t", "p")), Party("2", ("t",))),
        tuple(Examiner(f"{n}", "ij"[n % 2], (Duty.ASSESS, Duty.INVIGILATE)) for n in range(4)),
    )


if __name__ == "__main__":
    warm_up()
