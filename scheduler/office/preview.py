"""Preview (预览模板): a certificate template drawn with an invented holder, and what keeps it from being used.

Used by ``scheduler template preview``. Nothing is numbered, signed or kept; needs no registry.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from scheduler.domain.catalogue import Award, Catalogue
from scheduler.domain.certificates import Face
from scheduler.domain.entries import Entry
from scheduler.domain.identity import DocumentKind, IdentityDocument, id_check_digit
from scheduler.domain.people import Candidate
from scheduler.domain.places import Institution
from scheduler.domain.wording import SPECIMEN
from scheduler.errors import Finding, InputError, ProofFailed, Text

NAME = "买买提江·阿不都热合曼"
"""Longer than most; what fits it fits nearly everybody."""
_BORN = date(1993, 10, 21)
_ISSUER = Institution(
    "preview", "云岭市建设行业职业技能评价中心", "Yunling Skills Evaluation Centre", "91990100MA0000000X", "S0000", "000123", "99",
    "云A",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """What a template draws, and what is wrong with it."""

    path: str
    award_id: str
    drawn_because: str
    """Why certificates of this template cannot be stamped and are drawn anew, twenty times as slowly; empty where they can."""
    findings: tuple[Finding, ...]
    """In what the drawn page differs from its face.toml; empty where the template may be used."""


def preview(catalogue: Catalogue, folder: Path, name: str, out: Path, on: date) -> PreviewReport:
    """Draw a template with an invented holder, read the page back, and compare it with the template's face.toml.

    Args:
        catalogue: Awards; the first one that uses the template is drawn.
        folder: The templates folder.
        name: Folder of the template below ``certificates``, such as ``skill_level``.
        out: Where the PDF is written, sound or not.
        on: Day printed as date of issue.

    Raises:
        InputError: No award uses such a template.
        SettingsError: The template cannot be drawn, or its face.toml cannot be read.
        IssuanceError: The template has no place for a field of the certificate.
    """
    from scheduler.certificates.issuer import Issuer
    from scheduler.press.render import Press
    from scheduler.press.stamp import Stamper

    face = _face(_award(catalogue, name, on), on)
    issuer, photo = Issuer(folder), _photo()
    printed = Stamper(Press(folder)).print(f"certificates/{name}", issuer.paper(face, photo=photo))
    out.write_bytes(printed.pdf)
    try:
        issuer.prepare(face, printed.pdf, photo=photo)
        findings: tuple[Finding, ...] = ()
    except ProofFailed as refusal:
        findings = tuple(refusal.findings)
    return PreviewReport(str(out), face.award_id, printed.drawn_because, findings)


def _award(catalogue: Catalogue, name: str, on: date) -> Award:
    names = []
    for award in catalogue.awards:
        names.append(award.template or award.kind.value)
        if names[-1] == name and any(validity.edition.in_force(on) for validity in award.validities):
            return award
    known = "、".join(sorted(set(names)))
    raise InputError(
        Text(f"没有证书使用模板 {name}", f"no award uses the template {name}"),
        hint=Text(f"可用：{known}", f"there are: {known}"),
    )


def _face(award: Award, on: date) -> Face:
    from scheduler.certificates.faces import make_face

    first = f"990101{_BORN:%Y%m%d}219"
    document = IdentityDocument(DocumentKind.CITIZEN_ID, first + id_check_digit(first))
    person = Candidate(document.person_id(), NAME, document, "男", _BORN)
    entry = Entry("preview", "preview", person, "preview", (award.id,), on, "990100")
    face = make_face(
        entry, award, _ISSUER, number="S000099000123263000482", issued_on=on, inquiry_code="MFRGGZDFMZTWQ2LK",
        verify_base="https://cert.example.org/v",
    )  # fmt: skip
    return replace(face, inquiry_lines=(*face.inquiry_lines, SPECIMEN))


def _photo() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.linear_gradient("L").resize((295, 413)).convert("RGB").save(out, "JPEG")
    return out.getvalue()
