"""Notices: the net change against what each was told last, nothing twice, nobody forgotten."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scheduler.domain.sessions import Moved, Reason, Replanned
from scheduler.errors import Conflict, InputError, NotFound, Text
from scheduler.office.kept import kept
from scheduler.office.notices import hand_over, notices
from tests.office.books import ROUND
from tests.office.conftest import entries_of, rules


def republish(office, change, replanned=None):
    """Publish the version in force again with one change; returns the new version's number."""
    with office.registry.transaction() as store:
        now = store.plans.published(ROUND)
        plan = dataclasses.replace(change(now.plan), replanned=replanned)
        made = store.plans.add_draft(plan, office.now(), based_on=now.version)
        store.plans.publish(ROUND, made.version, office.now())
    return made.version


def seated(entry_id, place, component="theory"):
    """Return a change: one candidate sits at another place."""

    def change(plan):
        def there(one):
            mine = one.party_id == entry_id and one.component_id.endswith(component)
            return dataclasses.replace(one, place=place) if mine else one

        return dataclasses.replace(plan, sittings=tuple(there(one) for one in plan.sittings))

    return change


def without(entry_id):
    def change(plan):
        return dataclasses.replace(plan, sittings=tuple(one for one in plan.sittings if one.party_id != entry_id))

    return change


def told(report):
    return [
        (m.matter.kind, m.name, m.change, m.was and m.was.seat, m.now and m.now.seat)
        for m in report.messages
        if m.matter.kind == "candidate"
    ]


@pytest.fixture
def office(office_at):
    return office_at("published")


@pytest.fixture
def first(office):
    """An office whose first list was handed over; the id of one candidate and the seat in the theory room."""
    report = notices(office, round_id=ROUND)
    hand_over(office, round_id=ROUND, number=report.number, to="短信平台")
    entry = entries_of(office)["龚䶮"]
    with office.registry.transaction(write=False) as store:
        plan = store.plans.published(ROUND).plan
    (seat,) = [one.place for one in plan.sittings if one.party_id == entry.id and one.component_id.endswith("theory")]
    return entry.id, seat


def test_the_first_publication_tells_everybody_their_place_in_every_format(office):
    report = notices(office, round_id=ROUND)
    with office.registry.transaction(write=False) as store:
        plan, entries = store.plans.published(ROUND).plan, store.rounds.entries(ROUND)
    sittings = {(one.party_id, one.component_id, str(one.place)) for one in plan.sittings}
    duties = {(id_, session.id) for session in plan.sessions for id_ in session.examiner_ids}
    by_kind = {
        kind: [m for m in report.messages if m.matter.kind == kind] for kind in ("candidate", "examiner", "room")
    }
    assert {(m.matter.recipient_id, m.matter.about, m.now.seat) for m in by_kind["candidate"]} == sittings
    assert {(m.matter.recipient_id, m.matter.about) for m in by_kind["examiner"]} == duties
    assert {(m.matter.recipient_id, m.matter.about) for m in by_kind["room"]} == {
        (s.room_id, s.id) for s in plan.sessions
    }
    assert {m.change for m in report.messages} == {"first"}
    phones = {entry.id: entry.candidate.phone for entry in entries}
    assert all(m.phone == phones[m.matter.recipient_id] for m in by_kind["candidate"])
    assert report.without_phone == len(duties) + len(plan.sessions) + sum(
        not phones[one.party_id] for one in plan.sittings
    )
    book, table, document = map(Path, report.paths)
    rows = [[cell.value or "" for cell in row] for row in load_workbook(book).worksheets[0].iter_rows(min_row=2)]
    said = json.loads(document.read_text(encoding="utf-8"))["messages"]
    with table.open(encoding="utf-8-sig", newline="") as lines:
        plain = list(csv.DictReader(lines))
    assert [list(map(str, row)) for row in rows] == [list(map(str, one.values())) for one in said]
    assert [list(one.values()) for one in plain] == [list(map(str, one.values())) for one in said]
    everything = document.read_text(encoding="utf-8") + table.read_text(encoding="utf-8")
    assert [e.candidate.document.number for e in entries if e.candidate.document.number in everything] == []
    assert {one["phone_state"] for one in said} == {"", "无电话"}


def test_called_again_it_is_the_same_list_and_what_was_handed_over_is_never_told_again(office):
    report = notices(office, round_id=ROUND)
    before = [Path(path).read_bytes() for path in report.paths]
    again = notices(office, round_id=ROUND)
    assert (again.number, [Path(path).read_bytes() for path in again.paths]) == (1, before)
    assert notices(office, round_id=ROUND, dry_run=True).messages == report.messages
    hand_over(office, round_id=ROUND, number=1, to="短信平台")
    assert (notices(office, round_id=ROUND).messages, notices(office, round_id=ROUND).number) == ((), None)
    with pytest.raises(Conflict):
        hand_over(office, round_id=ROUND, number=1, to="短信平台")
    assert {view.state for view in kept(office).files} == {"there"}


