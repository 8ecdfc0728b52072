"""Forms: blank certificates as stock, each by its print serial; and the account in which none may be missing.

Used by the registry, which keeps the moves, and by the office. Nothing here reads a clock or a database.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from scheduler.errors import InputError, Text

FormAct = Literal["drawn", "printed", "spoiled", "returned"]
MOST_FORMS = 100_000
"""Forms in one move."""
_RANGE = re.compile(r"([0-9A-Z/-]*?)(\d{1,15})(?:\s*(?:-|—|–|~|\.\.)\s*([0-9A-Z/-]*?)(\d{1,15}))?")
_FROM: dict[FormAct, tuple[FormAct | None, ...]] = {
    "drawn": (None, "returned"),
    "printed": ("drawn",),
    "spoiled": ("drawn", "printed"),
    "returned": ("drawn",),
}
"""What a form must have been for each act; None for one that was never drawn."""


@dataclass(frozen=True, slots=True)
class FormRange:
    """Forms whose print serials (印刷流水号) follow each other."""

    prefix: str
    width: int
    """Digits after the prefix."""
    first: int
    last: int

    def serials(self) -> Iterator[str]:
        """Yield each print serial, in order."""
        for number in range(self.first, self.last + 1):
            yield f"{self.prefix}{number:0{self.width}d}"

    @property
    def count(self) -> int:
        """Return how many forms there are."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        """Return the range as people write it."""
        first, last = (f"{self.prefix}{number:0{self.width}d}" for number in (self.first, self.last))
        return first if self.count == 1 else f"{first}-{last}"


@dataclass(frozen=True, slots=True)
class FormMove:
    """Something done to forms of a round: drawn 领用, printed 打印, spoiled 作废(废证), returned 退回."""

    at: str
    """Moment in ISO 8601 with zone."""
    who: str
    act: FormAct
    round_id: str
    serials: tuple[str, ...]
    reason: str = ""
    run: str = ""
    """Print run, for printed forms."""
    sequences: tuple[int, ...] = ()
    """Ledger number of the certificate on each printed form; as long as ``serials``, or empty."""


@dataclass(slots=True)
class FormAccount:
    """What became of each form, after every move in order."""

    state: dict[str, tuple[FormAct, str]] = field(default_factory=dict)
    """Last act and round of each print serial."""
    bears: dict[str, int] = field(default_factory=dict)
    """Ledger number of the certificate printed on each form that is not spoiled."""

    @classmethod
    def of(cls, moves: Iterable[FormMove]) -> FormAccount:
        """Return the account after some moves; they were checked when they were made."""
        account = cls()
        for move in moves:
            account.add(move)
        return account

    def add(self, move: FormMove) -> None:
        """Enter one more move."""
        self.state.update(dict.fromkeys(move.serials, (move.act, move.round_id)))
        if move.act == "printed":
            self.bears.update(zip(move.serials, move.sequences, strict=True))
        else:
            for serial in move.serials:
                self.bears.pop(serial, None)

    def unfit(self, act: FormAct, round_id: str, serials: Iterable[str]) -> list[tuple[str, FormAct | None]]:
        """Return the forms that an act cannot touch, with what they are; a drawn form belongs to its round."""
        found = []
        for serial in serials:
            before, of_round = self.state.get(serial, (None, round_id))
            if before not in _FROM[act] or (act != "drawn" and of_round != round_id):
                found.append((serial, before))
        return found

    def counts(self, round_id: str) -> Counter[FormAct]:
        """Return how many forms of a round are in each state; ``drawn`` are those still in hand."""
        return Counter(act for act, of_round in self.state.values() if of_round == round_id)

    def in_hand(self, round_id: str, serials: Iterable[str]) -> list[str]:
        """Return those of some forms that were drawn for a round and are blank still, in order."""
        return [serial for serial in serials if self.state.get(serial) == ("drawn", round_id)]


def form_range(words: str) -> FormRange:
    """Read print serials as people write them: one, or first and last, such as ``A0001-A0100``.

    Raises:
        InputError: They are no serials, do not belong together, or are too many.
    """
    found = _RANGE.fullmatch(words.strip().upper())
    first, last = (found[2], found[4] or found[2]) if found else ("", "")
    same = found is not None and (found[4] is None or (found[3] in {"", found[1]} and len(first) == len(last)))
    if found is None or not same or not 0 <= int(last) - int(first) < MOST_FORMS:
        raise InputError(
            Text(f"印刷流水号范围无法识别：{words}", f"these are no print serials: {words}"),
            hint=Text(
                f"写作 A0001-A0100：前缀相同、位数相同、由小到大，至多 {MOST_FORMS} 份",
                f"write A0001-A0100: same prefix, as many digits, first before last, {MOST_FORMS} at most",
            ),
        )
    return FormRange(found[1], len(first), int(first), int(last))
