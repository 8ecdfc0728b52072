"""The signed code: what is said is read back; whatever a forger tries is refused."""

from __future__ import annotations

import random
from datetime import date

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from scheduler.certificates.code import PREFIX, BadCode, Claims, base45, from_base45, key_id, read_code, signed_code

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
FORGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
CLAIMS = Claims(
    "S000099000123263000482", "徐娟桂", "职业技能等级证书", "电工", 3, "云岭市建设行业职业技能评价中心", date(2026, 6, 18), None,
    77_123, "990101********219X", "", "MFRGGZDFMZTWQ2LK", bytes(8),
)  # fmt: skip


def known(kid):
    return KEY.public_key() if kid == key_id(KEY.public_key()) else None


def test_what_was_said_is_read():
    text = signed_code(CLAIMS, KEY)
    assert read_code(text, known) == (CLAIMS, key_id(KEY.public_key()))
    assert len(text) < 600


@given(st.binary(max_size=200))
def test_base45_there_and_back(content):
    assert from_base45(base45(content)) == content


@pytest.mark.parametrize(
    ("content", "text"), [(b"AB", "BB8"), (b"Hello!!", "%69 VD92EX0"), (b"base-45", "UJCLQE7W581")]
)
def test_base45_as_the_standard_shows_it(content, text):
    assert base45(content) == text


def test_a_strangers_key_is_refused():
    with pytest.raises(BadCode, match="not known"):
        read_code(signed_code(CLAIMS, FORGER), known)


def test_a_borrowed_key_id_is_refused():
    protected = cbor2.dumps({1: -8, 4: key_id(KEY.public_key())}, canonical=True)
    payload = cbor2.loads(from_base45(signed_code(CLAIMS, FORGER).removeprefix(PREFIX))).value[2]
    signed = cbor2.dumps(["Signature1", protected, b"", payload], canonical=True)
    text = PREFIX + base45(
        cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, FORGER.sign(signed)]), canonical=True)
    )
    with pytest.raises(BadCode, match="does not fit"):
        read_code(text, known)


@pytest.mark.parametrize("header", [{1: -7, 4: b"x" * 8}, {1: -8}, {}, {1: 0, 4: key_id(KEY.public_key())}, []])
def test_an_other_algorithm_is_refused(header):
    protected = cbor2.dumps(header, canonical=True)
    text = PREFIX + base45(cbor2.dumps(cbor2.CBORTag(18, [protected, {}, b"", b"\0" * 64]), canonical=True))
    with pytest.raises(BadCode):
        read_code(text, known)


def test_every_changed_character_is_noticed():
    text, chance = signed_code(CLAIMS, KEY), random.Random(1)
    for at in range(len(text)):
        other = chance.choice([c for c in "0123456789ABCDEF $%*" if c != text[at]])
        with pytest.raises(BadCode):
            read_code(text[:at] + other + text[at + 1 :], known)


@given(st.text(max_size=80) | st.binary(max_size=120).map(lambda content: PREFIX + base45(content)))
def test_rubbish_is_refused_and_never_breaks_the_reader(text):
    with pytest.raises(BadCode):
        read_code(text, known)
