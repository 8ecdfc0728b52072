"""read(write(x)) = x for every value, and nothing is kept that would not read back."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.certificates import Certificate, LedgerEntry, Standing
from scheduler.domain.entries import Entitlement, Entry
from scheduler.domain.kept import KeptFile
from scheduler.domain.notices import NoticeList
from scheduler.domain.results import ComponentMark, Outcome
from scheduler.domain.rounds import RoundSetup
from scheduler.domain.sessions import Plan
from scheduler.domain.uploads import UploadMove, UploadRecord
from scheduler.errors import RegistryError
from scheduler.registry import mapping
from tests.registry.values import a_certificate, a_mark, an_entry, any_

KINDS = (
    RoundSetup, Entry, Entitlement, Plan, ComponentMark, Outcome, Certificate, UploadRecord, UploadMove, NoticeList, KeptFile,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_value_reads_back_equal(kind, data):
    value = data.draw(any_(kind))
    read = mapping.from_document(kind, mapping.to_document(value))
    assert read == value


@settings(max_examples=40, deadline=None)
@given(line=any_(LedgerEntry))
def test_every_ledger_line_reads_back_equal(line):
    assert mapping.ledger_value(mapping.ledger_row(line)) == line


@settings(max_examples=20, deadline=None)
@given(entry=any_(Entry), mark=any_(ComponentMark), certificate=any_(Certificate))
def test_rows_carry_what_queries_need(entry, mark, certificate):
    row = mapping.entry_row(entry)
    assert (row.id, row.round_id, row.candidate_id, row.document_no) == (
        entry.id,
        entry.round_id,
        entry.candidate.id,
        entry.candidate.document.number,
    )
    assert mapping.entry_value(row) == entry
    assert mapping.mark_value(mapping.mark_row(mark)) == mark
    assert mapping.certificate_value(mapping.certificate_row(certificate)) == certificate


@pytest.mark.parametrize("pts", [math.nan, math.inf])
def test_points_that_are_no_number_are_refused(pts):
    with pytest.raises(RegistryError, match="ComponentMark"):
        mapping.to_document(a_mark(an_entry(), pts))


def test_half_a_character_is_refused():
    with pytest.raises(RegistryError, match="Entry"):
        mapping.to_document(an_entry(remark="\ud840"))


def test_a_value_of_the_wrong_shape_is_refused():
    with pytest.raises(RegistryError, match="Entry"):
        mapping.to_document(an_entry(award_ids=["electrician-5"]))


def test_an_altered_document_is_told_from_a_good_one():
    row = mapping.entry_row(an_entry())
    row.document = row.document.replace("applied_on", "applied_at")
    with pytest.raises(RegistryError, match="Entry"):
        mapping.entry_value(row)


def test_the_standing_of_today_wins_over_the_day_of_issue():
    row = mapping.certificate_row(a_certificate(an_entry(), "electrician-5", "1", 1, b""))
    row.standing = "revoked"
    assert mapping.certificate_value(row).standing is Standing.REVOKED
    row.standing = "glorious"
    with pytest.raises(RegistryError, match="Certificate"):
        mapping.certificate_value(row)


def test_every_kept_kind_is_frozen():
    assert all(dataclasses.is_dataclass(kind) and kind.__dataclass_params__.frozen for kind in KINDS)
