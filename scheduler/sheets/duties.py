"""Answers of examiners, read from the workbook that went to them: each row checked against the round and the published plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from scheduler.domain.calendar import Slot
from scheduler.domain.duties import Answer
from scheduler.domain.people import Examiner
from scheduler.domain.rounds import RoundSetup
from scheduler.domain.sessions import Plan, Session
from scheduler.errors import Finding, Text, Where
from scheduler.sheets.cells import Row
from scheduler.sheets.codes import ACCEPTANCE, CAN_SERVE
from scheduler.sheets.columns_duties import AVAILABILITY, DUTIES
from scheduler.sheets.table import find_by_name
from scheduler.sheets.workbook import Book


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """One answer of a good row."""

    examiner_id: str
    slot: Slot
    answer: Answer
    session_id: str
    """Empty where the slot alone was asked about."""
    reason: str
    row: int


@dataclass
class _Asked:
    """What the rows are judged by, and the rows read so far."""

    examiners: Mapping[str, Examiner]
    slots: Mapping[str, Slot]
    sessions: Mapping[str, Session]
    version: int | None
    read: list[tuple[Row, ReadAnswer]] = field(default_factory=list)

    def duties(self, examiner_id: str) -> str:
        """Return the published duties of an examiner, for a message."""
        return "、".join(sorted(s.id for s in self.sessions.values() if examiner_id in s.examiner_ids))


def duties_from(
    book: Book, *, setup: RoundSetup, plan: Plan | None, version: int | None
) -> tuple[list[ReadAnswer], list[Finding]]:
    """Read both sheets of an open workbook; answers of good rows, slots before duties, and everything found."""
    findings = list(book.findings)
    asked = _Asked(
        {one.id: one for one in setup.examiners},
        {slot.id: slot for slot in setup.slots},
        {session.id: session for session in plan.sessions} if plan else {},
        version,
    )
    sheets = [(find_by_name(book, table, findings), read) for table, read in ((AVAILABILITY, _slot), (DUTIES, _duty))]
    if not any(sheet for sheet, _ in sheets) and not findings:
        what = Text(
            f"没有工作表“{AVAILABILITY.zh}”或“{DUTIES.zh}”",
            f"there is no sheet {AVAILABILITY.zh} ({AVAILABILITY.en}) or {DUTIES.zh} ({DUTIES.en})",
        )
        hint = Text("请使用 duties --out 写出的工作簿", "use the workbook that duties --out writes")
        findings.append(Finding("sheet-missing", what, Where(book.file), hint=hint))
    for sheet, read in sheets:
        for row in sheet.rows(findings) if sheet else ():
            answer = read(row, asked)
            if answer is not None:
                asked.read.append((row, answer))
    _refuse_contradictions(asked.read)
    return [answer for row, answer in asked.read if not row.failed], findings


def _slot(row: Row, asked: _Asked) -> ReadAnswer | None:
    examiner, words = _examiner(row, asked), row.text("slot", required=True)
    answer = _answer(row, answers="slot")
    if examiner is None or not words or answer is None:
        return None
    slot = asked.slots.get(words)
    if slot is None:
        known = "、".join(sorted(asked.slots))
        row.fault(
            "slot",
            "slot-unknown",
            ("本批次没有这个时段", "this round has no such slot"),
            expected=(known, known),
            hint=("用 duties --out 重新写出后再征询", "write the workbook anew with duties --out and ask again"),
        )
        return None
    _same_time(row, slot)
    return ReadAnswer(examiner.id, slot, answer, "", row.text("reason"), row.number)


def _duty(row: Row, asked: _Asked) -> ReadAnswer | None:
    examiner, words = _examiner(row, asked), row.text("session", required=True)
    answer = _answer(row, answers="duty")
    if examiner is None or not words or answer is None:
        return None
    session = asked.sessions.get(words)
    slot = asked.slots.get(session.slot_id) if session else None
    if session is None or slot is None or examiner.id not in session.examiner_ids:
        now = asked.duties(examiner.id) or "（无）"
        which = f"第 {asked.version} 版" if asked.version else "（尚未发布）"
        row.fault(
            "session",
            "duty-not-published",
            (
                f"现行方案{which}中没有这项任务，可能是旧表",
                f"the plan in force ({asked.version or 'none published'}) has no such duty; the sheet may be an old copy",
            ),
            expected=(f"该考评员现有任务：{now}", f"duties of this examiner now: {now}"),
            hint=("用 duties --out 写出新表，重新征询", "write a new workbook with duties --out and ask again"),
        )
        return None
    _same_time(row, slot)
    reason = row.text("reason")
    if answer == "no" and not reason:
        row.fault(
            "reason",
            "reason-missing",
            ("谢绝的任务没有写理由", "a duty is declined without a reason"),
            hint=("请补填理由", "fill in the reason"),
        )
    return ReadAnswer(examiner.id, slot, answer, session.id, reason, row.number)


def _examiner(row: Row, asked: _Asked) -> Examiner | None:
    examiner_id, name = row.text("examiner", required=True), row.text("name")
    if not examiner_id:
        return None
    examiner = asked.examiners.get(examiner_id)
    if examiner is None:
        row.fault(
            "examiner",
            "examiner-unknown",
            ("本批次没有这名考评员", "this round has no such examiner"),
            expected=("批次设置表中的考评员编号", "the id of an examiner of the set-up"),
            hint=("核对编号；新的考评员先列入批次设置表", "check the id; a new examiner goes into the set-up first"),
        )
    elif name and examiner.name and name != examiner.name:
        row.fault(
            "name",
            "name-differs",
            ("姓名与批次设置不一致，可能串行", "the name is not the one of the set-up; a row may have slipped"),
            expected=(examiner.name, examiner.name),
            hint=("核对编号和姓名", "check id and name"),
        )
    return examiner


def _answer(row: Row, *, answers: str) -> Answer | None:
    codes = ACCEPTANCE if answers == "duty" else CAN_SERVE
    answer = row.choice("answer", codes, "answer-unknown")
    if answer is None and not row.has("answer") and row.text("reason"):
        row.fault(
            "answer",
            "answer-missing",
            ("写了说明却没有答复，未登记", "there is a remark but no answer; nothing was recorded"),
            expected=(codes.some(), codes.some()),
            severity="warning",
        )
    return cast("Answer | None", answer)


def _same_time(row: Row, slot: Slot) -> None:
    """Refuse a row that tells another day or hour than the slot has now: whoever answered, answered about that."""
    told = (row.day("on"), row.clock("start"), row.clock("end"))
    if any(said is not None and said != now for said, now in zip(told, (slot.on, slot.start, slot.end), strict=True)):
        now = f"{slot.on} {slot.start:%H:%M}-{slot.end:%H:%M}"
        row.fault(
            "on",
            "slot-changed",
            (
                "表中的日期或时间与现在的时段不符，可能是旧表",
                "day or hours are not those of the slot now; an old copy?",
            ),
            expected=(now, now),
            hint=("用 duties --out 写出新表，重新征询", "write a new workbook with duties --out and ask again"),
        )


def _refuse_contradictions(read: list[tuple[Row, ReadAnswer]]) -> None:
    questions: dict[tuple[str, str, str], list[tuple[Row, ReadAnswer]]] = {}
    for row, answer in read:
        questions.setdefault((answer.examiner_id, answer.slot.id, answer.session_id), []).append((row, answer))
    for same in questions.values():
        if len({answer.answer for _, answer in same}) > 1:
            _contradict(same)
    for (examiner_id, slot_id, session_id), duty in questions.items():
        slot = questions.get((examiner_id, slot_id, ""), [])
        if session_id and slot and slot[0][1].answer == "no" and duty[0][1].answer == "yes":
            _contradict([*slot, *duty])


def _contradict(pairs: list[tuple[Row, ReadAnswer]]) -> None:
    places = "、".join(f"{row.at.sheet}!{row.number}" for row, _ in pairs[:5])
    for row, _ in pairs:
        row.fault(
            "answer",
            "answers-contradict",
            (f"答复互相矛盾：{places}", f"these answers contradict each other: {places}"),
            expected=("一个时段只有一种答复", "one answer for one slot"),
            hint=("向本人核实后只保留一种", "ask the examiner, and keep one answer"),
        )
