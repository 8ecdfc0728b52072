"""Checks of one certificate file by programs and libraries that did not make it. Used by the drill of validation."""

from __future__ import annotations

import io
import subprocess
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import page
from PIL import Image

from scheduler.certificates.qr import qr_texts
from scheduler.domain.certificates import Certificate
from scheduler.domain.people import Candidate
from tests.drills.contents import Contents, contents

DPI = 300
"""As scanners scan; zbar wants five pixels a module and more."""
TEMPLATES = Path(__file__).parents[2] / "templates" / "certificates"


@dataclass(frozen=True)
class Paper:
    """One file and what it should hold."""

    path: Path
    certificate: Certificate
    candidate: Candidate
    photo: bytes
    others: tuple[str, ...]
    """Names and document numbers of everybody else."""

    @property
    def pdf(self) -> bytes:
        return self.path.read_bytes()


def said_by(*words: str) -> tuple[int, str]:
    """Run a program; return its exit code and all that it says."""
    done = subprocess.run(words, capture_output=True, check=False)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def pdf_a(paper: Paper) -> str:
    report = page.validate_pdf_bytes(paper.pdf, profile=page.ValidationProfile.PDF_A_3B)
    return "" if report.is_compliant else " ".join(failure.rule_id for failure in report.failures)


def qpdf(paper: Paper) -> str:
    code, said = said_by("qpdf", "--check", str(paper.path))
    return said if code or "warning" in said.lower() else ""


def pdfsig(paper: Paper) -> str:
    said = said_by("pdfsig", "-nocert", str(paper.path))[1]
    sound = said.count("Signature #") == 1 and "Signature is Valid" in said and "Total document signed" in said
    return "" if sound and "Not total" not in said else said


def fonts(paper: Paper) -> str:
    """Columns of pdffonts from the right: object number and generation, then uni, sub, emb."""
    lines = said_by("pdffonts", str(paper.path))[1].splitlines()[2:]
    wrong = [line for line in lines if line.split()[-5:-2] != ["yes"] * 3]
    return "; ".join(wrong) if lines else "no font at all"


@lru_cache(maxsize=2)
def drawn(path: Path, template: str, _: bytes) -> bytes:
    """Return what somebody points a reader at: the code on its page, with what stands around it."""
    box = tomllib.loads((TEMPLATES / template / "face.toml").read_text("utf-8"))["qr"]["box"]
    left, top, width, height = (round(mm / 25.4 * DPI) for mm in (box[0] - 4, box[1] - 4, box[2] + 8, box[3] + 8))
    words = f"pdftoppm -r {DPI} -gray -png -singlefile -x {left} -y {top} -W {width} -H {height}".split()
    return subprocess.run([*words, str(path)], capture_output=True, check=True).stdout


def pointed_at(paper: Paper) -> bytes:
    return drawn(paper.path, paper.certificate.face.template, paper.pdf[-200:])


def zxing(paper: Paper) -> str:
    with Image.open(io.BytesIO(pointed_at(paper))) as picture:
        texts = qr_texts(picture)
    return "" if texts == [paper.certificate.face.qr] else f"reads {texts}"


def zbar(paper: Paper) -> str:
    picture = paper.path.with_suffix(".png")
    picture.write_bytes(pointed_at(paper))
    done = subprocess.run(["zbarimg", "--quiet", "--raw", str(picture)], capture_output=True, check=False)
    picture.unlink()
    said = done.stdout.decode("utf-8", "replace").rstrip("\n")
    return "" if said == paper.certificate.face.qr else f"reads {said!r}"


@lru_cache(maxsize=2)
def inside(pdf: bytes) -> Contents:
    return contents(pdf)


def characters(paper: Paper) -> str:
    """Fonts hold what the page shows and no more; no text anywhere names another person; the holder is named."""
    found = inside(paper.pdf)
    theirs = [other for other in paper.others if other in found.words]
    own = [] if paper.candidate.name in found.words else ["the holder's name is missing"]
    return "; ".join([*found.unshown[:9], *theirs[:9], *own])


def photo(paper: Paper) -> str:
    found = inside(paper.pdf)
    if found.n_pictures != 2 or len(found.jpegs) != 1:
        return f"{found.n_pictures} pictures, {len(found.jpegs)} photos"
    return "" if found.jpegs[0] == paper.photo else "another photo"


def pdfimages(paper: Paper) -> str:
    """The same by another reader: one photo and one code on the page."""
    kinds = [line.split() for line in said_by("pdfimages", "-list", str(paper.path))[1].splitlines()[2:]]
    return "" if sorted(kind[8] for kind in kinds) == ["image", "jpeg"] else f"{kinds}"


Check = Callable[[Paper], str]
"""Returns what is wrong with a file; nothing where it is good."""

CHECKS: dict[str, tuple[Check, tuple[str, ...]]] = {
    f"PDF/A-3b (page-validation {version('page-validation')})": (pdf_a, ()),
    "qpdf --check": (qpdf, ("qpdf",)),
    "pdfsig: valid, total document": (pdfsig, ("pdfsig",)),
    "code read by zxing": (zxing, ("pdftoppm",)),
    "code read by zbar": (zbar, ("pdftoppm", "zbarimg")),
    "fonts embedded (pdffonts)": (fonts, ("pdffonts",)),
    "nobody else's characters": (characters, ()),
    "nobody else's photo": (photo, ()),
    "pictures (pdfimages)": (pdfimages, ("pdfimages",)),
}
"""By name: the check, and the programs it needs."""
