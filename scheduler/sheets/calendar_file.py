"""Calendar files (iCalendar, RFC 5545): what stands in them is given; the same events give the same bytes.

Used by the office. Written for being read by phones and mail programs: China's one time zone, an alarm the day before.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard

from scheduler.errors import Text
from scheduler.phrases import phrase

ZONE = ZoneInfo("Asia/Shanghai")
_PRODUCT = "-//joint-exam-scheduler//calendars//ZH"
_NO_MAIL = "invalid:nomail"
"""RFC 5546 asks a published event for an organizer's address; this is how calendars say that there is none."""
_NAMES = uuid.UUID("0a3b7c52-5f0e-5c0c-9c7e-2b8f3d9b6a11")


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event (日程)."""

    uid: str
    """Stays the same as long as it is the same event, wherever it moves."""
    starts_at: datetime
    ends_at: datetime
    """Local moments without zone, both."""
    summary: Text
    location: str
    description: Text
    """May have several lines."""
    cancelled: bool = False
    """It was in an earlier version and is no more; the file says so, so that it goes from people's calendars."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What all events of one version share."""

    sequence: int
    """Rises with each publication and drawing of seats; programs take an event only where it is higher than before."""
    published_at: str
    """Moment in ISO 8601 with zone."""
    organizer: str
    """Name of the office."""


def event_uid(*parts: str) -> str:
    """Return an id made of what an event is: the same parts give the same id everywhere, and it tells nothing of anybody."""
    return f"{uuid.uuid5(_NAMES, chr(31).join(parts))}@joint-exam-scheduler"


def calendar_bytes(name: Text, events: Iterable[CalendarEvent], publication: Publication) -> bytes:
    """Return a calendar file, events by start and id."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{name.zh} {name.en}".strip())
    calendar.add("x-wr-timezone", ZONE.key)
    calendar.add_component(_zone())
    for event in sorted(events, key=lambda one: (one.starts_at, one.uid)):
        calendar.add_component(_event(event, publication))
    made: bytes = calendar.to_ical()
    return made


def _zone() -> Timezone:
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", ZONE.key)
    standard.add("dtstart", datetime(1991, 9, 15))  # noqa: DTZ001 - RFC 5545 asks for a local time; no summer time since
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


def _event(one: CalendarEvent, publication: Publication) -> Event:
    at = datetime.fromisoformat(publication.published_at).astimezone(UTC)
    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", at)
    event.add("last-modified", at)
    event.add("sequence", publication.sequence)
    event.add("dtstart", one.starts_at.replace(tzinfo=ZONE))
    event.add("dtend", one.ends_at.replace(tzinfo=ZONE))
    gone = phrase("Cancelled")
    summary = Text(f"【{gone.zh}】{one.summary.zh}", f"{gone.en}: {one.summary.en}") if one.cancelled else one.summary
    event.add("summary", f"{summary.zh} · {summary.en}")
    event.add("location", one.location)
    event.add("description", f"{one.description.zh}\n\n{one.description.en}")
    event.add("organizer", _NO_MAIL, parameters={"CN": publication.organizer})
    event.add("status", "CANCELLED" if one.cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if one.cancelled else "OPAQUE")
    if not one.cancelled:
        event.add_component(_alarm(summary))
    return event


def _alarm(summary: Text) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(days=-1))
    alarm.add("description", f"{summary.zh} · {summary.en}")
    return alarm
