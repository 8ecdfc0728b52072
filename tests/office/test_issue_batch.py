"""Issuing in batches: drawn while the registry is free, on any executor, signed; gapless through refusals, rivals and stops."""

from __future__ import annotations

import io
import shutil
import threading
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509

from scheduler.certificates.keyfile import REGISTER
from scheduler.certificates.keys import Keyring
from scheduler.certificates.signature import signer_of
from scheduler.errors import Finding, SealFailed, SettingsError, Text
from scheduler.executors.workers import Inline, Workers
from scheduler.office import issue as issuing
from scheduler.office.enrol import enrol
from scheduler.office.issue import issue
from scheduler.office.settings import templates_folder
from tests.office.books import PILOT, ROUND, edited, setting
from tests.office.conftest import entries_of, ledger_of, open_at, rules
from tests.office.test_issue import UNKNOWN, by_name, serials

ON = date(2026, 6, 30)


def pdf_of(office, certificate):
    with office.registry.transaction(write=False) as store:
        return store.ledger.file(certificate.number, certificate.award_id)


def acts_of(office):
    with office.registry.transaction(write=False) as store:
        return [act for act in store.acts.acts(ROUND) if act.what == "issue"]


def assert_numbered(office, *, certificates, people):
    """The ledger is whole: nobody twice, numbers of each award 1 to n, files in the folder as in the ledger."""
    ledger = ledger_of(office)
    assert (len(ledger), len({c.entry_id for c in ledger})) == (certificates, people)
    assert len({(c.entry_id, c.award_id) for c in ledger}) == certificates
    found = serials(ledger)
    assert sorted(found) == list(range(1, len(found) + 1))
    return ledger


@pytest.fixture
def small_tasks(monkeypatch):
    monkeypatch.setattr(issuing, "TASK", 5)
    monkeypatch.setattr(issuing, "SMALL_TASK", 5)
    monkeypatch.setattr(issuing, "WRITTEN", 2)


# --- signed ----------------------------------------------------------------------------------------------------------


def test_every_file_is_signed_by_the_issuer_it_names(office_at):
    office = office_at("issued")
    signers = {}
    for certificate in ledger_of(office):
        pdf = pdf_of(office, certificate)
        signer = x509.load_der_x509_certificate(signer_of(pdf))
        (name,) = signer.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        signers[name.value] = signer.public_key()
        assert name.value == certificate.face.issuer
        with pikepdf.open(io.BytesIO(pdf)) as file:
            signature = file.Root.Perms.DocMDP
            assert signature.Reference[0].TransformParams.P == 1
            assert str(signature.M) == "D:20260701093000+08'00'"
    assert len(signers) == len({key.public_numbers().n for key in signers.values()}) >= 2


def test_an_institution_without_a_key_stops_it_before_anything_is_numbered(office_at, tmp_path):
    office = office_at("few")
    settings = office.settings.file
    settings.write_text(settings.read_text("utf-8").replace("demo = true", "demo = false"), "utf-8")
    with open_at(tmp_path / "desk") as real, pytest.raises(SealFailed) as refusal:
        issue(real, round_id=ROUND, issued_on=ON)
    assert rules(refusal.value.findings) == ["key-missing"]
    assert ledger_of(office) == []


def test_demonstration_keys_are_refused_outside_a_demo_office(office_at, tmp_path):
    office = office_at("issued")
    settings = office.settings.file
    settings.write_text(settings.read_text("utf-8").replace("demo = true", "demo = false"), "utf-8")
    with open_at(tmp_path / "desk") as real, pytest.raises(SealFailed) as refusal:
        issue(real, round_id=ROUND, issued_on=ON)
    assert rules(refusal.value.findings) == ["key-demo"]


def test_a_register_that_is_wrong_is_told_before_anything_is_numbered(office_at):
    office = office_at("few")
    office.settings.keys_folder.mkdir()
    (office.settings.keys_folder / REGISTER).write_text('[[key]]\nissuer = "x"\n')
    with pytest.raises(SettingsError, match=r"keys\.toml"):
        issue(office, round_id=ROUND, issued_on=ON)
    assert ledger_of(office) == []


