"""The bench (制证台): makes the certificates of some orders: numbered, drawn, signed, proofed. It keeps and issues nothing.

Used by issue.py, in this process or in others; each process opens its bench once and keeps templates, fonts and keys. The
registry is not touched here, so nobody waits while certificates are drawn.
"""

from __future__ import annotations

import base64
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from scheduler.certificates import faces, numbering
from scheduler.certificates.claims import Twin, code_text, facts_of
from scheduler.certificates.code import key_id
from scheduler.certificates.credential import DESCRIPTION, FILE_NAME, MEDIA_TYPE, credential
from scheduler.certificates.issuer import Issuer
from scheduler.certificates.keyfile import REGISTER, read_keys
from scheduler.certificates.keys import Keyring
from scheduler.certificates.photos import portrait
from scheduler.certificates.proof import NOTHING, Enclosed
from scheduler.certificates.status import Shuffle
from scheduler.certificates.timestamp import TimedSeal
from scheduler.domain.certificates import Face
from scheduler.domain.wording import SPECIMEN
from scheduler.errors import Finding, IssuanceError, SealFailed
from scheduler.office.numbered import Numbered
from scheduler.office.orders import Batch, Item, Made, Order, named
from scheduler.office.settings import Settings, templates_folder

if TYPE_CHECKING:
    from scheduler.certificates.issuer import Proofed
    from scheduler.press.stamp import Finish, Printed, Stamper

Engine = Literal["stamp", "weasyprint"]
PROOF_SERIAL = 1
"""Stands in the number of a proof that issues nothing."""


@dataclass(frozen=True, slots=True)
class Kit:
    """All that a bench is opened with; the same on every machine that helps."""

    templates: Path
    keys: Path
    """Folder of the key register."""
    demo: bool
    verify_url: str
    engine: Engine = "stamp"
    sign: bool = True
    """False for proofs."""
    tsa_url: str = ""
    """Time-stamp authority; empty for none."""
    versions: tuple[str, str] = ("", "")
    """Digests of the templates and of the key register, so that no process goes on with old ones."""


@dataclass(frozen=True, slots=True)
class Job:
    """One certificate in the making."""

    order: Order
    item: Item
    photo: bytes | None
    twins: tuple[Twin, ...]
    place: int
    """Serial of its place in the status lists; 0 for none."""
    at: str
    """Moment of signing, ISO 8601 with zone."""


