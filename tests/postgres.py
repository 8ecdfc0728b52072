"""Databases of their own in a throw-away PostgreSQL cluster, as pg_virtualenv makes them; a running one is never touched.

`./run test` runs everything within ``pg_virtualenv -t``, which hands its cluster over in variables of the environment.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

TEMPLATE = "template0"
# Text in this order of sorting is not in the order of code points, as on most servers of an office.
_NEW = "CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"
_CHINESE = _NEW + " ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans' LOCALE 'C.UTF-8'"
_numbers = count(1)


def absent() -> str:
    """Return why there is no throw-away cluster here; empty when there is one."""
    if shutil.which("pg_virtualenv") is None:
        return "no PostgreSQL here: pg_virtualenv (Debian package postgresql) is not installed"
    root, version = os.environ.get("PG_CLUSTER_CONF_ROOT"), os.environ.get("PGVERSION")
    if not root or not version or not (Path(root) / version / "regress" / ".by_pg_virtualenv").exists():
        return "no throw-away PostgreSQL here: run within pg_virtualenv -t, as ./run test does"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "the driver psycopg is not installed"
    return ""


def address_of(name: str) -> str:
    """Return the address of a database; host, user and password stand in the environment."""
    return f"postgresql:///{name}"


def connected(name: str = "postgres"):
    """Return a connection of somebody with a database tool; each statement is a transaction of its own."""
    import psycopg

    return psycopg.connect(dbname=name, autocommit=True)


def make(template: str = TEMPLATE) -> str:
    """Make a database, empty or as a copy of another, and return its name."""
    name = f"r{os.getpid()}_{next(_numbers)}"
    with connected() as server:
        server.execute((_CHINESE if template == TEMPLATE else _NEW).format(name=name, template=template))
    return name


def drop(name: str) -> None:
    with connected() as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def fresh(template: str = TEMPLATE) -> Iterator[str]:
    """Give the address of a database that lasts as long as the block."""
    name = make(template)
    try:
        yield address_of(name)
    finally:
        drop(name)