def test_a_key_that_fails_midway_keeps_what_is_done_and_the_next_call_goes_on(office_at, monkeypatch, small_tasks):
    office, true, asked = office_at("marked"), Keyring.sealing, []

    def unplugged(self, issuer, on):
        asked.append(issuer)
        if len(asked) > 20:
            told = Text("令牌没有应答", "the token does not answer")
            raise SealFailed(told, [Finding("token-unusable", told)])
        return true(self, issuer, on)

    monkeypatch.setattr(Keyring, "sealing", unplugged)
    first = issue(office, round_id=ROUND, issued_on=ON)
    assert rules(first.findings) == ["token-unusable"]
    assert 0 < first.issued < 45
    assert_numbered(office, certificates=first.issued, people=len(first.grants))
    monkeypatch.setattr(Keyring, "sealing", true)
    second = issue(office, round_id=ROUND, issued_on=ON)
    assert (first.issued + second.issued, second.findings) == (45, ())
    assert_numbered(office, certificates=45, people=17)


# --- engines ---------------------------------------------------------------------------------------------------------


def texts_of(pdf):
    from scheduler.certificates.reading import read_pdf

    return [(glyph.text, round(glyph.left, 2), round(glyph.top, 2)) for glyph in read_pdf(pdf).page.glyphs]


def test_what_cannot_be_stamped_is_drawn_anew_and_recorded(office_at, tmp_path):
    office = office_at("few")
    shutil.copytree(templates_folder(), tmp_path / "desk" / "own")
    pieces = tmp_path / "desk" / "own" / "shared" / "pieces.html"
    pieces.write_text(pieces.read_text("utf-8").replace("data-key", "data-old"), "utf-8")
    with office.settings.file.open("a", encoding="utf-8") as settings:
        settings.write('templates_folder = "own"\n')
    with open_at(tmp_path / "desk") as own:
        report = issue(own, round_id=ROUND, issued_on=ON, entry_id=entries_of(own)["何勇阳"].id)
        assert (rules(report.findings), report.issued) == (["drawn-anew"] * 2, 2)
        assert all(f.severity == "warning" and "data-key" in f.said for f in report.findings)
        (act,) = acts_of(own)
        assert act.detail.count("drawn anew: not marked by data-key") == 2
        for certificate in ledger_of(own):
            assert signer_of(pdf_of(own, certificate))


def test_both_engines_print_the_same_words_in_the_same_places(office_at, monkeypatch):
    office = office_at("few")
    monkeypatch.setattr("secrets.token_bytes", bytes)
    entry_id = entries_of(office)["何勇阳"].id
    pages = {}
    for engine in ("stamp", "weasyprint"):
        made = []
        monkeypatch.setattr(issuing, "keep", lambda office, done, made=made: made.extend(done) or issuing_kept())
        report = issue(office, round_id=ROUND, issued_on=ON, entry_id=entry_id, engine=engine)
        assert report.findings == ()
        pages[engine] = [texts_of(one.pdf) for _, all_made in made for one in all_made]
    assert len(pages["stamp"]) == 2
    assert pages["stamp"] == pages["weasyprint"]


def issuing_kept():
    from scheduler.office.keep import Kept

    return Kept((), (), ())


# --- executors, refusals, rivals, stops ------------------------------------------------------------------------------


@pytest.mark.parametrize("executor", [lambda: Workers(2), None])
def test_any_executor_issues_the_same_gapless_numbers(executor, office_at, small_tasks):
    office = office_at("marked")
    made = executor() if executor else ProcessPoolExecutor(2)
    with made:
        report = issue(office, round_id=ROUND, issued_on=ON, executor=made)
    assert (report.issued, report.findings) == (45, ())
    ledger = assert_numbered(office, certificates=45, people=17)
    places = [c.face.code for c in ledger]
    assert len(set(places)) == 45


@pytest.mark.parametrize("executor", [Inline, lambda: ThreadPoolExecutor(2)])
def test_refused_entries_leave_no_gap_whatever_is_in_the_making(executor, office_at, tmp_path, small_tasks):
    office = office_at("marked")
    book = PILOT / "entries.xlsx"
    for n, name in enumerate(("曹少启", "何勇阳", "虞㛃")):
        book = edited(book, tmp_path / f"{n}.xlsx", setting("报名表", name, "姓名", name + UNKNOWN))
    enrol(office, book, round_id=ROUND)
    (Path(office.settings.photos_folder) / entries_of(office)["龚䶮"].candidate.photo).unlink()
    with executor() as made:
        report = issue(office, round_id=ROUND, issued_on=ON, executor=made)
    assert {"photo-missing", "proof-missing-glyph"} <= set(rules(report.findings))
    ledger = assert_numbered(office, certificates=report.issued, people=13)
    assert not {"龚䶮"} & set(by_name(ledger))


