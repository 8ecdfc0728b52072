"""kill -9 while certificates are issued and printed, at every point that must last and at random moments: ``./run drill kills``.

After each kill nothing may be half, and the next call goes on. The controls issue the certificates of a pair one by one, and
print where the run is seen at once: they must be caught by the same judges. A large drill can be done in parts, by ``--trials``
and ``--seed``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from scheduler.domain.certificates import Grant
from scheduler.office import issue as issuing
from scheduler.office.desk import Office
from scheduler.office.keep import certificate
from scheduler.office.orders import Made, Order
from tests.drills import figures
from tests.drills.killing import Phase, at_random, control, every_point
from tests.drills.offices import Desk, at_a_desk, ended, halves, issue_all, small_steps
from tests.drills.presses import PrintDesk
from tests.drills.warm import drawn_once, opened_once
from tests.office.conftest import open_at

SMALL, FULL = 50, 3_000
CONTROLS = 30


def in_small_steps(office: Office) -> None:
    small_steps()
    issue_all(office)


def one_by_one(office: Office) -> None:
    """Issue as somebody might who thinks of no kill: each certificate in a transaction of its own."""

    def keep(office: Office, done: list[tuple[Order, tuple[Made, ...]]]) -> issuing.keep:
        for order, made in done:
            for one in made:
                with office.registry.transaction() as store:
                    store.ledger.next_serials([counter for counter, _ in one.serials])
                with office.registry.transaction() as store:
                    issued = certificate(order, one, store.ledger.next_sequence())
                    store.ledger.add_grant(Grant(order.entry.id, (issued,)), {issued.file_name: one.pdf}, office.now())
        return TRUE_KEEP(office, [])

    issuing.keep = keep
    in_small_steps(office)


TRUE_KEEP = issuing.keep


def issue_phase(desk: Desk) -> Phase:
    """Return issuing as something that may be killed."""
    return Phase("issue", desk.fresh, in_small_steps, halves, ended, one_by_one)


def print_phase(desk: Desk) -> Phase:
    """Return printing as something that may be killed."""
    press = PrintDesk(desk)
    return Phase("print", press.fresh, press.act, press.halves, press.ended, press.careless)


def rows(desk: Desk, trials: int, seed: int) -> Iterator[figures.Row]:
    """Yield for issuing and for printing a row for every point, one for the control, and one for random moments.

    Up to the small number of kills each certificate is drawn once; beyond, the random kills draw, sign and proof every time.
    """
    chance, small = random.Random(seed), trials <= SMALL
    with opened_once():
        for phase in (issue_phase(desk), print_phase(desk)):
            with drawn_once():
                with open_at(phase.fresh()) as office:
                    phase.ended(office)
                yield every_point(phase, 1 if small else 2)
                yield control(phase, CONTROLS)
                if small:
                    yield at_random(phase, chance, trials)
            if not small:
                yield at_random(phase, chance, trials)


def main() -> None:
    """Run the drill and print one table."""
    figures.run(
        at_a_desk(rows), figures.asked(__doc__, small=SMALL, full=FULL, what="random kills of each kind of work")
    )


if __name__ == "__main__":
    main()
