"""Who asks, and whether they may (权限): visits by cookie for pages, tokens for the API. Whatever is not allowed is refused.

Every route outside `PUBLIC` must ask for a right with `needs` or `SIGNED_IN`; `refuse_open_routes` stops the start otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from fastapi import Depends, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from scheduler.domain.users import Right, User
from scheduler.errors import InputError, Text
from scheduler.office.desk import Office
from scheduler.office.passwords import fits
from scheduler.office.sign_in import bearer, visitor
from scheduler.web.limits import Limit

COOKIE = "visit"
PER_NAME, WINDOW_S = 10, 900
"""Wrong passwords for one name, in so many seconds."""
_SAFE = {"same-origin", "none", ""}
"""Values of Sec-Fetch-Site under which a form of ours may arrive; empty from old browsers, where the secret decides."""

_OTHER = {"openapi", "static"}
"""Routes that are not of our making: the description of the API, and the files of the pages."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and what they may."""

    user: User
    rights: frozenset[Right]

    def desk(self, office: Office) -> Office:
        """Return the office as this user acts in it: what is done is written down under this name."""
        return replace(office, who=self.user.name)


class Access:
    """Finds out who asks."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._passwords = Limit(PER_NAME, WINDOW_S)

    def needs(self, right: Right | None = None, *, writes: bool = False, again: bool = False) -> Any:  # noqa: ANN401 - what Depends returns
        """Return the dependency of a route.

        Args:
            right: What the asker must be allowed; None where being signed in is enough.
            writes: Whether the route changes something: a page's form must then bring back the secret of its visit.
            again: Whether the password is asked for once more (再次验证口令), in the field ``password``.
        """

        async def asker(request: Request) -> Asker:
            found = await self._asker(request)
            if found is None:
                raise _not_signed_in(request)
            request.state.user, request.state.user_name = found.user, found.user.name
            request.state.csrf = csrf(request)
            if right is not None and right not in found.rights:
                raise HTTPException(403)
            if writes and not is_api(request):
                refuse_foreign_form(request, await _brought(request, "csrf"))
            if again and not is_api(request):
                await self._refuse_wrong_password(request, found.user)
            return found

        asker.guards = True  # type: ignore[attr-defined]
        return Depends(asker)

    async def _refuse_wrong_password(self, request: Request, user: User) -> None:
        wait = self._passwords.take(user.name)
        if wait:
            raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait))})
        if not await run_in_threadpool(fits, await _brought(request, "password"), user.password):
            raise InputError(
                Text("口令不正确", "the password is not right"),
                hint=Text("签发和撤销须再次输入本人口令", "issuing and revoking ask for your own password once more"),
            )
        self._passwords.give_back(user.name)

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
    return secret_of(request.cookies.get(COOKIE, ""))


def secret_of(visit: str) -> str:
    """Return the same, of the secret that the cookie keeps."""
    return hashlib.sha256(b"csrf:" + visit.encode()).hexdigest()[:40]


async def _brought(request: Request, field: str) -> str:
    """Return a field of the form; the secret of the visit comes in a header where a script of ours sends the form."""
    if field == "csrf" and (header := request.headers.get("x-csrf")):
        return header
    value = (await request.form()).get(field, "")
    return value if isinstance(value, str) else ""


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
