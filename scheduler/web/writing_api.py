"""The API to write, for admin scripts with a token: set-ups, entries, publishing, and marks by two persons."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from scheduler.domain.users import Right
from scheduler.errors import Finding, Language
from scheduler.office.desk import Office
from scheduler.office.enrol import enrol
from scheduler.office.entry_list import EntryPage, entry_list
from scheduler.office.incoming import drop_aside, put_aside
from scheduler.office.prepare import prepare
from scheduler.office.publish import publish
from scheduler.web.access import Access, Asker
from scheduler.web.marks import sent_marks

_LANGUAGE: Language = "en"
Sent = Annotated[UploadFile, File(description="An xlsx, xls, ods or csv file of at most 9 MiB with the form around it")]
DryRun = Annotated[bool, Form(description="Look only; nothing is kept")]


class Told(BaseModel):
    """What became of a file."""

    round_id: str
    dry_run: bool
    summary: str
    """One line of figures."""
    counts: dict[str, int]
    findings: list[Finding]


class Entered(BaseModel):
    """What became of marks."""

    proposal_id: str
    step: int
    """To be given back with what the second person enters."""
    entered_by: str
    waiting: int
    """Marks that still wait for a second person, or on which two people differ."""
    recorded: int
    dry_run: bool
    findings: list[Finding]


def writing_api(office: Office, access: Access) -> APIRouter:
    """Return the writing part of the API."""
    routes = APIRouter(prefix="/api/v1", tags=["writing"])
    _add_entries(routes, office, access)
    _add_marks(routes, office, access)

    @routes.post("/rounds")
    async def prepare_round(
        file: Sent, *, dry_run: DryRun = False, asker: Asker = access.needs(Right.CHANGE_PLANS, writes=True)  # noqa: B008
    ) -> Told:  # fmt: skip
        """Read a set-up workbook; a round that has entries keeps them."""
        content = await file.read()

        def work(desk: Office) -> Told:
            kept = put_aside(desk, name=file.filename or "", content=content)
            try:
                report = prepare(desk, kept.path, dry_run=dry_run)
            finally:
                drop_aside(desk, aside_id=kept.id)
            figures = {"slots": len(report.setup.slots), "rooms": len(report.setup.rooms)}
            summary = report.summary(_LANGUAGE)
            return Told(
                round_id=report.setup.id, dry_run=dry_run, summary=summary, counts=figures, findings=[*report.findings]
            )

        return await run_in_threadpool(work, asker.desk(office))

    @routes.post("/rounds/{round_id}/publish")
    async def publish_round(
        round_id: str, *, version: Annotated[int, Form(ge=1, le=1_000_000)], dry_run: DryRun = False,
        asker: Asker = access.needs(Right.CHANGE_PLANS, writes=True),  # noqa: B008
    ) -> Told:  # fmt: skip
        """Publish a version of the plan."""
        report = await run_in_threadpool(
            publish, asker.desk(office), round_id=round_id, version=version, dry_run=dry_run
        )
        counts = {"version": report.version, "moved": len(report.moves)}
        summary = report.summary(_LANGUAGE)
        return Told(round_id=round_id, dry_run=dry_run, summary=summary, counts=counts, findings=[])

    return routes


def _add_entries(routes: APIRouter, office: Office, access: Access) -> None:
    @routes.get("/rounds/{round_id}/entries")
    async def list_entries(
        round_id: str, find: str = "", page: int = 1, asker: Asker = access.needs(Right.READ_ENTRIES)  # noqa: B008
    ) -> EntryPage:  # fmt: skip
        """Return a page of the entries that the token's user may see, with what each still has to sit."""
        return await run_in_threadpool(
            entry_list, office, round_id=round_id, viewer=asker.user, find=find[:100], page=page
        )

    @routes.post("/rounds/{round_id}/entries")
    async def import_entries(
        round_id: str, file: Sent, *, dry_run: DryRun = False, all_or_nothing: Annotated[bool, Form()] = False,
        asker: Asker = access.needs(Right.IMPORT_ENTRIES, writes=True),  # noqa: B008
    ) -> Told:  # fmt: skip
        """Read a registration workbook: good rows become entries, the others come back as findings."""
        content = await file.read()

        def work(desk: Office) -> Told:
            kept = put_aside(desk, name=file.filename or "", content=content)
            try:
                report = enrol(
                    desk, kept.path, round_id=round_id, dry_run=dry_run, all_or_nothing=all_or_nothing,
                    error_workbook=kept.path.parent / "errors.xlsx",
                )  # fmt: skip
            finally:
                drop_aside(desk, aside_id=kept.id)
            counts = {"new": report.count("new"), "changed": report.count("changed"), "same": report.count("same")}
            counts |= {"rejected": len(report.rejected_rows), "kept": report.kept}
            summary = report.summary(_LANGUAGE)
            return Told(round_id=round_id, dry_run=dry_run, summary=summary, counts=counts, findings=[*report.findings])

        return await run_in_threadpool(work, asker.desk(office))


def _add_marks(routes: APIRouter, office: Office, access: Access) -> None:
    may = access.needs(Right.ENTER_MARKS, writes=True)

    async def taken(
        asker: Asker, round_id: str, file: UploadFile, second: tuple[str, int] | None, *, dry_run: bool
    ) -> Entered:
        sent = file.filename or "", await file.read()
        report = await run_in_threadpool(sent_marks, asker.desk(office), round_id, sent, second, dry_run=dry_run)
        one = report.proposal
        return Entered(
            proposal_id=one.id, step=one.step, entered_by=one.by, waiting=len(one.waiting),
            recorded=len(report.recorded), dry_run=dry_run, findings=[*report.findings],
        )  # fmt: skip

    @routes.post("/rounds/{round_id}/marks")
    async def propose(
        round_id: str, file: Sent, *, dry_run: DryRun = False, asker: Asker = may
    ) -> Entered:  # fmt: skip
        """Enter marks as the first person; nothing is recorded until somebody else enters the same."""
        return await taken(asker, round_id, file, None, dry_run=dry_run)

    @routes.post("/rounds/{round_id}/marks/{proposal_id}")
    async def confirm(
        round_id: str, proposal_id: str, file: Sent, step: Annotated[int, Form()], *, dry_run: DryRun = False,
        asker: Asker = may,
    ) -> Entered:  # fmt: skip
        """Enter the same marks as the second person; those that agree are recorded."""
        return await taken(asker, round_id, file, (proposal_id, step), dry_run=dry_run)
