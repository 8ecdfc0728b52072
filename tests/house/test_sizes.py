"""Small files, short functions, few positional parameters."""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

from tests.house.paths import PACKAGE, modules

MODULE_LINES, MODULE_MEDIAN = 400, 190
FUNCTION_LINES, FUNCTION_P90 = 60, 30
POSITIONAL = 5


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{short(file)}:{node.lineno} {node.name}", node


def short(file: Path) -> str:
    return file.relative_to(PACKAGE.parent).as_posix()


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from ``def`` to the end, the docstring left out: a long explanation is no fault."""
    first = node.body[0]
    is_docstring = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    explained = (first.end_lineno or first.lineno) - first.lineno + 1 if is_docstring else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - explained


def positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def test_modules_are_small() -> None:
    lines = {short(file): len(file.read_text(encoding="utf-8").splitlines()) for file in modules()}
    assert {name: n for name, n in lines.items() if n > MODULE_LINES} == {}
    assert statistics.median(n for n in lines.values() if n > 10) <= MODULE_MEDIAN


def test_functions_are_short() -> None:
    lengths = {name: length(node) for name, node in functions()}
    assert {name: n for name, n in lengths.items() if n > FUNCTION_LINES} == {}
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= FUNCTION_P90


def test_positional_parameters_are_few() -> None:
    counts = {name: positional(node) for name, node in functions()}
    assert {name: n for name, n in counts.items() if n > POSITIONAL} == {}
