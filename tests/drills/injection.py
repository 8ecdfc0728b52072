"""Files and network asked for by templates, names and photos; none may be reached: ``./run drill injection``.

Each payload is drawn while a folder and a server watch whether anybody comes. The control draws the same with WeasyPrint's
own fetcher, a Jinja environment without a sandbox, names not escaped and photos not read first: it must be caught.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import jinja2
from weasyprint.urls import URLFetcher

from scheduler.certificates.issuer import Issuer
from scheduler.certificates.photos import portrait
from scheduler.errors import IssuanceError, SchedulerError
from scheduler.office.orders import photo_of
from scheduler.press.render import Press
from scheduler.press.stamp import Stamper
from tests.certificates.people import CENTRE, SKILL, a_face, a_photo, an_entry
from tests.drills import figures
from tests.drills.canaries import Canaries

TEMPLATES = Path(__file__).parents[2] / "templates"
SMALL, FULL = 24, 400
PAGE = '<!DOCTYPE html><html lang="zh-CN"><head><title>x</title></head><body>{}</body></html>'
NAMED = "<p>{{ name }}</p>"


@dataclass(frozen=True)
class Payload:
    """Something drawn: a template of one's own, a name or a photo."""

    kind: str
    html: str = NAMED
    css: str = ""
    name: str = "甲"
    photo: bytes = b""


ADDRESSES = (
    "http://127.0.0.1:{port}/canary.{end}", "HTTP://127.1:{port}/canary.{end}", "//127.0.0.1:{port}/canary.{end}",
    "ftp://127.0.0.1:{port}/canary.{end}", "file://{folder}/canary.{end}", "FILE:{folder}/canary.{end}",
    "file://localhost{folder}/%63anary.{end}", "../../../canaries/canary.{end}", "%2e%2e/../../canaries/canary.{end}",
    "../../link/canary.{end}",
)  # fmt: skip
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9">{}</svg>'


def nested(inner: str) -> str:
    return '<img src="data:image/svg+xml,' + quote(SVG.format(inner)) + '">'


TAGS: tuple[tuple[str, str], ...] = (
    ("png", '<img src="{}">'), ("png", '<object data="{}" type="image/png"></object>'), ("png", '<embed src="{}">'),
    ("css", '<link rel="stylesheet" href="{}">'), ("txt", '<link rel="attachment" href="{}">'),
    ("txt", '<a rel="attachment" href="{}">x</a>'), ("css", '<style>@import url("{}");</style>'),
    ("png", '<p style="background:url({})">x</p>'), ("png", '<ul style="list-style-image:url({})"><li>x</ul>'),
    ("png", '<p style="border-image:url({}) 3;border:3px solid">x</p>'),
    ("png", "<style>p::before {{ content: url({}) }}</style><p>x</p>"),
    ("ttf", "<style>@font-face {{ font-family: e; src: url({}) }} p {{ font-family: e }}</style><p>x</p>"),
    ("png", "<style>@page {{ background: url({}) }}</style><p>x</p>"), ("png", '<base href="{}"><img src="canary.png">'),
    ("svg", '<svg width="9" height="9"><use href="{}#x"/></svg>'), ("png", '<svg width="9" height="9"><image href="{}"/></svg>'),
    ("png", nested('<image href="{}" width="9" height="9"/>')), ("svg", nested('<use xlink:href="{}#x"/>')),
    ("css", nested('<style>@import url("{}");</style><rect/>')),
    ("iframe", '<iframe src="{}"></iframe>'), ("png", '<input type="image" src="{}">'),
)  # fmt: skip
SHEETS: tuple[tuple[str, str], ...] = (
    ("css", '@import "{}";'), ("png", "p {{ background-image: url({}) }}"), ("png", "@page {{ background: url({}) }}"),
    ("ttf", "@font-face {{ font-family: e; src: url({}) }} p {{ font-family: e }}"),
)  # fmt: skip
JINJA = (
    "{{{{ cycler.__init__.__globals__.os.popen('cat {folder}/canary.txt').read() }}}}",
    "{{{{ ''.__class__.__base__.__subclasses__() }}}}{{% include '../canaries/template.html' %}}",
    "{{% include '{folder}/template.html' %}}",
    "{{% include 'link/template.html' %}}",
    "{{% extends '../../canaries/template.html' %}}",
    "{{% import '../canaries/template.html' as x %}}{{{{ x }}}}",
    "{{{{ (name|attr('__class__')).__mro__ }}}}",
    "{{{{ '{{0.__class__.__init__.__globals__}}'.format(cycler) }}}}",
    "{{{{ lipsum.__globals__['os'].popen('cat {folder}/canary.txt').read() }}}}",
    "{{{{ self.__init__.__globals__.__builtins__.open('{folder}/canary.txt').read() }}}}",
    "{{{{ joiner.__init__.__globals__.__builtins__.__import__('socket').create_connection(('127.0.0.1', {port})) }}}}",
    "{{% for c in [].__class__.__base__.__subclasses__() %}}{{{{ c.__init__.__globals__ }}}}{{% endfor %}}",
)


