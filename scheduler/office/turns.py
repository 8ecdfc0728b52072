"""Turns (分批): an act on many certificates in short transactions, so that others come to the registry in between.

Used by revoke and suspend. A stop midway leaves whole certificates, acted upon or not; the same call again does the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from scheduler.domain.certificates import Certificate
from scheduler.errors import Conflict, Finding, Where
from scheduler.office.desk import Office
from scheduler.office.folder import export
from scheduler.office.keyring import log_key
from scheduler.office.manifests import give_head
from scheduler.registry.store import Store

AT_ONCE = 100
"""Certificates acted upon in one transaction: others need the registry meanwhile."""
PAUSE_S = 0.025


def in_turns(
    office: Office,
    certificates: Sequence[Certificate],
    act: Callable[[Store, Certificate], object],
    note: Callable[[Store], None],
) -> tuple[set[int], list[Finding]]:
    """Act on certificates one after another; then bring the folder up to date and give out a signed head.

    Args:
        office: The opened office.
        certificates: In ledger order.
        act: Raises Conflict where another desk came first.
        note: Notes the act, once a transaction.

    Returns:
        The ledger numbers of those whom another desk got first, and one warning each.
    """
    late: list[tuple[Certificate, Conflict]] = []
    for first in range(0, len(certificates), AT_ONCE):
        with office.registry.transaction() as store:
            for certificate in certificates[first : first + AT_ONCE]:
                try:
                    act(store, certificate)
                except Conflict as refusal:
                    late.append((certificate, refusal))
            note(store)
        time.sleep(PAUSE_S)
    for round_id in sorted({certificate.round_id for certificate in certificates}):
        export(office, round_id)
    give_head(office, key=log_key(office))
    return {certificate.sequence for certificate, _ in late}, [
        Finding("ended-meanwhile", refusal.what, Where(subject=c.award_id), hint=refusal.hint, severity="warning")
        for c, refusal in late
    ]
