"""The forms of certificates (证书式样): which fields, labels and sentences stand on which kind, dated and cited.

Read from forms.toml by faces.py; the place of each field on the paper is the template's matter (layout.py).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any

from scheduler.domain.catalogue import Authority, Award, AwardKind, Edition, Mark
from scheduler.errors import IssuanceError, Text


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form: its key and its label."""

    key: str
    label: Text
    only_if_known: bool = False
    """Whether it is left out where its value is not known."""


@dataclass(frozen=True, slots=True)
class Form:
    """What stands on one kind of certificate."""

    kind: AwardKind
    authorities: tuple[Authority, ...]
    edition: Edition
    title: Text | None
    """Title that is always the same; None where the award names it."""
    statement: Text
    """Body text with ``{category}``, ``{work}`` (category and item), ``{level}``."""
    inquiry: tuple[str, ...]
    fields: tuple[FormField, ...]


@lru_cache(maxsize=1)
def forms() -> tuple[Form, ...]:
    """Return all forms, of all editions."""
    text = files("scheduler.certificates").joinpath("forms.toml").read_text(encoding="utf-8")
    return tuple(_form(raw) for raw in tomllib.loads(text)["form"])


def form_for(award: Award, on: date) -> Form:
    """Return the form of an award on a day.

    Raises:
        IssuanceError: No form of that kind and authority is in force.
    """
    for form in forms():
        if form.kind is award.kind and award.authority in form.authorities and form.edition.in_force(on):
            return form
    raise IssuanceError(Text(f"{award.name.zh}在{on}没有证书式样", f"{award.name.en} has no certificate form on {on}"))


def _form(raw: dict[str, Any]) -> Form:
    return Form(
        kind=AwardKind(raw["kind"]),
        authorities=tuple(Authority(code) for code in raw["authorities"]),
        edition=Edition(raw["in_force_from"], raw["source"], Mark(raw["mark"]), raw.get("in_force_until")),
        title=Text(raw["title"], raw["title_en"]) if "title" in raw else None,
        statement=Text(raw["statement"], raw["statement_en"]),
        inquiry=tuple(raw["inquiry"]),
        fields=tuple(
            FormField(f["key"], Text(f["label"], f["label_en"]), f.get("only_if", False)) for f in raw["fields"]
        ),
    )
