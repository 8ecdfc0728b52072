"""Signing in and out (登录): limits first, then the verb; the browser keeps a secret that no script can read."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from scheduler.office.desk import Office
from scheduler.office.sign_in import VISIT, sign_in, sign_out
from scheduler.web.access import COOKIE, PER_NAME, WINDOW_S, Access, Asker
from scheduler.web.limits import Limit, network
from scheduler.web.pages import Pages

PER_ADDRESS = 30
"""Wrong passwords from one address, in ``WINDOW_S`` seconds."""
Typed = Annotated[str, Form(max_length=400)]


def login_routes(pages: Pages, office: Office, access: Access, *, secure: bool) -> APIRouter:
    """Return the pages of signing in and out."""
    routes = APIRouter(include_in_schema=False)
    addresses, names = Limit(PER_ADDRESS, WINDOW_S), Limit(PER_NAME, WINDOW_S)

    def shown(request: Request, next_: str, *, wrong: bool = False, wait: float = 0) -> Response:
        data = {"next": _ours(next_), "wrong": wrong, "wait": math.ceil(wait / 60)}
        return pages.show(request, "login", status=429 if wait else 403 if wrong else 200, data=data)

    @routes.get("/login")
    async def form(request: Request) -> Response:
        return shown(request, request.query_params.get("next", ""))

    @routes.post("/login")
    async def enter(request: Request, name: Typed = "", password: Typed = "", next: Typed = "") -> Response:  # noqa: A002 - the field's name
        if request.headers.get("sec-fetch-site", "") not in {"", "none", "same-origin"}:
            return shown(request, next, wrong=True)
        keys = [(addresses, network(request.client.host if request.client else "")), (names, name.strip().lower())]
        for limit, key in keys:
            if wait := limit.take(key):
                return shown(request, next, wait=wait)
        secret = await run_in_threadpool(sign_in, office, name=name, password=password)
        if secret is None:
            return shown(request, next, wrong=True)
        for limit, key in keys:
            limit.give_back(key)
        response = RedirectResponse(_ours(next), 303)
        age = int(VISIT.total_seconds())
        response.set_cookie(COOKIE, secret, max_age=age, httponly=True, secure=secure, samesite="lax", path="/")
        return response

    @routes.post("/logout")
    async def leave(request: Request, asker: Asker = access.needs(writes=True)) -> Response:  # noqa: B008 - how FastAPI asks
        del asker
        await run_in_threadpool(sign_out, office, secret=request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE, path="/")
        return response

    return routes


def _ours(address: str) -> str:
    """Return an address of this site; whoever was sent elsewhere comes to the rounds."""
    good = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if good else "/rounds"
