"""The list of the day (当日登记): every event with what it says, by day and site, whether it holds, and who is deferred and waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scheduler.domain.day import DayAct, DayEvent, in_force
from scheduler.errors import Finding, InputError, Language, Text
from scheduler.office.assemble import assemble
from scheduler.office.day_words import DayWords, act_words
from scheduler.office.deferrals import Deferral, deferrals
from scheduler.office.desk import Office
from scheduler.office.kept import keep_now
from scheduler.planning.audit_day import audit_day
from scheduler.sheets.write import write_day_book


@dataclass(frozen=True, slots=True)
class DayLine:
    """One event, worded."""

    event: DayEvent
    act: Text
    person: str
    """Whom it concerns; empty for a room."""
    site_id: str
    site: str
    room: str
    what: Text
    holds: bool
    """False once it was withdrawn; a withdrawal itself does not hold anything."""


@dataclass(frozen=True, slots=True)
class DayReport:
    """Everything entered on the days of a round."""

    round_id: str
    lines: tuple[DayLine, ...]
    """Sorted by day, start, site, and number."""
    deferrals: tuple[Deferral, ...]
    """Deferred sittings of the round, seated by now or not."""
    findings: tuple[Finding, ...]
    """What no longer fits the plan in force."""
    path: str | None = None
    """Where the register was written."""

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        held = [line.event.act for line in self.lines if line.holds]
        waiting = sum(one.state in {"waiting", "lapsed"} for one in self.deferrals)
        acts = (DayAct.ABSENT, DayAct.EXAMINER, DayAct.ROOM, DayAct.BROKEN, DayAct.DEFERRED)
        figures = (*(held.count(act) for act in acts), waiting)
        if language == "zh":
            return f"批次 {self.round_id}：" + (
                "缺考 {} 人次，更换考评员 {} 次，更换考场 {} 次，工位补时 {} 次，缓考 {} 人次（待安排 {}）".format(
                    *figures
                )
            )
        return f"round {self.round_id}: " + (
            "{} absent, {} examiners replaced, {} rooms changed, {} breakdowns, {} deferred ({} waiting)".format(
                *figures
            )
        )


def day(
    office: Office, *, round_id: str, on: date | None = None, site: str = "", out: str | Path | None = None
) -> DayReport:
    """Return what was entered on the days of a round, and write the register for the file where asked.

    Args:
        office: The opened office.
        round_id: A prepared round.
        on: One day only.
        site: One site only, by id or name.
        out: Where the register (考场异常情况登记表) goes, an .xlsx file.

    Raises:
        NotFound: No such round.
        InputError: The round has no such site, or the file is no workbook.
    """
    if out is not None and Path(out).suffix.lower() != ".xlsx":
        raise InputError(Text(f"{out} 应以 .xlsx 结尾", f"{out} should end in .xlsx"))
    with office.registry.transaction(write=False) as store:
        round_ = assemble(office, store, round_id).round
        entries = {entry.id: entry for entry in store.rounds.entries(round_id)}
        events, published = store.days.events(round_id), store.plans.published(round_id)
        deferred = deferrals(store, round_id, office.today())
    if site and site not in {word for one in round_.sites for word in (one.id, one.name)}:
        known = "、".join(f"{one.id} {one.name}" for one in round_.sites)
        raise InputError(Text(f"没有考点 {site}", f"there is no site {site}"), hint=Text(known, known))
    words, held = DayWords(round_, entries), {event.no for event in in_force(events)}
    lines = [_line(words, event, holds=event.no in held) for event in events]
    lines = [one for one in lines if on in {None, one.event.slot.on} and site in {"", one.site_id, one.site}]
    lines.sort(key=lambda one: (one.event.slot.starts_at, one.site_id, one.event.no))
    if out is not None:
        title = f"{office.settings.office_name}  {round_.name} {round_id}  考场异常情况登记表 Exam day events"
        write_day_book(Path(out), title, [_row(one) for one in lines])
        keep_now(office, [Path(out)], kind="day-register", round_id=round_id)
    findings = audit_day(round_, published.plan, events) if published else []
    return DayReport(round_id, tuple(lines), tuple(deferred), tuple(findings), str(out) if out else None)


def _line(words: DayWords, event: DayEvent, *, holds: bool) -> DayLine:
    site_id, site = words.site_of(event)
    room = words.room_of(event.session_id, event.slot.id)
    return DayLine(event, act_words(event.act), words.person(event), site_id, site, room, words.sentence(event), holds)


def _row(line: DayLine) -> Sequence[str | int]:
    event = line.event
    state = "有效 holds" if line.holds else "撤销登记 withdrawal" if event.withdraws else "已撤销 withdrawn"
    seat = f"{event.turn}-{event.place}" if event.place else ""
    hours = f"{event.slot.start:%H:%M}-{event.slot.end:%H:%M}"
    when = f"{hours}（{event.happened}）" if event.happened else hours
    room = f"{line.room}\n{event.session_id}"
    told = (event.no, str(event.slot.on), when, line.site, room, line.act.zh, line.person, seat)
    minutes = (event.lost_min or "", event.added_min if event.lost_min else "")
    entered = f"{event.who}\n{event.at[:16].replace('T', ' ')}"
    return (*told, f"{line.what.zh}\n{line.what.en}", *minutes, event.reason, entered, state, "", "")
