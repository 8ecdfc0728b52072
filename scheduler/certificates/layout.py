"""Where each word of a face stands on its paper (版面): read from a template's face.toml, used to draw and to proof.

One list of placed texts serves both: the template draws exactly these, the proof finds exactly these and nothing else.
Sizes are chosen from an estimate of the width; a text that still does not fit is drawn too wide, and the proof refuses it.
"""

from __future__ import annotations

import math
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from scheduler.domain.certificates import Face
from scheduler.domain.wording import SPECIMEN
from scheduler.errors import Finding, IssuanceError, SettingsError, Text, Where

PT_PER_MM = 72 / 25.4
_BESIDE_PHOTO_MM = 6.0
_LEAST_PT = 6.0
"""Smallest label that people read on paper without a glass."""
_SMALL_PT = 11.0
"""Values that would be smaller on one line may take two."""
_INDENT_MM = 1.5
"""Space before a value on its line, as in page.css."""
_LEADING = 1.25
"""Line height of values on two lines, as in page.css."""
_INK_WIDTHS = {" ": 0.3, "—": 1.0, "·": 0.5, "…": 1.0, "“": 0.5, "”": 0.5}

_SHARED = {"title", "title_en", "issuer", "specimen"}
"""Words that all certificates of one award and issuer have in common."""

