"""Processes that issue and are killed: started by test_kill.py, ``drill.py WAY ADDRESS TRIALS WORKERS SEED``.

Each trial forks workers that issue whatever entries have no certificates yet, and kills them at a random moment. The
way ``naive`` is the control: the next number is the greatest so far plus one, and each row is committed by itself.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from scheduler.errors import SchedulerError
from scheduler.registry import mapping
from scheduler.registry.chain import chained
from scheduler.registry.ledger import _line
from scheduler.registry.store import open_registry
from scheduler.registry.tables import LedgerRow
from tests.registry.values import AT, ROUND, a_certificate, a_pair

SIZE = 20_000


def waiting(address):
    with open_registry(address) as registry, registry.transaction(write=False) as store:
        return store.rounds.entries(ROUND)


def honest(address, entries, ready=lambda: None):
    with open_registry(address) as registry:
        ready()
        for entry in entries:
            with registry.transaction() as store:
                if not store.ledger.granted_awards(entry.id):
                    grant, files = a_pair(store, entry, size=SIZE)
                    store.ledger.add_grant(grant, files, AT)


def naive(address, entries, ready):
    connection = sqlite3.connect(address, isolation_level=None, timeout=30)
    ready()
    for entry in entries:
        for award_id in entry.award_ids:
            held = connection.execute(
                "SELECT 1 FROM certificates WHERE entry_id = ? AND award_id = ?", (entry.id, award_id)
            )
            if held.fetchone() is None:
                naive_issue(connection, entry, award_id)


def naive_issue(connection, entry, award_id):
    cursor = connection.execute("SELECT * FROM ledger ORDER BY sequence DESC LIMIT 1")
    rows = [dict(zip([name[0] for name in cursor.description], row, strict=True)) for row in cursor]
    last = mapping.ledger_value(LedgerRow(**rows[0])) if rows else None
    sequence = last.sequence + 1 if last else 1
    serial = connection.execute("SELECT count(*) FROM certificates WHERE award_id = ?", (award_id,)).fetchone()[0] + 1
    content = f"{entry.id} {award_id} {serial}".encode().ljust(SIZE, b".")
    certificate = a_certificate(entry, award_id, f"{award_id}:{serial:06d}", sequence, content)
    row = mapping.certificate_row(certificate)
    line = chained(_line(certificate, "issued", AT, hashlib.sha256(row.document.encode()).hexdigest()), last)
    for table, values in (
        ("ledger", mapping.ledger_row(line).model_dump()),
        ("certificates", row.model_dump()),
        ("certificate_files", {"sequence": sequence, "content": content}),
    ):
        marks = ", ".join("?" * len(values))
        connection.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", list(values.values()))


def work(way, address, entries, started):
    try:
        way(address, entries, lambda: os.write(started, b"."))
    except (SchedulerError, sqlite3.Error) as error:
        print(error, file=sys.stderr)
        os._exit(1)
    os._exit(0)


def trial(way, address, entries, workers, seconds):
    """Return how many workers were still at it when they were killed, so many seconds after all had begun."""
    begun, started = os.pipe()
    children = []
    for _ in range(workers):
        child = os.fork()
        if child == 0:
            work(way, address, entries, started)
        children.append(child)
    os.close(started)
    for _ in children:
        os.read(begun, 1)
    os.close(begun)
    time.sleep(seconds)
    for child in children:
        os.kill(child, signal.SIGKILL)
    return sum(os.WIFSIGNALED(os.waitpid(child, 0)[1]) for child in children)


WAYS = {"honest": honest, "naive": naive}


def main():
    way, address, trials, workers, seed = sys.argv[1:]
    chance, entries = random.Random(int(seed)), waiting(address)
    for _ in range(int(trials)):
        landed = trial(WAYS[way], address, entries, int(workers), chance.uniform(0.0, 0.04))
        print(landed, flush=True)


if __name__ == "__main__":
    main()
