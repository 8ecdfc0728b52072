"""What makes locks, prices, distances and reservations of a round contradict each other or their rooms.

Used by roundfaults alone, once ids and numbers are good.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from scheduler.domain.rounds import Lock, Round
from scheduler.errors import Finding, Text, Where


def lock_findings(round_: Round) -> Iterator[Finding]:
    """Yield contradictions: of prices and distances, of reservations and rooms, of locks."""
    yield from _said_twice(round_)
    yield from _reservation_faults(round_)
    yield from _lock_faults(round_)
    yield from _shared_places(round_)
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
        places = rooms[lock.room_id].places if lock.room_id is not None else None
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
