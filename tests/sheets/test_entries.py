# ruff: noqa: D200, D205, D212, D415 - the docstring of a test is its sheet
"""Registration sheets: what is written reads back the same; each rule of a row, drawn in the test's docstring."""

from __future__ import annotations

import string
import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.entries import Entry
from scheduler.domain.identity import DocumentKind, IdentityDocument, id_check_digit
from scheduler.domain.people import Candidate, HeldCertificate
from scheduler.sheets.read import read_entries
from scheduler.sheets.write import write_entries
from tests.sheets.conftest import TODAY, written

HEAD = "姓名|证件号码|报考方案"


def read(path, setup, catalogue):
    return read_entries(path, round_id="2026-06", catalogue=catalogue, setup=setup, today=TODAY)


# --- what is written reads back -----------------------------------------------------------------

BORN = st.dates(date(1950, 1, 1), date(2000, 12, 31))
NAMES = st.one_of(
    st.text(alphabet="陈李龚虞䶮㛃𬱖明远川宁〇", min_size=1, max_size=6),
    st.tuples(st.text(alphabet="古丽米热买提", min_size=1), st.text(alphabet="艾山江", min_size=1)).map("·".join),
    st.from_regex(r"[A-Z][a-z]{1,8}( [A-Z][a-z]{1,8}|-[A-Z][a-z]+|'[A-Z][a-z]+)?", fullmatch=True),
)
WORDS = st.one_of(
    st.sampled_from(["", "=1+1", "+86", "-3", "@公司", "0012", "1e5", "2026-06-01", "TRUE", "_x0041_", "a\\b", "<b>&"]),
    st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="\ufffd"), max_size=20),
).filter(lambda words: not words.startswith("#") and not words.startswith("Err:"))


@st.composite
def documents(draw):
    kind = draw(st.sampled_from(DocumentKind))
    if kind is DocumentKind.PASSPORT:
        return IdentityDocument(kind, draw(st.text(string.ascii_uppercase + string.digits, min_size=5, max_size=17).filter(str.isalnum)))  # fmt: skip
    division = "990100" if kind is DocumentKind.CITIZEN_ID else draw(st.sampled_from(["810000", "820000", "830000"]))
    first = f"{division}{draw(BORN):%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return IdentityDocument(kind, first + id_check_digit(first))


def held_number(award_id, document):
    return {
        "low-voltage-electrician": f"T{document.number}" if len(document.number) == 18 else "T990100199005050038",
        "construction-electrician": "鄂E012025000117",
        "electrician-5": "S00004200000123" + "5000096",
    }[award_id]


@st.composite
def helds(draw, document):
    chosen = draw(st.lists(st.sampled_from(["low-voltage-electrician", "construction-electrician", "electrician-5"]), unique=True))  # fmt: skip
    first = draw(BORN) + timedelta(days=8000)
    until = draw(st.one_of(st.none(), st.just(first + timedelta(days=2000))))
    return tuple(HeldCertificate(a, held_number(a, document), first, until, document.number) for a in chosen)


