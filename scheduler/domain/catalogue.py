"""What can be examined and earned, dated and cited: Component, Award, Scheme, Recognition.

Filled by the recognition workshop from TOML, read by everybody. No pass mark, ratio or validity stands in code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from scheduler.errors import Text


class Mark(StrEnum):
    """How well a fact is known."""

    SEEN = "seen"
    INFERRED = "inferred"
    NOT_FOUND = "not_found"
    """No source was found: the value is a parameter with a plain default."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Since when a fact holds, until when, who says so, and how well it is known."""

    in_force_from: date
    source: str
    mark: Mark
    in_force_until: date | None = None
    """Last day in force; None while it holds."""

    def in_force(self, day: date) -> bool:
        """Tell whether the fact holds on a day."""
        return self.in_force_from <= day and (self.in_force_until is None or day <= self.in_force_until)


class Authority(StrEnum):
    """Who stands behind an award."""

    EMERGENCY = "EM"
    HOUSING = "HU"
    MARKET = "MR"
    HUMAN_RESOURCES = "HR"


class ComponentKind(StrEnum):
    """What a component (科目) examines."""

    THEORY = "theory"
    PRACTICAL = "practical"
    HOT_WORK = "hot_work"
    """Hot-work safety management (动火作业安全管理)."""
    OTHER = "other"


class RoomKind(StrEnum):
    """Where a component is sat."""

    THEORY_ROOM = "theory_room"
    WORKSHOP = "workshop"


class Duty(StrEnum):
    """What an examiner does in a session."""

    ASSESS = "assess"
    """考评: marks a practical."""
    INVIGILATE = "invigilate"
    """监考: watches a theory room."""


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many examiners a session of a component needs, and how many candidates it may hold."""

    duty: Duty
    at_least: int
    """Examiners in any session, 0 or more."""
    per_candidates: int
    """One examiner for each started so many candidates who are examined at the same time, 1 or more."""
    room_limit: int | None = None
    """Most candidates at the same time in one room; None where only the room decides."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade (工种 / 作业类别) that rooms are equipped for and examiners qualified in."""

    id: str
    name: Text
    occupation_code: str
    """Code of the national classification, such as ``6-31-01-03``."""


@dataclass(frozen=True, slots=True)
class Component:
    """One part of an exam (科目), sat at one time in one place."""

    id: str
    kind: ComponentKind
    room_kind: RoomKind
    trade_id: str
    minutes: int
    """Working time of one candidate."""
    staffing: Staffing
    after: tuple[str, ...] = ()
    """Components of the same exam that must be over before this one begins, where they are due."""
    name: Text = field(default_factory=lambda: Text("", ""))
    full_pts: int = 100
    items: tuple[PracticalItem, ...] = ()
    """Items of a practical with their weights; empty when only a total is marked."""


@dataclass(frozen=True, slots=True)
class PracticalItem:
    """One item of a practical, such as K2 safe operation, 40 points."""

    id: str
    name: Text
    full_pts: int
    veto: bool = False
    """Whether failing it fails the component (否决项), where the award says that vetoes count."""


class AwardKind(StrEnum):
    """The families of certificates."""

    QUALIFICATION = "qualification"
    SKILL_LEVEL = "skill_level"
    TRAINING = "training"
    """Training certificate of construction workers (住房城乡建设行业技能培训合格证 and the like)."""


@dataclass(frozen=True, slots=True)
class NumberRule:
    """How the certificates of an award are numbered."""

    pattern: str
    """Regular expression that a whole number matches."""
    template: str
    """Format string over ``document_no``, ``institution_code``, ``province_code``, ``province_mark``, ``city_mark``,
    ``site_serial``, ``trade_code``, ``year`` (four digits), ``yy`` (its last two, as text), ``level``, ``serial``; empty for
    imported numbers."""
    scope: str
    """Format string over the same names that keys the serial counter; empty when the number has no serial."""
    imported: bool = False
    """Whether numbers come from outside (a numbers sheet) and are never allocated."""
    unique: bool = True
    """False where one number names a person and several certificates share it (special operation)."""


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a certificate holds, and when it must be reviewed."""

    edition: Edition
    months: int | None
    """None: no end."""
    review_months: int | None = None
    """None: no review."""


@dataclass(frozen=True, slots=True)
class Award:
    """One kind of certificate that can be earned (证书种类)."""

    id: str
    kind: AwardKind
    authority: Authority
    name: Text
    """Title printed on the certificate."""
    trade_id: str
    occupation_code: str
    level: int | None
    """Skill level 5 (junior) to 1 (senior technician); None for the other kinds."""
    category: Text
    """Work category (作业类别) or occupation, as printed."""
    item: Text
    """Permitted item (准操项目) or trade direction; ``--`` where there is none."""
    trade_code: str
    """Two digits or letters used in numbers; may be empty."""
    validities: tuple[Validity, ...]
    number_rules: tuple[tuple[Edition, NumberRule], ...]
    edition: Edition
    minimum_age: int = 18
    template: str = ""
    """Folder under ``templates/certificates/``."""

    def validity_on(self, day: date) -> Validity:
        """Return the validity rule in force; raises LookupError when there is none."""
        return next(v for v in self.validities if v.edition.in_force(day))

    def number_rule_on(self, day: date) -> NumberRule:
        """Return the numbering rule in force; raises StopIteration when there is none."""
        return next(rule for edition, rule in self.number_rules if edition.in_force(day))


@dataclass(frozen=True, slots=True)
class PassMark:
    """What one award asks of one component."""

    component_id: str
    pass_pts: int
    """Points needed, 0 to the component's full points."""
    vetoes_count: bool = False
    """Whether one failed veto item fails the component for this award."""


