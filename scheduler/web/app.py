"""The web application of one office: its pages, its API, its errors as sentences."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from scheduler.errors import InputError, NotFound, SchedulerError, SettingsError
from scheduler.office.desk import Office
from scheduler.office.health import healthy
from scheduler.web.access import Access, is_api, refuse_open_routes
from scheduler.web.answers import Bounds, Desk
from scheduler.web.duties import duty_routes
from scheduler.web.entries import entry_routes
from scheduler.web.figures import Figures
from scheduler.web.guard import Guard, fault_told
from scheduler.web.login import login_routes
from scheduler.web.marks import mark_routes
from scheduler.web.pages import Pages, web_folder
from scheduler.web.public import public_routes
from scheduler.web.public_api import public_api
from scheduler.web.reading import reading_routes
from scheduler.web.reading_api import reading_api
from scheduler.web.writing_api import writing_api

API = "/api/v1"
_STATUS: dict[type[SchedulerError], int] = {NotFound: 404, SettingsError: 503, InputError: 422}
"""What faults of the verbs are to a browser; 409 for all others."""


@dataclass(frozen=True, slots=True)
class Options:
    """How the web office runs."""

    bounds: Bounds = field(default_factory=Bounds)
    secure: bool = False
    """Whether browsers reach it by HTTPS; cookies are then sent by HTTPS only."""


def create_app(office: Office, options: Options | None = None) -> ASGIApp:
    """Return the application.

    Args:
        office: An opened office; whoever opened it closes it.
        options: How it runs; the usual bounds when None.

    Raises:
        SettingsError: The pages cannot be found.
    """
    options = options or Options()
    figures, pages = Figures(), Pages(office)
    app = FastAPI(
        title="Joint exam scheduler", version="1", docs_url=None, redoc_url=None, openapi_url=f"{API}/openapi.json"
    )
    desk = Desk(office, options.bounds, figures)
    base = inquiry_path(office.settings.verify_url)
    access = Access(office)
    for part in (
        public_routes(pages, desk, base),
        public_api(desk),
        login_routes(pages, office, access, secure=options.secure),
        reading_routes(pages, office, access),
        reading_api(office, access),
        entry_routes(pages, office, access),
        mark_routes(pages, office, access),
        duty_routes(pages, office, access),
        writing_api(office, access),
    ):
        # Taken over route by route: what include_router makes hides its routes from the check below.
        app.router.routes.extend(part.routes)
    _add_own(app, office, figures, base)
    _add_errors(app, pages)
    app.mount("/static", _Kept(directory=web_folder() / "static"), name="static")
    refuse_open_routes(app, public_routes_of(base))
    return Guard(app, figures)


def public_routes_of(base: str) -> frozenset[tuple[str, str]]:
    """Return method and path of every route that asks nobody who they are; all others are guarded."""
    read = {"/", "/healthz", "/metrics", "/login", base, f"{base}/link"}
    written = {"/login", base, f"{base}/file", f"{API}/inquiry"}
    return frozenset({("GET", path) for path in read} | {("POST", path) for path in written})


def inquiry_path(verify_url: str) -> str:
    """Return the path of the inquiry page: the one that the QR codes lead to, ``/v`` where they lead to a bare host."""
    return urlsplit(verify_url).path.rstrip("/") or "/v"


def _add_own(app: FastAPI, office: Office, figures: Figures, base: str) -> None:
    @app.get("/", include_in_schema=False)
    async def front() -> Response:
        return RedirectResponse(base, 303)

    @app.get("/healthz", include_in_schema=False)
    async def health() -> Response:
        well = await run_in_threadpool(healthy, office)
        return JSONResponse({"status": "ok" if well else "registry out of reach"}, 200 if well else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        if not _is_here(request):
            raise HTTPException(404)
        return PlainTextResponse(figures.text(), media_type="text/plain; version=0.0.4")


def _is_here(request: Request) -> bool:
    """Tell whether somebody on this machine asks; figures are nobody else's business."""
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _add_errors(app: FastAPI, pages: Pages) -> None:
    @app.exception_handler(HTTPException)
    async def refused(request: Request, fault: HTTPException) -> Response:
        if is_api(request):
            return JSONResponse({"detail": str(fault.detail)}, fault.status_code, headers=fault.headers)
        response = pages.show(
            request, "error", status=fault.status_code, data={"status": fault.status_code, "told": None}
        )
        response.headers.update(fault.headers or {})
        return response

    @app.exception_handler(SchedulerError)
    async def declined(request: Request, fault: SchedulerError) -> Response:
        status = next((code for kind, code in _STATUS.items() if isinstance(fault, kind)), 409)
        if is_api(request):
            return JSONResponse({"detail": fault.what.en, "code": fault.code}, status)
        return pages.show(request, "error", status=status, data={"status": status, "told": fault.what})

    @app.exception_handler(Exception)
    async def failed(request: Request, _: Exception) -> Response:
        return fault_told(request.scope)


class _Kept(StaticFiles):
    """Files of ours, which browsers may keep: their addresses change with them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
