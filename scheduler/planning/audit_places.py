"""Audit of rooms, slots and places: what a session is, where it lies, who takes which place.

Used by the audit; every check reads Round and Plan values alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator

from scheduler.domain.catalogue import RoomKind
from scheduler.domain.rounds import Lock, Party, Reservation
from scheduler.domain.sessions import Sitting
from scheduler.errors import Text
from scheduler.planning.audit_reading import Fault, Held, Reading, Seated, checks


@checks("known-ids", "改正编号，或在批次中补充", "correct the id, or add it to the round")
def known_ids(reading: Reading) -> Iterator[Fault]:
    """Find ids that name nothing, and session ids that do not say slot and room."""
    plan = reading.plan
    if plan.round_id != reading.round.id:
        what = Text(f"方案属于批次 {plan.round_id}", f"the plan is for round {plan.round_id}")
        yield Fault(plan.round_id, what, plan.round_id, Text(reading.round.id, reading.round.id))
    yield from _session_ids(reading)
    for slot in plan.slots:
        if reading.slots.get(slot.id) != slot:
            what = Text(f"时段 {slot.id} 与批次所载不同", f"slot {slot.id} is not as the round has it")
            yield Fault(slot.id, what, f"{slot.on} {slot.start:%H:%M}")
    session_ids = {session.id for session in plan.sessions}
    for sitting in plan.sittings:
        subject = f"{sitting.party_id} {sitting.component_id}"
        yield from _unknown(subject, "考生", "party", [sitting.party_id], reading.parties)
        yield from _unknown(subject, "科目", "component", [sitting.component_id], reading.components)
        yield from _unknown(subject, "场次", "session", [sitting.session_id], session_ids)
    for unplaced in plan.unplaced:
        yield from _unknown(unplaced.party_id, "考生", "party", [unplaced.party_id], reading.parties)


def _session_ids(reading: Reading) -> Iterator[Fault]:
    times = Counter(session.id for session in reading.plan.sessions)
    for session in reading.plan.sessions:
        yield from _unknown(session.id, "科目", "component", session.component_ids, reading.components)
        yield from _unknown(session.id, "考场", "room", [session.room_id], reading.rooms)
        yield from _unknown(session.id, "时段", "slot", [session.slot_id], reading.slots)
        lead = [] if session.lead_id is None else [session.lead_id]
        yield from _unknown(session.id, "考评员", "examiner", {*session.examiner_ids, *lead}, reading.examiners)
        named = f"{session.slot_id}.{session.room_id}"
        if session.id != named:
            what = Text(
                f"场次编号 {session.id} 与时段、考场不符", f"the session id {session.id} is not its slot and room"
            )
            yield Fault(session.id, what, session.id, Text(named, named))
    for session_id, n in times.items():
        if n > 1:
            yield Fault(
                session_id, Text(f"场次 {session_id} 列了 {n} 次", f"session {session_id} is listed {n} times"), str(n)
            )


def _unknown(subject: str, zh: str, en: str, ids: Iterable[str], known: Container[str]) -> Iterator[Fault]:
    for id_ in sorted(id_ for id_ in ids if id_ not in known):
        yield Fault(subject, Text(f"批次中没有{zh} {id_!r}", f"the round has no {en} {id_!r}"), id_)


@checks("room-once", "把其中一个场次改到别的考场或时段", "move one of the sessions to another room or slot")
def room_once(reading: Reading) -> Iterator[Fault]:
    """Find sessions of one room that share any minute."""
    by_room_day: dict[tuple[str, object], list[Held]] = defaultdict(list)
    for held in reading.held:
        by_room_day[held.room.id, held.slot.on].append(held)
    for (room_id, _), day in by_room_day.items():
        day.sort(key=lambda held: (held.slot.start, held.slot.end, held.session.component_id))
        last = day[0]
        for held in day[1:]:
            if held.slot.overlaps(last.slot):
                pair = f"{last.slot.id} {last.component.id}", f"{held.slot.id} {held.component.id}"
                what = Text(
                    f"考场 {room_id} 同一时间有两个场次：{pair[0]} 和 {pair[1]}",
                    f"room {room_id} holds two sessions at a time: {pair[0]} and {pair[1]}",
                )
                yield Fault(held.session.id, what, str(held.slot.id))
            if held.slot.end > last.slot.end:
                last = held


@checks("room-open", "改到考场开放的时段，或开放该时段", "move the session to an open slot, or open the room then")
def room_open(reading: Reading) -> Iterator[Fault]:
    """Find sessions in closed rooms or outside the window."""
    shut = {(opening.room_id, opening.slot_id) for opening in reading.round.openings if opening.closed}
    shut |= {(room.id, slot_id) for room in reading.round.rooms for slot_id in room.closed_slot_ids}
    window = reading.round.window
    for held in reading.held:
        room, slot = held.room, held.slot
        if (room.id, slot.id) in shut:
            what = Text(f"考场 {room.id} 在时段 {slot.id} 不开放", f"room {room.id} is closed in slot {slot.id}")
            yield Fault(held.session.id, what, slot.id)
        if slot.on not in window:
            what = Text(f"场次日期 {slot.on} 不在考试周期内", f"the session's day {slot.on} lies outside the window")
            span = f"{window.first_on} … {window.last_on}"
            yield Fault(held.session.id, what, str(slot.on), Text(span, span))


@checks("room-suits", "改到类型和设备合适的考场", "move the session to a room of the right kind and equipment")
def room_suits(reading: Reading) -> Iterator[Fault]:
    """Find rooms of the wrong kind, or not equipped for the trade."""
    for held, component in ((one, component) for one in reading.held for component in one.components):
        room = held.room
        if room.kind is not component.room_kind:
            what = Text(
                f"科目 {component.id} 不能在 {room.kind} 类考场 {room.id} 进行",
                f"{component.id} cannot be sat in room {room.id}, a {room.kind}",
            )
            yield Fault(held.session.id, what, room.kind, Text(component.room_kind, component.room_kind))
        elif room.trade_ids and component.trade_id not in room.trade_ids:
            what = Text(
                f"考场 {room.id} 没有工种 {component.trade_id} 的设备",
                f"room {room.id} is not equipped for {component.trade_id}",
            )
            yield Fault(held.session.id, what, ", ".join(room.trade_ids), Text(component.trade_id, component.trade_id))


@checks("slot-long-enough", "减少轮次，或改到更长的时段", "use fewer turns or a longer slot")
def slot_long_enough(reading: Reading) -> Iterator[Fault]:
    """Find sessions whose turns last longer than their slot."""
    changeover = reading.policy.changeover_min
    for held in reading.held:
        turns = max((seated.sitting.turn for seated in reading.by_session.get(held.session.id, ())), default=1)
        longest = max(held.components, key=lambda component: (component.minutes, component.id))
        minutes = turns * longest.minutes + (turns - 1) * changeover
        if minutes > held.slot.minutes:
            what = Text(
                f"{turns} 轮 {longest.id} 需 {minutes} 分钟，时段 {held.slot.id} 只有 {held.slot.minutes} 分钟",
                f"{turns} turns of {longest.id} last {minutes} minutes, slot {held.slot.id} has {held.slot.minutes}",
            )
            yield Fault(held.session.id, what, str(minutes), Text(f"≤ {held.slot.minutes}", f"<= {held.slot.minutes}"))


@checks("place-capacity", "给他另一个空考位、轮次或场次", "give one of them another free place, turn or session")
def place_capacity(reading: Reading) -> Iterator[Fault]:
    """Find places taken twice, places and turns that do not exist, and turns with too many people."""
    for held in reading.held:
        sittings = [seated.sitting for seated in reading.by_session.get(held.session.id, ())]
        yield from _shared_places(held, sittings)
        yield from _absent_places(held, sittings, reading.places(held))
        most = reading.at_once(held)
        for turn, n in sorted(Counter(sitting.turn for sitting in sittings).items()):
            if n > most:
                what = Text(
                    f"场次 {held.session.id} 第 {turn} 轮有 {n} 人，最多 {most} 人",
                    f"session {held.session.id} has {n} candidates in turn {turn}, at most {most} may sit",
                )
                yield Fault(held.session.id, what, str(n), Text(f"≤ {most}", f"<= {most}"))


def _shared_places(held: Held, sittings: list[Sitting]) -> Iterator[Fault]:
    holders: dict[tuple[int, int], str] = {}
    for sitting in sittings:
        holder = holders.setdefault((sitting.turn, sitting.place), f"{sitting.party_id}#{sitting.member}")
        me = f"{sitting.party_id}#{sitting.member}"
        if holder != me:
            where = held.session.id, sitting.turn, sitting.place
            what = Text(
                "场次 {} 第 {} 轮 {} 号考位有两人：{} 和 {}".format(*where, holder, me),
                "session {}, turn {}, place {} is taken twice: by {} and {}".format(*where, holder, me),
            )
            yield Fault(held.session.id, what, str(sitting.place))


def _absent_places(held: Held, sittings: list[Sitting], places: int) -> Iterator[Fault]:
    turns = 1 if held.room.kind is RoomKind.THEORY_ROOM else held.room.max_turns
    for sitting in sittings:
        if not 1 <= sitting.place <= places:
            what = Text(
                f"考生 {sitting.party_id} 的考位 {sitting.place} 不存在，考场 {held.room.id} 有 {places} 个",
                f"party {sitting.party_id} has place {sitting.place}, room {held.room.id} has {places}",
            )
            yield Fault(held.session.id, what, str(sitting.place), Text(f"1 … {places}", f"1 … {places}"))
        if sitting.turn < 1 or (turns is not None and sitting.turn > turns):
            what = Text(
                f"考生 {sitting.party_id} 在第 {sitting.turn} 轮，考场 {held.room.id} 最多 {turns} 轮",
                f"party {sitting.party_id} is in turn {sitting.turn}, room {held.room.id} has at most {turns}",
            )
            yield Fault(held.session.id, what, str(sitting.turn), Text(f"1 … {turns or ''}", f"1 … {turns or ''}"))


@checks("one-component", "把考生移到其科目的场次", "move the party to a session of its component")
def one_component(reading: Reading) -> Iterator[Fault]:
    """Find sittings in a session of another component."""
    for sitting, party, held in reading.seated:
        if sitting.component_id not in held.session.component_ids:
            examined = ", ".join(held.session.component_ids)
            what = Text(
                f"考生 {party.id} 的 {sitting.component_id} 排在 {examined} 的场次 {held.session.id}",
                f"party {party.id} sits {sitting.component_id} in {held.session.id}, a session of {examined}",
            )
            yield Fault(held.session.id, what, sitting.component_id, Text(examined, examined))


@checks(
    "mixed-theory",
    "把各科目分到不同考场或时段，或允许混合编场",
    "give each component its own room or slot, or allow mixing",
)
def mixed_theory(reading: Reading) -> Iterator[Fault]:
    """Find sessions of several components that the round or the room does not allow, or that list them out of order."""
    for held in reading.held:
        session, room = held.session, held.room
        if not session.also_ids:
            continue
        if not reading.policy.mixed_theory or room.kind is not RoomKind.THEORY_ROOM:
            examined = ", ".join(session.component_ids)
            what = Text(
                f"场次 {session.id} 同时考 {len(session.component_ids)} 个科目，此处不允许混合编场",
                f"session {session.id} examines {len(session.component_ids)} components, mixing is not allowed there",
            )
            yield Fault(session.id, what, examined)
        wanted = tuple(sorted(set(session.component_ids)))
        if session.component_ids != wanted:
            what = Text(
                f"场次 {session.id} 的科目重复或次序不对", f"session {session.id} lists components twice or unsorted"
            )
            yield Fault(session.id, what, ", ".join(session.component_ids), Text(", ".join(wanted), ", ".join(wanted)))


@checks("session-used", "删去这个场次", "take the session out")
def session_used(reading: Reading) -> Iterator[Fault]:
    """Find sessions that nobody sits in, and components of a mixed one that nobody sits."""
    used = {sitting.session_id for sitting in reading.plan.sittings}
    sat = {(sitting.session_id, sitting.component_id) for sitting in reading.plan.sittings}
    for session in reading.plan.sessions:
        if session.id not in used:
            yield Fault(session.id, Text(f"场次 {session.id} 无人参加", f"nobody sits in session {session.id}"), "0")
            continue
        for id_ in session.component_ids if session.also_ids else ():
            if (session.id, id_) not in sat:
                what = Text(f"场次 {session.id} 无人考 {id_}", f"nobody sits {id_} in session {session.id}")
                yield Fault(session.id, what, id_)


@checks("reservation", "把其他考生移出预留考位", "move others out of the reserved places")
def reservation(reading: Reading) -> Iterator[Fault]:
    """Find turns in which others take places reserved for a group or an institution."""
    by_room: dict[str, list[Reservation]] = defaultdict(list)
    for row in reading.round.reservations:
        by_room[row.room_id].append(row)
    for held in reading.held:
        rows = [row for row in by_room.get(held.room.id, ()) if row.slot_id in {"", held.slot.id}]
        if rows:
            yield from _reserved_turns(reading, held, rows)


def _reserved_turns(reading: Reading, held: Held, rows: list[Reservation]) -> Iterator[Fault]:
    most = reading.at_once(held)
    turns: dict[int, list[Seated]] = defaultdict(list)
    for seated in reading.by_session.get(held.session.id, ()):
        turns[seated.sitting.turn].append(seated)
    for turn, sitters in sorted(turns.items()):
        kept = _entitled_places([seated.party for seated in sitters], rows)
        free = most - sum(row.places for row in rows)
        others = len(sitters) - kept
        if others > max(free, 0):
            what = Text(
                f"场次 {held.session.id} 第 {turn} 轮：未预留考位 {max(free, 0)} 个，却有 {others} 名其他考生",
                f"session {held.session.id}, turn {turn}: {others} others sit where only {max(free, 0)} places are not reserved",
            )
            yield Fault(held.session.id, what, str(others), Text(f"≤ {max(free, 0)}", f"<= {max(free, 0)}"))


def _entitled_places(parties: list[Party], rows: list[Reservation]) -> int:
    """Return how many of the sitters can take a reserved place of their own: a largest matching, by augmenting paths."""
    takers: dict[int, list[int]] = {i: [] for i in range(len(rows))}
    may = [[i for i, row in enumerate(rows) if _is_for(row, party)] for party in parties]

    def take(sitter: int, tried: set[int]) -> bool:
        for i in may[sitter]:
            if i in tried:
                continue
            tried.add(i)
            if len(takers[i]) < rows[i].places:
                takers[i].append(sitter)
                return True
            for n, holder in enumerate(takers[i]):
                if take(holder, tried):
                    takers[i][n] = sitter
                    return True
        return False

    return sum(take(sitter, set()) for sitter in range(len(parties)))


def _is_for(row: Reservation, party: Party) -> bool:
    in_group = not row.group_id or party.group_id == row.group_id
    return in_group and (not row.institution_id or party.institution_id == row.institution_id)


@checks("lock", "恢复锁定的安排，或解除锁定", "restore what is locked, or take the lock out")
def lock(reading: Reading) -> Iterator[Fault]:
    """Find sittings and examiners that are not where a lock holds them."""
    for row in reading.round.locks:
        for seated in reading.by_party.get(row.party_id, ()):
            if seated.sitting.component_id == row.component_id:
                yield from _left_lock(row, seated)
    if not reading.policy.examiners_on:
        return
    serving = {(session.room_id, session.slot_id): session for session in reading.plan.sessions}
    for examiner_lock in reading.round.examiner_locks:
        session = serving.get((examiner_lock.room_id, examiner_lock.slot_id))
        if session is not None and examiner_lock.examiner_id not in session.examiner_ids:
            what = Text(
                f"锁定的考评员 {examiner_lock.examiner_id} 不在场次 {session.id}",
                f"the locked examiner {examiner_lock.examiner_id} does not serve in session {session.id}",
            )
            yield Fault(session.id, what, ", ".join(session.examiner_ids))


def _left_lock(row: Lock, seated: Seated) -> Iterator[Fault]:
    sitting, session = seated.sitting, seated.held.session
    one_place = sitting.member == 1
    parts = (
        ("时段", "slot", row.slot_id, session.slot_id),
        ("考场", "room", row.room_id, session.room_id),
        ("轮次", "turn", row.turn if one_place else None, sitting.turn),
        ("考位", "place", row.place if one_place else None, sitting.place),
    )
    for zh, en, locked, actual in parts:
        if locked is not None and locked != actual:
            what = Text(
                f"考生 {row.party_id} 的 {row.component_id} 锁定在{zh} {locked}，却排在 {actual}",
                f"party {row.party_id} is locked for {row.component_id} to {en} {locked} but sits in {actual}",
            )
            yield Fault(f"{row.party_id} {row.component_id}", what, str(actual), Text(str(locked), str(locked)))