@dataclass(frozen=True, slots=True)
class SchemeAward:
    """One award a joint exam can earn, with its own pass rule and issuer."""

    award_id: str
    issuer: str
    """Role of the issuing body, such as ``implementing_department`` or ``certification_institution``."""
    pass_marks: tuple[PassMark, ...]
    """One for each component the award needs."""
    result_months: int
    """Months a passed component stays good for this award."""
    resit_if_barred: bool = False
    """Whether a candidate who was barred from a component may resit it; a rule not found, so no by default."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A joint exam as data: which components, which awards (一考多证方案)."""

    id: str
    name: Text
    trade_id: str
    level: int | None
    components: tuple[Component, ...]
    awards: tuple[SchemeAward, ...]
    edition: Edition

    def component(self, component_id: str) -> Component:
        """Return a component by id; raises KeyError when the scheme has none such."""
        return {c.id: c for c in self.components}[component_id]

    def award(self, award_id: str) -> SchemeAward:
        """Return an award's rule by id; raises KeyError when the scheme has none such."""
        return {a.award_id: a for a in self.awards}[award_id]


@dataclass(frozen=True, slots=True)
class Recognition:
    """One rule of mutual recognition (互认): what a held certificate spares its holder."""

    id: str
    """Such as ``2026-01-09/5``."""
    row: int
    """Number in the circular's attachment, 1 to 7."""
    held_award_id: str
    target_award_id: str
    exempt_kinds: tuple[ComponentKind, ...]
    """Kinds of components of the target award that are not due."""
    training_waived: bool
    counts_as_level: int
    """Skill level that the held certificate counts as (比照认定)."""
    next_level: int
    """Skill level that may be taken next."""
    occupation_code: str
    clause: Text
    """The clause, such as part 1(2), sentence 2."""
    regional: bool
    """Whether it holds only in regions that issue the target certificate."""
    edition: Edition
    level_clause: Text = field(default_factory=lambda: Text("", ""))
    """The clause by which the held certificate counts as a level, such as part 2(1)."""


@dataclass(frozen=True, slots=True)
class AdmissionRule:
    """When candidates come to an exam (入场规定); minutes before the start of each candidate's turn, 0 or more."""

    id: str
    kinds: tuple[ComponentKind, ...]
    arrive_min: int
    """To be at the site."""
    enter_min: int
    """Identity is checked and the room entered."""
    late_min: int
    """Minutes after the start from which on nobody is admitted."""
    papers_min: int
    """The leader fetches papers and checks material and machines."""
    edition: Edition


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence printed on admission tickets (考生须知)."""

    id: str
    sort: str
    """``bring``: a thing to bring. ``rule``: what holds on the day."""
    text: Text
    kinds: tuple[ComponentKind, ...]
    """Printed for those who sit one of these; for nobody where empty."""
    edition: Edition


@dataclass(frozen=True, slots=True)
class TicketRule:
    """How admission tickets are numbered (准考证号)."""

    id: str
    template: str
    """Format string over ``year``, ``month``, ``site`` and, at its end, ``serial``."""
    edition: Edition


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that the dated data say, of all editions."""

    trades: tuple[Trade, ...]
    awards: tuple[Award, ...]
    schemes: tuple[Scheme, ...]
    recognitions: tuple[Recognition, ...]
    issuing_regions: tuple[tuple[str, str], ...] = ()
    """Pairs of award id and division-code prefix where that award is issued at all."""
    region_editions: tuple[Edition, ...] = ()
    """Since when and by whose word each pair of ``issuing_regions`` holds, in the same order; empty: always."""
    switches_on: tuple[str, ...] = ()
    """Ids of the switchable parameters that are on, such as ``years-of-work``."""
    admissions: tuple[AdmissionRule, ...] = ()
    notices: tuple[Notice, ...] = ()
    ticket_rules: tuple[TicketRule, ...] = ()

    def award(self, award_id: str) -> Award:
        """Return an award by id; raises KeyError when it is not in the catalogue."""
        return {a.id: a for a in self.awards}[award_id]

    def scheme(self, scheme_id: str) -> Scheme:
        """Return a scheme by id; raises KeyError when it is not in the catalogue."""
        return {s.id: s for s in self.schemes}[scheme_id]

    def trade(self, trade_id: str) -> Trade:
        """Return a trade by id; raises KeyError when it is not in the catalogue."""
        return {t.id: t for t in self.trades}[trade_id]

    def issues_in(self, award_id: str, region: str, on: date | None = None) -> bool:
        """Tell whether a region (6-digit division code) issues an award that not every region issues, on a day if given."""
        editions = self.region_editions or (None,) * len(self.issuing_regions)
        return any(
            region.startswith(prefix)
            for (a, prefix), edition in zip(self.issuing_regions, editions, strict=True)
            if a == award_id and (on is None or edition is None or edition.in_force(on))
        )
