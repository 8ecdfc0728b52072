"""Profiles as data: what the sources name is there, in their order, and what they do not name is not made up."""

from __future__ import annotations

import pytest

from scheduler.errors import InputError
from scheduler.sheets.columns_entries import ENTRIES
from scheduler.sheets.columns_numbers import NUMBERS
from scheduler.sheets.profiles import profile, profiles


def test_the_five_profiles_stand():
    assert list(profiles()) == ["handover-15", "numbers-4", "registration-33", "upload-11", "zhejiang-2015"]


@pytest.mark.parametrize("profile_id", list(profiles()))
def test_a_profile_lists_each_column_once_and_never_more_than_the_sheet_has(profile_id):
    one = profile(profile_id)
    assert len({column.zh for column in one.columns}) == len({column.en for column in one.columns}) == len(one.columns)
    assert len(one.columns) + one.missing == one.total
    assert one.source


def test_complete_sheets_are_ordered_and_seen_and_the_33_columns_are_not_made_up():
    complete = {id_ for id_, one in profiles().items() if not one.missing}
    assert complete == {"handover-15", "numbers-4", "upload-11", "zhejiang-2015"}
    assert all(profile(id_).ordered and profile(id_).mark == "seen" for id_ in complete)
    short = profile("registration-33")
    assert (short.mark, short.ordered, short.missing) == ("not-found", False, 24)


@pytest.mark.parametrize(("table", "known"), [("entries", ENTRIES), ("numbers", NUMBERS)])
def test_fields_of_sheets_that_are_read_are_keys_of_their_table(table, known):
    keys = {column.key for column in known.columns}
    for one in profiles().values():
        if one.table == table:
            assert {column.field for column in one.columns if column.field} <= keys


def test_a_profile_is_found_by_the_beginning_of_its_name_and_a_misspelling_is_answered():
    assert profile("zhejiang").id == "zhejiang-2015"
    with pytest.raises(InputError) as fault:
        profile("uplaod-11")
    assert "upload-11" in str(fault.value.hint)


def test_an_office_completes_a_profile_in_its_own_file(tmp_path):
    own = tmp_path / "profiles.toml"
    own.write_text(
        '[[profile]]\nid = "registration-33"\ntable = "entries"\nzh = "本机构报名表"\nen = "Ours"\nsource = "our own"\n'
        'mark = "seen"\nwording = "seen"\nordered = true\ntotal = 1\n'
        'columns = [{ zh = "姓名", en = "Name", field = "name", required = true, mark = "seen" }]\n',
        encoding="utf-8",
    )
    assert profile("registration-33", own).missing == 0
    assert profile("upload-11", own).total == 11


def test_a_wrong_file_of_profiles_says_where(tmp_path):
    own = tmp_path / "profiles.toml"
    own.write_text('[[profile]]\nid = "x"\ntable = "entrees"\n', encoding="utf-8")
    with pytest.raises(InputError) as fault:
        profiles(own)
    assert "profile[0].table" in {finding.where.path for finding in fault.value.findings}
