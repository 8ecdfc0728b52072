"""Keep (入账): certificates that were made go into the ledger, each entry whole or not at all, numbers without a gap.

Used by issue.py. They were drawn while the registry was free, so everything that a drawing took for granted is asked again
here: the awards still open, the entry unchanged, each serial the next one. What no longer holds is handed back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.domain.certificates import Certificate, Grant
from scheduler.domain.numbers import KeptNumber
from scheduler.errors import Conflict, Finding, IssuanceError, Where
from scheduler.office.desk import Office
from scheduler.office.numbered import pass_lost
from scheduler.office.orders import Made, Order, open_awards
from scheduler.registry.store import Store


@dataclass(frozen=True, slots=True)
class Kept:
    """What one transaction came to."""

    grants: tuple[Grant, ...]
    stale: tuple[str, ...]
    """Entries to be made anew: another desk has changed something, or has taken their numbers."""
    findings: tuple[Finding, ...]


class _Stale(Exception):
    """What the drawing took for granted no longer holds."""


def keep(office: Office, done: Sequence[tuple[Order, tuple[Made, ...]]]) -> Kept:
    """Enter certificates in the ledger, in one short transaction.

    Args:
        office: The opened office.
        done: Entries in the order in which their serials were given.
    """
    grants: list[Grant] = []
    stale: list[str] = []
    findings: list[Finding] = []
    with office.registry.transaction() as store:
        for order, made in done:
            pass_lost(office, store, order.entry, [(one.face.number, one.award.id, one.serials) for one in made])
            try:
                with store.part():
                    grants.append(_entered(office, store, order, made))
            except _Stale:
                stale.append(order.entry.id)
            except (IssuanceError, Conflict) as refusal:
                findings += refusal.findings or [as_finding(refusal, order.entry.id)]
    return Kept(tuple(grants), tuple(stale), tuple(findings))


def as_finding(refusal: IssuanceError | Conflict, entry_id: str) -> Finding:
    """Return a refusal that carries no findings as one."""
    return Finding(refusal.code, refusal.what, Where(subject=entry_id), hint=refusal.hint)


def _entered(office: Office, store: Store, order: Order, made: tuple[Made, ...]) -> Grant:
    entry, outcome = store.rounds.entry(order.entry.id), store.results.outcome(order.entry.id)
    if entry != order.entry or open_awards(store, outcome) != tuple(one.award.id for one in made):
        raise _Stale
    taken = [pair for one in made for pair in one.serials]
    if store.ledger.next_serials([counter for counter, _ in taken]) != [serial for _, serial in taken]:
        raise _Stale
    _book(office, store, order, made)
    first = store.ledger.next_sequence()
    certificates = tuple(certificate(order, one, first + n) for n, one in enumerate(made))
    grant = Grant(entry.id, certificates, order.withheld)
    files = {c.file_name: one.pdf for c, one in zip(certificates, made, strict=True)}
    store.ledger.add_grant(grant, files, office.now())
    office.note(store, "issue", entry.round_id, f"{entry.id}: " + ", ".join(map(_said, made)))
    return grant


def _book(office: Office, store: Store, order: Order, made: tuple[Made, ...]) -> None:
    """Set the numbers aside in the book of numbers; one from outside must be the one that still waits."""
    for item, one in zip(order.items, made, strict=True):
        serial = dict(one.serials).get(item.counter)
        number, award_id, entry_id = one.face.number, one.award.id, order.entry.id
        if serial is not None:
            allocated = KeptNumber(number, award_id, entry_id, "allocated", office.now(), item.counter, serial)
            store.numbers.keep(allocated)
        elif item.numbered is not None:
            waiting = store.numbers.waiting(entry_id, award_id)
            if waiting is None or waiting.number != number:
                raise _Stale


def _said(made: Made) -> str:
    return f"{made.award.id} (drawn anew: {made.drawn_because})" if made.drawn_because else made.award.id


def certificate(order: Order, made: Made, sequence: int) -> Certificate:
    """Return a certificate as it stands in the ledger; ``sequence`` is 0 for one that is only proofed."""
    from scheduler.certificates.faces import valid_until

    return Certificate(
        number=made.face.number,
        award_id=made.award.id,
        entry_id=order.entry.id,
        round_id=order.entry.round_id,
        face=made.face,
        sha256=made.sha256,
        # Neither name nor number: files travel by mail, and a special-operation number holds the identity number.
        file_name=f"{sequence:06d}-{made.award.id}.pdf",
        issued_on=made.face.issued_on,
        valid_from=made.face.issued_on,
        valid_until=valid_until(made.award.validity_on(made.face.issued_on), made.face.issued_on),
        sequence=sequence,
        key_ids=made.key_ids,
    )
