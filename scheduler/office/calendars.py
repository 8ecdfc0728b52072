"""Calendars (日历): iCalendar files of a published version for examiners, rooms, sites and candidates, each alone and all in one.

An event that moved keeps its id, and one that fell away is cancelled in the file: people's calendars follow the plan.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scheduler.domain.lineage import lineage
from scheduler.domain.rounds import Round
from scheduler.domain.sessions import PlanVersion
from scheduler.errors import Conflict, Language, NotFound, Text
from scheduler.office.assemble import assemble
from scheduler.office.calendar_events import KINDS as KINDS  # noqa: PLC0414 - doors name them
from scheduler.office.calendar_events import EventsOf, Kind
from scheduler.office.desk import Office
from scheduler.phrases import phrase
from scheduler.registry.store import Store
from scheduler.sheets.calendar_file import CalendarEvent, Publication, calendar_bytes

Calendars = dict[str, dict[str, CalendarEvent]]
"""Events by owner and id."""


@dataclass(frozen=True, slots=True)
class CalendarReport:
    """What was written."""

    round_id: str
    version: int
    folder: str
    calendars: tuple[tuple[str, int], ...]
    """Pairs of kind and number of calendars, the one of all not counted."""
    events: int
    """Events that hold, in all kinds together."""
    cancelled: int
    """Events of earlier versions that fell away."""

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        words = {"examiners": "考评员", "rooms": "考场", "sites": "考点", "candidates": "考生"}
        if language == "zh":
            parts = "，".join(f"{words[kind]} {n} 份" for kind, n in self.calendars)
            return f"第 {self.version} 版日历：{parts}；日程 {self.events} 条，取消 {self.cancelled} 条"
        parts = ", ".join(f"{n} {kind}" for kind, n in self.calendars)
        return f"calendars of version {self.version}: {parts}; {self.events} events, {self.cancelled} cancelled"


def calendars(
    office: Office,
    *,
    round_id: str,
    kinds: Sequence[Kind] = KINDS,
    out: str | Path | None = None,
    version: int | None = None,
    with_names: bool = False,
) -> CalendarReport:
    """Write the calendars of a published version below ``out/calendars/ROUND/vN``; nothing half is ever seen there.

    Args:
        office: The opened office.
        round_id: A round with a published plan.
        kinds: Whose calendars.
        out: The folder in place of ``out/calendars``.
        version: A version that is or was published; the one in force when None.
        with_names: Name the candidates in the calendars of rooms and sites.

    Raises:
        NotFound: No such round or version, or nothing is published.
        Conflict: The version was never published.
    """
    with office.registry.transaction(write=False) as store:
        round_ = assemble(office, store, round_id).round
        versions = _published(store, round_id, version)
        names = {entry.id: entry.candidate.name for entry in store.rounds.entries(round_id)}
    last, lasting = versions[-1], lineage([(v.version, v.plan) for v in versions])
    key = f"{office.settings.region}/{round_id}"
    history = [EventsOf(key, round_, v, lasting[n], names, with_names=with_names) for n, v in enumerate(versions)]
    sequence = 2 * last.version + last.seats_drawn
    publication = Publication(sequence, last.published_at or last.made_at, office.settings.office_name)
    made = {kind: _events(history, kind) for kind in kinds}
    parent = Path(out) if out is not None else Path(office.settings.out_folder) / "calendars"
    folder = parent / _plain(round_id) / f"v{last.version}"
    _write(folder, {kind: (made[kind], _owners(round_, names, kind)) for kind in kinds}, publication)
    states = [event.cancelled for owned in made.values() for events in owned.values() for event in events.values()]
    counts = tuple((kind, len(made[kind])) for kind in kinds)
    return CalendarReport(round_id, last.version, str(folder), counts, states.count(False), states.count(True))


def _published(store: Store, round_id: str, version: int | None) -> list[PlanVersion]:
    """Return the versions published up to the one asked for, in order."""
    in_force = store.plans.published(round_id)
    if in_force is None:
        raise NotFound(
            Text(f"批次 {round_id} 尚未发布方案", f"round {round_id} has no published plan"),
            hint=Text("先用 publish 发布", "publish one first"),
        )
    wanted = in_force if version is None else store.plans.version(round_id, version)
    if wanted.state == "draft":
        raise Conflict(
            Text(f"第 {wanted.version} 版是草案，没有日历", f"version {wanted.version} is a draft and has no calendar"),
            hint=Text("先用 publish 发布", "publish it first"),
        )
    return [v for v in store.plans.versions(round_id) if v.state != "draft" and v.version <= wanted.version]


def _events(history: Sequence[EventsOf], kind: Kind) -> Calendars:
    """Return every event that ever was, as it was last; those not in the last version are cancelled."""
    found: Calendars = {}
    for n, events in enumerate(history):
        last = n == len(history) - 1
        for owner_id, event in events.of(kind):
            found.setdefault(owner_id, {})[event.uid] = replace(event, cancelled=not last)
    return found


def _owners(round_: Round, names: Mapping[str, str], kind: Kind) -> dict[str, str]:
    """Return what the owners of one kind of calendar are called."""
    if kind == "candidates":
        return dict(names)
    if kind == "examiners":
        return {one.id: one.name or one.id for one in round_.examiners}
    places = round_.rooms if kind == "rooms" else round_.sites
    return {one.id: one.name or one.id for one in places}


def _title(kind: str) -> Text:
    return {
        "examiners": phrase("Exam duties"),
        "rooms": phrase("Exam room"),
        "sites": phrase("Exam site"),
        "candidates": phrase("Exam"),
    }[kind]


def _write(folder: Path, made: Mapping[Kind, tuple[Calendars, dict[str, str]]], publication: Publication) -> None:
    """Write all files into a hidden folder, then put it in place; kinds written before and not now stay."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        if folder.exists():
            shutil.copytree(folder, part, dirs_exist_ok=True)
        part.chmod(0o755)
        for kind, (owned, names) in made.items():
            _write_kind(part, kind, owned, names, publication)
        old = folder.with_name(f".{folder.name}-old-{part.name[-8:]}")
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _write_kind(part: Path, kind: Kind, owned: Calendars, names: Mapping[str, str], publication: Publication) -> None:
    place = part / kind
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    title, rows, taken = _title(kind), [], set[str]()
    for owner_id in sorted(owned):
        name, events = names.get(owner_id, owner_id), owned[owner_id].values()
        file = _free(_plain(owner_id), taken)
        words = Text(f"{title.zh} {name}", title.en)
        (place / file).write_bytes(calendar_bytes(words, events, publication))
        gone = sum(event.cancelled for event in events)
        rows.append((file, owner_id, name, str(len(events) - gone), str(gone)))
    everything = (event for owner_id in sorted(owned) for event in owned[owner_id].values())
    (part / f"{kind}.ics").write_bytes(calendar_bytes(title, everything, publication))
    (place / "index.csv").write_bytes(_index(rows))


def _index(rows: Sequence[Sequence[str]]) -> bytes:
    """Return the list of a folder's files: whose each is, and how many events it has."""
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(("文件 File", "编号 Id", "名称 Name", "日程 Events", "取消 Cancelled"))
    lines.writerows([f"'{v}" if v[:1] in {"=", "+", "-", "@"} else v for v in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _free(stem: str, taken: set[str]) -> str:
    file, n = f"{stem}.ics", 1
    while file.casefold() in taken:
        n += 1
        file = f"{stem}-{n}.ics"
    taken.add(file.casefold())
    return file


def _plain(id_: str) -> str:
    """Return an id as part of a file name that any file system takes."""
    return re.sub(r"[^\w.-]+", "_", id_).strip(".") or "_"
