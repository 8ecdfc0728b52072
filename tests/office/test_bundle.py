"""The bundle: written by an office, read on a machine that has neither office nor database."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from scheduler.certificates.bundle import read_bundle
from scheduler.certificates.new_keys import new_code_key
from scheduler.certificates.status import decoded
from scheduler.cli.main import app
from scheduler.errors import InputError, SealFailed, SettingsError
from scheduler.office.bundle import make_bundle
from scheduler.office.folder import export
from scheduler.office.verify_offline import verify_offline
from tests.office.books import ROUND

FAR = "import sys; sys.path[:0] = [{root!r}]; from scheduler.cli.main import main; sys.argv[1:] = {words!r}; main()"


def answer(found) -> str:
    return dict(found.facts)["answer"]


@pytest.fixture
def issued(office_at, tmp_path):
    """An office with certificates, their files, and a bundle."""
    office = office_at("issued")
    paths = export(office, ROUND)
    return office, paths, make_bundle(office, out=tmp_path / "b.json")


def at(office, **later):
    return lambda: office.clock() + timedelta(**later)


def test_every_file_of_the_round_is_genuine_far_from_the_office(issued, tmp_path):
    office, paths, report = issued
    assert len(paths) >= 5
    for path in paths:
        found = verify_offline(path, report.path, clock=office.clock)
        assert (answer(found), [one.rule for one in found.findings]) == ("genuine", ["specimen"])
    assert report.issuers
    assert json.loads(Path(report.path).read_text())["kind"]


def test_the_certificates_of_an_exam_carry_credentials_that_name_each_other(issued):
    office, paths, _ = issued
    held: dict[str, list[dict]] = {}
    with office.registry.transaction(write=False) as store:
        owners = {one.file_name: one.entry_id for one in store.ledger.certificates(ROUND)}
    for path in map(Path, paths):
        with pikepdf.open(path) as pdf:
            (document,) = (json.loads(one.get_file().read_bytes()) for one in pdf.attachments.values())
            assert [str(file.AFRelationship) for file in pdf.Root.AF] == ["/Data"]
        held.setdefault(owners[path.name], []).append(document)
    assert {len(documents) for documents in held.values()} >= {2, 3}
    for documents in held.values():
        ids = {document["id"] for document in documents}
        assert len(ids) == len(documents)
        for document in documents:
            assert {one["id"] for one in document["evidence"]} == ids - {document["id"]}


def test_revoked_since(issued, tmp_path):
    office, paths, before = issued
    with office.registry.transaction() as store:
        first, second, *_ = store.ledger.certificates(ROUND)
        store.ledger.withdraw(first, "revoked", office.now())
    after = make_bundle(office, out=tmp_path / "later.json")
    assert (before.n_withdrawn, after.n_withdrawn) == (0, 1)
    files = {Path(path).name: path for path in paths}
    assert answer(verify_offline(files[first.file_name], before.path, clock=office.clock)) == "genuine"
    assert answer(verify_offline(files[first.file_name], after.path, clock=office.clock)) == "revoked"
    assert answer(verify_offline(files[second.file_name], after.path, clock=office.clock)) == "genuine"


def test_status_lists_are_published_where_credentials_look(issued, tmp_path):
    office, paths, _ = issued
    with office.registry.transaction() as store:
        one = store.ledger.certificates(ROUND)[0]
        store.ledger.withdraw(one, "revoked", office.now())
    make_bundle(office, out=tmp_path / "l.json", lists=tmp_path / "web")
    files = [Path(path) for path in paths]
    named, is_set = {}, {}
    for path in files:
        with pikepdf.open(path) as pdf:
            (document,) = (json.loads(file.get_file().read_bytes()) for file in pdf.attachments.values())
        entry = document["credentialStatus"]
        file = tmp_path / "web" / entry["statusListCredential"].removeprefix(office.settings.verify_url + "/")
        list_ = json.loads(file.read_bytes())
        assert (list_["id"], list_["issuer"]["id"]) == (entry["statusListCredential"], document["issuer"]["id"])
        named[path.name] = entry["statusListIndex"]
        bits = decoded(list_["credentialSubject"]["encodedList"])
        is_set[path.name] = bool(bits[int(named[path.name]) >> 3] & 0x80 >> (int(named[path.name]) & 7))
    assert is_set == {path.name: path.name == one.file_name for path in files}
    assert {file.parent.name for file in (tmp_path / "web").rglob("0")} == {"revocation", "suspension"}


def test_a_key_may_be_followed_by_another_or_distrusted_from_a_day_on(issued, tmp_path):
    """The former key stays in the register; after a theft its entry says until when it is trusted."""
    office, paths, before = issued
    register = office.settings.keys_folder / "keys.toml"
    former = register.read_text()
    tables = former.split("[[key]]")
    new_code_key(office.settings.keys_folder, "另一机构")
    later = register.read_text().split("[[key]]")[-1].replace("另一机构", before.issuers[0])
    register.write_text(former + "[[key]]" + later)
    report = make_bundle(office, out=tmp_path / "two.json")
    assert report.fingerprint != before.fingerprint
    assert all(answer(verify_offline(path, report.path, clock=office.clock)) == "genuine" for path in paths)
    for day, said in (("2026-06-30", {"genuine"}), ("2026-06-29", {"unknown-key"})):
        register.write_text(
            "[[key]]".join([tables[0], *(f"{one.rstrip()}\ntrusted_until = {day}\n\n" for one in tables[1:])])
        )
        report = make_bundle(office, out=tmp_path / f"{day}.json")
        assert {answer(verify_offline(path, report.path, clock=office.clock)) for path in paths} == said
    register.write_text(former.rstrip() + '\ntrusted_until = "soon"\n')
    with pytest.raises(SettingsError, match="应为不加引号的日期"):
        make_bundle(office)


def test_too_old_after_its_days(issued, tmp_path):
    office, paths, _ = issued
    short = make_bundle(office, out=tmp_path / "short.json", days=1)
    assert answer(verify_offline(paths[0], short.path, clock=at(office, hours=23))) == "genuine"
    assert answer(verify_offline(paths[0], short.path, clock=at(office, hours=25))) == "bundle-too-old"
    for days in (0, 367):
        with pytest.raises(InputError):
            make_bundle(office, days=days)


def test_pinned_by_its_fingerprint(issued):
    office, paths, report = issued
    for pin in (report.fingerprint, report.fingerprint[:19].upper(), report.fingerprint.replace(" ", ":")):
        assert answer(verify_offline(paths[0], report.path, pin=pin, clock=office.clock)) == "genuine"
    for pin in ("0" * 16, report.fingerprint[:9], "x"):
        with pytest.raises(InputError, match="不是由指定的密钥签署"):
            verify_offline(paths[0], report.path, pin=pin, clock=office.clock)


def test_signed_by_a_root_key(issued, tmp_path):
    office, paths, by_office = issued
    root = Ed25519PrivateKey.generate()
    (tmp_path / "root.pem").write_bytes(root.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    report = make_bundle(office, out=tmp_path / "r.json", root_key=tmp_path / "root.pem")
    assert report.fingerprint != by_office.fingerprint
    assert answer(verify_offline(paths[0], report.path, pin=report.fingerprint, clock=office.clock)) == "genuine"
    with pytest.raises(SealFailed):
        make_bundle(office, root_key=tmp_path / "nothing.pem")


def test_an_altered_bundle_is_refused(issued):
    office, _, report = issued
    content = Path(report.path).read_bytes()
    said = json.loads(content)
    for change in ({"valid_until": "2099-01-01T00:00:00+08:00"}, {"lists": {}, "withdrawn": ["0"]}, {"issuers": []}):
        with pytest.raises(InputError, match="已被改动"):
            read_bundle(json.dumps(said | change).encode())
    for rubbish in (b"", b"{}", b"[]", b"null", content[:-40], b'{"kind": 1}', b"[" * 100_000):
        with pytest.raises(InputError, match="不是可用的验真包"):
            read_bundle(rubbish)
    assert read_bundle(content).made_at == datetime.fromisoformat(office.now())


def far(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in an empty folder; the environment names no office."""
    code = FAR.format(root=str(Path(__file__).parents[2]), words=list(words))
    return subprocess.run([sys.executable, "-c", code], cwd=folder, env={"PATH": "/usr/bin:/bin"}, capture_output=True,
                          text=True, check=False)  # fmt: skip


