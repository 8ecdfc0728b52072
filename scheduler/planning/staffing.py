"""Who may serve in which session, and which sessions can be staffed at all.

Used by the problem. Who does serve is the search's matter.
"""

from __future__ import annotations

import numpy as np

from scheduler.domain.catalogue import Duty
from scheduler.domain.fitness import qualified
from scheduler.domain.people import Examiner
from scheduler.domain.rounds import Round
from scheduler.planning.table import BoolArray, Places, SessionTable


def eligibility(examiners: tuple[Examiner, ...], places: Places, table: SessionTable) -> BoolArray:
    """Tell by examiner and session who is qualified, available and serves at all."""
    able = [[qualified(e, c) for c in places.components] for e in examiners]
    there = [[slot.id not in e.unavailable_slot_ids for slot in places.slots] for e in examiners]
    serves = np.array([min(e.max_per_day, e.max_per_week) > 0 for e in examiners], dtype=bool)
    by_component = np.array(able, dtype=bool).reshape(len(examiners), len(places.components))
    by_slot = np.array(there, dtype=bool).reshape(len(examiners), len(places.slots))
    fit: BoolArray = by_component[:, table.component] & by_slot[:, table.slot] & serves[:, None]
    return fit


def staffable(
    round_: Round, examiners: tuple[Examiner, ...], places: Places, table: SessionTable, eligible: BoolArray
) -> BoolArray:
    """Tell which sessions could be staffed for one candidate if nothing else took place."""
    index = {e.id: n for n, e in enumerate(examiners)}
    bodies = sorted({e.institution_id for e in examiners})
    joint = min(round_.policy.min_institutions, len(bodies))
    leads = np.array([e.may_lead for e in examiners], dtype=bool)
    of_body = np.array([[e.institution_id == b for e in examiners] for b in bodies], dtype=np.int64)
    least = np.array([max(1, c.staffing.at_least) for c in places.components], dtype=np.int64)
    assessed = np.array([c.staffing.duty is Duty.ASSESS for c in places.components], dtype=bool)
    sent = ((of_body.reshape(len(bodies), len(examiners)) @ eligible.astype(np.int64)) > 0).sum(axis=0)
    fine: BoolArray = (eligible.sum(axis=0) >= least[table.component]) & (sent >= joint)
    fine &= ~assessed[table.component] | eligible[leads].any(axis=0)
    for lock in round_.examiner_locks:
        room, slot = places.room_no.get(lock.room_id, -1), places.slot_no.get(lock.slot_id, -1)
        locked = eligible[index[lock.examiner_id]] if lock.examiner_id in index else np.zeros(len(table), dtype=bool)
        fine &= ~((table.room == room) & (table.slot == slot)) | locked
    return fine
