from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from scheduler.certificates.faces import make_face, valid_until
from scheduler.certificates.forms import form_for, forms
from scheduler.domain.catalogue import Edition, Mark, Validity
from scheduler.domain.identity import DocumentKind
from scheduler.errors import IssuanceError, Text
from tests.certificates.people import (
    BASE,
    BUREAU,
    CODE,
    CONSTRUCTION,
    EQUIPMENT,
    ISSUED,
    ISSUED_BY,
    LOW,
    SKILL,
    TRAINING,
    a_face,
    an_entry,
)  # fmt: skip


def rows(face):
    return [(label, value) for _, label, _, value in face.fields]


def test_skill_level_has_the_fields_of_the_filling_rules_in_order():
    assert rows(a_face(SKILL.id)) == [
        ("姓名", "徐娟桂"),
        ("证件类型", "居民身份证"),
        ("证件号码", "990101199310212191"),
        ("职业名称", "电工"),
        ("工种/职业方向", "--"),
        ("职业技能等级", "三级/高级工"),
        ("证书编号", "S000099000123263000482"),
        ("评价机构", "云岭市建设行业职业技能评价中心"),
        ("发证日期", "2026年6月18日"),
    ]
    face = a_face(SKILL.id)
    assert face.title == "职业技能等级证书"
    assert [line.split(": ")[1] for line in face.inquiry_lines] == ["jndj.osta.org.cn", "pjjg.osta.org.cn"]


def test_special_operation_has_validity_and_review():
    assert rows(a_face(LOW.id)) == [
        ("姓名", "徐娟桂"),
        ("性别", "男"),
        ("证号", "T990101199310212191"),
        ("作业类别", "电工作业"),
        ("准操项目", "低压电工作业"),
        ("初领日期", "2026年6月18日"),
        ("有效期限", "2026年6月18日至2032年6月17日"),
        ("复审日期", "2029年6月18日"),
        ("签发机关", "云岭市应急管理局"),
        ("签发日期", "2026年6月18日"),
    ]


def test_review_stands_only_where_the_edition_in_force_has_one():
    old = Validity(Edition(date(2010, 7, 1), "old", Mark.SEEN, date(2026, 5, 31)), 72, 36)
    new = Validity(Edition(date(2026, 6, 1), "new", Mark.INFERRED), 72)
    award = replace(LOW, validities=(old, new))

    def keys(day):
        face = make_face(an_entry(), award, BUREAU, number="T1", issued_on=day, inquiry_code=CODE, verify_base=BASE)
        return [key for key, *_ in face.fields]

    assert "review_on" in keys(date(2026, 5, 31))
    assert "review_on" not in keys(date(2026, 6, 1))


def test_construction_certificate_codes_its_category():
    assert ("操作类别", "建筑电工（01）") in rows(a_face(CONSTRUCTION.id))
    assert ("发证机关代码", "11990100MA00000000") in rows(a_face(CONSTRUCTION.id))
    assert ("有效期限", "2026年6月18日至2028年6月17日") in rows(a_face(CONSTRUCTION.id))


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_every_field_has_both_labels_and_a_value(award_id):
    assert all(label and label_en and value for _, label, label_en, value in a_face(award_id).fields)


def test_statement_names_what_else_was_earned_but_not_itself():
    face = a_face(SKILL.id, together=(LOW, SKILL, TRAINING))
    assert "同时取得《特种作业操作证》、《住房城乡建设行业技能培训合格证》。" in face.statement
    assert "职业技能等级证书》" not in face.statement
    assert "同时取得" not in a_face(SKILL.id, together=(SKILL,)).statement


def test_passport_is_worded():
    fields = rows(a_face(SKILL.id, an_entry("ANNA MARIA", kind=DocumentKind.PASSPORT)))
    assert fields[:3] == [("姓名", "ANNA MARIA"), ("证件类型", "护照"), ("证件号码", "E12345678")]


def test_address_in_the_code_holds_number_and_inquiry_code():
    assert parse_qs(urlsplit(a_face(SKILL.id).verify_address).query) == {"n": ["S000099000123263000482"], "c": [CODE]}
    assert parse_qs(urlsplit(a_face(CONSTRUCTION.id).verify_address).query)["n"] == ["云A012026000482"]


@pytest.mark.parametrize("award_id", ISSUED_BY)
def test_address_never_holds_the_identity_number(award_id):
    assert an_entry().candidate.document.number not in a_face(award_id).verify_address


def test_field_without_a_value_refuses_the_face_and_names_the_candidate():
    with pytest.raises(IssuanceError) as refused:
        a_face(LOW.id, issuer=replace(BUREAU, name=""))
    assert [(f.rule, f.where.subject) for f in refused.value.findings] == [("face-field-empty", "徐娟桂")]
    assert "签发机关" in refused.value.findings[0].what.zh


def test_day_without_form_or_validity_is_refused():
    with pytest.raises(IssuanceError):
        a_face(SKILL.id, issued_on=date(1990, 1, 1))
    with pytest.raises(IssuanceError):
        a_face(LOW.id, issued_on=date(2015, 1, 1))


@pytest.mark.parametrize(
    ("months", "on", "last"),
    [(72, ISSUED, date(2032, 6, 17)), (24, date(2024, 2, 29), date(2026, 2, 27)), (None, ISSUED, None)],
)
def test_validity_ends_the_day_before(months, on, last):
    assert valid_until(Validity(Edition(ISSUED, "", Mark.SEEN), months), on) == last


def test_forms_are_cited_and_their_sentences_can_be_filled():
    words = {"category": "", "work": "", "level": "", "category_en": "", "work_en": "", "level_en": ""}
    for form in forms():
        assert form.edition.source
        assert form.statement.zh.format(**words)
        assert form.statement.en.format(**words)
        assert len({f.key for f in form.fields}) == len(form.fields)


def test_form_is_chosen_by_authority():
    assert form_for(EQUIPMENT, ISSUED) is not form_for(LOW, ISSUED)
    assert form_for(SKILL, ISSUED).title == Text("职业技能等级证书", "Vocational Skill Level Certificate")
