"""Who asks, and whether they may (权限): visits by cookie for pages, tokens for the API. Whatever is not allowed is refused.

Every route outside `PUBLIC` must ask for a right with `needs` or `SIGNED_IN`; `refuse_open_routes` stops the start otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from scheduler.domain.users import Right, User
from scheduler.office.desk import Office
from scheduler.office.sign_in import bearer, visitor

COOKIE = "visit"
_SAFE = {"same-origin", "none", ""}
"""Values of Sec-Fetch-Site under which a form of ours may arrive; empty from old browsers, where the secret decides."""

_OTHER = {"openapi", "static"}
"""Routes that are not of our making: the description of the API, and the files of the pages."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what they may."""

    user: User
    rights: frozenset[Right]


class Access:
    """Finds out who asks."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def needs(self, right: Right | None = None) -> Any:  # noqa: ANN401 - what Depends returns
        """Return the dependency of a route: somebody signed in, with a right where one is named."""

        async def asker(request: Request) -> Asker:
            found = await self._asker(request)
            if found is None:
                raise _not_signed_in(request)
            request.state.user, request.state.user_name = found.user, found.user.name
            request.state.csrf = csrf(request)
            if right is not None and right not in found.rights:
                raise HTTPException(403)
            return found

        asker.guards = True  # type: ignore[attr-defined]
        return Depends(asker)

    async def _asker(self, request: Request) -> Asker | None:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        if is_api(request):
            # Cookies do not count here: what scripts call is no business of a page that a browser was lured to.
            found = await run_in_threadpool(bearer, self._office, secret=secret) if kind.lower() == "bearer" else None
            return Asker(*found) if found else None
        user = await run_in_threadpool(visitor, self._office, secret=request.cookies.get(COOKIE, ""))
        return Asker(user, user.rights) if user else None


def is_api(request: Request) -> bool:
    """Tell whether a script asks."""
    return request.url.path.startswith("/api/")


def csrf(request: Request) -> str:
    """Return the secret that forms of this visit must bring back."""
    return hashlib.sha256(b"csrf:" + request.cookies.get(COOKIE, "").encode()).hexdigest()[:40]


def refuse_foreign_form(request: Request, said: str) -> None:
    """Raise 403 unless a form came from our own page of this visit."""
    if request.headers.get("sec-fetch-site", "") not in _SAFE or not hmac.compare_digest(
        said.encode(), csrf(request).encode()
    ):
        raise HTTPException(403)


def guarded(route: APIRoute) -> bool:
    """Tell whether a route asks who is there."""
    return any(getattr(one.call, "guards", False) for one in route.dependant.dependencies)


def api_routes(app: FastAPI) -> Iterator[APIRoute]:
    """Yield every route of ours."""
    yield from (route for route in app.routes if isinstance(route, APIRoute))


def refuse_open_routes(app: FastAPI, public: frozenset[tuple[str, str]]) -> None:
    """Raise RuntimeError where a route neither asks who is there nor is public by name, or is of a kind not looked into."""
    every = {(method, route.path): guarded(route) for route in api_routes(app) for method in route.methods or ()}
    wrong = sorted({key for key, asks in every.items() if not asks} ^ public)
    wrong += [
        ("?", str(route))
        for route in app.routes
        if not isinstance(route, APIRoute) and getattr(route, "name", "") not in _OTHER
    ]
    if wrong:
        raise RuntimeError(f"routes open or guarded against the list: {wrong}")


def _not_signed_in(request: Request) -> HTTPException:
    if is_api(request):
        return HTTPException(401, "a valid token is needed", {"WWW-Authenticate": "Bearer"})
    if request.method != "GET":
        return HTTPException(403)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return HTTPException(303, headers={"Location": "/login?" + urlencode({"next": wanted})})
