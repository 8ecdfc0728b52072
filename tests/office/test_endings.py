"""Revoke, void, reissue, correct: the exact list first, nothing before --yes, a reason in the ledger, and what follows from it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from scheduler.domain.certificates import Ending, Standing
from scheduler.errors import Conflict, InputError, NotFound
from scheduler.office.affected import Selection
from scheduler.office.bundle import make_bundle
from scheduler.office.check_ledger import check_ledger
from scheduler.office.correct import Correction, correct
from scheduler.office.issue import issue
from scheduler.office.reissue import reissue
from scheduler.office.revoke import revoke
from scheduler.office.verify import verify
from scheduler.office.verify_offline import verify_offline
from scheduler.office.void import void
from tests.office.books import ROUND
from tests.office.conftest import endings, entries_of, ledger_of, named, rules, sound, standings

ON = date(2026, 6, 30)
WHY = "申报材料不实"


def test_revoking_shows_the_list_first_and_changes_nothing(office_at) -> None:
    office = office_at("issued")
    before = office.registry.counts()
    report = revoke(office, Selection(round_id=ROUND), reason=WHY)
    assert (len(report.affected), report.done, report.findings) == (8, False, ())
    assert "尚未改动" in report.summary("zh")
    assert report.code in report.summary("en")
    assert office.registry.counts() == before
    assert [one.sequence for one in report.affected] == [c.sequence for c in ledger_of(office)]
    personal = next(one for one in report.affected if one.award_id == "low-voltage-electrician")
    assert "*" in personal.number
    assert "990103" not in personal.number


def test_revoked_is_what_was_listed_with_the_reason_in_the_ledger(office_at) -> None:
    office = office_at("issued")
    listed = revoke(office, Selection(round_id=ROUND, award_id="electrician-5"), reason=WHY)
    done = revoke(
        office, Selection(round_id=ROUND, award_id="electrician-5"), reason=WHY, yes=True, as_listed=listed.code
    )
    assert done.affected == listed.affected
    assert len(done.affected) == 3
    gone = {one.sequence for one in done.affected}
    assert {s for s, standing in standings(office).items() if standing is Standing.REVOKED} == gone
    assert set(endings(office).values()) == {Ending("revocation", WHY, "tester")}
    assert sorted(endings(office)) == [9, 10, 11]
    folder = Path(office.settings.out_folder) / "certificates"
    files = {c.file_name for c in ledger_of(office) if c.sequence in gone}
    assert {path.name for path in (folder / "ended").glob("*.pdf")} == files
    assert not {path.name for path in folder.glob("*.pdf")} & files
    assert verify(office, folder / "ended" / files.pop()).valid is False
    sound(office)


def test_another_list_than_the_one_shown_is_refused(office_at) -> None:
    office = office_at("issued")
    code = revoke(office, Selection(round_id=ROUND), reason=WHY).code
    revoke(office, Selection(numbers=(named(office, "何勇阳")[0].number,)), reason=WHY, yes=True)
    with pytest.raises(Conflict) as refusal:
        revoke(office, Selection(round_id=ROUND), reason=WHY, yes=True, as_listed=code)
    assert rules(refusal.value.findings) == ["list-changed"]
    assert list(standings(office).values()).count(Standing.REVOKED) == 1
    rest = revoke(office, Selection(round_id=ROUND), reason=WHY, yes=True)
    assert (len(rest.affected), rules(rest.findings)) == (7, ["ended-before"])


def test_selections_by_batch_key_time_and_number(office_at) -> None:
    office = office_at("few")
    first = entries_of(office)["何勇阳"].id
    issue(office, round_id=ROUND, entry_id=first, issued_on=ON)
    later = office_at(day=date(2026, 7, 3))
    issue(later, round_id=ROUND, issued_on=ON)
    batches = sorted(path.stem for path in (Path(office.settings.out_folder) / "manifests").glob("*.json"))
    assert [len(revoke(later, Selection(batch_id=batch), reason=WHY).affected) for batch in batches] == [2, 6]
    span = Selection(since=datetime.fromisoformat("2026-07-02"), until=datetime.fromisoformat("2026-07-04"))
    assert [one.sequence for one in revoke(later, span, reason=WHY).affected] == [3, 4, 5, 6, 7, 8]
    assert revoke(later, Selection(since=datetime.fromisoformat("2026-07-04")), reason=WHY).affected == ()
    assert revoke(later, Selection(key_id="0" * 16), reason=WHY).affected == ()
    one = named(later, "何勇阳")[0]
    assert [a.sequence for a in revoke(later, Selection(numbers=(one.number,)), reason=WHY).affected] == [one.sequence]
    both = Selection(batch_id=batches[0], award_id="electrician-5", round_id=ROUND)
    assert [a.award_id for a in revoke(later, both, reason=WHY).affected] == ["electrician-5"]


def test_selection_by_key_finds_what_that_key_signed(office_at) -> None:
    office = office_at("issued")
    skill = {c.sequence: c.key_ids for c in ledger_of(office) if c.award_id == "electrician-5"}
    (keys,) = set(skill.values())
    assert len(keys) == 2
    for key in keys:
        found = revoke(office, Selection(key_id=key), reason=WHY)
        assert {one.sequence for one in found.affected} == set(skill)
    revoke(office, Selection(key_id=keys[0]), reason="密钥泄露", yes=True)
    assert {s for s, standing in standings(office).items() if standing is Standing.REVOKED} == set(skill)


@pytest.mark.parametrize(
    ("selection", "rule"),
    [
        (Selection(), "nothing-selected"),
        (Selection(award_id="electrician-5"), "nothing-selected"),
        (Selection(key_id="xyz"), "key-id-shape"),
        (
            Selection(since=datetime.fromisoformat("2026-07-02"), until=datetime.fromisoformat("2026-07-01")),
            "span-backwards",
        ),
    ],
)
def test_unclear_selections_are_refused(office_at, selection, rule) -> None:
    office = office_at("issued")
    with pytest.raises(InputError) as refusal:
        revoke(office, selection, reason=WHY, yes=True)
    assert rules(refusal.value.findings) == [rule]
    assert set(standings(office).values()) == {Standing.VALID}


@pytest.mark.parametrize("reason", ["", " ", "误", "x" * 201])
def test_no_reason_no_ending(office_at, reason) -> None:
    office = office_at("issued")
    number = named(office, "何勇阳")[0].number
    for verb in (
        lambda: revoke(office, Selection(round_id=ROUND), reason=reason, yes=True),
        lambda: void(office, number, reason=reason, yes=True),
        lambda: reissue(office, Selection(round_id=ROUND), reason=reason, yes=True),
        lambda: correct(
            office, named(office, "何勇阳")[0].entry_id, reason=reason, correction=Correction(name="何"), yes=True
        ),
    ):
        with pytest.raises(InputError) as refusal:
            verb()
        assert rules(refusal.value.findings) == ["reason-missing"]
    assert set(standings(office).values()) == {Standing.VALID}


def test_unknown_number_round_and_batch_are_told(office_at) -> None:
    office = office_at("issued")
    assert rules(revoke(office, Selection(numbers=("S999",)), reason=WHY, yes=True).findings) == [
        "number-not-in-ledger"
    ]
    for selection in (Selection(round_id="none"), Selection(batch_id="none")):
        with pytest.raises(NotFound):
            revoke(office, selection, reason=WHY, yes=True)


def test_revoked_awards_are_not_issued_again_by_themselves(office_at) -> None:
    office = office_at("issued")
    revoke(office, Selection(numbers=(named(office, "何勇阳")[0].number,)), reason=WHY, yes=True)
    again = issue(office, round_id=ROUND, issued_on=ON)
    assert (again.issued, len(named(office, "何勇阳"))) == (0, 1)


def test_what_was_revoked_by_mistake_is_issued_again_when_asked_for_by_number(office_at) -> None:
    office = office_at("issued")
    old = named(office, "何勇阳")[0]
    one = Selection(numbers=(old.number,))
    assert reissue(office, one, reason="误撤销", revoked=True).affected == ()
    revoke(office, one, reason=WHY, yes=True)
    assert reissue(office, one, reason="误撤销", yes=True).affected == ()
    with pytest.raises(InputError) as refusal:
        reissue(office, Selection(round_id=ROUND), reason="误撤销", revoked=True, yes=True)
    assert rules(refusal.value.findings) == ["revoked-without-number"]
    (new,) = reissue(office, one, reason="误撤销", revoked=True, yes=True).issued
    assert (new.number, new.print_serial) == (old.number, f"{old.sequence:06d}-2")
    assert (standings(office)[old.sequence], standings(office)[new.sequence]) == (Standing.REVOKED, Standing.VALID)
    assert reissue(office, one, reason="误撤销", revoked=True, yes=True).issued == ()
    assert verify(office, Path(office.settings.out_folder) / "certificates" / new.file_name).valid
    assert verify(office, new.number).valid
    sound(office)


def test_spoiled_certificate_is_voided_and_issued_under_the_next_number(office_at) -> None:
    office = office_at("issued")
    spoiled = next(c for c in named(office, "何勇阳") if c.award_id == "electrician-5")
    shown = void(office, spoiled.number, reason="打印时损坏")
    assert (shown.done, shown.issued, standings(office)[spoiled.sequence]) == (False, True, Standing.VALID)
    void(office, spoiled.number, reason="打印时损坏", yes=True)
    assert standings(office)[spoiled.sequence] is Standing.CANCELLED
    with pytest.raises(NotFound) as refusal:
        void(office, spoiled.number, reason="打印时损坏", yes=True)
    assert rules(refusal.value.findings) == ["number-not-open"]
    report = issue(office, round_id=ROUND, issued_on=ON)
    assert [c.number[-6:] for grant in report.grants for c in grant.certificates] == ["000004"]
    sound(office)


def test_voiding_a_number_of_several_awards_asks_which(office_at) -> None:
    office = office_at("issued")
    with pytest.raises(NotFound) as refusal:
        void(office, "S0000", reason=WHY)
    assert rules(refusal.value.findings) == ["number-not-open"]
    assert "S0000" not in str(refusal.value.findings[0].said)


def test_reissue_keeps_the_number_with_a_new_serial_and_a_remark(office_at) -> None:
    office = office_at("issued")
    old = named(office, "龚䶮")[0]
    shown = reissue(office, Selection(numbers=(old.number,)), reason="遗失")
    assert (shown.done, len(shown.affected), shown.issued) == (False, 1, ())
    assert set(standings(office).values()) == {Standing.VALID}
    done = reissue(office, Selection(numbers=(old.number,)), reason="遗失", yes=True)
    (new,) = done.issued
    assert (new.number, new.award_id, new.issued_on, new.valid_until) == (
        old.number,
        old.award_id,
        old.issued_on,
        old.valid_until,
    )
    assert new.print_serial == f"{old.sequence:06d}-2"
    assert standings(office)[old.sequence] is Standing.REPLACED
    assert endings(office)[new.sequence - 1] == Ending("reissue", "遗失", "tester", new.sequence)
    text = subprocess.run(["pdftotext", done.paths[0], "-"], capture_output=True, text=True, check=True).stdout
    assert "补发 Reissued 2026年7月1日" in text
    assert new.print_serial in text
    assert old.number in text
    assert new.face.inquiry_code != old.face.inquiry_code
    assert verify(office, done.paths[0]).valid
    assert verify(office, old.number).valid
    ended = Path(office.settings.out_folder) / "certificates" / "ended" / old.file_name
    assert rules(verify(office, ended).findings) == ["certificate-replaced"]
    third = reissue(office, Selection(numbers=(old.number,)), reason="再次遗失", yes=True)
    assert third.issued[0].print_serial == f"{old.sequence:06d}-3"
    sound(office)


def test_reissue_of_a_batch_goes_on_after_a_stop_and_doubles_nothing(office_at) -> None:
    office = office_at("issued")
    why = "签名密钥更换"
    first = named(office, "何勇阳")[0]
    reissue(
        office, Selection(numbers=(first.number,)), reason=why, yes=True
    )  # as far as the call that was stopped came
    rest = reissue(office, Selection(round_id=ROUND), reason=why, yes=True)
    assert (len(rest.issued), rules(rest.findings)) == (7, ["reissued-already"])
    again = reissue(office, Selection(round_id=ROUND), reason=why, yes=True)
    assert (again.issued, again.affected) == ((), ())
    assert list(standings(office).values()).count(Standing.VALID) == 8
    sound(office)


def test_a_serial_of_a_form_is_used_once_and_for_one_paper(office_at) -> None:
    office = office_at("issued")
    first, second = (Selection(numbers=(c.number,)) for c in named(office, "何勇阳"))
    done = reissue(office, first, reason="遗失", yes=True, print_serial="A0012345")
    assert (done.issued[0].print_serial, "A0012345" in done.issued[0].face.remark) == ("A0012345", True)
    for selection in (second, Selection(round_id=ROUND)):
        with pytest.raises(InputError) as refusal:
            reissue(office, selection, reason="遗失", yes=True, print_serial="A0012345")
        assert rules(refusal.value.findings) == ["print-serial"]
    with pytest.raises(InputError):
        reissue(office, Selection(round_id=ROUND), reason="遗失", print_serial="A0012346")


def test_reissue_without_a_photo_is_refused_and_the_old_paper_stays_valid(office_at) -> None:
    office = office_at("issued")
    old = named(office, "何勇阳")[0]
    (Path(office.settings.photos_folder) / "001.jpg").unlink()
    report = reissue(office, Selection(numbers=(old.number,)), reason="遗失", yes=True)
    assert (rules(report.findings), report.issued) == (["photo-missing"], ())
    assert set(standings(office).values()) == {Standing.VALID}


AT_ONCE = """
import sys
from scheduler.errors import SchedulerError
from scheduler.office.affected import Selection
from scheduler.office.desk import open_office
from scheduler.office.reissue import reissue
from scheduler.office.revoke import revoke
verb, file, number = sys.argv[1:]
sys.stdin.readline()
with open_office(file) as office:
    if verb == "revoke":
        print(len(revoke(office, Selection(numbers=(number,)), reason="材料不实", yes=True).affected))
    else:
        print(len(reissue(office, Selection(numbers=(number,)), reason="遗失", yes=True).issued))
