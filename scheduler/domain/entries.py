"""Entry (报名): one candidate, the awards applied for; and Entitlement, what is due and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scheduler.domain.people import Candidate, HeldCertificate
from scheduler.errors import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One candidate's application to one joint exam in one round."""

    id: str
    round_id: str
    candidate: Candidate
    scheme_id: str
    award_ids: tuple[str, ...]
    """Awards applied for, in the scheme's order; one or more."""
    applied_on: date
    region: str
    """Six-digit division code of the region that would issue."""
    held: tuple[HeldCertificate, ...] = ()
    institution_id: str = ""
    """Institution that trained the candidate; empty when none did."""
    group_id: str = ""
    """Employer or class kept together; empty when alone."""
    origin_id: str = ""
    """Key of the starting point in the round's distances."""
    x_km: float | None = None
    y_km: float | None = None
    accessible: bool = False
    earliest_on: date | None = None
    latest_on: date | None = None
    unavailable_slot_ids: tuple[str, ...] = ()
    carried: tuple[CarriedPass, ...] = ()
    """Components passed in an earlier round and still good."""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class CarriedPass:
    """A component passed before and still good for an award (成绩保留)."""

    component_id: str
    award_id: str
    pts: float
    passed_on: date
    good_until: date


@dataclass(frozen=True, slots=True)
class Exemption:
    """A component not due for one award (免考), with the rule that spares it."""

    award_id: str
    component_id: str
    recognition_id: str
    clause: Text
    by_certificate_no: str


@dataclass(frozen=True, slots=True)
class TrainingWaiver:
    """Training not asked for (免训); changes eligibility, not seats."""

    award_id: str
    recognition_id: str
    clause: Text
    by_certificate_no: str


@dataclass(frozen=True, slots=True)
class Equivalence:
    """A held certificate that counts as a skill level (比照认定)."""

    held_award_id: str
    occupation_code: str
    counts_as_level: int
    next_level: int
    recognition_id: str
    clause: Text


@dataclass(frozen=True, slots=True)
class Due:
    """A component the candidate still has to sit, and the awards that ask for it."""

    component_id: str
    award_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The entitlement statement of one entry: what is due, what is not, by which rule."""

    entry_id: str
    assessed_on: date
    """Day on which validity was judged: of application, or of the exam."""
    due: tuple[Due, ...]
    exemptions: tuple[Exemption, ...]
    waivers: tuple[TrainingWaiver, ...]
    equivalences: tuple[Equivalence, ...]
    sentences: tuple[Text, ...]
    """The statement in words, one sentence a fact, ready to print."""
