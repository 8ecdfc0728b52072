"""The lock files name every package by version and digest, and no address."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.house.paths import ROOT

LOCKS = ("run.lock", "dev.lock")


def pins(name: str) -> dict[tuple[str, str], set[str]]:
    """Digests by package and by version with its marker; one package may have several, by platform."""
    found: dict[tuple[str, str], set[str]] = {}
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in filter(None, map(str.strip, text.splitlines())):
        pin = re.match(r"([a-z0-9._-]+)==(\S+)", line)
        assert pin, f"{name}: not a pinned version: {line[:80]}"
        found[pin[1], pin[2]] = set(re.findall(r"--hash=sha256:([0-9a-f]{64})(?=\s|$)", line))
    return found


def named_in_pyproject() -> tuple[set[str], set[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    dev = [need for need in groups["dev"] if isinstance(need, str)]
    return bare(project["project"]["dependencies"] + groups["build"]), bare(dev)


def bare(needs: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", need)[0].lower() for need in needs}


@pytest.mark.parametrize("name", LOCKS)
def test_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_digests(name: str) -> None:
    assert pins(name)
    assert [pin for pin, digests in pins(name).items() if not digests] == []


def test_dev_lock_agrees_with_run_lock() -> None:
    run, dev = pins("run.lock"), pins("dev.lock")
    assert {pin: digests for pin, digests in run.items() if dev.get(pin) != digests} == {}


def test_locks_hold_what_pyproject_names() -> None:
    runtime, dev = named_in_pyproject()
    assert runtime - {name for name, _ in pins("run.lock")} == set()
    assert dev - {name for name, _ in pins("dev.lock")} == set()
