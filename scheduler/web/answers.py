"""How an inquiry is answered: limits first, then the verb, then a pause, so that every answer takes the same time.

Used by the inquiry page and its API. A guess is charged before it is looked up, and given back where it was none.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from anyio import CapacityLimiter, to_thread

from scheduler.office.desk import Office
from scheduler.office.inquire import Inquiry, inquire_code, inquire_file, inquire_number, number_key
from scheduler.web.figures import Figures
from scheduler.web.limits import Limit, network

Kind = Literal["number", "code", "file"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many wrong guesses are answered (查询限次)."""

    per_address: int = 30
    """Wrong guesses from one address in ``address_s`` seconds."""
    address_s: float = 600
    per_number: int = 10
    """Wrong names for one number in ``number_s`` seconds, from wherever they come."""
    number_s: float = 3600
    step_s: float = 0.04
    """Answers leave at whole multiples of this, so that their time tells nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an inquiry came to."""

    inquiry: Inquiry
    wait_s: int = 0
    """Seconds to wait where there were too many guesses; else 0."""


class Desk:
    """Answers inquiries of one office."""

    def __init__(self, office: Office, bounds: Bounds, figures: Figures) -> None:
        self._office, self._bounds, self._figures = office, bounds, figures
        self._addresses = Limit(bounds.per_address, bounds.address_s)
        self._numbers = Limit(bounds.per_number, bounds.number_s)
        self._threads: CapacityLimiter | None = None

    async def by_number(self, address: str, number: str, name: str) -> Answer:
        """Answer number and name."""
        keys = [(self._addresses, network(address)), (self._numbers, number_key(number))]
        return await self._answer("number", keys, partial(inquire_number, self._office, number=number, name=name))

    async def by_code(self, address: str, scanned: str) -> Answer:
        """Answer what a QR code says, or the code printed beside it."""
        keys = [(self._addresses, network(address))]
        return await self._answer("code", keys, partial(inquire_code, self._office, scanned=scanned))

    async def by_file(self, address: str, content: bytes) -> Answer:
        """Answer a file."""
        keys = [(self._addresses, network(address))]
        return await self._answer("file", keys, partial(inquire_file, self._office, content=content))

    async def _answer(self, kind: Kind, keys: list[tuple[Limit, str]], ask: Callable[[], Inquiry]) -> Answer:
        began = asyncio.get_running_loop().time()
        charged: list[tuple[Limit, str]] = []
        for limit, key in keys:
            wait = limit.take(key)
            if wait:
                # Charges already made stay: asking on while refused is guessing on.
                self._figures.inquiry(kind, "limited")
                return Answer(Inquiry(), max(1, math.ceil(wait)))
            charged.append((limit, key))
        if self._threads is None:
            self._threads = CapacityLimiter(4)  # more threads only wait for each other and for the database
        inquiry = await to_thread.run_sync(ask, limiter=self._threads)
        if inquiry:
            for limit, key in charged:
                limit.give_back(key)
        self._figures.inquiry(kind, "found" if inquiry else "nothing")
        await self._pause(began)
        return Answer(inquiry)

    async def _pause(self, began: float) -> None:
        step = self._bounds.step_s
        spent = asyncio.get_running_loop().time() - began
        await asyncio.sleep(math.ceil(spent / step) * step - spent if step else 0)
