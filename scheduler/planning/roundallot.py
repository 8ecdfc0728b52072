"""What makes groups, waivers, shares and the travel matrix of a round senseless.

Used by roundfaults alone, once ids and numbers are good.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from scheduler.domain.rounds import Round
from scheduler.errors import Finding, Text, Where


def allotment_findings(round_: Round) -> Iterator[Finding]:
    """Yield what is wrong with groups, then waivers, shares, and the travel matrix."""
    yield from _group_faults(round_)
    yield from _waiver_faults(round_)
    yield from _share_faults(round_)
    yield from _travel_faults(round_)


def _group_faults(round_: Round) -> Iterator[Finding]:
    heads: Counter[tuple[str, str]] = Counter()
    for party in round_.parties:
        if party.group_id:
            heads.update(dict.fromkeys(((party.group_id, id_) for id_ in party.component_ids), party.head_count))
    sizes: dict[str, set[int]] = defaultdict(set)
    for (group_id, _), n in heads.items():
        sizes[group_id].add(n)
    for i, group in enumerate(round_.groups):
        least, most, path = group.fragment_min, group.fragment_max, f"groups[{i}].fragment_max"
        if most is not None and most < least:
            what = Text(
                f"组 {group.id} 的每处人数上限 {most} 小于下限 {least}",
                f"group {group.id}: at most {most} a site is less than at least {least}",
            )
            yield Finding("round-group", what, Where(path=path), str(most), Text(f"≥ {least}", f">= {least}"))
        elif group.together != "fragments" and (most is not None or least != 1):
            what = Text(
                f"组 {group.id} 给了每处人数，却不是 fragments",
                f"group {group.id} has limits of fragments but is not split",
            )
            hint = Text(
                "把 together 写为 fragments，或删去人数", 'write "fragments" as together, or take the limits out'
            )
            yield Finding("round-group", what, Where(path=f"groups[{i}].together"), group.together, hint=hint)
        elif most is not None:
            for n in sorted(sizes[group.id]):
                if -(-n // most) * min(least, n) > n:
                    what = Text(
                        f"组 {group.id} 有 {n} 人，无法按每处 {least} 至 {most} 人分完",
                        f"group {group.id} of {n} cannot be split into fragments of {least} to {most}",
                    )
                    yield Finding("round-group", what, Where(path=path), f"{n}", severity="warning")


def _waiver_faults(round_: Round) -> Iterator[Finding]:
    seen: dict[tuple[str, str], int] = {}
    for i, waiver in enumerate(round_.waivers):
        if not waiver.reason.strip():
            what = Text("超员许可没有写明理由", "the waiver gives no reason")
            hint = Text("写明何人因何批准", "say who allowed it and why")
            yield Finding("round-waiver", what, Where(path=f"waivers[{i}].reason"), waiver.reason, hint=hint)
        first = seen.setdefault((waiver.room_id, waiver.slot_id), i)
        if first != i:
            pair = f"{waiver.room_id} / {waiver.slot_id}"
            what = Text(f"{pair} 已在 waivers[{first}] 给出", f"{pair} was given by waivers[{first}]")
            hint = Text("删去一处", "take one out")
            yield Finding("round-said-twice", what, Where(path=f"waivers[{i}]"), pair, hint=hint)


def _share_faults(round_: Round) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for i, share in enumerate(round_.shares):
        first = seen.setdefault(share.institution_id, i)
        if first != i:
            what = Text(
                f"机构 {share.institution_id} 的份额已在 shares[{first}] 给出",
                f"the share of {share.institution_id} was given by shares[{first}]",
            )
            hint = Text("删去一处", "take one out")
            yield Finding("round-said-twice", what, Where(path=f"shares[{i}]"), share.institution_id, hint=hint)
        if share.percent > 100:
            what = Text(f"份额 {share.percent} % 超过 100 %", f"a share of {share.percent} per cent is above 100")
            said = str(share.percent)
            yield Finding("round-number", what, Where(path=f"shares[{i}].percent"), said, Text("0 至 100", "0 to 100"))
    if seen and round_.policy.weights.share_over == 0:
        what = Text(
            "给了承考份额，但超份额成本为 0，份额不起作用", "shares are given, but a seat beyond them costs nothing"
        )
        hint = Text("填超份额成本，如 30", "give the weight share_over, such as 30")
        yield Finding("round-share", what, Where(path="policy.weights.share_over"), "0", hint=hint, severity="warning")
    hosts = {site.institution_id for site in round_.sites}
    total = sum(share.percent for share in round_.shares)
    if seen and hosts <= seen.keys() and total < 100:
        what = Text(f"各机构份额合计只有 {total} %", f"the shares of all institutions add up to {total} per cent only")
        hint = Text("有考位必然超出份额", "some seats must lie beyond a share")
        yield Finding("round-share", what, Where(path="shares"), str(total), hint=hint, severity="warning")


def _travel_faults(round_: Round) -> Iterator[Finding]:
    """Yield the holes of the matrix where it is used, and who has no distance at all while travel is limited."""
    known = {(distance.origin_id, distance.site_id) for distance in round_.distances}
    limited = round_.policy.max_travel_km is not None
    if not known and not limited:
        return
    origins = {origin_id for origin_id, _ in known}
    used = {room.site_id for room in round_.rooms}
    sites = [site for site in round_.sites if site.id in used]
    unknown: dict[tuple[str, bool], list[str]] = {}
    holes: Counter[tuple[str, str]] = Counter()
    nowhere: Counter[tuple[str, str]] = Counter()
    for party in round_.parties:
        plotted = party.x_km is not None
        key = party.origin_id, plotted
        if key not in unknown:
            asked = [site.id for site in sites if not plotted or site.x_km is None]
            unknown[key] = [site_id for site_id in asked if (party.origin_id, site_id) not in known]
        found = holes if origins and (party.origin_id or "" in origins) else nowhere
        found.update((party.origin_id, id_) for id_ in unknown[key] if limited or id_ not in party.fares)
    hint = Text("补充 distances 或坐标", "add a distance or coordinates")
    for (origin_id, site_id), n in sorted(holes.items()):
        what = Text(
            f"路程表有缺：起点 {origin_id or '（空）'} 到考点 {site_id} 的距离未知，涉及 {n} 组考生",
            f"the travel matrix has a hole: no distance from {origin_id or '(none)'} to site {site_id}, {n} parties need it",
        )
        yield Finding("round-travel-hole", what, Where(path="distances"), hint=hint)
    for (origin_id, site_id), n in sorted(nowhere.items()) if limited else ():
        what = Text(
            f"限制了路程，但起点 {origin_id or '（空）'} 到考点 {site_id} 的距离未知，{n} 组考生按超限处理",
            f"travel is limited, but no distance is known from {origin_id or '(none)'} to site {site_id}: "
            f"{n} parties count as too far",
        )
        yield Finding("round-travel-hole", what, Where(path="distances"), hint=hint, severity="warning")