class Rival(Inline):
    """Does tasks at once; before handing the first one back, another desk issues somebody."""

    def __init__(self, act):
        self.act = act

    def submit(self, fn, /, *args, **kwargs):
        future: Future = super().submit(fn, *args, **kwargs)
        act, self.act = self.act, lambda: None
        act()
        return future


@pytest.mark.parametrize("whom", ["first", "last"])
def test_numbers_taken_by_another_desk_meanwhile_are_not_given_twice(whom, office_at, small_tasks):
    office = office_at("marked")
    ids = sorted(entry.id for entry in entries_of(office).values())
    other = ids[0] if whom == "first" else ids[-1]
    theirs = []
    rival = Rival(lambda: theirs.append(issue(office, round_id=ROUND, issued_on=ON, entry_id=other)))
    report = issue(office, round_id=ROUND, issued_on=ON, executor=rival)
    assert theirs[0].issued > 0
    assert (report.issued + theirs[0].issued, report.findings) == (45, ())
    assert other not in {grant.entry_id for grant in report.grants}
    assert_numbered(office, certificates=45, people=17)


def test_an_entry_corrected_while_it_was_drawn_is_drawn_again(office_at, tmp_path, small_tasks):
    office = office_at("few")
    book = edited(PILOT / "entries.xlsx", tmp_path / "e.xlsx", setting("报名表", "曹少启", "姓名", "曹绍启"))
    report = issue(office, round_id=ROUND, issued_on=ON, executor=Rival(lambda: enrol(office, book, round_id=ROUND)))
    assert (report.issued, report.findings) == (8, ())
    assert by_name(ledger_of(office))["曹绍启"] == 3


def test_the_registry_is_free_while_certificates_are_drawn(office_at):
    office, seen = office_at("few"), []

    def write():
        with office.registry.transaction() as store:
            office.note(store, "tried", ROUND, "")
        seen.append(True)

    def meanwhile():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(5)
        seen.append(thread.is_alive())

    issue(office, round_id=ROUND, issued_on=ON, executor=Rival(meanwhile))
    assert seen == [True, False]


@pytest.mark.parametrize("after", [1, 4])
def test_stopped_at_any_task_it_goes_on_where_it_was(after, office_at, small_tasks, monkeypatch):
    office, calls = office_at("marked"), []
    true = issuing.keep

    def stopping(office, done):
        calls.append(len(done))
        if len(calls) > after:
            raise KeyboardInterrupt
        return true(office, done)

    monkeypatch.setattr(issuing, "keep", stopping)
    with pytest.raises(KeyboardInterrupt):
        issue(office, round_id=ROUND, issued_on=ON)
    kept = len(ledger_of(office))
    assert 0 < kept < 45
    monkeypatch.setattr(issuing, "keep", true)
    report = issue(office, round_id=ROUND, issued_on=ON)
    assert (report.already, report.issued) == (kept, 45 - kept)
    assert_numbered(office, certificates=45, people=17)


def test_a_worker_that_dies_costs_nothing_but_time(office_at, small_tasks):
    office = office_at("marked")

    class Dying(Inline):
        def submit(self, fn, /, *args, **kwargs):
            future: Future = Future()
            future.set_exception(OSError("gone"))
            return future

    report = issue(office, round_id=ROUND, issued_on=ON, executor=Dying())
    assert (report.issued, report.findings) == (45, ())


def test_the_places_in_the_status_lists_are_all_different(office_at):
    office = office_at("issued")
    from scheduler.certificates.code import read_code
    from scheduler.certificates.keyfile import read_keys

    keyring = Keyring(read_keys(office.settings.keys_folder / REGISTER), demo=True)
    seen = set()
    for certificate in ledger_of(office):
        keys = keyring.of(certificate.face.issuer)
        claims, _ = read_code(certificate.face.code, lambda _, keys=keys: keys.public)
        assert claims.name == certificate.face.name
        seen.add((keys.issuer, claims.status_index))
    assert len(seen) == 8