"""


@pytest.mark.slow
@pytest.mark.parametrize("verbs", [("revoke", "revoke"), ("reissue", "reissue"), ("revoke", "reissue")], ids="-".join)
def test_two_desks_end_the_same_certificate_once(office_at, verbs) -> None:
    office = office_at("issued")
    number = named(office, "龚䶮")[1].number
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    desks = [
        subprocess.Popen([sys.executable, "-c", AT_ONCE, verb, str(office.settings.file), number], **pipes, text=True)
        for verb in verbs
    ]
    for desk in desks:
        desk.stdin.write("\n")
        desk.stdin.flush()
    said = [desk.communicate(timeout=120) for desk in desks]
    assert [desk.returncode for desk in desks] == [0, 0], said
    ledger = [c for c in ledger_of(office) if c.number == number]
    valid = [c for c in ledger if c.standing is Standing.VALID]
    ended = [c for c in ledger if c.standing is not Standing.VALID]
    assert len(valid) <= 1
    assert len(ended) == len(endings(office))
    if verbs == ("revoke", "revoke"):
        assert (sum(int(out) for out, _ in said), len(ledger), valid) == (1, 1, [])
    assert check_ledger(office).sound


def test_far_from_the_office_old_papers_are_revoked_and_new_ones_genuine(office_at, tmp_path) -> None:
    office = office_at("issued")
    folder = Path(office.settings.out_folder) / "certificates"
    lost = named(office, "何勇阳")[0]
    reissue(office, Selection(numbers=(lost.number,)), reason="遗失", yes=True)
    correct(
        office, entries_of(office)["龚䶮"].id, reason="姓名登记有误", correction=Correction(name="龚一鸣"), yes=True
    )
    revoke(office, Selection(numbers=(named(office, "曹少启")[0].number,)), reason=WHY, yes=True)
    bundle = make_bundle(office, out=tmp_path / "b.json").path
    for certificate in ledger_of(office):
        ended = certificate.standing is not Standing.VALID
        paper = folder / ("ended" if ended else "") / certificate.file_name
        found = dict(verify_offline(paper, bundle, clock=office.clock).facts)
        assert found["answer"] == ("revoked" if ended else "genuine"), (certificate.sequence, found)


def test_json_of_a_revocation_names_the_exact_list(office_at) -> None:
    from typer.testing import CliRunner

    from scheduler.cli.main import app

    office = office_at("issued")
    words = ["revoke", "--round", ROUND, "--reason", WHY, "--office", str(office.settings.file), "--json"]
    told = json.loads(CliRunner().invoke(app, words).stdout)["report"]
    assert ([one["sequence"] for one in told["affected"]], told["done"]) == (list(range(1, 9)), False)
    done = CliRunner().invoke(app, [*words[:-1], "--yes", "--as-listed", told["code"], "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "revoked: 8 certificates of 3 people" in done.stdout
    assert len([line for line in done.stdout.splitlines() if line.startswith("  00000")]) == 8
