"""Layout: the arrays the kernels work on, and what stands in each column. No logic here.

``Given`` never changes during a search; ``Now`` is the plan in the making. Both are few arrays with many columns, because
a compiled function takes its arguments one by one, and hundreds of them cost more than the work.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy.typing as npt

NEVER = 1 << 40
"""Price of what cannot be; sums of several stay exact."""
WHOLE = 64
"""Discounts are whole numbers of this."""

# Columns of Given.tab, by session.
CLASS, SITE, SLOT, DAY, CAPACITY, OPENING, NEED, ASSESSED = range(8)
# Columns of Given.who, by unit: a party, or a group kept in one session. F_ and S_: days of first and second component.
DUE, FIRST, SECOND, WAIT_FROM, MOVES, HEADS, LEEWAY, F_FROM, F_TO, S_FROM, S_TO = range(11)
# Columns of Given.ex, by examiner; from E_THERE on, whether available in each slot.
SENT_BY, LEADS, MAX_DAY, MAX_WEEK, CHOICE, E_THERE = range(6)
# Columns of Given.times, by slot; W_START and W_END: slots of its week.
T_DAY, T_WEEK, W_START, W_END = range(4)

# Entries of Given.rule: weights and limits,
W_EXAMINER, W_EXTRA, W_WAIT, W_UNPLACED, PER_BODY, MIN_BODIES, DAYS_MAX, SLOTS, DAY_COUNT, STAFFED = range(10)
# where each part of a table with several begins,
BUSY, BY_DAY, BY_WEEK, USED, MARK, SENT_HEADS, ROW_WEIGHT = range(10, 17)
# and where each family of lists begins in Given.at: the items of list i are items[at[rule[F] + i] : at[rule[F] + i + 1]].
RIVAL = 17  # sessions that cannot stand beside a session
CHOICES = 18  # sessions of a domain, by site and slot
BEFORE = 19  # slots of the same day after which a slot may follow by the order rule
CLASH = 20  # slots that overlap a slot, itself included
ABLE = 21  # components of an examiner
POOL = 22  # examiners of a class: a component in a slot
SENT = 23  # training institutions of a unit; SENT_HEADS further on, how many candidates of each
BAR = 24  # examiners a unit must not meet
LOCK = 25  # examiners a session must have
ROW = 26  # further limits of a session; ROW_WEIGHT further on, the number of the weighting of each
SPOT = 27  # sessions at a site on a day
NEAR = 28  # sites by nearness to a site, itself first
MOVER = 29  # one list: units the kernels may move
MEM = 30  # bounds only: places of a session in Now.mem
DAYS = 31  # bounds only: slots of a day

# Columns of Now.ses, by session.
N, CREW, SHUT, RIVALS, BARRING, LOGGED, HELD, CHANGED = range(8)
# Columns of Now.book, by unit.
SEEN, LEFT_AT, DIRTY = range(3)
# Columns of Now.when, by slot.
SLOT_BEST, SLOT_FIRST, SLOT_TRIP, SLOT_VIA = range(4)
# Rows of Now.lists.
KEYS, SHUTTING, OUTSIDE, PARTIES, SESSIONS, BEFORE_CREW = range(6)
# Entries of Now.sums.
TOUCHED, TAKEN, CLOSED, DIRTY_PARTIES, DIRTY_SESSIONS, LEFT, COST, BEST, MOVES_DONE, ACCEPTED = range(10)
# Discounts of this move, the weight of known prices in it, which sessions it hides, and searches done so far.
CUT_OPEN, CUT_CALL, GUIDE, HIDING, ROUND, GUIDED = range(10, 16)


class Given(NamedTuple):
    """What does not change."""

    tab: npt.NDArray[Any]
    at: npt.NDArray[Any]
    items: npt.NDArray[Any]
    who: npt.NDArray[Any]
    fare: npt.NDArray[Any]
    """Cost of a trip by unit and site."""
    need: npt.NDArray[Any]
    """Examiners by kind of session and candidates."""
    times: npt.NDArray[Any]
    ex: npt.NDArray[Any]
    weight: npt.NDArray[Any]
    """What a unit takes of further limits, by weighting and unit."""
    rule: npt.NDArray[Any]


class Now(NamedTuple):
    """The plan in the making."""

    ses: npt.NDArray[Any]
    price: npt.NDArray[Any]
    """By session: what one more candidate adds, discounted, before the look whether examiners are free; examiners it
    calls for, both true only while parties are being seated; and what a seat is worth by the prices of the bound."""
    body: npt.NDArray[Any]
    """Candidates by session and training institution."""
    crew: npt.NDArray[Any]
    at: npt.NDArray[Any]
    pos: npt.NDArray[Any]
    """Place of a unit among those of its session, by unit and component."""
    book: npt.NDArray[Any]
    mem: npt.NDArray[Any]
    """Units in each session."""
    duty: npt.NDArray[Any]
    """By examiner: whether free in each slot; sessions overlapping each slot; sessions by day; sessions by week."""
    tally: npt.NDArray[Any]
    """Examiners free in each class; what is taken of each further limit; marks of examiners and the last mark."""
    rng: npt.NDArray[Any]
    cell: npt.NDArray[Any]
    """Scratch: price and session of the first component by site and slot, and in which search that was."""
    when: npt.NDArray[Any]
    log: npt.NDArray[Any]
    """This move: sessions touched, with cost, size of the crew and crew before."""
    gone: npt.NDArray[Any]
    """This move: units taken out, with their sessions before."""
    lists: npt.NDArray[Any]
    sums: npt.NDArray[Any]
    top: npt.NDArray[Any]
    """Sessions of each unit in the best plan so far."""
    top_crew: npt.NDArray[Any]
    """Size and names of each crew in the best plan so far."""


class Task(NamedTuple):
    """What one call of the kernels does: bring seats onto an empty board, then seat some, then make moves."""

    seats: npt.NDArray[Any]
    """Sessions by unit and component, -1 for none; no rows to bring nothing."""
    crews: npt.NDArray[Any]
    """Number of examiners of each session, and who they are."""
    mending: int
    """1 to make the crews lawful first, and put out whoever cannot be staffed."""
    order: npt.NDArray[Any]
    """Units to be seated."""
    opening: int
    """Discount on opening for them, in parts of ``WHOLE``."""
    guide: int
    """Weight of the prices of the bound for them, in parts of ``WHOLE``."""
    moves: int
    heat: float
    """Temperature of the moves, in cost units."""
    size: int
    """Units in a move, at most about."""
