"""Trail (操作记录): who did what when, with the detail that was written then; nothing can be edited away."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.office.desk import Office

PAGE = 200
"""Acts on one page."""


@dataclass(frozen=True, slots=True)
class Acted:
    """One thing somebody did."""

    at: str
    """Moment in ISO 8601 with zone."""
    who: str
    what: str
    round_id: str
    detail: str


@dataclass(frozen=True, slots=True)
class Trail:
    """A page of the trail, the latest act first."""

    acts: tuple[Acted, ...]
    people: tuple[str, ...]
    """Everybody who ever acted, sorted."""
    verbs: tuple[str, ...]
    """Everything that was ever done, sorted."""
    pages: int
    """From 1."""


def trail(office: Office, *, who: str = "", what: str = "", round_id: str = "", page: int = 1) -> Trail:
    """Return a page of what was done; empty filters let everything through, a page beyond the last is empty."""
    with office.registry.transaction(write=False) as store:
        acts = store.acts.acts()
    wanted = [a for a in reversed(acts) if who in {"", a.who} and what in {"", a.what} and round_id in {"", a.round_id}]
    shown = wanted[PAGE * (max(1, page) - 1) :][:PAGE]
    return Trail(
        tuple(Acted(a.at, a.who, a.what, a.round_id, a.detail) for a in shown),
        tuple(sorted({a.who for a in acts})),
        tuple(sorted({a.what for a in acts})),
        max(1, -(-len(wanted) // PAGE)),
    )
