"""Records of data duties: uploads, document codes, retention, electronic licences. Used by the shelf only."""

from __future__ import annotations

from scheduler.domain.catalogue import Authority, AwardKind
from scheduler.domain.data_duties import DocumentCode, LicenceField, LicenceType, Retention, UploadDuty
from scheduler.domain.identity import DocumentKind
from scheduler.recognition.records import Record

_KINDS = {kind.value: kind for kind in AwardKind}
_AUTHORITIES = {authority.value: authority for authority in Authority}


def read_upload(record: Record) -> UploadDuty:
    """Return who uploads the certificates of some awards."""
    return UploadDuty(
        record.text("id"),
        record.several_of("kinds", _KINDS),
        record.texts("awards", ()),
        record.flag("uploaded", default=True),
        record.both("by"),
        record.edition(),
    )


def read_document_code(record: Record) -> DocumentCode:
    """Return the codes of one kind of identity document; its id is the kind."""
    kind = record.one_of("id", {kind.value: kind for kind in DocumentKind})
    return DocumentCode(
        kind, record.text("upload", ""), record.text("licence", ""), record.both("name"), record.edition()
    )


def read_retention(record: Record) -> Retention:
    """Return how long one kind of file is kept."""
    electronic, paper = (record.whole_or_none(key, least=1) for key in ("electronic_months", "paper_months"))
    return Retention(record.text("id"), record.texts("kinds", ()), electronic, paper, record.edition())


def read_licence_type(record: Record) -> LicenceType:
    """Return the standard of one authority's electronic licence."""
    record.text("id")
    return LicenceType(
        record.one_of("authority", _AUTHORITIES),
        record.text("standard", ""),
        record.text("type_code", ""),
        record.flag("fields_known"),
        record.edition(),
    )


def read_licence_field(record: Record) -> LicenceField:
    """Return one field of an electronic licence."""
    return LicenceField(record.text("id"), record.both("group"), record.both("name"), record.edition())
