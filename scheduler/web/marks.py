"""Pages of marks: one person enters those of a session or sends a workbook, another enters them again or confirms."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from scheduler.domain.users import Right
from scheduler.errors import InputError
from scheduler.office.desk import Office
from scheduler.office.incoming import drop_aside, put_aside
from scheduler.office.mark_sheets import MarkSheet, mark_sheet, marks_overview, proposed_sheet
from scheduler.office.marks_twice import Source, TwiceReport, confirm_marks, propose_marks, withdraw_marks
from scheduler.web.access import Access, Asker
from scheduler.web.pages import Pages
from scheduler.web.typed import number, text, workbook

_MOST_ROWS = 2000


def mark_routes(pages: Pages, office: Office, access: Access) -> APIRouter:
    """Return the pages of marks."""
    routes = APIRouter(include_in_schema=False)
    may = access.needs(Right.ENTER_MARKS, writes=True)
    at = "/rounds/{round_id}/marks"
    _add_second(routes, pages, office, access)

    @routes.get(at)
    async def overview(
        request: Request, round_id: str, asker: Asker = access.needs(Right.READ_MARKS)  # noqa: B008
    ) -> Response:  # fmt: skip
        found = await run_in_threadpool(marks_overview, office, round_id=round_id)
        return pages.show(request, "marks", data={"round_id": round_id, "view": found, "me": asker.user.name})

    @routes.post(at)
    async def send(request: Request, round_id: str, asker: Asker = may) -> Response:
        name, content = await workbook(request)
        report = await run_in_threadpool(sent_marks, asker.desk(office), round_id, (name, content))
        found = await run_in_threadpool(proposed_sheet, office, round_id=round_id, proposal_id=report.proposal.id)
        return _entered(pages, request, found, asker, report)

    @routes.get(at + "/session/{session_id}")
    async def sheet(
        request: Request, round_id: str, session_id: str, asker: Asker = access.needs(Right.ENTER_MARKS)  # noqa: B008
    ) -> Response:  # fmt: skip
        del asker
        found = await run_in_threadpool(mark_sheet, office, round_id=round_id, session_id=session_id)
        return _form(pages, request, found, {"session_id": session_id})

    @routes.post(at + "/session/{session_id}")
    async def propose(request: Request, round_id: str, session_id: str, asker: Asker = may) -> Response:
        found = await run_in_threadpool(mark_sheet, office, round_id=round_id, session_id=session_id)
        typed, desk = await request.form(max_fields=20 * _MOST_ROWS), asker.desk(office)
        try:
            report = await run_in_threadpool(
                propose_marks, desk, _rows(typed, found), round_id=round_id, session_id=session_id, whole=True
            )
        except InputError as fault:
            return _form(pages, request, found, {"session_id": session_id}, typed=typed, fault=fault)
        return RedirectResponse(f"/rounds/{quote(round_id)}/marks/entered/{report.proposal.id}", 303)

    return routes


def _add_second(routes: APIRouter, pages: Pages, office: Office, access: Access) -> None:
    may = access.needs(Right.ENTER_MARKS, writes=True)
    at = "/rounds/{round_id}/marks"

    async def proposed(
        request: Request, round_id: str, proposal_id: str, asker: Asker, report: TwiceReport | None = None
    ) -> Response:
        found = await run_in_threadpool(proposed_sheet, office, round_id=round_id, proposal_id=proposal_id)
        return _entered(pages, request, found, asker, report)

    @routes.get(at + "/entered/{proposal_id}")
    async def look(
        request: Request, round_id: str, proposal_id: str, asker: Asker = access.needs(Right.READ_MARKS)  # noqa: B008
    ) -> Response:  # fmt: skip
        return await proposed(request, round_id, proposal_id, asker)

    @routes.get(at + "/entered/{proposal_id}/again")
    async def again(
        request: Request, round_id: str, proposal_id: str, asker: Asker = access.needs(Right.ENTER_MARKS)  # noqa: B008
    ) -> Response:  # fmt: skip
        del asker
        found = await run_in_threadpool(proposed_sheet, office, round_id=round_id, proposal_id=proposal_id)
        return _form(pages, request, found, {"session_id": ""})

    @routes.post(at + "/entered/{proposal_id}")
    async def second(request: Request, round_id: str, proposal_id: str, asker: Asker = may) -> Response:
        typed, desk = await request.form(max_fields=20 * _MOST_ROWS), asker.desk(office)
        how, step = text(typed, "how"), number(typed, "step")
        if how == "withdraw":
            await run_in_threadpool(withdraw_marks, desk, round_id=round_id, proposal_id=proposal_id, step=step)
            return RedirectResponse(f"/rounds/{quote(round_id)}/marks", 303)
        found = await run_in_threadpool(proposed_sheet, office, round_id=round_id, proposal_id=proposal_id)
        try:
            if how == "file":
                sent = await workbook(request)
                report = await run_in_threadpool(sent_marks, desk, round_id, sent, (proposal_id, step))
            else:
                marks = None if how == "as-shown" else _rows(typed, found)
                report = await run_in_threadpool(
                    confirm_marks, desk, marks, round_id=round_id, proposal_id=proposal_id, step=step, whole=True
                )
        except InputError as fault:
            if how != "typed":
                raise
            return _form(pages, request, found, {"session_id": ""}, typed=typed, fault=fault)
        return await proposed(request, round_id, proposal_id, asker, report=report)


def sent_marks(
    office: Office, round_id: str, sent: tuple[str, bytes], second: tuple[str, int] | None = None, *, dry_run: bool = False
) -> TwiceReport:  # fmt: skip
    """Take a mark workbook that was sent: as the first person's, or as the second's of a proposal at a step."""
    kept = put_aside(office, name=sent[0], content=sent[1])
    try:
        marks: Source = kept.path
        if second is None:
            return propose_marks(office, marks, round_id=round_id, dry_run=dry_run)
        return confirm_marks(office, marks, round_id=round_id, proposal_id=second[0], step=second[1], dry_run=dry_run)
    finally:
        drop_aside(office, aside_id=kept.id)


def _entered(pages: Pages, request: Request, sheet: MarkSheet, asker: Asker, report: TwiceReport | None) -> Response:
    data = {"round_id": sheet.round_id, "sheet": sheet, "me": asker.user.name, "report": report}
    return pages.show(request, "entered", data=data)


def _rows(typed: FormData, sheet: MarkSheet) -> list[dict[str, str]]:
    """Return what was typed of each row of a sheet; fields are called by the row's number and the column's key."""
    found = []
    for n, row in enumerate(sheet.rows, start=1):
        said = {"entry": row.entry_id, "component": row.component.id}
        for key in ("attendance", "pts", "vetoed", *(f"item:{item.id}" for item in row.component.items)):
            # Rows are told apart by whose they are as well: the sheet may have changed since it was shown.
            said[key] = text(typed, f"{n}/{row.entry_id}/{row.component.id}/{key}", 100)
        found.append(said)
    return found


def _form(
    pages: Pages, request: Request, sheet: MarkSheet, more: Mapping[str, object], *,
    typed: FormData | None = None, fault: InputError | None = None,
) -> Response:  # fmt: skip
    said = {key: value for key, value in (typed or {}).items() if isinstance(value, str)}
    data = {"round_id": sheet.round_id, "sheet": sheet, "typed": said, "fault": fault, **more}
    return pages.show(request, "mark_sheet", status=422 if fault else 200, data=data)
