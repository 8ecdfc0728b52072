"""Entries for the tests of recognition; every person is invented."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from scheduler.domain.entries import Entry
from scheduler.domain.identity import DocumentKind, IdentityDocument
from scheduler.domain.people import Candidate, HeldCertificate

CASES = tomllib.loads((Path(__file__).parents[2] / "fixtures/seven_rules/cases.toml").read_text("utf-8"))["case"]
DAY = date(2026, 6, 8)
OWN_NO = "990100198803120171"
OTHER_NO = "990100198307081417"


def a_held(award_id="low-voltage-electrician", **changes):
    numbers = {
        "low-voltage-electrician": f"T{OWN_NO}",
        "high-voltage-electrician": f"T{OWN_NO}",
        "fusion-welding": f"T{OWN_NO}",
        "construction-electrician": "鄂E012025000117",
        "construction-welder": "鄂E992025000042",
        "special-equipment-welder": OWN_NO,
        "construction-training-electrician": "PX420000012025000001",
    }
    level = award_id.rpartition("-")[2]
    fields = {
        "award_id": award_id,
        "number": numbers.get(award_id, f"S00004200000123{level}000096"),
        "valid_from": date(2024, 1, 1),
        "valid_until": date(2028, 12, 31),
        "holder_document_no": OWN_NO,
    }
    return HeldCertificate(**fields | changes)


def an_entry(scheme_id="construction-electrician-5", award_ids=("construction-electrician",), held=(), **changes):
    document = IdentityDocument(DocumentKind.CITIZEN_ID, changes.pop("document_no", OWN_NO))
    candidate = Candidate(
        "c1", changes.pop("name", "陈启明"), document, document.sex, changes.pop("born_on", document.born_on)
    )
    fields = {"id": "r1-0001", "round_id": "r1", "applied_on": DAY, "region": "990100"} | changes
    return Entry(candidate=candidate, scheme_id=scheme_id, award_ids=tuple(award_ids), held=tuple(held), **fields)


def entry_of(case):
    own = case["candidate"]["document_no"]
    held = [
        HeldCertificate(
            one["award"], one["number"], one["valid_from"], one.get("valid_until"),
            one.get("holder_document_no", own), one.get("standing", "valid"),
        )
        for one in case.get("held", ())
    ]  # fmt: skip
    return an_entry(
        case["scheme"], case["awards"], held,
        document_no=own, name=case["candidate"]["name"], applied_on=case["on"], region=case["region"],
    )  # fmt: skip
