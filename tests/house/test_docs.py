"""Every command has help in both languages and stands in the README; every README command exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scheduler.cli.main import app

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(info.name or info.callback.__name__ for info in app.registered_commands)


def help_of(*words: str) -> str:
    done = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("name", COMMANDS)
def test_command_has_help_in_both_languages(name: str) -> None:
    text = help_of(name)
    assert re.search(r"[一-龥]", text)
    for flag in ("--office", "--json", "--lang", "--verbose"):
        assert flag in text
    undescribed = [line for line in text.splitlines() if re.fullmatch(r"\s+--[a-z-]+(\s+[A-Z|a-z\[\]]+)?\s*", line)]
    assert undescribed == []


@pytest.mark.parametrize("name", COMMANDS)
def test_command_stands_in_the_readme(name: str) -> None:
    assert re.search(rf"scheduler {name}\b", README)


def test_readme_names_no_command_that_is_not_there() -> None:
    used = set(re.findall(r"^scheduler ([a-z-]+)", README, re.MULTILINE)) | set(
        re.findall(r"`scheduler ([a-z-]+)", README)
    )
    assert used <= set(COMMANDS)
