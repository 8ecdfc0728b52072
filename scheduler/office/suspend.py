"""Suspend (暂停): certificates are not valid for a while, and valid again when the suspension is lifted; the list comes first."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.certificates import Ending, Standing
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
class SuspendReport:
    """Whom a suspension or its lifting touches, or touched."""

    affected: tuple[Affected, ...]
    """In ledger order."""
    reason: str
    code: str
    """Stands for the list; given back with ``--as-listed`` it refuses any other."""
    lifted: bool
    """Whether suspensions are lifted."""
    done: bool
    findings: tuple[Finding, ...]

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        n, people = len(self.affected), len({one.entry_id for one in self.affected})
        if language == "zh":
            act = "恢复" if self.lifted else "暂停"
            head = f"已{act}" if self.done else f"将{act}（尚未改动，确认后加 --yes）"
            return f"{head}：{n} 本证书，{people} 人；名单代码 {self.code}"
        act = "suspensions lifted" if self.lifted else "suspended"
        head = act if self.done else f"would be {act} (nothing was changed; add --yes)"
        return f"{head}: {n} certificates of {people} people; code of this list {self.code}"


def suspend(
    office: Office, selection: Selection, *, reason: str, lift: bool = False, yes: bool = False, as_listed: str = ""
) -> SuspendReport:
    """List the valid certificates of a selection and, when told so, suspend them; or lift their suspension.

    A suspended certificate keeps number and award, is not printed, and may be revoked. Verifiers learn of it from the next
    bundle. A stop midway leaves whole certificates, suspended or not; the same call again does the rest.

    Args:
        office: The opened office.
        selection: Which; at least one criterion.
        reason: Stands in the ledger for good, 2 to 200 characters.
        lift: Lift the suspension of those that are suspended instead.
        yes: Do it; otherwise only list them.
        as_listed: Code of the list that was shown; another list is refused. Empty takes the list as it is now.

    Raises:
        InputError: Nothing was selected, or no reason given.
        NotFound: No such round or batch.
        Conflict: The list is not the one that was shown.
    """
    reason = reason_given(reason)
    wanted = frozenset({Standing.SUSPENDED if lift else Standing.VALID})
    with office.registry.transaction(write=False) as store:
        certificates, findings = chosen(office, store, selection, standings=wanted)
        affected = listed(office, store, certificates)
    refuse_other_list(certificates, as_listed)
    code, doing = list_code(certificates), yes and bool(affected)
    if not doing:
        return SuspendReport(affected, reason, code, lift, done=False, findings=tuple(findings))
    ending = Ending("lifting" if lift else "suspension", reason, office.who)
    gone, late = in_turns(
        office,
        certificates,
        lambda store, one: store.ledger.pause(one, "lifted" if lift else "suspended", office.now(), ending),
        lambda store: office.note(store, "lift" if lift else "suspend", selection.round_id, f"{code}: {reason}"),
    )
    kept = tuple(one for one in affected if one.sequence not in gone)
    return SuspendReport(kept, reason, code, lift, done=True, findings=(*findings, *late))
