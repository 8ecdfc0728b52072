"""The words of a message (通知短文): short, for one recipient, with no identity number and nobody else's name."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.notices import RecipientKind, Told
from scheduler.domain.sessions import Reason
from scheduler.domain.wording import date_words
from scheduler.errors import Text
from scheduler.phrases import phrase

_NAMES_OTHERS = frozenset({"ejected", "replaces", "place-taken"})
"""Reasons whose sentence may name somebody else; they stand in the list and not in the message."""


@dataclass(frozen=True, slots=True)
class Why:
    """To whom, of which round, for what reason."""

    name: str
    title: str
    reason: Text


def with_why(name: str, title: str, reason: Reason) -> Why:
    """Return what a message begins and ends with."""
    told = reason.what if reason.rule not in _NAMES_OTHERS else Text("方案调整", "the plan was changed")
    return Why(name, title, told)


def message_text(kind: RecipientKind, change: str, why: Why, was: Told | None, now: Told | None) -> Text:
    """Return the message in both languages."""
    about = now or was
    said: dict[str, object] = {"name": why.name, "round": why.title, "reason": why.reason}
    said["component"] = Text(about.component, about.component_en) if about else Text("考试", "exam")
    if now is not None:
        said |= {"when": _when(now), "where": _where(now), "seat": _seat(kind, now)}
    if was is not None:
        said["was_seat"] = _seat(kind, was)
        said["was"] = Text(f"{_when(was).zh} {_where(was)}", f"{_when(was).en}, {_where(was)}")
    return _worded(kind, change, said)


def _worded(kind: RecipientKind, change: str, said: dict[str, object]) -> Text:  # noqa: PLR0911 - one line a message
    if change == "unplaced":
        return phrase("{name}: there is no place yet for your {component} in {round} ({reason}).", **said)
    if change == "dropped" and kind == "candidate":
        return phrase("{name}: your {component} in {round} on {was} is cancelled ({reason}).", **said)
    if change == "dropped" and kind == "examiner":
        return phrase("{name}: your duty for {component} in {round} on {was} is cancelled ({reason}).", **said)
    if change == "dropped":
        return phrase("{name}: the session of {component} in {round} on {was} is cancelled ({reason}).", **said)
    if kind == "candidate" and change == "moved":
        return phrase(
            "{name}: your {component} in {round} is now on {when} at {where}, place {seat}; it was on {was} ({reason}).",
            **said,
        )
    if kind == "candidate":
        return phrase("{name}: your {component} in {round} is on {when} at {where}, place {seat}.", **said)
    if kind == "examiner" and change == "moved":
        return phrase(
            "{name}: your duty for {component} in {round} is now on {when} at {where} as {seat}; it was on {was}.",
            **said,
        )
    if kind == "examiner":
        return phrase("{name}: you serve in {round} for {component} on {when} at {where} as {seat}.", **said)
    if change == "moved":
        return phrase("{name}: {component} of {round} is now on {when}, {seat}; it was on {was}, {was_seat}.", **said)
    return phrase("{name}: {component} of {round} is on {when}, {seat}.", **said)


def _seat(kind: RecipientKind, told: Told) -> str | Text:
    """Return what a list keeps in Chinese in both languages: what an examiner does, how many come to a room."""
    if kind == "examiner":
        duties = (phrase("leading assessor"), phrase("assessor"), phrase("invigilator"))
        return next((words for words in duties if words.zh == told.seat), told.seat)
    heads = "".join(filter(str.isdecimal, told.seat))
    return phrase("{n} candidates", n=int(heads)) if kind == "room" and heads else told.seat


def _when(told: Told) -> Text:
    on, hours = date_words(told.on), f"{told.start:%H:%M}"
    return Text(f"{on.zh}{hours}", f"{on.en} {hours}")


def _where(told: Told) -> str:
    address = f"（{told.address}）" if told.address else ""
    return f"{told.site}{address}{told.room}"
