"""The ledger against what lies beside it: manifests, files, an old copy of the database restored; and what issuing says to that."""

from __future__ import annotations

import dataclasses
import json
import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scheduler.certificates.treehead import head_fault
from scheduler.cli.main import app
from scheduler.domain.certificates import Standing
from scheduler.errors import Conflict, InputError
from scheduler.office.affected import Selection
from scheduler.office.check_ledger import check_ledger
from scheduler.office.issue import issue
from scheduler.office.keyring import log_keys
from scheduler.office.manifests import read_manifests, write_manifests
from scheduler.office.reissue import reissue
from scheduler.office.restored import restored
from scheduler.office.revoke import revoke
from scheduler.registry import guards, merkle
from scheduler.registry.chain import chained, line_content
from tests.office.books import ROUND
from tests.office.conftest import entries_of, ledger_of, open_at, rules

ON = date(2026, 6, 30)


def manifests_of(office):
    return read_manifests(Path(office.settings.out_folder) / "manifests")[0]


def papers(office) -> Path:
    return Path(office.settings.out_folder) / "certificates"


def test_each_run_of_issue_writes_a_signed_manifest_of_its_own(office_at) -> None:
    office = office_at("few")
    first = entries_of(office)["何勇阳"].id
    issue(office, round_id=ROUND, entry_id=first, issued_on=ON)
    issue(office, round_id=ROUND, issued_on=ON)
    assert issue(office, round_id=ROUND, issued_on=ON).issued == 0
    one, two = manifests_of(office)
    assert [len(m.certificates) for m in (one, two)] == [2, 6]
    ledger = {c.sequence: c for c in ledger_of(office)}
    for listed in (*one.certificates, *two.certificates):
        c = ledger.pop(listed["line"])
        assert (listed["file"], listed["sha256"], listed["award"]) == (c.file_name, c.sha256, c.award_id)
        assert listed["number"] == office.masked(c.award_id, c.number)
    assert ledger == {}
    find = log_keys(office)
    assert [head_fault(m.head, find) for m in (one, two)] == [None, None]
    assert head_fault(one.head, lambda _: None).en.startswith("it was signed by a key")
    with office.registry.transaction(write=False) as store:
        leaves = [merkle.leaf(line_content(line)) for line in store.ledger.lines()]
        proof = store.heads.consistency(one.head.size, two.head.size)
        assert (one.head.root, two.head.root) == (merkle.head(leaves[:2]).hex(), merkle.head(leaves).hex())
        assert merkle.extends(merkle.head(leaves[:2]), 2, merkle.head(leaves), 8, proof)
    everything = "".join(m.file.read_text("utf-8") for m in (one, two))
    assert not [e for e in entries_of(office).values() if e.candidate.document.number in everything]


def test_lost_manifest_is_written_again_byte_for_byte(office_at) -> None:
    office = office_at("issued")
    (one,) = manifests_of(office)
    before = one.file.read_bytes()
    one.file.unlink()
    write_manifests(office)
    assert one.file.read_bytes() == before


def test_a_batch_left_without_its_manifest_gets_one_whatever_came_between(office_at, monkeypatch) -> None:
    office = office_at("few")
    with monkeypatch.context() as stopped:
        stopped.setattr("scheduler.office.issue.give_head", lambda *_, **__: None)
        issue(office, round_id=ROUND, issued_on=ON)
    assert found(office) == ["not-on-a-manifest"]
    revoke(office, Selection(numbers=(ledger_of(office)[0].number,)), reason="误发", yes=True)
    issue(office, round_id=ROUND, issued_on=ON)
    assert sorted((m.batch.count("-"), len(m.certificates)) for m in manifests_of(office)) == [(1, 0), (2, 8)]
    assert found(office) == []
    manifests_of(office)[0].file.unlink()
    issue(office, round_id=ROUND, issued_on=ON)
    assert len(manifests_of(office)) == 2


def found(office):
    return sorted(rules(check_ledger(office).findings))


def test_files_that_were_touched_are_told_apart(office_at) -> None:
    office = office_at("issued")
    assert found(office) == []
    one, two, three, *_ = sorted(papers(office).glob("*.pdf"))
    one.write_bytes(one.read_bytes() + b"\n")
    two.unlink()
    shutil.copy(three, papers(office) / "000003-electrician-5.pdf")
    assert found(office) == ["copy-altered", "copy-missing", "copy-unknown"]
    revoke(office, Selection(numbers=(ledger_of(office)[3].number,)), reason="误发", yes=True)
    ended = papers(office) / "ended" / ledger_of(office)[3].file_name
    shutil.copy(ended, papers(office))
    assert "copy-of-ended" in found(office)
    (papers(office) / "000003-electrician-5.pdf").unlink()
    issue(office, round_id=ROUND, issued_on=ON)
    assert found(office) == []


