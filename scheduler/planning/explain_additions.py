"""The smallest single additions that would seat a party: one place more, one examiner, one day.

Used by the explanation alone. Each is checked by counting: with it, and nothing else, every component of the party has an option
that nothing blocks, in the order and with the gaps asked for.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from scheduler.domain.calendar import Slot, gap_minutes
from scheduler.domain.rounds import Party
from scheduler.errors import Text
from scheduler.planning.audit_reading import Reading
from scheduler.planning.explain_options import UNSTAFFED, Option
from scheduler.planning.explain_remedies import name_of

_MOST = 10


@dataclass(frozen=True, slots=True)
class Addition:
    """One thing more, or one rule less, that would be enough."""

    rule: str
    """The rule that it satisfies."""
    component_id: str
    room_id: str
    slot_id: str
    amount: int
    """Places or examiners to add; 1 for everything else."""
    party_ids: tuple[str, ...]
    """Parties of which it would seat any one, sorted."""
    what: Text


def itinerary(reading: Reading, free: dict[str, list[str]]) -> dict[str, str] | None:
    """Return a slot for each component out of the free ones, in order and without overlap; None when there is none."""
    due = sorted(free, key=lambda id_: (len(set(reading.components[id_].after) & set(free)), id_))
    slots = {id_: [reading.slots[slot_id] for slot_id in dict.fromkeys(free[id_])] for id_ in due}
    chosen: dict[str, Slot] = {}

    def choose(n: int) -> bool:
        if n == len(due):
            return True
        for slot in slots[due[n]]:
            on_day = sum(other.on == slot.on for other in chosen.values())
            if on_day < (reading.policy.max_sittings_per_day or len(due)) and all(
                _agree(reading, (id_, other), (due[n], slot)) for id_, other in chosen.items()
            ):
                chosen[due[n]] = slot
                if choose(n + 1):
                    return True
                del chosen[due[n]]
        return False

    return {id_: slot.id for id_, slot in chosen.items()} if due and choose(0) else None


def _agree(reading: Reading, one: tuple[str, Slot], other: tuple[str, Slot]) -> bool:
    for (first_id, first), (then_id, then) in ((one, other), (other, one)):
        if first_id in reading.components[then_id].after:
            most = reading.policy.order_days_max
            in_days = most is None or (then.on - first.on).days <= most
            return gap_minutes(first, then) >= reading.policy.order_gap_min and in_days
    return not one[1].overlaps(other[1])


def additions_for(reading: Reading, party: Party, found: dict[str, list[Option]]) -> tuple[Addition, ...]:
    """Return the single additions that would seat one party, smallest first, at most ten."""
    free = {id_: [o.slot_id for o in options if not o.blocked_by] for id_, options in found.items()}
    additions = []
    for component_id, options in found.items():
        if not all(slots for id_, slots in free.items() if id_ != component_id):
            continue
        fits: dict[str, bool] = {}
        for option in options:
            if len(option.blocked_by) != 1 and not _one_crew(option):
                continue
            if option.slot_id not in fits:
                fits[option.slot_id] = itinerary(reading, free | {component_id: [option.slot_id]}) is not None
            addition = _addition(reading, party, option) if fits[option.slot_id] else None
            if addition is not None:
                additions.append(addition)
    return merged(additions)


def _one_crew(option: Option) -> bool:
    """Tell whether examiners are all that is missing: several rules, but one addition."""
    return bool(option.blocked_by) and set(option.blocked_by) <= UNSTAFFED


def merged(additions: list[Addition]) -> tuple[Addition, ...]:
    """Join equal additions of several parties; smallest first, then those that help more parties, at most ten."""
    parties: dict[Addition, set[str]] = defaultdict(set)
    for addition in additions:
        parties[replace(addition, party_ids=())].update(addition.party_ids)
    joined = [replace(addition, party_ids=tuple(sorted(ids))) for addition, ids in parties.items()]
    joined.sort(key=lambda a: (a.amount, -len(a.party_ids), a.component_id, a.slot_id, a.room_id, a.rule))
    return tuple(joined[:_MOST])


def _addition(reading: Reading, party: Party, option: Option) -> Addition | None:
    rule = option.blocked_by[0]
    amount = option.short if option.short > 0 else 1
    wording = _wording(reading, party, option, amount)
    if wording is None:
        return None
    return Addition(rule, option.component_id, option.room_id, option.slot_id, amount, (party.id,), wording)


def _wording(reading: Reading, party: Party, option: Option, amount: int) -> Text | None:
    """Word one addition; None where nothing can be added, as where the law limits the room."""
    room, slot, component = option.room_id, option.slot_id, reading.components[option.component_id]
    rule, day = option.blocked_by[0], reading.slots[option.slot_id].on
    if rule in UNSTAFFED:
        return Text(
            f"时段 {slot} 为{name_of(component).zh}增加 {amount} 名合格、可用且无须回避的考评员（考场 {room}；{_who(option).zh}）",
            f"{amount} more examiner(s) for {name_of(component).en} in slot {slot}, room {room}, with no recusal ({_who(option).en})",
        )
    limit, places = component.staffing.room_limit, reading.rooms[room].places
    if rule == "place-capacity" and limit is not None and places + amount > limit:
        return None
    if rule in {"component-order", "candidate-free", "sittings-per-day", "no-mutual-exchange"}:
        return None
    words = {
        "place-capacity": (
            f"考场 {room} 增加 {amount} 个考位（时段 {slot}）",
            f"{amount} more place(s) in room {room}, slot {slot}",
        ),
        "room-once": (f"时段 {slot} 增加一间 {room} 那样的考场", f"another room like {room} in slot {slot}"),
        "reservation": (
            f"释放考场 {room} 时段 {slot} 的预留考位",
            f"free reserved places of room {room} in slot {slot}",
        ),
        "room-open": (f"在时段 {slot} 开放考场 {room}", f"open room {room} in slot {slot}"),
        "room-suits": (
            f"为考场 {room} 配备工种 {component.trade_id} 的设备",
            f"equip room {room} for {component.trade_id}",
        ),
        "slot-long-enough": (
            f"把时段 {slot} 延长到 {component.minutes} 分钟",
            f"make slot {slot} {component.minutes} minutes long",
        ),
        "candidate-available": (
            f"考生 {party.id} 改为能在时段 {slot} 到场",
            f"party {party.id} can come in slot {slot} after all",
        ),
        "deadline": (f"把考生 {party.id} 的期限放宽到 {day}", f"let party {party.id} sit on {day}"),
        "accessibility": (f"为考场 {room} 提供无障碍条件", f"make room {room} accessible"),
        "travel-limit": (
            f"允许考生 {party.id} 去考场 {room} 所在考点",
            f"let party {party.id} travel to the site of room {room}",
        ),
        "barred-site": (
            f"允许考生 {party.id} 去考场 {room} 所在考点",
            f"lift the bar on the site of room {room} for party {party.id}",
        ),
        "own-institution": (
            f"允许考生 {party.id} 在本人培训机构的考场 {room} 考试",
            f"let party {party.id} be examined in room {room} of its own training institution",
        ),
        "lock": (
            f"解除考生 {party.id} 的锁定（时段 {slot} 考场 {room} 可用）",
            f"take out party {party.id}'s lock: slot {slot}, room {room} is free",
        ),
        "group-together": (f"允许考生 {party.id} 与其组分开", f"let party {party.id} sit apart from its group"),
    }
    return Text(*words[rule])


def _who(option: Option) -> Text:
    needs = {
        "joint-institutions": Text("须来自另一机构", "from another institution"),
        "recusal-institution": Text("须来自考生培训机构以外", "from outside the training institution"),
        "session-lead": Text("须能任组长", "able to lead"),
        "examiner-rotation": Text("前几日不在该机构执考", "who did not serve at that institution the days before"),
        "team-rotation": Text("不在前后场次的考评组内", "who is in neither the team before nor the one after"),
    }
    said = [needs[rule] for rule in option.blocked_by if rule in needs]
    if not said:
        return Text("机构不限", "of any institution")
    return Text("、".join(t.zh for t in said), ", ".join(t.en for t in said))
