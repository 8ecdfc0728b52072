"""The public pages (公开查询): number and name, code, or file; and the link form for other sites. Nobody signs in here."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response

from scheduler.web.answers import Answer, Desk
from scheduler.web.pages import Pages

MOST_FILE = 8 << 20
"""Largest certificate file that is compared, bytes."""


def public_routes(pages: Pages, desk: Desk, base: str) -> APIRouter:
    """Return the public pages.

    Args:
        pages: Draws them.
        desk: Answers inquiries.
        base: Path at which the QR codes of the certificates point, such as ``/v``.
    """
    routes = APIRouter(include_in_schema=False)

    def shown(request: Request, answer: Answer | None, **typed: str) -> Response:
        wait = answer.wait_s if answer else 0
        data = {"answer": answer, "base": base, "number": "", "name": "", "code": "", "by": ""} | typed
        response = pages.show(request, "inquiry", status=429 if wait else 200, data=data)
        if wait:
            response.headers["Retry-After"] = str(wait)
        return response

    @routes.get(base)
    async def form(request: Request) -> Response:
        code, number = request.query_params.get("c", ""), request.query_params.get("n", "")[:80]
        if not code:
            return shown(request, None, number=number)
        return shown(request, await desk.by_code(_address(request), code), by="code", code=code[:2000])

    @routes.post(base)
    async def ask(request: Request) -> Response:
        typed = await request.form(max_files=1, max_fields=8, max_part_size=4096)
        number, name, code = (_text(typed, key) for key in ("number", "name", "code"))
        if code:
            return shown(request, await desk.by_code(_address(request), code), by="code", code=code)
        if number and name:
            answer = await desk.by_number(_address(request), number, name)
            return shown(request, answer, by="number", number=number, name=name)
        return shown(request, None, number=number, name=name)

    @routes.post(f"{base}/file")
    async def compare(request: Request) -> Response:
        async with request.form(max_files=1, max_fields=4) as typed:
            file = typed.get("file")
            if not isinstance(file, UploadFile) or not file.size:
                return shown(request, None)
            if file.size > MOST_FILE:
                raise HTTPException(413)
            content = await file.read()
        return shown(request, await desk.by_file(_address(request), content), by="file")

    @routes.get(f"{base}/link")
    async def link(request: Request) -> Response:
        here = str(request.base_url).rstrip("/")
        return pages.show(request, "link", data={"base": base, "here": here})

    return routes


def _text(typed: FormData, key: str) -> str:
    said = typed.get(key, "")
    return said.strip()[:2000] if isinstance(said, str) else ""


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