Manner = Literal["line", "lines", "ring"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the paper, mm from its top left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Placed:
    """One text in its place."""

    key: str
    """Such as ``title``, ``label.name``, ``field.name``."""
    text: str
    box: Box
    size_pt: float
    manner: Manner = "line"
    """One line; several lines; or the characters of a seal, which stand in no order."""
    varies: bool = False
    """Differs from certificate to certificate of one award and issuer."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A template's face.toml."""

    template: str
    version: str
    page: tuple[float, float]
    """Width and height of the paper, mm."""
    photo: Box
    qr: Box
    """The code with its white margin."""
    seal: Box
    purpose: str
    """Purpose on the seal; empty for none."""
    places: Mapping[str, Mapping[str, Any]]
    """Texts that stand once: box, size, words."""
    rows: Mapping[str, Any]
    """Fields that follow each other: their keys, first box, pitch, label width, sizes."""

    def placed(self, face: Face) -> list[Placed]:
        """Return every text of a face in its place: rows first, then what stands once.

        Raises:
            IssuanceError: The face has a field that the template does not draw, or more rows than it has room for.
        """
        return [*self._row_texts(face), *self._single_texts(face), self._seal_text(face)]

    def _seal_text(self, face: Face) -> Placed:
        return Placed("seal", face.issuer + self.purpose, self.seal, 0, "ring")

    def _row_texts(self, face: Face) -> Iterator[Placed]:
        known = {key for keys in (self.rows["keys"], self.rows.get("sign_keys", [])) for key in keys}
        strange = [key for key, *_ in face.fields if key not in known]
        if strange:
            raise _unplaced(face, strange)
        for keys, first, most in (
            (self.rows["keys"], self.rows["first"], self.rows["most"]),
            (self.rows.get("sign_keys", []), self.rows.get("sign_first"), self.rows.get("sign_most", 0)),
        ):
            fields = [field for field in face.fields if field[0] in keys]
            if len(fields) > most:
                raise _unplaced(face, [key for key, *_ in fields[most:]])
            pitch = self._pitch(len(fields), most) if keys is self.rows["keys"] else self.rows["pitch"]
            for n, (key, label, label_en, value) in enumerate(fields):
                yield from self._row(key, (label, label_en, value), _nth(first, n, pitch))

    def _pitch(self, n_rows: int, most: int) -> float:
        """Return the step from row to row; fewer rows than there is room for stand further apart, up to ``pitch_most``."""
        pitch, widest = float(self.rows["pitch"]), float(self.rows.get("pitch_most", 0))
        return min(pitch * most / max(n_rows, 1), max(pitch, widest))

    def _row(self, key: str, words: tuple[str, str, str], row: Box) -> Iterator[Placed]:
        label, label_en, value = words
        across = self.rows["label"]
        size, small = self.rows["label_size"], self.rows["label_en_size"]
        zh = Box(row.left, row.top + row.height * 0.08, across, row.height * 0.52)
        en = Box(row.left, row.top + row.height * 0.6, across, row.height * 0.34)
        yield Placed(f"label.{key}", label, zh, fit(label, zh, size, _LEAST_PT))
        yield Placed(f"label_en.{key}", label_en, en, fit(label_en, en, small, _LEAST_PT))
        width = row.width - across
        if row.top < self.photo.top + self.photo.height and row.left < self.photo.left < row.left + row.width:
            width = self.photo.left - _BESIDE_PHOTO_MM - row.left - across
        box = Box(row.left + across, row.top, width, row.height)
        yield _field(f"field.{key}", value, box, self.rows["sizes"].get(key, self.rows["size"]))

    def _single_texts(self, face: Face) -> Iterator[Placed]:
        specimen = SPECIMEN in face.inquiry_lines and "specimen" in self.places
        inquiry = [line for line in (*face.inquiry_lines, face.remark) if line and not (specimen and line == SPECIMEN)]
        words = {
            "title": face.title,
            "title_en": face.title_en,
            "name": face.name,
            "number": face.number,
            "statement": face.statement,
            "statement_en": face.statement_en,
            "issuer": face.issuer,
            "inquiry_code": _in_fours(face.inquiry_code),
            "specimen": SPECIMEN if specimen else "",
            **{f"inquiry_{n}": line for n, line in enumerate(inquiry, 1)},
        }
        homeless = [key for key in words if key.startswith("inquiry_") and key not in {*self.places, "inquiry_code"}]
        if homeless:
            raise _unplaced(face, homeless)
        for key, place in self.places.items():
            text = words.get(key, "") if key.startswith("inquiry_") else place["text"].format_map(words)
            if not text.strip():
                continue
            box, (size, least) = Box(*place["box"]), place["size"]
            if place.get("repeat"):
                text = _repeated(text, box, size)
            lines = place.get("lines", 1)
            size = fit(text, box, size, least, lines=lines, spacing=place.get("spacing", 0))
            named = {name for _, name, _, _ in Formatter().parse(place.get("text", "")) if name}
            varies = not named <= _SHARED or text == face.remark
            yield Placed(key, text, box, size, "lines" if lines > 1 else "line", varies)


def read_layout(folder: Path, template: str) -> Layout:
    """Return the layout of ``certificates/<template>`` below the templates folder.

    Raises:
        SettingsError: The file is missing or does not say what it must.
    """
    path = folder / "certificates" / template / "face.toml"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return Layout(
            template=template,
            version=raw["version"],
            page=(float(raw["page"][0]), float(raw["page"][1])),
            photo=Box(*raw["photo"]["box"]),
            qr=Box(*raw["qr"]["box"]),
            seal=Box(*raw["seal"]["box"]),
            purpose=raw["seal"]["purpose"],
            places=raw["place"],
            rows={"sizes": {}, **raw["rows"]},
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError) as fault:
        what = Text(
            f"证书模板 {template} 的 face.toml 无法使用：{fault}", f"face.toml of {template} cannot be used: {fault}"
        )
        raise SettingsError(what, [Finding("face-toml", what, Where(file=str(path)))]) from fault


@lru_cache(maxsize=4096)
def fit(text: str, box: Box, size_pt: float, least_pt: float, *, lines: int = 1, spacing: float = 0) -> float:
    """Return the largest size, in half points, at which a text should fit its box; never below the least.

    Args:
        text: What is drawn.
        box: Where.
        size_pt: Size wanted.
        least_pt: Smallest size allowed.
        lines: Lines that may be used.
        spacing: Space after each character, em.
    """
    if size_pt <= least_pt:
        return least_pt
    ems = sum(ink_em(character) + spacing for character in text)
    size = size_pt
    while size > least_pt:
        per_line = box.width * PT_PER_MM / size
        # Lines break before a character that does not fit, so each line but the last loses up to one em.
        if lines == 1 and ems <= per_line:
            break
        if lines > 1 and math.ceil(ems / max(per_line - 1, 1)) <= lines:
            break
        size -= 0.5
    return max(size, least_pt)


@cache
def ink_em(character: str) -> float:
    """Return the estimated width of a character, em."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if unicodedata.combining(character):
        return 0.0
    if character in _INK_WIDTHS:
        return _INK_WIDTHS[character]
    return 0.7 if character.isupper() else 0.6 if character.isdigit() else 0.52


def _field(key: str, value: str, box: Box, sizes: Sequence[float]) -> Placed:
    """Place a value on one line, or on two when one would make it small and two make it larger."""
    wanted, least = sizes
    size = fit(value, replace(box, width=box.width - _INDENT_MM), wanted, least)
    if size >= _SMALL_PT or (" " not in value and ink_em(value[-1:] or " ") < 1):
        return Placed(key, value, box, size, varies=True)
    # Two lines share the height; a word that does not fit goes over whole, so the first line may lose all of the longest.
    longest = max(sum(map(ink_em, word)) if ink_em(word[0]) < 1 else 1.0 for word in value.split())
    ems = sum(map(ink_em, value)) + longest + 1
    two = min(box.height * PT_PER_MM / _LEADING / 2, 2 * (box.width - _INDENT_MM) * PT_PER_MM / ems, wanted)
    two = math.floor(two * 2) / 2
    if two >= max(size, least):
        return Placed(key, value, box, two, "lines", varies=True)
    return Placed(key, value, box, size, varies=True)


def _repeated(text: str, box: Box, size_pt: float) -> str:
    each = sum(ink_em(character) for character in text) * size_pt / PT_PER_MM
    return (text * max(1, int(box.width / each))).strip()


def _nth(first: list[float] | None, n: int, pitch: float) -> Box:
    left, top, width, height = first or (0, 0, 0, 0)
    return Box(left, top + n * pitch, width, height)


def _in_fours(code: str) -> str:
    return " ".join(code[n : n + 4] for n in range(0, len(code), 4))


def _unplaced(face: Face, keys: list[str]) -> IssuanceError:
    names = "、".join(keys)
    what = Text(
        f"模板 {face.template} 没有这些栏目的位置：{names}", f"template {face.template} has no place for: {names}"
    )
    return IssuanceError(what, [Finding("face-field-unplaced", what, Where(subject=face.name))])
