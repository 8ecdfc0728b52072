"""What a coordinator can do about a rule that blocks every option of a component, in the words of the workbooks.

Used by the explanation alone. Single additions that were checked by counting are in ``explain_additions``.
"""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.catalogue import Component
from scheduler.domain.rounds import Party
from scheduler.errors import Text
from scheduler.planning.audit_reading import Reading

_UNKNOWN_DISTANCE = Text(
    "→ 距离不明：在报名表补填出发地（并在路程表填写公里数）或坐标，或清空批次的最远路程",
    "→ the distance is unknown: give the entry an origin (with its km in the Distances sheet) or coordinates, "
    "or clear the round's Max travel km",
)
_REMEDIES = {
    "travel-limit": Text(
        "→ 放宽批次的最远路程，或增设较近的考点", "→ raise the round's Max travel km, or add a nearer site"
    ),
    "accessibility": Text(
        "→ 增设无障碍考场，或在考场表的无障碍一栏填是", "→ add an accessible room, or say so in the Rooms sheet"
    ),
    "room-suits": Text(
        "→ 增设适合该工种的考场，或在考场表的工种一栏补填",
        "→ add a room equipped for the trade, or name the trade in the Rooms sheet",
    ),
    "room-open": Text("→ 增加时段，或开放考场", "→ add slots, or open the rooms"),
    "deadline": Text(
        "→ 放宽考生的最早或最晚日期，或在此期间增加时段", "→ widen the candidate's dates, or add slots between them"
    ),
    "candidate-available": Text("→ 增加时段，或请考生改时间", "→ add slots, or ask the candidate to make time"),
    "session-lead": Text("→ 在考评员表增加可任组长的考评员", "→ add assessors who may lead to the Examiners sheet"),
}


def name_of(component: Component) -> Text:
    """Return a component's name, or its id where a round file gives none."""
    return Text(component.name.zh or component.id, component.name.en or component.id)


def remedies(reading: Reading, party: Party, component: Component, rules: Iterable[str]) -> list[Text]:
    """Return what can be done about rules each of which alone blocks every option."""
    found = []
    for rule in rules:
        if rule == "travel-limit" and all(reading.km(party, site.id) is None for site in reading.round.sites):
            found.append(_UNKNOWN_DISTANCE)
        elif rule == "slot-long-enough":
            minutes = component.minutes
            found.append(
                Text(f"→ 延长时段：该科目需 {minutes} 分钟", f"→ make slots longer: it takes {minutes} minutes")
            )
        elif rule in _REMEDIES:
            found.append(_REMEDIES[rule])
    return found
