"""What makes locks, prices, distances and reservations of a round contradict each other or their rooms.

Used by roundfaults alone, once ids and numbers are good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from scheduler.domain.calendar import Slot, gap_minutes
from scheduler.domain.fitness import qualified, suits
from scheduler.domain.people import Examiner
from scheduler.domain.rounds import Lock, Party, Round
from scheduler.errors import Finding, Text, Where

_UNLOCK = Text("改锁定，或改考生、考场资料", "change the lock, or what is said of the party or the room")


def lock_findings(round_: Round) -> Iterator[Finding]:
    """Yield contradictions: of prices and distances, of reservations and rooms, of locks."""
    yield from _said_twice(round_)
    yield from _reservation_faults(round_)
    yield from _lock_faults(round_)
    yield from _shared_places(round_)
    yield from _locks_against_party(round_)
    yield from _locks_apart(round_)
    yield from _locks_in_time(round_)
    yield from _locks_crossed(round_)
    yield from _examiner_lock_faults(round_)


def _said_twice(round_: Round) -> Iterator[Finding]:
    openings = [(opening.room_id, opening.slot_id) for opening in round_.openings]
    distances = [(distance.origin_id, distance.site_id) for distance in round_.distances]
    for name, keys in (("openings", openings), ("distances", distances)):
        seen: dict[tuple[str, str], int] = {}
        for i, key in enumerate(keys):
            first = seen.setdefault(key, i)
            if first != i:
                pair = " / ".join(key)
                what = Text(f"{pair} 已在 {name}[{first}] 给出", f"{pair} was given by {name}[{first}]")
                yield Finding(
                    "round-said-twice", what, Where(path=f"{name}[{i}]"), pair, hint=Text("删去一处", "take one out")
                )


def _reservation_faults(round_: Round) -> Iterator[Finding]:
    rooms = {room.id: room for room in round_.rooms}
    always: dict[str, int] = defaultdict(int)
    in_slot: dict[tuple[str, str], int] = defaultdict(int)
    for i, reservation in enumerate(round_.reservations):
        path = f"reservations[{i}]"
        if not reservation.group_id and not reservation.institution_id:
            what = Text("预留考位没有写明为谁预留", "the reservation does not say for whom")
            hint = Text("填 group_id 或 institution_id", "fill group_id or institution_id")
            yield Finding("round-reservation", what, Where(path=path), hint=hint)
        if reservation.slot_id:
            in_slot[reservation.room_id, reservation.slot_id] += reservation.places
        else:
            always[reservation.room_id] += reservation.places
    sums = {(room_id, ""): places for room_id, places in always.items()}
    sums |= {(room_id, slot_id): places + always[room_id] for (room_id, slot_id), places in in_slot.items()}
    for (room_id, slot_id), places in sorted(sums.items()):
        if places > rooms[room_id].places:
            what = Text(
                f"考场 {room_id} {slot_id} 预留 {places} 个考位，只有 {rooms[room_id].places} 个",
                f"room {room_id} {slot_id} has {places} places reserved, but only {rooms[room_id].places}",
            )
            yield Finding("round-reservation", what, Where(path="reservations"), str(places))


def _lock_faults(round_: Round) -> Iterator[Finding]:
    rooms = {room.id: room for room in round_.rooms}
    parties = {party.id: party for party in round_.parties}
    closed = {(opening.room_id, opening.slot_id) for opening in round_.openings if opening.closed}
    closed |= {(room.id, slot_id) for room in round_.rooms for slot_id in room.closed_slot_ids}
    extra = {(waiver.room_id, waiver.slot_id): waiver.places for waiver in round_.waivers}
    widest: dict[str, int] = defaultdict(int)
    for waiver in round_.waivers:
        widest[waiver.room_id] = max(widest[waiver.room_id], waiver.places)
    said: dict[tuple[str, str, str], object] = {}
    for i, lock in enumerate(round_.locks):
        where = Where(path=f"locks[{i}]")
        if lock.component_id not in parties[lock.party_id].component_ids:
            what = Text(
                f"考生 {lock.party_id} 不应考 {lock.component_id}",
                f"{lock.component_id} is not due for party {lock.party_id}",
            )
            yield Finding("round-lock", what, where, lock.component_id)
        if (lock.room_id, lock.slot_id) in closed:
            session = f"{lock.slot_id}.{lock.room_id}"
            what = Text(f"锁定在已关闭的场次 {session}", f"locked to a closed session, {session}")
            yield Finding("round-lock", what, where, hint=Text("开放该场次或解除锁定", "open it, or take the lock out"))
        places = None
        if lock.room_id is not None:
            more = widest[lock.room_id] if lock.slot_id is None else extra.get((lock.room_id, lock.slot_id), 0)
            places = rooms[lock.room_id].places + more
        if places is not None and lock.place is not None and lock.place > places:
            what = Text(
                f"考场 {lock.room_id} 没有 {lock.place} 号考位", f"room {lock.room_id} has no place {lock.place}"
            )
            yield Finding("round-lock", what, where, str(lock.place), Text(f"1 至 {places}", f"1 to {places}"))
        for part, value in _parts(lock):
            before = said.setdefault((lock.party_id, lock.component_id, part), value)
            if before != value:
                what = Text(
                    f"考生 {lock.party_id} 的 {lock.component_id} 同时锁定 {part} {before} 和 {value}",
                    f"party {lock.party_id} is locked for {lock.component_id} to {part} {before} and {value}",
                )
                yield Finding("round-lock", what, where, str(value), hint=Text("删去一处", "take one out"))


def _parts(lock: Lock) -> Iterator[tuple[str, object]]:
    for part in ("slot_id", "room_id", "turn", "place"):
        value = getattr(lock, part)
        if value is not None:
            yield part, value


def _shared_places(round_: Round) -> Iterator[Finding]:
    holders: dict[tuple[str, str, int, int], str] = {}
    for i, lock in enumerate(round_.locks):
        if lock.slot_id is None or lock.room_id is None or lock.place is None:
            continue
        key = (lock.slot_id, lock.room_id, lock.turn or 1, lock.place)
        holder = holders.setdefault(key, lock.party_id)
        if holder != lock.party_id:
            session = f"{lock.slot_id}.{lock.room_id}"
            what = Text(
                f"{holder} 与 {lock.party_id} 锁定在同一考位：{session} 第 {key[2]} 轮 {lock.place} 号",
                f"{holder} and {lock.party_id} are locked to one place: {session}, turn {key[2]}, place {lock.place}",
            )
            yield Finding("round-lock", what, Where(path=f"locks[{i}]"))


class _Known:
    """What locks speak of, by id."""

    def __init__(self, round_: Round) -> None:
        self.parties = {party.id: party for party in round_.parties}
        self.rooms = {room.id: room for room in round_.rooms}
        self.sites = {site.id: site for site in round_.sites}
        self.components = {component.id: component for component in round_.components}
        self.barred = {group.id: group.barred_site_ids for group in round_.groups}
        self.bar_own = round_.policy.bar_own_institution


def _locks_against_party(round_: Round) -> Iterator[Finding]:
    """Yield locks to slots, rooms and sites where the party, or its component, may not be."""
    known = _Known(round_)
    slots = {slot.id: slot for slot in round_.slots}
    for i, lock in enumerate(round_.locks):
        party = known.parties[lock.party_id]
        against = [_against_slot(party, slots[lock.slot_id])] if lock.slot_id is not None else []
        against.append(_against_room(known, party, lock))
        for why in against:
            if why is not None:
                what = Text(
                    f"考生 {party.id} 的锁定无法满足：{why.zh}", f"the lock of party {party.id} cannot hold: {why.en}"
                )
                said = " ".join(part for part in (lock.slot_id, lock.room_id) if part is not None)
                yield Finding("round-lock", what, Where(path=f"locks[{i}]"), said, hint=_UNLOCK)


def _against_slot(party: Party, slot: Slot) -> Text | None:
    if slot.id in party.unavailable_slot_ids:
        return Text("该时段考生不能到场", "the slot does not suit the party")
    if not (party.earliest_on or slot.on) <= slot.on <= (party.latest_on or slot.on):
        return Text("该时段不在考生的日期之内", "the slot lies outside the party's dates")
    return None


def _against_room(known: _Known, party: Party, lock: Lock) -> Text | None:
    if lock.room_id is None:
        return None
    room, component = known.rooms[lock.room_id], known.components[lock.component_id]
    site = known.sites[room.site_id]
    if room.kind is not component.room_kind or (room.trade_ids and component.trade_id not in room.trade_ids):
        return Text("考场类型或设备不适合该科目", "the room's kind or equipment does not suit the component")
    if party.accessible and not room.accessible:
        return Text("考场没有无障碍条件", "the room is not accessible")
    if site.id in party.barred_site_ids + known.barred.get(party.group_id, ()):
        return Text("考点不得安排该考生", "the site is barred for the party")
    if known.bar_own and party.institution_id and party.institution_id == site.institution_id:
        return Text("考点属于考生的培训机构", "the site belongs to the institution that trained the party")
    return None


def _locks_apart(round_: Round) -> Iterator[Finding]:
    """Yield locks that split a group kept together."""
    kept = {group.id: group.together for group in round_.groups if group.together in {"session", "site"}}
    group_of = {party.id: party.group_id for party in round_.parties if party.group_id in kept}
    site_of = {room.id: room.site_id for room in round_.rooms}
    said: dict[tuple[str, str, str], tuple[str, str]] = {}
    for i, lock in enumerate(round_.locks):
        group_id = group_of.get(lock.party_id)
        if group_id is None:
            continue
        parts = {"site": site_of[lock.room_id]} if lock.room_id is not None else {}
        if kept[group_id] == "session":
            parts |= {"room": lock.room_id} if lock.room_id is not None else {}
            parts |= {"slot": lock.slot_id} if lock.slot_id is not None else {}
        for part, value in parts.items():
            before, whose = said.setdefault((group_id, lock.component_id, part), (value, lock.party_id))
            if before != value and whose != lock.party_id:
                what = Text(
                    f"分组 {group_id} 的考生 {whose} 与 {lock.party_id} 的 {lock.component_id} 分别锁定在 {before} 和 {value}",
                    f"{whose} and {lock.party_id} of group {group_id} are locked for {lock.component_id} to {before} and {value}",
                )
                yield Finding("round-lock", what, Where(path=f"locks[{i}]"), value, hint=_UNLOCK)
                break


def _locks_in_time(round_: Round) -> Iterator[Finding]:
    """Yield locked slots of one party that overlap or are out of order."""
    slots = {slot.id: slot for slot in round_.slots}
    after = {component.id: component.after for component in round_.components}
    by_party: dict[str, list[tuple[int, str, Slot]]] = defaultdict(list)
    for i, lock in enumerate(round_.locks):
        if lock.slot_id is not None:
            by_party[lock.party_id].append((i, lock.component_id, slots[lock.slot_id]))
    for party_id, locked in by_party.items():
        for one, other in combinations(locked, 2):
            if one[1] == other[1]:
                continue
            order = [(a, b) for a, b in ((one, other), (other, one)) if a[1] in after[b[1]]]
            early = any(gap_minutes(a[2], b[2]) < round_.policy.order_gap_min for a, b in order)
            most = round_.policy.order_days_max
            late = most is not None and any((b[2].on - a[2].on).days > most for a, b in order)
            if early or late or one[2].overlaps(other[2]):
                what = Text(
                    f"考生 {party_id} 的 {one[1]} 与 {other[1]} 锁定的时段 {one[2].id}、{other[2].id} 重叠或先后间隔不合",
                    f"party {party_id}: the slots {one[2].id} and {other[2].id}, locked for {one[1]} and {other[1]}, "
                    "overlap or are out of order",
                )
                yield Finding("round-lock", what, Where(path=f"locks[{other[0]}]"), other[2].id, hint=_UNLOCK)


def _locks_crossed(round_: Round) -> Iterator[Finding]:
    """Yield locks of several components to one room and slot, where that cannot be."""
    if round_.policy.mixed_theory:
        return
    said: dict[tuple[str, str], str] = {}
    for i, lock in enumerate(round_.locks):
        if lock.slot_id is None or lock.room_id is None:
            continue
        before = said.setdefault((lock.slot_id, lock.room_id), lock.component_id)
        if before != lock.component_id:
            session = f"{lock.slot_id}.{lock.room_id}"
            what = Text(
                f"{before} 与 {lock.component_id} 锁定在同一场次 {session}",
                f"{before} and {lock.component_id} are locked to one session, {session}",
            )
            yield Finding("round-lock", what, Where(path=f"locks[{i}]"), lock.component_id, hint=_UNLOCK)


def _examiner_lock_faults(round_: Round) -> Iterator[Finding]:
    examiners = {examiner.id: examiner for examiner in round_.examiners}
    rooms_of: dict[tuple[str, str], set[str]] = defaultdict(set)
    for i, lock in enumerate(round_.examiner_locks):
        where = Where(path=f"examiner_locks[{i}]")
        if lock.slot_id in examiners[lock.examiner_id].unavailable_slot_ids:
            what = Text(
                f"考评员 {lock.examiner_id} 在 {lock.slot_id} 不可用，却被锁定",
                f"examiner {lock.examiner_id} is locked but not available in {lock.slot_id}",
            )
            yield Finding("round-lock", what, where)
        if not _of_use(round_, examiners[lock.examiner_id], lock.room_id):
            what = Text(
                f"考评员 {lock.examiner_id} 在考场 {lock.room_id} 没有可承担的科目，却被锁定",
                f"examiner {lock.examiner_id} is locked to room {lock.room_id} but qualified for nothing examined there",
            )
            yield Finding("round-lock", what, where)
        rooms_of[lock.examiner_id, lock.slot_id].add(lock.room_id)
    for (examiner_id, slot_id), rooms in sorted(rooms_of.items()):
        if len(rooms) > 1:
            what = Text(
                f"考评员 {examiner_id} 在 {slot_id} 被锁定到 {len(rooms)} 个考场",
                f"examiner {examiner_id} is locked to {len(rooms)} rooms in {slot_id}",
            )
            hint = Text("各考场同时开场时无法满足", "it cannot hold when these rooms open together")
            said = ", ".join(sorted(rooms))
            yield Finding("round-lock", what, Where(path="examiner_locks"), said, hint=hint, severity="warning")


def _of_use(round_: Round, examiner: Examiner, room_id: str) -> bool:
    """Tell whether an examiner is qualified for anything that can be examined in a room."""
    room = next(room for room in round_.rooms if room.id == room_id)
    here = [component for component in round_.components if suits(component, room)]
    return not here or any(qualified(examiner, component) for component in here)
