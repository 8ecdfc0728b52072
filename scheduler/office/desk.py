"""The desk: settings, registry, catalogue and clock of one office, opened once and shared by all verbs."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from scheduler.domain.catalogue import Catalogue
from scheduler.domain.data_duties import Duties
from scheduler.domain.identity import mask
from scheduler.errors import InputError, Language, Text
from scheduler.office.settings import Settings, load_settings, templates_folder
from scheduler.recognition.shelf import load_catalogue, load_duties
from scheduler.registry.store import Registry, Store, open_registry

CHINA = timezone(timedelta(hours=8), "UTC+08:00")
"""The one legal time of the country; no daylight saving."""


def system_clock() -> datetime:
    """Return now, in China's legal time."""
    return datetime.now(CHINA)


@dataclass
class Office:
    """One opened office. Use as a context manager; closing it closes the registry."""

    settings: Settings
    catalogue: Catalogue
    registry: Registry
    clock: Callable[[], datetime]
    who: str
    """Name of the person or script that acts, written to the acts of the registry."""
    _duties: Duties | None = field(default=None, init=False, repr=False, compare=False)

    def __enter__(self) -> Self:
        """Return the office itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the registry."""
        self.close()

    def close(self) -> None:
        """Close the registry; a second call does nothing."""
        self.registry.close()

    def now(self) -> str:
        """Return this moment in ISO 8601 with zone, to the second."""
        return self.clock().isoformat(timespec="seconds")

    def today(self) -> date:
        """Return today's date in China's legal time."""
        return self.clock().astimezone(CHINA).date()

    @property
    def language(self) -> Language:
        """Return the language the office reads."""
        return self.settings.lang

    def duties(self) -> Duties:
        """Return the data duties in force for this office, read once; raises InputError when its own data are wrong."""
        if self._duties is None:
            self._duties = load_duties(self.settings.catalogue_folder)
        return self._duties

    def templates(self) -> Path:
        """Return the folder of templates; raises SettingsError when it cannot be found."""
        return templates_folder(self.settings)

    def masked(self, award_id: str, number: str) -> str:
        """Return a certificate number, masked where the award's rule makes it of the holder's document number."""
        awards = [award for award in self.catalogue.awards if award.id == award_id]
        personal = [True for award in awards for _, rule in award.number_rules if "{document_no" in rule.template]
        return mask(number) if personal or not awards else number

    def note(self, store: Store, verb: str, round_id: str, detail: str) -> None:
        """Write down who did what, when."""
        store.acts.record(self.now(), self.who, verb, round_id, detail)


def open_office(
    path: str | Path = "office.toml", *, clock: Callable[[], datetime] = system_clock, who: str = ""
) -> Office:
    """Open an office by its settings file.

    Args:
        path: The ``office.toml``; relative folders inside it are read from where it lies.
        clock: Gives the present moment with a zone; tests pass their own.
        who: Who acts; the system's user name when empty.

    Raises:
        SettingsError: The settings are wrong or the database is out of reach.
        InputError: The office's own catalogue data are wrong.
        SchemaMismatch: The database was written by another version.
    """
    settings = load_settings(Path(path))
    catalogue = load_catalogue(settings.catalogue_folder)
    return Office(settings, catalogue, open_registry(settings.database), clock, who or _user())


def existing_file(path: str | Path) -> Path:
    """Return the path if it is a readable file; raises InputError saying what stands there instead."""
    found = Path(path)
    if found.is_file():
        return found
    raise InputError(
        Text(f"找不到文件 {found}", f"no such file: {found}"),
        hint=Text("检查路径和文件名", "check the path and the file name"),
    )


def error_workbook_for(source: Path, wanted: str | Path | None) -> Path:
    """Return where to write the rows to correct: where asked, or beside the source under a name not yet taken.

    Somebody may be correcting the workbook that an earlier call gave back; it is never written over unasked.
    """
    if wanted:
        return Path(wanted)
    names = (f"{source.stem}-待更正{f'-{n}' if n > 1 else ''}.xlsx" for n in count(1))
    return next(path for path in map(source.with_name, names) if not path.exists())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user database
        return "unknown"
