"""The inquiry page and its API: who is shown what, and that nobody learns which numbers exist."""

from __future__ import annotations

import re
from datetime import date

import pytest

from scheduler.domain.certificates import Ending
from scheduler.office.inquire import SHOWN, inquire_code, inquire_file, inquire_number, read_scanned
from tests.office.conftest import open_at

NAME, SKILL, QUALIFICATION = "龚䶮", "electrician-5", "low-voltage-electrician"
DOCUMENT = "990103199507221772"


def titles(text: str) -> list[str]:
    return re.findall(r"<h3>([^<]*《[^<]*|[^<]*证[^<]*)</h3>\s*<p class=\"standing\"", text)


def without_id(page: str) -> str:
    return re.sub(r'value="[^"]*"', "", page)


def test_number_and_name_show_one_certificate_masked(client, papers):
    paper = papers[NAME, SKILL]
    page = client.post("/v", data={"number": f" {paper.number.lower()} ", "name": "龚 䶮"})
    assert page.status_code == 200
    assert len(titles(page.text)) == 1
    assert "有效" in page.text
    assert "龚*" in page.text
    assert "990***********72" in page.text.replace("*" * 13, "*" * 11)
    assert NAME not in without_id(page.text).replace("龚 䶮", "")
    assert DOCUMENT not in page.text


def test_number_made_of_the_document_is_masked(client, papers):
    paper = papers[NAME, QUALIFICATION]
    answer = client.post("/api/v1/inquiry", json={"number": paper.number, "name": NAME})
    assert answer.status_code == 200
    assert DOCUMENT not in answer.text
    assert [one["number"] for one in answer.json()["found"]] == [paper.number[:3] + "*" * 14 + paper.number[-2:]]
    assert answer.json()["others"] == []


@pytest.mark.parametrize("form", ["code", "fours", "address", "signed"])
def test_code_shows_the_other_certificates_of_the_exam(client, papers, form):
    paper = papers[NAME, SKILL]
    code = paper.face.inquiry_code
    said = {
        "code": code.lower(),
        "fours": " ".join(code[n : n + 4] for n in range(0, 16, 4)),
        "address": paper.face.verify_address,
        "signed": paper.face.code,
    }
    answer = client.post("/api/v1/inquiry", json={"code": said[form]}).json()
    assert [one["number"] for one in answer["found"]] == [paper.number]
    assert len(answer["others"]) == 2
    assert {one["name"] for one in (*answer["found"], *answer["others"])} == {"龚*"}
    assert DOCUMENT not in str(answer)


def test_address_of_the_qr_code_opens_the_certificate(client, papers):
    address = papers[NAME, QUALIFICATION].face.verify_address
    page = client.get("/v?" + address.partition("?")[2])
    assert len(titles(page.text)) == 3


def test_signed_text_with_one_character_changed_finds_nothing(client, papers):
    code = papers[NAME, SKILL].face.code
    for at in (len(code) // 2, len(code) - 2):
        changed = code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :]
        assert client.post("/api/v1/inquiry", json={"code": changed}).status_code == 404


def test_no_such_number_and_wrong_name_get_the_same_answer(client, papers):
    number = papers[NAME, SKILL].number
    absent = number[:-1] + "9"
    for ask in (
        lambda n, name: client.post("/v", data={"number": n, "name": name}),
        lambda n, name: client.post("/api/v1/inquiry", json={"number": n, "name": name}),
    ):
        wrong, none = ask(number, "李四"), ask(absent, "李四")
        assert wrong.status_code == none.status_code
        assert wrong.text.replace(number, "N") == none.text.replace(absent, "N")
        kept = {key for key in wrong.headers if wrong.headers[key] != none.headers[key]}
        assert kept <= {"x-request-id", "content-length"}


@pytest.mark.parametrize("name", ["", "龚", "䶮", "*", "龚*", "%", "龚䶮龚䶮", "\x00", "'; --", "a" * 200])
def test_part_of_a_name_or_a_pattern_is_a_wrong_name(issued, papers, name):
    assert not inquire_number(issued, number=papers[NAME, SKILL].number, name=name)