def payloads(canaries: Canaries) -> list[Payload]:
    """Return every payload there is."""
    place = {"port": canaries.port, "folder": canaries.folder}
    made = []
    for (end, tag), address in itertools.product(TAGS, ADDRESSES):
        where = address.format(end=end, **place)
        made.append(Payload("template", tag.format(where)))
        if address.startswith(("http:", "file:")):
            made.append(Payload("name", name=tag.format(where)))
    for (end, sheet), address in itertools.product(SHEETS, ADDRESSES):
        made.append(Payload("style", css=sheet.format(address.format(end=end, **place))))
    made += [Payload("jinja", source.format(**place)) for source in JINJA]
    made += [Payload("name", name=source.format(**place)) for source in JINJA]
    made += [Payload("photo", photo=photo) for photo in _photos(place)]
    return made


def _photos(place: dict[str, object]) -> Iterator[bytes]:
    for address in ADDRESSES:
        where = address.format(end="png", **place)
        yield SVG.format(f'<image href="{where}" width="9" height="9"/>').encode()
        yield f'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY x SYSTEM "{where}">]>{SVG.format("<text>&x;</text>")}'.encode()
        yield f"<html><img src='{where}'></html>".encode()
        yield f"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n({where}) (r) file\n".encode()
        # A genuine JPEG whose metadata name an address.
        yield a_photo(1, exif=b"Exif\0\0" + where.encode(), comment=where.encode())


class Studio:
    """A templates folder of somebody's own, with a link that leads out of it."""

    def __init__(self, home: Path, canaries: Canaries) -> None:
        self.folder, self.canaries = home / "own", canaries
        shutil.copytree(TEMPLATES, self.folder)
        (self.folder / "link").symlink_to(canaries.folder, target_is_directory=True)
        (self.folder / "certificates" / "evil").mkdir()
        self.stamper, self.issuer = Stamper(Press(self.folder)), Issuer(self.folder)

    def drawn(self, payload: Payload) -> bool:
        """Draw a payload as the product does; tell whether it was refused."""
        try:
            if payload.photo:
                picture = portrait(payload.photo, "甲")
                return self._tried(payload, "data:image/jpeg;base64," + base64.b64encode(picture).decode(), Press)
            return self._tried(payload, "", Press)
        except SchedulerError:
            return True

    def careless(self, payload: Payload) -> None:
        """Draw a payload without any of what protects us."""
        kind = (
            "image/svg+xml" if b"<svg" in payload.photo else "text/html" if b"<html" in payload.photo else "image/jpeg"
        )
        src = f"data:{kind};base64,{base64.b64encode(payload.photo).decode()}" if payload.photo else ""
        with contextlib.suppress(Exception):  # only what it reached on the way counts
            self._tried(payload, src, Careless)

    def _tried(self, payload: Payload, picture: str, press: Callable[[Path], Press]) -> bool:
        evil = self.folder / "certificates" / "evil"
        page = PAGE.format(payload.html + (f'<img src="{picture}" alt="x">' if picture else ""))
        (evil / "template.html").write_text(page, encoding="utf-8")
        (evil / "style.css").write_text(payload.css, encoding="utf-8")
        press(self.folder).render("certificates/evil", {"name": payload.name})
        return False

    def issued(self, name: str) -> bool:
        """Set a name into the certificate itself, as holder and as institution; tell whether it was refused."""
        try:
            face = a_face(SKILL.id, an_entry(name), issuer=replace(CENTRE, name=name[:40]))
            printed = self.stamper.print("certificates/skill_level", self.issuer.paper(face, photo=a_photo()))
            self.issuer.prepare(face, printed.pdf, photo=a_photo())
        except SchedulerError:
            return True
        return False


