"""Issue: all of an entry or nothing, each certificate once, numbers without gaps, and refusals that name the candidate."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from scheduler.domain.certificates import Certificate
from scheduler.errors import Finding, NotFound
from scheduler.office.enrol import enrol
from scheduler.office.issue import IssueReport, issue
from scheduler.office.prepare import prepare
from scheduler.office.record import record
from tests.office.books import PILOT, ROUND, edited, later_round, mark, only, setting, setting_all
from tests.office.conftest import FEW, entries_of, ledger_of, rules

ON = date(2026, 6, 30)
UNKNOWN = "\U0002a6d6"
"""A character that no font of the product draws."""
AT_ONCE = """
import sys
from datetime import date
from scheduler.office.desk import open_office
from scheduler.office.issue import issue
sys.stdin.readline()
with open_office(sys.argv[1]) as office:
    print(issue(office, round_id=sys.argv[2], issued_on=date(2026, 6, 30)).issued)
"""


def serials(ledger: list[Certificate], award_id: str = "electrician-5") -> list[int]:
    """Return the serials of an award in ledger order; the ledger itself must have no gap."""
    assert [c.sequence for c in ledger] == list(range(1, len(ledger) + 1))
    return [int(re.search(r"\d{6}$", c.number)[0]) for c in ledger if c.award_id == award_id]


def by_name(ledger: list[Certificate]) -> Counter[str]:
    return Counter(c.face.name for c in ledger)


def about(report: IssueReport, rule: str) -> Finding:
    (finding,) = [finding for finding in report.findings if finding.rule == rule]
    return finding


def without_photo_in_the_sheet(office, folder: Path) -> None:
    book = edited(PILOT / "entries.xlsx", folder / "e.xlsx", setting("报名表", "何勇阳", "照片", None))
    assert enrol(office, book, round_id=ROUND).count("changed") == 1


def test_missing_photo_refuses_one_entry_and_names_it(office_at) -> None:
    office = office_at("few")
    photo = Path(office.settings.photos_folder) / "002.jpg"
    away = photo.rename(photo.with_suffix(".away"))
    report = issue(office, round_id=ROUND, issued_on=ON)
    assert rules(report.findings) == ["photo-missing"]
    assert "曹少启" in about(report, "photo-missing").in_("zh")
    assert by_name(ledger_of(office)) == {"何勇阳": 2, "龚䶮": 3}
    assert "5 certificates to 2 people; 0 issued before; 1 findings" in report.summary("en")
    away.rename(photo)
    second = issue(office, round_id=ROUND, issued_on=ON)
    assert (second.issued, second.already, second.findings) == (3, 5, ())
    assert by_name(ledger_of(office)) == {"何勇阳": 2, "龚䶮": 3, "曹少启": 3}
    assert serials(ledger_of(office)) == [1, 2, 3]


def test_photo_to_be_glued_in_must_be_asked_for(office_at, tmp_path: Path) -> None:
    office = office_at("few")
    without_photo_in_the_sheet(office, tmp_path)
    entry_id = entries_of(office)["何勇阳"].id
    assert rules(issue(office, round_id=ROUND, entry_id=entry_id, issued_on=ON).findings) == ["photo-missing"]
    glued = issue(office, round_id=ROUND, entry_id=entry_id, issued_on=ON, glue_photos=True)
    assert (glued.issued, glued.findings) == (2, ())


def test_photo_that_was_named_but_is_not_there_is_never_glued(office_at) -> None:
    office = office_at("few")
    (Path(office.settings.photos_folder) / "001.jpg").unlink()
    entry_id = entries_of(office)["何勇阳"].id
    report = issue(office, round_id=ROUND, entry_id=entry_id, issued_on=ON, glue_photos=True)
    assert (rules(report.findings), ledger_of(office)) == (["photo-missing"], [])


def test_photo_that_is_cut_off_is_refused(office_at) -> None:
    office = office_at("few")
    photo = Path(office.settings.photos_folder) / "001.jpg"
    photo.write_bytes(photo.read_bytes()[:2000])
    report = issue(office, round_id=ROUND, entry_id=entries_of(office)["何勇阳"].id, issued_on=ON)
    assert (rules(report.findings), ledger_of(office)) == (["photo-unusable"], [])
    assert "何勇阳" in about(report, "photo-unusable").in_("en")


def test_proof_only_issues_nothing_and_uses_no_number(office_at) -> None:
    office = office_at("few")
    entry_id = entries_of(office)["何勇阳"].id
    before = office.registry.counts()
    proofs = issue(office, round_id=ROUND, entry_id=entry_id, issued_on=ON, proof_only=True)
    assert (proofs.issued, proofs.findings, proofs.paths) == (2, (), ())
    assert office.registry.counts() == before
    assert not (Path(office.settings.out_folder) / "certificates").exists()
    assert "未发证" in proofs.summary("zh")
    issue(office, round_id=ROUND, entry_id=entry_id, issued_on=ON)
    assert serials(ledger_of(office)) == [1]


def test_award_that_no_institution_issues_refuses_the_whole_entry(office_at, tmp_path: Path) -> None:
    office = office_at("few")
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", setting("机构", "LZHT", "发证职责", None)))
    entry_id = entries_of(office)["何勇阳"].id
    report = issue(office, round_id=ROUND, entry_id=entry_id, issued_on=ON)
    assert (rules(report.findings), ledger_of(office)) == (["no-issuer"], [])
    assert "何勇阳" in about(report, "no-issuer").in_("zh")
    assert "construction-training-electrician" in about(report, "no-issuer").hint.en
    prepare(office, PILOT / "setup.xlsx")
    issue(office, round_id=ROUND, entry_id=entry_id, issued_on=ON)
    assert serials(ledger_of(office)) == [1]  # the number drawn for the skill level was given back


def test_character_that_no_font_draws_refuses_the_entry_and_uses_no_number(office_at, tmp_path: Path) -> None:
    office = office_at("few")
    renamed = setting("报名表", "曹少启", "姓名", f"曹{UNKNOWN}启")
    enrol(office, edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", renamed), round_id=ROUND)
    report = issue(office, round_id=ROUND, issued_on=ON)
    assert by_name(ledger_of(office)) == {"何勇阳": 2, "龚䶮": 3}
    assert all(f"曹{UNKNOWN}启" in finding.in_("zh") for finding in report.findings)
    assert report.findings
    assert serials(ledger_of(office)) == [1, 2]


@pytest.mark.slow
def test_two_desks_at_once_issue_each_certificate_once(office_at) -> None:
    office = office_at("few")
    words = [sys.executable, "-c", AT_ONCE, str(office.settings.file), ROUND]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    desks = [subprocess.Popen(words, **pipes, text=True) for _ in range(2)]
    for desk in desks:  # both have started before either begins
        desk.stdin.write("\n")
        desk.stdin.flush()
    said = [desk.communicate(timeout=240) for desk in desks]
    assert [desk.returncode for desk in desks] == [0, 0], said
    assert sum(int(out) for out, _ in said) == 8
    ledger = ledger_of(office)
    assert by_name(ledger) == {"何勇阳": 2, "曹少启": 3, "龚䶮": 3}
    assert max(Counter((c.entry_id, c.award_id) for c in ledger).values()) == 1
    assert serials(ledger) == [1, 2, 3]


def test_grant_left_empty_by_another_desk_is_not_counted(office_at, monkeypatch: pytest.MonkeyPatch) -> None:
    office = office_at("issued")
    monkeypatch.setattr("scheduler.registry.ledger.Ledger.granted_awards", granted_late())
    report = issue(office, round_id=ROUND, issued_on=ON)
    assert (report.grants, report.issued, report.already, len(ledger_of(office))) == ((), 0, 8, 8)


def granted_late():
    """Return a ``granted_awards`` that knows nothing when first asked about an entry, as before the other desk came."""
    from scheduler.registry.certificates import Certificates

    true, asked = Certificates.granted_awards, set()

    def granted(self, entry_id: str) -> set[str]:
        first = entry_id not in asked
        asked.add(entry_id)
        return set() if first else true(self, entry_id)

    return granted


def test_lost_or_altered_files_are_made_again_from_the_registry(office_at) -> None:
    office = office_at("issued")
    folder = Path(office.settings.out_folder) / "certificates"
    files = sorted(folder.glob("*.pdf"))
    before = {path.name: path.read_bytes() for path in files}
    files[0].unlink()
    files[1].write_bytes(before[files[1].name] + b"\n")
    (folder / f"manifest-{ROUND}.csv").unlink()
    report = issue(office, round_id=ROUND, issued_on=ON)
    assert (report.issued, report.already) == (0, 8)
    assert {path.name: path.read_bytes() for path in folder.glob("*.pdf")} == before
    digests = {c.file_name: c.sha256 for c in ledger_of(office)}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in before.items()} == digests
    assert all(digest in (folder / f"manifest-{ROUND}.csv").read_text("utf-8-sig") for digest in digests.values())
    assert list(folder.glob("*.part")) == []


def test_file_names_tell_nobodys_name_or_number(office_at) -> None:
    for c in ledger_of(office_at("issued")):
        assert c.file_name == f"{c.sequence:06d}-{c.award_id}.pdf"


def test_award_earned_later_is_granted_alone(office_at, tmp_path: Path) -> None:
    office = office_at("issued")
    assert issue(office, round_id=ROUND, issued_on=ON).issued == 0
    resit = edited(PILOT / "marks.xlsx", tmp_path / "m.xlsx", only("成绩表", ["何勇阳"]), mark("何勇阳", "理论", 90))
    record(office, resit, round_id=ROUND)
    report = issue(office, round_id=ROUND, issued_on=date(2026, 7, 1))
    (grant,) = report.grants
    assert [c.award_id for c in grant.certificates] == ["low-voltage-electrician"]
    assert (report.already, len(report.paths), grant.withheld) == (8, 9, ())
    assert by_name(ledger_of(office))["何勇阳"] == 3
    (paper,) = grant.certificates
    assert (paper.sequence, paper.issued_on) == (9, date(2026, 7, 1))


def test_withheld_awards_say_why(office_at) -> None:
    office = office_at("few")
    report = issue(office, round_id=ROUND, entry_id=entries_of(office)["何勇阳"].id, issued_on=ON, proof_only=True)
    (withheld,) = report.grants[0].withheld
    assert withheld.award_id == "low-voltage-electrician"
    assert "72" in withheld.because.what.zh
    assert "80" in withheld.because.what.en


def test_resit_in_a_later_round_earns_the_missing_award(office_at, tmp_path: Path) -> None:
    office_at("issued")
    office = office_at(day=date(2026, 8, 1))
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", *later_round("R2", date(2026, 9, 12))))
    again = [only("报名表", ["何勇阳"]), setting("报名表", "何勇阳", "申报日期", date(2026, 8, 1))]
    enrol(office, edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", *again), round_id="R2")
    office = office_at(day=date(2026, 9, 20))
    edits = [only("成绩表", ["何勇阳"]), only("成绩表", ["理论"]), mark("何勇阳", "理论", 91)]
    row = setting_all("成绩表", "报名编号", entries_of(office, "R2")["何勇阳"].id)
    dated = setting_all("成绩表", "考试日期", date(2026, 9, 12))
    record(office, edited(PILOT / "marks.xlsx", tmp_path / "m.xlsx", *edits, row, dated), round_id="R2")
    report = issue(office, round_id="R2")
    assert [c.award_id for grant in report.grants for c in grant.certificates] == ["low-voltage-electrician"]
    assert by_name(ledger_of(office))["何勇阳"] == 3


def test_number_taken_in_another_round_refuses_that_entry_only(office_at, tmp_path: Path) -> None:
    office = office_at("issued")
    prepare(office, edited(PILOT / "setup.xlsx", tmp_path / "s.xlsx", *later_round("R2", date(2026, 6, 20))))
    early = [only("报名表", ["曹少启", "虞㛃"])]  # applied before the first round was decided
    enrol(office, edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", *early), round_id="R2")
    ids = {name: entry.id for name, entry in entries_of(office, "R2").items()}
    rows = [setting("成绩表", name, "报名编号", entry_id) for name, entry_id in ids.items()]
    record(office, edited(PILOT / "marks.xlsx", tmp_path / "m.xlsx", only("成绩表", ids), *rows), round_id="R2")
    report = issue(office, round_id="R2", issued_on=ON)
    assert rules(report.findings) == ["conflict"]
    assert report.findings[0].where.subject == ids["曹少启"]
    assert [grant.entry_id for grant in report.grants] == [ids["虞㛃"]]
    assert serials(ledger_of(office)) == [1, 2, 3, 4]


def test_date_of_issue_before_the_exam_is_refused(office_at) -> None:
    office = office_at("few")
    for proof_only in (True, False):
        report = issue(office, round_id=ROUND, issued_on=date(2026, 6, 12), proof_only=proof_only)
        assert rules(report.findings) == ["issued-before-exam"] * len(FEW)
    assert ledger_of(office) == []


def test_day_without_a_numbering_rule_is_refused(office_at, tmp_path: Path) -> None:
    office = office_at("enrolled")
    undated = edited(PILOT / "marks.xlsx", tmp_path / "m.xlsx", only("成绩表", ["何勇阳"]))
    record(office, undated, round_id=ROUND)  # nothing is published, so no day is known
    report = issue(office, round_id=ROUND, issued_on=date(1990, 1, 1))
    assert (rules(report.findings), ledger_of(office)) == (["no-number-rule"], [])


def test_nothing_recorded_is_not_found(office_at) -> None:
    office = office_at("published")
    with pytest.raises(NotFound):
        issue(office, round_id=ROUND)
    with pytest.raises(NotFound):
        issue(office, round_id="2030-01")


def test_progress_counts_entries(office_at) -> None:
    office, told = office_at("few"), []
    entry_id = entries_of(office)["何勇阳"].id
    issue(office, round_id=ROUND, entry_id=entry_id, proof_only=True, progress=lambda *step: told.append(step[1:]))
    assert told == [(0, 1), (1, 1)]
