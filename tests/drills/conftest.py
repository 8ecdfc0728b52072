"""A desk at which everything is ready to be issued, made once for the drills of a test process."""

from __future__ import annotations

import pytest

from tests.drills.offices import Desk


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    return Desk(tmp_path_factory.mktemp("drills"), "few")
