"""Round files changed at random: read or refused with findings, planned or refused, never a traceback."""

from __future__ import annotations

import copy
import json
import random

import pytest

from scheduler.planning.audit import audit
from scheduler.planning.roundfile import read_round, write_round
from scheduler.planning.solve import solve
from tests.planning.small_rounds import small_round

JUNK = (
    None,
    True,
    -1,
    0,
    1,
    10**9,
    10**30,
    -(10**400),
    1.5,
    -0.0,
    "",
    " ",
    "\u202e",
    "d0",
    "2026-06-05",
    "09:00",
    "𬱖",
    [],
    {},
    [[]],
    {"": 0},
)
GENTLE = (0, 1, 2, 3, 7, True, False, "s0", "s1", "r0", "p1", "g0", "alpha", "session", "site", "none", "fragments")


def spots(node, path=()):
    """Every place inside a document, the document itself left out."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from spots(child, (*path, key))


def mutated(document, chance, junk):
    """A copy with one or two places replaced, taken out, doubled, or put in place of another."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 2)):
        path = chance.choice(list(spots(document)))
        home = document
        for step in path[:-1]:
            home = home[step]
        match chance.randrange(5):
            case 0 | 1:
                home[path[-1]] = chance.choice(junk)
            case 2:
                del home[path[-1]]
            case 3 if isinstance(home, list):
                home.append(home[path[-1]])
            case _:
                home[path[-1] if isinstance(home, list) else str(path[-1]) + "s"] = document.get("id")
    return document


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    made = []
    for seed in range(6):
        path = tmp_path_factory.mktemp("r") / "r.json"
        write_round(small_round(seed, 5), path)
        made.append(json.loads(path.read_text(encoding="utf-8")))
    return made


def read_mutated(originals, path, seed, junk):
    chance = random.Random(seed)
    path.write_text(json.dumps(mutated(chance.choice(originals), chance, junk)), encoding="utf-8")
    return read_round(path)


@pytest.mark.parametrize("junk", [JUNK, GENTLE], ids=["junk", "gentle"])
def test_a_mutated_file_is_read_or_told_what_is_wrong(originals, tmp_path, junk):
    refused = 0
    for seed in range(120):
        round_, findings = read_mutated(originals, tmp_path / "r.json", seed, junk)
        assert (round_ is None) == any(f.severity == "error" for f in findings), seed
        assert all(f.what.zh and f.what.en and f.where.file == "r.json" for f in findings), seed
        refused += round_ is None
    assert 20 < refused < 120


def test_a_mutated_round_that_is_accepted_can_be_planned(originals, tmp_path):
    planned = 0
    for seed in range(40):
        round_, _ = read_mutated(originals, tmp_path / "r.json", f"plan-{seed}", GENTLE)
        if round_ is not None and planned < 4:
            plan = solve(round_, seed=1, time_limit_s=0.3)
            assert audit(round_, plan) == [], seed
            planned += 1
    assert planned == 4
