"""Strict reading of dated TOML records: every key known, every value of its kind, every fault a finding with file and path.

Used by the shelf only. What a record means for exams and awards is not known here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from scheduler.domain.catalogue import Edition, Mark
from scheduler.domain.wording import level_words
from scheduler.errors import Finding, Text, Where

Member = TypeVar("Member")
UNREAD = date.min
"""Stands for a date that could not be read, until its finding stops the work."""
_KINDS = {
    str: Text("文字", "text"),
    int: Text("整数", "a whole number"),
    bool: Text("true 或 false", "true or false"),
    date: Text("日期，如 2026-06-01", "a date such as 2026-06-01"),
    list: Text("列表", "a list"),
    dict: Text("表", "a table"),
}


@dataclass(slots=True)
class Record:
    """One TOML table being read: which keys were taken, and what was wrong with them."""

    fields: Mapping[str, object]
    file: str
    path: str
    findings: list[Finding]
    taken: set[str] = field(default_factory=set)

    def fault(self, rule: str, what: Text, *, key: str = "", expected: Text | None = None) -> None:
        """Note one fault; with a key the finding also says what stood there."""
        path = f"{self.path}.{key}" if key else self.path
        said = str(self.fields[key]) if key in self.fields else None
        where = Where(file=self.file, path=path, subject=str(self.fields.get("id", "")) or None)
        self.findings.append(Finding(rule, what, where, said, expected))

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; a compulsory one must not be blank."""
        value = self._take(key, str, default)
        if default is None and key in self.fields and isinstance(self.fields[key], str) and not value.strip():
            self.fault("catalogue-empty", Text(f"“{key}”不能为空", f"{key} must not be empty"), key=key)
        return value

    def both(self, key: str, default: Text | None = None) -> Text:
        """Return a text in both languages, written ``{ zh = "…", en = "…" }``."""
        if key not in self.fields and default is not None:
            self.taken.add(key)
            return default
        inner = Record(self._take(key, dict, {} if default else None), self.file, f"{self.path}.{key}", self.findings)
        if key not in self.fields:
            return Text("", "")
        words = Text(inner.text("zh"), inner.text("en"))
        inner.close()
        return words

    def whole(self, key: str, default: int | None = None, *, least: int = 0) -> int:
        """Return a whole number, at least so large."""
        value = self._take(key, int, default)
        if key in self.fields and value < least:
            self.fault(
                "catalogue-range",
                Text(f"“{key}”过小", f"{key} is too small"),
                key=key,
                expected=Text(f"≥ {least}", f">= {least}"),
            )
        return value

    def whole_or_none(self, key: str, *, least: int = 0) -> int | None:
        """Return a whole number, or None where the key is absent."""
        self.taken.add(key)
        return self.whole(key, least=least) if key in self.fields else None

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false."""
        return self._take(key, bool, default)

    def day(self, key: str) -> date:
        """Return a date."""
        return self._take(key, date, None)

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self._take(key, list, None if default is None else list(default))
        if not all(isinstance(value, str) for value in values):
            self.fault("catalogue-kind", Text(f"“{key}”中只能有文字", f"{key} may hold only texts"), key=key)
        return tuple(value for value in values if isinstance(value, str))

    def one_of(self, key: str, members: Mapping[str, Member]) -> Member:
        """Return what a word of a closed list stands for; the first of the list where the word is wrong."""
        said = self.text(key)
        if said not in members and key in self.fields:
            wanted = "、".join(members), ", ".join(members)
            self.fault(
                "catalogue-word",
                Text(f"“{key}”的取值不在清单内", f"{key} is not one of the known words"),
                key=key,
                expected=Text(*wanted),
            )
        return members.get(said, next(iter(members.values())))

    def several_of(self, key: str, members: Mapping[str, Member]) -> tuple[Member, ...]:
        """Return what each word of a list stands for; empty where the key is absent."""
        said = self.texts(key, ())
        for word in said:
            if word not in members:
                wanted = Text("、".join(members), ", ".join(members))
                what = Text(f"“{word}”不在清单内", f"{word} is not one of the known words")
                self.fault("catalogue-word", what, key=key, expected=wanted)
        return tuple(members[word] for word in said if word in members)

    def children(self, key: str) -> list[Record]:
        """Return the tables of an array of tables; empty where the key is absent."""
        values = self._take(key, list, [])
        return [
            Record(value, self.file, f"{self.path}.{key}[{n}]", self.findings)
            for n, value in enumerate(values)
            if isinstance(value, dict)
        ]

    def edition(self) -> Edition:
        """Return the record's dates, source and mark, which every record must carry."""
        until = self.day("in_force_until") if "in_force_until" in self.fields else None
        first = self.day("in_force_from")
        if until is not None and until < first:
            self.fault(
                "edition-backwards", Text("失效日期早于生效日期", "it ends before it begins"), key="in_force_until"
            )
        return Edition(first, self.text("source"), self.one_of("mark", {m.value: m for m in Mark}), until)

    def close(self) -> None:
        """Note every key nobody asked for, and every uncertain key that is not there."""
        for key in ("parameters", "inferred"):
            for named in self.texts(key, ()):
                if named not in self.taken:
                    self.fault(
                        "catalogue-dangling",
                        Text(f"“{named}”不是本记录的键", f"{named} is no key of this record"),
                        key=key,
                    )
        for key in sorted(set(self.fields) - self.taken):
            wanted = sorted(self.taken - {"parameters", "inferred"})
            self.fault(
                "catalogue-unknown-key",
                Text(f"不认识的键“{key}”", f"unknown key {key}"),
                key=key,
                expected=Text("、".join(wanted), ", ".join(wanted)),
            )

    def _take(self, key: str, kind: type[Member], default: Member | None) -> Member:
        self.taken.add(key)
        if key not in self.fields:
            if default is None:
                self.fault(
                    "catalogue-missing-key", Text(f"缺少“{key}”", f"{key} is missing"), key=key, expected=_KINDS[kind]
                )
            return _blank(kind) if default is None else default
        value = self.fields[key]
        right = (
            isinstance(value, kind)
            and not (kind is int and isinstance(value, bool))
            and not isinstance(value, datetime)
        )
        if not right:
            self.fault(
                "catalogue-kind",
                Text(f"“{key}”的类型不对", f"{key} is of the wrong kind"),
                key=key,
                expected=_KINDS[kind],
            )
            return _blank(kind)
        return value  # type: ignore[return-value]  # isinstance with a TypeVar's type is not narrowed


