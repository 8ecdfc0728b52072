"""The one road to an issued certificate: paper, proof, Proofed. Nothing goes on that was not first drawn and read.

Used by office/issue.py. A Proofed cannot be made anywhere else; it carries the bytes and the digest that were read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from scheduler.certificates.layout import Layout, Placed, read_layout
from scheduler.certificates.paper import paper
from scheduler.certificates.photos import portrait
from scheduler.certificates.proof import NOTHING, Enclosed, proof
from scheduler.certificates.quick import Wanted, bare_digest, differs
from scheduler.domain.certificates import Face
from scheduler.errors import ProofFailed, Text

_KEY = object()


@dataclass(frozen=True, slots=True)
class Proofed:
    """A drawn certificate that was read back and says what its face says."""

    face: Face
    pdf: bytes
    sha256: str
    """Digest of the bytes that were read, hexadecimal."""
    key: object
    """Only the issuer has it."""

    def __post_init__(self) -> None:
        """Refuse every Proofed that did not come from `Issuer.prepare`."""
        if self.key is not _KEY:
            raise TypeError("a Proofed comes from Issuer.prepare only")


class Issuer:
    """Draws nothing and keeps nothing but the layouts of one templates folder, and which templates passed the whole proof."""

    def __init__(self, folder: Path) -> None:
        """Open an issuer over a templates folder."""
        self._folder = folder
        self._layouts: dict[str, Layout] = {}
        self._proven: dict[str, str] = {}
        self._last: tuple[Face, list[Placed]] | None = None

    def layout(self, template: str) -> Layout:
        """Return the layout of a certificate template, read once; raises SettingsError when it cannot be used."""
        if template not in self._layouts:
            self._layouts[template] = read_layout(self._folder, template)
        return self._layouts[template]

    def paper(self, face: Face, *, photo: bytes | None = None) -> dict[str, object]:
        """Return the plain data for the press, to be drawn by the template ``certificates/<face.template>``."""
        return paper(face, self.layout(face.template), self._placed(face), photo=photo)

    def _placed(self, face: Face) -> list[Placed]:
        """Return the texts of a face in their places, worked out once for drawing and proofing it."""
        if self._last is None or self._last[0] is not face:
            self._last = face, self.layout(face.template).placed(face)
        return self._last[1]

    def prepare(
        self, face: Face, pdf: bytes, *, photo: bytes | None = None, enclosed: Enclosed = NOTHING, plate: str = ""
    ) -> Proofed:
        """Return the proofed certificate.

        Args:
            face: What must stand on it.
            pdf: What the press drew.
            photo: The same photo that `paper` was given.
            enclosed: What must be in the file beside the page.
            plate: The compiled template the file was stamped from. The first file of each that passes the whole proof
                vouches for what all share, and the others are proofed quickly. Empty where it was drawn anew.

        Raises:
            ProofFailed: The page does not say what the face says; the findings name the candidate.
        """
        layout = self.layout(face.template)
        if not (plate in self._proven and self._is_like(plate, face, pdf, photo, enclosed)):
            findings = proof(face, pdf, layout, photo=photo, enclosed=enclosed)
            if findings:
                what = Text(
                    f"{face.name}的证书未通过清样校对", f"the certificate of {face.name} did not pass its proof"
                )
                raise ProofFailed(what, findings)
            if plate:
                self._proven[plate] = bare_digest(pdf)
        return Proofed(face, pdf, hashlib.sha256(pdf).hexdigest(), _KEY)

    def _is_like(self, plate: str, face: Face, pdf: bytes, photo: bytes | None, enclosed: Enclosed) -> bool:
        printed = None if photo is None else portrait(photo, face.name)
        wanted = Wanted(
            f"{face.title} {face.number}", self._placed(face), printed, face.qr, enclosed, self._proven[plate]
        )
        return not differs(pdf, wanted)


def prepare(face: Face, pdf: bytes, *, folder: Path, photo: bytes | None = None) -> Proofed:
    """Return the proofed certificate by the layouts of a templates folder; see `Issuer.prepare`."""
    return Issuer(folder).prepare(face, pdf, photo=photo)
