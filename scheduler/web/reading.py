"""Pages to read: rounds, the board of a plan, who has no place, the trail. Each asks for one right and shows what is the viewer's."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from scheduler.domain.users import Right
from scheduler.office.board import board
from scheduler.office.desk import Office
from scheduler.office.trail import trail
from scheduler.office.views import rounds
from scheduler.web.access import Access, Asker
from scheduler.web.pages import Pages


def reading_routes(pages: Pages, office: Office, access: Access) -> APIRouter:
    """Return the pages to read."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/rounds")
    async def list_rounds(request: Request, asker: Asker = access.needs(Right.READ_ROUNDS)) -> Response:  # noqa: B008
        found = await run_in_threadpool(rounds, office, viewer=asker.user)
        return pages.show(request, "rounds", data={"rounds": found, "rights": asker.rights})

    @routes.get("/rounds/{round_id}/board")
    async def show_board(
        request: Request, *, round_id: str, version: int | None = None, site: str = "", component: str = "",
        asker: Asker = access.needs(Right.READ_PLANS),  # noqa: B008
    ) -> Response:  # fmt: skip
        found = await run_in_threadpool(
            board, office, round_id=round_id, viewer=asker.user, version=version, site=site, component=component
        )
        data = {"round_id": round_id, "board": found, "site": site, "component": component, "rights": asker.rights}
        return pages.show(request, "board", data=data)

    @routes.get("/trail")
    async def show_trail(
        request: Request, *, who: str = "", what: str = "", round_id: str = "", page: int = 1,
        asker: Asker = access.needs(Right.READ_TRAIL),  # noqa: B008
    ) -> Response:  # fmt: skip
        found = await run_in_threadpool(trail, office, who=who, what=what, round_id=round_id, page=page)
        data = {"trail": found, "who": who, "what": what, "round_id": round_id, "page": page, "rights": asker.rights}
        return pages.show(request, "trail", data=data)

    return routes
