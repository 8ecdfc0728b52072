"""Backup and restore: nothing is lost unseen, the old registry is kept, and issuing stops until somebody has answered."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from scheduler.errors import Conflict, InputError
from scheduler.office.backup import backup
from scheduler.office.check_ledger import check_ledger
from scheduler.office.issue import issue
from scheduler.office.restore import restore
from scheduler.office.restored import restored
from tests import postgres
from tests.office.books import ROUND
from tests.office.conftest import ledger_of, open_at, rules, sound

WHY = "磁盘损坏"
ON = date(2026, 6, 30)


def kept(path):
    """Return every row of every table, as plain SQLite reads them."""
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
    rows = {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for name in names}
    connection.close()
    return rows


@pytest.fixture
def issued_after(office_at):
    """An office, and a backup of it from before its certificates were issued."""
    office = office_at("few")
    before = backup(office).path
    issue(office, round_id=ROUND, issued_on=ON)
    return office, before


def test_a_backup_is_one_file_with_everything_for_its_owner_only(office_at):
    office = office_at("issued")
    report = backup(office)
    assert report.findings == ()
    assert kept(report.path) == kept(office.settings.database)
    assert (report.lines, dict(report.rows)["certificates"]) == (8, 8)
    assert report.root == check_ledger(office).root
    folder = Path(report.path).parent
    assert [path.name for path in folder.iterdir()] == ["registry-20260701T093000.sqlite3"]
    assert Path(report.path).stat().st_mode & 0o077 == 0
    with pytest.raises(Conflict, match="已存在"):
        backup(office, out=report.path)


def test_a_restored_backup_is_told_before_and_stops_issuing_until_answered_for(issued_after):
    office, before = issued_after
    had = kept(office.settings.database)
    shown = restore(office, before)
    assert (shown.done, len(shown.lines_lost), shown.kept_as) == (False, 8, "")
    assert ("certificates", 8, 0) in shown.rows
    assert kept(office.settings.database) == had
    report = restore(office, before, reason=WHY, yes=True)
    assert report.done
    assert report.lines_lost == shown.lines_lost
    assert kept(report.kept_as)["certificates"] == had["certificates"]
    assert ledger_of(office) == []
    with pytest.raises(Conflict, match="停止发证") as refusal:
        issue(office, round_id=ROUND, issued_on=ON)
    assert {"registry-restored", "ledger-behind"} <= set(rules(refusal.value.findings))
    answered = restored(office, reason=WHY, yes=True)
    assert (len(answered.lines), len(answered.files)) == (8, 8)
    again = issue(office, round_id=ROUND, issued_on=ON)
    assert again.issued == 8
    numbers = {row[1] for row in kept(report.kept_as)["certificates"] if row[2] == "electrician-5"}
    assert numbers.isdisjoint({c.number for c in ledger_of(office) if c.award_id == "electrician-5"})


def test_on_another_machine_without_manifests_issuing_stops_all_the_same(issued_after, stages, tmp_path):
    _, before = issued_after
    shutil.copytree(stages("empty"), tmp_path / "new")
    with open_at(tmp_path / "new") as office:
        report = restore(office, before, reason=WHY, yes=True)
        assert (report.lines_lost, report.kept_as) == ((), "")
        with pytest.raises(Conflict) as refusal:
            issue(office, round_id=ROUND, issued_on=ON)
        assert rules(refusal.value.findings) == ["registry-restored"]
        assert "registry-restored" in rules(check_ledger(office).findings)
        assert restored(office, reason=WHY, yes=True).done
        assert issue(office, round_id=ROUND, issued_on=ON).issued == 8
        sound(office)


def test_the_copy_of_what_was_there_can_be_restored_again(issued_after):
    office, before = issued_after
    had = kept(office.settings.database)["ledger"]
    report = restore(office, before, reason=WHY, yes=True)
    back = restore(office, report.kept_as, reason="恢复错了文件", yes=True)
    assert back.lines_lost == ()
    assert kept(office.settings.database)["ledger"] == had
    with pytest.raises(Conflict):
        issue(office, round_id=ROUND, issued_on=ON)
    restored(office, reason=WHY, yes=True)
    sound(office)


def test_what_is_no_sound_backup_is_refused_and_nothing_changes(issued_after, tmp_path):
    office, before = issued_after
    had = kept(office.settings.database)
    text, torn, altered = (tmp_path / name for name in ("text.sqlite3", "torn.sqlite3", "altered.sqlite3"))
    text.write_text("备份" * 999, "utf-8")
    torn.write_bytes(Path(before).read_bytes()[:50_000])
    shutil.copy(office.settings.database, altered)
    with sqlite3.connect(altered) as connection:
        connection.execute("DROP TRIGGER certificate_files_no_update")
        connection.execute("UPDATE certificate_files SET content = x'00' WHERE sequence = 1")
    connection.close()
    for file in (text, torn, altered, tmp_path / "nowhere.sqlite3"):
        with pytest.raises(InputError):
            restore(office, file, reason=WHY, yes=True)
    with pytest.raises(InputError, match="事由"):
        restore(office, before, yes=True)
    assert kept(office.settings.database) == had


@pytest.mark.skipif(bool(postgres.absent()), reason=postgres.absent() or "here")
def test_an_office_moves_to_a_server_and_back_with_every_row(office_at, tmp_path):
    office = office_at("issued")
    moved, folder = backup(office).path, tmp_path / "desk"
    before = kept(moved)
    office.close()
    settings = (folder / "office.toml").read_text("utf-8")
    with postgres.fresh() as address:
        (folder / "office.toml").write_text(settings.replace("registry.sqlite3", address), "utf-8")
        with open_at(folder) as there:
            restore(there, moved, reason="迁移到服务器", yes=True)
            restored(there, reason="迁移到服务器", yes=True)
            sound(there)
            with there.registry.transaction() as store:
                store.acts.record(there.now(), "王", "moved")  # its serial must go on after those that came along
            back = backup(there, out=tmp_path / "back.sqlite3")
    after = kept(back.path)
    assert [row[3] for row in sorted(after["acts"])[len(before["acts"]) :]] == ["restore", "restored", "moved"]
    assert {n: rows for n, rows in after.items() if n not in {"acts", "heads"}} == {
        n: rows for n, rows in before.items() if n not in {"acts", "heads"}
    }
