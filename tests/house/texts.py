"""Every ``Text(...)`` written out in the code: its words in each language, and what is filled into them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.house.paths import ROOT

CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class Written:
    """One pair of sentences."""

    place: str
    zh: str
    """Words; what is filled in is left out."""
    en: str
    zh_fields: frozenset[str]
    en_fields: frozenset[str]
    told: bool
    """Whether both are wholly written out; else some of their words come from elsewhere."""


def written(root: Path = ROOT) -> Iterator[Written]:
    """Give every pair of the code, sorted by file and line."""
    for path in sorted((root / "scheduler").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                sides = list(node.args) + [keyword.value for keyword in node.keywords]
                if len(sides) == 2 and not any(isinstance(side, ast.Starred) for side in sides):
                    yield _pair(f"{path.relative_to(root).as_posix()}:{node.lineno}", *sides)


def _pair(place: str, zh: ast.expr, en: ast.expr) -> Written:
    (zh_words, zh_fields, zh_told), (en_words, en_fields, en_told) = _read(zh), _read(en)
    return Written(place, zh_words, en_words, frozenset(zh_fields), frozenset(en_fields), zh_told and en_told)


def _read(side: ast.expr) -> tuple[str, set[str], bool]:
    """Return words, fields, and whether all words stand here."""
    if isinstance(side, ast.Constant) and isinstance(side.value, str):
        return side.value, set(re.findall(r"\{(\w+)", side.value)), True
    if isinstance(side, ast.JoinedStr):
        words = "".join(str(part.value) for part in side.values if isinstance(part, ast.Constant))
        filled = [part.value for part in side.values if isinstance(part, ast.FormattedValue)]
        return words, {name for value in filled for name in _names(value)}, bool(words.strip())
    return "", _names(side), False


def _names(value: ast.expr) -> set[str]:
    """Return the variables a value is made of, without a language's ending."""
    found = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
    return {re.sub(r"(^|_)(zh|en|chinese|english)(_|$)", r"\1\3", name).strip("_") for name in found}
