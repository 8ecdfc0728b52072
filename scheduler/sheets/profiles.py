"""Profiles: the sheets that others ask for or hand in, as data. Which columns, in which order, and how sure that is.

Writers and the reader of headings share them; nothing here reads or writes a workbook.
"""

from __future__ import annotations

import difflib
import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from scheduler.errors import Finding, InputError, Text, Where

Mark = Literal["seen", "inferred", "not-found"]
"""How sure something is: a source names it, it follows from others, or nothing is known."""

OWN_FILE = "profiles.toml"
"""Name of an office's own profiles, beside its ``office.toml``."""


@dataclass(frozen=True, slots=True)
class ProfileColumn:
    """One column of a profile."""

    zh: str
    en: str
    field: str
    """Key of this product's own column; empty where the column is not used."""
    required: bool
    mark: Mark

    @property
    def heading(self) -> Text:
        """Return the heading in both languages."""
        return Text(self.zh, self.en)


@dataclass(frozen=True, slots=True)
class Profile:
    """A sheet that others ask for or hand in (表样)."""

    id: str
    table: Literal["entries", "numbers", "upload", "handover"]
    """Which of this product's tables it corresponds to."""
    zh: str
    en: str
    source: str
    mark: Mark
    wording: Mark
    """How sure the Chinese headings are."""
    ordered: bool
    """Whether the columns stand in the order of the sheet."""
    total: int
    """Columns of the whole sheet; more than are listed where only some are known."""
    columns: tuple[ProfileColumn, ...]

    @property
    def missing(self) -> int:
        """Return how many columns of the sheet are not known."""
        return max(0, self.total - len(self.columns))

    @property
    def name(self) -> Text:
        """Return the name in both languages."""
        return Text(self.zh, self.en)


_LIST: TypeAdapter[tuple[Profile, ...]] = TypeAdapter(
    tuple[Profile, ...],
    config=ConfigDict(extra="forbid"),
)


def profile(profile_id: str, own: Path | None = None) -> Profile:
    """Return one profile.

    Args:
        profile_id: Its id, such as ``upload-11``, or the beginning of exactly one id, such as ``zhejiang``.
        own: An office's own ``profiles.toml``, whose profiles win; one that does not exist is no fault.

    Raises:
        InputError: There is no such profile, or the office's own file is wrong.
    """
    known = profiles(own)
    if profile_id in known:
        return known[profile_id]
    begun = [one for id_, one in known.items() if profile_id and id_.startswith(profile_id)]
    if len(begun) == 1:
        return begun[0]
    near = difflib.get_close_matches(profile_id, known, n=1, cutoff=0.5)
    ask = Text(f"是否为 {near[0]}？", f"did you mean {near[0]}?") if near else None
    names = "、".join(known)
    raise InputError(
        Text(f"没有名为 {profile_id} 的表样；现有：{names}", f"there is no profile {profile_id}; known are {names}"),
        hint=ask,
    )


def profiles(own: Path | None = None) -> dict[str, Profile]:
    """Return every profile by id, sorted by id; those of the office's own file win.

    Raises:
        InputError: The office's own file is wrong; findings say where.
    """
    known = {one.id: one for one in _shipped()}
    if own is not None and own.is_file():
        known |= {one.id: one for one in _read(own)}
    return dict(sorted(known.items()))


@functools.cache
def _shipped() -> tuple[Profile, ...]:
    return _read(Path(__file__).with_name("profiles.toml"))


def _read(path: Path) -> tuple[Profile, ...]:
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        return _LIST.validate_python(document.get("profile", []))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise _wrong(path, [Finding("profiles-toml", Text(*[str(fault)] * 2), Where(file=path.name))]) from fault
    except ValidationError as faults:
        findings = [_finding(fault, path) for fault in faults.errors(include_url=False)]
        raise _wrong(path, findings) from faults


def _finding(fault: Any, path: Path) -> Finding:  # noqa: ANN401 - pydantic's own error record
    place = "profile" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in fault["loc"])
    what = Text(f"表样有误：{fault['msg']}", f"the profile is wrong: {fault['msg']}")
    return Finding("profiles-toml", what, Where(file=path.name, path=place))


def _wrong(path: Path, findings: list[Finding]) -> InputError:
    return InputError(
        Text(f"表样文件有误：{path}", f"the file of profiles is wrong: {path}"),
        findings,
        Text("按提示更正，或删去该文件", "correct it as told, or remove the file"),
    )
