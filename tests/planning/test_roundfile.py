"""A round file says a round exactly, its schema is published, and every fault in it is named with its path."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.catalogue import Duty, Staffing
from scheduler.domain.people import Recusal
from scheduler.domain.rounds import (
    Distance,
    ExaminerLock,
    Group,
    Lock,
    Opening,
    Policy,
    Reservation,
    Round,
    Share,
    Waiver,
    Weights,
)
from scheduler.planning import roundfaults
from scheduler.planning.roundfile import read_round, round_digest, round_findings, round_schema, write_round
from tests.build import BOTH, MONDAY, PRACTICAL, THEORY, a_component, a_party, a_room, a_round, a_slot, an_examiner


def full_round():
    """Every list has a row and every field is said at least once."""
    party = a_party(
        "甲01",
        head_count=2,
        group_id="crew",
        institution_id="alpha",
        origin_id="village",
        x_km=1.5,
        y_km=2.0,
        fares={"south": 7, "north": 3},
        earliest_on=MONDAY,
        latest_on=date(2026, 6, 2),
        unavailable_slot_ids=("d1pm",),
        accessible=True,
    )
    return a_round(
        [party, a_party("p2", [THEORY], x_km=5.0, y_km=6.0)],
        groups=(Group("crew", "site", "华光机电"),),
        recusals=(Recusal("e2", "p2", "own_trainee", "2025"),),
        distances=(Distance("village", "north", 12.0),),
        openings=(Opening("hall", "d0am", cost=5), Opening("shop", "d1am", closed=True)),
        reservations=(Reservation("hall", 2, group_id="crew", slot_id="d0am"),),
        locks=(Lock("p2", THEORY, "d0am", "hall", 1, 3),),
        examiner_locks=(ExaminerLock("hall", "d0am", "e1"),),
        policy=Policy(max_travel_km=90.0, order_days_max=3, weights=Weights(km=2)),
        name="六月第一批",
    )


def written(tmp_path, **changes):
    """The full round's file with some of its keys replaced."""
    write_round(full_round(), tmp_path / "r.json")
    document = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    (tmp_path / "r.json").write_text(json.dumps(document | changes, ensure_ascii=False), encoding="utf-8")
    return tmp_path / "r.json"


def faults_of(path):
    round_, findings = read_round(path)
    assert round_ is None
    assert all(f.where.file == path.name and f.what.zh and f.what.en for f in findings)
    return [(f.rule, f.where.path) for f in findings]


def test_read_gives_what_was_written(tmp_path):
    write_round(full_round(), tmp_path / "r.json")
    assert read_round(tmp_path / "r.json") == (full_round(), [])


def test_a_plain_hand_written_file_is_enough(tmp_path):
    path = tmp_path / "r.json"
    path.write_text(
        """\ufeff{"id": "r1", "window": {"first_on": "2026-06-01", "last_on": "2026-06-01"},
        "slots": [{"id": "am", "on": "2026-06-01", "start": "09:00", "end": "12:00"}],
        "institutions": [{"id": "a", "name": "甲"}], "sites": [{"id": "s", "institution_id": "a"}],
        "rooms": [{"id": "hall", "site_id": "s", "kind": "theory_room", "places": 30}],
        "components": [{"id": "t", "kind": "theory", "room_kind": "theory_room", "trade_id": "x", "minutes": 60,
          "staffing": {"duty": "invigilate", "at_least": 2, "per_candidates": 15}}],
        "parties": [{"id": "p1", "component_ids": ["t"], "x_km": 3, "y_km": 4}],
        "policy": {"examiners_on": false}}""",
        encoding="utf-8",
    )
    round_, findings = read_round(path)
    assert findings == []
    assert (round_.parties[0].x_km, round_.policy.weights.unplaced, round_.slots[0].end) == (3.0, 5000, time(12))


def test_digest_is_of_what_is_said_not_of_how():
    """Defaults written out, 12 for 12.0, and another order of fares mean the same round; another row order does not."""
    round_ = full_round()
    party = replace(round_.parties[0], fares={"north": 3, "south": 7}, y_km=2)
    same = replace(round_, parties=(party, round_.parties[1]), policy=replace(round_.policy, max_travel_km=90))
    assert round_digest(same) == round_digest(round_)
    assert round_digest(replace(round_, parties=round_.parties[::-1])) != round_digest(round_)
    assert round_digest(replace(round_, name="二")) != round_digest(round_)


