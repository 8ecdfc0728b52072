"""Tell: how every engine says where it is. Used by the solve, which passes it on as ``Progress``."""

from __future__ import annotations

from typing import Protocol


class Tell(Protocol):
    """Called at every step of a search."""

    def __call__(  # noqa: PLR0917 - one for each field of Progress
        self, stage: str, done: int, total: int, cost: int | None, bound: int | None, left: int | None = None, /
    ) -> None:
        """Take stage, steps done, steps in all, cost and bound, and how many candidates the best plan leaves without a place."""
