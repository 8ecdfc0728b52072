"""Which unfamiliar headings mean what: decided once by the office, kept as TOML that people may edit, used at every reading.

A mapping belongs to one set of headings, in any order. Profiles that are wholly known serve as mappings, too.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError

from scheduler.errors import Finding, InputError, Text, Where
from scheduler.sheets.columns import fold, foldings, is_added
from scheduler.sheets.columns_entries import ENTRIES, SERIAL_HEADINGS
from scheduler.sheets.columns_numbers import NUMBERS
from scheduler.sheets.profiles import Profile

FILE = "mappings.toml"
"""Name of an office's own file, beside its ``office.toml``."""
_TABLES = {table.key: table for table in (ENTRIES, NUMBERS)}
_HEAD = """\
# 列对应 · which heading means which column; written by `scheduler mapping`, may be edited by hand.
# An empty text means that the column is not used. Of two mappings for the same headings, the last one holds.
"""


@dataclass(frozen=True, slots=True)
class HeadingMap:
    """What the headings of one kind of sheet mean (列对应)."""

    name: str
    table: str
    columns: Mapping[str, str]
    """Heading and key of the column it means; empty where it is not used. Headings not named here mean what they always do."""
    headings: tuple[str, ...]
    """Every heading of the sheet."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Key of a column the sheet does not have, and what every row is read to say there."""
    profile: bool = False
    """Whether it comes from a profile; such a sheet may have further headings."""

    def fits(self, cells: Sequence[object]) -> bool:
        """Tell whether these are the headings of a row, whatever their order."""
        said = [cell for cell in cells if is_heading(cell)]
        wanted = {fold(heading) for heading in self.headings}
        if self.profile:
            return wanted <= {way for cell in said for way in foldings(str(cell))}
        return bool(said) and wanted == {fold(str(cell)) for cell in said}

    def known(self) -> dict[str, str]:
        """Return folded headings with the key each means."""
        return {fold(heading): key for heading, key in self.columns.items()}


def is_heading(cell: object) -> bool:
    """Tell whether a cell may be a heading of the user's own: words, no serial number, none that this product added."""
    return isinstance(cell, str) and bool(fold(cell)) and not is_added(cell) and fold(cell) not in SERIAL_HEADINGS


def of_profile(profile: Profile) -> HeadingMap:
    """Return a profile as a mapping."""
    columns = {column.zh: column.field for column in profile.columns}
    return HeadingMap(profile.id, profile.table, columns, tuple(columns), profile=True)


def known_maps(path: Path, profiles: Iterable[Profile]) -> tuple[HeadingMap, ...]:
    """Return the office's own mappings, the newest first, then the profiles that are wholly known.

    Raises:
        InputError: The file is wrong; findings say where.
    """
    own = _read(path) if path.is_file() else ()
    return (*reversed(own), *(of_profile(profile) for profile in profiles if not profile.missing))


def fitting(maps: Iterable[HeadingMap], table: str, cells: Sequence[object]) -> HeadingMap | None:
    """Return the first mapping for the headings of a row; None where there is none."""
    return next((one for one in maps if one.table == table and one.fits(cells)), None)


_LIST: TypeAdapter[tuple[HeadingMap, ...]] = TypeAdapter(tuple[HeadingMap, ...], config=ConfigDict(extra="forbid"))


def _read(path: Path) -> tuple[HeadingMap, ...]:
    try:
        written = _LIST.validate_python(tomllib.loads(path.read_text(encoding="utf-8-sig")).get("mapping", []))
        findings = [fault for n, one in enumerate(written) for fault in _unknown_columns(one, n, path)]
        if not findings:
            return written
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        findings = [Finding("mappings-toml", Text(*[str(fault)] * 2), Where(file=path.name))]
    except ValidationError as faults:
        findings = [
            Finding(
                "mappings-toml",
                Text(f"列对应有误：{fault['msg']}", f"the mapping is wrong: {fault['msg']}"),
                Where(
                    file=path.name, path="mapping" + re.sub(r"\.(\d+)", r"[\1]", "".join(f".{s}" for s in fault["loc"]))
                ),
            )
            for fault in faults.errors(include_url=False)
        ]
    raise InputError(
        Text(f"列对应文件有误：{path}", f"the file of mappings is wrong: {path}"),
        findings,
        Text("按提示更正，或删去该文件后重新对应", "correct it as told, or remove the file and map again"),
    )


def _unknown_columns(one: HeadingMap, n: int, path: Path) -> list[Finding]:
    """Return what a mapping edited by hand names that there is not."""
    table = _TABLES.get(one.table)
    if table is None:
        what = Text("没有这种表", "there is no such table")
        known = ", ".join(_TABLES)
        return [
            Finding("mappings-toml", what, Where(path.name, path=f"mapping[{n}].table"), one.table, Text(known, known))
        ]
    keys = {column.key for column in table.columns}
    named = [("columns", h, key) for h, key in one.columns.items()] + [("values", key, key) for key in one.values]
    what = Text("没有这个栏目", "there is no such column")
    some = ", ".join(column.key for column in table.columns[:12])
    return [
        Finding("mappings-toml", what, Where(path.name, path=f"mapping[{n}].{part}.{said}"), key, Text(some, some))
        for part, said, key in named
        if key and key not in keys
    ]


def remember(path: Path, one: HeadingMap) -> None:
    """Add a mapping at the end of the office's file, whole or not at all; what people wrote there stays."""
    before = path.read_text(encoding="utf-8-sig") if path.is_file() else _HEAD
    part = path.with_name(f".{path.name}.part")
    part.write_text(f"{before.rstrip()}\n\n{_as_toml(one)}", encoding="utf-8")
    part.replace(path)


def _as_toml(one: HeadingMap) -> str:
    lines = ["[[mapping]]", f"name = {_quoted(one.name)}", f"table = {_quoted(one.table)}"]
    lines.append(f"headings = [{', '.join(map(_quoted, one.headings))}]")
    for title, pairs in (("columns", one.columns), ("values", one.values)):
        lines += ["", f"[mapping.{title}]", *(f"{_quoted(key)} = {_quoted(value)}" for key, value in pairs.items())]
    return "\n".join(lines) + "\n"


def _quoted(words: str) -> str:
    """Return words as a TOML string; JSON's escapes are TOML's, but for the delete character."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
