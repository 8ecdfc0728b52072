"""Template (下载模板): empty workbooks to fill in, and marks sheets prefilled for a published round or session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

from scheduler.domain.catalogue import Catalogue
from scheduler.errors import NotFound, Text
from scheduler.office.desk import Office
from scheduler.planning.roundfile import round_schema
from scheduler.recognition.shelf import load_catalogue
from scheduler.sheets.write import write_marks_sheet, write_template

Kind = Literal["entries", "setup", "marks"]


def template(kind: Kind, out: str | Path, *, catalogue: Catalogue | None = None) -> Path:
    """Write an empty workbook with headings, drop-down lists and instructions; needs no office."""
    path = Path(out)
    write_template(kind, path, catalogue=catalogue or load_catalogue())
    return path


def marks_sheet(office: Office, *, round_id: str, out: str | Path, session_id: str | None = None) -> Path:
    """Write a marks workbook for a published round, or one session of it, with a row for every sitting.

    Raises:
        NotFound: Nothing is published, or the published plan has no such session.
    """
    with office.registry.transaction(write=False) as store:
        published = store.plans.published(round_id)
        if published is None:
            raise NotFound(
                Text(f"批次 {round_id} 尚未发布方案", f"round {round_id} has no published plan"),
                hint=Text("先用 publish 发布", "publish one first"),
            )
        entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
    sittings = [s for s in published.plan.sittings if session_id in (None, s.session_id)]
    if not sittings:
        raise NotFound(Text(f"已发布方案没有场次 {session_id}", f"the published plan has no session {session_id}"))
    sittings.sort(key=lambda s: (s.session_id, s.turn, s.place))
    path = Path(out)
    write_marks_sheet(path, [(s, entries[s.party_id]) for s in sittings], catalogue=office.catalogue)
    return path


def round_schema_file(out: str | Path) -> Path:
    """Write the JSON Schema of round files; needs no office."""
    path = Path(out)
    path.write_text(json.dumps(round_schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
