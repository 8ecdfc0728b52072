"""Blank certificates: how their serials are written, and the account that must balance whatever is done in whatever order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.forms import FormAccount, FormMove, form_range
from scheduler.errors import InputError

AT, ROUND = "2026-07-01T09:30:00+08:00", "R"


@pytest.mark.parametrize(
    ("words", "serials"),
    [
        ("A0001-A0003", ["A0001", "A0002", "A0003"]),
        (" a0009 - 0011 ", ["A0009", "A0010", "A0011"]),
        ("0099", ["0099"]),
        ("苏A1", None),
        ("NO-07-NO-08", ["NO-07", "NO-08"]),
        ("26/A98~26/A99", ["26/A98", "26/A99"]),
        ("A0003-A0001", None),
        ("A0001-B0003", None),
        ("A1-A0003", None),
        ("A-B", None),
        ("", None),
        ("A000001-A999999", None),
    ],
)
def test_serials_as_people_write_them(words, serials) -> None:
    if serials is None:
        with pytest.raises(InputError):
            form_range(words)
    else:
        found = form_range(words)
        assert (list(found.serials()), found.count) == (serials, len(serials))
        assert form_range(str(found)) == found


def move(act, *serials, round_id=ROUND, **changes) -> FormMove:
    sequences = tuple(range(1, len(serials) + 1)) if act == "printed" else ()
    return FormMove(AT, "王", act, round_id, serials, **{"sequences": sequences, **changes})


def test_a_form_takes_each_road_once() -> None:
    account = FormAccount.of([move("drawn", "A1", "A2", "A3"), move("printed", "A1"), move("returned", "A3")])
    assert account.unfit("drawn", ROUND, ["A1", "A2", "A3", "A4"]) == [("A1", "printed"), ("A2", "drawn")]
    assert account.unfit("printed", ROUND, ["A1", "A2", "A4"]) == [("A1", "printed"), ("A4", None)]
    assert account.unfit("spoiled", ROUND, ["A1", "A2", "A3"]) == [("A3", "returned")]
    assert account.unfit("returned", ROUND, ["A1", "A2"]) == [("A1", "printed")]
    assert account.unfit("spoiled", "other", ["A1"]) == [("A1", "printed")]
    assert account.bears == {"A1": 1}
    account.add(move("spoiled", "A1"))
    assert account.bears == {}
    assert account.unfit("drawn", ROUND, ["A1"]) == [("A1", "spoiled")]
    assert account.in_hand(ROUND, ["A1", "A2", "A3"]) == ["A2"]


ACTS = st.sampled_from(["drawn", "printed", "spoiled", "returned"])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(ACTS, st.sets(st.integers(1, 6), min_size=1)), max_size=25))
def test_no_form_is_lost_or_doubled(history) -> None:
    account, drawn = FormAccount(), set()
    for act, numbers in history:
        serials = tuple(f"A{n}" for n in sorted(numbers))
        if account.unfit(act, ROUND, serials):
            continue
        account.add(move(act, *serials))
        drawn |= set(serials) if act == "drawn" else set()
        assert sum(account.counts(ROUND).values()) == len(drawn)
        assert set(account.bears) == {serial for serial, (state, _) in account.state.items() if state == "printed"}
