"""Builders for tests: a small round, its parts, and a good plan of it by plain greedy seating. No solver, no audit, no mocks."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import Component, ComponentKind, Duty, RoomKind, Staffing
from scheduler.domain.people import Examiner
from scheduler.domain.places import Institution, Room, Site
from scheduler.domain.rounds import Party, Policy, Round
from scheduler.domain.sessions import Making, Plan, Reason, Session, Sitting, Unplaced
from scheduler.errors import Text
from scheduler.planning.recount import recount
from scheduler.planning.roundfile import round_digest

MONDAY = date(2026, 6, 1)
THEORY, PRACTICAL = "low-voltage-5/theory", "low-voltage-5/practical"
BOTH = (THEORY, PRACTICAL)


def a_slot(day=0, half="am", **changes):
    """``d0am`` is Monday 1 June 2026, 9 to 12; ``pm`` is 13:30 to 17:30."""
    hours = {"am": (time(9), time(12)), "pm": (time(13, 30), time(17, 30))}[half]
    return replace(Slot(f"d{day}{half}", MONDAY + timedelta(days=day), *hours), **changes)


def a_component(kind="theory", **changes):
    if kind == "theory":
        staffing = Staffing(Duty.INVIGILATE, at_least=2, per_candidates=15, room_limit=30)
        made = Component(THEORY, ComponentKind.THEORY, RoomKind.THEORY_ROOM, "low-voltage", 90, staffing)
    else:
        staffing = Staffing(Duty.ASSESS, at_least=3, per_candidates=5)
        made = Component(
            PRACTICAL, ComponentKind.PRACTICAL, RoomKind.WORKSHOP, "low-voltage", 60, staffing, after=(THEORY,)
        )
    return replace(made, **changes)


def a_room(id_="hall", **changes):
    kind = RoomKind.WORKSHOP if id_.startswith("shop") else RoomKind.THEORY_ROOM
    return replace(Room(id_, "north", kind, 4 if kind is RoomKind.WORKSHOP else 12, accessible=True), **changes)


def an_examiner(n=1, **changes):
    """Odd ones come from institution alpha, even ones from beta; all may do everything."""
    institution = "alpha" if n % 2 else "beta"
    return replace(Examiner(f"e{n}", institution, (Duty.ASSESS, Duty.INVIGILATE), ("low-voltage",)), **changes)


def a_party(id_="p1", component_ids=BOTH, **changes):
    return replace(Party(id_, tuple(component_ids)), **changes)


def a_round(parties=None, *, days=2, examiners=6, **changes):
    """Two days of two slots, one site with a hall and a workshop, two institutions, six examiners, one party."""
    made = Round(
        id="2026-06",
        window=Window(MONDAY, MONDAY + timedelta(days=max(days, 1) - 1)),
        slots=tuple(a_slot(day, half) for day in range(days) for half in ("am", "pm")),
        institutions=(Institution("alpha", "甲职业培训学校"), Institution("beta", "乙技师学院")),
        sites=(Site("north", "alpha", x_km=0.0, y_km=0.0), Site("south", "beta", x_km=30.0, y_km=40.0)),
        rooms=(a_room("hall"), a_room("shop")),
        components=(a_component("theory"), a_component("practical")),
        parties=tuple(parties) if parties is not None else (a_party(),),
        examiners=tuple(an_examiner(n) for n in range(1, examiners + 1))
        if isinstance(examiners, int)
        else tuple(examiners),
    )
    return replace(made, **changes)


def settled(round_, plan):
    """The plan with digest and costs recounted, so that only what the test breaks is broken."""
    digest = round_digest(round_)
    return replace(plan, round_digest=digest, costs=recount(round_, plan), bound=None)


def a_plan(round_):
    """Seat unit after unit in the first options that hold; whoever does not fit stands unplaced with a reason."""
    seating = _Seating(round_)
    for unit in _units(round_):
        seating.seat(unit)
    return settled(round_, seating.plan())


def _units(round_):
    """Parties that must sit together form one unit; the others stand alone."""
    kept = {group.id: group.fragment_max for group in round_.groups if group.together != "none"}
    units, seen = defaultdict(list), Counter()
    for party in round_.parties:
        n = seen[party.group_id] // (kept.get(party.group_id) or len(round_.parties))
        units[("group", party.group_id, n) if party.group_id in kept else ("party", party.id)].append(party)
        seen[party.group_id] += party.head_count
    return list(units.values())


@dataclass
class _Open:
    """A session being filled."""

    component: Component
    room: Room
    slot: Slot
    sitters: list = field(default_factory=list)
    taken: set = field(default_factory=set)
    examiners: tuple = ()


class _Seating:
    def __init__(self, round_):
        self.round = round_
        self.components = {component.id: component for component in round_.components}
        self.sites = {site.id: site for site in round_.sites}
        self.open = {}
        self.unplaced = []

    def seat(self, unit):
        """Seat a unit wholly, or put every party of it among the unplaced."""
        before = {key: replace(one, sitters=list(one.sitters), taken=set(one.taken)) for key, one in self.open.items()}
        due = sorted(
            {c for party in unit for c in party.component_ids}, key=lambda c: (len(self.components[c].after), c)
        )
        seated = {}
        for component_id in due:
            who = [party for party in unit if component_id in party.component_ids]
            spot = next((s for s in self._options(component_id) if self._fits(s, component_id, who, seated)), None)
            if spot is None:
                self.open = before
                reason = Reason("place-capacity", Text("没有合适的席位", "no place fits"))
                self.unplaced += [Unplaced(party.id, (reason,)) for party in unit]
                return
            seated[component_id] = spot

    def _options(self, component_id):
        component = self.components[component_id]
        shut = {(opening.room_id, opening.slot_id) for opening in self.round.openings if opening.closed}
        for slot in sorted(self.round.slots, key=lambda slot: (slot.on, slot.start, slot.id)):
            for room in sorted(self.round.rooms, key=lambda room: room.id):
                suits = room.kind is component.room_kind and (
                    not room.trade_ids or component.trade_id in room.trade_ids
                )
                is_open = slot.id not in room.closed_slot_ids and (room.id, slot.id) not in shut
                if suits and is_open and slot.on in self.round.window and self._turns(component, room, slot) >= 1:
                    yield room, slot

    def _turns(self, component, room, slot):
        if room.kind is RoomKind.THEORY_ROOM:
            return int(slot.minutes >= component.minutes)
        changeover = self.round.policy.changeover_min
        turns = (slot.minutes + changeover) // (component.minutes + changeover)
        return turns if room.max_turns is None else min(turns, room.max_turns)

    def _fits(self, spot, component_id, who, seated):
        room, slot = spot
        component = self.components[component_id]
        if not all(self._suits_party(party, component, room, slot) for party in who):
            return False
        if (
            not self._fragment(room.site_id, component_id, who)
            or not self._in_order(component, slot, seated)
            or not self._rested(slot, seated)
        ):
            return False
        one = self.open.get((room.id, slot.id)) or _Open(component, room, slot)
        if one.component.id != component_id or self._room_busy(room, slot):
            return False
        places = self._places(one, who)
        if places is None:
            return False
        filled = replace(
            one, sitters=one.sitters + places, taken=one.taken | {(turn, place) for _, _, turn, place in places}
        )
        examiners = self._examiners(filled)
        if examiners is None:
            return False
        self.open[room.id, slot.id] = replace(filled, examiners=examiners)
        return True

    def _suits_party(self, party, component, room, slot):
        for lock in self.round.locks:
            here = lock.slot_id in {None, slot.id} and lock.room_id in {None, room.id}
            if (lock.party_id, lock.component_id) == (party.id, component.id) and not here:
                return False
        in_time = (party.earliest_on or slot.on) <= slot.on <= (party.latest_on or slot.on)
        near = self._near(party, room.site_id) and self._allowed(party, self.sites[room.site_id])
        return (
            in_time and near and slot.id not in party.unavailable_slot_ids and (room.accessible or not party.accessible)
        )

    def _fragment(self, site_id, component_id, who):
        """No larger a fragment of the group at the site than it allows."""
        most = {group.id: group.fragment_max for group in self.round.groups}.get(who[0].group_id)
        here = [one for one in self.open.values() if one.room.site_id == site_id and one.component.id == component_id]
        sitting = sum(party.group_id == who[0].group_id for one in here for party, *_ in one.sitters)
        return most is None or sitting + sum(party.head_count for party in who) <= most

    def _rested(self, slot, seated):
        most = self.round.policy.max_sittings_per_day
        return most is None or sum(other.on == slot.on for _, other in seated.values()) < most

    def _allowed(self, party, site):
        """Not barred, not the own school where that is barred, and no exchange in return."""
        barred = {id_ for group in self.round.groups if group.id == party.group_id for id_ in group.barred_site_ids}
        own, host = party.institution_id, site.institution_id
        if site.id in barred | set(party.barred_site_ids):
            return False
        if own == host or not own:
            return not (own == host and self.round.policy.bar_own_institution)
        there = {
            p.institution_id
            for one in self.open.values()
            if self.sites[one.room.site_id].institution_id == own
            for p, *_ in one.sitters
        }
        return not (self.round.policy.no_mutual_exchange and host in there)

    def _near(self, party, site_id):
        limit, site = self.round.policy.max_travel_km, self.sites[site_id]
        if limit is None:
            return True
        said = [d.km for d in self.round.distances if (d.origin_id, d.site_id) == (party.origin_id, site_id)]
        if said:
            return said[0] <= limit
        if party.x_km is None or site.x_km is None:
            return False
        straight = ((party.x_km - site.x_km) ** 2 + (party.y_km - site.y_km) ** 2) ** 0.5
        return self.round.policy.road_factor * straight <= limit

    def _in_order(self, component, slot, seated):
        for other_id, (_, other) in seated.items():
            if other.overlaps(slot):
                return False
            if other_id in component.after:
                gap = (slot.starts_at - other.ends_at).total_seconds() / 60
                most = self.round.policy.order_days_max
                if gap < self.round.policy.order_gap_min or (most is not None and (slot.on - other.on).days > most):
                    return False
        return True

    def _room_busy(self, room, slot):
        return any(
            one.room.id == room.id and one.slot.id != slot.id and one.slot.overlaps(slot) for one in self.open.values()
        )

    def _places(self, one, who):
        """First free places, reserved ones (the last of each turn) for those they are kept for; None when they do not suffice."""
        limit = one.component.staffing.room_limit
        extra = sum(w.places for w in self.round.waivers if (w.room_id, w.slot_id) == (one.room.id, one.slot.id))
        most = extra + (one.room.places if limit is None else min(one.room.places, limit))
        rows = [r for r in self.round.reservations if r.room_id == one.room.id and r.slot_id in {"", one.slot.id}]
        free = [
            (turn, place)
            for turn in range(1, self._turns(one.component, one.room, one.slot) + 1)
            for place in range(1, most + 1)
        ]
        kept, top = {}, most
        for row in rows:
            kept |= dict.fromkeys(range(top - row.places + 1, top + 1), row)
            top -= row.places
        taken, found = set(one.taken), []
        for party in who:
            for member in range(1, party.head_count + 1):
                fit = [s for s in free if s not in taken and (s[1] not in kept or _is_for(kept[s[1]], party))]
                spot = min(fit, key=lambda s: (s[0], s[1] not in kept, s[1]), default=None)
                if spot is None:
                    return None
                taken.add(spot)
                found.append((party, member, *spot))
        return found

    def _examiners(self, one):
        """Least-loaded examiners, one after another, until number, institutions, independence and leader hold; None when they never do."""
        if not self.round.policy.examiners_on:
            return ()
        here = {party.id for party, *_ in one.sitters}
        barred = {recusal.examiner_id for recusal in self.round.recusals if recusal.party_id in here}
        locked = {
            x.examiner_id for x in self.round.examiner_locks if (x.room_id, x.slot_id) == (one.room.id, one.slot.id)
        }
        able = [x for x in self.round.examiners if x.id not in barred and self._can_serve(x, one)]
        if not locked <= {x.id for x in able}:
            return None
        able.sort(key=lambda x: (x.id not in locked, x.id not in one.examiners, self._load(x), x.id))
        chosen = []
        while len(chosen) < len(able) and not (self._staffed(one, chosen) and locked <= {x.id for x in chosen}):
            chosen.append(able[len(chosen)])
        return tuple(sorted(x.id for x in chosen)) if self._staffed(one, chosen) else None

    def _can_serve(self, x, one):
        duty = one.component.staffing.duty
        trade = duty is Duty.INVIGILATE or not x.trade_ids or one.component.trade_id in x.trade_ids
        others = [
            o
            for o in self.open.values()
            if x.id in o.examiners and (o.room.id, o.slot.id) != (one.room.id, one.slot.id)
        ]
        free = not any(o.slot.overlaps(one.slot) for o in others)
        day = sum(o.slot.on == one.slot.on for o in others) < x.max_per_day
        week = sum(o.slot.week() == one.slot.week() for o in others) < x.max_per_week
        able = duty in x.duties and trade and free and day and week and one.slot.id not in x.unavailable_slot_ids
        return able and self._moves_on(x, [*others, one])

    def _moves_on(self, x, served):
        """No more duty days in a row at one institution than the round allows."""
        most = self.round.policy.max_consecutive_at
        hosts = defaultdict(set)
        for one in served if most is not None else ():
            hosts[one.slot.on].add(self.sites[one.room.site_id].institution_id)
        row, last = 0, set()
        for _, here in sorted(hosts.items()):
            row = 0 if len(here) > 1 else row + 1 if here == last else 1
            last = here
            if row > most:
                return False
        return True

    def _rotated(self, one, chosen):
        """At least half of a team is new against the session before in the room, and of the next against this one."""
        if not self.round.policy.rotate_half:
            return True
        ids = {x.id for x in chosen}
        rest = [o for o in self.open.values() if o.room.id == one.room.id and o.slot.id != one.slot.id]
        before = max(
            (o for o in rest if o.slot.starts_at < one.slot.starts_at), key=lambda o: o.slot.starts_at, default=None
        )
        after = min(
            (o for o in rest if o.slot.starts_at > one.slot.starts_at), key=lambda o: o.slot.starts_at, default=None
        )
        fresh = before is None or 2 * len(ids & set(before.examiners)) <= len(ids)
        return fresh and (after is None or 2 * len(ids & set(after.examiners)) <= len(after.examiners))

    def _load(self, x):
        return sum(x.id in one.examiners for one in self.open.values())

    def _staffed(self, one, chosen):
        staffing, policy = one.component.staffing, self.round.policy
        extra = sum(w.places for w in self.round.waivers if (w.room_id, w.slot_id) == (one.room.id, one.slot.id))
        most = extra + (one.room.places if staffing.room_limit is None else min(one.room.places, staffing.room_limit))
        needed = max(staffing.at_least, -(-min(len(one.sitters), most) // staffing.per_candidates))
        joint = min(policy.min_institutions, len({x.institution_id for x in self.round.examiners}))
        trained = Counter(party.institution_id for party, *_ in one.sitters if party.institution_id)
        independent = all(
            sum(x.institution_id != i for x in chosen) >= max(1, -(-n // policy.independent_per))
            for i, n in trained.items()
        )
        led = staffing.duty is not Duty.ASSESS or any(x.may_lead for x in chosen)
        enough = len(chosen) >= needed and len({x.institution_id for x in chosen}) >= joint
        return enough and independent and led and self._rotated(one, chosen)

    def plan(self):
        leaders = {x.id for x in self.round.examiners if x.may_lead}
        sessions, sittings = [], []
        for one in self.open.values():
            assessed = one.component.staffing.duty is Duty.ASSESS
            lead = next((id_ for id_ in one.examiners if id_ in leaders), None) if assessed else None
            id_ = f"{one.slot.id}.{one.room.id}"
            sessions.append(Session(id_, one.component.id, one.room.id, one.slot.id, one.examiners, lead))
            sittings += [
                Sitting(p.id, one.component.id, id_, turn, place, member) for p, member, turn, place in one.sitters
            ]
        return Plan(
            round_id=self.round.id,
            round_digest="",
            sessions=tuple(sorted(sessions, key=lambda session: session.id)),
            sittings=tuple(sorted(sittings, key=lambda s: (s.party_id, s.component_id, s.member))),
            unplaced=tuple(sorted(self.unplaced, key=lambda u: u.party_id)),
            costs=(),
            bound=None,
            making=Making(seed=1, engine="by-hand"),
        )


def _is_for(row, party):
    return row.group_id in {"", party.group_id} and row.institution_id in {"", party.institution_id}


NO_EXAMINERS = Policy(examiners_on=False)