def test_digest_stays_what_it_was():
    """Plans in the field name this digest: a change here makes every stored plan foreign to its round."""
    assert round_digest(a_round([])) == "53f9f3bbfe3585fa24a0b40eff396c9971d96beae39b7085b21cd8b07a538e21"


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_any_party_survives_the_file(tmp_path_factory, data):
    text = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
    km = st.none() | st.floats(-1e6, 1e6, allow_nan=False)
    party = a_party(
        data.draw(text),
        data.draw(st.sampled_from((BOTH, (THEORY,)))),
        head_count=data.draw(st.integers(1, 10**6)),
        origin_id=data.draw(text),
        x_km=data.draw(km),
        y_km=data.draw(km),
        fares={"north": data.draw(st.integers(0, 10**9))},
        earliest_on=data.draw(st.none() | st.dates()),
        accessible=data.draw(st.booleans()),
    )
    path = tmp_path_factory.mktemp("any") / "r.json"
    write_round(a_round([party]), path)
    round_, findings = read_round(path)
    if round_ is None:
        assert {finding.rule for finding in findings} <= {"round-id-bad", "round-number", "round-days"}
    else:
        assert round_.parties == (party,)


def test_schema_names_every_key_and_refuses_others():
    schema = round_schema()
    assert schema["title"] == "Round file (批次文件)"
    round_part = schema["$defs"]["Round"]
    assert schema["$ref"] == "#/$defs/Round"
    assert set(round_part["properties"]) == set(Round.__slots__)
    assert all(part.get("additionalProperties") is False for part in schema["$defs"].values() if "properties" in part)
    fares = schema["$defs"]["Party"]["properties"]["fares"]
    assert fares["description"].startswith("Cost of one trip")
    assert json.loads(json.dumps(schema)) == schema


SHAPES = (
    ({"rooms": [{"id": "hall", "site_id": "north", "kind": "barn", "places": 3}]}, "json-wrong-shape", "rooms[0].kind"),
    (
        {"rooms": [{"id": "hall", "site_id": "north", "kind": "workshop", "places": "3"}]},
        "json-wrong-shape",
        "rooms[0].places",
    ),
    (
        {"rooms": [{"id": "hall", "site_id": "north", "kind": "workshop", "places": 3.5}]},
        "json-wrong-shape",
        "rooms[0].places",
    ),
    (
        {"rooms": [{"id": "hall", "site_id": "north", "kind": "workshop", "places": True}]},
        "json-wrong-shape",
        "rooms[0].places",
    ),
    ({"rooms": [{"id": "hall", "kind": "workshop", "places": 3}]}, "json-missing-key", "rooms[0].site_id"),
    ({"rooms": {"hall": 3}}, "json-wrong-shape", "rooms"),
    ({"colour": "red"}, "json-unknown-key", "colour"),
    ({"window": {"first_on": "1 June", "last_on": "2026-06-01"}}, "json-wrong-shape", "window.first_on"),
    ({"window": {"first_on": 20260601, "last_on": "2026-06-01"}}, "json-wrong-shape", "window.first_on"),
    (
        {"slots": [{"id": "d0am", "on": "2026-06-01", "start": "25:00", "end": "12:00"}]},
        "json-wrong-shape",
        "slots[0].start",
    ),
    ({"policy": {"road_factor": float("nan")}}, "json-wrong-shape", "policy.road_factor"),
    ({"policy": {"weights": {"unplaced": 10**40}}}, "round-number", "policy.weights.unplaced"),
    (
        {"parties": [{"id": "p1", "component_ids": [THEORY], "fares": {"north": None}}]},
        "json-wrong-shape",
        "parties[0].fares.north",
    ),
    ({"name": None}, "json-wrong-shape", "name"),
)


@pytest.mark.parametrize(("changes", "rule", "path"), SHAPES, ids=range(len(SHAPES)))
def test_wrong_shape_is_named_with_its_path(tmp_path, changes, rule, path):
    assert (rule, path) in faults_of(written(tmp_path, **changes))


