"""What each guarded route asks for, written down a second time on purpose; None for being signed in."""

from __future__ import annotations

from scheduler.domain.users import Right
from tests.office.books import ROUND

NEEDED: dict[tuple[str, str], Right | None] = {
    ("GET", "/rounds"): Right.READ_ROUNDS,
    ("GET", "/rounds/{round_id}/board"): Right.READ_PLANS,
    ("GET", "/trail"): Right.READ_TRAIL,
    ("POST", "/logout"): None,
    ("GET", "/api/v1/rounds"): Right.READ_ROUNDS,
    ("GET", "/api/v1/rounds/{round_id}/board"): Right.READ_PLANS,
    ("GET", "/api/v1/trail"): Right.READ_TRAIL,
}
PARTS = {"round_id": ROUND}
"""What stands for each part of an address."""
EMPTY: set[tuple[str, str]] = set()
"""Routes to read that answer 404 in the office of the tests, because nothing of their kind is there."""
