"""The examiner's page: own duties, each to be accepted or declined."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from scheduler.domain.users import Right
from scheduler.errors import InputError, Text
from scheduler.office.answer_duty import answer_duty, own_duties
from scheduler.office.desk import Office
from scheduler.web.access import Access, Asker
from scheduler.web.pages import Pages
from scheduler.web.typed import text


def duty_routes(pages: Pages, office: Office, access: Access) -> APIRouter:
    """Return the examiner's page."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/duties")
    async def show(
        request: Request, asker: Asker = access.needs(Right.ANSWER_DUTIES)  # noqa: B008
    ) -> Response:  # fmt: skip
        found = await run_in_threadpool(own_duties, office, viewer=asker.user)
        return pages.show(request, "duties", data={"duties": found})

    @routes.post("/duties")
    async def reply(
        request: Request, asker: Asker = access.needs(Right.ANSWER_DUTIES, writes=True)  # noqa: B008
    ) -> Response:  # fmt: skip
        typed = await request.form()
        said = text(typed, "answer")
        if said not in {"yes", "no"}:
            raise InputError(Text("请选择接受或谢绝", "accept or decline"))
        answer: Literal["yes", "no"] = "yes" if said == "yes" else "no"
        await run_in_threadpool(
            answer_duty, asker.desk(office), viewer=asker.user, round_id=text(typed, "round_id"),
            session_id=text(typed, "session_id"), answer=answer, reason=text(typed, "reason"),
        )  # fmt: skip
        return RedirectResponse("/duties", 303)

    return routes
