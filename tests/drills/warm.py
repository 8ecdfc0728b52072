"""What thousands of trials need not do again: open key files, and draw the same certificates."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

from scheduler.certificates import keys
from scheduler.office import desk, keyring
from scheduler.office import issue as issuing
from scheduler.office.bench import Kit
from scheduler.office.orders import Batch, Order


@contextmanager
def opened_once() -> Iterator[None]:
    """Open each key and read the catalogue once: that is half of what issuing a few certificates costs."""
    known = lru_cache(maxsize=None)
    places = ((keys, "load"), (keyring, "load"), (desk, "load_catalogue"))
    true = [getattr(module, name) for module, name in places]
    once = {function: known(function) for function in true}
    for (module, name), function in zip(places, true, strict=True):
        setattr(module, name, once[function])
    gc.collect()
    gc.freeze()  # a collection in a child would copy all that it shares with this process
    try:
        yield
    finally:
        gc.unfreeze()
        for (module, name), function in zip(places, true, strict=True):
            setattr(module, name, function)


@contextmanager
def drawn_once() -> Iterator[None]:
    """Draw what is ordered under the same numbers once: nothing there must last, so it has no point to be killed at."""
    true, known = issuing.make, {}

    def make(kit: Kit, orders: tuple[Order, ...], serials: Mapping[str, int], at: str) -> Batch:
        free, done = dict(serials), []
        for order in orders:
            said = repr((order, sorted(free.items()), at))
            if said not in known:
                known[said] = true(kit, (order,), free, at)
            batch = known[said]
            if not batch.done:
                return Batch(tuple(done), batch.findings, batch.stopped)
            done += batch.done
            for made in batch.done[0][1]:
                free.update((counter, serial + 1) for counter, serial in made.serials)
        return Batch(tuple(done))

    issuing.make = make
    try:
        yield
    finally:
        issuing.make = true
