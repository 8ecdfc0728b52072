"""What a coordinator stumbles over: every refusal has its exit code and a way out, and nothing filled in is lost."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from scheduler.cli.main import app
from scheduler.office.folder import write_whole

FIXTURES = Path(__file__).parents[2] / "fixtures"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(FIXTURES / "pilot" / "office.toml", tmp_path)
    for book in ("setup", "entries", "marks"):
        shutil.copy(FIXTURES / "pilot" / f"{book}.xlsx", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def changed(book: str, sheet: str, heading: str, value: object, rows: tuple[int, int] = (2, 0)) -> None:
    """Write a value into a column, added where the sheet has none such, from the first row to the last given."""
    work = load_workbook(book)
    page = work[sheet]
    heads = [str(cell.value).split("\n")[0].rstrip("*") for cell in page[1]]
    at = heads.index(heading) + 1 if heading in heads else page.max_column + 1
    page.cell(1, at).value = heading
    for number in range(rows[0], (rows[1] or page.max_row) + 1):
        page.cell(number, at).value = value
    work.save(book)


def enrolled() -> str:
    assert call("prepare", "setup.xlsx").exit_code == 0
    round_id = next(iter(call("rounds").stdout.split()))
    assert call("enrol", "entries.xlsx", "--round", round_id).exit_code == 0
    return round_id


def test_wrong_usage_inside_a_command_is_two(desk: Path) -> None:
    alone = ["plan", "--round-file", "R.json", "--out", "P.json"]
    apart = [[*alone, "--dry-run"], [*alone, "--workbook", "W.xlsx"]]
    for words in (["plan"], ["plan", "--round-file", "R.json"], ["rounds", "--lang", "fr"], *apart):
        done = call(*words)
        assert (done.exit_code, "内部错误" in done.stderr) == (2, False), words


def test_a_folder_that_is_not_there_is_three_and_named(desk: Path) -> None:
    done = call("template", "entries", "--out", desk / "nowhere" / "x.xlsx")
    assert (done.exit_code, "nowhere" in done.stderr, "内部错误" in done.stderr) == (3, True, False)


def test_a_template_is_never_written_over_unasked(desk: Path) -> None:
    assert call("template", "setup", "--out", "s.xlsx").exit_code == 0
    changed("s.xlsx", "批次", "批次编号", "2026-09", (2, 2))
    filled = Path("s.xlsx").read_bytes()
    done = call("template", "setup", "--out", "s.xlsx")
    assert (done.exit_code, "--force" in done.stderr, Path("s.xlsx").read_bytes()) == (4, True, filled)
    assert call("template", "setup", "--out", "s.xlsx", "--force").exit_code == 0
    assert Path("s.xlsx").read_bytes() != filled


def test_rows_being_corrected_are_never_written_over(desk: Path) -> None:
    call("prepare", "setup.xlsx")
    round_id = next(iter(call("rounds").stdout.split()))
    changed("entries.xlsx", "报名表", "证件号码", "12", (2, 2))
    for expected in ("entries-待更正.xlsx", "entries-待更正-2.xlsx"):
        done = call("enrol", "entries.xlsx", "--round", round_id)
        assert (done.exit_code, expected in done.stdout) == (4, True)
        kept = Path("entries-待更正.xlsx").read_bytes()
    assert Path("entries-待更正.xlsx").read_bytes() == kept


def test_settings_can_be_generated_and_must_be_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "template office" in call("rounds").stderr
    assert call("template", "office", "--out", "office.toml").exit_code == 0
    assert "region" in call("rounds").stderr
    text = Path("office.toml").read_text(encoding="utf-8")
    Path("office.toml").write_text(text.replace("000000", "990100"), encoding="utf-8")
    assert call("rounds").exit_code == 0


def test_check_finds_a_database_folder_that_is_not_there(desk: Path) -> None:
    text = Path("office.toml").read_text(encoding="utf-8")
    Path("office.toml").write_text(text.replace('"registry.sqlite3"', '"no/such/r.sqlite3"'), encoding="utf-8")
    assert (call("check").exit_code, call("rounds").exit_code) == (3, 3)


def test_a_travel_limit_without_origins_is_said_at_enrolment_and_explained(desk: Path) -> None:
    changed("setup.xlsx", "批次", "最远路程公里", 50)
    changed("entries.xlsx", "报名表", "出发地", None)
    changed("entries.xlsx", "报名表", "X坐标公里", None)
    changed("entries.xlsx", "报名表", "Y坐标公里", None)
    call("prepare", "setup.xlsx")
    round_id = next(iter(call("rounds").stdout.split()))
    assert "distance-unknown" in call("enrol", "entries.xlsx", "--round", round_id).stderr
    assert call("plan", round_id, "--strict").exit_code == 5
    told = call("explain", round_id).stdout
    assert "距离不明" in told
    assert told.count("未安排：") == 1  # seventeen people, one reason, said once
    assert round_id not in told.replace("\n", "").split("未安排：")[1]


def test_a_round_without_examiners_is_planned_and_explained(desk: Path) -> None:
    work = load_workbook("setup.xlsx")
    for sheet in ("考评员", "回避"):
        work[sheet].delete_rows(2, work[sheet].max_row)
    work.save("setup.xlsx")
    round_id = enrolled()
    assert call("plan", round_id, "--strict", "--lang", "en").exit_code == 5
    assert "examiner" in call("explain", round_id, "--lang", "en").stdout


def test_photos_that_are_not_there_are_said_at_enrolment(desk: Path) -> None:
    call("prepare", "setup.xlsx")
    round_id = next(iter(call("rounds").stdout.split()))
    assert "photo-not-there" in call("enrol", "entries.xlsx", "--round", round_id, "--dry-run").stderr
    shutil.copytree(FIXTURES / "pilot" / "photos", "photos")
    assert "photo-not-there" not in call("enrol", "entries.xlsx", "--round", round_id).stderr


def test_changes_and_verdicts_are_told_in_the_words_of_the_sheets(desk: Path) -> None:
    round_id = enrolled()
    changed("entries.xlsx", "报名表", "无障碍", "是", (2, 2))
    assert "无障碍: False → True" in call("enrol", "entries.xlsx", "--round", round_id).stdout
    call("plan", round_id)
    call("publish", round_id)
    told = call("record", "marks.xlsx", "--round", round_id, "--verdicts").stdout
    assert "✓ 电工五级/初级工职业技能等级证书" in told
    assert "electrician-5" not in told


@pytest.mark.parametrize("content", [b"", b"not a photo", b"\xff\xd8\xff\xe0" + bytes(200)])
def test_a_photo_that_is_none_is_refused_with_name_and_file(desk: Path, content: bytes) -> None:
    shutil.copytree(FIXTURES / "pilot" / "photos", "photos")
    round_id = enrolled()
    call("plan", round_id)
    call("publish", round_id)
    call("record", "marks.xlsx", "--round", round_id)
    name, file = str(load_workbook("entries.xlsx")["报名表"].cell(2, 1).value), min(Path("photos").iterdir())
    for one in Path("photos").iterdir():
        one.write_bytes(content)
    done = call("issue", round_id, "--on", "2026-06-30", "--dry-run")
    assert (done.exit_code, "photo-unusable" in done.stderr, name in done.stderr) == (8, True, True)
    assert file.name in done.stderr
    assert "BytesIO" not in done.stderr


def test_two_desks_may_write_the_same_copy_at_once(tmp_path: Path) -> None:
    path, content = tmp_path / "000001.pdf", bytes(200_000)
    with ThreadPoolExecutor(8) as desks:
        list(desks.map(lambda _: write_whole(path, content), range(80)))  # raises what any of them raised
    assert [(one.name, one.read_bytes() == content) for one in tmp_path.iterdir()] == [("000001.pdf", True)]
