"""Suspend and lift: the exact list first, a reason in the ledger, number and award stay taken, verifiers are told, nothing is lost."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from scheduler.certificates.code import peek
from scheduler.certificates.status import SIZE, decoded, is_set
from scheduler.domain.certificates import Ending, Standing
from scheduler.errors import Conflict, InputError
from scheduler.office import suspend as suspending
from scheduler.office.affected import Selection
from scheduler.office.bundle import make_bundle
from scheduler.office.correct import Correction, correct
from scheduler.office.issue import issue
from scheduler.office.reissue import reissue
from scheduler.office.revoke import revoke
from scheduler.office.suspend import suspend
from scheduler.office.verify import verify
from scheduler.office.verify_offline import verify_offline
from scheduler.office.void import void
from tests.office.books import ROUND
from tests.office.conftest import endings, entries_of, ledger_of, named, rules, sound, standings

WHY, AGAIN = "涉嫌冒名，正在核查", "核查无误"
THREE = Selection(round_id=ROUND, award_id="electrician-5")


@pytest.fixture
def office(office_at):
    return office_at("issued")


def now_suspended(office):
    return {sequence for sequence, standing in standings(office).items() if standing is Standing.SUSPENDED}


def answers(office, out):
    """Return what a verifier far away is told of each paper, by ledger number."""
    folder, bundle = Path(office.settings.out_folder) / "certificates", make_bundle(office, out=out).path
    told = {}
    for c in ledger_of(office):
        paper = next(path for path in (folder / c.file_name, folder / "ended" / c.file_name) if path.is_file())
        told[c.sequence] = dict(verify_offline(paper, bundle, clock=office.clock).facts)["answer"]
    return told


def test_the_list_comes_first_and_changes_nothing(office) -> None:
    before = office.registry.counts()
    report = suspend(office, THREE, reason=WHY)
    assert (len(report.affected), report.done, report.findings) == (3, False, ())
    assert "将暂停（尚未改动" in report.summary("zh")
    assert "would be suspended" in report.summary("en")
    assert report.code in report.summary("en")
    assert office.registry.counts() == before


def test_suspended_and_lifted_as_listed_with_both_reasons(office, tmp_path) -> None:
    listed = suspend(office, THREE, reason=WHY)
    with pytest.raises(Conflict):
        suspend(office, THREE, reason=WHY, yes=True, as_listed="00000000")
    done = suspend(office, THREE, reason=WHY, yes=True, as_listed=listed.code)
    gone = {one.sequence for one in done.affected}
    assert (done.affected, now_suspended(office)) == (listed.affected, gone)
    assert endings(office) == dict.fromkeys((9, 10, 11), Ending("suspension", WHY, "tester"))
    folder = Path(office.settings.out_folder) / "certificates"
    files = {c.file_name: c for c in ledger_of(office) if c.sequence in gone}
    assert not {path.name for path in folder.glob("*.pdf")} & set(files)
    assert {path.name for path in (folder / "ended").glob("*.pdf")} == set(files)
    told = verify(office, folder / "ended" / next(iter(files)))
    assert (told.valid, rules(told.findings), dict(told.facts)["standing"]) == (
        False,
        ["certificate-suspended"],
        "suspended",
    )
    assert answers(office, tmp_path / "b.json") == {n: "suspended" if n in gone else "genuine" for n in range(1, 9)}
    sound(office)

    assert suspend(office, THREE, reason=WHY, yes=True).affected == ()
    lifted = suspend(office, THREE, reason=AGAIN, lift=True, yes=True)
    assert (lifted.affected, now_suspended(office)) == (listed.affected, set())
    assert "已恢复：3 本证书" in lifted.summary("zh")
    assert endings(office)[12] == Ending("lifting", AGAIN, "tester")
    assert {path.name for path in folder.glob("*.pdf")} >= set(files)
    assert not list((folder / "ended").glob("*.pdf"))
    assert set(answers(office, tmp_path / "b.json").values()) == {"genuine"}
    assert not suspend(office, THREE, reason=AGAIN, lift=True, yes=True).affected
    sound(office)


def test_the_published_list_of_suspensions_has_its_place_set_and_that_of_revocations_has_not(office, tmp_path) -> None:
    paper = named(office, "何勇阳")[0]
    kid, place = peek(paper.face.code)
    for purpose, wanted in (("suspension", True), ("revocation", False)):
        if wanted:
            suspend(office, Selection(numbers=(paper.number,), award_id=paper.award_id), reason=WHY, yes=True)
            make_bundle(office, out=tmp_path / "b.json", lists=tmp_path / "lists")
        said = json.loads((tmp_path / "lists" / "status" / kid.hex() / purpose / str(place // SIZE)).read_bytes())
        assert is_set(decoded(said["credentialSubject"]["encodedList"]), place % SIZE) is wanted


def test_while_it_lasts_nothing_else_is_issued_or_made_in_its_place(office) -> None:
    paper = named(office, "龚䶮")[0]
    one = Selection(numbers=(paper.number,), award_id=paper.award_id)
    suspend(office, one, reason=WHY, yes=True)
    assert issue(office, round_id=ROUND, issued_on=date(2026, 6, 30)).issued == 0
    again = reissue(office, one, reason="遗失", yes=True)
    assert (again.issued, rules(again.findings)) == ((), ["ended-before"])
    with pytest.raises(Conflict) as refusal:
        correct(office, paper.entry_id, reason=AGAIN, correction=Correction(name="龚一鸣"), yes=True)
    assert rules(refusal.value.findings) == ["suspended"]
    assert now_suspended(office) == {paper.sequence}
    sound(office)


@pytest.mark.parametrize("verb", ["revoke", "void"])
def test_a_suspended_certificate_may_end(office, tmp_path, verb) -> None:
    paper = named(office, "龚䶮")[0]
    one = Selection(numbers=(paper.number,), award_id=paper.award_id)
    suspend(office, one, reason=WHY, yes=True)
    if verb == "revoke":
        assert len(revoke(office, one, reason="查实冒名", yes=True).affected) == 1
    else:
        void(office, paper.number, reason="查实冒名", award_id=paper.award_id, yes=True)
    assert standings(office)[paper.sequence] is {"revoke": Standing.REVOKED, "void": Standing.CANCELLED}[verb]
    assert answers(office, tmp_path / "b.json")[paper.sequence] == "revoked"
    report = suspend(office, one, reason=AGAIN, lift=True, yes=True)
    assert (report.affected, rules(report.findings)) == ((), ["ended-before"])
    sound(office)


@pytest.mark.parametrize("lift", [False, True])
def test_who_comes_second_is_told(office, monkeypatch, lift) -> None:
    if lift:
        suspend(office, THREE, reason=WHY, yes=True)
    true = suspending.listed

    def meanwhile(*given):
        monkeypatch.setattr(suspending, "listed", true)
        first = Selection(numbers=(given[2][0].number,), award_id="electrician-5")
        assert len(suspend(office, first, reason=AGAIN, lift=lift, yes=True).affected) == 1
        return true(*given)

    monkeypatch.setattr(suspending, "listed", meanwhile)
    report = suspend(office, THREE, reason=AGAIN, lift=lift, yes=True)
    assert (len(report.affected), rules(report.findings)) == (2, ["ended-meanwhile"])
    assert len(now_suspended(office)) == (0 if lift else 3)
    sound(office)


def test_a_paper_suspended_while_it_was_reissued_is_not_replaced(office, monkeypatch) -> None:
    from scheduler.office import redraw

    paper, true = named(office, "何勇阳")[0], redraw.make

    def meanwhile(*given):
        suspend(office, Selection(numbers=(paper.number,)), reason=WHY, yes=True)
        return true(*given)

    monkeypatch.setattr(redraw, "make", meanwhile)
    report = reissue(office, Selection(numbers=(paper.number,), award_id=paper.award_id), reason="遗失", yes=True)
    assert report.issued == ()
    assert any("已暂停" in finding.what.zh for finding in report.findings)
    assert paper.sequence in now_suspended(office)
    sound(office)


def test_a_hand_that_pauses_past_the_ledger_is_found(office) -> None:
    paper = ledger_of(office)[0]
    with office.registry._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE certificates SET standing = 'suspended' WHERE sequence = 1")
    with office.registry.transaction(write=False) as store:
        assert rules(store.ledger.findings()) == ["certificate-standing"]
    assert paper.sequence == 1


def test_a_reason_and_a_selection_are_compulsory(office) -> None:
    with pytest.raises(InputError):
        suspend(office, THREE, reason=" ")
    with pytest.raises(InputError):
        suspend(office, Selection(), reason=WHY)
    assert entries_of(office)
