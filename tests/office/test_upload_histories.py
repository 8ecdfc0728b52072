"""Whatever order issuing, endings, uploads, receipts and withdrawals come in: every record arrives once, none twice, none never."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.office import upload_files
from scheduler.office.receipts import read_receipt
from scheduler.office.upload import hand_over, outbox, upload, withdraw
from tests.office.paperless import again, desk, end, issue, number_of, receipt

Q2, PEOPLE = "2026Q2", range(2)
STEPS = (
    "issue", "issue", "correct", "reissue", "revoke", "void", "upload", "withdraw", "hand over",
    "send", "send", "send", "accept", "accept", "accept", "reject", "reject",
)  # fmt: skip
"""Some twice or more: what is sent and answered must be frequent, or nothing happens after it."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """An office in which nothing has happened; each history begins with a copy of it."""
    folder = tmp_path_factory.mktemp("empty") / "desk"
    desk(folder).close()
    return folder


@pytest.fixture(scope="module", autouse=True)
def _no_pages():
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(upload_files, "summary_pdf", lambda *_: b"%PDF-")
        yield


class History:
    """One office, and what the test itself knows of it."""

    def __init__(self, office, folder):
        self.office, self.folder = office, folder
        self.name, self.live, self.network, self.files = {}, set(), defaultdict(list), 0
        for n in PEOPLE:
            self.take("issue", n)

    def take(self, step, n):
        if step == "issue" and n not in self.live:
            self.name.setdefault(n, f"人{n}")
            issue(self.office, n, date(2026, 1 + n * 2, 9), self.name[n])
            self.live.add(n)
        elif step in {"correct", "reissue"} and n in self.live:
            self.name[n] += "改" if step == "correct" else ""
            again(self.office, n, self.name[n], kind="correction" if step == "correct" else "reissue")
        elif step in {"revoke", "void"} and n in self.live:
            end(self.office, n, "revoked" if step == "revoke" else "voided")
            self.live.remove(n)
        elif step in {"upload", "send"}:
            upload(self.office, quarter=Q2)
            if step == "send":
                self._hand_over_all()
        elif step in {"hand over", "withdraw"}:
            self._batch(step, n)
        elif step in {"accept", "reject"}:
            self._answer(n, accepted=step == "accept")

    def _waiting(self, state):
        with self.office.registry.transaction(write=False) as store:
            return [kept for kept in store.uploads.records() if kept.state == state]

    def _batch(self, step, n):
        waiting = sorted({kept.batch_id for kept in self._waiting("prepared")})
        if waiting and step == "hand over":
            hand_over(self.office, waiting[n % len(waiting)], to="中心")
        elif waiting:
            withdraw(self.office, waiting[n % len(waiting)], reason="重做")

    def _hand_over_all(self):
        for batch_id in sorted({kept.batch_id for kept in self._waiting("prepared")}):
            hand_over(self.office, batch_id, to="中心")

    def _answer(self, n, *, accepted):
        waiting = {kept.record.cells[7]: kept.record for kept in self._waiting("handed_over")}
        if number_of(n) in waiting:
            record = waiting[number_of(n)]
            self.files += 1
            source = receipt(self.folder, {number_of(n): "" if accepted else "不清"}, f"{self.files}.csv")
            assert read_receipt(self.office, source).accepted == int(accepted)
            if accepted:
                self.network[n].append("" if record.ended else record.cells[0])

    def settle(self):
        """Let everything through that is due; what is then open was forgotten, what moves still was doubled."""
        for _ in range(3):
            upload(self.office, quarter=Q2)
            self._hand_over_all()
            for n in PEOPLE:
                self._answer(n, accepted=True)
        assert upload(self.office, quarter=Q2).prepared == ()
        assert {state for view in outbox(self.office).outbox for state, _ in view.states} <= {
            "accepted",
            "rejected",
            "withdrawn",
        }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(PEOPLE)), min_size=10, max_size=30))
def test_every_current_record_is_accepted_exactly_once(empty, steps):
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "desk"
        shutil.copytree(empty, folder)
        with desk(folder) as office:
            history = History(office, Path(made))
            for step, n in steps:
                history.take(step, n)
            history.settle()
    for n in PEOPLE:
        said = history.network[n]
        assert all(before != after for before, after in pairwise(said)), "told twice"
        if n in history.live:
            assert said[-1:] == [history.name[n]], "the network does not know what holds"
        else:
            assert said[-1:] in ([], [""]), "the network believes what has ended"
