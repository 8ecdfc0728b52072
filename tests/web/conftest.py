"""One issued office for all pages, copied from the pilot once; a client that calls the application without a network."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from scheduler.domain.certificates import Certificate
from scheduler.office.desk import Office
from scheduler.web.answers import Bounds
from scheduler.web.app import Options, create_app
from tests.office.conftest import ledger_of, open_at, stages  # noqa: F401 - the stages of the pilot

QUICK = Options(Bounds(per_address=1000, per_number=1000, step_s=0))


@pytest.fixture(scope="module")
def issued(stages: Callable[[str], Path], tmp_path_factory) -> Iterator[Office]:  # noqa: F811
    folder = tmp_path_factory.mktemp("web") / "desk"
    shutil.copytree(stages("issued"), folder)
    with open_at(folder) as office:
        yield office


@pytest.fixture(scope="module")
def client(issued: Office) -> TestClient:
    return TestClient(create_app(issued, QUICK), raise_server_exceptions=False)


@pytest.fixture(scope="module")
def papers(issued: Office) -> dict[tuple[str, str], Certificate]:
    """Every certificate by holder and award."""
    return {(one.face.name, one.award_id): one for one in ledger_of(issued)}
