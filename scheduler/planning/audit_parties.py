"""Audit of what parties are promised: all they are due, in order, when and where they can come.

Used by the audit; every check reads Round and Plan values alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import combinations

from scheduler.domain.calendar import gap_minutes
from scheduler.domain.rounds import Party
from scheduler.domain.sessions import Sitting
from scheduler.errors import Text
from scheduler.planning.audit_reading import Fault, Reading, Seated, checks


@checks(
    "all-or-unplaced", "补齐所缺科目，或整体列为未安排并写明原因", "seat what is missing, or list the party as unplaced"
)
def all_or_unplaced(reading: Reading) -> Iterator[Fault]:
    """Find parties that are neither wholly seated nor unplaced with a reason."""
    listed = Counter(unplaced.party_id for unplaced in reading.plan.unplaced)
    by_party: dict[str, list[Sitting]] = defaultdict(list)
    for sitting in reading.plan.sittings:
        by_party[sitting.party_id].append(sitting)
    for unplaced in reading.plan.unplaced:
        party_id = unplaced.party_id
        if not unplaced.reasons:
            yield Fault(
                party_id,
                Text(f"未安排的考生 {party_id} 没有写明原因", f"party {party_id} is unplaced without a reason"),
            )
        if party_id in by_party:
            what = Text(f"考生 {party_id} 既列为未安排又有座位", f"party {party_id} is listed unplaced and yet sits")
            yield Fault(party_id, what, str(len(by_party[party_id])))
    for party_id, n in listed.items():
        if n > 1:
            what = Text(f"考生 {party_id} 在未安排名单中出现 {n} 次", f"party {party_id} is listed unplaced {n} times")
            yield Fault(party_id, what, str(n))
    for party in reading.round.parties:
        if party.id not in listed:
            yield from _not_wholly(party, by_party.get(party.id, []))


def _not_wholly(party: Party, sittings: list[Sitting]) -> Iterator[Fault]:
    if not sittings:
        yield Fault(
            party.id,
            Text(f"考生 {party.id} 既无座位也未列为未安排", f"party {party.id} neither sits nor is listed unplaced"),
        )
        return
    times = Counter((sitting.component_id, sitting.member) for sitting in sittings)
    if len(times) == len(sittings) == len(party.component_ids) * party.head_count and all(
        component_id in party.component_ids and 1 <= member <= party.head_count for component_id, member in times
    ):
        return
    for component_id in party.component_ids:
        for member in range(1, party.head_count + 1):
            n = times.pop((component_id, member), 0)
            if n != 1:
                what = Text(
                    f"考生 {party.id} 第 {member} 人的科目 {component_id} 安排了 {n} 次",
                    f"party {party.id}, member {member}, sits {component_id} {n} times",
                )
                yield Fault(party.id, what, str(n), Text("1", "1"))
    for component_id, member in sorted(times):
        what = Text(
            f"考生 {party.id} 第 {member} 人不应考 {component_id}",
            f"party {party.id} has no member {member} due for {component_id}",
        )
        yield Fault(party.id, what, f"{component_id} {member}")


@checks("one-session-each", "把各成员排到同一场次", "seat all members in one session")
def one_session_each(reading: Reading) -> Iterator[Fault]:
    """Find parties whose members sit a component in several sessions."""
    sessions: dict[tuple[str, str], set[str]] = defaultdict(set)
    for sitting in reading.plan.sittings:
        sessions[sitting.party_id, sitting.component_id].add(sitting.session_id)
    for (party_id, component_id), ids in sessions.items():
        if len(ids) > 1:
            what = Text(
                f"考生 {party_id} 的科目 {component_id} 分在 {len(ids)} 个场次",
                f"party {party_id} sits {component_id} in {len(ids)} sessions",
            )
            yield Fault(party_id, what, ", ".join(sorted(ids)), Text("1 个场次", "1 session"))


@checks("component-order", "把后一科目改到更晚的时段", "move the later component to a later slot")
def component_order(reading: Reading) -> Iterator[Fault]:
    """Find components that begin before those they follow are over, too soon after, or too late."""
    for party_id, seats in reading.by_party.items():
        for later in seats:
            component = reading.components.get(later.sitting.component_id)
            follows = set(component.after) & set(later.party.component_ids) if component is not None else ()
            for earlier in seats if follows else ():
                if earlier.sitting.component_id in follows:
                    yield from _out_of_order(reading, party_id, earlier, later)


def _out_of_order(reading: Reading, party_id: str, earlier: Seated, later: Seated) -> Iterator[Fault]:
    gap = gap_minutes(earlier.held.slot, later.held.slot)
    days = (later.held.slot.on - earlier.held.slot.on).days
    pair = earlier.sitting.component_id, later.sitting.component_id
    least, most = reading.policy.order_gap_min, reading.policy.order_days_max
    if gap < least:
        what = Text(
            f"考生 {party_id} 的 {pair[1]} 距 {pair[0]} 结束 {gap} 分钟，至少须 {least} 分钟",
            f"party {party_id} begins {pair[1]} {gap} minutes after {pair[0]} ends, at least {least} are required",
        )
        yield Fault(party_id, what, f"{gap} min", Text(f"≥ {least} 分钟", f">= {least} min"))
    if most is not None and days > most:
        what = Text(
            f"考生 {party_id} 的 {pair[1]} 距 {pair[0]} {days} 天，最多 {most} 天",
            f"party {party_id} sits {pair[1]} {days} days after {pair[0]}, at most {most} are allowed",
        )
        yield Fault(party_id, what, f"{days} d", Text(f"≤ {most} 天", f"<= {most} days"))


@checks(
    "candidate-free", "把其中一个科目改到不重叠的时段", "move one of the components to a slot that does not overlap"
)
def candidate_free(reading: Reading) -> Iterator[Fault]:
    """Find candidates in two sessions at a time."""
    for party_id, seats in reading.by_party.items():
        clashes = set()
        for one, other in combinations(seats, 2):
            apart = one.sitting.session_id != other.sitting.session_id
            twice = apart or one.sitting.component_id != other.sitting.component_id
            if one.sitting.member == other.sitting.member and twice and one.held.slot.overlaps(other.held.slot):
                clashes.add(tuple(sorted((one.sitting.session_id, other.sitting.session_id))))
        for a, b in sorted(clashes):
            what = Text(f"考生 {party_id} 同时在场次 {a} 和 {b}", f"party {party_id} sits in {a} and {b} at a time")
            yield Fault(party_id, what, f"{a}, {b}")


@checks("sittings-per-day", "把其中一个科目改到另一天", "move one of the components to another day")
def sittings_per_day(reading: Reading) -> Iterator[Fault]:
    """Find candidates who sit more components on a day than the round allows."""
    most = reading.policy.max_sittings_per_day
    for party_id, seats in reading.by_party.items() if most is not None else ():
        days = Counter(on for on, _ in {(seated.held.slot.on, seated.sitting.component_id) for seated in seats})
        for on, n in days.items():
            if most is not None and n > most:
                what = Text(
                    f"考生 {party_id} 在 {on} 有 {n} 个科目，每日最多 {most} 个",
                    f"party {party_id} sits {n} components on {on}, at most {most} a day",
                )
                yield Fault(party_id, what, str(n), Text(f"≤ {most}", f"<= {most}"))


@checks("candidate-available", "改到考生能到场的时段", "move the party to a slot that suits")
def candidate_available(reading: Reading) -> Iterator[Fault]:
    """Find parties seated in slots in which they cannot come."""
    for seated in _once(reading):
        if seated.held.slot.id in seated.party.unavailable_slot_ids:
            what = Text(
                f"考生 {seated.party.id} 在时段 {seated.held.slot.id} 不能到场",
                f"party {seated.party.id} cannot come in slot {seated.held.slot.id}",
            )
            yield Fault(seated.party.id, what, seated.held.slot.id)


@checks("deadline", "改到期限内的日期", "move the party to a day within its dates")
def deadline(reading: Reading) -> Iterator[Fault]:
    """Find parties seated before their earliest or after their latest day."""
    for seated in _once(reading):
        party, day = seated.party, seated.held.slot.on
        early = party.earliest_on is not None and day < party.earliest_on
        late = party.latest_on is not None and day > party.latest_on
        if early or late:
            span = f"{party.earliest_on or ''} … {party.latest_on or ''}"
            what = Text(
                f"考生 {party.id} 的 {seated.sitting.component_id} 在 {day}，不在期限 {span} 内",
                f"party {party.id} sits {seated.sitting.component_id} on {day}, outside {span}",
            )
            yield Fault(party.id, what, str(day), Text(span, span))


@checks("accessibility", "改到无障碍考场", "move the party to an accessible room")
def accessibility(reading: Reading) -> Iterator[Fault]:
    """Find parties that need an accessible room and have none."""
    for seated in _once(reading):
        if seated.party.accessible and not seated.held.room.accessible:
            what = Text(
                f"考生 {seated.party.id} 需要无障碍条件，考场 {seated.held.room.id} 没有",
                f"party {seated.party.id} needs an accessible room, {seated.held.room.id} is not",
            )
            yield Fault(seated.party.id, what, seated.held.room.id)


def _once(reading: Reading) -> Iterator[Seated]:
    """Yield one sitting for each party, component and session; its members share all that is asked here."""
    told = set()
    for seated in reading.seated:
        key = seated.party.id, seated.sitting.component_id, seated.sitting.session_id
        if seated.party.head_count == 1 or key not in told:
            told.add(key)
            yield seated
