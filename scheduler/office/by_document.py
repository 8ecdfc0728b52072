"""What a coordinator wrote down by document number, before entries existed, finds its party: recusals, locks, named candidates.

Used while a round is put together. A line that finds nobody is told, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scheduler.domain.catalogue import Component
from scheduler.domain.entries import Entry
from scheduler.domain.people import Recusal
from scheduler.domain.rounds import DocumentLock, Lock, Party, Round, RoundSetup
from scheduler.errors import Finding, Text, Where


def by_document(setup: RoundSetup, entries: list[Entry], round_: Round) -> tuple[Round, list[Finding]]:
    """Return the round with recusals, locks and what holds for named candidates, and what of it found nobody."""
    entry_of = {entry.candidate.document.number: entry for entry in entries}
    planned = {party.id: party for party in round_.parties}
    components = {component.id: component for component in round_.components}
    said = [
        *(("回避", "a recusal", row.document_no) for row in setup.recusals),
        *(("锁定", "a lock", row.document_no) for row in setup.locks),
        *(("个别规定", "a line on a named candidate", row.document_no) for row in setup.terms),
    ]
    findings = [_nobody(zh, en, number) for zh, en, number in said if number not in entry_of]
    party_of = {number: planned[entry.id] for number, entry in entry_of.items() if entry.id in planned}
    recusals = tuple(
        Recusal(row.examiner_id, party_of[row.document_no].id, row.reason, row.note)
        for row in setup.recusals
        if row.document_no in party_of
    )
    locks = []
    for row in (row for row in setup.locks if row.document_no in party_of):
        party = party_of[row.document_no]
        meant = list(_meant(row, party, components))
        if len(meant) == 1:
            locks.append(Lock(party.id, meant[0], row.slot_id, row.room_id, row.turn, row.place))
        else:
            findings.append(_unclear(row, entry_of[row.document_no], meant))
    terms = {party_of[row.document_no].id: row for row in setup.terms if row.document_no in party_of}
    parties = tuple(
        replace(
            party, barred_site_ids=terms[party.id].barred_site_ids, travel_exception=terms[party.id].travel_exception
        )
        if party.id in terms
        else party
        for party in round_.parties
    )
    return replace(round_, parties=parties, recusals=recusals, locks=tuple(locks)), findings


def _meant(row: DocumentLock, party: Party, components: dict[str, Component]) -> Iterator[str]:
    for component_id in party.component_ids:
        if row.component in {component_id, components[component_id].kind}:
            yield component_id


def _nobody(zh: str, en: str, number: str) -> Finding:
    what = Text(
        f"{zh}中的证件号码不在本批次报名中，未起作用",
        f"{en} names a document number that nobody in this round has; it has no effect",
    )
    hint = Text("核对证件号码", "check the number")
    return Finding("document-unknown", what, Where(subject=f"…{number[-4:]}"), hint=hint, severity="warning")


def _unclear(row: DocumentLock, entry: Entry, meant: list[str]) -> Finding:
    where = Where(subject=entry.candidate.name)
    if not meant:
        what = Text(
            f"锁定的科目 {row.component} 不是该考生的应考科目，未起作用",
            f"a lock names {row.component}, which is not due for the candidate; it has no effect",
        )
        return Finding("lock-not-due", what, where, hint=Text("删去该行", "take the line out"), severity="warning")
    what = Text(
        f"锁定的科目 {row.component} 对该考生有多个：{'、'.join(meant)}，未起作用",
        f"a lock names {row.component}, of which the candidate has several: {', '.join(meant)}; it has no effect",
    )
    return Finding(
        "lock-unclear", what, where, hint=Text("改填科目编号", "write the component's id"), severity="warning"
    )
