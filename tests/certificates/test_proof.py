from __future__ import annotations

import io
import shutil
from dataclasses import replace

import pikepdf
import pytest

from scheduler.certificates.issuer import Issuer, Proofed, prepare
from scheduler.certificates.proof import proof
from scheduler.domain.identity import DocumentKind
from scheduler.errors import ProofFailed
from scheduler.press.render import Press
from tests.certificates.people import ISSUED_BY, LOW, SKILL, a_face, a_photo, an_entry

UNASSIGNED = "\u0378"
"""A code point that no edition of Unicode has given a character, so that no font draws it."""


@pytest.fixture
def check(issuer):
    def checked(face, pdf, photo=None):
        return proof(face, pdf, issuer.layout(face.template), photo=photo)

    return checked


def rules(findings):
    return sorted({finding.rule for finding in findings})


def edited(pdf, edit):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        edit(document)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()


def draw_on_top(orders):
    def edit(document):
        page = document.pages[0]
        page.contents_add(pikepdf.Stream(document, b"q " + page.Contents.read_bytes() + b" Q " + orders), prepend=False)
        page.Contents = page.Contents[-1]

    return edit


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_good_certificate_passes_with_and_without_photo(drawn, draw, check, award_id):
    face, photo, pdf = drawn[award_id]
    assert check(face, pdf, photo) == []
    assert check(face, draw(face)) == []


@pytest.mark.parametrize(
    "name",
    ["䶮㛃𬱖", "王䶮", "欧阳娜娜", "买买提·阿不都热合曼", "阿依古丽·麦麦提图尔荪·艾合买提江", "ANNA-MARIA O'NEILL", "ZOË MÜLLER",
     "Ａ王", "丁<b>&amp;", '{{ name }}"\'', "𠮷野"],
)  # fmt: skip
@pytest.mark.parametrize("award_id", [SKILL.id, LOW.id])
def test_real_and_rare_names_pass_word_for_word(draw, check, name, award_id):
    face = a_face(award_id, an_entry(name))
    assert check(face, draw(face)) == []


def test_longest_number_of_a_passport_passes(draw, check):
    entry = an_entry("MAXIMILIAN ALEXANDER CONSTANTIN", kind=DocumentKind.PASSPORT)
    face = a_face(SKILL.id, entry)
    assert check(face, draw(face)) == []


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_name_too_long_for_its_box_is_refused_and_names_the_candidate(draw, check, award_id):
    name = "阿卜杜拉" * 30
    findings = check(face := a_face(award_id, an_entry(name)), draw(face))
    assert "proof-overflow" in rules(findings)
    assert all(name in finding.where.subject for finding in findings)


def test_long_institution_name_is_refused_when_it_does_not_fit(draw, check):
    _, issuer = ISSUED_BY[SKILL.id]
    face = a_face(SKILL.id, issuer=replace(issuer, name="云岭市建设行业职业技能评价中心" * 4))
    assert "proof-overflow" in rules(check(face, draw(face)))


def test_statement_longer_than_its_box_is_refused(draw, check):
    face = replace(a_face(SKILL.id), statement="特发此证。" * 200)
    assert "proof-overflow" in rules(check(face, draw(face)))


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_character_that_no_font_draws_is_refused(draw, check, award_id):
    name = f"王{UNASSIGNED}明"
    [finding] = check(face := a_face(award_id, an_entry(name)), draw(face))
    assert (finding.rule, finding.said) == ("proof-missing-glyph", f"{UNASSIGNED} U+0378")
    assert name in finding.where.subject


def test_invisible_character_in_a_name_is_refused(draw, check):
    face = a_face(SKILL.id, an_entry("王\u200b明"))
    assert rules(check(face, draw(face))) == ["proof-text"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"title": "职业技能等级证"}, "proof-title"),
        ({"statement": "持证人考核不合格。"}, "proof-text"),
        ({"verify_address": "https://cert.example.org/v?c=OTHER"}, "proof-qr"),
        ({"inquiry_code": "AAAABBBBCCCCDDDD"}, "proof-text"),
        ({"issuer": "云岭市建设行业职业技能评价院"}, "proof-text"),
    ],
)
def test_page_that_says_something_else_is_refused(drawn, check, change, rule):
    face, photo, pdf = drawn[SKILL.id]
    assert rule in rules(check(replace(face, **change), pdf, photo))


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_any_changed_field_is_found(drawn, check, award_id):
    face, photo, pdf = drawn[award_id]
    for n, (key, label, label_en, value) in enumerate(face.fields):
        other = value[:-1] + ("乙" if value[-1] != "乙" else "丙")
        changed = replace(face, fields=(*face.fields[:n], (key, label, label_en, other), *face.fields[n + 1 :]))
        findings = check(changed, pdf, photo)
        assert [f.rule for f in findings] == ["proof-text"], key
        assert key in findings[0].what.en


