"""Issuing on a real Dask cluster: whole and gapless, also when a worker is killed midway."""

from __future__ import annotations

import os
import signal
from datetime import date

import pytest

from scheduler.office import issue as issuing
from scheduler.office.check_ledger import check_ledger
from scheduler.office.issue import issue
from scheduler.office.recheck import recheck
from tests.office.books import ROUND
from tests.office.conftest import ledger_of


@pytest.mark.slow
def test_a_cluster_issues_whole_and_gapless_and_outlives_a_worker(office_at, monkeypatch) -> None:
    pytest.importorskip("distributed")
    from distributed import LocalCluster

    monkeypatch.setattr(issuing, "TASK", 3)
    office = office_at("few")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster:
        seen: list[tuple[int, int]] = []

        def kill(_: str, done: int, total: int) -> None:
            seen.append((done, total))
            if done and not killed:  # everything is handed over by then, and most of it not done
                busy = {address for address, one in cluster.scheduler.workers.items() if one.processing}
                victims = sorted(cluster.workers.values(), key=lambda one: one.worker_address not in busy)
                killed.append(victims[0].process.process.pid)
                os.kill(killed[0], signal.SIGKILL)

        killed: list[int] = []
        report = issue(
            office, round_id=ROUND, issued_on=date(2026, 6, 30), cluster=cluster.scheduler_address, progress=kill
        )
    assert killed
    assert (0, 3) in seen
    assert any(0 < done < total for done, total in seen)
    assert (report.issued, report.findings) == (8, ())
    ledger = ledger_of(office)
    assert [c.sequence for c in ledger] == list(range(1, 9))
    assert sorted(int(c.number[-6:]) for c in ledger if c.award_id == "electrician-5") == [1, 2, 3]
    assert check_ledger(office).findings == ()
    assert recheck(office, round_id=ROUND).findings == ()
