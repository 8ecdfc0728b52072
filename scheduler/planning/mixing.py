"""Mixed theory rooms: components that a room may examine side by side become one before planning, and part again in the plan.

Used by the solve alone. Components alike in all that rooms and examiners see are merged without loss; unlike ones are merged
at the strictest of what they ask for, as a second try that is kept where it is cheaper.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from scheduler.domain.catalogue import Component, Duty, RoomKind
from scheduler.domain.fitness import suits
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import Plan, Reason, Unplaced
from scheduler.domain.wording import component_words
from scheduler.errors import Text


@dataclass(frozen=True, slots=True)
class Mixing:
    """A round as it is planned, and the way back."""

    round_: Round
    merged: Mapping[str, str]
    """Component of the planned round by component of the real one; only where they differ or stand for several."""
    complete: bool
    """Whether all components that could share a room were merged, so that a bound of one round is a bound of the other."""

    def into(self, plan: Plan | None) -> Plan | None:
        """Return an earlier plan in the components of the planned round."""
        if plan is None or not self.merged:
            return plan
        sittings = tuple(
            replace(s, component_id=self.merged.get(s.component_id, s.component_id)) for s in plan.sittings
        )
        return replace(plan, sittings=sittings)

    def back(self, plan: Plan, real: Round) -> Plan:
        """Return a plan of the planned round in the components of the real one."""
        if not self.merged:
            return plan
        own = {(party.id, self.merged.get(id_, id_)): id_ for party in real.parties for id_ in party.component_ids}
        sittings = [replace(s, component_id=own[s.party_id, s.component_id]) for s in plan.sittings]
        examined: dict[str, set[str]] = {}
        for sitting in sittings:
            examined.setdefault(sitting.session_id, set()).add(sitting.component_id)
        components = {component.id: component for component in real.components}
        due = {
            party.id: [components[id_] for id_ in party.component_ids if id_ in components] for party in real.parties
        }
        sessions = []
        for session in plan.sessions:
            first, *also = sorted(examined[session.id])
            sessions.append(replace(session, component_id=first, also_ids=tuple(also)))
        return replace(
            plan,
            sessions=tuple(sessions),
            sittings=tuple(sorted(sittings, key=lambda s: (s.party_id, s.component_id, s.member))),
            unplaced=tuple(self._renamed(unplaced, components, due[unplaced.party_id]) for unplaced in plan.unplaced),
        )

    def _renamed(self, unplaced: Unplaced, components: Mapping[str, Component], due: list[Component]) -> Unplaced:
        """Return the reasons of a party with its components called as in the real round."""
        planned = [components[self.merged.get(one.id, one.id)] for one in due]
        labels = [(component_words(p, planned), component_words(one, due)) for p, one in zip(planned, due, strict=True)]
        reasons = []
        for reason in unplaced.reasons:
            zh, en = reason.what.zh, reason.what.en
            for before, now in labels:
                if zh.startswith(f"{before.zh}：") and en.startswith(f"{before.en}: "):
                    zh, en = now.zh + zh.removeprefix(before.zh), now.en + en.removeprefix(before.en)
                    break
            reasons.append(Reason(reason.rule, Text(zh, en)))
        return replace(unplaced, reasons=tuple(reasons))

    def loosened(self) -> Round:
        """Return the planned round with theory rooms and examiners for nothing: what it costs at least, the real one does."""
        theory = {room.id for room in self.round_.rooms if room.kind is RoomKind.THEORY_ROOM}
        rooms = [replace(room, opening_cost=0) if room.id in theory else room for room in self.round_.rooms]
        openings = [replace(one, cost=None) if one.room_id in theory else one for one in self.round_.openings]
        policy = replace(self.round_.policy, weights=replace(self.round_.policy.weights, examiner=0))
        return replace(self.round_, rooms=tuple(rooms), openings=tuple(openings), policy=policy)


def mixing(round_: Round, *, strictest: bool = False) -> Mixing:
    """Merge what may share theory rooms; where mixing is not allowed the round stays as it is.

    Args:
        round_: The round.
        strictest: Merge what is unlike as well, at the strictest of their ratios and the longest of their times. Every plan
            of that round is a plan of the real one; but where components keep to themselves it asks for more than need be.
    """
    if not round_.policy.mixed_theory:
        return Mixing(round_, {}, complete=True)
    real, round_ = round_, _split_groups(round_)
    theory = [c for c in sorted(round_.components, key=lambda c: c.id) if c.room_kind is RoomKind.THEORY_ROOM]
    # A theory room has one turn and is taken for the whole slot, so of a duration only the slots it fits into are seen.
    spots = {c.id: _spots(round_, c, whole=strictest) for c in theory}
    alike = {c.id: (spots[c.id], None if strictest else c.staffing, c.staffing.duty) for c in theory}
    apart = _apart(round_)
    classes: list[list[Component]] = []
    for component in theory:
        known = (
            some
            for some in classes
            if alike[component.id] == alike[some[0].id] and not any((component.id, c.id) in apart for c in some)
        )
        own = next(known, None) if component.staffing.duty is Duty.INVIGILATE else None
        if own is None:
            classes.append([component])
        else:
            own.append(component)
    merged = {c.id: some[0].id for some in classes for c in some if len(some) > 1}
    shared = any(spots[a.id] & spots[b.id] for one, other in combinations(classes, 2) for a in one for b in other)
    heads = {some[0].id: _strictest(some) for some in classes}
    round_ = replace(round_, components=tuple(heads.get(c.id, c) for c in round_.components))
    planned = _planned(round_, merged)
    if not _same_order(round_, planned, merged):
        return Mixing(real, {}, complete=False)
    return Mixing(planned, merged, complete=not shared)


def _spots(round_: Round, component: Component, *, whole: bool) -> frozenset[tuple[str, str]]:
    """Return where a component can be examined, rooms and slots; of whole rooms the slot is empty."""
    rooms = [room.id for room in round_.rooms if suits(component, room)]
    slots = [""] if whole else [slot.id for slot in round_.slots if slot.minutes >= component.minutes]
    return frozenset((room_id, slot_id) for room_id in rooms for slot_id in slots)


def _strictest(some: list[Component]) -> Component:
    """Return the first of several components as it is examined where all of them may be present."""
    asked = [component.staffing for component in some]
    limits = [one.room_limit for one in asked if one.room_limit is not None]
    staffing = replace(
        asked[0],
        at_least=max(one.at_least for one in asked),
        per_candidates=min(one.per_candidates for one in asked),
        room_limit=min(limits, default=None),
    )
    return replace(some[0], minutes=max(component.minutes for component in some), staffing=staffing)


def cheaper_when_strictest(plan: Plan, round_: Round, plan_of: Callable[[Round], Plan]) -> Plan:
    """Return the better of a plan and one in which unlike components share rooms at the strictest of their ratios.

    Args:
        plan: A plan in which only like components share rooms; its bound is of the real round and stays.
        round_: The real round.
        plan_of: Plans a round in which nothing is mixed.
    """
    strict = mixing(round_, strictest=True)
    if not strict.merged or strict.merged == mixing(round_).merged:
        return plan
    made = strict.back(plan_of(replace(strict.round_, policy=replace(round_.policy, mixed_theory=False))), round_)
    if made.cost >= plan.cost:
        return plan
    return replace(made, round_digest=plan.round_digest, bound=plan.bound, making=plan.making)


def _apart(round_: Round) -> set[tuple[str, str]]:
    """Return pairs of components that one party, or one group that rules speak of, has due: these stay distinct."""
    spread = round_.policy.weights.group_session > 0
    kept = {group.id for group in round_.groups if group.together != "none" or spread}
    groups: dict[str, set[str]] = {}
    found: set[tuple[str, str]] = set()
    for party in round_.parties:
        found.update(combinations(sorted(party.component_ids), 2))
        if party.group_id in kept:
            groups.setdefault(party.group_id, set()).update(party.component_ids)
    for ids in groups.values():
        found.update(combinations(sorted(ids), 2))
    return found | {(b, a) for a, b in found}


def _split_groups(round_: Round) -> Round:
    """Split groups into parts that share no component: rules of groups speak of one component at a time, so nothing changes."""
    reserved = {row.group_id for row in round_.reservations}
    parts: dict[str, list[tuple[set[str], set[str]]]] = {}
    for party in round_.parties:
        if party.group_id and party.group_id not in reserved:
            known = parts.setdefault(party.group_id, [])
            joined = [part for part in known if part[1] & set(party.component_ids)]
            whole = (
                {party.id}.union(*(part[0] for part in joined)),
                set(party.component_ids).union(*(part[1] for part in joined)),
            )
            parts[party.group_id] = [part for part in known if part not in joined] + [whole]
    part_of = {
        id_: f"{g}#{n}"
        for g, known in parts.items()
        if len(known) > 1
        for n, (ids, _) in enumerate(known)
        for id_ in ids
    }
    groups = [
        replace(group, id=f"{group.id}#{n}") if split else group
        for group in round_.groups
        for split in (len(parts.get(group.id, ())) > 1,)
        for n in range(len(parts[group.id]) if split else 1)
    ]
    parties = [replace(party, group_id=part_of.get(party.id, party.group_id)) for party in round_.parties]
    return replace(round_, groups=tuple(groups), parties=tuple(parties))


def _planned(round_: Round, merged: Mapping[str, str]) -> Round:
    if not merged:
        return round_
    after: dict[str, set[str]] = {}
    for component in round_.components:
        id_ = merged.get(component.id, component.id)
        after.setdefault(id_, set()).update(merged.get(b, b) for b in component.after)
    components = [
        replace(component, after=tuple(sorted(after[component.id] - {component.id})))
        for component in round_.components
        if merged.get(component.id, component.id) == component.id
    ]
    parties = [
        replace(party, component_ids=tuple(merged.get(id_, id_) for id_ in party.component_ids))
        for party in round_.parties
    ]
    locks = [replace(lock, component_id=merged.get(lock.component_id, lock.component_id)) for lock in round_.locks]
    return replace(round_, components=tuple(components), parties=tuple(parties), locks=tuple(locks))


def _same_order(real: Round, planned: Round, merged: Mapping[str, str]) -> bool:
    """Tell whether every party has the same components in order as before."""
    after = {component.id: set(component.after) for component in real.components}
    then = {component.id: set(component.after) for component in planned.components}
    for due in {party.component_ids for party in real.parties}:
        for a in due:
            before = {merged.get(b, b) for b in due if b in after.get(a, ())}
            now = {merged.get(b, b) for b in due if merged.get(b, b) in then.get(merged.get(a, a), ())}
            if before != now:
                return False
    return True
