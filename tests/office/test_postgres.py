"""One whole round on a PostgreSQL server: the same people, the same plan to the byte, the same certificates as on SQLite."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from scheduler.errors import Conflict
from scheduler.office.affected import Selection
from scheduler.office.check import check
from scheduler.office.enrol import enrol
from scheduler.office.issue import issue
from scheduler.office.plan import plan
from scheduler.office.prepare import prepare
from scheduler.office.publish import publish
from scheduler.office.record import record
from scheduler.office.revoke import revoke
from scheduler.office.verify import verify
from tests import postgres
from tests.office.books import PILOT, ROUND, edited, only
from tests.office.conftest import FEW, ledger_of, open_at, sound

pytestmark = pytest.mark.skipif(bool(postgres.absent()), reason=postgres.absent() or "here")


@pytest.fixture
def folder(tmp_path, stages):
    with postgres.fresh() as address:
        shutil.copytree(stages("empty"), tmp_path / "desk")
        settings = tmp_path / "desk" / "office.toml"
        settings.write_text(settings.read_text("utf-8").replace("registry.sqlite3", address), "utf-8")
        yield tmp_path / "desk"


def facts(office):
    with office.registry.transaction(write=False) as store:
        version = store.plans.version(ROUND)
        return (
            store.rounds.entries(ROUND),
            store.rounds.entitlements(ROUND),
            (version.version, version.state, version.plan),
            store.results.marks_of_round(ROUND),
            store.results.outcomes(ROUND),
            [(c.number, c.award_id, c.entry_id, c.sequence, c.face.name) for c in store.ledger.certificates()],
        )


def test_a_whole_round_on_a_server(folder, stages):
    assert [finding for finding in check(folder) if "database" in finding.rule] == []
    few = edited(PILOT / "marks.xlsx", folder / "few.xlsx", only("成绩表", FEW))
    with open_at(folder) as office:
        prepare(office, PILOT / "setup.xlsx")
        enrol(office, PILOT / "entries.xlsx", round_id=ROUND, dry_run=True)
        assert office.registry.counts()["entries"] == 0
        enrol(office, PILOT / "entries.xlsx", round_id=ROUND)
        plan(office, round_id=ROUND)
        publish(office, round_id=ROUND, dry_run=True)
        publish(office, round_id=ROUND)
        record(office, few, round_id=ROUND)
        report = issue(office, round_id=ROUND, issued_on=date(2026, 6, 30))
        assert (report.issued, report.findings) == (8, ())
        assert verify(office, report.paths[0]).valid
        with open_at(stages("issued")) as other:
            assert facts(office) == facts(other)
        sound(office)
        revoke(office, Selection(numbers=(ledger_of(office)[0].number,)), reason="误发", yes=True)
        assert not verify(office, report.paths[0]).valid
        sound(office)
        with pytest.raises(Conflict):
            publish(office, round_id=ROUND, version=1)


def test_a_server_out_of_reach_is_found_by_the_check(folder):
    settings = folder / "office.toml"
    settings.write_text(settings.read_text("utf-8").replace("postgresql:///", "postgresql:///no"), "utf-8")
    (fault,) = [finding for finding in check(folder) if finding.rule == "database-out-of-reach"]
    assert "does not exist" in fault.said
