"""The drill of validation in its small form: every check passes on every file, and sees what was spoilt for it."""

from __future__ import annotations

import pytest

from tests.drills import figures, validation
from tests.drills.strangers import strange_office


@pytest.mark.slow
def test_certificates_of_strangers_pass_every_check_and_spoilt_ones_do_not(desk, tmp_path):
    with strange_office(tmp_path / "office", validation.SMALL, seed=7, keys=desk.made / "keys") as office:
        rows = list(validation.rows(office, tmp_path / "spoilt", validation.SMALL))
    assert not figures.is_bad(rows), [row for row in rows if row["faults"]]
    controls = [row for row in rows if "control_failed" in row]
    assert len(controls) == len(validation.SPOILT)
    judged = {row["case"]: row["files"] for row in rows if "control_failed" not in row}
    assert set(judged.values()) == {validation.SMALL}
    assert {"scheduler recheck", "nobody else's characters", "nobody else's photo"} <= set(judged)
