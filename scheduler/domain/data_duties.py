"""Data duties as dated facts (数据上报与留存): who uploads what, codes, how long files are kept, what an electronic licence asks.

Filled by the recognition workshop from TOML; the office reads them. No period and no code of the law stands in code.
"""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.catalogue import Authority, Award, AwardKind, Edition
from scheduler.domain.identity import DocumentKind
from scheduler.errors import Text


@dataclass(frozen=True, slots=True)
class UploadDuty:
    """Whether certificates of some awards are uploaded every quarter, and whose duty that is (数据上报责任)."""

    id: str
    kinds: tuple[AwardKind, ...]
    award_ids: tuple[str, ...]
    """Awards named one by one; they win over ``kinds``."""
    uploaded: bool
    by: Text
    """Who uploads, in words."""
    edition: Edition


@dataclass(frozen=True, slots=True)
class DocumentCode:
    """What stands for a kind of identity document in files for others (证件类型代码); empty where it was not found."""

    kind: DocumentKind
    upload: str
    licence: str
    name: Text
    edition: Edition


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a kind of file is kept at least (留存期限), in months; None: for good."""

    id: str
    kinds: tuple[str, ...]
    """Kinds of file it is for; empty for every kind that no other record names."""
    electronic_months: int | None
    paper_months: int | None
    edition: Edition


@dataclass(frozen=True, slots=True)
class LicenceType:
    """The standard of one authority's electronic licence (电子证照标准)."""

    authority: Authority
    standard: str
    type_code: str
    """Code of the kind of licence; empty where it was not found."""
    fields_known: bool
    """Whether the standard's own list of fields was seen."""
    edition: Edition


@dataclass(frozen=True, slots=True)
class LicenceField:
    """One field of an electronic licence (电子证照字段)."""

    id: str
    """Says what fills it; an unknown one stays empty."""
    group: Text
    name: Text
    edition: Edition


@dataclass(frozen=True, slots=True)
class Duties:
    """All of them, in the order of the data."""

    uploads: tuple[UploadDuty, ...] = ()
    document_codes: tuple[DocumentCode, ...] = ()
    retentions: tuple[Retention, ...] = ()
    licence_types: tuple[LicenceType, ...] = ()
    licence_fields: tuple[LicenceField, ...] = ()

    def upload_of(self, award: Award) -> UploadDuty | None:
        """Return the duty for an award: one that names it, else one for its kind; None where the data say nothing."""
        named = [duty for duty in self.uploads if award.id in duty.award_ids]
        alike = [duty for duty in self.uploads if award.kind in duty.kinds]
        return next(iter((*named, *alike)), None)

    def document_code(self, kind: DocumentKind) -> DocumentCode | None:
        """Return the codes of a kind of document; None where the data say nothing."""
        return next((one for one in self.document_codes if one.kind is kind), None)

    def retention_of(self, kind: str) -> Retention:
        """Return how long a kind of file is kept; raises StopIteration when the data have no general record."""
        named = (one for one in self.retentions if kind in one.kinds)
        return next(named, None) or next(one for one in self.retentions if not one.kinds)

    def licence_type(self, authority: Authority) -> LicenceType | None:
        """Return the standard of an authority's licences; None where it has none."""
        return next((one for one in self.licence_types if one.authority is authority), None)
