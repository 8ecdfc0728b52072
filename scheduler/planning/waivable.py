"""The round with one rule left out of account for one party: which places there would be then.

Used by the suggestions. What is broken by taking such a place is for the audit to say, by the round as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scheduler.domain.rounds import Party, Round

_NOBODY = 10**6
"""Candidates of one examiner where the ratio is left out of account."""


def waived(round_: Round, party_id: str) -> Iterator[Round]:
    """Yield rounds in each of which one rule no longer binds this party; rules that do not speak of it are left out."""
    party = next(party for party in round_.parties if party.id == party_id)
    policy = round_.policy
    if party.latest_on or party.earliest_on:
        yield _with(round_, replace(party, latest_on=None, earliest_on=None))
    if party.unavailable_slot_ids:
        yield _with(round_, replace(party, unavailable_slot_ids=()))
    if party.accessible:
        yield _with(round_, replace(party, accessible=False))
    if policy.max_travel_km is not None:
        yield replace(round_, policy=replace(policy, max_travel_km=None))
    if party.barred_site_ids:
        yield _with(round_, replace(party, barred_site_ids=()))
    if policy.bar_own_institution and party.institution_id:
        yield replace(round_, policy=replace(policy, bar_own_institution=False))
    if policy.max_sittings_per_day is not None:
        yield replace(round_, policy=replace(policy, max_sittings_per_day=None))
    if any(lock.party_id == party_id for lock in round_.locks):
        yield replace(round_, locks=tuple(lock for lock in round_.locks if lock.party_id != party_id))
    if policy.examiners_on:
        yield _unstaffed(round_)
    yield _wider(round_, party)


def _with(round_: Round, party: Party) -> Round:
    return replace(round_, parties=tuple(party if one.id == party.id else one for one in round_.parties))


def _wider(round_: Round, party: Party) -> Round:
    """Return the round with as many more places in every room as the party needs."""
    rooms = tuple(replace(room, places=room.places + party.head_count) for room in round_.rooms)
    components = tuple(replace(one, staffing=replace(one.staffing, room_limit=None)) for one in round_.components)
    return replace(round_, rooms=rooms, components=components)


def _unstaffed(round_: Round) -> Round:
    """Return the round in which the examiners of a session suffice for any number; a new session still needs its fewest."""
    components = tuple(
        replace(one, staffing=replace(one.staffing, per_candidates=_NOBODY)) for one in round_.components
    )
    policy = replace(round_.policy, independent_per=_NOBODY)
    return replace(round_, components=components, policy=policy)
