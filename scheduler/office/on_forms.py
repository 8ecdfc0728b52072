"""Which blank certificate each print goes on (套印空白证书): serials in order, one form a certificate, none twice.

Used by print_batch; what was drawn, spoiled or returned is entered by forms.
"""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.domain.forms import FormMove, form_range
from scheduler.errors import Conflict, Finding, InputError, Text, Where
from scheduler.office.desk import Office
from scheduler.office.piles import Piled
from scheduler.registry.store import Store


def forms_for(office: Office, store: Store, round_id: str, words: str, items: Sequence[Piled]) -> tuple[str, ...]:
    """Return the print serial of the form for each certificate, in their order; nothing is entered yet.

    Raises:
        InputError: The serials cannot be read, or too few of them are drawn for the round and blank.
        Conflict: A certificate stands on a form that is not spoiled.
    """
    account = store.forms.account()
    blank = account.in_hand(round_id, form_range(words).serials())
    on = {sequence: serial for serial, sequence in account.bears.items()}
    twice = [item.certificate for item in items if item.certificate.sequence in on]
    if twice:
        what = Text(
            "证书已印在未作废的空白证书上，未打印",
            "a certificate stands on a form that is not spoiled; nothing was printed",
        )
        hint = Text("先用 forms spoil 把旧的登记为废证", "enter the old form as spoiled first, with forms spoil")
        found = [
            Finding("form-printed-before", what, Where(subject=f"{office.masked(c.award_id, c.number)} {c.award_id}"),
                    said=on[c.sequence])
            for c in twice
        ]  # fmt: skip
        raise Conflict(what, found, hint)
    if len(blank) < len(items):
        what = Text("已领用的空白证书不够，未打印", "too few forms of this range are in hand; nothing was printed")
        wanted = Text(f"{len(items)} 份", f"{len(items)} forms")
        hint = Text(
            "用 forms draw 领用，或用 forms show 查看在手的", "draw some with forms draw, or look with forms show"
        )
        raise InputError(what, [Finding("forms-too-few", what, said=str(len(blank)), expected=wanted, hint=hint)], hint)
    return tuple(blank[: len(items)])


def enter_printed(office: Office, store: Store, round_id: str, run: str, printed: Sequence[tuple[str, Piled]]) -> None:
    """Enter that certificates were printed on forms; raises Conflict where another desk was quicker with one of them."""
    serials = tuple(serial for serial, _ in printed)
    sequences = tuple(item.certificate.sequence for _, item in printed)
    store.forms.record(FormMove(office.now(), office.who, "printed", round_id, serials, run=run, sequences=sequences))
