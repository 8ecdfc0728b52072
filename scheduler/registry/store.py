"""Registry: one database, opened once; Store: everything that can be read and written in one transaction of it.

Used by the office only. No rule of the field is decided here, and no row leaves: values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlmodel import Session, func, select

from scheduler.registry import faults, schema, tables
from scheduler.registry.acts import Acts
from scheduler.registry.copies import Copies
from scheduler.registry.days import Days
from scheduler.registry.duties import Duties
from scheduler.registry.forms import Forms
from scheduler.registry.heads import Heads
from scheduler.registry.kept import Kept
from scheduler.registry.ledger import Ledger
from scheduler.registry.lots import Lots
from scheduler.registry.notices import Notices
from scheduler.registry.numbers import Numbers
from scheduler.registry.plans import Plans
from scheduler.registry.proposals import Proposals
from scheduler.registry.results import Results
from scheduler.registry.rounds import Rounds
from scheduler.registry.uploads import Uploads
from scheduler.registry.users import Users

_COUNTED = {
    "rounds": tables.RoundRow,
    "entries": tables.EntryRow,
    "entitlements": tables.EntitlementRow,
    "plans": tables.PlanRow,
    "marks": tables.MarkRow,
    "outcomes": tables.OutcomeRow,
    "certificates": tables.CertificateRow,
    "ledger": tables.LedgerRow,
    "acts": tables.ActRow,
}


class Store:
    """One transaction, sorted by matter; made by Registry.transaction and of no use after it."""

    def __init__(self, session: Session) -> None:
        self.rounds = Rounds(session)
        self.plans = Plans(session)
        self.results = Results(session)
        self.ledger = Ledger(session)
        self.heads = Heads(session)
        self.numbers = Numbers(session, self.ledger)
        self.forms = Forms(session)
        self.days = Days(session)
        self.duties = Duties(session)
        self.uploads = Uploads(session)
        self.notices = Notices(session)
        self.kept = Kept(session)
        self.lots = Lots(session)
        self.acts = Acts(session)
        self.users = Users(session)
        self.proposals = Proposals(session)
        self.copies = Copies(session)
        self._session = session

    @contextmanager
    def part(self) -> Iterator[None]:
        """Run a part of the transaction: if anything is raised, only this part is undone, its serials included.

        For a batch that goes on after one candidate's certificate was refused: numbers stay without gaps.
        """
        with faults.ours(), self._session.begin_nested():
            yield


class Registry:
    """The registry (登记库): made by open_registry. Open one in each process; threads may share it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def transaction(self, *, write: bool = True) -> Iterator[Store]:
        """Run one transaction: all of it is kept at the end, or nothing if anything is raised.

        Args:
            write: take the write lock at once, waiting up to 30 seconds; False reads one consistent state and
                refuses to write.

        Raises:
            Conflict: the database itself refused: a unique key, a foreign key, or a guard.
            RegistryError: the database is busy, full, or failed.
        """
        with faults.ours(schema.shown_address(self._engine.url), reading=not write):
            options = {} if write else {schema.READ_ONLY: True}
            with (
                self._engine.connect().execution_options(**options) as connection,
                connection.begin(),
                Session(connection, expire_on_commit=False) as session,
            ):
                yield Store(session)
                session.flush()

    def counts(self) -> dict[str, int]:
        """Return how many of each are kept, by name."""
        with (
            faults.ours(schema.shown_address(self._engine.url)),
            self._engine.connect().execution_options(**{schema.READ_ONLY: True}) as connection,
        ):
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in _COUNTED.items()
            }

    def close(self) -> None:
        """Close every connection; the registry can be opened again by its address."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Return the registry itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def look(address: str) -> None:
    """Try a database server without changing anything; raises as `open_registry` where it could not be used."""
    schema.look(address)


def open_registry(address: str) -> Registry:
    """Open a registry, creating it or bringing it to today's schema where needed.

    Args:
        address: path of an SQLite file in an existing folder, or a database URL.

    Raises:
        SettingsError: the address is wrong, out of reach, not writable, or holds something else.
        SchemaMismatch: another version of the product wrote it.
    """
    return Registry(schema.open_engine(address))
