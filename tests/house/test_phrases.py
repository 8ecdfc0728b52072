"""Every phrase that code and templates use stands in every catalogue, translated, with the same fields; nothing else does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scheduler.errors import Text
from scheduler.phrases import LOCALES, catalogue_file, phrase
from tests.house.phrases import read, used, written

FIELD = re.compile(r"\{(\w+)[^}]*\}")


def faults(entries: dict[str, str], messages: set[str]) -> list[str]:
    lacking = [f"missing: {message}" for message in sorted(messages - entries.keys())]
    stale = [f"used nowhere: {message}" for message in sorted(entries.keys() - messages)]
    empty = [f"not translated: {message}" for message, said in entries.items() if not said.strip()]
    fields = [f"other fields: {m}" for m, said in entries.items() if said and set(FIELD.findall(m)) != set(FIELD.findall(said))]  # fmt: skip
    return lacking + stale + empty + fields


def catalogue(language) -> dict[str, str]:
    entries = [entry for entry in read(catalogue_file(language)) if entry.id]
    assert not [entry.id for entry in entries if entry.fuzzy]
    return {str(entry.id): str(entry.string) for entry in entries}


@pytest.mark.parametrize("language", LOCALES)
def test_catalogue_is_complete(language) -> None:
    """`python -m tests.house.phrases` writes what is missing, for a translator to fill in."""
    assert faults(catalogue(language), {message for message, _ in used()}) == []


def test_chinese_is_chinese() -> None:
    plain = {m for m, said in catalogue("zh").items() if not re.search(r"[\u4e00-\u9fff]", said)}
    assert plain == set()


def test_faults_are_noticed() -> None:
    entries = {"Seat": "座位", "{n} people": "若干人", "Room": "", "Old": "旧"}
    assert faults(entries, {"Seat", "{n} people", "Room", "Door"}) == [
        "missing: Door",
        "used nowhere: Old",
        "not translated: Room",
        "other fields: {n} people",
    ]


def test_phrases_are_found_in_code_and_templates(tmp_path: Path) -> None:
    (tmp_path / "scheduler").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "scheduler" / "a.py").write_text('x = phrase("Seat {n}", n=3)\n', encoding="utf-8")
    (tmp_path / "templates" / "b.html").write_text("<p>{{ phrase('Door').zh }}</p>", encoding="utf-8")
    assert sorted(used(tmp_path)) == [("Door", "templates/b.html"), ("Seat {n}", "scheduler/a.py")]


def test_writing_anew_keeps_translations() -> None:
    known = read(catalogue_file("zh"))
    messages = {str(entry.id): "scheduler/a.py" for entry in known if entry.id}
    again = written("zh_CN", known, messages).decode()
    assert all(str(entry.string) in again.replace('"\n"', "") for entry in known if entry.id)


def test_unknown_phrase_is_a_fault() -> None:
    with pytest.raises(KeyError):
        phrase("a phrase of no catalogue")


def test_fields_are_worded_in_each_language() -> None:
    said = phrase("Page {n} of {total}", n=Text("一", "one"), total=2)
    assert said == Text("第一页，共2页", "Page one of 2")
