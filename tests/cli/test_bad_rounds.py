"""A round that contradicts itself is refused with the place of each fault, in both languages, before anything is planned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scheduler.cli.main import app
from scheduler.domain.rounds import Distance, Lock, Policy, Round
from scheduler.planning.jsonfile import compact, plain
from scheduler.planning.roundfile import write_round
from tests.build import THEORY, a_party, a_round

GOOD = a_round(
    [a_party(f"p{n}", [THEORY], origin_id="village") for n in range(3)], distances=(Distance("village", "north", 3.0),)
)
LOCKS = [Lock("p0", THEORY, slot_id=slot_id) for slot_id in ("d0am", "d1am")]


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def said(folder: Path, **changes: object) -> Path:
    """Write the good round with some keys replaced."""
    path = folder / "r.json"
    write_round(GOOD, path)
    document = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def rows(key: str, n: int = 0, **changes: object) -> list[dict[str, object]]:
    """The rows of one list with one of them changed; what is changed to None is taken out."""
    document = json.loads(compact(plain(GOOD, Round)))[key]
    document[n] = {k: v for k, v in (document[n] | changes).items() if v is not None}
    return list(document)


BAD = {
    "contradictory locks": (
        lambda: {
            "locks": [{"party_id": k.party_id, "component_id": k.component_id, "slot_id": k.slot_id} for k in LOCKS]
        },
        "locks[1]",
        ("同时锁定", "is locked for"),
    ),
    "negative seats": (
        lambda: {"rooms": rows("rooms", places=-3)},
        "rooms[0].places",
        ("超出允许范围", "out of range"),
    ),
    "a hole in the travel matrix": (
        lambda: {"sites": rows("sites", x_km=None, y_km=None), "parties": rows("parties", 1, origin_id="town")},
        "distances",
        ("路程表有缺", "the travel matrix has a hole"),
    ),
    "an examiner with no trade": (
        lambda: {"examiners": rows("examiners", trade_ids=None)},
        "examiners[0].trade_ids",
        ("没有工种", "names no trade"),
    ),
    "a misspelt key": (lambda: {"rooms": rows("rooms", placse=3)}, "rooms[0].placse", ("未知的键", "unknown key")),
    "a missing key": (
        lambda: {"parties": rows("parties", 2, id=None)},
        "parties[2].id",
        ("缺少必填的键", "is missing"),
    ),
    "no window": (lambda: {"window": None}, "window", ("类型或写法不对", "a value of the wrong kind")),
    "weights of half a unit": (
        lambda: {"policy": {"weights": {"km": 0.5}}},
        "policy.weights.km",
        ("整数", "a whole number"),
    ),
}


@pytest.mark.parametrize("language", [0, 1], ids=["zh", "en"])
@pytest.mark.parametrize("name", BAD)
def test_a_bad_round_is_refused_with_the_place(name: str, language: int, tmp_path: Path) -> None:
    changes, place, words = BAD[name]
    out = tmp_path / "p.json"
    lang = ("zh", "en")[language]
    done = call("plan", "--round-file", said(tmp_path, **changes()), "--out", out, "--lang", lang, "--office", tmp_path)
    assert (done.exit_code, out.exists(), done.stdout) == (4, False, "")
    (line,) = [line for line in done.stderr.splitlines() if f"r.json, {place}:" in line or f"r.json {place}：" in line]
    assert words[language] in line


def test_ten_million_rows_are_refused_quickly(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(b'{"id": "r", "parties": [' + b"{}," * 10_000_000 + b"{}]}")
    done = call("plan", "--round-file", path, "--out", tmp_path / "p.json", "--lang", "en", "--office", tmp_path)
    assert done.exit_code == 4
    assert "rows, more than 2999999" in done.stderr


def test_where_nobody_can_be_placed_everybody_is_told_why(tmp_path: Path) -> None:
    far = [a_party(f"p{n}", [THEORY], x_km=500.0, y_km=0.0) for n in range(3)]
    path, out = tmp_path / "r.json", tmp_path / "p.json"
    write_round(a_round(far, policy=Policy(max_travel_km=10.0)), path)
    for strict, code in ((), 0), (("--strict",), 5):
        done = call("plan", "--round-file", path, "--out", out, *strict, "--lang", "en", "--office", tmp_path)
        assert done.exit_code == code
        assert "plan: 0 placed, 3 unplaced, 0 sessions" in done.stdout
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert {row["party_id"]: [r["rule"] for r in row["reasons"]] for row in plan["unplaced"]} == {
        f"p{n}": ["travel-limit"] for n in range(3)
    }
