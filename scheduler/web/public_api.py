"""The inquiry as JSON (公开接口), for other sites: the same answers, limits and masking as the page."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from scheduler.errors import Text
from scheduler.office.inquire import Shown
from scheduler.web.answers import Answer, Desk


class Ask(BaseModel, extra="forbid"):
    """Either number and name, or the code."""

    number: Annotated[str, Field(max_length=80, description="Certificate number 证书编号")] = ""
    name: Annotated[str, Field(max_length=200, description="Holder's whole name 姓名")] = ""
    code: Annotated[
        str, Field(max_length=2000, description="Text or address of the QR code, or inquiry code 二维码内容")
    ] = ""


class Both(BaseModel):
    """A text in both languages."""

    zh: str
    en: str


class Row(BaseModel):
    """One field of a certificate."""

    label: Both
    value: str


class Paper(BaseModel):
    """One certificate; numbers of documents and names are masked."""

    title: Both
    standing: Literal["valid", "expired", "revoked", "cancelled", "replaced", "suspended"]
    number: str
    name: str
    issuer: Both
    issued_on: Both
    ended_on: Both | None
    fields: list[Row]


class Found(BaseModel):
    """What was found; both lists are empty where nothing fits, and nothing says why."""

    found: list[Paper]
    others: list[Paper]
    """Other certificates of the same exam, only for an inquiry by code."""


class Limited(BaseModel):
    """Too many guesses."""

    detail: str
    retry_after_s: int


def public_api(desk: Desk) -> APIRouter:
    """Return the public part of the API."""
    routes = APIRouter(prefix="/api/v1", tags=["inquiry"])

    @routes.post("/inquiry", responses={404: {"model": Found}, 429: {"model": Limited}, 422: {"model": Limited}})
    async def inquiry(request: Request, response: Response, ask: Ask) -> Found | Limited:
        """Ask for a certificate by number and name, or by code."""
        address = request.client.host if request.client else ""
        if ask.code:
            answer = await desk.by_code(address, ask.code)
        elif ask.number and ask.name:
            answer = await desk.by_number(address, ask.number, ask.name)
        else:
            response.status_code = 422
            return Limited(detail="code, or number and name", retry_after_s=0)
        return _said(answer, response)

    return routes


def _said(answer: Answer, response: Response) -> Found | Limited:
    if answer.wait_s:
        response.status_code, response.headers["Retry-After"] = 429, str(answer.wait_s)
        return Limited(detail="too many inquiries without a match", retry_after_s=answer.wait_s)
    if not answer.inquiry:
        response.status_code = 404
    return Found(
        found=[_paper(one) for one in answer.inquiry.found], others=[_paper(one) for one in answer.inquiry.others]
    )


def _paper(shown: Shown) -> Paper:
    return Paper(
        title=_both(shown.title),
        standing=shown.standing.value,
        number=shown.number,
        name=shown.name,
        issuer=_both(shown.issuer),
        issued_on=_both(shown.issued_on),
        ended_on=_both(shown.ended_on) if shown.ended_on else None,
        fields=[Row(label=_both(label), value=value) for label, value in shown.rows],
    )


def _both(text: Text) -> Both:
    return Both(zh=text.zh, en=text.en)
