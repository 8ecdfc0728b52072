"""A fresh registry for each test, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from scheduler.registry.store import open_registry
from tests import postgres
from tests.registry.tools import Tool


@pytest.fixture(scope="session")
def migrated():
    """The name of a PostgreSQL database of today's schema, to be copied."""
    if why := postgres.absent():
        pytest.skip(why)
    name = postgres.make()
    open_registry(postgres.address_of(name)).close()
    yield name
    postgres.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """Where the registry of this test is, or will be: tests of one kind of database alone say so by `only`."""
    if request.param == "sqlite":
        yield str(tmp_path / "登记库 1.db")
        return
    with postgres.fresh(request.getfixturevalue("migrated")) as made:
        yield made


@pytest.fixture
def registry(address):
    with open_registry(address) as opened:
        yield opened


@pytest.fixture
def raw(registry, address):
    """A connection of somebody with a database tool: no foreign keys, no manners."""
    with Tool(address) as tool:
        yield tool
