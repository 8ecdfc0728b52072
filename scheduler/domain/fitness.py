"""Who and what a component may have (适用): which rooms suit it, which examiners are qualified for it.

Used by planning and by whoever reads a round; the audit judges by its own words.
"""

from __future__ import annotations

from scheduler.domain.catalogue import Component, Duty
from scheduler.domain.people import Examiner
from scheduler.domain.places import Room


def suits(component: Component, room: Room) -> bool:
    """Tell whether a room has the kind and the equipment a component needs."""
    return room.kind is component.room_kind and (not room.trade_ids or component.trade_id in room.trade_ids)


def qualified(examiner: Examiner, component: Component) -> bool:
    """Tell whether an examiner has the duty and, where candidates are assessed, the trade."""
    duty = component.staffing.duty
    trade_ok = duty is Duty.INVIGILATE or not examiner.trade_ids or component.trade_id in examiner.trade_ids
    return duty in examiner.duties and trade_ok