def edited(manifest: Path, change) -> None:
    said = json.loads(manifest.read_text("utf-8"))
    change(said)
    manifest.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


ALTERED = {
    "a digest": (lambda said: said["certificates"][0].update(sha256="0" * 64), "manifest-altered"),
    "a line": (lambda said: said["lines"].pop(), "manifest-altered"),
    "the round": (lambda said: said.update(round="R9"), "manifest-altered"),
    "the moment": (lambda said: said["head"].update(at="2020-01-01T00:00:00+08:00"), "head-signature"),
    "the signature": (lambda said: said["head"].update(signature="00" * 64), "head-signature"),
    "the key": (lambda said: said["head"].update(key_id="00" * 8), "head-signature"),
    "no signature": (lambda said: said["head"].update(signature="", key_id=""), "head-unsigned"),
    "the root": (lambda said: said["head"].update(root="0" * 64), "ledger-forked"),
    "the size": (lambda said: said["head"].update(size=900), "ledger-behind"),
    "another kind": (lambda said: said.update(manifest="x"), "manifest-unreadable"),
    "a type": (lambda said: said["head"].update(size="8"), "manifest-unreadable"),
    "no head": (lambda said: said.pop("head"), "manifest-unreadable"),
}


def test_altered_manifests_are_found(office_at) -> None:
    office = office_at("issued")
    (one,) = manifests_of(office)
    before = one.file.read_bytes()
    for name, (change, rule) in ALTERED.items():
        edited(one.file, change)
        assert rule in found(office), name
        one.file.write_bytes(before)
    one.file.write_bytes(b"{")
    assert found(office) == ["manifest-unreadable"]
    one.file.write_bytes(before)
    assert found(office) == []


def test_lines_rewritten_by_a_patient_hand_contradict_the_heads(office_at) -> None:
    """Every line after the change is chained anew, all guards off: only the tree heads still know better."""
    office = office_at("issued")
    with office.registry.transaction(write=False) as store:
        lines = list(store.ledger.lines())
    connection = sqlite3.connect(office.settings.database, isolation_level=None)
    kept = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for guard in guards.ALL:
        connection.execute(f"DROP TRIGGER {guard.name}")
    last = None
    for line in lines:
        last = chained(dataclasses.replace(line, at=line.at.replace("2026", "2025")), last)
        values = (last.at, last.previous, last.digest, last.sequence)
        connection.execute("UPDATE ledger SET at = ?, previous = ?, digest = ? WHERE sequence = ?", values)
    for (sql,) in kept:
        connection.execute(sql)
    connection.close()
    with office.registry.transaction(write=False) as store:
        assert store.ledger.findings() == []
    assert found(office) == ["head-rewritten", "ledger-forked"]


def backup(office, folder: Path) -> Path:
    """Copy the database as an office does at night: alone, and whole."""
    copy = folder / "backup.sqlite3"
    source, target = sqlite3.connect(office.settings.database), sqlite3.connect(copy)
    source.backup(target)
    source.close()
    target.close()
    return copy


def restore(office, copy: Path):
    office.close()
    database = Path(office.settings.database)
    for name in (f"{database}-wal", f"{database}-shm"):
        Path(name).unlink(missing_ok=True)
    shutil.copy(copy, database)
    return open_at(Path(office.settings.file).parent)


def test_restored_old_database_is_noticed_and_issuing_refuses_until_acknowledged(office_at, tmp_path) -> None:
    office = office_at("few")
    first = entries_of(office)["何勇阳"].id
    issue(office, round_id=ROUND, entry_id=first, issued_on=ON)
    old = backup(office, tmp_path)
    issue(office, round_id=ROUND, issued_on=ON)
    gone = [c for c in ledger_of(office) if c.sequence > 2]
    revoke(office, Selection(numbers=(ledger_of(office)[0].number,)), reason="误发", yes=True)
    with restore(office, old) as later:
        assert {"ledger-behind", "file-beyond-ledger"} <= set(found(later))
        before = later.registry.counts()
        for verb in (
            lambda: issue(later, round_id=ROUND, issued_on=ON),
            lambda: reissue(later, Selection(round_id=ROUND), reason="遗失", yes=True),
        ):
            with pytest.raises(Conflict) as refusal:
                verb()
            assert "ledger-behind" in rules(refusal.value.findings)
            assert refusal.value.hint is not None
        assert issue(later, round_id=ROUND, issued_on=ON, proof_only=True).issued == 6
        assert later.registry.counts() == before
        shown = restored(later)
        assert (shown.done, len(shown.lines), len(shown.files)) == (False, 7, 6)
        assert [event for _, event, *_ in shown.lines] == ["issued"] * 6 + ["revoked"]
        with pytest.raises(InputError):
            restored(later, yes=True)
        done = restored(later, reason="硬盘损坏，从昨夜备份恢复", yes=True)
        serial = {c.number for c in gone if c.award_id != "low-voltage-electrician"}
        assert (done.done, set(done.blocked)) == (True, serial)
        assert {path.name for path in (papers(later) / "lost").glob("*.pdf")} == {c.file_name for c in gone}
        again = issue(later, round_id=ROUND, issued_on=ON)
        assert (again.issued, again.findings) == (6, ())
        now = ledger_of(later)
        assert not {c.number for c in now} & serial
        assert sorted(c.number[-1] for c in now if c.award_id == "electrician-5") == ["1", "4", "5"]
        with later.registry.transaction(write=False) as store:
            reasons = store.ledger.endings().values()
            assert store.numbers.findings() == []
        assert len([one for one in reasons if one.kind == "void"]) == 4
        assert found(later) == []


