"""The shelf of dated rules: TOML in, Catalogue out; every fault a finding with file and path, none passed over.

Used by the office. No fact of the law stands here, only which records there are and how they refer to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from scheduler.domain.catalogue import (
    Authority,
    Award,
    AwardKind,
    Catalogue,
    ComponentKind,
    Edition,
    NumberRule,
    Recognition,
    Scheme,
    SchemeAward,
    Trade,
    Validity,
)
from scheduler.domain.data_duties import Duties
from scheduler.errors import Finding, InputError, Text, Where
from scheduler.recognition import data_duties
from scheduler.recognition.admission import read_admission, read_notice, read_ticket_rule
from scheduler.recognition.checks import award_faults, edition_faults, number_faults, recognition_faults
from scheduler.recognition.exams import Exam, join, marks_of, read_exam, read_staffing
from scheduler.recognition.records import Record, read_folder

Thing = TypeVar("Thing")
_Records = dict[str, dict[str, Record]]
_SHIPPED = Path(__file__).parent
_NO_ITEM = Text("--", "--")
TABLES = (
    "trade", "staffing", "exam", "validity", "number", "award", "scheme", "recognition", "issuing_region", "switch",
    "upload", "document_code", "retention", "licence_type", "licence_field",
    "admission", "notice", "ticket_number",
)  # fmt: skip
"""Names of the tables an extra folder may add to."""


@dataclass(frozen=True, slots=True)
class _Stocked:
    """An award with what only schemes need of it."""

    award: Award
    exam: Exam | None
    issuer: str


def load_catalogue(extra: Path | None = None) -> Catalogue:
    """Return the catalogue shipped with the product, with an office's own records on top.

    Args:
        extra: Folder of TOML files whose records are added, or stand in for shipped ones of the same table and id.

    Raises:
        InputError: Anything is unknown, missing, dangling, overlapping or contradicts itself; findings name file and path.
    """
    findings: list[Finding] = []
    catalogue = _built(_layered([_SHIPPED] if extra is None else [_SHIPPED, extra], findings))
    if findings:
        raise _refusal(findings)
    return catalogue


def load_duties(extra: Path | None = None) -> Duties:
    """Return the data duties, layered as the catalogue; raises InputError as `load_catalogue`."""
    findings: list[Finding] = []
    owed = _duties(_layered([_SHIPPED] if extra is None else [_SHIPPED, extra], findings))
    if findings:
        raise _refusal(findings)
    return owed


def _refusal(findings: list[Finding]) -> InputError:
    what = Text(f"目录数据有 {len(findings)} 处问题", f"{len(findings)} faults in the catalogue's data")
    return InputError(what, findings, Text("请按所列文件和路径修改", "correct them at the file and path named"))


def _layered(folders: Iterable[Path], findings: list[Finding]) -> _Records:
    """Return the records by table and id; a later folder stands in for an earlier one, a folder never for itself."""
    layered: _Records = {table: {} for table in TABLES}
    for folder in folders:
        if not folder.is_dir():
            what = Text("没有这个目录数据文件夹", "there is no such folder of catalogue data")
            findings.append(Finding("catalogue-folder", what, Where(file=str(folder))))
        seen: set[tuple[str, str]] = set()
        for table, record in read_folder(folder, findings):
            if table not in layered:
                wanted = Text("、".join(TABLES), ", ".join(TABLES))
                what = Text(f"不认识的表“{table}”", f"unknown table {table}")
                record.fault("catalogue-unknown-key", what, expected=wanted)
                continue
            key = (table, record.text("id"))
            if key in seen:
                record.fault("duplicate-id", Text("编号重复", "this id is there already"), key="id")
            seen.add(key)
            layered[table][key[1]] = record
    return layered


def _made(records: _Records, table: str, maker: Callable[[Record], Thing]) -> dict[str, Thing]:
    made: dict[str, Thing] = {}
    for record_id, record in records[table].items():
        made[record_id] = maker(record)
        record.close()
    return made


def _duties(records: _Records) -> Duties:
    return Duties(
        tuple(_made(records, "upload", data_duties.read_upload).values()),
        tuple(_made(records, "document_code", data_duties.read_document_code).values()),
        tuple(_made(records, "retention", data_duties.read_retention).values()),
        tuple(_made(records, "licence_type", data_duties.read_licence_type).values()),
        tuple(_made(records, "licence_field", data_duties.read_licence_field).values()),
    )


def _built(records: _Records) -> Catalogue:
    def make(table: str, maker: Callable[[Record], Thing]) -> dict[str, Thing]:
        return _made(records, table, maker)

    trades = make("trade", _trade)
    rooms = make("staffing", read_staffing)
    exams = make("exam", lambda record: read_exam(record, rooms))
    validities = make("validity", _validity)
    numbers = make("number", _number)
    awards = make("award", lambda record: _award(record, trades, exams, (validities, numbers)))
    schemes = make("scheme", lambda record: _scheme(record, trades, awards))
    recognitions: list[Recognition] = []
    make("recognition", lambda record: recognitions.append(_recognition(record, awards, recognitions)))
    regions = make("issuing_region", lambda record: _region(record, awards))
    switches = make("switch", _switch)
    _duties(records)  # for its findings: whatever is wrong in the folder is told at once
    admissions = make("admission", read_admission)
    notices, tickets = make("notice", read_notice), make("ticket_number", read_ticket_rule)
    return Catalogue(
        trades=tuple(trades.values()),
        awards=tuple(stocked.award for stocked in awards.values()),
        schemes=tuple(schemes.values()),
        recognitions=tuple(sorted(recognitions, key=lambda rule: (rule.edition.in_force_from, rule.row, rule.id))),
        issuing_regions=tuple(pair for pair, _ in regions.values()),
        region_editions=tuple(edition for _, edition in regions.values()),
        switches_on=tuple(switch_id for switch_id, on in switches.items() if on),
        admissions=tuple(admissions.values()),
        notices=tuple(notices.values()),
        ticket_rules=tuple(tickets.values()),
    )


def _trade(record: Record) -> Trade:
    record.edition()
    return Trade(record.text("id"), record.both("name"), record.text("occupation_code"))


def _validity(record: Record) -> Validity:
    months, review = (record.whole_or_none(key, least=1) for key in ("months", "review_months"))
    return Validity(record.edition(), months, review)


def _number(record: Record) -> tuple[Edition, NumberRule]:
    imported = record.flag("imported", default=False)
    rule = NumberRule(
        pattern=record.text("pattern"),
        template=record.text("template", "" if imported else None),
        scope=record.text("scope", ""),
        imported=imported,
        unique=record.flag("unique", default=True),
    )
    number_faults(record, rule)
    return record.edition(), rule


def _award(
    record: Record,
    trades: Mapping[str, Trade],
    exams: Mapping[str, Exam],
    dated: tuple[Mapping[str, Validity], Mapping[str, tuple[Edition, NumberRule]]],
) -> _Stocked:
    trade = _find(record, "trade", trades)
    award = Award(
        id=record.text("id"),
        kind=record.one_of("kind", {kind.value: kind for kind in AwardKind}),
        authority=record.one_of("authority", {authority.value: authority for authority in Authority}),
        name=record.both("name"),
        trade_id=record.text("trade"),
        occupation_code=trade.occupation_code if trade else "",
        level=record.whole_or_none("level"),
        category=record.both("category"),
        item=record.both("item", _NO_ITEM),
        trade_code=record.text("trade_code", ""),
        validities=_find_all(record, "validities", dated[0]),
        number_rules=_find_all(record, "numbers", dated[1]),
        edition=record.edition(),
        minimum_age=record.whole("minimum_age"),
        template=record.text("template"),
    )
    award_faults(record, award)
    return _Stocked(award, _find(record, "exam", exams), record.text("issuer"))


def _scheme(record: Record, trades: Mapping[str, Trade], awards: Mapping[str, _Stocked]) -> Scheme:
    scheme_id, edition = record.text("id"), record.edition()
    trade = _find(record, "trade", trades)
    stocked = [(one, one.exam) for one in _find_all(record, "awards", awards)]
    for one, exam in stocked:
        edition_faults(record, "awards", [one.award.edition], edition)
        if exam:
            edition_faults(record, "awards", [exam.edition], edition)
    return Scheme(
        id=scheme_id,
        name=record.both("name"),
        trade_id=trade.id if trade else "",
        level=record.whole_or_none("level", least=1),
        components=join(record, trade.id if trade else "", [exam for _, exam in stocked if exam]),
        awards=tuple(
            SchemeAward(one.award.id, one.issuer, marks_of(scheme_id, exam), exam.result_months, exam.resit_if_barred)
            for one, exam in stocked
            if exam
        ),
        edition=edition,
    )


def _recognition(record: Record, awards: Mapping[str, _Stocked], others: Iterable[Recognition]) -> Recognition:
    held, target = _find(record, "held", awards), _find(record, "target", awards)
    rule = Recognition(
        id=record.text("id"),
        row=record.whole("row", least=1),
        held_award_id=held.award.id if held else "",
        target_award_id=target.award.id if target else "",
        exempt_kinds=record.several_of("exempt", {kind.value: kind for kind in ComponentKind}),
        training_waived=record.flag("training_waived", default=False),
        counts_as_level=record.whole("counts_as_level", least=1),
        next_level=record.whole("next_level", least=1),
        occupation_code=record.text("occupation_code"),
        clause=record.both("clause"),
        regional=record.flag("regional", default=False),
        edition=record.edition(),
        level_clause=record.both("level_clause"),
    )
    if target and target.exam:
        recognition_faults(record, rule, [part.kind for part in target.exam.parts], others)
    return rule


def _region(record: Record, awards: Mapping[str, _Stocked]) -> tuple[tuple[str, str], Edition]:
    _find(record, "award", awards)
    prefix = record.text("prefix")
    if not (prefix.isascii() and prefix.isdigit() and len(prefix) <= 6):
        what = Text("须为行政区划代码的前 1 至 6 位", "must be the first 1 to 6 digits of a division code")
        record.fault("catalogue-range", what, key="prefix")
    return (record.text("award"), prefix), record.edition()


def _switch(record: Record) -> bool:
    record.edition()
    return record.flag("on")


def _find(record: Record, key: str, things: Mapping[str, Thing]) -> Thing | None:
    wanted = record.text(key)
    if wanted not in things and key in record.fields:
        record.fault("catalogue-dangling", Text(f"没有“{wanted}”这一记录", f"there is no record {wanted}"), key=key)
    return things.get(wanted)


def _find_all(record: Record, key: str, things: Mapping[str, Thing]) -> tuple[Thing, ...]:
    wanted = record.texts(key)
    for one in wanted:
        if one not in things:
            record.fault("catalogue-dangling", Text(f"没有“{one}”这一记录", f"there is no record {one}"), key=key)
    if not wanted and key in record.fields:
        record.fault("catalogue-empty", Text(f"“{key}”不能为空", f"{key} must not be empty"), key=key)
    return tuple(things[one] for one in wanted if one in things)
