"""What must hold of a registry whatever happened to it: read with plain SQL, sharing no code with the registry."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict

from tests.registry.tools import connected

_FIELDS = "sequence, at, event, number, award_id, entry_id, sha256, record_sha256, previous, digest"


def faults(address):
    """Return what is wrong, one line each: gaps, doubles, half pairs, broken links, files that are not theirs."""
    connection = connected(address)
    try:
        found = [*_chain(connection), *_pairs(connection), *_serials(connection), *_files(connection)]
        if isinstance(connection, sqlite3.Connection):
            checked = connection.execute("PRAGMA integrity_check")
            found += [f"sqlite: {row[0]}" for row in checked if row[0] != "ok"]
        return found
    finally:
        connection.close()


def pairs(address):
    connection = connected(address)
    count = connection.execute("SELECT count(DISTINCT entry_id) FROM certificates").fetchone()[0]
    connection.close()
    return count


def _chain(connection):
    previous = "0" * 64
    for expected, row in enumerate(connection.execute(f"SELECT {_FIELDS} FROM ledger ORDER BY sequence"), 1):
        *fields, linked, digest = row
        text = json.dumps([*fields, linked], ensure_ascii=False, separators=(",", ":"))
        if row[0] != expected:
            yield f"ledger line {row[0]} stands where {expected} should"
        if linked != previous or hashlib.sha256(text.encode()).hexdigest() != digest:
            yield f"ledger line {row[0]} is not chained"
        previous = digest
    lines = connection.execute("SELECT sequence, number, sha256 FROM ledger").fetchall()
    papers = connection.execute("SELECT sequence, number, sha256 FROM certificates").fetchall()
    if sorted(lines) != sorted(papers):
        yield f"{len(lines)} ledger lines, {len(papers)} certificates"


def _pairs(connection):
    awards = defaultdict(list)
    for entry_id, award_id in connection.execute("SELECT entry_id, award_id FROM certificates"):
        awards[entry_id].append(award_id)
    for entry_id, held in awards.items():
        if len(held) != 2 or len(set(held)) != 2:
            yield f"{entry_id} holds {sorted(held)}"


def _serials(connection):
    numbers = defaultdict(list)
    for (number,) in connection.execute("SELECT number FROM certificates"):
        scope, serial = number.split(":")
        numbers[scope].append(int(serial))
    for scope, serials in numbers.items():
        if sorted(serials) != list(range(1, len(serials) + 1)):
            yield f"serials of {scope} are {sorted(serials)}"


def _files(connection):
    files = dict(connection.execute("SELECT sequence, content FROM certificate_files").fetchall())
    for sequence, sha256 in connection.execute("SELECT sequence, sha256 FROM certificates"):
        if hashlib.sha256(files.pop(sequence, b"")).hexdigest() != sha256:
            yield f"file of {sequence} is missing or another"
    yield from (f"file {sequence} belongs to nobody" for sequence in files)
