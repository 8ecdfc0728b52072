"""Sites at which parties may sit, by every rule that only removes sites: bars, the own institution, the travel limit.

Used by the problem and the screening. What depends on where others sit is the model's matter.
"""

from __future__ import annotations

import numpy as np

from scheduler.domain.rounds import Party, Round
from scheduler.planning.table import BoolArray, Places, SessionTable
from scheduler.planning.travel import kilometres


class Sites:
    """Which sites are open to whom; indices follow the sorted site ids."""

    def __init__(self, round_: Round, site_ids: tuple[str, ...], places: Places, table: SessionTable) -> None:
        self.round_, self.table = round_, table
        known = {site.id: site for site in round_.sites}
        self.sites = [known[id_] for id_ in site_ids]
        self.barred = {group.id: group.barred_site_ids for group in round_.groups if group.barred_site_ids}
        self.bars_own = round_.policy.bar_own_institution
        self.accessible = np.array([room.accessible for room in places.rooms], dtype=bool)
        self.stated = {(d.origin_id, d.site_id): d.km for d in round_.distances}
        self.hosts = np.array([site.institution_id for site in self.sites])
        self.ids = np.array(site_ids)

    def barred_for(self, party: Party) -> BoolArray:
        """Tell by site whether it is barred for a party or its group."""
        named = party.barred_site_ids + self.barred.get(party.group_id, ())
        return np.isin(self.ids, named) if named else np.zeros(len(self.ids), dtype=np.bool_)

    def own_of(self, party: Party) -> BoolArray:
        """Tell by site whether it belongs to the party's training institution and is therefore barred."""
        if not self.bars_own or not party.institution_id:
            return np.zeros(len(self.ids), dtype=np.bool_)
        own: BoolArray = self.hosts == party.institution_id
        return own

    def within(self, party: Party, c: int, reach: BoolArray) -> BoolArray:
        """Tell by site whether the travel limit, or a named exception to it, lets the party sit a component there."""
        if self.round_.policy.max_travel_km is None or not party.travel_exception:
            return reach
        rows = (self.table.component == c) & (self.accessible[self.table.room] | (not party.accessible))
        offered = np.isin(np.arange(len(self.ids)), self.table.site[rows])
        offered &= ~self.barred_for(party) & ~self.own_of(party)
        km = [kilometres(self.round_, party, site, self.stated) for site in self.sites]
        far = np.array([np.inf if one is None or not there else one for one, there in zip(km, offered, strict=True)])
        nearest: BoolArray = np.isfinite(far) & (far == far.min(initial=np.inf))
        return reach | nearest

    def of(self, party: Party, c: int, reach: BoolArray) -> BoolArray:
        """Tell by site whether the party may sit a component there.

        Args:
            party: Whom.
            c: Index of the component.
            reach: Sites within the travel limit.
        """
        if not (party.barred_site_ids or self.barred or self.bars_own or party.travel_exception):
            return reach
        allowed: BoolArray = self.within(party, c, reach) & ~self.barred_for(party) & ~self.own_of(party)
        return allowed
