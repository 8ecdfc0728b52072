"""Certificates of random people, each judged by programs that did not make it: ``./run drill validation [--small] [--json FILE]``.

Issued by the real verb: rare characters, long names, foreigners, every scheme, template and kind of award. Every check must
pass on every file, and must see what is wrong with the files that are spoilt for it. PDF/A is checked by ``page-validation``,
a validator of its own code that is tested against veraPDF's corpus; veraPDF itself can be had from no package registry.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import page
import pikepdf
from PIL import Image

from scheduler.certificates.photos import portrait
from scheduler.certificates.qr import qr_texts
from scheduler.domain.certificates import Certificate
from scheduler.domain.people import Candidate
from scheduler.office.desk import Office
from scheduler.office.folder import certificates_folder
from scheduler.office.recheck import recheck
from tests.drills import figures
from tests.drills.contents import Contents, contents
from tests.drills.offices import issue_all
from tests.drills.strangers import strange_office
from tests.office.books import ROUND

SMALL, FULL = 8, 500
DPI = 300
"""As scanners scan; zbar wants five pixels a module and more."""
TEMPLATES = Path(__file__).parents[2] / "templates" / "certificates"
INSTALL = "apt-get install --no-install-recommends poppler-utils qpdf zbar-tools"


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


CHECKS: dict[str, tuple[Callable[[Paper], str], tuple[str, ...]]] = {
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


def part_seven(pdf: bytes, _: Paper) -> bytes:
    return pdf.replace(b"<pdfaid:part>3<", b"<pdfaid:part>7<").replace(b'pdfaid:part="3"', b'pdfaid:part="7"')


def broken_table(pdf: bytes, _: Paper) -> bytes:
    return pdf.replace(b"\nxref\n0 ", b"\nxref\n3 ")


def one_bit(pdf: bytes, _: Paper) -> bytes:
    at = pdf.index(b"stream\n") + 40
    return pdf[:at] + bytes((pdf[at] ^ 1,)) + pdf[at + 1 :]


def appended(pdf: bytes, _: Paper) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as file:
        number = len(file.objects) + 1
    body = b"%d 0 obj\n<< /More (than was signed) >>\nendobj\n" % number
    before = int(pdf[pdf.rindex(b"startxref") + 10 :].split()[0])
    root = pdf[pdf.rindex(b"/Root ") :].split()[1]
    tail = b"xref\n%d 1\n%010d 00000 n\r\ntrailer\n<< /Size %d /Root %s 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n"
    return pdf + body + tail % (number, len(pdf), number + 1, root, before, len(pdf) + len(body))


def not_embedded(pdf: bytes, _: Paper) -> bytes:
    return pdf.replace(b"/FontFile3 ", b"/FontFileX ").replace(b"/FontFile2 ", b"/FontFileX ")


def changed(act: Callable[[pikepdf.Pdf, Paper], None]) -> Callable[[bytes, Paper], bytes]:
    """Return a spoiler that changes the objects of a file."""

    def spoilt(pdf: bytes, other: Paper) -> bytes:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(pdf)) as file:
            act(file, other)
            file.save(out)
        return out.getvalue()

    return spoilt


def other_photo(file: pikepdf.Pdf, other: Paper) -> None:
    for picture in file.pages[0].Resources.XObject.values():
        if picture.get("/Filter") == "/DCTDecode":
            picture.write(other.photo, filter=pikepdf.Name.DCTDecode)


def second_photo(file: pikepdf.Pdf, other: Paper) -> None:
    """As page resources that all files of a batch share leave it."""
    entries = {"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": 295, "/Height": 413,
               "/ColorSpace": pikepdf.Name.DeviceRGB, "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode}  # fmt: skip
    file.pages[0].Resources.XObject["/Im99"] = pikepdf.Stream(file, other.photo, entries)


def second_photo_drawn(file: pikepdf.Pdf, other: Paper) -> None:
    second_photo(file, other)
    file.pages[0].contents_add(b"q 20 0 0 30 0 0 cm /Im99 Do Q")


def half_shown(file: pikepdf.Pdf, _: Paper) -> None:
    """Leave every second text out, so that the fonts hold more than is shown, as those of a whole batch do."""
    orders = pikepdf.parse_content_stream(file.pages[0])
    shows = [one for one in orders if str(one.operator) in {"Tj", "TJ"}]
    kept = [one for one in orders if one not in shows[::2]]
    file.pages[0].Contents = pikepdf.Stream(file, pikepdf.unparse_content_stream(kept))


def other_name(file: pikepdf.Pdf, other: Paper) -> None:
    file.Root.Note = pikepdf.String(other.candidate.document.number)


def no_code(file: pikepdf.Pdf, _: Paper) -> None:
    """Paint the code white."""
    for picture in file.pages[0].Resources.XObject.values():
        if picture.get("/BitsPerComponent") == 1:
            picture.write(b"\xff" * len(picture.read_bytes()))


SPOILT: dict[str, tuple[Callable[[bytes, Paper], bytes], tuple[Callable[[Paper], str], ...]]] = {
    "said to be PDF/A-7": (part_seven, (pdf_a,)),
    "table of objects broken": (broken_table, (qpdf,)),
    "one bit of the page changed": (one_bit, (pdfsig,)),
    "an object appended": (appended, (pdfsig,)),
    "fonts not embedded": (not_embedded, (fonts, pdf_a)),
    "somebody else's photo": (changed(other_photo), (photo,)),
    "somebody else's photo in the resources": (changed(second_photo), (photo,)),
    "somebody else's photo drawn as well": (changed(second_photo_drawn), (photo, pdfimages)),
    "fonts of more than the page": (changed(half_shown), (characters,)),
    "somebody else's number": (changed(other_name), (characters,)),
    "code painted over": (changed(no_code), (zxing, zbar)),
    "somebody else's file": (lambda _, other: other.pdf, (characters, photo, zxing, zbar)),
}
"""By name: what is done to a file, and the checks that must see it."""


def usable() -> dict[str, Callable[[Paper], str]]:
    """Return the checks for which the machine has the programs; say which are left out."""
    found = {}
    for name, (check, programs) in CHECKS.items():
        missing = [program for program in programs if not shutil.which(program)]
        if missing:
            print(f"left out: {name}, for want of {', '.join(missing)}: {INSTALL}", flush=True)
        else:
            found[name] = check
    return found


def papers(office: Office) -> list[Paper]:
    """Return every file of the round with what it should hold, by the registry."""
    folder, photos = certificates_folder(office), Path(office.settings.photos_folder)
    with office.registry.transaction(write=False) as store:
        ledger = store.ledger.certificates(ROUND)
        people = {entry.id: entry.candidate for entry in store.rounds.entries(ROUND)}
    common = {one.face.issuer for one in ledger}
    told = {one.id: [one.document.number, *([one.name] if len(one.name) > 2 else [])] for one in people.values()}

    def others(own: Candidate) -> tuple[str, ...]:
        words = (word for id_, mine in told.items() if id_ != own.id for word in mine)
        return tuple(word for word in words if word not in own.name and not any(word in name for name in common))

    return [
        Paper(folder / one.file_name, one, person, portrait((photos / person.photo).read_bytes(), ""), others(person))
        for one in ledger
        for person in (people[one.entry_id],)
    ]


def caught(made: list[Paper], checks: dict[str, Callable[[Paper], str]], folder: Path) -> Iterator[figures.Row]:
    """Yield, for each way to spoil a file, by how many of the checks it must be and was seen."""
    folder.mkdir()
    for n, (name, (spoil, seers)) in enumerate(SPOILT.items()):
        real, other = made[n % len(made)], next(one for one in made if one.candidate != made[n % len(made)].candidate)
        path = folder / f"{n}.pdf"
        path.write_bytes(spoil(real.pdf, other))
        seen = [bool(check(replace(real, path=path))) for check in checks.values() if check in seers]
        unseen = seen.count(False) + (path.read_bytes() == real.pdf)
        yield {"case": f"control: {name}", "files": 1, "faults": unseen, "control_failed": seen.count(True)}


def rows(office: Office, folder: Path, trials: int) -> Iterator[figures.Row]:
    """Issue, and yield a row for each check, for the recheck, and for each control."""
    report = issue_all(office)
    for finding in report.findings:
        print(finding.in_("en"), flush=True)
    made, checks = papers(office), usable()
    kinds = {one.certificate.award_id for one in made}
    drawn_anew = sum(finding.rule == "drawn-anew" for finding in report.findings)
    yield {"case": "issue", "files": len(made), "awards": len(kinds), "people": len({one.candidate.id for one in made}),
           "drawn anew": drawn_anew, "faults": trials - len(made)}  # fmt: skip
    faults = dict.fromkeys(checks, 0)
    for paper in made:
        for name, check in checks.items():
            if fault := check(paper):
                faults[name] += 1
                print(f"{name}: {paper.path.name}, {paper.candidate.name}: {fault[:300]}", flush=True)
    for name, count in faults.items():
        yield {"case": name, "files": len(made), "faults": count}
    again = recheck(office, round_id=ROUND)
    yield {"case": "scheduler recheck", "files": again.certificates, "faults": len(again.findings)}
    yield from caught(made, checks, folder)


def drill(trials: int, seed: int) -> Iterator[figures.Row]:
    """Yield the rows of an office of its own."""
    with tempfile.TemporaryDirectory() as home, strange_office(Path(home) / "office", trials, seed=seed) as office:
        yield from rows(office, Path(home) / "spoilt", trials)


def main() -> None:
    """Run the drill and print one table."""
    figures.run(drill, figures.asked(__doc__, small=SMALL, full=FULL, what="certificates"))


if __name__ == "__main__":
    main()
