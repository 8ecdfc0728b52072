"""Keys: loaded once, told when they cannot serve, demonstration keys in a demo office only, tokens by PKCS #11."""

from __future__ import annotations

import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from scheduler.certificates.keyfile import REGISTER, read_keys, write_keys
from scheduler.certificates.keys import Keyring
from scheduler.certificates.new_keys import new_code_key, new_demo_keys
from scheduler.errors import SealFailed, SettingsError
from tests.drills.tokens import forget_tokens

CENTRE, BUREAU = "云岭市建设行业职业技能评价中心", "云岭市应急管理局"
TODAY = date(2026, 7, 1)
SOFTHSM = next((path for path in Path("/usr/lib").rglob("libsofthsm2.so")), None)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "keys"
    assert new_demo_keys(folder, [CENTRE, BUREAU]) == [CENTRE, BUREAU]
    return folder


@pytest.fixture
def folder(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "keys"))


def ring(folder, *, demo=True):
    return Keyring(read_keys(folder / REGISTER), demo=demo)


def rule_of(error):
    return error.value.findings[0].rule


def test_two_issuers_have_two_keys_that_sign(folder):
    keyring = ring(folder)
    one, two = keyring.of(CENTRE, TODAY), keyring.of(BUREAU, TODAY)
    assert keyring.issuers == (CENTRE, BUREAU)
    assert one.public.public_bytes_raw() != two.public.public_bytes_raw()
    assert one.certificates[0].public_key() != two.certificates[0].public_key()
    assert (one.signer, one.is_demo) == (CENTRE, True)
    two.public.verify(two.code.sign(b"text"), b"text")
    assert keyring.of(CENTRE) is one  # loading costs most of the time


def test_demonstration_keys_sign_in_a_demo_office_only(folder):
    with pytest.raises(SealFailed) as refusal:
        ring(folder, demo=False).of(CENTRE, TODAY)
    assert rule_of(refusal) == "key-demo"


def test_a_demonstration_key_for_codes_alone_is_known_too(folder):
    text = (folder / REGISTER).read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith(("file", "password_file"))]
    (folder / REGISTER).write_text("\n".join(lines), "utf-8")
    assert ring(folder).of(CENTRE).seal is None
    with pytest.raises(SealFailed) as refusal:
        ring(folder, demo=False).of(CENTRE)
    assert rule_of(refusal) == "key-demo"


def test_who_has_no_key_is_named(folder):
    with pytest.raises(SealFailed) as refusal:
        ring(folder).of("某中心", TODAY)
    assert rule_of(refusal) == "key-missing"
    assert "某中心" in str(refusal.value)


def test_files_are_read_by_their_owner_only(folder):
    secret = [file for file in folder.iterdir() if file.suffix in {".p12", ".password"} or "code" in file.name]
    assert len(secret) == 8
    assert {file.stat().st_mode & 0o077 for file in secret} == {0}


def test_making_again_changes_nothing_and_adds_who_is_missing(folder):
    before = {file.name: file.read_bytes() for file in folder.glob("*.p12")}
    assert new_demo_keys(folder, [BUREAU, "新中心", CENTRE]) == ["新中心"]
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert ring(folder).of("新中心").certificates[1] == ring(folder).of(CENTRE).certificates[1]


def test_two_at_once_make_each_key_once(tmp_path):
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: new_demo_keys(tmp_path / "keys", [CENTRE]), range(2)))
    assert sorted(made) == [[], [CENTRE]]
    assert len(read_keys(tmp_path / "keys" / REGISTER)) == 1


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda folder: (folder / "key-1.password").write_text("wrong\n"), "key-unusable"),
        (lambda folder: (folder / "key-1.password").write_text(""), "key-secret"),
        (lambda folder: (folder / "key-1.password").unlink(), "key-secret"),
        (lambda folder: (folder / "key-1.p12").write_bytes(b"no key"), "key-unusable"),
        (lambda folder: (folder / "key-1.p12").unlink(), "key-unusable"),
        (lambda folder: (folder / "key-1-code.pem").write_bytes(b"no key"), "key-unusable"),
    ],
)
def test_what_cannot_serve_is_told_and_no_password_with_it(spoil, rule, folder):
    password = (folder / "key-1.password").read_text().strip()
    spoil(folder)
    with pytest.raises(SealFailed) as refusal:
        ring(folder).of(CENTRE, TODAY)
    assert rule_of(refusal) == rule
    assert password not in refusal.value.in_("en")


def test_a_certificate_out_of_force_is_refused(folder):
    with pytest.raises(SealFailed) as refusal:
        ring(folder).of(CENTRE, date(2051, 1, 1))
    assert rule_of(refusal) == "key-out-of-force"


def test_a_password_may_stand_in_a_variable(folder, monkeypatch):
    register = folder / REGISTER
    register.write_text(register.read_text("utf-8").replace('password_file = "key-1.password"', 'password_env = "PW"'))
    with pytest.raises(SealFailed) as refusal:
        ring(folder).of(CENTRE)
    assert rule_of(refusal) == "key-secret"
    monkeypatch.setenv("PW", (folder / "key-1.password").read_text().strip())
    assert ring(folder).of(CENTRE).seal


