"""Pages of entries: the list, and a registration workbook in steps: sent, its columns looked at, previewed, read."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import FileResponse, RedirectResponse, Response

from scheduler.domain.users import Right
from scheduler.errors import Conflict, Finding, InputError, SheetError, Text
from scheduler.office.desk import Office
from scheduler.office.enrol import EnrolReport, enrol
from scheduler.office.entry_list import entry_list
from scheduler.office.incoming import Aside, aside, drop_aside, errors_aside, put_aside
from scheduler.office.mapping import MappingReport, entry_columns, mapping
from scheduler.web.access import Access, Asker
from scheduler.web.pages import Pages
from scheduler.web.typed import text, workbook

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def entry_routes(pages: Pages, office: Office, access: Access) -> APIRouter:
    """Return the pages of entries."""
    routes = APIRouter(include_in_schema=False)
    _add_import(routes, pages, office, access)

    @routes.get("/rounds/{round_id}/entries")
    async def list_entries(
        request: Request, *, round_id: str, find: str = "", page: int = 1,
        asker: Asker = access.needs(Right.READ_ENTRIES),  # noqa: B008
    ) -> Response:  # fmt: skip
        found = await run_in_threadpool(
            entry_list, office, round_id=round_id, viewer=asker.user, find=find[:100], page=page
        )
        return pages.show(request, "entries", data={"round_id": round_id, "list": found, "find": find[:100]})

    return routes


def _add_import(routes: APIRouter, pages: Pages, office: Office, access: Access) -> None:
    at = "/rounds/{round_id}/entries/import"
    may = access.needs(Right.IMPORT_ENTRIES, writes=True)

    def shown(request: Request, round_id: str, sent: Aside, look: _Look, *, status: int = 200) -> Response:
        data = {"round_id": round_id, "sent": sent, "look": look, "columns": entry_columns()}
        return pages.show(request, "import", status=status, data=data)

    @routes.post(at)
    async def send(request: Request, round_id: str, asker: Asker = may) -> Response:
        name, content = await workbook(request)
        sent = await run_in_threadpool(put_aside, asker.desk(office), name=name, content=content)
        return RedirectResponse(f"/rounds/{quote(round_id)}/entries/import/{sent.id}", 303)

    @routes.get(at + "/{aside_id}")
    async def preview(
        request: Request, *, round_id: str, aside_id: str, columns: bool = False,
        asker: Asker = access.needs(Right.IMPORT_ENTRIES),  # noqa: B008
    ) -> Response:  # fmt: skip
        desk = asker.desk(office)
        sent = await run_in_threadpool(aside, desk, aside_id=aside_id)
        return shown(request, round_id, sent, await run_in_threadpool(_look, desk, sent, round_id, mapped=columns))

    @routes.post(at + "/{aside_id}/columns")
    async def choose(request: Request, round_id: str, aside_id: str, asker: Asker = may) -> Response:
        desk, typed = asker.desk(office), await request.form()
        sent = await run_in_threadpool(aside, desk, aside_id=aside_id)
        fault = await run_in_threadpool(_remember, desk, sent, typed)
        if fault is None:
            return RedirectResponse(f"/rounds/{quote(round_id)}/entries/import/{sent.id}", 303)
        look = await run_in_threadpool(_look, desk, sent, round_id, mapped=True, decided=_decided(typed))
        return shown(request, round_id, sent, look.with_fault(fault), status=422)

    @routes.post(at + "/{aside_id}")
    async def confirm(request: Request, round_id: str, aside_id: str, asker: Asker = may) -> Response:
        desk, digest = asker.desk(office), text(await request.form(), "sha256")
        if not digest:
            raise InputError(Text("请先预览", "preview the file first"))
        sent = await run_in_threadpool(aside, desk, aside_id=aside_id, sha256=digest)
        report = await run_in_threadpool(
            enrol, desk, sent.path, round_id=round_id, error_workbook=sent.errors
        )  # refuses as a whole where no row is good
        await run_in_threadpool(drop_aside, desk, aside_id=aside_id)
        return shown(request, round_id, sent, _Look(report=report, findings=report.findings, done=True))

    @routes.get(at + "/{aside_id}/errors")
    async def errors(
        round_id: str, aside_id: str, asker: Asker = access.needs(Right.IMPORT_ENTRIES)  # noqa: B008
    ) -> Response:  # fmt: skip
        path = await run_in_threadpool(errors_aside, asker.desk(office), aside_id=aside_id)
        return FileResponse(path, media_type=_XLSX, filename=f"{round_id}-errors.xlsx")


class _Look:
    """What a step of an import shows."""

    def __init__(
        self,
        *,
        report: EnrolReport | None = None,
        mapped: MappingReport | None = None,
        told: Text | None = None,
        findings: tuple[Finding, ...] = (),
        done: bool = False,
    ) -> None:
        self.report, self.mapped, self.told, self.findings, self.done = report, mapped, told, findings, done
        self.unused = 0
        """Headings that nobody decided on; their columns are not read."""

    def with_fault(self, fault: InputError) -> _Look:
        """Return the same, with what was wrong with a choice."""
        self.told, self.findings = fault.what, tuple(fault.findings)
        return self


def _look(office: Office, sent: Aside, round_id: str, *, mapped: bool, decided: dict[str, str] | None = None) -> _Look:
    """Return the columns where they are asked for or not understood, else the preview."""
    try:
        columns = mapping(office.settings.file, sent.path, decided=decided)
        if mapped or columns.findings:
            return _Look(mapped=columns, findings=columns.findings)
    except SheetError as fault:
        return _Look(told=fault.what, findings=tuple(fault.findings))
    except InputError as fault:
        if mapped:
            return _Look(told=fault.what, findings=tuple(fault.findings))
        columns = None
    try:
        report = enrol(office, sent.path, round_id=round_id, dry_run=True, error_workbook=sent.errors)
        look = _Look(report=report, findings=report.findings)
    except InputError as fault:
        look = _Look(told=fault.what, findings=tuple(fault.findings))
    look.unused = sum(one.how == "unknown" for one in columns.columns) if columns else 0
    return look


def _decided(typed: FormData) -> dict[str, str]:
    """Return heading and column of each choice."""
    headings = [one for one in typed.getlist("heading") if isinstance(one, str)]
    chosen = [one for one in typed.getlist("column") if isinstance(one, str)]
    return dict(zip(headings, chosen, strict=False))


def _remember(office: Office, sent: Aside, typed: FormData) -> InputError | None:
    """Keep what headings mean; return why that was refused."""
    always = {text(typed, "always"): text(typed, "value")} if text(typed, "always") else {}
    try:
        mapping(office.settings.file, sent.path, decided=_decided(typed), always=always, yes=True)
    except InputError as fault:
        return fault
    except OSError as fault:
        raise Conflict(Text("列对应无法保存", "the columns cannot be kept")) from fault
    return None
