"""Joint exams planned, and the certificates earned in them issued (联合考试编排与证书签发).

The public face: the verbs of an examination office. Values live in ``scheduler.domain``.
Importing this package costs next to nothing; a verb is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scheduler.errors import Finding, SchedulerError
    from scheduler.office.admit import admit
    from scheduler.office.audit import audit
    from scheduler.office.desk import open_office
    from scheduler.office.enrol import enrol
    from scheduler.office.issue import issue
    from scheduler.office.plan import plan
    from scheduler.office.prepare import prepare
    from scheduler.office.publish import publish
    from scheduler.office.record import record
    from scheduler.office.suggest import suggest
    from scheduler.office.verify import verify

__version__ = "0.1.0"
__all__ = [
    "Finding",
    "SchedulerError",
    "__version__",
    "admit",
    "audit",
    "enrol",
    "issue",
    "open_office",
    "plan",
    "prepare",
    "publish",
    "record",
    "suggest",
    "verify",
]

_HOMES = {
    "Finding": "scheduler.errors",
    "SchedulerError": "scheduler.errors",
    "admit": "scheduler.office.admit",
    "audit": "scheduler.office.audit",
    "enrol": "scheduler.office.enrol",
    "issue": "scheduler.office.issue",
    "open_office": "scheduler.office.desk",
    "plan": "scheduler.office.plan",
    "prepare": "scheduler.office.prepare",
    "publish": "scheduler.office.publish",
    "record": "scheduler.office.record",
    "suggest": "scheduler.office.suggest",
    "verify": "scheduler.office.verify",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the face hands out functions and classes alike
    """Load a public name when it is first used."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'scheduler' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names without loading them."""
    return sorted(__all__)