def test_only_the_net_change_is_told(office, first):
    entry, seat = first
    republish(office, seated(entry, 99))
    assert told(notices(office, round_id=ROUND)) == [("candidate", "龚䶮", "moved", str(seat), "99")]
    republish(office, seated(entry, seat))
    assert notices(office, round_id=ROUND).messages == ()
    republish(office, seated(entry, 98))
    moved = notices(office, round_id=ROUND)
    assert (moved.number, rules(moved.findings)) == (3, ["notices-open"])
    hand_over(office, round_id=ROUND, number=3, to="短信平台")
    republish(office, seated(entry, seat))
    back = notices(office, round_id=ROUND)
    assert (back.number, told(back)) == (4, [("candidate", "龚䶮", "moved", "98", str(seat))])


def test_whoever_loses_the_place_is_told_once_and_told_again_when_there_is_one(office, first):
    entry, seat = first
    with office.registry.transaction(write=False) as store:
        whole = store.plans.published(ROUND).plan
    republish(office, without(entry))
    report = notices(office, round_id=ROUND)
    assert {row[2] for row in told(report)} == {"dropped"}
    assert {m.matter.about.rpartition("/")[2] for m in report.messages if m.matter.kind == "candidate"} == {
        "theory",
        "practical",
    }
    assert {m.change for m in report.messages if m.matter.kind == "room"} == {"moved"}  # fewer come
    hand_over(office, round_id=ROUND, number=report.number, to="短信平台")
    assert notices(office, round_id=ROUND).messages == ()
    republish(office, lambda _: whole)
    assert ("candidate", "龚䶮", "new", None, str(seat)) in told(notices(office, round_id=ROUND))


def test_reasons_come_from_the_replanning_and_name_nobody_else_in_the_message(office, first):
    entry, _ = first
    with office.registry.transaction(write=False) as store:
        (component,) = [
            s.component_id
            for s in store.plans.published(ROUND).plan.sittings
            if s.party_id == entry and s.component_id.endswith("theory")
        ]

    def because(rule, zh):
        return Replanned((Moved(entry, component, Reason(rule, Text(zh, zh))),), (), 1, 0)

    republish(office, seated(entry, 99), because("room-gone", "考场 T1 已取消"))
    (message,) = notices(office, round_id=ROUND).messages
    assert (message.reason.zh, "考场 T1 已取消" in message.text.zh) == ("考场 T1 已取消", True)
    republish(office, seated(entry, 98), because("ejected", "为使 曹少启 有席位而调整"))
    (message,) = notices(office, round_id=ROUND).messages
    assert (message.reason.zh, "曹少启" in message.text.zh) == ("为使 曹少启 有席位而调整", False)


def test_a_list_that_another_has_overtaken_is_not_handed_over_unseen(office, first):
    entry, _ = first
    republish(office, seated(entry, 98))
    notices(office, round_id=ROUND)
    republish(office, seated(entry, 99))
    notices(office, round_id=ROUND)
    hand_over(office, round_id=ROUND, number=3, to="短信平台")
    with pytest.raises(Conflict) as refusal:
        hand_over(office, round_id=ROUND, number=2, to="短信平台")
    assert rules(refusal.value.findings) == ["notices-stale"]
    hand_over(office, round_id=ROUND, number=2, to="短信平台", yes=True)
    assert notices(office, round_id=ROUND).messages == ()  # list 3 is the later word


def test_since_a_version_that_was_told_by_other_means(office):
    entry = entries_of(office)["龚䶮"].id
    assert notices(office, round_id=ROUND, since=1).messages == ()
    republish(office, seated(entry, 99))
    report = notices(office, round_id=ROUND, since=1)
    assert [(row[1], row[2], row[4]) for row in told(report)] == [("龚䶮", "moved", "99")]
    hand_over(office, round_id=ROUND, number=report.number, to="短信平台")
    assert notices(office, round_id=ROUND).messages == ()


def test_another_version_is_shown_only_as_a_preview(office, first):
    entry, seat = first
    with office.registry.transaction() as store:
        now = store.plans.published(ROUND)
        draft = store.plans.add_draft(seated(entry, 99)(now.plan), office.now(), based_on=now.version).version
    assert told(notices(office, round_id=ROUND, version=draft, dry_run=True)) == [
        ("candidate", "龚䶮", "moved", str(seat), "99")
    ]
    with pytest.raises(InputError):
        notices(office, round_id=ROUND, version=draft)


def test_what_cannot_be_done_is_refused(office):
    for refused, error in (
        (lambda: notices(office, round_id=ROUND, version=7), NotFound),
        (lambda: notices(office, round_id="2020-01"), NotFound),
        (lambda: notices(office, round_id=ROUND, since=7), NotFound),
        (lambda: hand_over(office, round_id=ROUND, number=5, to="短信平台"), NotFound),
        (lambda: hand_over(office, round_id=ROUND, number=1, to=" "), InputError),
    ):
        with pytest.raises(error):
            refused()
