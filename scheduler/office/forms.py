"""Forms (空白证书): blank certificates drawn for a round, spoiled or returned, and an account in which none may be missing.

Printing on them is entered by print_batch. Drawn = printed + spoiled + returned + still in hand, form by form.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.forms import FormAccount, FormAct, FormMove, form_range
from scheduler.errors import Finding, InputError, Language, Text
from scheduler.office.affected import reason_given
from scheduler.office.desk import Office

MOST_PERCENT = 110
"""Forms drawn for each hundred certificates earned, without a reason. Source: practice of the field, domain notes section 5."""
FEW_LEFT = 50
"""Blank forms in hand below which the account warns while certificates are still to be printed."""


@dataclass(frozen=True, slots=True)
class FormsReport:
    """The account of a round's forms after a move, or as it stands."""

    round_id: str
    act: FormAct | None
    """What was entered; None where the account was only asked for."""
    moved: int
    """Forms that it touched."""
    drawn: int
    """Forms drawn and not returned; the sum of the next three. One that was returned and drawn again counts there."""
    printed: int
    spoiled: int
    in_hand: int
    """Drawn and blank still."""
    returned: int
    earned: int
    """Certificates earned in the round."""
    blank: tuple[str, ...]
    """Print serials still in hand."""
    ruined: tuple[str, ...]
    """Print serials of spoiled forms, which wait for destruction."""
    findings: tuple[Finding, ...]
    dry_run: bool

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        out = self.drawn + self.returned
        if language == "zh":
            head = "预览（未登记）" if self.dry_run else "空白证书台账"
            figures = (
                f"领用 {out} = 打印 {self.printed} + 作废 {self.spoiled} + 退回 {self.returned} + 在手 {self.in_hand}"
            )
            return f"{head}：{figures}；应发证书 {self.earned} 本"
        head = "preview (nothing entered)" if self.dry_run else "account of forms"
        figures = f"{out} drawn = {self.printed} printed + {self.spoiled} spoiled + {self.returned} returned + {self.in_hand} in hand"
        return f"{head}: {figures}; {self.earned} certificates earned"


def forms(
    office: Office,
    act: FormAct | None = None,
    serials: str = "",
    *,
    round_id: str,
    reason: str = "",
    dry_run: bool = False,
) -> FormsReport:
    """Enter that forms were drawn, spoiled or returned, and return the account; without an act only return it.

    Args:
        office: The opened office.
        act: What was done; ``printed`` is entered by printing alone.
        serials: One print serial, or first and last, such as ``A0001-A0100``.
        round_id: The round for which they were drawn.
        reason: Compulsory for spoiled forms, and for a draw of more than 110 % of the certificates earned.
        dry_run: Only tell what the account would be.

    Raises:
        NotFound: No such round.
        InputError: The serials cannot be read, or a reason is missing.
        Conflict: A form is not what it must be for this.
    """
    if act == "printed":
        raise InputError(Text("打印由 print 登记", "printing is entered by print"))
    wanted = tuple(form_range(serials).serials()) if act else ()
    with office.registry.transaction(write=act is not None and not dry_run) as store:
        store.rounds.setup(round_id)
        earned = sum(len(outcome.earned_ids) for outcome in store.results.outcomes(round_id))
        account = store.forms.account()
        if act is not None:
            why = _reason(account, act, round_id, len(wanted), earned, reason=reason)
            move = FormMove(office.now(), office.who, act, round_id, wanted, why)
            account = store.forms.record(move, dry_run=dry_run)
            if not dry_run:
                office.note(store, "forms", round_id, f"{act} {serials}" + (f": {why}" if why else ""))
    return _report(account, round_id, act, len(wanted), earned, dry_run=dry_run)


def _reason(account: FormAccount, act: FormAct, round_id: str, count: int, earned: int, *, reason: str) -> str:
    """Return the reason of a move; raises InputError where it must have one and has none."""
    if reason or act == "spoiled":
        return reason_given(reason)
    if act != "drawn":
        return ""
    counts = account.counts(round_id)
    out = sum(counts[one] for one in ("drawn", "printed", "spoiled"))
    most = earned * MOST_PERCENT // 100
    if out + count <= most:
        return ""
    what = Text(
        f"领用超过应发证书数的 {MOST_PERCENT}%，须写明事由",
        f"more than {MOST_PERCENT} % of the certificates earned are drawn",
    )
    wanted = Text(f"至多再领 {max(0, most - out)} 份", f"{max(0, most - out)} more at most")
    hint = Text("减少领用，或用 --reason 写明事由", "draw less, or say why with --reason")
    raise InputError(what, [Finding("forms-over-limit", what, said=str(count), expected=wanted, hint=hint)], hint)


def _report(
    account: FormAccount, round_id: str, act: FormAct | None, moved: int, earned: int, *, dry_run: bool
) -> FormsReport:
    counts = account.counts(round_id)
    here = {serial: state for serial, (state, of_round) in account.state.items() if of_round == round_id}
    printed, in_hand = counts["printed"], counts["drawn"]
    findings = []
    if here and in_hand < min(FEW_LEFT, earned - printed):
        what = Text("空白证书不够打印其余证书", "too few blank forms are left for the other certificates")
        wanted = Text(f"还需 {earned - printed} 份", f"{earned - printed} are needed")
        findings.append(Finding("forms-few", what, said=str(in_hand), expected=wanted, severity="warning"))
    return FormsReport(
        round_id=round_id,
        act=act,
        moved=moved,
        drawn=printed + counts["spoiled"] + in_hand,
        printed=printed,
        spoiled=counts["spoiled"],
        in_hand=in_hand,
        returned=counts["returned"],
        earned=earned,
        blank=tuple(sorted(serial for serial, state in here.items() if state == "drawn")),
        ruined=tuple(sorted(serial for serial, state in here.items() if state == "spoiled")),
        findings=tuple(findings),
        dry_run=dry_run,
    )
