"""Health (健康检查): whether the registry answers, for supervisors of the web office."""

from __future__ import annotations

from scheduler.errors import SchedulerError
from scheduler.office.desk import Office


def healthy(office: Office) -> bool:
    """Tell whether the registry can be read now; says nothing of what is in it."""
    try:
        with office.registry.transaction(write=False) as store:
            store.ledger.last()
    except SchedulerError:
        return False
    return True
