"""Seating by lot and numbering of tickets (抽签定位、编准考证号), in the registry, once for each published version.

Used by admit. What was drawn or numbered before is never drawn or numbered again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from scheduler.domain.catalogue import TicketRule
from scheduler.domain.lots import Lot, Ticket
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import PlanVersion
from scheduler.errors import Conflict, PlanRejected, SettingsError, StalePlan, Text
from scheduler.office.desk import Office
from scheduler.planning.audit import audit
from scheduler.planning.lots import BY_PEOPLE, draw
from scheduler.registry.store import Store

_MOST = 10**9
"""Seeds drawn here are below it."""


def lot_of(office: Office, store: Store, round_: Round, kept: PlanVersion, *, seed: int | None) -> tuple[Lot, bool]:
    """Return the lot of a version, drawn and kept now if it was not before, and whether it was drawn now.

    Args:
        office: The opened office.
        store: A transaction that may write.
        round_: The round as it is now.
        kept: The published version.
        seed: 0 or more; by chance when None.

    Raises:
        Conflict: The lot was drawn before with another seed.
        PlanRejected: With the seats drawn the plan would break a rule that it keeps without.
    """
    found = store.lots.lot(kept.round_id, kept.version)
    if found is not None:
        if seed not in {None, found.seed}:
            raise Conflict(
                Text(
                    f"第 {kept.version} 版已用种子 {found.seed} 抽签，不能改用 {seed} 重抽",
                    f"version {kept.version} was drawn with seed {found.seed} and is not drawn again with {seed}",
                ),
                hint=Text("去掉 --seed，沿用已抽的座位", "leave --seed out and keep the seats drawn"),
            )
        return found, False
    chosen = secrets.randbelow(_MOST) if seed is None else seed
    seats = draw(round_, kept.plan, chosen, store.lots.before(kept.round_id, kept.version))
    lot = Lot(kept.round_id, kept.version, chosen, office.now(), office.who, seats)
    before = audit(round_, kept.plan)
    worse = [finding for finding in audit(round_, lot.seated(kept.plan)) if finding not in before]
    if worse:
        raise PlanRejected(Text("抽签结果违反编排规则", "the seats drawn would break a rule"), worse)
    store.lots.keep(lot)
    drawn = sum(seat.how == "drawn" for seat in seats)
    office.note(store, "admit", kept.round_id, f"version {kept.version}: {drawn} of {len(seats)} seats drawn, seed {chosen}")  # fmt: skip
    return lot, True


def pass_on(office: Office, store: Store, round_: Round, kept: PlanVersion) -> PlanVersion:
    """Give a version published just now the seats of the lot before: who stays keeps the place, others draw with the same seed.

    Without a lot before, nothing is drawn.

    Raises:
        PlanRejected: As `lot_of`.
        StalePlan: People edited the plan before the lot was drawn: its places would undo the lot.
    """
    before = store.lots.before(kept.round_id, kept.version)
    if before is None:
        return kept
    if kept.plan.making.engine in BY_PEOPLE and _moment(kept.made_at) < _moment(before.at):
        raise _older_than_lot(kept, before)
    lot, _ = lot_of(office, store, round_, kept, seed=before.seed)
    return replace(kept, plan=lot.seated(kept.plan), seats_drawn=True)


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at)


def _older_than_lot(kept: PlanVersion, before: Lot) -> StalePlan:
    what = Text(
        f"第 {kept.version} 版是在第 {before.version} 版抽签定位之前手工调整的，发布会使已抽定的座位作废",
        f"version {kept.version} was edited before the seats of version {before.version} were drawn by lot;"
        " publishing it would undo the lot",
    )
    again = f"scheduler template plan --round {kept.round_id} --out …"
    return StalePlan(
        what, hint=Text(f"重新写出方案，再改一次：{again}", f"write the plan anew and edit it again: {again}")
    )


def number_tickets(office: Office, store: Store, round_: Round, wanted: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the ticket number of every entry; who has none yet gets the next one.

    Args:
        office: The opened office.
        store: A transaction that may write.
        round_: The round.
        wanted: Entries with the site of their first exam, in the order in which they are numbered.

    Raises:
        SettingsError: No rule of ticket numbers is in force.
    """
    rule, have = _rule(office, round_), store.lots.tickets(round_.id)
    sites = {site: n for n, site in enumerate(sorted(site.id for site in round_.sites), start=1)}
    first, given, serials = round_.window.first_on, list[Ticket](), dict[str, int]()
    for entry_id, site_id in wanted:
        if entry_id in have:
            continue
        facts = {"year": first.year, "month": first.month, "site": sites[site_id]}
        one = rule.template.format(**facts, serial=1)
        prefix = rule.template[: rule.template.rindex("{")].format(**facts)
        if prefix not in serials:
            serials[prefix] = _last(store, prefix, len(one))
        serials[prefix] += 1
        have[entry_id] = rule.template.format(**facts, serial=serials[prefix])
        given.append(Ticket(have[entry_id], round_.id, entry_id, office.now()))
    if given:
        store.lots.give(given)
        office.note(store, "admit", round_.id, f"{len(given)} tickets numbered from {given[0].number}")
    return have


def _last(store: Store, prefix: str, length: int) -> int:
    """Return the last serial given with a prefix; numbers grow longer when the serial outgrows its places."""
    found = (store.lots.last_number(prefix, length + more) for more in range(3))
    return max((int(number[len(prefix) :]) for number in found if number), default=0)


def _rule(office: Office, round_: Round) -> TicketRule:
    first = round_.window.first_on
    rule = next((rule for rule in office.catalogue.ticket_rules if rule.edition.in_force(first)), None)
    if rule is None:
        raise SettingsError(
            Text(f"{first} 没有施行中的准考证号规则", f"no rule of ticket numbers is in force on {first}"),
            hint=Text("在目录数据中补充 [[ticket_number]]", "add a [[ticket_number]] to the catalogue"),
        )
    return rule
