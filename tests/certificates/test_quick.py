"""The quick proof sees whatever the whole proof would see in a file's own parts; the first of a template gets the whole one."""

from __future__ import annotations

import io
from dataclasses import replace

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from scheduler.certificates import issuer as issuers
from scheduler.certificates.issuer import Issuer
from scheduler.certificates.keyfile import REGISTER, read_keys
from scheduler.certificates.keys import Keyring
from scheduler.certificates.new_keys import new_demo_keys
from scheduler.certificates.photos import portrait
from scheduler.certificates.proof import Enclosed
from scheduler.certificates.quick import Wanted, bare_digest, differs
from scheduler.certificates.signature import BadSignature, signer_of
from scheduler.errors import ProofFailed
from scheduler.press.stamp import Attachment, Finish, Stamper
from tests.certificates.conftest import FOLDER
from tests.certificates.people import CENTRE, HOUSING, a_face, a_photo, an_entry

AT = "20260618093000+08'00'"
CREDENTIAL = b'{"type": "credential"}'


@pytest.fixture(scope="module")
def keyring(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    new_demo_keys(folder, [CENTRE.name, HOUSING.name])
    return Keyring(read_keys(folder / REGISTER), demo=True)


@pytest.fixture(scope="module")
def stamper(press):
    return Stamper(press)


class Paper:
    """A signed certificate with what must be found in it."""

    def __init__(self, issuer, stamper, keyring, face, n):
        self.face, self.photo = face, a_photo(n)
        keys = keyring.of(CENTRE.name)
        attached = Attachment("credential.json", "application/json", "credential")
        self.data = issuer.paper(face, photo=self.photo)
        self.finish = Finish(keys.seal, keys.signer, AT, attached, CREDENTIAL)
        self.printed = stamper.print(f"certificates/{face.template}", self.data, self.finish)
        self.pdf = self.printed.pdf
        self.enclosed = Enclosed(CREDENTIAL, keys.certificates[0].public_bytes(Encoding.DER))
        texts = issuer.layout(face.template).placed(face)
        printed = portrait(self.photo, face.name)
        self.wanted = Wanted(f"{face.title} {face.number}", texts, printed, face.qr, self.enclosed)


@pytest.fixture(scope="module")
def paper(issuer, stamper, keyring):
    return Paper(issuer, stamper, keyring, a_face(entry=an_entry("欧阳䶮㛃", 300)), 3)


@pytest.fixture(scope="module")
def other(issuer, stamper, keyring):
    return Paper(issuer, stamper, keyring, a_face(entry=an_entry("欧阳娜娜", 301), n=483, inquiry_code="A" * 16), 4)


def test_a_good_file_is_as_wanted(paper, other):
    assert differs(paper.pdf, paper.wanted) == differs(other.pdf, other.wanted) == ""


@pytest.mark.parametrize("part", ["title", "texts", "photo", "code"])
def test_anything_of_another_person_is_seen(part, paper, other):
    assert differs(paper.pdf, replace(paper.wanted, **{part: getattr(other.wanted, part)}))


def test_each_single_text_is_read(paper):
    varying = [place for place in paper.wanted.texts if place.varies]
    assert len(varying) >= 10
    for place in varying:
        texts = [replace(t, text=t.text[:-1] + "王") if t is place else t for t in paper.wanted.texts]
        assert differs(paper.pdf, replace(paper.wanted, texts=texts)) == place.key


def test_a_text_somewhere_else_is_seen(paper):
    texts = [
        replace(t, box=replace(t.box, top=t.box.top + 9)) if t.key == "field.name" else t for t in paper.wanted.texts
    ]
    assert differs(paper.pdf, replace(paper.wanted, texts=texts))


def test_a_text_that_sticks_out_is_seen(paper):
    texts = [replace(t, box=replace(t.box, width=12)) if t.key == "field.number" else t for t in paper.wanted.texts]
    assert differs(paper.pdf, replace(paper.wanted, texts=texts)) == "field.number"


def test_attachment_and_signer_are_asked_for(paper, keyring):
    stranger = keyring.of(HOUSING.name).certificates[0].public_bytes(Encoding.DER)
    for enclosed in (
        replace(paper.enclosed, attachment=b"{}"), replace(paper.enclosed, attachment=None),
        replace(paper.enclosed, signer=stranger), replace(paper.enclosed, signer=None),
    ):  # fmt: skip
        assert differs(paper.pdf, replace(paper.wanted, enclosed=enclosed))


def drawn_again(pdf, edit):
    with pikepdf.open(io.BytesIO(pdf)) as file:
        edit(file.pages[0])
        out = io.BytesIO()
        file.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        return out.getvalue()


def stray(page):
    content = page.Contents.read_bytes()
    font = next(iter(page.Resources.Font.keys()))
    code = content[content.index(b"[<") + 2 :][:4]
    page.Contents.write(content + b"\nBT\n1 0 0 -1 20 20 Tm\n" + font.encode() + b" 9 Tf\n[<" + code + b">] TJ\nET")


def other_order(page):
    page.Contents.write(page.Contents.read_bytes().replace(b"1 0 0 -1 ", b"1 0 0.2 -1 ", 1))


def second_picture(page):
    name = next(name for name, thing in page.Resources.XObject.items() if thing.get("/Subtype") == "/Image")
    page.Resources.XObject["/another"] = page.Resources.XObject[name]


@pytest.mark.parametrize("edit", [stray, other_order, second_picture])
def test_what_does_not_belong_there_is_seen(edit, issuer, stamper, paper):
    unsigned = stamper.print(f"certificates/{paper.face.template}", paper.data).pdf
    wanted = replace(paper.wanted, enclosed=Enclosed(), bare=bare_digest(paper.pdf))
    assert differs(drawn_again(unsigned, lambda page: None), wanted) == ""
    assert differs(drawn_again(unsigned, edit), wanted)


def test_a_missing_glyph_is_seen(stamper, paper):
    def emptied(page):
        for font in page.Resources.Font.values():
            text = font.ToUnicode.read_bytes()
            font.ToUnicode.write(text.replace("欧".encode("utf-16-be").hex().encode(), b"0041"))

    unsigned = stamper.print(f"certificates/{paper.face.template}", paper.data).pdf
    assert differs(drawn_again(unsigned, emptied), replace(paper.wanted, enclosed=Enclosed()))


# --- the signature, read without the code that made it ---------------------------------------------------------------


def test_the_signer_is_read(paper):
    assert signer_of(paper.pdf) == paper.enclosed.signer


@pytest.mark.parametrize("at", [20, 5_000, 60_000, -30])
def test_a_changed_byte_breaks_the_signature(at, paper):
    spoilt = bytearray(paper.pdf)
    spoilt[at] ^= 1
    with pytest.raises(BadSignature):
        signer_of(bytes(spoilt))


def test_bytes_added_or_a_second_signature_are_refused(paper):
    for more in (b"\n", paper.pdf[paper.pdf.rindex(b"/ByteRange") :]):
        with pytest.raises(BadSignature):
            signer_of(paper.pdf + more)


def test_a_signature_borrowed_from_another_file_does_not_fit(paper, other):
    def place(pdf):
        start = pdf.rindex(b"/Contents <") + 11
        return start, pdf.index(b">", start)

    mine, theirs = place(paper.pdf), place(other.pdf)
    assert mine[1] - mine[0] == theirs[1] - theirs[0]
    mixed = paper.pdf[: mine[0]] + other.pdf[slice(*theirs)] + paper.pdf[mine[1] :]
    with pytest.raises(BadSignature, match="other bytes"):
        signer_of(mixed)


def test_an_unsigned_file_is_told(stamper, paper):
    with pytest.raises(BadSignature, match="not signed"):
        signer_of(stamper.print(f"certificates/{paper.face.template}", paper.data).pdf)


# --- which proof is used ---------------------------------------------------------------------------------------------


def counted(monkeypatch):
    calls = []
    whole = issuers.proof
    monkeypatch.setattr(
        issuers, "proof", lambda face, *args, **more: calls.append(face.name) or whole(face, *args, **more)
    )
    return calls


def test_the_first_of_a_template_gets_the_whole_proof_and_vouches_for_the_others(monkeypatch, paper, other):
    calls, desk = counted(monkeypatch), Issuer(FOLDER)
    for one in (paper, other, paper):
        desk.prepare(one.face, one.pdf, photo=one.photo, enclosed=one.enclosed, plate=one.printed.plate)
    assert calls == [paper.face.name]


def test_what_is_drawn_anew_always_gets_the_whole_proof(monkeypatch, stamper, paper):
    calls, desk = counted(monkeypatch), Issuer(FOLDER)
    pdf = stamper.draw(f"certificates/{paper.face.template}", paper.data, paper.finish)
    for _ in range(2):
        desk.prepare(paper.face, pdf, photo=paper.photo, enclosed=paper.enclosed)
    assert len(calls) == 2


def test_a_first_that_fails_vouches_for_nobody(monkeypatch, paper, other):
    calls, desk = counted(monkeypatch), Issuer(FOLDER)
    with pytest.raises(ProofFailed):
        desk.prepare(other.face, paper.pdf, photo=paper.photo, enclosed=paper.enclosed, plate=paper.printed.plate)
    desk.prepare(paper.face, paper.pdf, photo=paper.photo, enclosed=paper.enclosed, plate=paper.printed.plate)
    desk.prepare(other.face, other.pdf, photo=other.photo, enclosed=other.enclosed, plate=other.printed.plate)
    assert calls == [other.face.name, paper.face.name]


def test_what_the_quick_proof_doubts_the_whole_proof_refuses(monkeypatch, paper, other):
    calls, desk = counted(monkeypatch), Issuer(FOLDER)
    desk.prepare(paper.face, paper.pdf, photo=paper.photo, enclosed=paper.enclosed, plate=paper.printed.plate)
    with pytest.raises(ProofFailed) as refusal:
        desk.prepare(paper.face, other.pdf, photo=paper.photo, enclosed=paper.enclosed, plate=paper.printed.plate)
    assert len(calls) == 2
    assert {"proof-title", "proof-text", "proof-qr", "proof-photo"} <= {f.rule for f in refusal.value.findings}


def test_the_whole_proof_asks_for_attachment_and_signature_too(paper, issuer):
    for enclosed, rule in ((replace(paper.enclosed, attachment=b"{}"), "proof-attached"),
                           (replace(paper.enclosed, signer=b"x"), "proof-signature")):  # fmt: skip
        with pytest.raises(ProofFailed) as refusal:
            issuer.prepare(paper.face, paper.pdf, photo=paper.photo, enclosed=enclosed)
        assert [f.rule for f in refusal.value.findings] == [rule]
