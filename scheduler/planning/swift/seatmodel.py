"""The linear model of a re-seating: everybody takes one way, no session more than its room.

Used by both re-seatings, of a whole plan and of a block; each finds the kinds and the ways in its own numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from scheduler.planning.swift.linear import Linear, solved
from scheduler.planning.table import IntArray


@dataclass(frozen=True, slots=True)
class Kind:
    """Equal people, and the ways open to them: one session for each component in a row of ``ways``."""

    members: IntArray
    ways: IntArray
    cost: IntArray


def taken(kinds: list[Kind], room: IntArray) -> Iterator[tuple[Kind, IntArray]]:
    """Yield for every kind the ways taken, one in a row, at the least cost of all; fewer than members where it was split.

    Args:
        kinds: Nobody in two of them.
        room: Candidates each session takes.
    """
    values = solved(_model(kinds, room))
    if values is None:
        return
    column = 0
    for kind in kinds:
        number = np.floor(values[column : column + len(kind.ways)] + 1e-6).astype(np.int64)
        column += len(kind.ways)
        yield kind, np.repeat(kind.ways, number, axis=0)[: len(kind.members)]


def _model(kinds: list[Kind], room: IntArray) -> Linear:
    sizes = np.array([len(kind.ways) for kind in kinds], dtype=np.int64)
    width = np.array([kind.ways.shape[1] for kind in kinds], dtype=np.int64)
    column = np.arange(int(sizes.sum()))
    owner = np.repeat(np.arange(len(kinds)), sizes)
    session = np.concatenate([kind.ways.ravel() for kind in kinds])
    of = np.repeat(column, np.repeat(width, sizes))
    sessions, row = np.unique(session, return_inverse=True)
    rows = np.concatenate([owner, len(kinds) + row.reshape(-1)])
    columns = np.concatenate([column, of])
    order = np.lexsort((columns, rows))
    people = np.array([len(kind.members) for kind in kinds], dtype=np.int64)
    return Linear(
        np.concatenate([kind.cost for kind in kinds]), people[owner], np.concatenate([people, np.zeros_like(sessions)]),
        np.concatenate([people, room[sessions]]), rows[order], columns[order],
    )  # fmt: skip
