from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.certificates.issuer import Issuer
from scheduler.press.render import Press
from scheduler.press.stamp import Stamper
from tests.certificates.people import ISSUED_BY, a_face, a_photo

FOLDER = Path(__file__).parents[2] / "templates"


@pytest.fixture(scope="session")
def folder():
    return FOLDER


@pytest.fixture(scope="session")
def press():
    return Press(FOLDER)


@pytest.fixture(scope="session")
def stamper(press):
    return Stamper(press)


@pytest.fixture(scope="session")
def issuer():
    return Issuer(FOLDER)


@pytest.fixture(scope="session")
def draw(press, issuer):
    """Draw a face with the press, as the office does."""

    def drawn(face, photo=None):
        return press.render(f"certificates/{face.template}", issuer.paper(face, photo=photo))

    return drawn


@pytest.fixture(scope="session")
def drawn(draw):
    """Every kind of certificate once: award id -> (face, photo, pdf)."""
    return {award_id: (face := a_face(award_id), a_photo(), draw(face, a_photo())) for award_id in ISSUED_BY}
