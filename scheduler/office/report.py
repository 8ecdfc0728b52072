"""Report (统计报告): fill, load, travel, examiners, pass rates and absence of a round on one page, with the numbers as csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scheduler.domain.figures import Figure
from scheduler.domain.sessions import PlanVersion
from scheduler.domain.wording import SPECIMEN, date_words
from scheduler.errors import Finding, Language, NotFound, Text
from scheduler.office.assemble import assemble, refuse_if_gone
from scheduler.office.desk import Office
from scheduler.office.figures_marks import result_figures
from scheduler.office.figures_plan import Reading, plan_figures
from scheduler.office.figures_summary import amount, percent, summary
from scheduler.office.folder import write_whole
from scheduler.office.kept import keep_now
from scheduler.office.panels import Panels
from scheduler.phrases import phrase
from scheduler.press.templates import environment, html
from scheduler.registry.store import Store
from scheduler.sheets.figures import figure_csv

_STATES = ("draft", "published", "superseded")


@dataclass(frozen=True, slots=True)
class ReportMade:
    """The files of a report."""

    round_id: str
    version: int
    state: str
    """State of the version: ``draft``, ``published``, ``superseded``."""
    results: bool
    """Whether marks are part of it."""
    folder: str
    paths: tuple[str, ...]
    """PDF, page, then the tables by name."""
    figures: tuple[Figure, ...]
    findings: tuple[Finding, ...]

    def summary(self, language: Language = "zh") -> str:
        """Return one line, and that there are no results where there are none."""
        lines = [
            Text(
                f"批次 {self.round_id} 第 {self.version} 版统计报告：{self.folder}",
                f"report of round {self.round_id} version {self.version}: {self.folder}",
            )
        ]
        if not self.results:
            lines.append(Text("成绩尚未登记，只有编排数据", "no marks are recorded yet; plan figures only"))
        return ("；" if language == "zh" else "; ").join(line.in_(language) for line in lines)


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a report is drawn from."""

    name: str
    kept: PlanVersion
    figures: list[Figure]
    findings: tuple[Finding, ...]


def report(
    office: Office,
    *,
    round_id: str,
    version: int | None = None,
    out: str | Path | None = None,
    language: Language | None = None,
) -> ReportMade:
    """Write a one-page report as PDF and as a page for the screen, and every number of it as csv.

    Args:
        office: The opened office.
        round_id: A round that has a plan.
        version: Version of the plan; the published one when None, else the newest draft.
        out: Folder; below the office's ``out_folder`` when None. Files of the same names are written over.
        language: Language of the page; the office's when None. The tables bear headings in both.

    Raises:
        NotFound: No such round or version, or nothing is planned.
        StalePlan: The plan uses a slot or room that the set-up no longer has.
        SettingsError: The template cannot be printed.
    """
    language = language or office.language
    with office.registry.transaction(write=False) as store:
        counted = _counted(office, store, round_id, version)
    folder = Path(out) if out else office.settings.out_folder / "report" / round_id / f"v{counted.kept.version}"
    files = _drawn(office, counted, language)
    files |= {f"{figure.id}.csv": figure_csv(figure) for figure in counted.figures}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(folder / name, content)
    keep_now(office, [folder / name for name in files], kind="report", round_id=round_id)
    return ReportMade(
        round_id, counted.kept.version, counted.kept.state, _has_results(counted.figures), str(folder),
        tuple(str(folder / name) for name in files), tuple(counted.figures), counted.findings,
    )  # fmt: skip