class Bench:
    """One opened bench."""

    def __init__(self, kit: Kit) -> None:
        """Open a bench.

        Raises:
            SettingsError: Templates, fonts or the key register are missing or wrong.
        """
        self._kit = kit
        self._stamper, self._issuer = _tools(kit.templates, kit.versions[0])
        self._shuffles: dict[str, Shuffle] = {}
        self._timed: dict[str, TimedSeal] = {}
        self._ids: dict[str, tuple[str, ...]] = {}
        self._keys = Keyring(read_keys(kit.keys / REGISTER), demo=kit.demo)

    def make(self, orders: tuple[Order, ...], serials: Mapping[str, int], at: str) -> Batch:
        """Make everything ordered; an entry of which one certificate fails gets none, and its serials go to the next.

        Args:
            orders: What to make.
            serials: First serial to give, by counter.
            at: Moment of signing, ISO 8601 with zone.
        """
        free = dict(serials)
        done: list[tuple[Order, tuple[Made, ...]]] = []
        findings: list[Finding] = []
        for order in orders:
            taken = dict(free)
            try:
                made = tuple(self._all(order, taken, at))
            except SealFailed as stop:
                return Batch(tuple(done), tuple(findings), stop)
            except IssuanceError as refusal:
                findings += refusal.findings
                continue
            free = taken
            done.append((order, made))
        return Batch(tuple(done), tuple(findings))

    def _all(self, order: Order, free: dict[str, int], at: str) -> Iterator[Made]:
        """Make the certificates of an entry, all numbered before the first is drawn."""
        photo = order.photo.read_bytes() if order.photo else None
        numbered = [self._numbered(order, item, free) for item in order.items]
        faces_now = (*(face for face, _ in numbered), *order.beside)
        twins = [Twin(face.number, face.title, face.inquiry_code) for face in faces_now]
        for n, (item, (face, serials)) in enumerate(zip(order.items, numbered, strict=True)):
            try:
                job = Job(order, item, photo, (*twins[:n], *twins[n + 1 :]), dict(serials).get(item.places, 0), at)
                proofed, because = self._drawn(face, job)
            except SealFailed:
                raise
            except IssuanceError as refusal:
                raise named(refusal, order.entry, item.award) from refusal
            ids = self._key_ids(face.issuer) if self._kit.sign else ()
            yield Made(item.award, proofed.face, proofed.pdf, proofed.sha256, serials, because, ids)

    def _numbered(self, order: Order, item: Item, free: dict[str, int]) -> tuple[Face, tuple[tuple[str, int], ...]]:
        """Return the face of a certificate with its number, and the serials it takes."""
        serials = tuple((counter, free.get(counter, PROOF_SERIAL)) for counter in item.counters)
        free.update((counter, serial + 1) for counter, serial in serials)
        try:
            return self._face(order, item, dict(serials).get(item.counter)), serials
        except IssuanceError as refusal:
            raise named(refusal, order.entry, item.award) from refusal

    def _key_ids(self, issuer: str) -> tuple[str, ...]:
        if issuer in self._ids:
            return self._ids[issuer]
        keys = self._keys.of(issuer)
        public = [certificate.public_key() for certificate in keys.certificates[:1]]
        sealing = [sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest() for key in public]
        ids = (*sealing, *([key_id(keys.public)] if keys.public else []))
        return self._ids.setdefault(issuer, tuple(key[:8].hex() for key in ids))

    def _face(self, order: Order, item: Item, serial: int | None) -> Face:
        if item.face is not None:
            return item.face
        facts = numbering.facts_for(order.entry, item.award, item.issuer, order.issued_on)
        given = item.numbered or Numbered(numbering.number(item.rule, facts, serial))
        face = faces.make_face(
            order.entry,
            item.award,
            item.issuer,
            number=given.number,
            issued_on=given.issued_on or order.issued_on,
            inquiry_code=base64.b32encode(secrets.token_bytes(10)).decode(),
            verify_base=self._kit.verify_url,
            together=[other.award for other in order.items],
        )
        if self._kit.demo:
            face = replace(face, inquiry_lines=(*face.inquiry_lines, SPECIMEN))
        return face

    def _drawn(self, face: Face, job: Job) -> tuple[Proofed, str]:
        """Draw, sign and proof one certificate; return it and why it was drawn anew, if it was."""
        from scheduler.press.stamp import PLAIN

        finish, enclosed = PLAIN, NOTHING
        if self._kit.sign:
            face, finish, enclosed = self._signed(face, job)
        data = self._issuer.paper(face, photo=job.photo)
        printed = self._printed(f"certificates/{face.template}", data, finish)
        proofed = self._issuer.prepare(face, printed.pdf, photo=job.photo, enclosed=enclosed, plate=printed.plate)
        return proofed, printed.drawn_because

    def _signed(self, face: Face, job: Job) -> tuple[Face, Finish, Enclosed]:
        """Return the face with its signed code, what the file is finished with (seal, credential), and what it must hold."""
        from scheduler.press.plate import Attachment
        from scheduler.press.stamp import Finish

        keys, seal = self._keys.sealing(face.issuer, date.fromisoformat(job.at[:10]))
        finish = Finish(seal, keys.signer, pdf_moment(job.at))
        if self._kit.tsa_url:
            timed = self._timed.setdefault(face.issuer, TimedSeal(seal, self._kit.tsa_url))
            finish = replace(finish, seal=timed, store=timed.material().store)
        if keys.code is not None and job.place:
            facts = facts_of(
                job.order.entry,
                job.item.award,
                issued_on=face.issued_on,
                status_index=self._shuffle(face.issuer, keys.code).place(job.place),
                twins=job.twins,
                printed_photo=portrait(job.photo, face.name) if job.photo else None,
            )
            face = replace(face, code=code_text(face, facts, keys.code))
            enclosed = Attachment(FILE_NAME, MEDIA_TYPE, DESCRIPTION)
            finish = replace(finish, attachment=enclosed, content=credential(face, facts, keys.code, job.at))
        return face, finish, Enclosed(finish.content or None, seal.certificates[0].dump())

    def _shuffle(self, issuer: str, key: Ed25519PrivateKey) -> Shuffle:
        if issuer not in self._shuffles:
            self._shuffles[issuer] = Shuffle(key)
        return self._shuffles[issuer]

    def _printed(self, template: str, data: Mapping[str, object], finish: Finish) -> Printed:
        from scheduler.press.stamp import Printed

        if self._kit.engine == "weasyprint":
            return Printed(self._stamper.draw(template, data, finish), "")
        return self._stamper.print(template, data, finish)


def kit_of(settings: Settings, *, engine: Engine = "stamp", sign: bool = True) -> Kit:
    """Return what a bench of this office is opened with; raises SettingsError when the templates cannot be found."""
    templates = templates_folder(settings)
    files = sorted(file for file in templates.rglob("*") if file.is_file())
    versions = _digest(files), _digest([settings.keys_folder / REGISTER])
    return Kit(
        templates, settings.keys_folder, settings.demo, settings.verify_url, engine, sign, settings.tsa_url, versions
    )


def _digest(files: Iterable[Path]) -> str:
    known = sha256()
    for file in files:
        known.update(str(file).encode() + (file.read_bytes() if file.is_file() else b""))
    return known.hexdigest()


def pdf_moment(at: str) -> str:
    """Return a moment of ISO 8601 with zone as a PDF writes it: ``20260618093000+08'00'``."""
    digits = "".join(c for c in at[:19] if c.isdigit())
    return f"{digits}{at[19:22]}'{at[23:25]}'" if len(at) >= 25 else f"{digits}Z"


def make(kit: Kit, orders: tuple[Order, ...], serials: Mapping[str, int], at: str) -> Batch:
    """Make everything ordered at the bench of this process, opened at its first call; see `Bench.make`."""
    with _lock:
        return _opened(kit).make(orders, serials, at)


_lock = threading.Lock()
"""Neither press nor token serves two threads at once."""


@lru_cache(maxsize=2)
def _opened(kit: Kit) -> Bench:
    return Bench(kit)


@lru_cache(maxsize=1)
def _tools(templates: Path, version: str) -> tuple[Stamper, Issuer]:
    """Return stamper and issuer of a templates folder; compiled templates serve every kit."""
    from scheduler.press.render import Press
    from scheduler.press.stamp import Stamper  # weasyprint: other verbs must not pay for it

    del version
    return Stamper(Press(templates)), Issuer(templates)
