"""What a heading looks like and how it is recognised, Chinese or English, in any order.

Used by reading and writing alike; the tables themselves stand beside, one file a kind of workbook.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from scheduler.errors import Text

Choices = Literal["", "schemes", "awards", "trades", "kinds", "sexes", "yes_no", "education", "room_kinds", "duties",
                  "reasons", "together", "roles", "attendance", "can_serve", "acceptance"]  # fmt: skip
TemplateKind = Literal["entries", "setup", "marks", "numbers"]
"""Which workbook a template is for."""

Value = str | int | float | bool | date | datetime | time | None
"""What is written into a cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table (列): its headings, and what may stand below."""

    key: str
    zh: str
    en: str
    note: Text
    """What to write, one sentence, for the instruction sheet."""
    aliases: tuple[str, ...] = ()
    """Other headings met in the field."""
    required: bool = False
    text: bool = False
    """Whether the column is formatted as text, so that no digit is lost."""
    choices: Choices = ""
    """Which list of codes is offered below the heading; empty where none is."""
    width: int = 14
    """Width in characters."""

    @property
    def heading(self) -> str:
        """Return the heading as templates print it: both languages, a star where it is compulsory."""
        return f"{self.zh}{'*' if self.required else ''}\n{self.en}"

    def spellings(self) -> tuple[str, ...]:
        """Return every heading that means this column."""
        return (self.zh, self.en, self.zh + self.en, self.key, *self.aliases)


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of sheet (工作表): its name in both languages, and its columns."""

    key: str
    zh: str
    en: str
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()
    required: bool = True
    """Whether a set-up workbook must have this sheet."""

    @property
    def title(self) -> str:
        """Return the sheet name that templates use."""
        return self.zh

    def spellings(self) -> tuple[str, ...]:
        """Return every sheet name that means this table."""
        return (self.zh, self.en, self.zh + self.en, self.key, *self.aliases)

    def column(self, key: str) -> Column:
        """Return a column by key; raises KeyError when the table has none such."""
        return {column.key: column for column in self.columns}[key]


PROBLEM = Text("问题", "Problem")
REMEDY = Text("处理", "What to do")
"""The two columns an error workbook adds; reading passes them over."""

_ORNAMENTS = re.compile(r"[\s*★※:\-_·.、,/|]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
_MARKS_OF_DUTY = ("(必填)", "【必填】", "[必填]", "(required)", "[required]", "(选填)", "(optional)")


def fold(words: str) -> str:
    """Return a heading without case, width, blanks, stars and marks such as （必填）."""
    narrow = unicodedata.normalize("NFKC", words).casefold()
    for mark in _MARKS_OF_DUTY:
        narrow = narrow.replace(mark, "")
    return _ORNAMENTS.sub("", narrow)


def foldings(words: str) -> tuple[str, ...]:
    """Return the ways to look a heading up, best first: whole, without brackets, and line by line."""
    bare = _BRACKETS.sub("", unicodedata.normalize("NFKC", words))
    lines = [line for line in words.splitlines() if line.strip()]
    seen = dict.fromkeys(fold(way) for way in (words, bare, *(lines if len(lines) > 1 else ())))
    return tuple(way for way in seen if way)


def lookup(table: Table) -> dict[str, str]:
    """Return every folded spelling of a table's headings, with the key it means."""
    return {fold(spelling): column.key for column in reversed(table.columns) for spelling in column.spellings()}


def is_added(words: str) -> bool:
    """Tell whether a heading is one of the two that an error workbook adds."""
    added = {fold(way) for text in (PROBLEM, REMEDY) for way in (text.zh, text.en, text.zh + text.en)}
    return any(way in added for way in foldings(words))


def make_column(
    key: str,
    zh: str,
    en: str,
    note: tuple[str, str],
    *aliases: str,
    required: bool = False,
    text: bool = False,
    choices: Choices = "",
    width: int = 14,
) -> Column:
    """Return a column; the short way in which the tables are written."""
    return Column(key, zh, en, Text(*note), aliases, required=required, text=text, choices=choices, width=width)
