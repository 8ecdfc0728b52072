"""Kernel that brings a draft onto an empty board. Used by the board."""

from __future__ import annotations

from scheduler.planning.swift.crewing import join, spare, staff
from scheduler.planning.swift.jit import inner
from scheduler.planning.swift.layout import CREW, DUE, HELD, MEM, MOVES, Given, N, Now, Task
from scheduler.planning.swift.seating import leave, sit


@inner
def load(x: Given, y: Now, task: Task) -> None:
    """Seat units and call crews as the task says."""
    for c in range(len(task.seats)):
        for j in range(task.seats.shape[1]):
            if task.seats[c, j] >= 0:
                sit(x, y, c, j, task.seats[c, j])
    for s in range(len(task.crews)):
        for k in range(task.crews[s, 0]):
            join(x, y, task.crews[s, 1 + k], s)
    if task.mending:
        for s in range(len(y.ses)):
            if y.ses[s, N] > 0 and not staff(x, y, s):
                empty_out(x, y, s)
        for s in range(len(y.ses)):
            if y.ses[s, CREW] > 0:
                spare(x, y, s)


@inner
def empty_out(x: Given, y: Now, s: int) -> None:
    """Make those of a session leave it, and their other one, except those who are never moved."""
    start = x.at[x.rule[MEM] + s]
    for k in range(y.ses[s, HELD] - 1, -1, -1):
        c = y.mem[start + k]
        for j in range(x.who[c, DUE] if x.who[c, MOVES] else 0):
            if y.at[c, j] >= 0:
                leave(x, y, c, j)
