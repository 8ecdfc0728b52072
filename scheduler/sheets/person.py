"""Reads who a row speaks of: name, identity document, birth, sex. Used by ``entries.py`` only."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from scheduler.domain.identity import DocumentKind, Fault, IdentityDocument, document_faults
from scheduler.domain.people import Candidate, Sex
from scheduler.sheets.cells import Row
from scheduler.sheets.codes import KINDS, SEXES
from scheduler.sheets.faults import Pair

_DOTS = "•‧・･∙⋅●.\uff0e。"
"""Marks people type where the middle dot · of the document belongs."""
_HAN_ZERO = "\u3007"
_PHONE = re.compile(r"\+?[0-9(][0-9() \-]{5,18}[0-9]")
_PHOTO = re.compile(r"[^/\\:*?\"<>|]{1,120}\.(jpg|jpeg|png)", re.IGNORECASE)
_FAULTS: dict[Fault, tuple[str, Pair, Pair]] = {
    "shape": ("id-number-shape", ("证件号码的位数或字符不对", "the number has the wrong length or characters"), ("请核对证件；居民身份证为18位，末位可为X；护照为5至17位字母和数字", "check the document: 18 characters with X allowed last; passports 5 to 17 letters and digits")),
    "kind": ("id-number-kind", ("证件号码与证件类型不符", "the number does not belong to this kind of document"), ("810000、820000、830000 开头的是港澳台居民居住证，请核对证件类型", "numbers beginning 810000, 820000, 830000 are residence permits; check the document kind")),
    "birth": ("id-number-birth-date", ("证件号码中的出生日期不存在", "the birth date inside the number does not exist"), ("请核对第7至14位", "check characters 7 to 14")),
    "check-digit": ("id-number-check-digit", ("证件号码校验位不对，可能有一位写错", "the check digit is wrong; one character is probably mistyped"), ("请对照证件逐位核对", "compare it with the document, character by character")),
}  # fmt: skip


def read_document(row: Row) -> IdentityDocument | None:
    """Read kind and number of the identity document; None when it is missing or faulty."""
    kind_said = row.choice("document_kind", KINDS, "document-kind-unknown")
    number = row.code("document_no", "id-number-stored-as-number", required=True)
    if not number or (kind_said is None and row.has("document_kind")):
        return None
    kind = DocumentKind(kind_said or DocumentKind.CITIZEN_ID)
    faults = document_faults(kind, number)
    for fault in faults:
        rule, what, hint = _FAULTS[fault]
        row.fault("document_no", rule, what, hint=hint)
    return None if faults else IdentityDocument(kind, number)


def read_candidate(row: Row, document: IdentityDocument | None) -> Candidate | None:
    """Read the rest about the person; None when name, document, birth or sex is unusable."""
    name = read_name(row)
    born_on = _born_on(row, document)
    sex = _sex(row, document)
    phone, education, employer = _phone(row), row.text("education"), row.text("employer")
    photo = _photo(row)
    if not name or document is None or born_on is None or sex is None:
        return None
    return Candidate(
        id=document.person_id(),
        name=name,
        document=document,
        sex=sex,
        born_on=born_on,
        employer=employer,
        phone=phone,
        education=education,
        photo=photo,
    )


def read_name(row: Row) -> str:
    """Read a name exactly as on the document: letters and characters, middle dot; blanks only between Latin words."""
    name = unicodedata.normalize("NFC", row.text("name", required=True))
    latin = any(c.isascii() and c.isalpha() for c in name)
    allowed = " '-." if latin else ""
    bad = [c for c in dict.fromkeys(name) if not (c.isalpha() or c in "·" + _HAN_ZERO + allowed)]
    if not bad:
        return name
    codes = "、".join(f"“{c}” (U+{ord(c):04X})" for c in bad)
    hint = ("请与证件核对后删除或改正", "compare it with the document, then delete or correct them")
    if all(c in _DOTS for c in bad):
        hint = ("间隔号请用 ·（U+00B7）", "write the middle dot as · (U+00B7)")
    elif all(c.isspace() for c in bad):
        hint = ("请删除姓名中间的空格", "delete the blanks inside the name")
    row.fault(
        "name",
        "name-characters",
        (f"姓名中有不允许的字符 {codes}", f"the name holds characters that are not allowed: {codes}"),
        expected=("汉字、字母和间隔号 ·", "characters, letters and the middle dot ·"),
        hint=hint,
    )
    return ""


def _born_on(row: Row, document: IdentityDocument | None) -> date | None:
    written = row.day("born_on")
    inside = document.born_on if document else None
    if written and inside and written != inside:
        row.fault(
            "born_on",
            "birth-date-differs",
            ("出生日期与证件号码不一致", "the birth date is not the one inside the document number"),
            expected=(inside.isoformat(), inside.isoformat()),
            hint=("请核对证件", "check the document"),
        )
    if document and document.kind is DocumentKind.PASSPORT and not row.has("born_on"):
        row.fault(
            "born_on",
            "missing-value",
            ("护照须填写出生日期", "passports need a birth date"),
            hint=("请补填", "fill it in"),
        )
    return inside or written


def _sex(row: Row, document: IdentityDocument | None) -> Sex | None:
    code = row.choice("sex", SEXES, "sex-unknown")
    written: Sex | None = "男" if code == "男" else "女" if code == "女" else None
    inside = document.sex if document else None
    if written and inside and written != inside:
        row.fault(
            "sex",
            "sex-differs",
            ("性别与证件号码不一致", "the sex is not the one inside the document number"),
            expected=(inside, inside),
            hint=("请核对证件", "check the document"),
        )
    if document and document.kind is DocumentKind.PASSPORT and not row.has("sex"):
        row.fault("sex", "missing-value", ("护照须填写性别", "passports need a sex"), hint=("请补填", "fill it in"))
    return inside or written


def _phone(row: Row) -> str:
    phone = unicodedata.normalize("NFKC", row.text("phone"))
    if phone and not _PHONE.fullmatch(phone):
        row.fault(
            "phone",
            "phone-shape",
            ("不是可用的电话号码", "this is no usable phone number"),
            expected=("手机或带区号的固定电话", "a mobile number, or a landline with area code"),
        )
    return phone


def _photo(row: Row) -> str:
    photo = row.text("photo")
    if photo and not _PHOTO.fullmatch(photo):
        row.fault(
            "photo",
            "photo-name",
            ("不是照片文件名", "this is no photo file name"),
            expected=("文件名，如 001.jpg，不含文件夹", "a file name such as 001.jpg, without a folder"),
        )
    return photo
