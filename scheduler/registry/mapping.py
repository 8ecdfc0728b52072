"""Row ↔ value: the only translator. A document is the value as JSON, written by pydantic and read back before it is kept.

Used by the small classes beside it. No query and no rule stands here.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from scheduler.domain.certificates import Certificate, LedgerEntry, Standing
from scheduler.domain.entries import Entitlement, Entry
from scheduler.domain.numbers import KeptNumber
from scheduler.domain.results import ComponentMark, Outcome
from scheduler.domain.rounds import RoundSetup
from scheduler.domain.sessions import Plan, PlanVersion
from scheduler.errors import RegistryError, Text
from scheduler.registry import tables

T = TypeVar("T")


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    # Building one takes up to 50 ms, and most commands need few of them.
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def to_document(value: object) -> str:
    """Return a value as JSON.

    Raises:
        RegistryError: the JSON would not read back as the same value (not-a-number, half a character).
    """
    kind = type(value)
    try:
        document: str = _adapter(kind).dump_json(value, warnings="error").decode()
        if from_document(kind, document) == value:
            return document
        reason = "it does not read back as the same value"
    except (PydanticSerializationError, ValueError) as error:
        reason = str(error).splitlines()[0]
    raise RegistryError(Text(f"无法存储该 {kind.__name__}：{reason}", f"this {kind.__name__} cannot be kept: {reason}"))


def from_document(kind: type[T], document: str) -> T:
    """Return the value a document holds.

    Raises:
        RegistryError: the document was altered, or written by another version of the product.
    """
    try:
        return cast("T", _adapter(kind).validate_json(document))
    except ValidationError as error:
        raise _unreadable(kind.__name__) from error


def setup_row(setup: RoundSetup) -> tables.RoundRow:
    """Return the row of a round's set-up."""
    return tables.RoundRow(id=setup.id, document=to_document(setup))


def setup_value(row: tables.RoundRow) -> RoundSetup:
    """Return the set-up a row holds."""
    return from_document(RoundSetup, row.document)


def entry_row(entry: Entry) -> tables.EntryRow:
    """Return the row of an entry."""
    return tables.EntryRow(
        id=entry.id,
        round_id=entry.round_id,
        candidate_id=entry.candidate.id,
        document_no=entry.candidate.document.number,
        document=to_document(entry),
    )


def entry_value(row: tables.EntryRow) -> Entry:
    """Return the entry a row holds."""
    return from_document(Entry, row.document)


def entitlement_row(entitlement: Entitlement) -> tables.EntitlementRow:
    """Return the row of an entitlement statement."""
    return tables.EntitlementRow(
        entry_id=entitlement.entry_id, assessed_on=entitlement.assessed_on, document=to_document(entitlement)
    )


def entitlement_value(row: tables.EntitlementRow) -> Entitlement:
    """Return the entitlement statement a row holds."""
    return from_document(Entitlement, row.document)


def draft_row(plan: Plan, version: int, made_at: str, based_on: int | None) -> tables.PlanRow:
    """Return the row of a new draft."""
    return tables.PlanRow(
        round_id=plan.round_id,
        version=version,
        state="draft",
        based_on=based_on,
        made_at=made_at,
        document=to_document(plan),
    )


def plan_value(row: tables.PlanRow) -> PlanVersion:
    """Return the plan version a row holds."""
    return PlanVersion(
        round_id=row.round_id,
        version=row.version,
        state=cast("Any", row.state),
        plan=from_document(Plan, row.document),
        made_at=row.made_at,
        published_at=row.published_at,
    )


def mark_row(mark: ComponentMark) -> tables.MarkRow:
    """Return the row of a mark."""
    return tables.MarkRow(entry_id=mark.entry_id, component_id=mark.component_id, document=to_document(mark))


def mark_value(row: tables.MarkRow | tables.MarkHistoryRow) -> ComponentMark:
    """Return the mark a row holds."""
    return from_document(ComponentMark, row.document)


def outcome_row(outcome: Outcome) -> tables.OutcomeRow:
    """Return the row of an outcome."""
    return tables.OutcomeRow(entry_id=outcome.entry_id, document=to_document(outcome))


def outcome_value(row: tables.OutcomeRow) -> Outcome:
    """Return the outcome a row holds."""
    return from_document(Outcome, row.document)


def certificate_row(certificate: Certificate) -> tables.CertificateRow:
    """Return the row of a certificate."""
    return tables.CertificateRow(
        sequence=certificate.sequence,
        number=certificate.number,
        award_id=certificate.award_id,
        entry_id=certificate.entry_id,
        round_id=certificate.round_id,
        sha256=certificate.sha256,
        standing=str(certificate.standing),
        document=to_document(certificate),
    )


def certificate_value(row: tables.CertificateRow) -> Certificate:
    """Return the certificate a row holds, with the standing of today."""
    if row.standing not in set(Standing):
        raise _unreadable("Certificate")
    return replace(from_document(Certificate, row.document), standing=Standing(row.standing))


def ledger_row(line: LedgerEntry) -> tables.LedgerRow:
    """Return the row of a ledger line."""
    return tables.LedgerRow(**asdict(line))


def ledger_value(row: tables.LedgerRow) -> LedgerEntry:
    """Return the ledger line a row holds."""
    return LedgerEntry(
        sequence=row.sequence,
        at=row.at,
        event=cast("Any", row.event),
        number=row.number,
        award_id=row.award_id,
        entry_id=row.entry_id,
        sha256=row.sha256,
        previous=row.previous,
        digest=row.digest,
        record_sha256=row.record_sha256,
    )


def number_row(kept: KeptNumber) -> tables.NumberRow:
    """Return the row of a number that is spoken for."""
    return tables.NumberRow(**(asdict(kept) | {"entry_id": kept.entry_id or None}))


def number_value(row: tables.NumberRow) -> KeptNumber:
    """Return the number a row holds."""
    return KeptNumber(**(row.model_dump() | {"entry_id": row.entry_id or ""}))


def _unreadable(name: str) -> RegistryError:
    return RegistryError(
        Text(f"登记库中的一条 {name} 记录无法读取", f"a record of type {name} in the registry cannot be read"),
        hint=Text("请用备份核对登记库", "compare the registry with a backup"),
    )
