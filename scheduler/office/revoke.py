"""Revoke (撤销): certificates by number, round, batch, key or time lose their standing, after the exact list was shown."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.certificates import HELD, Ending
from scheduler.errors import Finding, Language
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
from scheduler.office.turns import in_turns


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
    """List the valid and suspended certificates of a selection and, when told so, revoke them.

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
        certificates, findings = chosen(office, store, selection, standings=HELD)
        affected = listed(office, store, certificates)
    refuse_other_list(certificates, as_listed)
    report = RevokeReport(affected, reason, list_code(certificates), yes and bool(affected), tuple(findings))
    if not report.done:
        return report
    ending = Ending("revocation", reason, office.who)
    gone, late = in_turns(
        office,
        certificates,
        lambda store, one: store.ledger.withdraw(one, "revoked", office.now(), ending),
        lambda store: office.note(store, "revoke", selection.round_id, f"{report.code}: {reason}"),
    )
    kept = tuple(one for one in affected if one.sequence not in gone)
    return RevokeReport(kept, reason, report.code, done=True, findings=(*findings, *late))