class Careless(Press):
    """A press that fetches whatever is asked for and escapes nothing."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._fetcher = URLFetcher(timeout=2)
        loader = jinja2.FileSystemLoader([folder, "/"], followlinks=True)
        self._templates = jinja2.Environment(loader=loader, autoescape=False)


def drill(trials: int, seed: int) -> Iterator[figures.Row]:
    """Yield a row a kind: payloads, how many were refused, how many reached something, and in how many the control did."""
    with tempfile.TemporaryDirectory() as home, Canaries(Path(home) / "canaries") as canaries:
        studio = Studio(Path(home), canaries)
        chosen = payloads(canaries)
        random.Random(seed).shuffle(chosen)
        chosen = sorted(chosen[:trials], key=lambda payload: payload.kind)
        studio.drawn(Payload("first"))
        for kind, some in itertools.groupby(chosen, key=lambda payload: payload.kind):
            yield _row(kind, list(some), studio, canaries)
        yield _whole(studio, canaries, 3 if trials <= SMALL else 24)


def _row(kind: str, some: list[Payload], studio: Studio, canaries: Canaries) -> figures.Row:
    files = calls = refused = controls = 0
    for payload in some:
        canaries.hits()
        refused += studio.drawn(payload)
        opened, called = canaries.hits()
        files, calls = files + opened, calls + called
        studio.careless(payload)
        controls += any(canaries.hits())
    return {"kind": kind, "payloads": len(some), "refused": refused, "files opened": files, "server called": calls,
            "faults": files + calls, "control_failed": controls}  # fmt: skip


def _whole(studio: Studio, canaries: Canaries, wanted: int) -> figures.Row:
    """Draw whole certificates whose holder and institution bear hostile names, and ask for photos by hostile file names."""
    names = [payload.name for payload in payloads(canaries) if payload.kind == "name"][::5][:wanted]
    canaries.hits()
    refused = sum(map(studio.issued, names))
    refused += sum(map(_photo_refused, itertools.repeat(canaries.folder), FILE_NAMES))
    opened, called = canaries.hits()
    return {"kind": "certificate", "payloads": len(names) + len(FILE_NAMES), "refused": refused, "files opened": opened,
            "server called": called, "faults": opened + called}  # fmt: skip


FILE_NAMES = (
    "../canaries/canary.png",
    "/etc/passwd",
    "..",
    "../../canaries/canary.png",
    "http://127.0.0.1/x.png",
    "a\0b",
)


def _photo_refused(folder: Path, name: str) -> bool:
    entry = an_entry()
    entry = replace(entry, candidate=replace(entry.candidate, photo=name))
    beside = folder.parent / "photos"
    beside.mkdir(exist_ok=True)
    try:
        photo_of(beside, entry, glue=False)
    except IssuanceError:
        return True
    return False


def main() -> None:
    """Run the drill and print one table."""
    figures.run(drill, figures.asked(__doc__, small=SMALL, full=FULL, what="payloads of the shuffled list"))


if __name__ == "__main__":
    main()
