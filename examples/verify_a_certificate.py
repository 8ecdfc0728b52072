"""Tell a genuine certificate from an altered one. Run: python examples/verify_a_certificate.py."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path
from shutil import copy, copytree

from scheduler import enrol, issue, open_office, plan, prepare, publish, record, verify

PILOT = Path(__file__).parent.parent / "fixtures" / "pilot"


def main() -> None:
    """Issue one person's certificates, then verify one file as it is and with one byte more."""
    with tempfile.TemporaryDirectory() as folder:
        copytree(PILOT / "photos", Path(folder) / "photos")
        with open_office(copy(PILOT / "office.toml", folder)) as office:
            round_id = prepare(office, PILOT / "setup.xlsx").setup.id
            enrol(office, PILOT / "entries.xlsx", round_id=round_id)
            publish(office, round_id=round_id, version=plan(office, round_id=round_id).version)
            outcome = record(office, PILOT / "marks.xlsx", round_id=round_id).outcomes[0]
            report = issue(office, round_id=round_id, entry_id=outcome.entry_id, issued_on=date(2026, 6, 30))
            paper = Path(report.paths[0])
            print("as issued:", verify(office, paper).valid)
            paper.write_bytes(paper.read_bytes() + b"\n")
            altered = verify(office, paper)
            print("one byte more:", altered.valid, [finding.rule for finding in altered.findings])


if __name__ == "__main__":
    main()
# prints:
# as issued: True
# one byte more: False ['altered-paper']
