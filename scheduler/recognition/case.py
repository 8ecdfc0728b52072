"""One entry on one day, with the certificates that count: what every question about it is asked of.

Used by assess and the files beside it. It answers from its own fields and judges nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scheduler.domain.catalogue import Award, Catalogue, Recognition, Scheme
from scheduler.domain.entries import Entry
from scheduler.domain.people import HeldCertificate
from scheduler.errors import Finding, Text, Where


@dataclass(frozen=True, slots=True)
class Case:
    """One entry on one day: what is applied for, and the certificates that count."""

    entry: Entry
    catalogue: Catalogue
    scheme: Scheme
    on: date
    awards: tuple[Award, ...]
    held: tuple[HeldCertificate, ...]

    def rules(self) -> list[Recognition]:
        """Return the recognition rules in force on the day, by row."""
        return [rule for rule in self.catalogue.recognitions if rule.edition.in_force(self.on)]

    def finding(self, rule: str, what: Text, *, said: str | None = None, hint: Text | None = None) -> Finding:
        """Return an error about the candidate."""
        return Finding(rule, what, Where(subject=self.entry.candidate.name), said, hint=hint)

    def warning(self, rule: str, what: Text, *, said: str | None = None) -> Finding:
        """Return a warning about the candidate."""
        return Finding(rule, what, Where(subject=self.entry.candidate.name), said, severity="warning")
