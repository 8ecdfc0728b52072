"""Assemble the Round of one planning from what the registry holds: set-up, entries, entitlements.

Used by the verbs that plan, explain and publish; no rule of planning is judged here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scheduler.domain.calendar import Window
from scheduler.domain.catalogue import Catalogue, Component
from scheduler.domain.entries import Entitlement, Entry
from scheduler.domain.rounds import Group, Party, Round, RoundSetup
from scheduler.domain.sessions import PlanVersion
from scheduler.errors import Finding, StalePlan, Text, Where, errors_in
from scheduler.office.by_document import by_document
from scheduler.office.desk import Office
from scheduler.office.facts import with_facts
from scheduler.recognition.assess import assess
from scheduler.registry.store import Store


@dataclass(frozen=True, slots=True)
class Assembled:
    """A round to plan, and what was noticed while putting it together."""

    round: Round
    findings: tuple[Finding, ...]
    names: dict[str, str]
    """Candidate's name by party id."""


def assemble(office: Office, store: Store, round_id: str) -> Assembled:
    """Return the round as the registry knows it now; raises NotFound when it was not prepared."""
    setup, deferred, findings = with_facts(store, store.rounds.setup(round_id))
    entries = store.rounds.entries(round_id)
    parties, components = [], dict[str, Component]()
    for entry in entries:
        due, latest_on, noticed = due_in_window(entry, office.catalogue, setup.window)
        findings += noticed
        due -= deferred.get(entry.id, frozenset())
        if not due:
            continue
        scheme = office.catalogue.scheme(entry.scheme_id)
        # The whole exam, not only what is due: a component may come after one that this candidate is spared.
        components |= {component.id: component for component in scheme.components}
        parties.append(_party(entry, due, latest_on))
    round_, noticed = by_document(setup, entries, _round(setup, parties, components))
    return Assembled(round_, (*findings, *noticed), {entry.id: entry.candidate.name for entry in entries})


def due_in_window(
    entry: Entry, catalogue: Catalogue, window: Window
) -> tuple[frozenset[str], date | None, list[Finding]]:
    """Return the components due within a window, the last day on which that holds, and what was noticed.

    An exemption must hold on the day of application and again on the exam day. A certificate that lapses inside the
    window therefore becomes a deadline; one that lapses before it makes the component due again.

    Source: circular of 9 January 2026, part 1, "legal and valid"; the second check is inferred.
    """
    applied, _ = assess(entry, catalogue, entry.applied_on)
    start, found = assess(entry, catalogue, max(window.first_on, entry.applied_on))
    due = _due(applied) | _due(start)
    noticed = [finding for finding in errors_in(found) if finding.rule == "nothing-due" and not due]
    if due > _due(applied):
        noticed.append(_lapsed(entry))
    lapses = [day for day in _lapses(entry, start, due) if day < window.last_on]
    if not lapses:
        return due, entry.latest_on, noticed
    last = min(*lapses, entry.latest_on or date.max)
    return due, last, [*noticed, _lapses_inside(entry, last)]


def _due(entitlement: Entitlement) -> frozenset[str]:
    return frozenset(due.component_id for due in entitlement.due)


def _lapses(entry: Entry, start: Entitlement, due: frozenset[str]) -> list[date]:
    """Return the last days of what spares, when the window begins, the components that are not due."""
    numbers = {one.by_certificate_no for one in start.exemptions if one.component_id not in due}
    held = [one.valid_until for one in entry.held if one.number in numbers and one.valid_until is not None]
    carried = [kept.good_until for kept in entry.carried if kept.component_id not in due]
    return held + [day for day in carried if day >= start.assessed_on]


def _lapsed(entry: Entry) -> Finding:
    return Finding(
        "exemption-lapsed",
        Text(
            "免考依据的证书或保留的成绩在考试开始前已失效，相应科目恢复为应考",
            "what exempted a component expires before the round begins; the component is due again",
        ),
        Where(subject=entry.candidate.name),
        hint=Text(
            "告知考生；如已延期请更新已持证书", "tell the candidate; if it was renewed, update the held certificate"
        ),
        severity="warning",
    )


def _lapses_inside(entry: Entry, last: date) -> Finding:
    return Finding(
        "exemption-lapses-in-window",
        Text(
            f"免考依据的证书或保留的成绩于 {last} 到期，须在此前考完",
            f"what exempts a component expires on {last}; the exam must be over by then",
        ),
        Where(subject=entry.candidate.name),
        severity="warning",
    )


def _party(entry: Entry, due: frozenset[str], latest_on: date | None) -> Party:
    return Party(
        id=entry.id,
        component_ids=tuple(sorted(due)),
        group_id=entry.group_id,
        institution_id=entry.institution_id,
        origin_id=entry.origin_id,
        x_km=entry.x_km,
        y_km=entry.y_km,
        earliest_on=entry.earliest_on,
        latest_on=latest_on,
        unavailable_slot_ids=entry.unavailable_slot_ids,
        accessible=entry.accessible,
    )


def _round(setup: RoundSetup, parties: list[Party], components: dict[str, Component]) -> Round:
    known = {group.id for group in setup.groups}
    # A group that the set-up does not mention is a name on a list, not a wish to sit together.
    named = {party.group_id for party in parties} | {row.group_id for row in setup.reservations}
    return Round(
        id=setup.id,
        name=setup.name,
        window=setup.window,
        slots=setup.slots,
        institutions=setup.institutions,
        sites=setup.sites,
        rooms=setup.rooms,
        components=tuple(components[key] for key in sorted(components)),
        parties=tuple(sorted(parties, key=lambda party: party.id)),
        examiners=setup.examiners,
        groups=setup.groups + tuple(Group(group_id, "none") for group_id in sorted(named - known - {""})),
        distances=setup.distances,
        openings=setup.openings,
        reservations=setup.reservations,
        examiner_locks=setup.examiner_locks,
        policy=setup.policy,
        waivers=setup.waivers,
        shares=setup.shares,
    )


def refuse_if_gone(round_: Round, kept: PlanVersion) -> None:
    """Refuse a version that uses what the round no longer has.

    Raises:
        StalePlan: A room, slot or component of the plan is gone.
    """
    known = {one.id for part in (round_.rooms, round_.slots, round_.components) for one in part}
    used = {key for session in kept.plan.sessions for key in (session.room_id, session.slot_id, *session.component_ids)}
    gone = sorted(used - known)
    if gone:
        raise StalePlan(
            Text(
                f"方案第 {kept.version} 版用到的{'、'.join(gone)}已不在批次设置中",
                f"version {kept.version} uses {', '.join(gone)}, which the round no longer has",
            ),
            hint=Text("重新编排该批次", "plan the round again"),
        )
