"""A web office in a process of its own, and a small client that asks it over loopback. Used by the benchmark and the drill of inquiries."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from scheduler.domain.certificates import Certificate
from tests.house.paths import ROOT
from tests.office.books import PILOT, ROUND
from tests.office.conftest import STAGES, open_at


def issued_desk(folder: Path) -> list[Certificate]:
    """Make the pilot's office with all its certificates issued; return them."""
    from scheduler.office.issue import issue
    from scheduler.office.record import record

    shutil.copytree(PILOT / "photos", folder / "photos")
    shutil.copy(PILOT / "office.toml", folder)
    for stage in ("prepared", "enrolled", "planned", "published"):
        with open_at(folder) as office:
            STAGES[stage][1](office, folder)
    with open_at(folder) as office:
        record(office, PILOT / "marks.xlsx", round_id=ROUND)
        issue(office, round_id=ROUND, issued_on=date(2026, 6, 30))
    return certificates_of(folder)


def certificates_of(folder: Path) -> list[Certificate]:
    """Return every certificate of an office."""
    with open_at(folder) as office, office.registry.transaction(write=False) as store:
        return store.ledger.certificates()


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Run ``scheduler serve`` on an office; gives its port. Callers' addresses are believed from X-Forwarded-For."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", "--office", str(folder / "office.toml"), "--port", str(port), "--proxy", "127.0.0.1"]
    server = subprocess.Popen(
        [sys.executable, "-m", "scheduler", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the server does not start")
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(60)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class Line:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, said: dict[str, str], address: str) -> tuple[int, bytes]:
        """Post one inquiry to the API as from an address; return status and body."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        body = json.dumps(said).encode()
        head = f"POST /api/v1/inquiry HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {address}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answered = await reader.readuntil(b"\r\n\r\n")
        lines = answered.decode("latin-1").split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length"))
        return int(lines[0].split()[1]), await reader.readexactly(length)

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()


async def at_rate(
    port: int, rate: float, requests: list[tuple[dict[str, str], str]], lines: int = 64
) -> list[tuple[int, float]]:
    """Ask at a steady rate whatever the server does; return status and seconds of each, waiting for a free line included."""
    free: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(lines):
        free.put_nowait(Line(port))
    began = time.perf_counter()

    async def one(n: int, said: dict[str, str], address: str) -> tuple[int, float]:
        due = began + n / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        line = await free.get()
        try:
            status, _ = await line.ask(said, address)
        finally:
            free.put_nowait(line)
        return status, time.perf_counter() - due

    answered = await asyncio.gather(*(one(n, said, address) for n, (said, address) in enumerate(requests)))
    while not free.empty():
        free.get_nowait().close()
    return answered


async def in_a_row(
    port: int, requests: Iterator[tuple[dict[str, str], str]], seen: Callable[[int, bytes], None], lines: int = 32
) -> None:
    """Ask as fast as the server answers; tell each answer."""

    async def worker() -> None:
        line = Line(port)
        for said, address in requests:
            seen(*await line.ask(said, address))
        line.close()

    await asyncio.gather(*(worker() for _ in range(lines)))
