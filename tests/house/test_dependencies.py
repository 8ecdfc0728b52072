"""Every foreign package the product imports is declared, and every declared one is imported."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib

from tests.house.paths import ROOT, modules

NAMED_BY_AN_ADDRESS = {"psycopg"}
"""The driver of a registry on a server: SQLAlchemy imports it where the address asks for it."""

COMES_WITH = {"pydantic_core": "pydantic"}
"""Packages that another declared one pins to the exact version."""

NEEDED_BY_OTHERS = {"python-multipart"}
"""Packages that another declared one imports only when asked for: starlette reads forms with it."""


def imported() -> set[str]:
    found = set()
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"scheduler"}


def distribution(module: str) -> str:
    """The name under which a module is installed."""
    names = importlib.metadata.packages_distributions()[COMES_WITH.get(module, module)]
    return re.sub(r"[._-]+", "-", names[0]).lower()


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = [*project["dependencies"], *(need for extra in project["optional-dependencies"].values() for need in extra)]
    return {re.split(r"[^A-Za-z0-9._-]", need)[0].lower() for need in needs}


def test_imports_are_declared() -> None:
    assert {distribution(module) for module in imported()} - declared() == set()


def test_declarations_are_used() -> None:
    left = declared() - NAMED_BY_AN_ADDRESS - {distribution(module) for module in imported()}
    assert left == NEEDED_BY_OTHERS
