"""What a trip costs and how far it is, for every party and site. Used by the problem; no rule but the travel limit is applied."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from scheduler.domain.places import Site
from scheduler.domain.rounds import Party, Round


def kilometres(round_: Round, party: Party, site: Site, stated: dict[tuple[str, str], float]) -> float | None:
    """Return the road kilometres of one trip: as stated, else from coordinates, else None."""
    if (party.origin_id, site.id) in stated:
        return stated[party.origin_id, site.id]
    if party.x_km is None or party.y_km is None or site.x_km is None or site.y_km is None:
        return None
    return round_.policy.road_factor * math.hypot(party.x_km - site.x_km, party.y_km - site.y_km)


def fares_and_reach(
    round_: Round, parties: tuple[Party, ...], site_ids: tuple[str, ...]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return by party and site what one trip of the whole party costs, and whether the travel limit allows it."""
    sites = {site.id: site for site in round_.sites}
    stated = {(d.origin_id, d.site_id): d.km for d in round_.distances}
    limit, weight = round_.policy.max_travel_km, round_.policy.weights.km
    fares = np.zeros((len(parties), len(site_ids)), dtype=np.int64)
    reach = np.ones((len(parties), len(site_ids)), dtype=np.bool_)
    for p, party in enumerate(parties):
        for n, site_id in enumerate(site_ids):
            km = kilometres(round_, party, sites[site_id], stated)
            reach[p, n] = limit is None or (km is not None and km <= limit)
            if site_id in party.fares:
                fares[p, n] = party.fares[site_id]
            elif km is not None:
                fares[p, n] = party.head_count * weight * math.floor(km + 0.5)
    return fares, reach