def test_every_fault_of_the_register_is_told_with_file_and_field(tmp_path):
    register = tmp_path / REGISTER
    register.write_text(
        '[[key]]\nissuer = "a"\nfile = "a.p12"\nmodule = "m.so"\npassword = "secret"\n'
        '[[key]]\nfile = 3\n[[key]]\nissuer = ""\n',
        "utf-8",
    )
    with pytest.raises(SettingsError) as refusal:
        read_keys(register)
    told = [(finding.where.path, finding.what.en) for finding in refusal.value.findings]
    assert told == [
        ("key[1].password", "there is no such field"),
        ("key[1].module", "either file or module, not both"),
        ("key[1].token", "this field is missing"),
        ("key[1].label", "this field is missing"),
        ("key[1].pin_file", "this field is missing"),
        ("key[2].file", "text in quotes is expected"),
        ("key[2].issuer", "this field is missing"),
        ("key[3].issuer", "text in quotes is expected"),
        ("key[3].file", "this field is missing"),
    ]
    assert "secret" not in refusal.value.in_("en")


def test_a_new_key_for_codes_alone_signs_anywhere(tmp_path):
    new_code_key(tmp_path / "keys", "市评价中心")
    keys = ring(tmp_path / "keys", demo=False).of("市评价中心")
    keys.public.verify(keys.code.sign(b"text"), b"text")
    assert (keys.seal, keys.is_demo) == (None, False)


# --- PKCS #11 --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def token(made, tmp_path_factory):
    """Start a software token of its own, put the key of the centre into it, and return how it is named."""
    if SOFTHSM is None or not shutil.which("softhsm2-util"):
        pytest.skip("needs softhsm2")
    pytest.importorskip("pkcs11")
    home = tmp_path_factory.mktemp("token")
    (home / "tokens").mkdir()
    (home / "softhsm2.conf").write_text(f"directories.tokendir = {home}/tokens\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(home / "softhsm2.conf")
    forget_tokens()
    word = (made / "key-1.password").read_bytes().strip()
    key, own, others = pkcs12.load_key_and_certificates((made / "key-1.p12").read_bytes(), word)
    (home / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (home / "chain.pem").write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in (own, *others)))
    (home / "pin").write_text("648219\n")
    for words in (
        ["--init-token", "--free", "--label", "exam", "--so-pin", "87654321", "--pin", "648219"],
        ["--init-token", "--free", "--label", "never opened", "--so-pin", "87654321", "--pin", "648219"],
        ["--import", str(home / "key.pem"), "--token", "exam", "--label", "centre", "--id", "01", "--pin", "648219"],
    ):
        subprocess.run(["softhsm2-util", *words], check=True, capture_output=True)
    fields = {"issuer": CENTRE, "module": str(SOFTHSM), "token": "exam", "label": "centre",
              "pin_file": str(home / "pin"), "certificate": str(home / "chain.pem")}  # fmt: skip
    yield fields
    forget_tokens()
    del os.environ["SOFTHSM2_CONF"]


def with_token(folder, fields, **changes):
    folder.mkdir(exist_ok=True)
    write_keys(folder / REGISTER, [{**fields, **changes}])
    return ring(folder)


def test_a_key_in_a_token_signs_as_the_one_in_the_file(token, made, tmp_path):
    keys = with_token(tmp_path, token).of(CENTRE, TODAY)
    in_file = ring(made).of(CENTRE)
    digest = bytes(range(32))
    assert keys.seal.message(digest) == in_file.seal.message(digest)
    keys.certificates[0].public_key().verify(keys.seal._key.sign(b"x"), b"x", padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(
    ("changes", "rule"),
    [({"label": "other"}, "token-unusable"), ({"token": "other"}, "token-unusable"),
     ({"module": "/nowhere.so"}, "token-unusable"), ({"certificate": "/nowhere.pem"}, "key-unusable")],
)  # fmt: skip
def test_a_token_that_does_not_serve_is_told(changes, rule, token, tmp_path):
    with pytest.raises(SealFailed) as refusal:
        with_token(tmp_path, token, **changes).of(CENTRE)
    assert rule_of(refusal) == rule


def test_a_certificate_of_another_key_is_refused(token, made, tmp_path):
    other = ring(made).of(BUREAU).certificates[0]
    (tmp_path / "other.pem").write_bytes(other.public_bytes(Encoding.PEM))
    with pytest.raises(SealFailed) as refusal:
        with_token(tmp_path / "keys", token, certificate=str(tmp_path / "other.pem")).of(CENTRE)
    assert rule_of(refusal) == "key-mismatch"


def test_a_wrong_pin_is_told_and_not_shown(token, tmp_path):
    (tmp_path / "pin").write_text("111222")
    with pytest.raises(SealFailed) as refusal:
        with_token(tmp_path / "keys", token, token="never opened", pin_file=str(tmp_path / "pin")).of(CENTRE)
    assert "Pin" in refusal.value.findings[0].said
    assert "111222" not in refusal.value.in_("en")