def test_a_misspelt_key_is_told_the_right_one(tmp_path):
    path = written(tmp_path, parties=[{"id": "p1", "component_ids": [THEORY], "headcount": 3}])
    _, findings = read_round(path)
    assert [(f.where.path, f.hint.en) for f in findings if f.rule == "json-unknown-key"] == [
        ("parties[0].headcount", "was head_count meant?")
    ]


@pytest.mark.parametrize(
    ("twice", "path"),
    [
        (('"places": ', '"places": 3, "places": '), "reservations[0].places"),
        (('"policy": {', '"policy": {}, "policy": {'), "policy"),
        (('"id": "d0am"', '"id": "d0am", "id": "d0am"'), "slots[0].id"),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_its_path(tmp_path, twice, path):
    file = written(tmp_path, policy={})
    text = file.read_text(encoding="utf-8")
    assert text.count(twice[0]) >= 1
    file.write_text(text.replace(*twice, 1), encoding="utf-8")
    round_, findings = read_round(file)
    assert round_ is None
    assert [(f.rule, f.where.path) for f in findings] == [("json-doubled-key", path)]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "json-invalid"),
        (b" \n ", "json-invalid"),
        (b"{", "json-invalid"),
        (b'{"id": "r"} {}', "json-invalid"),
        (b"[" * 100_000, "json-invalid"),
        ('{"id": "批次"}'.encode("gbk"), "file-encoding"),
        ('{"id": "r"}'.encode("utf-16"), "file-encoding"),
        (b"\x00\xff\xfe binary", "file-encoding"),
        (b"null", "json-wrong-shape"),
        (b"[]", "json-wrong-shape"),
        (b'"round"', "json-wrong-shape"),
        (b"{}", "json-missing-key"),
        (b'{"id": "\\ud800"}', "json-invalid"),
    ],
)
def test_files_that_are_no_rounds(tmp_path, content, rule):
    path = tmp_path / "r.json"
    path.write_bytes(content)
    assert faults_of(path)[0][0] == rule


def test_files_that_cannot_be_read(tmp_path):
    assert faults_of(tmp_path / "none.json") == [("file-unreadable", None)]
    (tmp_path / "folder").mkdir()
    assert faults_of(tmp_path / "folder") == [("file-unreadable", None)]


def test_many_faults_of_shape_are_counted_not_all_listed(tmp_path):
    path = written(tmp_path, parties=[{"id": n} for n in range(500)])
    assert len(faults_of(path)) == 201


def round_with(**changes):
    return replace(full_round(), **changes)


def party(**changes):
    return (a_party("p1", **changes),)


