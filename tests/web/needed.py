"""What each guarded route asks for, written down a second time on purpose; None for being signed in."""

from __future__ import annotations

from scheduler.domain.users import Right
from tests.office.books import ROUND

NEEDED: dict[tuple[str, str], Right | None] = {
    ("GET", "/rounds"): Right.READ_ROUNDS,
    ("GET", "/rounds/{round_id}/board"): Right.READ_PLANS,
    ("GET", "/trail"): Right.READ_TRAIL,
    ("GET", "/rounds/{round_id}/entries"): Right.READ_ENTRIES,
    ("POST", "/rounds/{round_id}/entries/import"): Right.IMPORT_ENTRIES,
    ("GET", "/rounds/{round_id}/entries/import/{aside_id}"): Right.IMPORT_ENTRIES,
    ("POST", "/rounds/{round_id}/entries/import/{aside_id}"): Right.IMPORT_ENTRIES,
    ("POST", "/rounds/{round_id}/entries/import/{aside_id}/columns"): Right.IMPORT_ENTRIES,
    ("GET", "/rounds/{round_id}/entries/import/{aside_id}/errors"): Right.IMPORT_ENTRIES,
    ("GET", "/rounds/{round_id}/marks"): Right.READ_MARKS,
    ("POST", "/rounds/{round_id}/marks"): Right.ENTER_MARKS,
    ("GET", "/rounds/{round_id}/marks/session/{session_id}"): Right.ENTER_MARKS,
    ("POST", "/rounds/{round_id}/marks/session/{session_id}"): Right.ENTER_MARKS,
    ("GET", "/rounds/{round_id}/marks/entered/{proposal_id}"): Right.READ_MARKS,
    ("POST", "/rounds/{round_id}/marks/entered/{proposal_id}"): Right.ENTER_MARKS,
    ("GET", "/rounds/{round_id}/marks/entered/{proposal_id}/again"): Right.ENTER_MARKS,
    ("GET", "/duties"): Right.ANSWER_DUTIES,
    ("POST", "/duties"): Right.ANSWER_DUTIES,
    ("POST", "/logout"): None,
    ("GET", "/api/v1/rounds"): Right.READ_ROUNDS,
    ("GET", "/api/v1/rounds/{round_id}/board"): Right.READ_PLANS,
    ("GET", "/api/v1/trail"): Right.READ_TRAIL,
    ("POST", "/api/v1/rounds"): Right.CHANGE_PLANS,
    ("POST", "/api/v1/rounds/{round_id}/publish"): Right.CHANGE_PLANS,
    ("GET", "/api/v1/rounds/{round_id}/entries"): Right.READ_ENTRIES,
    ("POST", "/api/v1/rounds/{round_id}/entries"): Right.IMPORT_ENTRIES,
    ("POST", "/api/v1/rounds/{round_id}/marks"): Right.ENTER_MARKS,
    ("POST", "/api/v1/rounds/{round_id}/marks/{proposal_id}"): Right.ENTER_MARKS,
}
PARTS = {"round_id": ROUND, "aside_id": "0" * 32, "session_id": "none", "proposal_id": "none"}
"""What stands for each part of an address."""
EMPTY: set[tuple[str, str]] = {
    ("GET", "/rounds/{round_id}/entries/import/{aside_id}"),
    ("GET", "/rounds/{round_id}/entries/import/{aside_id}/errors"),
    ("GET", "/rounds/{round_id}/marks/session/{session_id}"),
    ("GET", "/rounds/{round_id}/marks/entered/{proposal_id}"),
    ("GET", "/rounds/{round_id}/marks/entered/{proposal_id}/again"),
}
"""Routes to read that answer 404 in the office of the tests, because nothing of their kind is there."""
