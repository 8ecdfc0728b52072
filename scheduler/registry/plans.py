"""Versions of a round's plan in one transaction: drafts, the published one, and what it superseded.

Reached as ``store.plans``. Every version comes with the places drawn by lot, once they were drawn: there is no other source
of seats. Whether a plan is good is the audit's matter; here a published one is only kept from changing.
"""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session, col, func, select

from scheduler.domain.lots import Lot
from scheduler.domain.sessions import Plan, PlanVersion
from scheduler.errors import Conflict, NotFound, StalePlan, Text
from scheduler.registry import mapping
from scheduler.registry.rounds import known_round
from scheduler.registry.tables import LotRow, PlanRow


class Plans:
    """Plan versions of all rounds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_draft(self, plan: Plan, made_at: str, *, based_on: int | None = None) -> PlanVersion:
        """Keep a plan as the round's next version, a draft.

        Args:
            made_at: moment in ISO 8601 with zone.
            based_on: version that was published when the plan was made; None when there was none.

        Raises:
            NotFound: no such round, or ``based_on`` names no version.
            Conflict: ``based_on`` names a version that was never published.
            RegistryError: the value cannot be kept.
        """
        known_round(self._session, plan.round_id, lock=True)
        if based_on is not None and self._row(plan.round_id, based_on).state == "draft":
            raise Conflict(
                Text(
                    f"第 {based_on} 版从未发布，不能作为基础",
                    f"version {based_on} was never published, nothing can be based on it",
                )
            )
        last = self._session.exec(select(func.max(PlanRow.version)).where(PlanRow.round_id == plan.round_id)).one()
        row = mapping.draft_row(plan, (last or 0) + 1, made_at, based_on)
        self._session.add(row)
        self._session.flush()
        return self._value(row)

    def version(self, round_id: str, version: int | None = None) -> PlanVersion:
        """Return one version of a round's plan, or the latest.

        Raises:
            NotFound: no such version, or no plan at all.
        """
        if version is not None:
            return self._value(self._row(round_id, version))
        rows = select(PlanRow).where(PlanRow.round_id == round_id).order_by(col(PlanRow.version).desc())
        row = self._session.exec(rows).first()
        if row is None:
            raise NotFound(
                Text(f"批次 {round_id} 还没有编排方案", f"round {round_id} has no plan yet"),
                hint=Text("请先用 plan 编排", "run plan first"),
            )
        return self._value(row)

    def versions(self, round_id: str) -> list[PlanVersion]:
        """Return all versions, sorted by number; empty when there is none."""
        rows = select(PlanRow).where(PlanRow.round_id == round_id).order_by(col(PlanRow.version))
        return [self._value(row) for row in self._session.exec(rows)]

    def published(self, round_id: str) -> PlanVersion | None:
        """Return the version in force; None before the first is published."""
        row = self._published(round_id)
        return None if row is None else self._value(row)

    def publish(self, round_id: str, version: int, published_at: str) -> PlanVersion:
        """Freeze a draft as the version in force; the one before becomes superseded.

        Args:
            published_at: moment in ISO 8601 with zone.

        Raises:
            NotFound: no such round or version.
            Conflict: it is published or superseded already.
            StalePlan: another version was published since it was drafted.
        """
        known_round(self._session, round_id, lock=True)
        row, current = self._row(round_id, version), self._published(round_id)
        if row.state != "draft":
            raise Conflict(
                Text(f"第 {version} 版已发布过，内容已冻结", f"version {version} was published before and is frozen")
            )
        in_force = None if current is None else current.version
        if in_force != row.based_on:
            raise _stale(version, row.based_on, in_force)
        if current is not None:
            current.state = "superseded"
            # Out of the way first: the database allows one published version of a round at any moment.
            self._session.flush()
        row.state, row.published_at = "published", published_at
        self._session.flush()
        return self._value(row)

    def _value(self, row: PlanRow) -> PlanVersion:
        """Return the version a row holds, everybody at the place drawn."""
        found = mapping.plan_value(row)
        drawn = self._session.get(LotRow, (row.round_id, row.version))
        if drawn is None:
            return found
        lot = mapping.from_document(Lot, drawn.document)
        return replace(found, plan=lot.seated(found.plan), seats_drawn=True)

    def _row(self, round_id: str, version: int) -> PlanRow:
        row = self._session.get(PlanRow, (round_id, version))
        if row is None:
            raise NotFound(
                Text(f"批次 {round_id} 没有第 {version} 版方案", f"round {round_id} has no plan version {version}")
            )
        return row

    def _published(self, round_id: str) -> PlanRow | None:
        rows = select(PlanRow).where(PlanRow.round_id == round_id, PlanRow.state == "published")
        return self._session.exec(rows).one_or_none()


def _stale(version: int, based_on: int | None, in_force: int | None) -> StalePlan:
    zh_base = "尚无已发布方案" if based_on is None else f"第 {based_on} 版"
    en_base = "no published plan" if based_on is None else f"version {based_on}"
    return StalePlan(
        Text(
            f"第 {version} 版基于{zh_base}编排，但现行的是第 {in_force} 版",
            f"version {version} was made when {en_base} was in force; now version {in_force} is",
        ),
        hint=Text("请在现行版本上重新编排后再发布", "plan again on the version in force, then publish"),
    )
