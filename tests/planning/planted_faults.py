"""Faults to plant into a good plan, to see whether the audit notices.

Each function takes a round and a plan and returns the spoilt plan with the rule id the audit must name, or None where this
round gives no opportunity. ``FAULTS`` holds them by name. They work on any plan: built by hand, solved, or from a rival.
"""

from __future__ import annotations

from tests.planning.planted_allotment import ALLOTMENT_FAULTS
from tests.planning.planted_books import BOOK_FAULTS
from tests.planning.planted_examiners import EXAMINER_FAULTS
from tests.planning.planted_parties import PARTY_FAULTS
from tests.planning.planted_places import PLACE_FAULTS

_ALL = (*BOOK_FAULTS, *PLACE_FAULTS, *PARTY_FAULTS, *ALLOTMENT_FAULTS, *EXAMINER_FAULTS)
FAULTS = {fault.__name__: fault for fault in _ALL}
