"""Plan a round: 60 candidates of a county, one site, several schemes. Run: python examples/plan_a_round.py."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from scheduler import audit, enrol, open_office, plan, prepare, publish

COUNTY = Path(__file__).parent.parent / "fixtures" / "county"


def main() -> None:
    """Prepare, enrol, plan, audit and publish in an office that lives for one run."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(shutil.copy(COUNTY / "office.toml", folder))
        with open_office(settings) as office:
            round_id = prepare(office, COUNTY / "setup.xlsx").setup.id
            print(enrol(office, COUNTY / "entries.xlsx", round_id=round_id).summary("en"))
            draft = plan(office, round_id=round_id, seed=1)
            print(f"{draft.candidates - draft.unplaced} placed, {draft.unplaced} unplaced")
            print("audit clean:", audit(office, round_id=round_id, version=draft.version).clean)
            print(publish(office, round_id=round_id, version=draft.version).summary("en"))


if __name__ == "__main__":
    main()
# prints:
# enrolled: 60 new, 0 changed, 0 same, 0 rows rejected; 0 others of the round stay as they are
# 60 placed, 0 unplaced
# audit clean: True
# published: round 2026-06-LX version 1
