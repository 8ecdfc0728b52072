"""An office that names a time-stamp authority: files with its time and with what later verifiers need; none without."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pikepdf
import pytest

from scheduler.office.desk import open_office
from scheduler.office.issue import issue
from scheduler.office.recheck import recheck
from tests.certificates.authorities import Authority, served
from tests.office.books import ROUND
from tests.office.conftest import entries_of, rules


@pytest.fixture
def stamped(office_at):
    """Return a function that opens the pilot's office with an authority at an address."""
    file = Path(office_at("few").settings.file)

    def opened(address):
        text = file.read_text("utf-8")
        file.write_text(f'tsa_url = "{address}/tsa"\n{text}', "utf-8")
        return open_office(file)

    return opened


def test_every_file_is_stamped_and_holds_the_answers(stamped) -> None:
    answers: dict[str, object] = {}
    with served(answers) as address, stamped(address) as office:
        authority, asked = Authority(address, answers), []
        answers["/crl"] = lambda _: asked.append(1) or authority.crl()
        entry = entries_of(office)["龚䶮"].id
        report = issue(office, round_id=ROUND, entry_id=entry, issued_on=date(2026, 6, 30))
    assert (report.issued, report.findings) == (3, ())
    for path in report.paths:
        with pikepdf.open(path) as file:
            assert [crl.read_bytes() for crl in file.Root.DSS.CRLs] == [authority.crl()]
            assert len(file.Root.DSS.Certs) >= 2
    assert len(asked) == 3, "once for each institution"
    assert recheck(office, round_id=ROUND).findings == ()


def test_nothing_is_issued_while_nobody_answers(stamped) -> None:
    answers: dict[str, object] = {}
    with served(answers) as address, stamped(address) as office:
        Authority(address, answers)
        answers["/crl"] = None
        report = issue(office, round_id=ROUND, issued_on=date(2026, 6, 30))
        assert (report.issued, rules(report.findings)) == (0, ["revocation-unknown"])
        answers["/tsa"] = None
        report = issue(office, round_id=ROUND, issued_on=date(2026, 6, 30))
        assert (report.issued, rules(report.findings)) == (0, ["tsa"])
