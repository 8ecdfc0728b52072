"""The same to read as JSON, for scripts with a token: rounds, boards, the trail."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool

from scheduler.domain.users import Right
from scheduler.office.board import Board, board
from scheduler.office.desk import Office
from scheduler.office.trail import Trail, trail
from scheduler.office.views import RoundView, rounds
from scheduler.web.access import Access, Asker


def reading_api(office: Office, access: Access) -> APIRouter:
    """Return the reading part of the API."""
    routes = APIRouter(prefix="/api/v1", tags=["reading"])

    @routes.get("/rounds")
    async def list_rounds(asker: Asker = access.needs(Right.READ_ROUNDS)) -> list[RoundView]:  # noqa: B008
        """Return every round, sorted by id, counted as far as the token's user may see it."""
        return await run_in_threadpool(rounds, office, viewer=asker.user)

    @routes.get("/rounds/{round_id}/board")
    async def show_board(
        round_id: str,
        version: int | None = None,
        asker: Asker = access.needs(Right.READ_PLANS),  # noqa: B008
    ) -> Board:
        """Return a version of a plan; the published one, else the newest."""
        return await run_in_threadpool(board, office, round_id=round_id, viewer=asker.user, version=version)

    @routes.get("/trail")
    async def show_trail(
        who: str = "",
        what: str = "",
        round_id: str = "",
        page: int = 1,
        asker: Asker = access.needs(Right.READ_TRAIL),  # noqa: B008
    ) -> Trail:
        """Return a page of the trail, the latest act first."""
        del asker
        return await run_in_threadpool(trail, office, who=who, what=what, round_id=round_id, page=page)

    return routes
