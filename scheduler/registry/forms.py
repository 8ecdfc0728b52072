"""Moves of blank certificates in one transaction; append-only. Reached as ``store.forms``.

What may be done to a form is decided by the account in domain/forms.py; here it is asked under the write lock.
"""

from __future__ import annotations

from sqlmodel import Session, col, select

from scheduler.domain.forms import FormAccount, FormMove
from scheduler.errors import Conflict, Finding, Text, Where
from scheduler.registry import mapping
from scheduler.registry.tables import FormMoveRow

_WORDS = {
    None: Text("从未领用", "never drawn"),
    "drawn": Text("已领用未使用，或由其他批次领用", "drawn and blank, or drawn for another round"),
    "printed": Text("已打印", "printed"),
    "spoiled": Text("已作废", "spoiled"),
    "returned": Text("已退回", "returned"),
}


class Forms:
    """The stock of all rounds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def moves(self, round_id: str | None = None) -> list[FormMove]:
        """Return the moves of a round, or of all, in the order they were made."""
        rows = select(FormMoveRow).order_by(col(FormMoveRow.id))
        if round_id is not None:
            rows = rows.where(FormMoveRow.round_id == round_id)
        return [mapping.from_document(FormMove, row.document) for row in self._session.exec(rows)]

    def account(self) -> FormAccount:
        """Return what became of every form."""
        return FormAccount.of(self.moves())

    def record(self, move: FormMove, *, dry_run: bool = False) -> FormAccount:
        """Enter a move, and return the account after it.

        Args:
            move: What was done.
            dry_run: Only ask whether it can be entered.

        Raises:
            Conflict: A form is not what it must be for this; nothing was entered.
        """
        account = self.account()
        unfit = account.unfit(move.act, move.round_id, move.serials)
        if unfit:
            what = Text("有空白证书不能这样登记，未登记", "a form cannot be entered so; nothing was entered")
            found = [
                Finding("form-unfit", what, Where(subject=serial), said=f"{_WORDS[before].zh} {_WORDS[before].en}")
                for serial, before in unfit
            ]
            hint = Text("用 forms show 查看台账，核对流水号", "look at the account with forms show, check the serials")
            raise Conflict(what, found, hint)
        if not dry_run:
            row = FormMoveRow(round_id=move.round_id, act=move.act, document=mapping.to_document(move))
            self._session.add(row)
            self._session.flush()
        account.add(move)
        return account
