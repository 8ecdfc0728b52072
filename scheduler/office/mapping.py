"""Mapping (列对应): unfamiliar headings are looked at once, decided, and remembered for every later reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from scheduler.errors import Finding, InputError, Language, Text
from scheduler.office.desk import existing_file
from scheduler.office.headings import heading_maps, mappings_file, profiles_file
from scheduler.office.settings import load_settings
from scheduler.sheets.columns_entries import ENTRIES
from scheduler.sheets.columns_numbers import NUMBERS
from scheduler.sheets.mappings import of_profile, remember
from scheduler.sheets.preview import ColumnView, view
from scheduler.sheets.profiles import profile
from scheduler.sheets.workbook import open_book

Kind = Literal["entries", "numbers"]


@dataclass(frozen=True, slots=True)
class MappingReport:
    """What the headings of a workbook are taken to mean."""

    file: str
    sheet: str
    row: int
    columns: tuple[ColumnView, ...]
    always: tuple[tuple[str, str], ...]
    """Column that is not there and what every row is read to say, sorted."""
    findings: tuple[Finding, ...]
    """Why it cannot be read so."""
    remembered: str | None
    """File it was remembered in; None for a preview."""

    def summary(self, language: Language = "zh") -> str:
        """Return one line."""
        known = sum(1 for column in self.columns if column.key)
        unknown = sum(1 for column in self.columns if column.how == "unknown")
        if language == "zh":
            head = f"已记入 {self.remembered}" if self.remembered else "预览（未记住；加 --yes 记住）"
            return f"{head}：{len(self.columns)} 列，读取 {known} 列，未识别 {unknown} 列"
        head = f"remembered in {self.remembered}" if self.remembered else "preview (add --yes to remember it)"
        return f"{head}: {len(self.columns)} columns, {known} read, {unknown} not recognised"


def entry_columns() -> tuple[tuple[str, Text], ...]:
    """Return every column that a registration workbook may have: what `mapping` takes, and its heading in both languages."""
    return tuple((column.zh, Text(column.zh, column.en)) for column in ENTRIES.columns)


def mapping(
    settings_file: Path,
    workbook: str | Path,
    *,
    kind: Kind = "entries",
    profile_id: str = "",
    decided: Mapping[str, str] | None = None,
    always: Mapping[str, str] | None = None,
    name: str = "",
    yes: bool = False,
) -> MappingReport:
    """Look at the headings of a workbook, and remember what they mean; the registry is not touched.

    Args:
        settings_file: The office's settings; the decision is kept beside them, in ``mappings.toml``.
        workbook: xlsx, xls, ods or csv.
        kind: Which sheet it is to be read as.
        profile_id: A profile whose columns it has.
        decided: Heading and the column it means; ``-`` or an empty text where it is not used.
        always: Column that is not there, and the value of every row.
        name: What the mapping is called; the name of the file when empty.
        yes: Remember it; headings that nobody decided on are then not used.

    Raises:
        SheetError: The file cannot be read at all.
        InputError: A heading or column is not known, or, with ``yes``, a column is missing or doubtful; nothing is kept.
    """
    source, settings = existing_file(workbook), load_settings(settings_file)
    maps = heading_maps(settings)
    if profile_id:
        chosen = profile(profile_id, profiles_file(settings))
        maps = (of_profile(chosen), *maps)
    seen = view(open_book(source), ENTRIES if kind == "entries" else NUMBERS, maps, decided or {}, always or {})
    kept = None
    if yes and seen.findings:
        raise InputError(
            Text("列对应不完整，未记住", "the mapping is not complete and was not remembered"), seen.findings
        )
    if yes:
        kept = mappings_file(settings)
        remember(kept, replace(seen.mapping, name=name or source.stem))
    given = tuple(sorted(seen.mapping.values.items()))
    return MappingReport(
        source.name, seen.sheet, seen.row, seen.columns, given, seen.findings, str(kept) if kept else None
    )
