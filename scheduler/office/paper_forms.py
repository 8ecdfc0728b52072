"""Forms (表格): how rows become pages of a paper with a fixed number of lines each, so that page x of y is known beforehand.

Used by the files that say what stands on each paper. No rule of the field stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from scheduler.domain.catalogue import Component
from scheduler.domain.wording import component_words, date_words, page_words
from scheduler.errors import Text
from scheduler.office.exam_day import Held, Seated
from scheduler.phrases import phrase
from scheduler.press.pages import Leaf

Sort = Literal["seat", "name", "ticket"]
MARGIN_MM = 14
WIDE_MM = 182
"""Between the margins."""
Words = dict[str, str]
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """What all papers of a run have in common."""

    office: Text
    round_name: str
    specimen: str
    """Empty for a real office."""
    version: int
    seed: int | None
    sort: Sort
    made_at: str
    """Moment as printed at the foot."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of one or more pages."""

    kind: str
    """Such as ``tickets``."""
    site_id: str
    name: str
    """Part of the file's name: a session, a room, an institution."""
    about: str
    """For whom or what it is, in words, for the manifest."""
    leaves: tuple[Leaf, ...]
    people: tuple[tuple[str, ...], ...] = ()
    """For each page, the entries it is about; empty where it is about none in particular."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; without a key it is left blank, to be filled in by hand."""

    words: Text
    mm: float
    key: str = ""
    cls: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A place in the head of a list."""

    words: Text
    key: str
    cls: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A list as a form."""

    template: str
    title: Text
    head: tuple[tuple[Field, Field], ...]
    columns: tuple[Column, ...]
    lines: int
    """Lines a page, 1 or more."""
    line_mm: float
    signs: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)
    """Further data of the template."""

    def leaves(self, look: Look, head: Row, rows: Sequence[Row], *, sorted_by: Text | None = None) -> tuple[Leaf, ...]:
        """Return the pages of a list: as many as the rows ask for, at least one."""
        keys = [column.key for column in self.columns if column.key]
        parts = chunks(rows, self.lines)
        shared = self.shared(look)
        return tuple(
            Leaf(
                f"papers/{self.template}",
                shared,
                {
                    **{f"head.{one.key}": head[one.key] for pair in self.head for one in pair if one.key},
                    **{f"{n}.{key}": part[n][key] if n < len(part) else "" for n in range(self.lines) for key in keys},
                    **foot(look, page, len(parts), sorted_by),
                },
            )
            for page, part in enumerate(parts, start=1)
        )

    def shared(self, look: Look) -> dict[str, object]:
        """Return what all pages of the list have in common."""
        label = 25.0
        return {
            **common(look, self.title),
            "head": [
                [
                    {
                        "words": words(one.words), "key": one.key, "cls": one.cls, "label_mm": label,
                        "mm": WIDE_MM / 2 - label,
                    }
                    for one in pair
                ]
                for pair in self.head
            ],
            "columns": [{"words": words(c.words), "mm": c.mm, "key": c.key, "cls": c.cls} for c in self.columns],
            "lines": self.lines,
            "line_mm": self.line_mm,
            "signs": [words(sign) for sign in self.signs],
            "notes": [words(note) for note in self.notes],
            **self.more,
        }  # fmt: skip


def chunks(rows: Sequence[Row], size: int) -> list[Sequence[Row]]:
    """Return rows in parts of a size; one empty part where there are none."""
    return [rows[at : at + size] for at in range(0, len(rows), size)] or [()]


def common(look: Look, title: Text) -> dict[str, object]:
    """Return what every template asks for."""
    return {
        "page": {"width": 210, "height": 297, "margin": MARGIN_MM},
        "office": f"{look.office.zh} {look.office.en}".strip(),
        "round": look.round_name,
        "title": words(title),
        "specimen": look.specimen,
    }


def foot(look: Look, page: int, pages: int, sorted_by: Text | None = None) -> dict[str, str]:
    """Return the texts at the foot: version, lot, order, page."""
    order = sorted_by or SORTED[look.sort]()
    lot = phrase("lot {seed}", seed=look.seed) if look.seed is not None else phrase("seats as planned")
    said = phrase("Version {version} · {lot} · {order} · made {moment}",
                  version=look.version, lot=lot, order=order, moment=look.made_at)  # fmt: skip
    number = page_words(page, pages)
    return {"foot": f"{said.zh}\n{said.en}", "page": f"{number.zh}\n{number.en}"}


def words(text: Text) -> Words:
    """Return a text as plain data."""
    return {"zh": text.zh, "en": text.en}


def line(text: Text) -> str:
    """Return a text in both languages, on one line."""
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"


def day_hours(begins: datetime, ends: datetime) -> str:
    """Return a day and its hours: 2026年6月8日（周一）09:00–11:00."""
    return f"{date_words(begins.date()).zh}（周{'一二三四五六日'[begins.weekday()]}）{begins:%H:%M}–{ends:%H:%M}"


def name_of(component: Component) -> Text:
    """Return the name of a component by itself."""
    return component_words(component, ())


def examined(held: Held) -> str:
    """Return the components of a session."""
    return "、".join(dict.fromkeys(name_of(component).zh for component in held.components))


def in_order(look: Look, seats: Sequence[Seated]) -> list[Seated]:
    """Return seats as the office wants them sorted: by turn and place, by name, or by ticket number."""
    keys: dict[Sort, Callable[[Seated], tuple[object, ...]]] = {
        "seat": lambda s: (s.sitting.turn, s.sitting.place),
        # Common characters stand in GB 18030 in the order of their pinyin.
        "name": lambda s: (s.entry.candidate.name.encode("gb18030", "replace"), s.entry.id),
        "ticket": lambda s: (s.ticket_no, s.entry.id),
    }
    return sorted(seats, key=lambda s: (*keys[look.sort](s), s.component.id))


SORTED: dict[Sort, Callable[[], Text]] = {
    "seat": lambda: phrase("sorted by turn and seat"),
    "name": lambda: phrase("sorted by name"),
    "ticket": lambda: phrase("sorted by ticket number"),
}
