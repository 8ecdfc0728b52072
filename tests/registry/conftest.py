"""A fresh registry for each test."""

from __future__ import annotations

import sqlite3

import pytest

from scheduler.registry.store import open_registry


@pytest.fixture
def address(tmp_path):
    return str(tmp_path / "登记库 1.db")


@pytest.fixture
def registry(address):
    with open_registry(address) as opened:
        yield opened


@pytest.fixture
def raw(registry, address):
    """A connection of somebody with a database tool: no foreign keys, no manners."""
    connection = sqlite3.connect(address, isolation_level=None)
    yield connection
    connection.close()
