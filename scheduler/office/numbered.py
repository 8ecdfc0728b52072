"""Numbers that do not simply follow from a counter: those from outside, and those a lost part of the ledger gave away.

Used where orders are written and where what was made is kept; inside their transactions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from scheduler.domain.catalogue import Award, NumberRule
from scheduler.domain.certificates import Ending
from scheduler.domain.entries import Entry
from scheduler.errors import Finding, IssuanceError, Text, Where
from scheduler.office.desk import Office
from scheduler.registry.store import Store

LOST = "恢复旧登记库前已用过的编号 · the number was used before an old registry was restored"


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number, and the day printed beside it where it came in from outside."""

    number: str
    issued_on: date | None = None


def imported(store: Store, entry: Entry, award: Award, rule: NumberRule) -> Numbered:
    """Return the number that came in for an entry's award.

    Raises:
        IssuanceError: None did.
    """
    waiting = store.numbers.waiting(entry.id, award.id)
    if waiting is None:
        what = Text(
            f"{award.name.zh}的编号由外部提供，尚未读入", f"numbers of {award.id} come from outside; none was imported"
        )
        finding = Finding(
            "number-not-imported",
            what,
            Where(subject=f"{entry.candidate.name} {entry.id}"),
            expected=Text(rule.pattern, rule.pattern),
            hint=Text(
                "用 scheduler numbers import 读入编号表", "import the numbers sheet with scheduler numbers import"
            ),
        )
        raise IssuanceError(what, [finding])
    return Numbered(waiting.number, waiting.issued_on)


def pass_lost(
    office: Office, store: Store, entry: Entry, made: Iterable[tuple[str, str, tuple[tuple[str, int], ...]]]
) -> None:
    """Void each number whose turn has come and that a lost part of the ledger gave away; what bears it must be made anew.

    Args:
        office: The opened office.
        store: The transaction in which certificates are kept.
        entry: Who would have got the number.
        made: Number, award, and serials by counter of each certificate made for the entry.
    """
    for number, award_id, serials in made:
        lost = store.numbers.find_one(number, award_id)
        if lost is None or lost.origin != "lost" or lost.standing != "open" or not serials:
            continue
        counter, serial = serials[0]
        if store.ledger.last_serial(counter) + 1 == serial:
            store.ledger.next_serial(counter)
            ending = Ending("void", LOST, office.who)
            store.numbers.void(replace(lost, scope=counter, serial=serial), entry.id, office.now(), ending)
