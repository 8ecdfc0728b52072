"""The drill of forgeries in its small form: 300 of them, none accepted; 300 genuine papers, none refused; a careless eye fails."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.drills.forgeries import FORGERS, SMALL, Workshop, careless, drill


@pytest.fixture(scope="module")
def shop():
    return Workshop(seed=7, size=8)


@pytest.mark.parametrize("case", FORGERS)
def test_no_forgery_is_accepted(shop, case):
    row = drill(case, -(-SMALL // len(FORGERS)), shop)
    assert (row["trials"], row["failures"]) == (43, 0)
    assert row["control_failed"] > 10


def test_no_genuine_paper_is_refused(shop):
    row = drill("genuine", SMALL, shop)
    assert (row["trials"], row["failures"]) == (SMALL, 0)


def test_the_control_lets_forgeries_through(shop):
    assert all(careless(paper) for paper in FORGERS["own key"](shop))


def test_the_drill_sees_a_verifier_that_trusts_everybody(shop):
    trusted = shop.bundle
    shop.bundle = replace(trusted, issuers=tuple(desk.trusted for desk in shop.forgers.values()))
    try:
        assert drill("own key", 6, shop)["failures"] == 6
    finally:
        shop.bundle = trusted
