"""Reissue (补发): a lost or spoiled paper is made again under the same number, with a new print serial and a remark on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from scheduler.domain.certificates import Certificate, Ending
from scheduler.errors import Conflict, Finding, InputError, IssuanceError, Language, Text, Where, errors_in
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
from scheduler.office.keyring import log_key, ready_keys
from scheduler.office.lost import refuse_behind
from scheduler.office.manifests import give_head
from scheduler.office.redraw import REISSUED, Again, fresh_code, made_again, next_serial, remark
from scheduler.registry.store import Store

Step = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ReissueReport:
    """Which papers are made again, or were."""

    affected: tuple[Affected, ...]
    """The certificates as they were, in ledger order."""
    issued: tuple[Certificate, ...]
    """What took their place; empty on a preview."""
    reason: str
    code: str
    """Stands for the list; given back with ``--as-listed`` it refuses any other."""
    done: bool
    findings: tuple[Finding, ...]
    paths: tuple[str, ...] = ()
    """New files, in ledger order."""

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        if language == "zh":
            head = f"已补发 {len(self.issued)} 本" if self.done else "将补发（尚未改动，确认后加 --yes）"
            return f"{head}：名单 {len(self.affected)} 本证书，代码 {self.code}；{len(errors_in(self.findings))} 个问题"
        head = f"reissued {len(self.issued)}" if self.done else "would be reissued (nothing was changed; add --yes)"
        n, wrong = len(self.affected), len(errors_in(self.findings))
        return f"{head}: {n} certificates on the list, code {self.code}; {wrong} findings"


def reissue(
    office: Office,
    selection: Selection,
    *,
    reason: str,
    yes: bool = False,
    as_listed: str = "",
    print_serial: str = "",
    revoked: bool = False,
    glue_photos: bool = False,
    progress: Step | None = None,
) -> ReissueReport:
    """List the valid certificates of a selection and, when told so, make their papers again.

    Each takes the place of the old one in one step: the old loses its standing, the new is entered, or neither. A stop
    midway leaves the rest as it was. The same call again goes on with the rest: whatever was reissued for the same reason
    is left out, unless it is named by its number.

    Args:
        office: The opened office.
        selection: Which; at least one criterion.
        reason: Stands in the ledger for good, 2 to 200 characters.
        yes: Do it; otherwise only list them.
        as_listed: Code of the list that was shown; another list is refused. Empty takes the list as it is now.
        print_serial: Serial of the blank form (印刷流水号), for one certificate; one of our own when empty.
        revoked: Take certificates that were revoked by mistake instead of valid ones; they must be named by number.
        glue_photos: As when issuing.
        progress: Called with a stage, papers done, and papers in all.

    Raises:
        InputError: Nothing was selected, no reason given, or a form's serial for several papers or one used before.
        NotFound: No such round or batch.
        Conflict: The list is not the one that was shown, or the registry is an old copy.
        SealFailed: An institution has no key that may sign; nothing was changed.
    """
    reason = reason_given(reason)
    if revoked and not selection.numbers:
        what = Text(
            "撤销后重新制发须逐一指明编号", "certificates to be issued again after a revocation are named by number"
        )
        hint = Text("写明证书编号", "give their numbers")
        raise InputError(what, [Finding("revoked-without-number", what, hint=hint)], hint)
    with office.registry.transaction(write=False) as store:
        refuse_behind(office, store)
        certificates, findings = chosen(office, store, selection, revoked=revoked)
        if not selection.numbers:
            certificates = _not_yet(store, certificates, reason, findings)
        affected = listed(office, store, certificates)
        if print_serial:
            _refuse_serial(print_serial, certificates, store.ledger.certificates())
    refuse_other_list(certificates, as_listed)
    code = list_code(certificates)
    if not yes or not certificates:
        return ReissueReport(affected, (), reason, code, done=False, findings=tuple(findings))
    ending, issued = Ending("reissue", reason, office.who), []
    places = ready_keys(office, sorted({c.face.issuer for c in certificates}))
    for done, certificate in enumerate(certificates):
        if progress is not None:
            progress("补发", done, len(certificates))
        try:
            issued.append(_again(office, certificate, ending, print_serial, places=places, glue=glue_photos))
        except (IssuanceError, Conflict) as refusal:
            subject = f"{certificate.face.name} {certificate.award_id}"
            findings += refusal.findings or [
                Finding(refusal.code, refusal.what, Where(subject=subject), hint=refusal.hint)
            ]
    paths = [path for round_id in sorted({c.round_id for c in certificates}) for path in export(office, round_id)]
    for round_id in sorted({c.round_id for c in issued}):
        give_head(office, round_id=round_id, key=log_key(office))
    new = {c.file_name for c in issued}
    return ReissueReport(
        affected,
        tuple(issued),
        reason,
        code,
        done=True,
        findings=tuple(findings),
        paths=tuple(str(path) for path in paths if path.name in new),
    )


def _not_yet(store: Store, certificates: list[Certificate], reason: str, findings: list[Finding]) -> list[Certificate]:
    """Return those that were not reissued for this reason before: an earlier call may have been stopped midway."""
    done = {one.replaced_by for one in store.ledger.endings().values() if (one.kind, one.reason) == ("reissue", reason)}
    left = [c for c in certificates if c.sequence not in done]
    if len(left) < len(certificates):
        what = Text("已因同一事由补发过，不在名单内", "reissued for the same reason before, and not on the list")
        said = str(len(certificates) - len(left))
        hint = Text("确需再次补发的，指明编号", "name its number where one has to be reissued once more")
        findings.append(Finding("reissued-already", what, said=said, hint=hint, severity="warning"))
    return left


def _again(
    office: Office, old: Certificate, ending: Ending, print_serial: str, *, places: dict[str, str], glue: bool
) -> Certificate:
    with office.registry.transaction(write=False) as store:
        entry = store.rounds.entry(old.entry_id)
        before = [c for c in store.ledger.certificate(old.number, old.award_id) if c.entry_id == old.entry_id]
    serial = print_serial or next_serial(before)
    face = replace(fresh_code(old.face), remark=remark(office, REISSUED, serial))
    return made_again(office, Again(entry, (old,), (face,), (serial,), places, glue), ending)[0]


def _refuse_serial(serial: str, certificates: list[Certificate], everything: list[Certificate]) -> None:
    used = [c for c in everything if c.print_serial == serial]
    if len(certificates) <= 1 and not used:
        return
    if used:
        what = Text("这个印刷流水号已经用过", "this print serial was used before")
        wanted = Text("尚未使用的空白证书的流水号", "the serial of a form not used yet")
    else:
        what = Text("一个印刷流水号只能用于一本证书", "one print serial is for one certificate")
        wanted = Text(
            f"一本证书，名单上有 {len(certificates)} 本", f"one certificate; {len(certificates)} are on the list"
        )
    hint = Text("核对空白证书；也可不填，由系统编制", "check the form, or leave it out and let one be made")
    raise InputError(what, [Finding("print-serial", what, said=serial, expected=wanted, hint=hint)], hint)
