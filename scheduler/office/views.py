"""Views (查看): read-only pictures of the registry, for screens, lists and scripts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scheduler.domain.certificates import Certificate
from scheduler.domain.entries import Entitlement, Entry
from scheduler.domain.sessions import PlanVersion
from scheduler.domain.users import Role, User
from scheduler.errors import NotFound, Text
from scheduler.office.assemble import assemble, refuse_if_gone
from scheduler.office.desk import Office
from scheduler.office.folder import free_path
from scheduler.office.kept import keep_now
from scheduler.office.own import own_entries, own_sessions, sees_drafts
from scheduler.planning.planfile import plan_digest
from scheduler.recognition.assess import assess
from scheduler.registry.store import Store
from scheduler.sheets.write import Origin, write_plan


@dataclass(frozen=True, slots=True)
class RoundView:
    """How far one round has come."""

    round_id: str
    name: str
    entries: int
    versions: tuple[tuple[int, str], ...]
    """Pairs of version and state."""
    outcomes: int | None
    """None where they are none of the viewer's business."""
    certificates: int | None


def rounds(office: Office, *, viewer: User | None = None) -> list[RoundView]:
    """Return every round, sorted by id, counted as far as a viewer may see it.

    A clerk's figures are those of the own institution, an examiner's are the candidates of the own sessions; drafts are for
    neither. Everything is counted when None looks.
    """
    with office.registry.transaction(write=False) as store:
        return [_round_view(store, round_id, viewer) for round_id in store.rounds.round_ids()]


def _round_view(store: Store, round_id: str, viewer: User | None) -> RoundView:
    entries, seated = {one.id for one in own_entries(viewer, store.rounds.entries(round_id))}, None
    published = store.plans.published(round_id)
    if viewer is not None and viewer.role is Role.EXAMINER:
        own = {one.id for one in own_sessions(viewer, published.plan)} if published else set()
        seated = {one.party_id for one in published.plan.sittings if one.session_id in own} if published else set()
    versions = [v for v in store.plans.versions(round_id) if sees_drafts(viewer) or v.state == "published"]
    return RoundView(
        round_id,
        store.rounds.setup(round_id).name,
        len(entries if seated is None else seated),
        tuple((v.version, v.state) for v in versions),
        None if seated is not None else sum(one.entry_id in entries for one in store.results.outcomes(round_id)),
        None if seated is not None else sum(one.entry_id in entries for one in store.ledger.certificates(round_id)),
    )


def statements(office: Office, *, round_id: str, entry_id: str | None = None) -> list[tuple[Entry, Entitlement]]:
    """Return entries with their entitlement statements as of the day of application, sorted by entry.

    Raises:
        NotFound: No such round or entry.
    """
    with office.registry.transaction(write=False) as store:
        store.rounds.setup(round_id)
        entries = store.rounds.entries(round_id)
    chosen = [entry for entry in entries if entry_id in (None, entry.id)]
    if entry_id is not None and not chosen:
        raise NotFound(Text(f"批次 {round_id} 没有报名 {entry_id}", f"round {round_id} has no entry {entry_id}"))
    return [(entry, assess(entry, office.catalogue, entry.applied_on)[0]) for entry in chosen]


def plan_version(office: Office, *, round_id: str, version: int | None = None) -> PlanVersion:
    """Return a version of a plan, the newest when None; raises NotFound."""
    with office.registry.transaction(write=False) as store:
        return store.plans.version(round_id, version)


def certificates(office: Office, *, round_id: str) -> list[Certificate]:
    """Return the certificates of a round in ledger order."""
    with office.registry.transaction(write=False) as store:
        return store.ledger.certificates(round_id)


def plan_workbook(
    office: Office, *, round_id: str, out: str | Path, version: int | None = None, overwrite: bool = True
) -> Path:
    """Write a version of a plan as a workbook for people, everybody at the place that holds now.

    Args:
        office: The opened office.
        round_id: A round that has a plan.
        out: Where to.
        version: The version in force when None, else the newest draft.
        overwrite: Whether a file that is there may be written over.

    Raises:
        InputError: The file is there already and is not to be written over.
        NotFound: No such round or version.
        StalePlan: The plan uses a slot or room that the set-up no longer has.
    """
    path = free_path(out, overwrite=overwrite)
    with office.registry.transaction(write=False) as store:
        assembled = assemble(office, store, round_id)
        in_force = store.plans.published(round_id)
        kept = in_force if in_force and version is None else store.plans.version(round_id, version)
    refuse_if_gone(assembled.round, kept)
    origin = Origin(kept.version, plan_digest(kept.plan), in_force.version if in_force else None)
    write_plan(path, kept.plan, assembled.round, assembled.names, origin=origin)
    keep_now(office, [path], kind="plan-workbook", round_id=round_id)
    return path
