"""Calendars: read back by the library and by hand; events move, fall away and come back; no names and numbers where none belong."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from scheduler.domain.lineage import lineage
from scheduler.domain.sessions import Session, Sitting
from scheduler.errors import Conflict, NotFound
from scheduler.office import day as verbs
from scheduler.office.calendars import calendars
from scheduler.office.plan import plan
from tests.build import PRACTICAL, THEORY, a_party, a_plan, a_round
from tests.office.books import ROUND
from tests.office.conftest import entries_of, round_of
from tests.office.test_duties import published_plan

KINDS = ("candidates", "examiners", "rooms", "sites")


def files_of(report) -> dict[str, bytes]:
    folder = Path(report.folder)
    return {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


def events_of(content: bytes) -> dict[str, dict[str, str]]:
    """A second reader, by the letter of RFC 5545: lines end in CRLF, hold 75 octets at most, and unfold to valid UTF-8."""
    assert content.endswith(b"\r\n")
    lines = content.split(b"\r\n")[:-1]
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    for line in lines:
        line.decode("utf-8")  # no character is cut in two
    found, event, inside = {}, {}, []
    for line in content.replace(b"\r\n ", b"").decode("utf-8").split("\r\n")[:-1]:
        name, value = re.fullmatch(r'([A-Z-]+(?:;[A-Z-]+=(?:"[^"]*"|[^";:]*))*):(.*)', line).groups()
        if name == "BEGIN":
            inside.append(value)
            event = {} if value == "VEVENT" else event
        elif name == "END":
            assert inside.pop() == value
            if value == "VEVENT":
                assert event["UID"] not in found
                found[event["UID"]] = event
        elif inside[-1:] == ["VEVENT"]:
            assert name.split(";")[0] not in {key.split(";")[0] for key in event}
            event[name] = value
        elif inside[-1:] == ["VALARM"]:
            event[f"VALARM.{name}"] = value
    assert inside == []
    return found


def test_who_should_be_in_each_calendar_is_and_nobody_else(office_at) -> None:
    office = office_at("published")
    report, made, round_ = calendars(office, round_id=ROUND), published_plan(office), round_of(office)
    files, entries = files_of(report), {e.id: e for e in entries_of(office).values()}
    slots = {slot.id: slot for slot in round_.slots}
    where = {s.id: s for s in made.sessions}
    assert dict(report.calendars) == {
        "examiners": len({e for s in made.sessions for e in s.examiner_ids}),
        "rooms": 2,
        "sites": 1,
        "candidates": 17,
    }
    for entry_id, entry in entries.items():
        mine = events_of(files[f"candidates/{entry_id}.ics"])
        seats = [s for s in made.sittings if s.party_id == entry_id]
        assert len(mine) == len(seats)
        told = sorted((e["DTSTART;TZID=Asia/Shanghai"], e["DESCRIPTION"]) for e in mine.values())
        for sitting, (starts, words) in zip(
            sorted(seats, key=lambda s: slots[where[s.session_id].slot_id].starts_at), told, strict=True
        ):
            component = next(c for c in round_.components if c.id == sitting.component_id)
            later = timedelta(minutes=(sitting.turn - 1) * (component.minutes + round_.policy.changeover_min))
            assert starts == f"{slots[where[sitting.session_id].slot_id].starts_at + later:%Y%m%dT%H%M%S}"
            assert f"第 {sitting.turn} 轮\\，" not in words
            assert f"第 {sitting.turn} 轮，{sitting.place} 号考位" in words
        text = files[f"candidates/{entry_id}.ics"].replace(b"\r\n ", b"").decode()
        assert [e.candidate.name for e in entries.values() if e.candidate.name in text] == [entry.candidate.name]
    for session in made.sessions:
        for examiner_id in session.examiner_ids:
            words = "".join(e["DESCRIPTION"] for e in events_of(files[f"examiners/{examiner_id}.ics"]).values())
            assert session.id in words
    everything = b"".join(files.values()).replace(b"\r\n ", b"").decode()
    assert not any(e.candidate.document.number in everything + str(sorted(files)) for e in entries.values())
    for kind in ("rooms", "sites"):
        places = b"".join(v for k, v in files.items() if k.startswith(kind)).replace(b"\r\n ", b"").decode()
        assert not any(e.candidate.name in places for e in entries.values())
    named = files_of(calendars(office, round_id=ROUND, with_names=True))
    assert all(e.candidate.name in named["rooms.ics"].replace(b"\r\n ", b"").decode() for e in entries.values())


def test_files_read_back_with_the_library_and_hold_what_rfc_5545_asks(office_at) -> None:
    office = office_at("published")
    report = calendars(office, round_id=ROUND)
    files = files_of(report)
    with office.registry.transaction(write=False) as store:
        at = datetime.fromisoformat(store.plans.published(ROUND).published_at)
    apart = dict.fromkeys(KINDS, 0)
    for name, content in files.items():
        if name.endswith(".csv"):
            rows = list(csv.reader(content.decode("utf-8-sig").splitlines()))[1:]
            assert {f"{name.split('/')[0]}/{row[0]}" for row in rows} == {
                f for f in files if f.startswith(name.split("/")[0] + "/") and f.endswith(".ics")
            }
            continue
        read, by_hand = Calendar.from_ical(content), events_of(content)
        assert (read["METHOD"], read["VERSION"]) == ("PUBLISH", "2.0")
        (zone,) = read.walk("VTIMEZONE")
        assert zone["TZID"] == "Asia/Shanghai"
        events = read.walk("VEVENT")
        assert {str(e["UID"]) for e in events} == set(by_hand)
        for event in events:
            assert event.get("SEQUENCE") == 2
            assert {event["DTSTAMP"].dt, event["LAST-MODIFIED"].dt} == {at.astimezone(UTC)}
            assert event["DTSTART"].dt.utcoffset() == timedelta(hours=8)
            assert event["DTEND"].dt > event["DTSTART"].dt
            assert event["STATUS"] == "CONFIRMED"
            assert [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")] == [timedelta(days=-1)]
            assert re.search(r"[一-龥]", event["DESCRIPTION"])
            assert re.search(r"[A-Za-z]{4}", event["SUMMARY"])
        if "/" in name:
            apart[name.split("/")[0]] += len(events)
        else:
            apart[name.removesuffix(".ics")] -= len(events)
    assert apart == dict.fromkeys(KINDS, 0)
    assert files_of(calendars(office, round_id=ROUND)) == files
    assert not [p for p in Path(report.folder).parent.iterdir() if p.name.startswith(".")]


def test_an_event_moves_falls_away_and_comes_back_under_its_id(office_at) -> None:
    office = office_at("published")
    before = files_of(calendars(office, round_id=ROUND))
    theory = next(s for s in published_plan(office).sessions if s.component_id.endswith("theory"))
    out = theory.examiner_ids[0]
    in_ = verbs.enter_examiner(office, theory.id, out, round_id=ROUND).substitutes[0].id
    why = {"round_id": ROUND, "reason": "病"}
    verbs.enter_examiner(office, theory.id, out, to=in_, **why)
    verbs.enter_deferred(office, "何勇阳", component="实操", **why)
    report = calendars(office, round_id=ROUND)
    after = files_of(report)
    (gone,) = [e for e in events_of(after[f"examiners/{out}.ics"]).values() if e["STATUS"] == "CANCELLED"]
    assert gone["UID"] in events_of(before[f"examiners/{out}.ics"])
    assert (gone["SEQUENCE"], "VALARM.TRIGGER" in gone, "已取消" in gone["SUMMARY"]) == ("6", False, True)
    assert [e["STATUS"] for e in events_of(after[f"examiners/{in_}.ics"]).values()].count("CONFIRMED") >= 1
    mine = events_of(after[f"candidates/{entries_of(office)['何勇阳'].id}.ics"])
    assert sorted(e["STATUS"] for e in mine.values()) == ["CANCELLED", "CONFIRMED"]
    assert set(mine) == set(events_of(before[f"candidates/{entries_of(office)['何勇阳'].id}.ics"]))
    assert (report.cancelled, set(events_of(after["sites.ics"]))) == (2, set(events_of(before["sites.ics"])))
    verbs.withdraw(office, 1, **why)
    verbs.withdraw(office, 2, **why)
    back = files_of(calendars(office, round_id=ROUND))
    assert {e["STATUS"] for e in events_of(back["candidates.ics"]).values()} == {"CONFIRMED"}
    assert set(events_of(back["candidates.ics"])) == set(events_of(before["candidates.ics"]))
    old = calendars(office, round_id=ROUND, version=1, kinds=("rooms",))
    assert (old.version, files_of(old)["rooms.ics"]) == (1, before["rooms.ics"])


def test_drafts_and_rounds_without_a_plan_have_no_calendar(office_at, tmp_path: Path) -> None:
    office = office_at("planned")
    with pytest.raises(NotFound):
        calendars(office, round_id=ROUND, out=tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_a_draft_beside_a_published_plan_is_refused_and_kinds_stay(office_at, tmp_path: Path) -> None:
    office = office_at("published")
    plan(office, round_id=ROUND, seed=2)
    with pytest.raises(Conflict):
        calendars(office, round_id=ROUND, version=2, out=tmp_path)
    rooms = calendars(office, round_id=ROUND, kinds=("rooms",), out=tmp_path)
    assert set(files_of(rooms)) >= {"rooms.ics", "rooms/index.csv"}
    both = calendars(office, round_id=ROUND, kinds=("sites",), out=tmp_path)
    assert {name.split("/")[0] for name in files_of(both)} == {"rooms", "rooms.ics", "sites", "sites.ics"}


def test_a_session_that_moves_keeps_its_lasting_name() -> None:
    round_ = a_round([a_party(f"p{n}") for n in range(1, 5)])
    made = a_plan(round_)
    shop = next(s for s in made.sessions if s.component_id == PRACTICAL)

    def moved(plan_, from_, to):
        sessions = tuple(replace(s, id=to, slot_id=to.split(".")[0]) if s.id == from_ else s for s in plan_.sessions)
        sittings = tuple(replace(s, session_id=to) if s.session_id == from_ else s for s in plan_.sittings)
        return replace(plan_, sessions=sessions, sittings=sittings)

    later = moved(made, shop.id, "d1pm.shop")
    fresh = replace(
        later,
        sessions=(*later.sessions, Session(shop.id, PRACTICAL, "shop", shop.slot_id)),
        sittings=(*later.sittings, Sitting("p9", PRACTICAL, shop.id, 1, 1)),
    )
    names = lineage([(1, made), (2, later), (4, fresh)])
    assert names[0][shop.id] == shop.id
    assert names[1]["d1pm.shop"] == shop.id
    assert (names[2]["d1pm.shop"], names[2][shop.id]) == (shop.id, f"{shop.id}~4")
    # Half of the candidates, or another component, is another session.
    half = moved(made, shop.id, "d1pm.shop")
    strangers = tuple(
        replace(s, party_id=f"q{n}") if s.component_id == PRACTICAL and n % 2 else s
        for n, s in enumerate(half.sittings)
    )
    mixed = lineage([(1, made), (2, replace(half, sittings=strangers))])[1]
    people = [s.party_id for s in strangers if s.component_id == PRACTICAL]
    kept = sum(p.startswith("p") for p in people) * 2 > len(people)
    assert (mixed["d1pm.shop"] == shop.id) is kept
    other = replace(
        half, sessions=tuple(replace(s, component_id="x") if s.id == "d1pm.shop" else s for s in half.sessions)
    )
    assert lineage([(1, made), (2, other)])[1]["d1pm.shop"] == "d1pm.shop"
    assert {s.component_id for s in made.sessions} == {THEORY, PRACTICAL}
