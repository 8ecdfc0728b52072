"""A cluster that cannot be used is refused in one sentence, in both languages, before any planning."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scheduler.errors import SettingsError
from scheduler.executors import cluster
from scheduler.executors.cluster import MUST_AGREE, connected
from scheduler.office.plan import plan_file
from scheduler.planning.roundfile import write_round
from tests.benchmarks.rounds import region_round


def refused(address: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught, connected(address):
        pass
    assert caught.value.exit_code == 3
    assert caught.value.hint is not None
    return caught.value


def test_without_the_extra_the_command_that_installs_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = refused("tcp://127.0.0.1:1")
    assert "Dask" in said.what.zh
    assert said.hint is not None
    assert "joint-exam-scheduler[cluster]" in said.hint.en


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense://here", "no-port"])
def test_an_address_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "ANSWER_S", 1)
    said = refused(address)
    assert address in said.what.zh
    assert "does not answer" in said.what.en


def test_workers_with_other_versions_are_refused() -> None:
    here = cluster._versions_there(MUST_AGREE)
    cluster._agreed("a", {"w": here}, MUST_AGREE)
    for name in MUST_AGREE:
        with pytest.raises(SettingsError, match=name):
            cluster._agreed("a", {"w": here, "v": {**here, name: "0"}}, MUST_AGREE)
    assert cluster._versions_there(("no-such-package",)) == {"no-such-package": ""}


def test_the_verb_refuses_before_it_plans(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "ANSWER_S", 1)
    round_file, out = tmp_path / "round.json", tmp_path / "plan.json"
    write_round(region_round(12), round_file)
    with pytest.raises(SettingsError):
        plan_file(round_file, out, cluster="tcp://127.0.0.1:9")
    assert not out.exists()
