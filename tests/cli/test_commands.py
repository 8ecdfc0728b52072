"""The command line as a stranger uses it: words in, exit codes and two languages out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scheduler.cli.main import app

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(FIXTURES / "pilot" / "office.toml", tmp_path / "office.toml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def prepared() -> str:
    return json.loads(call("prepare", FIXTURES / "pilot" / "setup.xlsx", "--json").stdout)["report"]["setup"]["id"]


def test_wrong_usage_is_two() -> None:
    assert call("enrol").exit_code == 2
    assert call("no-such-command").exit_code == 2


def test_missing_office_is_three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = call("rounds")
    assert done.exit_code == 3
    assert "office.toml" in done.stderr


def test_missing_file_is_four(desk: Path) -> None:
    done = call("prepare", "nothing.xlsx", "--lang", "en")
    assert (done.exit_code, "no such file" in done.stderr) == (4, True)


def test_unknown_round_is_seven(desk: Path) -> None:
    for words in (["plan", "none"], ["publish", "none"], ["statement", "none"], ["issue", "none"], ["explain", "none"]):
        assert call(*words).exit_code == 7, words


def test_refusal_as_json_has_code_message_details_hint(desk: Path) -> None:
    done = call("enrol", FIXTURES / "pilot" / "entries.xlsx", "--round", "none", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["exit_code"], told["code"]) == (7, 7, "not-found")
    assert {"message", "details", "hint"} <= set(told)


def test_dry_run_writes_nothing(desk: Path) -> None:
    call("prepare", FIXTURES / "pilot" / "setup.xlsx", "--dry-run")
    assert "还没有批次" in call("rounds").stdout
    round_id = prepared()
    preview = json.loads(
        call("enrol", FIXTURES / "pilot" / "entries.xlsx", "--round", round_id, "--dry-run", "--json").stdout
    )
    assert [change for _, change in preview["report"]["changes"]] == ["new"] * 17
    assert json.loads(call("rounds", "--json").stdout)["report"][0]["entries"] == 0


def test_enrol_twice_says_same(desk: Path) -> None:
    round_id = prepared()
    first = call("enrol", FIXTURES / "pilot" / "entries.xlsx", "--round", round_id)
    second = call("enrol", FIXTURES / "pilot" / "entries.xlsx", "--round", round_id, "--lang", "en")
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "新增 17 人" in first.stdout
    assert "0 new, 0 changed, 17 same" in second.stdout


def test_statements_speak_both_languages(desk: Path) -> None:
    round_id = prepared()
    call("enrol", FIXTURES / "pilot" / "entries.xlsx", "--round", round_id)
    chinese, english = call("statement", round_id).stdout, call("statement", round_id, "--lang", "en").stdout
    assert chinese != english
    assert len(json.loads(call("statement", round_id, "--json").stdout)["report"]) == 17


def test_files_alone_plan_and_audit(desk: Path) -> None:
    round_id = prepared()
    call("enrol", FIXTURES / "pilot" / "entries.xlsx", "--round", round_id)
    planned = call("plan", round_id, "--write-round-file", "R.json", "--workbook", "plan.xlsx", "--out", "A.json")
    assert planned.exit_code == 0, planned.stderr
    assert call("plan", "--round-file", "R.json", "--out", "B.json").exit_code == 0
    assert Path("A.json").read_bytes() == Path("B.json").read_bytes()
    assert call("audit", "R.json", "B.json").exit_code == 0
    broken = json.loads(Path("B.json").read_text(encoding="utf-8"))
    broken["sittings"][0]["place"] = broken["sittings"][1]["place"] + 1000
    Path("C.json").write_text(json.dumps(broken), encoding="utf-8")
    found = call("audit", "R.json", "C.json", "--json")
    assert found.exit_code == 5
    assert "place-capacity" in [finding["rule"] for finding in json.loads(found.stdout)["report"]["findings"]]
    assert Path("plan.xlsx").stat().st_size > 5000


def replan_with(locks: dict[str, list[dict[str, object]]]) -> tuple[Result, dict[str, list[dict[str, object]]]]:
    """Replan A.json for R.json with locks into B.json."""
    round_ = json.loads(Path("R.json").read_text(encoding="utf-8"))
    Path("L.json").write_text(json.dumps(round_ | locks), encoding="utf-8")
    done = call("plan", "--round-file", "L.json", "--keep", "A.json", "--out", "B.json", "--lang", "en")
    return done, json.loads(Path("B.json").read_text(encoding="utf-8")) if done.exit_code == 0 else {}


def test_each_lock_alone_holds_when_replanning_and_contradictions_are_refused(desk: Path) -> None:
    round_id = prepared()
    call("enrol", FIXTURES / "pilot" / "entries.xlsx", "--round", round_id)
    assert call("plan", round_id, "--write-round-file", "R.json", "--out", "A.json").exit_code == 0
    before = json.loads(Path("A.json").read_text(encoding="utf-8"))
    one = next(s for s in before["sittings"] if s["component_id"].endswith("theory"))
    slot_id, room_id = one["session_id"].split(".", 1)
    who = {key: one[key] for key in ("party_id", "component_id")}
    for part, value in (("slot_id", slot_id), ("room_id", room_id), ("place", one["place"] + 1)):
        done, after = replan_with({"locks": [who | {part: value}]})
        assert (part, done.exit_code, call("audit", "L.json", "B.json").exit_code) == (part, 0, 0), done.stderr
        sat = next(s for s in after["sittings"] if {key: s[key] for key in who} == who)
        assert sat["place"] == value if part == "place" else value in sat["session_id"].split(".", 1)
        moved = {m["party_id"] for m in after["replanned"]["moves"]} if part == "place" else set()
        assert (one["party_id"] in moved, "lock" in done.stdout) == (part == "place", part == "place")
    serving = {e for s in before["sessions"] if s["slot_id"] == slot_id for e in s["examiner_ids"]}
    round_ = json.loads(Path("R.json").read_text(encoding="utf-8"))
    spare = next(
        e["id"]
        for e in round_["examiners"]
        if e["id"] not in serving and "invigilate" in e["duties"] and slot_id not in e.get("unavailable_slot_ids", ())
    )
    done, after = replan_with({"examiner_locks": [{"room_id": room_id, "slot_id": slot_id, "examiner_id": spare}]})
    assert (done.exit_code, call("audit", "L.json", "B.json").exit_code) == (0, 0), done.stderr
    assert spare in next(s["examiner_ids"] for s in after["sessions"] if s["id"] == one["session_id"])
    assert f"called {spare} {one['session_id']}" in done.stdout
    other = next(slot["id"] for slot in round_["slots"] if slot["id"] != slot_id)
    done, _ = replan_with({"locks": [who | {"slot_id": slot_id}, who | {"slot_id": other}]})
    assert (done.exit_code, "locks[1]" in done.stderr) == (4, True)
    assert call("plan", "--round-file", "R.json", "--keep", "R.json", "--out", "B.json").exit_code == 4
    assert call("plan", round_id, "--keep", "A.json").exit_code == 2


def test_strict_exits_five_when_nobody_can_be_placed(desk: Path) -> None:
    round_id = prepared()
    call("enrol", FIXTURES / "pilot" / "entries.xlsx", "--round", round_id)
    call("plan", round_id, "--write-round-file", "R.json", "--dry-run")
    round_ = json.loads(Path("R.json").read_text(encoding="utf-8"))
    round_["rooms"] = [room | {"closed_slot_ids": [slot["id"] for slot in round_["slots"]]} for room in round_["rooms"]]
    Path("R.json").write_text(json.dumps(round_), encoding="utf-8")
    assert call("plan", "--round-file", "R.json", "--out", "P.json").exit_code == 0
    done = call("plan", "--round-file", "R.json", "--out", "P.json", "--strict", "--lang", "en")
    assert done.exit_code == 5
    assert "0 placed, 17 unplaced" in done.stdout


def test_template_kinds(desk: Path) -> None:
    for kind in ("entries", "setup", "marks", "round-schema"):
        assert call("template", kind, "--out", f"{kind}.out.xlsx").exit_code == 0
        assert Path(f"{kind}.out.xlsx").stat().st_size > 1000


def test_verify_unknown_paper_is_six(desk: Path) -> None:
    Path("paper.pdf").write_bytes(b"%PDF-1.7 nothing")
    done = call("verify", "paper.pdf", "--lang", "en")
    assert (done.exit_code, "not-issued-here" in done.stderr) == (6, True)
    assert call("verify", "S000099000001265000001").exit_code == 6
    assert call("verify", "missing.pdf").exit_code == 4  # nothing was verified


def test_internal_fault_is_one_and_says_so(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.office.views.rounds", lambda office: 1 / 0)
    done = call("rounds", "--lang", "en")
    assert (done.exit_code, "a fault of ours" in done.stderr) == (1, True)


def test_interrupt_is_one_hundred_thirty(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(office: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("scheduler.office.views.rounds", interrupted)
    assert call("rounds").exit_code == 130


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A round file and a plan file in which the third candidate has no seat."""
    from scheduler.planning.planfile import write_plan
    from scheduler.planning.roundfile import write_round
    from tests.build import THEORY, a_party, a_plan, a_room, a_round

    folder = tmp_path_factory.mktemp("short")
    hall = a_room("hall", places=2, closed_slot_ids=("d0pm",))
    round_ = a_round([a_party(f"p{n}", [THEORY]) for n in (1, 2, 3)], days=1, rooms=(hall,))
    write_round(round_, folder / "round.json")
    write_plan(a_plan(round_), folder / "plan.json")
    return folder / "round.json", folder / "plan.json"


@pytest.mark.parametrize(("lang", "said"), [("zh", "全部考生都有考位"), ("en", "everybody has a place")])
def test_explain_works_on_files_alone(short: tuple[Path, Path], lang: str, said: str) -> None:
    done = call("explain", *short, "--lang", lang)
    assert (done.exit_code, said in done.stdout) == (0, True)


def test_explain_before_planning_needs_no_plan(short: tuple[Path, Path]) -> None:
    done = call("explain", short[0], "--before", "--json")
    assert json.loads(done.stdout)["report"]["foresight"]["parties"] == []


def test_explain_knows_no_other_party(short: tuple[Path, Path]) -> None:
    assert call("explain", *short, "--entry", "nobody").exit_code == 7


def test_suggest_ranks_places_on_files_alone(short: tuple[Path, Path]) -> None:
    done = call("suggest", short[0], "p3", short[1], "--json", "--top", "2")
    places = json.loads(done.stdout)["report"]["places"]
    assert [place["rank"] for place in places] == list(range(1, len(places) + 1))
    assert all(place["breaks"] for place in places)
    assert "✓" in call("suggest", short[0], "p1", short[1], "--lang", "en").stdout
    assert call("suggest", short[0], "nobody", short[1]).exit_code == 7