def test_page_of_another_person_is_refused(draw, check):
    mine, theirs = a_face(SKILL.id), a_face(SKILL.id, an_entry("徐娟佳", 220), 483)
    found = check(mine, draw(theirs))
    assert {"proof-text", "proof-title", "proof-qr"} <= set(rules(found))


def test_photo_of_another_person_is_refused(drawn, check):
    face, _, pdf = drawn[SKILL.id]
    assert rules(check(face, pdf, a_photo(2))) == ["proof-photo"]
    assert rules(check(face, pdf)) == ["proof-photo"]


def test_second_page_is_refused(folder, tmp_path, check):
    home = tmp_path / "templates"
    shutil.copytree(folder, home)
    template = home / "shared" / "certificate.html"
    more = '<p>.</p><p style="break-before: page">.</p>{% endblock %}'
    template.write_text(template.read_text(encoding="utf-8").replace("{% endblock %}", more), encoding="utf-8")
    face = a_face(SKILL.id)
    pdf = Press(home).render("certificates/skill_level", Issuer(home).paper(face))
    assert "proof-pages" in rules(check(face, pdf))


def test_text_and_pictures_that_are_not_the_certificates_are_refused(folder, tmp_path, check):
    home = tmp_path / "templates"
    shutil.copytree(folder, home)
    template = home / "shared" / "certificate.html"
    more = '<p class="piece" style="left: 262mm; top: 100mm">王小明</p>{{ draw.pictures(qr, qr, seal) }}{% endblock %}'
    template.write_text(template.read_text(encoding="utf-8").replace("{% endblock %}", more), encoding="utf-8")
    face = a_face(SKILL.id)
    findings = check(face, Press(home).render("certificates/skill_level", Issuer(home).paper(face)))
    assert {"proof-stray-text", "proof-qr"} <= set(rules(findings))
    assert any("王小明" in (finding.said or "") for finding in findings)


def test_picture_kept_in_the_file_and_not_drawn_is_refused(drawn, check):
    face, photo, pdf = drawn[SKILL.id]

    def hide(document):
        picture = pikepdf.Stream(document, a_photo(9), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image,
                                 Filter=pikepdf.Name.DCTDecode, Width=295, Height=413)  # fmt: skip
        document.pages[0].Resources.XObject.other = document.make_indirect(picture)

    assert rules(check(face, edited(pdf, hide), photo)) == ["proof-stray-picture"]


def test_inline_picture_is_refused(drawn, check):
    face, photo, pdf = drawn[SKILL.id]
    inline = b"q 9 0 0 9 300 300 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI Q"
    assert rules(check(face, edited(pdf, draw_on_top(inline)), photo)) == ["proof-stray-picture"]


def test_invisible_text_is_refused(drawn, check):
    face, photo, pdf = drawn[SKILL.id]

    def blind(document):
        page = document.pages[0]
        page.Contents = pikepdf.Stream(document, page.Contents.read_bytes().replace(b"BT", b"BT 3 Tr"))

    assert "proof-invisible" in rules(check(face, edited(pdf, blind), photo))


def test_font_that_is_not_embedded_is_refused(drawn, check):
    face, photo, pdf = drawn[SKILL.id]

    def strip(document):
        for font in document.pages[0].Resources.Font.values():
            descriptor = font.DescendantFonts[0].FontDescriptor
            for name in ("/FontFile2", "/FontFile3"):
                if name in descriptor:
                    del descriptor[name]

    assert rules(check(face, edited(pdf, strip), photo)) == ["proof-font"]


def test_other_paper_size_is_refused(drawn, check):
    face, photo, pdf = drawn[SKILL.id]

    def letter(document):
        document.pages[0].MediaBox = [0, 0, 792, 612]

    assert "proof-page-size" in rules(check(face, edited(pdf, letter), photo))


def test_attachment_is_refused(drawn, check):
    face, photo, pdf = drawn[SKILL.id]

    def attach(document):
        document.attachments["a.txt"] = b"x"

    assert rules(check(face, edited(pdf, attach), photo)) == ["proof-attached"]


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7", b"hello", b"\x00" * 1000])
def test_what_is_no_pdf_is_refused(check, junk):
    assert rules(check(a_face(SKILL.id), junk)) == ["proof-unreadable"]


def test_prepare_gives_the_digest_of_what_was_read(drawn, folder):
    face, photo, pdf = drawn[SKILL.id]
    proofed = prepare(face, pdf, folder=folder, photo=photo)
    assert (proofed.pdf, len(proofed.sha256)) == (pdf, 64)


def test_prepare_refuses_with_the_findings(drawn, issuer):
    face, photo, pdf = drawn[SKILL.id]
    with pytest.raises(ProofFailed) as refused:
        issuer.prepare(replace(face, statement="x"), pdf, photo=photo)
    assert (refused.value.exit_code, rules(refused.value.findings)) == (8, ["proof-text"])


def test_proofed_cannot_be_made_elsewhere(drawn):
    face, _, pdf = drawn[SKILL.id]
    with pytest.raises(TypeError):
        Proofed(face, pdf, "0" * 64, object())
