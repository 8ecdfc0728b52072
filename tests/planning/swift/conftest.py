from __future__ import annotations

import pytest

from scheduler.planning.proving import Effort
from scheduler.planning.swift import stages


@pytest.fixture(autouse=True)
def _little_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    """Proofs are tested by themselves; here a short one goes beside the search."""
    monkeypatch.setattr(stages, "effort_for", lambda parties: Effort(20_000_000, 0, 2, 1.0, 4, work=20_000_000))
