"""Void (作废): a number that was set aside, or a certificate spoiled before it was handed out, with a reason in the ledger."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.certificates import HELD, Certificate, Ending
from scheduler.domain.identity import mask
from scheduler.domain.numbers import KeptNumber
from scheduler.errors import Finding, Language, NotFound, Text, Where
from scheduler.office.affected import reason_given
from scheduler.office.desk import Office
from scheduler.office.folder import export
from scheduler.office.keyring import log_key
from scheduler.office.manifests import give_head
from scheduler.registry.store import Store


@dataclass(frozen=True, slots=True)
class VoidReport:
    """What is voided, or was."""

    number: str
    """Masked where it is made of the holder's document number."""
    award_id: str
    name: str
    """Whose it was to be; empty for a number of a lost part of the ledger."""
    issued: bool
    """Whether a certificate bore it; otherwise it was only set aside."""
    reason: str
    done: bool

    def summary(self, language: Language = "zh") -> str:
        """Return one line."""
        if language == "zh":
            head = "已作废" if self.done else "将作废（尚未改动，确认后加 --yes）"
            what = "证书及编号" if self.issued else "尚未使用的编号"
            return f"{head}：{what} {self.number}（{self.award_id}，{self.name or '无人'}）；事由：{self.reason}"
        head = "voided" if self.done else "would be voided (nothing was changed; add --yes)"
        what = "the certificate and its number" if self.issued else "the number not yet used"
        return f"{head}: {what} {self.number} ({self.award_id}, {self.name or 'nobody'}); reason: {self.reason}"


def void(office: Office, number: str, *, reason: str, award_id: str = "", yes: bool = False) -> VoidReport:
    """Void a number for good: one that waits for a certificate, or the certificate that bears it.

    A voided number never comes again. The award can be issued anew then, under another number.

    Args:
        office: The opened office.
        number: As printed.
        reason: Stands in the ledger for good, 2 to 200 characters.
        award_id: Which award, where the number stands on several.
        yes: Do it; otherwise only tell what would be voided.

    Raises:
        InputError: No reason was given.
        NotFound: Nobody has this number, it was voided already, or it stands on several awards.
    """
    reason = reason_given(reason)
    with office.registry.transaction(write=yes) as store:
        found = _found(store, number.strip().upper(), award_id)
        entry_id = found.entry_id or _anybody(store, found)
        name = store.rounds.entry(found.entry_id).candidate.name if found.entry_id else ""
        if yes:
            ending = Ending("void", reason, office.who)
            if isinstance(found, Certificate):
                store.ledger.withdraw(found, "voided", office.now(), ending)
            else:
                store.numbers.void(found, entry_id, office.now(), ending)
            round_id = store.rounds.entry(entry_id).round_id
            office.note(store, "void", round_id, f"{office.masked(found.award_id, found.number)}: {reason}")
    issued = isinstance(found, Certificate)
    if yes:
        export(office, round_id)
        give_head(office, key=log_key(office))
    return VoidReport(office.masked(found.award_id, found.number), found.award_id, name, issued, reason, yes)


def _found(store: Store, number: str, award_id: str) -> Certificate | KeptNumber:
    borne = {(c.number, c.award_id) for c in store.ledger.certificate(number)}
    certificates = [c for c in store.ledger.certificate(number) if c.standing in HELD]
    waiting = [k for k in store.numbers.find(number) if k.standing == "open" and (k.number, k.award_id) not in borne]
    everything: list[Certificate | KeptNumber] = [*certificates, *waiting]
    found = [one for one in everything if award_id in {"", one.award_id}]
    if len(found) == 1:
        return found[0]
    if found:
        awards = "、".join(one.award_id for one in found)
        what = Text("这个编号在多本证书上", "this number stands on several certificates")
        hint = Text("用 --award 指明是哪一本", "say which one with --award")
        raise NotFound(
            what, [Finding("award-unclear", what, said=mask(number), expected=Text(awards, awards), hint=hint)], hint
        )
    over = borne or store.numbers.find(number)
    what = (
        Text("这个编号已经作废，或证书已失效", "this number was voided, or its certificate has ended")
        if over
        else Text("没有分配、读入或发出过这个编号", "this number was never set aside, imported or issued")
    )
    wanted = Text(
        "等待制证的编号，或有效证书的编号", "a number that waits for a certificate, or one of a valid certificate"
    )
    hint = Text("核对编号；字母 X 应为大写", "check the number; a letter X is upper case")
    raise NotFound(
        what, [Finding("number-not-open", what, Where(subject=award_id or None), mask(number), wanted, hint)], hint
    )


def _anybody(store: Store, found: KeptNumber | Certificate) -> str:
    """Return the entry in whose name a number of nobody is voided: the newest line's; lines belong to somebody."""
    last = store.ledger.last()
    if last is None:
        what = Text("台账还是空的，没有可以作废的编号", "the ledger is empty; there is nothing to void")
        raise NotFound(what, hint=Text(f"核对编号 {found.number}", f"check the number {found.number}"))
    return last.entry_id
