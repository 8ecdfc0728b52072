"""A plan file says the same plan in the same bytes, is written whole, and names what is wrong with it."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from scheduler.domain.sessions import Making, Reason, Unplaced
from scheduler.errors import SettingsError, Text
from scheduler.planning.planfile import plan_bytes, read_plan, write_plan
from tests.build import a_party, a_plan, a_round


def some_plan():
    plan = a_plan(a_round([a_party("甲01", head_count=2), a_party("p2")]))
    unplaced = Unplaced("p9", (Reason("deadline", Text("期限已过", "too late")),))
    making = Making(seed=7, engine="by-hand", versions=(("ortools", "9.15"),), settings=(("time_limit_s", "60"),))
    return replace(plan, unplaced=(unplaced,), bound=12, making=making)


def test_read_gives_what_was_written(tmp_path):
    plan = some_plan()
    write_plan(plan, tmp_path / "p.json")
    assert read_plan(tmp_path / "p.json") == (plan, [])


def test_bytes_do_not_depend_on_the_order_of_lists():
    plan = some_plan()
    shuffled = replace(plan, sessions=plan.sessions[::-1], sittings=plan.sittings[::-1])
    assert plan_bytes(shuffled) == plan_bytes(plan)


def test_bytes_are_utf8_json_with_sorted_keys_and_a_last_newline():
    content = plan_bytes(some_plan())
    assert content.endswith(b"}\n")
    assert "甲01".encode() in content
    document = json.loads(content)
    assert list(document) == sorted(document)
    assert [(s["party_id"], s["component_id"], s.get("member", 1)) for s in document["sittings"]] == sorted(
        (s["party_id"], s["component_id"], s.get("member", 1)) for s in document["sittings"]
    )


def test_a_failed_write_leaves_the_old_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "p.json"
    write_plan(some_plan(), path)
    before = path.read_bytes()

    def no_space(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(SettingsError) as stop:
        write_plan(replace(some_plan(), bound=13), path)
    assert "No space left" in stop.value.in_("en")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(SettingsError):
        write_plan(some_plan(), tmp_path / "none" / "p.json")


def test_faults_name_file_and_path(tmp_path):
    document = json.loads(plan_bytes(some_plan()))
    document["sittings"][1]["place"] = "3"
    del document["sessions"][0]["room_id"]
    document["colour"] = "red"
    path = tmp_path / "p.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    plan, findings = read_plan(path)
    assert plan is None
    assert {(f.rule, f.where.file, f.where.path) for f in findings} == {
        ("json-wrong-shape", "p.json", "sittings[1].place"),
        ("json-missing-key", "p.json", "sessions[0].room_id"),
        ("json-unknown-key", "p.json", "colour"),
    }
