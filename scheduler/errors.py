"""What can be wrong: one thing as a value (Finding), a stop as an exception (SchedulerError).

Every floor uses it. Nothing here reads files, prints, or knows any workshop.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

Language = Literal["zh", "en"]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or term in both languages of the product."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """Return the wording of one language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Where:
    """The place a finding speaks of; only what is known is filled."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    """Row as the spreadsheet program shows it, from 1."""
    column: str | None = None
    """Column letter and heading, such as ``C 证件号码``."""
    path: str | None = None
    """Path inside a JSON or TOML file, such as ``rooms[3].places``."""
    subject: str | None = None
    """Whom or what it is about: a name, an entry, a session, a number."""

    def in_(self, language: Language) -> str:
        """Word the place in one language; empty when nothing is known."""
        sheet, row, column = ("工作表{}", "第{}行", "{}列") if language == "zh" else ("sheet {}", "row {}", "column {}")
        letter, _, heading = (self.column or "").partition(" ")
        if heading:
            column += f"“{heading}”" if language == "zh" else f" “{heading}”"
        worded = ((sheet, self.sheet), (row, self.row), (column, letter or None))
        parts = [self.file, *(form.format(said) if said is not None else None for form, said in worded)]
        return (" " if language == "zh" else ", ").join(part for part in (*parts, self.path, self.subject) if part)


NOWHERE = Where()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong (问题): what, where, what was read, what was expected, what to do."""

    rule: str
    """Stable kebab-case id, such as ``id-number-check-digit``."""
    what: Text
    where: Where = NOWHERE
    said: str | None = None
    """What was read, as it stood there; shortened to 80 characters when shown."""
    expected: Text | None = None
    hint: Text | None = None
    """One thing to do about it."""
    severity: Severity = "error"

    def in_(self, language: Language) -> str:
        """Return one line a coordinator can act on."""
        said, wanted, do = ("读到", "应为", "处理") if language == "zh" else ("read", "expected", "do")
        colon, stop = ("：", "；") if language == "zh" else (": ", "; ")
        place = self.where.in_(language)
        parts = [(place + colon if place else "") + self.what.in_(language)]
        if self.said is not None:
            parts.append(f"{said} {_short(' '.join(self.said.splitlines()))!r}")
        if self.expected is not None:
            parts.append(f"{wanted} {self.expected.in_(language)}")
        if self.hint is not None:
            parts.append(f"{do}{colon}{self.hint.in_(language)}")
        return stop.join(parts) + f" [{self.rule}]"

    def __str__(self) -> str:
        """Return the Chinese line."""
        return self.in_("zh")


def _short(said: str, limit: int = 80) -> str:
    return said if len(said) <= limit else said[: limit - 1] + "…"


def errors_in(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that stop the work, in their order; warnings left out."""
    return [finding for finding in findings if finding.severity == "error"]


@dataclass
class SchedulerError(Exception):
    """Root of everything this product raises on purpose."""

    what: Text
    findings: Sequence[Finding] = field(default_factory=tuple)
    hint: Text | None = None
    exit_code: ClassVar[int] = 1

    @property
    def code(self) -> str:
        """Return the class name in kebab case, the ``code`` of ``--json``."""
        name = type(self).__name__
        return "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")

    def in_(self, language: Language) -> str:
        """Return the sentence, its hint, and each finding on a line of its own."""
        head = self.what.in_(language) + (f" ({self.hint.in_(language)})" if self.hint else "")
        return "\n".join([head, *(finding.in_(language) for finding in self.findings)])

    def __str__(self) -> str:
        """Return the Chinese text."""
        return self.in_("zh")


class SettingsError(SchedulerError):
    """Settings, fonts, system libraries, or a database out of reach."""

    exit_code = 3


class InputError(SchedulerError):
    """What was handed in cannot be taken."""

    exit_code = 4


class SheetError(InputError):
    """A workbook that cannot be read at all."""


class PlanError(SchedulerError):
    """No plan, or nobody could be seated."""

    exit_code = 5


class PlanRejected(PlanError):
    """The audit found something; such a plan is never published."""


class RegistryError(SchedulerError):
    """The registry refuses."""

    exit_code = 7


class NotFound(RegistryError):
    """No such round, plan, entry or certificate."""


class Conflict(RegistryError):
    """Something is there already, or was changed meanwhile."""


class StalePlan(RegistryError):
    """A newer version exists than the one worked on."""


class SchemaMismatch(RegistryError):
    """The database was written by another version of the product."""


class IssuanceError(SchedulerError):
    """Issuing is refused."""

    exit_code = 8


class ProofFailed(IssuanceError):
    """The drawn page does not say what its data say."""


class SealFailed(IssuanceError):
    """A key is missing or does not sign."""