SENSE = {
    "room id twice": (
        round_with(rooms=(a_room("hall"), a_room("shop"), a_room("hall"))),
        "round-id-twice",
        "rooms[2].id",
    ),
    "party id twice": (round_with(parties=(a_party("p2"), a_party("p2"))), "round-id-twice", "parties[1].id"),
    "empty id": (round_with(slots=(*full_round().slots, a_slot(0, id=" "))), "round-id-bad", "slots[4].id"),
    "invisible id": (round_with(parties=(a_party("p2"), a_party("a\nb"))), "round-id-bad", "parties[1].id"),
    "round without id": (round_with(id=""), "round-id-bad", "id"),
    "unknown site": (
        round_with(rooms=(a_room("hall", site_id="moon"), a_room("shop"))),
        "round-unknown-id",
        "rooms[0].site_id",
    ),
    "unknown component": (
        round_with(parties=(a_party("p2", [THEORY, "x"]),)),
        "round-unknown-id",
        "parties[0].component_ids[1]",
    ),
    "unknown group": (round_with(parties=(a_party("p2", group_id="x"),)), "round-unknown-id", "parties[0].group_id"),
    "unknown fare": (
        round_with(parties=(a_party("p2", fares={"moon": 1}),)),
        "round-unknown-id",
        "parties[0].fares.moon",
    ),
    "unknown slot": (round_with(locks=(Lock("p2", THEORY, "never"),)), "round-unknown-id", "locks[0].slot_id"),
    "unknown examiner": (
        round_with(recusals=(Recusal("e99", "p2", "other"),)),
        "round-unknown-id",
        "recusals[0].examiner_id",
    ),
    "no places": (round_with(rooms=(a_room("hall", places=0), a_room("shop"))), "round-number", "rooms[0].places"),
    "negative places": (
        round_with(rooms=(a_room("hall", places=-5), a_room("shop"))),
        "round-number",
        "rooms[0].places",
    ),
    "nobody in the party": (
        round_with(parties=(a_party("p2", head_count=0),)),
        "round-number",
        "parties[0].head_count",
    ),
    "negative weight": (round_with(policy=Policy(weights=Weights(km=-1))), "round-number", "policy.weights.km"),
    "negative distance": (
        round_with(distances=(Distance("village", "north", -1.0),)),
        "round-number",
        "distances[0].km",
    ),
    "nan": (round_with(distances=(Distance("village", "north", float("nan")),)), "round-number", "distances[0].km"),
    "infinity": (round_with(parties=(a_party("p2", x_km=float("inf"), y_km=0.0),)), "round-number", "parties[0].x_km"),
    "negative fare": (
        round_with(parties=(a_party("p2", fares={"north": -1}),)),
        "round-number",
        "parties[0].fares.north",
    ),
    "no road": (round_with(policy=Policy(road_factor=0.0)), "round-number", "policy.road_factor"),
    "no institution asked": (round_with(policy=Policy(min_institutions=0)), "round-number", "policy.min_institutions"),
    "no minutes": (
        round_with(components=(a_component("theory", minutes=0), a_component("practical"))),
        "round-number",
        "components[0].minutes",
    ),
    "nonsense staffing": (
        round_with(
            components=(a_component("theory", staffing=Staffing(Duty.INVIGILATE, -1, 0)), a_component("practical"))
        ),
        "round-number",
        "components[0].staffing.at_least",
    ),
    "one coordinate": (
        round_with(parties=(*full_round().parties, a_party("p3", x_km=1.0))),
        "round-number",
        "parties[2]",
    ),
    "slot ends first": (
        round_with(slots=(*full_round().slots, a_slot(0, id="x", end=time(8)))),
        "round-days",
        "slots[4].end",
    ),
    "slot outside": (round_with(slots=(*full_round().slots, a_slot(9))), "round-days", "slots[4].on"),
    "window backwards": (
        round_with(window=replace(full_round().window, last_on=date(2026, 5, 1))),
        "round-days",
        "window",
    ),
    "earliest after latest": (
        round_with(parties=(a_party("p2", earliest_on=date(2026, 6, 2), latest_on=MONDAY), full_round().parties[0])),
        "round-days",
        "parties[0].latest_on",
    ),
    "circle": (
        round_with(components=(a_component("theory", after=(PRACTICAL,)), a_component("practical"))),
        "round-order-circle",
        "components[0].after",
    ),
    "after itself": (
        round_with(components=(a_component("theory", after=(THEORY,)), a_component("practical"))),
        "round-order-circle",
        "components[0].after",
    ),
    "nothing due": (
        round_with(parties=(*full_round().parties, a_party("p3", []))),
        "round-no-component",
        "parties[2].component_ids",
    ),
    "due twice": (
        round_with(parties=(*full_round().parties, a_party("p3", [THEORY, THEORY]))),
        "round-id-twice",
        "parties[2].component_ids",
    ),
    "no duty": (
        round_with(examiners=(*full_round().examiners, an_examiner(9, duties=()))),
        "round-examiner",
        "examiners[6].duties",
    ),
    "assessor without a trade": (
        round_with(examiners=(*full_round().examiners, an_examiner(9, trade_ids=()))),
        "round-examiner",
        "examiners[6].trade_ids",
    ),
    "price twice": (
        round_with(openings=(Opening("hall", "d0am", 1), Opening("hall", "d0am", 2))),
        "round-said-twice",
        "openings[1]",
    ),
    "distance twice": (
        round_with(distances=(Distance("v", "north", 1.0), Distance("v", "north", 2.0))),
        "round-said-twice",
        "distances[1]",
    ),
    "reservation too large": (
        round_with(reservations=(Reservation("hall", 13, "crew"),)),
        "round-reservation",
        "reservations",
    ),
    "reservations too large together": (
        round_with(reservations=(Reservation("hall", 7, "crew"), Reservation("hall", 6, "", "alpha", "d0am"))),
        "round-reservation",
        "reservations",
    ),
    "reservation for nobody": (
        round_with(reservations=(Reservation("hall", 1),)),
        "round-reservation",
        "reservations[0]",
    ),
    "locks disagree": (
        round_with(locks=(Lock("p2", THEORY, "d0am"), Lock("p2", THEORY, "d0pm"))),
        "round-lock",
        "locks[1]",
    ),
    "locked to a closed session": (
        round_with(locks=(Lock("甲01", PRACTICAL, "d1am", "shop"),)),
        "round-lock",
        "locks[0]",
    ),
    "locked to a place that is not there": (
        round_with(locks=(Lock("p2", THEORY, None, "hall", 1, 13),)),
        "round-lock",
        "locks[0]",
    ),
    "two in one place": (
        round_with(locks=(Lock("p2", THEORY, "d0am", "hall", 1, 3), Lock("甲01", THEORY, "d0am", "hall", None, 3))),
        "round-lock",
        "locks[1]",
    ),
    "locked to what is not due": (round_with(locks=(Lock("p2", PRACTICAL, "d0pm"),)), "round-lock", "locks[0]"),
    "absent examiner locked": (
        round_with(examiners=(an_examiner(1, unavailable_slot_ids=("d0am",)), *full_round().examiners[1:])),
        "round-lock",
        "examiner_locks[0]",
    ),
    "examiner locked to a room without use for them": (
        round_with(
            examiners=(an_examiner(1, duties=(Duty.ASSESS,), trade_ids=("welding",)), *full_round().examiners[1:])
        ),
        "round-lock",
        "examiner_locks[0]",
    ),
    "locked out of its dates": (
        round_with(parties=(a_party("p2", [THEORY], latest_on=MONDAY),), locks=(Lock("p2", THEORY, "d1am"),)),
        "round-lock",
        "locks[0]",
    ),
    "locked to a slot that does not suit": (
        round_with(locks=(Lock("甲01", PRACTICAL, "d1pm"),)),
        "round-lock",
        "locks[0]",
    ),
    "locked to the wrong kind of room": (
        round_with(locks=(Lock("p2", THEORY, None, "shop"),)),
        "round-lock",
        "locks[0]",
    ),
    "locked to a room up the stairs": (
        round_with(
            rooms=(a_room("hall", accessible=False), a_room("shop")), locks=(Lock("甲01", THEORY, None, "hall"),)
        ),
        "round-lock",
        "locks[0]",
    ),
    "locked to a barred site": (
        round_with(
            groups=(Group("crew", "site", barred_site_ids=("north",)),), locks=(Lock("甲01", THEORY, None, "hall"),)
        ),
        "round-lock",
        "locks[0]",
    ),
    "locked to the own school": (
        round_with(policy=Policy(bar_own_institution=True), locks=(Lock("甲01", THEORY, None, "hall"),)),
        "round-lock",
        "locks[0]",
    ),
    "group locked apart": (
        round_with(
            parties=(a_party("p1", [THEORY], group_id="crew"), a_party("p2", [THEORY], group_id="crew")),
            groups=(Group("crew", "session"),),
            locks=(Lock("p1", THEORY, "d0am"), Lock("p2", THEORY, "d0pm")),
        ),
        "round-lock",
        "locks[1]",
    ),
    "group locked to two sites": (
        round_with(
            rooms=(a_room("hall"), a_room("shop"), a_room("far", site_id="south")),
            parties=(a_party("p1", [THEORY], group_id="crew"), a_party("p2", [THEORY], group_id="crew")),
            locks=(Lock("p1", THEORY, None, "hall"), Lock("p2", THEORY, None, "far")),
        ),
        "round-lock",
        "locks[1]",
    ),
    "locked in the wrong order": (
        round_with(locks=(Lock("甲01", PRACTICAL, "d0am"), Lock("甲01", THEORY, "d0pm"))),
        "round-lock",
        "locks[1]",
    ),
    "locked too close": (
        round_with(
            policy=Policy(order_gap_min=91), locks=(Lock("甲01", THEORY, "d0am"), Lock("甲01", PRACTICAL, "d0pm"))
        ),
        "round-lock",
        "locks[1]",
    ),
    "locked too far apart": (
        round_with(
            policy=Policy(order_days_max=0), locks=(Lock("甲01", THEORY, "d0am"), Lock("甲01", PRACTICAL, "d1am"))
        ),
        "round-lock",
        "locks[1]",
    ),
    "two components locked to one session": (
        round_with(
            components=(a_component("theory"), a_component("practical"), a_component("theory", id="t2")),
            parties=(a_party("p2", [THEORY]), a_party("p3", ["t2"])),
            groups=(Group("crew"),),
            recusals=(),
            locks=(Lock("p2", THEORY, "d0am", "hall"), Lock("p3", "t2", "d0am", "hall")),
        ),
        "round-lock",
        "locks[1]",
    ),
    "fragments upside down": (
        round_with(groups=(Group("crew", "fragments", fragment_min=5, fragment_max=4),)),
        "round-group",
        "groups[0].fragment_max",
    ),
    "fragments of a group that is not split": (
        round_with(groups=(Group("crew", "site", fragment_min=5),)),
        "round-group",
        "groups[0].together",
    ),
    "fragment of nobody": (
        round_with(groups=(Group("crew", "fragments", fragment_min=0),)),
        "round-number",
        "groups[0].fragment_min",
    ),
    "unknown barred site": (
        round_with(parties=(a_party("p2", barred_site_ids=("moon",)),)),
        "round-unknown-id",
        "parties[0].barred_site_ids[0]",
    ),
    "waiver without a reason": (
        round_with(waivers=(Waiver("hall", "d0am", 2, " "),)),
        "round-waiver",
        "waivers[0].reason",
    ),
    "waiver twice": (
        round_with(waivers=(Waiver("hall", "d0am", 2, "批复"), Waiver("hall", "d0am", 1, "批复"))),
        "round-said-twice",
        "waivers[1]",
    ),
    "waiver of nothing": (
        round_with(waivers=(Waiver("hall", "d0am", -1, "批复"),)),
        "round-number",
        "waivers[0].places",
    ),
    "waiver of no room": (
        round_with(waivers=(Waiver("x", "d0am", 1, "批复"),)),
        "round-unknown-id",
        "waivers[0].room_id",
    ),
    "share above all": (round_with(shares=(Share("alpha", 101),)), "round-number", "shares[0].percent"),
    "share twice": (
        round_with(shares=(Share("alpha", 50), Share("alpha", 60))),
        "round-said-twice",
        "shares[1]",
    ),
    "no sitting a day": (
        round_with(policy=Policy(max_sittings_per_day=0)),
        "round-number",
        "policy.max_sittings_per_day",
    ),
    "tolerance below the average": (
        round_with(policy=Policy(day_tolerance_percent=99)),
        "round-number",
        "policy.day_tolerance_percent",
    ),
    "negative fairness": (
        round_with(policy=Policy(weights=Weights(unfair=-1))),
        "round-number",
        "policy.weights.unfair",
    ),
    "session ids would meet": (
        replace(
            a_round([]),
            slots=(a_slot(0, id="a.b"), a_slot(1, id="a")),
            rooms=(a_room("hall", id="c"), a_room("hall", id="b.c")),
        ),
        "round-id-twice",
        "rooms",
    ),
}


