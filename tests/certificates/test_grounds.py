from __future__ import annotations

import importlib.util

import pytest


@pytest.fixture(scope="module")
def script(folder):
    spec = importlib.util.spec_from_file_location("make_guilloche", folder / "shared" / "make_guilloche.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["red", "blue", "green"])
def test_ground_is_what_the_script_draws_and_light(folder, script, monkeypatch, tmp_path, name):
    monkeypatch.setattr(script, "__file__", str(tmp_path / "make_guilloche.py"))
    script.main()
    kept = folder / "shared" / f"ground-{name}.svg"
    assert kept.read_bytes() == (tmp_path / kept.name).read_bytes()
    assert kept.stat().st_size < 60_000


def test_curve_ends_where_it_should(script):
    data = script.path(script.rosette((10, 10), 5, 8, 0.2, 0), 32, closed=True)
    assert data.startswith("M320 200c")
    assert data.endswith("z")
    assert data.count("c") == 32
