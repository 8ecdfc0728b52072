"""Revoke (撤销): certificates by number, round, batch, key or time lose their standing, after the exact list was shown."""

from __future__ import annotations

import time
from dataclasses import dataclass

from scheduler.domain.certificates import Ending
from scheduler.errors import Conflict, Finding, Language, Where
from scheduler.office.affected import (
    Affected,
    Selection,
    chosen,
    list_code,
    listed,
    reason_given,
    refuse_other_list,
)
from scheduler.office.desk import Office
from scheduler.office.folder import export
from scheduler.office.keyring import log_key
from scheduler.office.manifests import give_head

AT_ONCE = 100
"""Certificates revoked in one transaction: others need the registry meanwhile."""
PAUSE_S = 0.025


@dataclass(frozen=True, slots=True)
class RevokeReport:
    """Whom a revocation touches, or touched."""

    affected: tuple[Affected, ...]
    """In ledger order."""
    reason: str
    code: str
    """Stands for the list; given back with ``--as-listed`` it refuses any other."""
    done: bool
    findings: tuple[Finding, ...]

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        n, people = len(self.affected), len({one.entry_id for one in self.affected})
        if language == "zh":
            head = "已撤销" if self.done else "将撤销（尚未改动，确认后加 --yes）"
            return f"{head}：{n} 本证书，{people} 人；名单代码 {self.code}"
        head = "revoked" if self.done else "would be revoked (nothing was changed; add --yes)"
        return f"{head}: {n} certificates of {people} people; code of this list {self.code}"


def revoke(
    office: Office, selection: Selection, *, reason: str, yes: bool = False, as_listed: str = ""
) -> RevokeReport:
    """List the valid certificates of a selection and, when told so, revoke them.

    A stop midway leaves whole certificates, revoked or not; the same call again revokes the rest.

    Args:
        office: The opened office.
        selection: Which; at least one criterion.
        reason: Stands in the ledger for good, 2 to 200 characters.
        yes: Revoke them; otherwise only list them.
        as_listed: Code of the list that was shown; another list is refused. Empty takes the list as it is now.

    Raises:
        InputError: Nothing was selected, or no reason given.
        NotFound: No such round or batch.
        Conflict: The list is not the one that was shown.
    """
    reason = reason_given(reason)
    with office.registry.transaction(write=False) as store:
        certificates, findings = chosen(office, store, selection)
        affected = listed(office, store, certificates)
    refuse_other_list(certificates, as_listed)
    report = RevokeReport(affected, reason, list_code(certificates), yes and bool(affected), tuple(findings))
    if not report.done:
        return report
    ending, late = Ending("revocation", reason, office.who), []
    for first in range(0, len(certificates), AT_ONCE):
        with office.registry.transaction() as store:
            for certificate in certificates[first : first + AT_ONCE]:
                try:
                    store.ledger.withdraw(certificate, "revoked", office.now(), ending)
                except Conflict as refusal:  # another desk ended it meanwhile
                    late.append((certificate, refusal))
            office.note(store, "revoke", selection.round_id, f"{report.code}: {reason}")
        time.sleep(PAUSE_S)
    for round_id in sorted({certificate.round_id for certificate in certificates}):
        export(office, round_id)
    give_head(office, key=log_key(office))
    gone = {certificate.sequence for certificate, _ in late}
    findings += [
        Finding("ended-meanwhile", refusal.what, Where(subject=c.award_id), hint=refusal.hint, severity="warning")
        for c, refusal in late
    ]
    kept = tuple(one for one in affected if one.sequence not in gone)
    return RevokeReport(kept, reason, report.code, done=True, findings=tuple(findings))