@pytest.mark.parametrize("name", sorted(SENSE))
def test_senseless_rounds_are_told_where(name):
    round_, rule, path = SENSE[name]
    findings = round_findings(round_)
    assert [(f.rule, f.severity) for f in findings if f.where.path == path] == [(rule, "error")]
    assert all(finding.what.zh and finding.what.en for finding in findings)


def test_good_round_has_no_findings():
    assert round_findings(full_round()) == []


def test_a_senseless_file_is_rejected_with_its_name(tmp_path):
    write_round(round_with(policy=Policy(road_factor=-1.0)), tmp_path / "r.json")
    assert faults_of(tmp_path / "r.json") == [("round-number", "policy.road_factor")]


def warnings_of(round_):
    findings = round_findings(round_)
    assert {finding.severity for finding in findings} <= {"warning"}
    return [(finding.rule, finding.where.path) for finding in findings]


def test_what_can_be_planned_all_the_same_is_a_warning():
    assert warnings_of(a_round([])) == [("round-empty", "parties")]
    assert warnings_of(a_round(party(latest_on=date(2026, 5, 1)))) == [("round-days", "parties[0]")]
    locks = (ExaminerLock("hall", "d0am", "e1"), ExaminerLock("shop", "d0am", "e1"))
    assert warnings_of(a_round(examiner_locks=locks)) == [("round-lock", "examiner_locks")]


