"""A cluster that cannot be used is refused in one sentence, in both languages, before any planning."""

from __future__ import annotations

import sys

import pytest

from scheduler.errors import SettingsError
from scheduler.planning import cluster
from scheduler.planning.cluster import MUST_AGREE, connected


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
    cluster._agreed("a", {"w": here})
    for name in MUST_AGREE:
        with pytest.raises(SettingsError, match=name):
            cluster._agreed("a", {"w": here, "v": {**here, name: "0"}})
    assert cluster._versions_there(("no-such-package",)) == {"no-such-package": ""}