def _counted(office: Office, store: Store, round_id: str, version: int | None) -> _Counted:
    assembled = assemble(office, store, round_id)
    kept = store.plans.published(round_id) if version is None else None
    kept = kept or store.plans.version(round_id, version)
    if not kept.plan.sessions:
        raise NotFound(
            Text(
                f"批次 {round_id} 第 {kept.version} 版没有任何场次",
                f"version {kept.version} of round {round_id} has no session",
            ),
            hint=Text("先用 plan 编排", "run plan first"),
        )
    refuse_if_gone(assembled.round, kept)
    reading = Reading(assembled.round, kept.plan)
    on = {one.session.id: one.slot.on for one in reading.held}
    days = {(s.party_id, s.component_id): on[s.session_id] for s in kept.plan.sittings}
    figures = plan_figures(assembled.round, kept.plan)
    figures += result_figures(store.rounds.entries(round_id), store.results.outcomes(round_id), days, office.catalogue)
    head = summary(assembled.round, kept.plan, figures)
    return _Counted(assembled.round.name or round_id, kept, [head, *figures], assembled.findings)


def _has_results(figures: Sequence[Figure]) -> bool:
    return any(figure.id == "pass-by-award" for figure in figures)


def _drawn(office: Office, counted: _Counted, language: Language) -> dict[str, bytes]:
    """Return the page as PDF and as HTML."""
    from scheduler.press.render import render  # weasyprint: most of a second that the page alone must not pay

    data = _data(office, counted, language)
    folder = office.templates()
    page = html(environment(folder), "report", data | {"screen": True})
    return {
        f"report.{language}.pdf": render("report", data | {"screen": False}, folder=folder),
        f"report.{language}.html": page.encode(),
    }


def _data(office: Office, counted: _Counted, language: Language) -> dict[str, object]:
    def say(text: Text) -> str:
        return text.in_(language)

    settings, kept = office.settings, counted.kept
    states = dict(zip(_STATES, (phrase("draft"), phrase("published"), phrase("superseded")), strict=True))
    about = phrase(
        "Plan version {version} ({state}) of {made}; report of {today}",
        version=kept.version,
        state=states[kept.state],
        made=date_words(date.fromisoformat(kept.made_at[:10])),
        today=date_words(office.today()),
    )
    results = _has_results(counted.figures)
    notes = [] if results else [say(phrase("No marks are recorded yet: this page shows the plan only."))]
    return {
        "lang": "zh-CN" if language == "zh" else "en",
        "title": say(phrase("Figures of the round")),
        "name": counted.name,
        "round_id": kept.round_id,
        "office": settings.office_name if language == "zh" else settings.office_name_en or settings.office_name,
        "about": say(about),
        "notes": notes,
        "specimen": SPECIMEN if settings.demo else "",
        "tiles": _tiles(counted.figures[0], language),
        "panels": [
            {"title": panel.title, "svg": panel.svg, "note": panel.note}
            for panel in Panels(counted.figures, language).all()
        ],
        "results": results,
        "foot": say(phrase("Every number stands in the csv files beside this page.")),
    }


def _tiles(head: Figure, language: Language) -> list[dict[str, str]]:
    """Return the numbers at the head: what, how much, and what belongs to it."""
    value = {str(row["key"]): row["value"] for row in head.records()}

    def tile(what: Text, said: str, beside: Text) -> dict[str, str]:
        return {"what": what.in_(language), "said": said, "beside": beside.in_(language)}

    tiles = [
        tile(phrase("Candidates placed"), amount(value["placed"]), phrase("{n} without a place", n=amount(value["unplaced"]))),
        tile(phrase("Sessions"), amount(value["sessions"]), phrase("exam days: {n}", n=amount(value["days"]))),
        tile(phrase("Fill rate"), percent(value["fill"]), phrase("of {n} seats", n=amount(value["offered"]))),
        tile(phrase("Mean trip, km"), amount(value["km_mean"]), phrase("longest {n}", n=amount(value["km_max"]))),
        tile(phrase("Examiners called"), amount(value["examiners"]), phrase("duties: {n}", n=amount(value["duties"]))),
    ]  # fmt: skip
    if "pass" in value:
        tiles.append(tile(phrase("Pass rate"), percent(value["pass"]), phrase("of {n} who sat", n=amount(value["sat"]))))  # fmt: skip
        tiles.append(tile(phrase("Absence rate"), percent(value["absence"]), phrase("of {n} sittings", n=amount(value["sittings_recorded"]))))  # fmt: skip
    return tiles