def holes_of(people, *distances, **changes):
    rooms = (a_room("hall"), a_room("shop"), a_room("far", site_id="south"))
    findings = round_findings(a_round(people, rooms=rooms, distances=distances, **changes))
    assert {(f.rule, f.where.path) for f in findings} <= {("round-travel-hole", "distances")}
    return [(f.severity, f.what.en) for f in findings]


def test_a_hole_of_the_travel_matrix_is_refused():
    people = [a_party("p1", origin_id="v"), a_party("p2", origin_id="v"), a_party("p3", x_km=1.0, y_km=1.0)]
    hole = ("error", "the travel matrix has a hole: no distance from v to site south, 2 parties need it")
    assert holes_of(people, Distance("v", "north", 3.0)) == [hole]
    assert holes_of(people, Distance("v", "north", 3.0), policy=Policy(max_travel_km=50.0)) == [hole]
    assert holes_of(people, Distance("v", "north", 3.0), Distance("v", "south", 9.0)) == []


def test_an_origin_that_the_matrix_lacks_is_a_hole_at_every_site():
    people = [a_party("p1", origin_id="v"), a_party("p2", origin_id="w")]
    distances = Distance("v", "north", 3.0), Distance("v", "south", 9.0)
    assert [severity for severity, _ in holes_of(people, *distances)] == ["error", "error"]


