"""Every sentence of the code stands in both languages, each in its own, and both say the same of what is filled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.texts import CHINESE, Written, written

PLURAL = {"s"}
"""``_s`` adds the plural's s, which Chinese does not have."""
ONE_SIDED = {
    "scheduler/certificates/recheck.py: key": "English falls back on the key where a field has no English name",
    "scheduler/office/print_batch.py: SHEETS": "the same list, joined by the marks of each language",
    "scheduler/office/print_batch.py: names": "the same list, joined by the marks of each language",
    "scheduler/planning/repair_words.py: trades": "English names the trades in the sentence around it",
    "scheduler/planning/repair_words.py: kind": "Chinese names the trades in the word for the workstation",
    "scheduler/recognition/statement.py: training": "the circular has two names for the training, English one",
}
"""What is filled into one language only, and why."""
ENGLISH_WITH_CHINESE: dict[str, str] = {}
"""English sentences that quote Chinese, by file and line, and why; none so far."""


def faults(pairs: list[Written]) -> list[str]:
    return [f"{one.place}: {fault}" for one in pairs for fault in _faults(one)]


def _faults(one: Written) -> list[str]:
    file, found = one.place.rpartition(":")[0], []
    if one.told and (not one.zh.strip()) != (not one.en.strip()):
        found.append("one language is empty")
    if one.told and any(letter.isalpha() for letter in one.en) and one.zh != one.en and not CHINESE.search(one.zh):
        # A number of words and marks, such as ≤ 3 or 1 of the 4, may do without.
        found += [] if not one.zh.strip(" 0123456789≤≥") else ["the Chinese is not Chinese"]
    if CHINESE.search(one.en) and one.place not in ENGLISH_WITH_CHINESE:
        found.append("the English holds Chinese")
    differ = (one.zh_fields ^ one.en_fields) - PLURAL - {""}
    if one.told:
        found += [f"only one language says {name}" for name in sorted(differ) if f"{file}: {name}" not in ONE_SIDED]
    return found


def test_every_text_stands_in_both_languages() -> None:
    pairs = list(written())
    assert len(pairs) > 1000
    assert faults(pairs) == []


def test_every_reason_is_still_needed() -> None:
    used = {
        f"{one.place.rpartition(':')[0]}: {name}"
        for one in written()
        if one.told
        for name in one.zh_fields ^ one.en_fields
    }
    assert sorted(ONE_SIDED.keys() - used) == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ('Text("", "no such file")', "one language is empty"),
        ('Text("没有文件", "")', "one language is empty"),
        ('Text("no such file", "there is no file")', "the Chinese is not Chinese"),
        ('Text("没有文件", "no such 文件")', "the English holds Chinese"),
        ('Text(f"没有文件 {path}", "no such file")', "only one language says path"),
        ('Text(f"没有{what.zh}", f"no {what_en}")', ""),
        ('Text("考场 {room}", "{n} rooms")', "only one language says n"),
        ('Text(zh="考场", en="room")', ""),
        ('Text(f"≤ {most}", f"<= {most}")', ""),
        ("Text(*pair)", ""),
    ],
)  # fmt: skip
def test_faults_are_noticed(code: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "scheduler").mkdir()
    (tmp_path / "scheduler" / "a.py").write_text(f"x = {code}\n", encoding="utf-8")
    found = faults(list(written(tmp_path)))
    assert any(one.endswith(fault) for one in found) if fault else found == []
