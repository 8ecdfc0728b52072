"""The national month adds up, and extrapolates only what it has measured."""

from __future__ import annotations

from tests.benchmarks.national import CLASSES, City, extrapolated, table


def city(name: str, cpu_s: float = 100.0) -> City:
    return City(name, 1, 1_000, 0, 110, 100, cpu_s / 2, cpu_s, 500)


def test_the_classes_are_the_country() -> None:
    assert sum(kind.number for kind in CLASSES) == 340
    assert 1_195_000 < sum(kind.number * kind.candidates for kind in CLASSES) < 1_225_000


def test_every_city_counts_as_the_mean_of_its_class() -> None:
    cities = [city(kind.name, 36.0) for kind in CLASSES] + [city("small", 72.0)]
    lines = "\n".join(extrapolated(cities))
    assert f"CPU {(340 * 36 + 100 * 18) / 3600:.1f} h" in lines
    assert "6 of 340 cities" in lines
    assert "gap 10.00%" in lines


def test_a_class_without_a_measurement_is_not_made_up() -> None:
    lines = table([city("small")])
    assert lines[-1] == "not extrapolated: nothing was measured of capital, metropolis, large, middle"