def test_coordinates_and_fares_fill_holes_but_a_fare_says_nothing_of_kilometres():
    plotted = [a_party("p1", origin_id="v", x_km=1.0, y_km=1.0)]
    priced = [a_party("p1", origin_id="v", fares={"south": 7})]
    assert holes_of(plotted, Distance("v", "north", 3.0)) == []
    assert holes_of(priced, Distance("v", "north", 3.0)) == []
    assert len(holes_of(priced, Distance("v", "north", 3.0), policy=Policy(max_travel_km=50.0))) == 1


def test_no_distance_at_all_is_a_warning_where_travel_is_limited():
    people = [a_party("p1")]
    assert holes_of(people) == []
    found = holes_of(people, policy=Policy(max_travel_km=50.0))
    assert [severity for severity, _ in found] == ["warning", "warning"]
    assert "from (none) to site north: 1 parties count as too far" in found[0][1]


def test_ten_million_rows_are_refused_without_reading_them_as_json(tmp_path):
    """The rows are not even rows; a reader would have to take them in to notice."""
    path = tmp_path / "r.json"
    path.write_bytes(b'{"id": "r", "window": {}, "policy": {"weights": {}}, "parties": [' + b"{}," * 10_000_000)
    assert faults_of(path) == [("round-too-large", None)]


@pytest.mark.parametrize(
    ("row", "rule", "place"),
    [
        ("7", "json-wrong-shape", "parties[0]"),
        ('{"id": "p", "component_ids": ["c"]}, {}', "json-missing-key", "parties[1].id"),
    ],
)
def test_millions_of_wrong_rows_are_told_of_by_the_first(tmp_path, row, rule, place):
    """A record of each fault would take gigabytes."""
    path = tmp_path / "r.json"
    rows = ",".join([row] * 300_000)
    path.write_text(
        '{"id": "r", "window": {"first_on": "2026-06-01", "last_on": "2026-06-01"}, "parties": [' + rows + "]}"
    )
    round_, findings = read_round(path)
    assert round_ is None
    assert len(findings) < 20
    assert (rule, place) in [(f.rule, f.where.path) for f in findings]
    assert "only the first fault" in findings[-1].what.en


