"""Findings, wording, plans: the small sums that values make of their own fields."""

from __future__ import annotations

from datetime import date

import pytest

from scheduler.domain.sessions import CostLine, Making, Plan
from scheduler.domain.wording import date_words, level_words, points_words, span_words
from scheduler.errors import Finding, IssuanceError, NotFound, ProofFailed, Text, Where, errors_in


def test_finding_reads_as_one_line_in_both_languages() -> None:
    finding = Finding(
        "id-number-shape",
        Text("证件号码格式不对", "the document number has the wrong shape"),
        Where("a.xlsx", "报名", 3, "C 证件号码"),
        "123",
        Text("18位", "18 characters"),
        Text("对照身份证更正", "correct it from the identity card"),
    )
    assert (
        finding.in_("zh")
        == "a.xlsx 工作表报名 第3行 C列“证件号码”：证件号码格式不对；读到 '123'；应为 18位；处理：对照身份证更正 [id-number-shape]"
    )
    assert finding.in_("en") == (
        "a.xlsx, sheet 报名, row 3, column C “证件号码”: the document number has the wrong shape; read '123'; "
        "expected 18 characters; do: correct it from the identity card [id-number-shape]"
    )


def test_long_values_are_shortened_when_shown() -> None:
    assert len(Finding("x", Text("甲", "a"), said="9" * 500).in_("en")) < 110


def test_warnings_do_not_stop_the_work() -> None:
    warning, error = Finding("w", Text("甲", "a"), severity="warning"), Finding("e", Text("乙", "b"))
    assert errors_in([warning, error]) == [error]


def test_exceptions_know_their_exit_code_and_name() -> None:
    assert (NotFound(Text("无", "none")).exit_code, NotFound(Text("无", "none")).code) == (7, "not-found")
    assert ProofFailed.exit_code == IssuanceError.exit_code == 8


@pytest.mark.parametrize(
    ("costs", "bound", "gap"),
    [((50, 60), 100, 0.1), ((100,), 100, 0.0), ((100,), None, None), ((5,), 0, None), ((0,), 0, 0.0)],
)
def test_gap_is_over_the_bound(costs: tuple[int, ...], bound: int | None, gap: float | None) -> None:
    lines = tuple(CostLine(str(i), amount) for i, amount in enumerate(costs))
    assert Plan("r", "", (), (), (), lines, bound, Making(1, "test")).gap == gap


def test_words_on_paper() -> None:
    assert date_words(date(2026, 6, 8)) == Text("2026年6月8日", "8 June 2026")
    assert level_words(3).zh == "三级/高级工"
    assert span_words(date(2026, 6, 8), None).zh == "2026年6月8日至长期"
    assert [points_words(p) for p in (80, 79.5, 66.666, 100.0)] == ["80", "79.5", "66.67", "100"]


def test_a_column_is_told_by_letter_and_heading() -> None:
    where = Where(file="a.xlsx", row=13, column="C 证件号码 Document number")
    assert where.in_("zh") == "a.xlsx 第13行 C列“证件号码 Document number”"
    assert where.in_("en") == "a.xlsx, row 13, column C “证件号码 Document number”"
    assert Where(column="C").in_("en") == "column C"
