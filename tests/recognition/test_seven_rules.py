from __future__ import annotations

import pytest

from scheduler.domain.identity import DocumentKind, document_faults
from scheduler.recognition.assess import assess
from tests.recognition.build import CASES, entry_of

BY_ID = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])


@BY_ID
def test_case_comes_out_as_written(case, catalogue):
    made, findings = assess(entry_of(case), catalogue, case["on"])
    wanted = case["expected"]
    kind = {c.id: str(c.kind) for c in catalogue.scheme(case["scheme"]).components}
    exempt: dict[str, list[str]] = {}
    for one in made.exemptions:
        exempt.setdefault(one.award_id, []).append(kind[one.component_id])
    assert {kind[due.component_id]: list(due.award_ids) for due in made.due} == wanted["due"]
    assert exempt == wanted.get("exempt", {})
    assert [one.award_id for one in made.waivers] == wanted.get("waived", [])
    assert [one.next_level for one in made.equivalences] == ([wanted["next_level"]] if "next_level" in wanted else [])
    assert [finding.rule for finding in findings] == wanted.get("findings", [])


@BY_ID
def test_rule_is_cited_in_both_languages(case, catalogue):
    made, _ = assess(entry_of(case), catalogue, case["on"])
    if "row" not in case:
        assert not [s for s in made.sentences if "附件第" in s.zh and "职业技能等级认定" not in s.zh] or made.waivers
        return
    row, part = case["row"], 1 if case["row"] <= 3 else 2
    cited = [s for s in made.sentences if f"第一部分第（{'一二'[part - 1]}）项及附件第{row}号" in s.zh]
    assert len(cited) == len(made.waivers) + len(made.exemptions)
    assert all(f"part 1({part}), no. {row} of its attachment" in s.en for s in cited)
    assert {one.recognition_id for one in (*made.waivers, *made.exemptions)} == {f"2026-01-09/{row}"}


def test_each_rule_has_a_case_and_every_number_is_invented(catalogue):
    assert {case["row"] for case in CASES if "row" in case} == {rule.row for rule in catalogue.recognitions}
    for case in CASES:
        number = case["candidate"]["document_no"]
        assert number.startswith("9901")
        assert document_faults(DocumentKind.CITIZEN_ID, number) == []


def test_the_exam_day_is_judged_again(catalogue):
    early, late = (next(c for c in CASES if c["id"] == i) for i in ("valid-on-application", "expired-on-exam-day"))
    assert entry_of(early).held == entry_of(late).held
    assert early["on"] < late["on"]