@st.composite
def entries(draw, scheme):
    document = draw(documents())
    born_on = document.born_on or draw(BORN)
    ids = [a.award_id for a in scheme.awards]
    wanted = draw(st.sets(st.sampled_from(ids), min_size=1))
    candidate = Candidate(
        id=document.person_id(), name=draw(NAMES), document=document, sex=document.sex or draw(st.sampled_from("男女")), born_on=born_on,
        employer=draw(WORDS), phone=draw(st.sampled_from(["", "19900000001", "0717-6221000"])), education=draw(st.sampled_from(["", "初中", "本科"])),
        photo=draw(st.sampled_from(["", "001.jpg", "陈 明.PNG"])),
    )  # fmt: skip
    number = st.one_of(st.none(), st.floats(-900, 900).map(lambda x: round(x, 3)))
    x_km = draw(number)
    return Entry(
        id=f"2026-06-{candidate.id[:10]}", round_id="2026-06", candidate=candidate, scheme_id=scheme.id,
        award_ids=tuple(a for a in ids if a in wanted), applied_on=draw(st.dates(date(2026, 1, 20), TODAY)),
        region=draw(st.sampled_from(["", "990100", "420500"])), held=draw(helds(document)),
        institution_id=draw(st.sampled_from(["", "YLEM", "YLDX"])), group_id=draw(st.sampled_from(["", "QY", "JT"])),
        origin_id=draw(st.sampled_from(["", "清水湾"])), x_km=x_km, y_km=None if x_km is None else draw(number.filter(lambda y: y is not None)),
        accessible=draw(st.booleans()), earliest_on=draw(st.sampled_from([None, date(2026, 6, 13)])),
        latest_on=draw(st.sampled_from([None, date(2026, 6, 14)])),
        unavailable_slot_ids=draw(st.sampled_from([(), ("D1AM",), ("D2AM", "D1AM")])), remark=draw(WORDS),
    )  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_entries_that_are_written_read_back_the_same(data, setup, catalogue):
    schemes = [catalogue.scheme(scheme_id) for scheme_id in setup.scheme_ids]
    one = st.sampled_from(schemes).flatmap(entries)
    rows = data.draw(st.lists(one, min_size=1, max_size=6, unique_by=lambda e: e.candidate.document.number))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "entries.xlsx"
        write_entries(rows, out, catalogue=catalogue)
        sheet = read(out, setup, catalogue)
    assert [f for f in sheet.findings if f.severity == "error"] == []
    assert [entry for _, entry in sheet.entries] == rows
    assert [row for row, _ in sheet.entries] == list(range(2, len(rows) + 2))


# --- single rules -------------------------------------------------------------------------------


def test_three_columns_are_enough(drawn, setup, catalogue):
    """
    姓名 | 证件号码           | 报考方案
    陈明 | 990100199005050038 | yichang-three
    """
    ((row, entry),) = read(drawn, setup, catalogue).entries
    assert (row, entry.id) == (2, f"2026-06-{entry.candidate.id[:10]}")
    assert (entry.applied_on, entry.region, entry.institution_id, entry.held) == (TODAY, "", "", ())
    assert entry.award_ids == ("low-voltage-electrician", "electrician-5", "construction-training-electrician")
    assert (entry.candidate.sex, entry.candidate.born_on) == ("男", date(1990, 5, 5))


def test_awards_stand_in_the_order_of_the_scheme(drawn, setup, catalogue):
    """
    Name | ID number          | Scheme        | Awards
    陈明 | 990100199005050038 | yichang-three | 电工五级；低压电工作业
    """
    ((_, entry),) = read(drawn, setup, catalogue).entries
    assert entry.award_ids == ("low-voltage-electrician", "electrician-5")


def test_a_scheme_of_another_round_is_refused(drawn, setup, catalogue, told):
    """
    姓名 | 证件号码           | 报考方案
    陈明 | 990100199005050038 | high-voltage-5
    """
    sheet = read(drawn, setup, catalogue)
    assert (sheet.entries, told(sheet.findings)) == ((), [("scheme-unknown", 2, "C")])


def test_a_scheme_is_refused_before_it_was_in_force(drawn, setup, catalogue, told):
    """
    姓名 | 证件号码           | 报考方案      | 申报日期
    陈明 | 990100199005050038 | low-voltage-5 | 2026-01-08
    陈启 | 990100199005050054 | low-voltage-5 | 2026-01-09
    """
    sheet = read(drawn, setup, catalogue)
    assert [row for row, _ in sheet.entries] == [3]
    assert told(sheet.findings) == [("scheme-not-in-force", 2, "C")]


def test_age_is_counted_on_the_day_of_application(drawn, setup, catalogue, told):
    """
    姓名 | 证件类型 | 证件号码 | 性别 | 出生日期   | 报考方案      | 申报日期
    Ann  | 护照     | E100001  | 女   | 2008-05-20 | low-voltage-5 | 2026-05-19
    Bea  | 护照     | E100002  | 女   | 2008-05-20 | low-voltage-5 | 2026-05-20
    Cat  | 护照     | E100003  | 女   | 1901-01-01 | low-voltage-5 | 2026-05-20
    """
    sheet = read(drawn, setup, catalogue)
    assert [entry.candidate.name for _, entry in sheet.entries] == ["Bea"]
    assert told(sheet.findings) == [("age-below-minimum", 2, "E"), ("age-implausible", 4, "E")]