def test_an_unknown_key_is_compared_with_those_of_its_own_object(tmp_path):
    rooms = [{"id": "hall", "site_id": "north", "kind": "theory_room", "places": 3, "seats": 3}]
    round_, findings = read_round(written(tmp_path, rooms=rooms, policy={"weights": {"kms": 2}}))
    assert round_ is None
    hints = {f.where.path: f.hint.en for f in findings}
    assert hints["policy.weights.kms"] == "was km meant?"
    assert "places" in hints["rooms[0].seats"]
    assert "slots" not in hints["rooms[0].seats"]


def test_braces_inside_rows_are_not_counted_as_rows(tmp_path, monkeypatch):
    """Staffing and fares open a second brace inside their row."""
    path = tmp_path / "r.json"
    write_round(full_round(), path)
    rows = sum(len(getattr(full_round(), name)) for name in roundfaults._LISTS)
    monkeypatch.setattr(roundfaults, "MOST_ROWS", rows)
    assert read_round(path)[0] == full_round()
    monkeypatch.setattr(roundfaults, "MOST_ROWS", rows - 1)
    assert faults_of(path) == [("round-too-large", None)]


def test_a_round_too_large_is_refused_before_anything_else(monkeypatch):
    monkeypatch.setattr(roundfaults, "MOST_ROWS", 10)
    assert [f.rule for f in round_findings(full_round())] == ["round-too-large"]


def test_a_lock_to_a_place_beyond_the_room_needs_its_waiver():
    round_ = round_with(locks=(Lock("p2", THEORY, "d0am", "hall", None, 14),))
    assert [f.rule for f in round_findings(round_)] == ["round-lock"]
    assert round_findings(replace(round_, waivers=(Waiver("hall", "d0am", 2, "批复"),))) == []
    assert [f.rule for f in round_findings(replace(round_, waivers=(Waiver("hall", "d0pm", 2, "批复"),)))] == [
        "round-lock"
    ]


def test_a_group_that_no_fragments_make_up_and_shares_that_leave_seats_over_are_warned_of():
    crew = [a_party(f"p{n}", [THEORY], group_id="g") for n in range(7)]
    fragments = Group("g", "fragments", fragment_min=5, fragment_max=6)
    assert warnings_of(a_round(crew, groups=(fragments,))) == [("round-group", "groups[0].fragment_max")]
    assert round_findings(a_round(crew[:6], groups=(fragments,))) == []
    assert round_findings(a_round(crew[:3], groups=(fragments,))) == []
    charged = Policy(weights=Weights(share_over=30))
    few = (Share("alpha", 50), Share("beta", 40))
    assert warnings_of(a_round(shares=few, policy=charged)) == [("round-share", "shares")]
    assert round_findings(a_round(shares=few[:1], policy=charged)) == []
    assert warnings_of(a_round(shares=few[:1])) == [("round-share", "policy.weights.share_over")]


def test_a_number_of_hundreds_of_digits_is_out_of_range_and_not_repeated_in_full():
    (finding,) = round_findings(a_round(rooms=(a_room("hall", places=10**500), a_room("shop"))))
    assert (finding.rule, finding.where.path, finding.said) == ("round-number", "rooms[0].places", "100000000000…")


def test_times_with_a_zone_are_refused():
    slot = a_slot(0)
    zoned = replace(slot, start=time.fromisoformat("09:00+08:00"), end=time.fromisoformat("12:00+08:00"))
    assert [(f.rule, f.where.path) for f in round_findings(a_round(slots=(zoned,)))] == [
        ("round-days", "slots[0].start")
    ]


def test_one_institution_where_two_are_asked_for_is_told() -> None:
    round_ = a_round()
    alone = replace(
        round_, examiners=tuple(replace(e, institution_id=round_.institutions[0].id) for e in round_.examiners)
    )
    assert [f.rule for f in round_findings(alone)] == ["round-one-institution"]
    assert round_findings(replace(alone, policy=replace(alone.policy, min_institutions=1))) == []
