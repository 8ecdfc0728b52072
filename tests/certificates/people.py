"""Invented people, awards and institutions for certificate tests; identity numbers in division 99."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from datetime import date

from PIL import Image, ImageDraw

from scheduler.certificates.faces import make_face
from scheduler.domain.catalogue import Authority, Award, AwardKind, Edition, Mark, Validity
from scheduler.domain.entries import Entry
from scheduler.domain.identity import DocumentKind, IdentityDocument, id_check_digit
from scheduler.domain.people import Candidate
from scheduler.domain.places import Institution
from scheduler.errors import Text

ISSUED = date(2026, 6, 18)
CODE = "MFRGGZDFMZTWQ2LK"
BASE = "https://cert.example.org/v"
EDITION = Edition(date(2020, 1, 1), "test", Mark.INFERRED)
NONE = Text("--", "--")


def an_award(id_, kind, authority, title, category, item=NONE, *, months=None, review=None, **changes):
    made = Award(id_, kind, authority, title, "low-voltage", "6-31-01-03", None, category, item, "",
                 (Validity(EDITION, months, review),), (), EDITION)  # fmt: skip
    return replace(made, **changes)


SKILL = an_award("electrician-3", AwardKind.SKILL_LEVEL, Authority.HUMAN_RESOURCES, Text("电工三级", "Electrician 3"),
                 Text("电工", "Electrician"), level=3)  # fmt: skip
LOW = an_award("low-voltage-electrician", AwardKind.QUALIFICATION, Authority.EMERGENCY,
               Text("特种作业操作证", "Special Operation Certificate"), Text("电工作业", "Electrical Work"),
               Text("低压电工作业", "Low-Voltage Electrical Work"), months=72, review=36)  # fmt: skip
CONSTRUCTION = an_award("construction-electrician", AwardKind.QUALIFICATION, Authority.HOUSING,
                        Text("建筑施工特种作业操作资格证书", "Construction Special Operation Certificate"),
                        Text("建筑电工", "Construction Electrician"), months=24, trade_code="01")  # fmt: skip
EQUIPMENT = an_award("special-equipment-welder", AwardKind.QUALIFICATION, Authority.MARKET,
                     Text("特种设备安全管理和作业人员证", "Special Equipment Operator Certificate"),
                     Text("特种设备焊接作业", "Special Equipment Welding"),
                     Text("GTAW-FeII-6G-3/159-FefS-02/11/12", "GTAW-FeII-6G-3/159-FefS-02/11/12"), months=48)  # fmt: skip
TRAINING = an_award("construction-training-electrician", AwardKind.TRAINING, Authority.HOUSING,
                    Text("住房城乡建设行业技能培训合格证", "Skills Training Certificate"),
                    Text("建筑电工", "Construction Electrician"), Text("低压配电系统", "Low-Voltage Systems"))  # fmt: skip

CENTRE = Institution("i1", "云岭市建设行业职业技能评价中心", "Yunling Skills Evaluation Centre", "91990100MA0000000X",
                     "S0000", "000123", "99", "云A")  # fmt: skip
BUREAU = Institution("g1", "云岭市应急管理局", "Yunling Emergency Management Bureau")
HOUSING = Institution("g2", "云岭市住房和城乡建设局", credit_code="11990100MA00000000", number_marks="云A")
MARKET = Institution("g3", "云岭市市场监督管理局")

ISSUED_BY = {SKILL.id: (SKILL, CENTRE), LOW.id: (LOW, BUREAU), CONSTRUCTION.id: (CONSTRUCTION, HOUSING),
             EQUIPMENT.id: (EQUIPMENT, MARKET), TRAINING.id: (TRAINING, CENTRE)}  # fmt: skip


def an_entry(name="徐娟桂", n=219, kind=DocumentKind.CITIZEN_ID):
    first = f"99010119931021{n:03d}"
    number = "E12345678" if kind is DocumentKind.PASSPORT else first + id_check_digit(first)
    document = IdentityDocument(kind, number)
    person = Candidate(document.person_id(), name, document, "男" if n % 2 else "女", date(1993, 10, 21))
    return Entry(f"2026-06-{n}", "2026-06", person, "low-voltage-3", (LOW.id, SKILL.id), date(2026, 5, 1), "990100")


def a_number(award, entry, n=482):
    return {
        SKILL.id: f"S000099000123263{n:06d}",
        LOW.id: f"T{entry.candidate.document.number}",
        CONSTRUCTION.id: f"云A012026{n:06d}",
    }.get(award.id, f"TS9901002026{n:05d}")


def a_face(award_id=SKILL.id, entry=None, n=482, **changes):
    award, issuer = ISSUED_BY[award_id]
    entry = entry or an_entry()
    options = {"number": a_number(award, entry, n), "issued_on": ISSUED, "inquiry_code": CODE, "verify_base": BASE,
               "together": (LOW, SKILL)} | changes  # fmt: skip
    return make_face(entry, award, options.pop("issuer", issuer), **options)


def a_photo(n=1, size=(295, 413), **options):
    """A drawn portrait on white, different for every n."""
    chance = random.Random(n)
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    cloth, hair = (tuple(chance.randint(20, 140) for _ in range(3)) for _ in range(2))
    skin = (chance.randint(205, 240), chance.randint(175, 205), chance.randint(145, 175))
    pen.ellipse((-10, 330, 305, 640), fill=cloth)
    pen.rectangle((125, 270, 170, 350), fill=skin)
    pen.ellipse((82, 95, 213, 300), fill=skin)
    pen.pieslice((75, 70, 220, 240), 180, 360, fill=hair)
    out = io.BytesIO()
    picture.save(out, options.pop("format", "JPEG"), **options)
    return out.getvalue()
