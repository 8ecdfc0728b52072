"""One row of the issuing benchmark, in a process of its own: ``python -m tests.benchmarks.papers ENGINE CERTIFICATES SEED BEGAN``.

The same certificates for every engine: a skill level, a qualification and a training certificate for each of a city's
candidates in turn, each with its own photo and signed code. Ours numbers, lays out, signs the code, draws, attaches, signs the
file and reads it back; peers get the laid-out data ready-made, draw, and sign nothing. ``scheduler drawing`` does what peers do:
it gets the same data, draws PDF/A-3b, attaches and signs nothing. The row is printed as JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from tests.benchmarks.measure import Watch

ENGINES = ("scheduler", "scheduler unproofed", "scheduler drawing", "weasyprint", "typst")
TASK = 50
Row = dict[str, Any]


class City:
    """Orders, and an opened bench; importing and opening count as ours."""

    def __init__(self, folder: Path, certificates: int, seed: int) -> None:
        from scheduler.certificates.new_keys import new_demo_keys
        from scheduler.office.orders import issuing
        from tests.benchmarks.city import ROUND, city_office

        self.office = city_office(folder, certificates // 2 + 1, seed=seed)
        self.certificates = certificates
        with self.office.registry.transaction(write=False) as store:
            self.setup = store.rounds.setup(ROUND)
        new_demo_keys(self.office.settings.keys_folder, issuing(self.setup))

    def open(self) -> None:
        """Open the bench; the first of what is timed."""
        from scheduler.office.bench import Bench, kit_of
        from scheduler.office.keyring import ready_keys
        from scheduler.office.orders import Wish, issuing
        from tests.benchmarks.city import ISSUED_ON

        places = ready_keys(self.office, issuing(self.setup))
        self.wish = Wish(self.setup, ISSUED_ON, glue_photos=False, places=places)
        self.bench = Bench(kit_of(self.office.settings))

    def orders(self) -> Iterator[Any]:
        """Yield an order for each candidate of the city."""
        from scheduler.office.orders import order

        for n in range(self.certificates // 2 + 1):
            with self.office.registry.transaction(write=False) as store:
                yield order(self.office, store, self.wish, f"C{n:05d}")

    def faces(self) -> Iterator[tuple[Any, Any]]:
        """Yield every certificate's face with its signed code, and the job it belongs to."""
        from scheduler.office.bench import Job

        free: dict[str, int] = {}
        for order in self.orders():
            photo = order.photo.read_bytes()
            for item in order.items:
                face, serials = self.bench._numbered(order, item, free)
                yield face, Job(order, item, photo, (), dict(serials)[item.places], self.office.now())


def scheduler(city: City) -> Iterator[bytes]:
    """Make certificates as `issue` does, in tasks."""
    serials: dict[str, int] = {}
    orders = city.orders()
    while task := tuple(islice(orders, TASK // 3)):
        batch = city.bench.make(task, serials, city.office.now())
        assert not batch.findings, batch.findings[0]
        for _, all_made in batch.done:
            for made in all_made:
                serials.update((counter, serial + 1) for counter, serial in made.serials)
                yield made.pdf


def unproofed(city: City) -> Iterator[bytes]:
    """Draw, attach and sign, as far as peers go and further; nothing is read back."""
    for face, job in city.faces():
        signed, finish, _ = city.bench._signed(face, job)
        data = city.bench._issuer.paper(signed, photo=job.photo)
        yield city.bench._printed(f"certificates/{face.template}", data, finish).pdf


def laid_out(city: City) -> list[tuple[str, dict[str, Any]]]:
    """Return template and data of each certificate, signed code included."""
    made = []
    for face, job in islice(city.faces(), city.certificates):
        signed, _, _ = city.bench._signed(face, job)
        made.append((face.template, city.bench._issuer.paper(signed, photo=job.photo)))
    return made


def drawing(city: City, ready: list[tuple[str, dict[str, Any]]]) -> Iterator[bytes]:
    """Draw what peers draw, from the same data, unsigned and without attachment."""
    for template, data in ready:
        printed = city.bench._stamper.print(f"certificates/{template}", data)
        assert not printed.drawn_because, printed.drawn_because
        yield printed.pdf


def weasyprint(city: City, ready: list[tuple[str, dict[str, Any]]]) -> Iterator[bytes]:
    """Draw each certificate as WeasyPrint's tutorial does: nothing is kept between two."""
    import weasyprint
    from weasyprint.pdf import fonts

    from scheduler.press import fontfiles
    from scheduler.press.templates import environment, html

    fonts.Font._harfbuzz_subset = fontfiles._by_weasyprint  # as it comes, without our way of cutting fonts down
    folder = city.bench._kit.templates
    templates = environment(folder)
    for template, data in ready:
        text = html(templates, f"certificates/{template}", data)
        own = folder / "certificates" / template
        styles = [str(style) for style in (folder / "shared/page.css", folder / "shared/fonts.css", own / "style.css")]
        paper = weasyprint.HTML(string=text, base_url=own.as_uri() + "/")
        yield paper.write_pdf(stylesheets=styles, pdf_variant="pdf/a-3b")


def typst(city: City, ready: list[tuple[str, dict[str, Any]]], root: Path, watch: Watch) -> Iterator[bytes]:
    """Draw each certificate with typst and one compiler; its pictures are put into files beforehand."""
    from tests.benchmarks.peers.typst_paper import TypstPress

    press = TypstPress(root, city.bench._kit.templates / "shared")
    for inputs in watch.pause(lambda: [press.ready(n, *one) for n, one in enumerate(ready)]):
        yield press.draw(inputs)


def papers(engine: str, city: City, root: Path, watch: Watch) -> Iterator[bytes]:
    """Yield the certificates of an engine; what peers get ready-made is not timed."""
    if engine in {"weasyprint", "typst", "scheduler drawing"}:
        watch.pause(city.open)
        ready = watch.pause(lambda: laid_out(city))
        if engine == "typst":
            yield from typst(city, ready, root, watch)
        else:
            yield from (weasyprint if engine == "weasyprint" else drawing)(city, ready)
        return
    city.open()
    yield from islice(scheduler(city) if engine == "scheduler" else unproofed(city), city.certificates)


def measured(engine: str, certificates: int, seed: int, began: float) -> Row:
    """Make the certificates, keep none, and return the row; the rate is that of all but the first."""
    watch = Watch(began)
    with tempfile.TemporaryDirectory() as folder:
        city = watch.pause(lambda: City(Path(folder) / "city", certificates, seed))
        made = papers(engine, city, Path(folder) / "peer", watch)
        size = len(next(made))
        first_s, cpu = watch.s(), time.process_time()
        count = 1
        for pdf in made:
            size += len(pdf)
            count += 1
        wall, cpu = watch.s() - first_s, time.process_time() - cpu
    return {
        "case": f"city-{certificates}", "engine": engine, "certificates": count,
        "per_second": round((count - 1) / wall, 1), "cpu_ms": round(1000 * cpu / (count - 1), 2),
        "kib": round(size / count / 1024, 1), "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "first_s": round(first_s, 2), "wall_s": round(wall, 2), "seed": seed,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))))