def test_the_command_needs_no_office(issued, tmp_path):
    """Exit codes: 0 genuine, 6 not valid, 4 no such file or no bundle, 2 wrong usage."""
    office, paths, _ = issued
    # The command reads this machine's clock: the bundle is dated today, whenever that is.
    office.clock = lambda: datetime.now().astimezone() - timedelta(minutes=1)
    report = make_bundle(office, out=tmp_path / "now.json")
    (tmp_path / "empty").mkdir()
    done = far(tmp_path / "empty", "verify", str(paths[0]), "--bundle", report.path, "--pin", report.fingerprint)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "✓ 真实有效"), done.stderr
    forged = tmp_path / "forged.pdf"
    forged.write_bytes(Path(paths[0]).read_bytes() + b" ")
    done = far(tmp_path / "empty", "verify", str(forged), "--bundle", report.path, "--lang", "en")
    assert (done.returncode, done.stdout.splitlines()[0]) == (6, "✗ altered or forged")
    assert "something was added after the signature" in done.stderr
    assert list((tmp_path / "empty").iterdir()) == []


@pytest.mark.parametrize(("words", "code"), [(["nothing.pdf", "--bundle", "B"], 4), (["F", "--bundle", "nothing"], 4),
                                             (["F", "--bundle", "F"], 4), (["F", "--pin", "0"], 2)])  # fmt: skip
def test_exit_codes_of_what_is_not_there(issued, words, code):
    _, paths, report = issued
    named = [{"F": str(paths[0]), "B": report.path}.get(word, word) for word in words]
    assert CliRunner().invoke(app, ["verify", *named]).exit_code == code


def test_the_command_writes_it(issued, tmp_path):
    office, _, _ = issued
    done = CliRunner().invoke(app, ["bundle", "--office", str(office.settings.file), "--json"])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout)["report"]
    assert read_bundle(Path(report["path"]).read_bytes(), report["fingerprint"]).office == office.settings.office_name
    assert not list(Path(report["path"]).parent.glob("*.part"))