@pytest.mark.parametrize("number", ["", "\x00", "%", "_" * 22, "S" * 3000, "\ud800"])
def test_empty_name_finds_nobody_under_any_number(issued, number):
    for name in ("", "\x00"):
        assert not inquire_number(issued, number=number, name=name)


@pytest.mark.parametrize("text", ["", "JXC1:", "JXC1:AAAA", "http://[", "?c=", "c" * 5000, "2FRO", "2FROOA6VKJHMPBS6X"])
def test_text_that_is_no_code_is_read_as_none(issued, text):
    assert read_scanned(text) == ("", "")
    assert not inquire_code(issued, scanned=text)


def test_file_is_compared_byte_for_byte(client, issued, papers):
    paper = papers[NAME, SKILL]
    content = (issued.settings.out_folder / "certificates" / paper.file_name).read_bytes()
    same = client.post("/v/file", files={"file": ("x.pdf", content)})
    other = client.post("/v/file", files={"file": ("x.pdf", content + b"\n")})
    strange = client.post("/v/file", files={"file": ("x.pdf", b"%PDF-1.7 " + paper.number.encode())})
    assert "逐字节一致" in same.text
    assert len(titles(same.text)) == 3
    assert "这不是本机构所发的原文件" in other.text
    assert other.text == strange.text
    assert titles(other.text) == []


def test_only_allowed_fields_leave(issued, papers):
    for paper in papers.values():
        shown = inquire_code(issued, scanned=paper.face.inquiry_code).found[0]
        allowed = {label: key for key, label, _, _ in paper.face.fields if key in SHOWN}
        assert {label.zh for label, _ in shown.rows} == set(allowed)
        assert not {"sex", "name", "credit_code"} & set(allowed.values())
        told = [value for _, value in shown.rows] + [shown.name, shown.number]
        documents = {"何勇阳": "\0", "龚䶮": DOCUMENT, "曹少启": "99010319830207775X"}
        assert not [value for value in told if documents[paper.face.name] in value or paper.face.name in value]


@pytest.mark.parametrize(
    ("end", "standing", "words"),
    [
        (lambda s, c, at: s.ledger.withdraw(c, "revoked", at, Ending("revocation", "误发", "王")), "revoked", "已撤销"),
        (lambda s, c, at: s.ledger.withdraw(c, "voided", at, Ending("void", "误发", "王")), "cancelled", "已注销"),
        (lambda s, c, at: s.ledger.withdraw(c, "replaced", at), "replaced", "已被取代"),
        (
            lambda s, c, at: s.ledger.pause(c, "suspended", at, Ending("suspension", "核查", "王")),
            "suspended",
            "已暂停",
        ),
    ],
)
def test_ended_certificates_are_said(issued, papers, end, standing, words):
    paper = papers["曹少启", SKILL]

    def ended_and_undone():
        with issued.registry.transaction() as store:
            end(store, paper, issued.now())
            _ask_within(issued, store, paper, standing, words)
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        ended_and_undone()


def _ask_within(issued, store, paper, standing, words):
    """Ask in the transaction that ended it, so that the office of all tests stays as it was."""
    from contextlib import contextmanager
    from dataclasses import replace

    from starlette.testclient import TestClient

    from scheduler.web.app import create_app
    from tests.web.conftest import QUICK

    class Within:
        @contextmanager
        def transaction(self, *, write: bool = True):
            assert not write
            yield store

    within = replace(issued, registry=Within())
    client = TestClient(create_app(within, QUICK))
    answer = client.post("/api/v1/inquiry", json={"number": paper.number, "name": paper.face.name}).json()
    assert [one["standing"] for one in answer["found"]] == [standing]
    assert answer["found"][0]["ended_on"]["zh"] == "2026年7月1日"
    page = client.get("/v", params={"c": paper.face.inquiry_code})
    assert words in page.text
    assert "误发" not in page.text


def test_expired_certificate_is_said(issued, papers):
    paper = papers[NAME, QUALIFICATION]
    with open_at(issued.settings.file.parent, date(2032, 6, 30)) as late:
        (shown,) = inquire_number(late, number=paper.number, name=NAME).found
    assert shown.standing == "expired"
    assert shown.ended_on is None


def test_file_of_another_kind_is_nobodys(issued):
    assert not inquire_file(issued, content=b"")
