"""Somebody guesses at the inquiry page: ``./run drill guesses``. No guess may hit, and from the k-th on none is answered.

The guesser knows how numbers are made and walks through them, the issued ones among them, with the commonest names; tries the
names of one known holder's number from many addresses; and tries codes. The server is ``scheduler serve``. The control is a
guesser who has read one name off a paper: its first guess must hit, or the drill proves nothing.
"""

from __future__ import annotations

import asyncio
import base64
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from scheduler.domain.certificates import Certificate
from scheduler.web.answers import Bounds
from tests.benchmarks.webload import in_a_row, issued_desk, serving
from tests.drills.figures import Row, asked, run

SMALL, FULL = 600, 100_000
ADDRESSES = 40
"""Addresses that the guesser has."""
_SURNAMES, _GIVEN = (
    "王李张刘陈杨黄赵吴周",
    ("伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰"),
)
Guess = tuple[dict[str, str], str]


def guesses(papers: list[Certificate], count: int, chance: random.Random) -> Iterator[Guess]:
    """Yield guesses, each from one of the guesser's addresses; none is right by construction of the names."""
    held = {paper.face.name for paper in papers}
    names = [one for one in (s + g for s in _SURNAMES for g in _GIVEN) if one not in held]
    numbers = [paper.number for paper in papers]
    for n in range(count):
        address = f"192.0.2.{n % ADDRESSES + 1}"
        kind = n % 4
        if kind == 0:  # walk through the series
            near = chance.choice(numbers)
            yield {"number": f"{near[:-3]}{chance.randrange(1000):03d}", "name": chance.choice(names)}, address
        elif kind == 1:  # numbers that exist
            yield {"number": chance.choice(numbers), "name": chance.choice(names)}, address
        elif kind == 2:  # one number from everywhere
            yield {"number": numbers[0], "name": chance.choice(names)}, address
        else:
            yield {"code": base64.b32encode(chance.randbytes(10)).decode()}, address


def counted(port: int, requests: Iterator[Guess]) -> Counter[str]:
    """Ask everything and count what came back."""
    seen: Counter[str] = Counter()

    def see(status: int, body: bytes) -> None:
        seen[str(status)] += 1
        seen["hits"] += b'"standing"' in body

    asyncio.run(in_a_row(port, requests, see))
    return seen


def rows(trials: int, seed: int) -> Iterator[Row]:
    """Yield the row of the guesser, then that of the control."""
    bounds, chance = Bounds(), random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        papers = issued_desk(Path(folder))
        with serving(Path(folder)) as port:
            seen = counted(port, guesses(papers, trials, chance))
            # Buckets drain while the drill runs: a bound for minutes, not for one burst.
            answered, limited = seen["404"], seen["429"]
            unanswered = trials - answered - limited
            most = ADDRESSES * bounds.per_address * 3
            yield {
                "case": "guesses", "trials": trials, "hits": seen["hits"], "answered": answered, "limited": limited,
                "faults": seen["hits"] + unanswered + max(0, answered - most) + (trials > 2 * most and not limited),
            }  # fmt: skip
            known = iter([({"number": papers[0].number, "name": papers[0].face.name}, "198.51.100.1")])
            code = iter([({"code": papers[0].face.inquiry_code}, "198.51.100.1")])
            hits = counted(port, known)["hits"] + counted(port, code)["hits"]
            yield {"case": "control", "trials": 2, "control_failed": hits, "faults": 0}


def main() -> None:
    """Run the drill."""
    run(rows, asked(__doc__ or "", small=SMALL, full=FULL, what="guesses"))


if __name__ == "__main__":
    main()