def _blank(kind: type[Member]) -> Member:
    return UNREAD if kind is date else kind()  # type: ignore[return-value]  # date() takes no empty call


def read_folder(folder: Path, findings: list[Finding]) -> list[tuple[str, Record]]:
    """Return every record of a folder's TOML files with its table's name, levels expanded, in order of file and place."""
    found: list[tuple[str, Record]] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            what = Text(f"不是可读的 TOML 文件：{error}", f"not a readable TOML file: {error}")
            findings.append(Finding("catalogue-toml", what, Where(file=path.name)))
            continue
        for table, entries in tables.items():
            found += [(table, record) for record in _records(table, entries, path.name, findings)]
    return found


def _records(table: str, entries: object, file: str, findings: list[Finding]) -> Iterable[Record]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        what = Text(f"“{table}”须写成 [[{table}]]", f"{table} must be written as [[{table}]]")
        findings.append(Finding("catalogue-kind", what, Where(file=file, path=table)))
        return
    for n, entry in enumerate(entries):
        path = f"{table}[{n}]"
        if "levels" not in entry:
            yield Record(entry, file, path, findings)
            continue
        levels, rest = entry["levels"], {key: value for key, value in entry.items() if key != "levels"}
        if not isinstance(levels, list) or not levels or any(level not in {5, 4, 3, 2, 1} for level in levels):
            what = Text("“levels”须为 5 至 1 的列表", "levels must be a list of levels 5 to 1")
            findings.append(Finding("catalogue-kind", what, Where(file=file, path=f"{path}.levels"), str(levels)))
            continue
        for level in levels:
            fields = {key: _at_level(value, level) for key, value in rest.items()}
            yield Record(fields, file, f"{path}({level})", findings)


def _at_level(value: object, level: int) -> object:
    """Return a value with ``{level}``, ``{level_zh}`` and ``{level_en}`` filled in; ``{level}`` alone becomes the number."""
    if value == "{level}":
        return level
    if isinstance(value, str):
        words = {"{level}": str(level), "{level_zh}": level_words(level).zh, "{level_en}": level_words(level).en}
        return re.sub(r"\{level(_zh|_en)?\}", lambda found: words[found.group()], value)
    if isinstance(value, list):
        return [_at_level(item, level) for item in value]
    if isinstance(value, dict):
        return {key: _at_level(item, level) for key, item in value.items()}
    return value