def test_database_replaced_by_an_empty_one_is_noticed(office_at, stages, tmp_path) -> None:
    office = office_at("issued")
    with restore(office, Path(stages("few")) / "registry.sqlite3") as later:
        assert {"ledger-behind", "file-beyond-ledger"} <= set(found(later))
        with pytest.raises(Conflict):
            issue(later, round_id=ROUND, issued_on=ON)
        restored(later, reason="重新开始试用", yes=True)
        assert issue(later, round_id=ROUND, issued_on=ON).issued == 8
        assert sorted(c.number[-1] for c in ledger_of(later) if c.award_id == "electrician-5") == ["4", "5", "6"]
        assert found(later) == []


def test_restored_and_gone_on_with_is_noticed_as_another_ledger(office_at, tmp_path) -> None:
    office = office_at("few")
    first, second, third = (entries_of(office)[name].id for name in ("何勇阳", "曹少启", "龚䶮"))
    issue(office, round_id=ROUND, entry_id=first, issued_on=ON)
    old = backup(office, tmp_path)
    issue(office, round_id=ROUND, entry_id=second, issued_on=ON)
    away = Path(office.settings.out_folder).rename(tmp_path / "away")
    with restore(office, old) as later:  # whoever restored it has moved the folder out of the way first
        issue(later, round_id=ROUND, entry_id=third, issued_on=ON)
        shutil.copytree(away / "manifests", Path(later.settings.out_folder) / "manifests", dirs_exist_ok=True)
        assert found(later) == ["ledger-forked"]
        with pytest.raises(Conflict) as refusal:
            issue(later, round_id=ROUND, issued_on=ON)
        assert rules(refusal.value.findings) == ["ledger-forked"]


def test_a_manifest_kept_elsewhere_tells_what_this_house_no_longer_can(office_at, tmp_path) -> None:
    office = office_at("few")
    issue(office, round_id=ROUND, entry_id=entries_of(office)["何勇阳"].id, issued_on=ON)
    old = backup(office, tmp_path)
    issue(office, round_id=ROUND, entry_id=entries_of(office)["曹少启"].id, issued_on=ON)
    kept = shutil.copy(manifests_of(office)[1].file, tmp_path / "print-shop.json")
    assert check_ledger(office, against=[kept]).findings == ()
    shutil.rmtree(office.settings.out_folder)
    with restore(office, old) as later:
        (behind,) = [f for f in check_ledger(later, against=[kept]).findings if f.severity == "error"]
        assert (behind.rule, behind.where.file, behind.said) == ("ledger-behind", "print-shop.json", "2")
        assert rules(check_ledger(later, against=[tmp_path / "none.json"]).findings)[0] == "manifest-unreadable"


def test_nothing_lost_nothing_acknowledged(office_at) -> None:
    office = office_at("issued")
    shown = restored(office, reason="试试", yes=True)
    assert (shown.done, shown.lines, shown.files, shown.blocked) == (False, (), (), ())
    assert {c.standing for c in ledger_of(office)} == {Standing.VALID}


def test_commands_say_it_with_exit_codes(office_at, tmp_path) -> None:
    office = office_at("issued")
    words = ["--office", str(office.settings.file), "--lang", "en"]
    good = CliRunner().invoke(app, ["check", "--ledger", *words])
    assert (good.exit_code, "the ledger is sound: 8 lines, 8 certificates" in good.stdout) == (0, True)
    next(papers(office).glob("*.pdf")).write_bytes(b"%PDF-")
    bad = CliRunner().invoke(app, ["check", "--ledger", *words])
    assert (bad.exit_code, "copy-altered" in bad.stderr) == (6, True)
    told = CliRunner().invoke(app, ["restored", *words])
    assert (told.exit_code, "nothing was changed" in told.stdout) == (0, True)