def test_a_person_is_one_whatever_the_case_of_the_letter(drawn, setup, catalogue, told):
    """
    姓名 | 证件号码           | 报考方案
    陈明 | 99010019900505029X | yichang-three
    陈明 | 99010019900505029x | yichang-three
    """
    sheet = read(drawn, setup, catalogue)
    assert sheet.entries == ()
    assert told(sheet.findings) == [("same-person-twice", 2, "B"), ("same-person-twice", 3, "B")]
    assert "第3行" in sheet.findings[0].what.zh


def test_a_bad_row_still_counts_as_the_same_person(drawn, setup, catalogue, told):
    """
    姓名 | 证件号码           | 报考方案
    陈明 | 990100199005050038 | yichang-three
    陈明 | 990100199005050038 |
    """
    sheet = read(drawn, setup, catalogue)
    assert sheet.entries == ()
    assert told(sheet.findings)[:2] == [("same-person-twice", 2, "B"), ("same-person-twice", 3, "B")]


def test_full_width_digits_are_taken_with_a_warning(tmp_path, setup, catalogue, told):
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in "990100199005050038")
    path = written(tmp_path / "wide.xlsx", {"名单": [HEAD.split("|"), ["陈明", wide, "yichang-three"]]})
    sheet = read(path, setup, catalogue)
    assert [e.candidate.document.number for _, e in sheet.entries] == ["990100199005050038"]
    assert told(sheet.findings, "warning")[0] == ("number-tidied", 2, "B")


def test_a_heading_repeated_further_down_is_no_row(drawn, setup, catalogue):
    """
    姓名 | 证件号码           | 报考方案
    陈明 | 990100199005050038 | yichang-three
    姓名 | 证件号码           | 报考方案
    陈启 | 990100199005050054 | yichang-three
    """
    assert [row for row, _ in read(drawn, setup, catalogue).entries] == [2, 4]


def test_a_sheet_without_rows_says_so(drawn, setup, catalogue, told):
    """
    姓名 | 证件号码 | 报考方案
    """
    assert told(read(drawn, setup, catalogue).findings) == [("no-rows", 1, "")]


def test_columns_without_heading_are_told(drawn, setup, catalogue, told):
    """
    姓名 | 证件号码           | 报考方案      | ~
    陈明 | 990100199005050038 | yichang-three | 补考
    """
    sheet = read(drawn, setup, catalogue)
    assert len(sheet.entries) == 1
    assert ("column-without-heading", 2, "D") in told(sheet.findings, "warning")


def test_a_third_certificate_is_read_too(tmp_path, setup, catalogue):
    heads = [f"{words}{n}" for n in (1, 2, 3) for words in ("已持证书", "已持证书编号", "有效期起", "有效期止", "持证人证件号码")]  # fmt: skip
    own = "990100199005050038"
    sets = [
        ["低压电工作业", f"T{own}", "2024-01-01", "2029-12-31", own],
        ["建筑电工", "鄂E012025000117", "2025/3/1", "2027年2月28日", own],
        ["电工五级", "S00004200000123" + "5000096", "2020-01-01", None, own],
    ]
    rows = [[*HEAD.split("|"), *heads], ["陈明", own, "yichang-three", *(cell for one in sets for cell in one)]]
    sheet = read(written(tmp_path / "held.xlsx", {"报名表": rows}), setup, catalogue)
    ((_, entry),) = sheet.entries
    assert [(h.award_id, h.valid_until) for h in entry.held] == [
        ("low-voltage-electrician", date(2029, 12, 31)),
        ("construction-electrician", date(2027, 2, 28)),
        ("electrician-5", None),
    ]


def test_the_order_of_columns_does_not_matter(tmp_path, setup, catalogue):
    row = {"姓名": "陈明", "证件号码": "990100199005050038", "报考方案": "yichang-three", "联系电话": "19900000001"}
    read_back = []
    for n, keys in enumerate((list(row), list(row)[::-1])):
        path = written(tmp_path / f"{n}.xlsx", {"名单": [keys, [row[k] for k in keys]]})
        read_back.append([entry for _, entry in read(path, setup, catalogue).entries])
    assert read_back[0] == read_back[1]
    assert len(read_back[0]) == 1
