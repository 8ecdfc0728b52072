"""The two commands are sound shell, and nothing in the repository knows the machine it was written on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.paths import ROOT, tracked_files

SCRIPTS = ("run", ".ci/run")
HOME = re.compile(r"/(?:root|work)/|/home/[a-z]+/|/Users/[A-Za-z]+/|/tmp/[a-z]+/")
ADDRESS = re.compile(r"https?://([A-Za-z0-9.-]+)")
PUBLIC = re.compile(
    r"(^|\.)(example\.(org|com|cn|invalid)|example|w3\.org|json-schema\.org|gov\.cn|purl\.org|adobe\.com|aiim\.org|openoffice\.org|oasis-open\.org|openxmlformats\.org|schema\.org|w3id\.org|imsglobal\.org|iana\.org|invalid)$|^$|^localhost$|^x$|^127\."
)


def texts() -> list[tuple[Path, str]]:
    found = []
    for file in tracked_files():
        try:
            found.append((file.relative_to(ROOT), file.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def machine_marks(text: str) -> list[str]:
    hosts = [host for host in ADDRESS.findall(text) if not PUBLIC.search(host.rstrip("."))]
    return [*HOME.findall(text), *hosts]


def run(*arguments: str, where: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", str(ROOT / "run"), *arguments],
        cwd=where,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("script", SCRIPTS)
def test_script_is_executable_shell(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert subprocess.run(["sh", "-n", str(ROOT / script)], check=False).returncode == 0


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("script", SCRIPTS)
def test_script_passes_shellcheck(script: str) -> None:
    answer = subprocess.run(["shellcheck", str(ROOT / script)], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


def test_help_names_every_command(tmp_path: Path) -> None:
    answer = run("help", where=tmp_path)
    offered = re.findall(r"^ {2}([a-z]+) ", answer.stdout, flags=re.MULTILINE)
    handled = re.findall(r"^([a-z]+)(?: \| [^)]*)?\) ", (ROOT / "run").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert answer.returncode == 0
    assert sorted(offered) == sorted(handled)


def test_unknown_command_is_wrong_usage(tmp_path: Path) -> None:
    answer = run("dance", where=tmp_path)
    assert (answer.returncode, "unknown command 'dance'" in answer.stderr) == (2, True)


@pytest.mark.parametrize("kind", ["bench", "drill"])
def test_unknown_benchmark_is_named_and_the_known_are_listed(kind: str, tmp_path: Path) -> None:
    answer = run(kind, "no-such-thing", where=tmp_path)
    assert (answer.returncode, "no 'no-such-thing'" in answer.stderr) == (2, True)
    assert run(kind, where=tmp_path).returncode == 0


def test_missing_packages_without_root_and_sudo_are_told_in_one_line(tmp_path: Path) -> None:
    """A machine where dpkg knows no package and nobody may install."""
    for name, script in {
        "dpkg-query": "#!/bin/sh\nexit 1\n",
        "id": "#!/bin/sh\necho 1000\n",
        "sudo": "#!/bin/sh\nexit 1\n",
    }.items():
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    answer = run("setup", where=tmp_path, PATH=f"{tmp_path}:{os.environ['PATH']}")
    lines = [line.strip() for line in answer.stderr.splitlines() if "apt-get install" in line]
    assert answer.returncode == 3
    assert len(lines) == 1
    assert {"libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk", "fonts-lxgw-wenkai"} <= set(lines[0].split())


def test_no_file_knows_a_machine() -> None:
    marked = {str(name): marks for name, text in texts() if (marks := machine_marks(text))}
    marked.pop("tests/house/test_setup.py", None)
    assert marked == {}


@pytest.mark.parametrize(
    "planted", ["cd /Users/anna/main", "see /home/anna/x", "index = http://pypi.intern:8080/simple"]
)
def test_planted_machine_mark_is_seen(planted: str) -> None:
    assert machine_marks(planted)
