"""Round file: a Round as JSON with a published schema, read with every fault named, and its digest.

Used by the office and the command line. Planning from files alone needs nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

from scheduler.domain.rounds import Round
from scheduler.errors import Finding, Where, errors_in
from scheduler.planning import roundfaults
from scheduler.planning.jsonfile import by_lines, compact, plain, read_value, schema_of, write_whole
from scheduler.planning.roundfaults import round_findings

_BRACES_AROUND = 4
"""Braces that are no rows: of the round, its window, its policy and the policy's weights."""

__all__ = ["read_round", "round_digest", "round_findings", "round_schema", "write_round"]


def read_round(path: Path) -> tuple[Round | None, list[Finding]]:
    """Read a round file and judge it: shape first, then sense.

    Returns:
        The round and its warnings, or None and every fault found, with the path inside the file.
    """
    rows = _rows_about(path)
    if rows > roundfaults.MOST_ROWS:
        return None, [roundfaults.too_large(rows, Where(file=path.name))]
    round_, findings = read_value(path, Round)
    if round_ is None:
        return None, findings
    findings = [replace(f, where=replace(f.where, file=path.name)) for f in round_findings(round_)]
    return (None if errors_in(findings) else round_), findings


def _rows_about(path: Path) -> int:
    """Return about how many rows a file has without reading it as JSON; 0 for a file that cannot be read or fits easily."""
    # Each row opens a brace; fares and staffing open a second one inside their row.
    rows = 0
    with contextlib.suppress(OSError):
        if path.stat().st_size <= roundfaults.MOST_ROWS:
            return 0
        with path.open("rb") as file:
            while chunk := file.read(1 << 24):
                rows += chunk.count(b"{") - chunk.count(b'"fares"') - chunk.count(b'"staffing"')
    return rows - _BRACES_AROUND


def write_round(round_: Round, path: Path) -> None:
    """Write a round file whole or not at all; fields at their default are left out.

    Raises:
        SettingsError: The file cannot be written there.
    """
    write_whole(path, by_lines(plain(round_, Round)))


def round_digest(round_: Round) -> str:
    """Return the SHA-256 of the round's canonical JSON, hexadecimal; the order of rows counts."""
    return hashlib.sha256(compact(plain(round_, Round))).hexdigest()


def round_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a round file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Round file (批次文件)",
        "description": "All that one planning needs, without a database. Local times, kilometres, whole cost units.",
        **schema_of(Round),
    }
