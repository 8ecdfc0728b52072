"""Duties (执考征询): examiners are asked when they can serve and whether they accept; what they answer is recorded and obeyed.

A duty declined is a request to plan again: it stays open until a published version no longer asks it of that examiner.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scheduler.domain.duties import Reply, cannot_serve, duties_of, standing
from scheduler.domain.sessions import PlanVersion
from scheduler.errors import Finding, InputError, Language, Text, errors_in
from scheduler.office.assemble import assemble
from scheduler.office.desk import Office, error_workbook_for, existing_file
from scheduler.office.facts import stale_answers
from scheduler.registry.store import Store
from scheduler.sheets.read import ReadAnswer, read_duties
from scheduler.sheets.write import write_duties, write_error_workbook


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One duty that somebody has to do something about, or had."""

    examiner_id: str
    name: str
    session_id: str
    when: str
    """Day and hours of the slot."""
    reason: str = ""
    settled_by: int | None = None
    """Published version that no longer asks for it; None while it is open."""


@dataclass(frozen=True, slots=True)
class DutiesReport:
    """How the duties of a round stand, and what was recorded just now."""

    round_id: str
    version: int | None
    """Published version; None before the first."""
    duties: int
    accepted: int
    requests: tuple[DutyLine, ...]
    """Declined and still asked for in the published plan: to be planned again (待重排)."""
    settled: tuple[DutyLine, ...]
    """Declined, and answered by a later version."""
    unanswered: tuple[DutyLine, ...]
    recorded: tuple[tuple[str, int], ...]
    """What was recorded just now: ``available``, ``unavailable``, ``accepted``, ``declined``, ``same``, each with its count."""
    findings: tuple[Finding, ...]
    dry_run: bool = False
    paths: tuple[str, ...] = ()
    error_workbook: str | None = None
    rejected_rows: int = 0

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        figures = (self.duties, self.accepted, len(self.requests), len(self.unanswered))
        if language == "zh":
            head = f"第 {self.version} 版" if self.version else "尚未发布方案"
            return f"批次 {self.round_id} {head}：执考任务 {{}} 项，已接受 {{}}，谢绝待重排 {{}}，未答复 {{}}".format(
                *figures
            )
        head = f"version {self.version}" if self.version else "nothing published"
        return f"round {self.round_id}, {head}: {{}} duties, {{}} accepted, {{}} declined, {{}} not answered".format(
            *figures
        )

    def recorded_line(self, language: Language = "zh") -> str:
        """Return one line on what was just read; empty where nothing was."""
        if not self.recorded:
            return ""
        n = dict(self.recorded)
        figures = [n.get(key, 0) for key in ("accepted", "declined", "available", "unavailable", "same")]
        if language == "zh":
            head = "预览（未写入）" if self.dry_run else "已登记"
            return head + "：接受 {} 项，谢绝 {} 项，可用时段 {} 个，不可用时段 {} 个；与已登记相同 {} 项".format(
                *figures
            )
        head = "preview (nothing written)" if self.dry_run else "recorded"
        return head + ": {} accepted, {} declined, {} slots available, {} not available; {} as recorded before".format(
            *figures
        )


def duties(office: Office, *, round_id: str) -> DutiesReport:
    """Return how the duties of a round stand: declined and open, settled, not answered; raises NotFound."""
    with office.registry.transaction(write=False) as store:
        return _report(store, round_id)


def ask_duties(office: Office, out: str | Path, *, round_id: str, each: bool = False) -> DutiesReport:
    """Write the workbook that goes to the examiners, answers known filled in.

    Args:
        office: The opened office.
        out: Where the workbook goes; a file that is there is written over, since it holds nothing but what the registry knows.
        round_id: A prepared round; duties are asked about once a version is published.
        each: One workbook an institution beside it as well, the institution's name in the file's.

    Raises:
        NotFound: No such round.
        InputError: The file is no workbook of the kind that can be written.
    """
    path = Path(out)
    if path.suffix.lower() != ".xlsx":
        what = Text(f"{path.name} 应以 .xlsx 结尾", f"{path.name} should end in .xlsx")
        raise InputError(what, hint=Text("换一个文件名", "choose another name"))
    with office.registry.transaction(write=False) as store:
        round_ = assemble(office, store, round_id).round
        published = store.plans.published(round_id)
        replies = standing(store.duties.replies(round_id))
        report = _report(store, round_id)
    serving = {one.institution_id for one in round_.examiners}
    files = [(path, sorted(serving))]
    if each:
        names = {one.id: one.name or one.id for one in round_.institutions}
        files += [(path.with_stem(f"{path.stem}-{_plain(names.get(i, i), i)}"), [i]) for i in sorted(serving)]
    for file, institutions in files:
        write_duties(file, round_, published, replies, institutions=institutions, catalogue=office.catalogue)
    return replace(report, paths=tuple(str(file) for file, _ in files))


def answer_duties(
    office: Office,
    workbook: str | Path,
    *,
    round_id: str,
    dry_run: bool = False,
    error_workbook: str | Path | None = None,
) -> DutiesReport:
    """Read what examiners answered and record it; the next plan obeys it, and preparing the round again does not lose it.

    Raises:
        NotFound: No such round.
        SheetError: The file cannot be read at all.
        InputError: No answer is good; nothing was recorded.
    """
    source = existing_file(workbook)
    with office.registry.transaction(write=not dry_run) as store:
        setup, published = store.rounds.setup(round_id), store.plans.published(round_id)
        read, findings = read_duties(source, setup=setup, published=published)
        known, counts, fresh = standing(store.duties.replies(round_id)), Counter[str](), list[Reply]()
        for one in read:
            reply = Reply(
                one.examiner_id,
                one.slot,
                one.answer,
                office.now(),
                office.who,
                session_id=one.session_id,
                reason=one.reason,
                version=published.version if published and one.session_id else None,
                source=source.name,
            )
            before = known.get(reply.question)
            same = before is not None and (before.slot, before.answer, before.reason) == (
                reply.slot,
                reply.answer,
                reply.reason,
            )
            counts[_kind(one, same=same)] += 1
            if not same:
                fresh.append(reply)
        findings += _against_setup(store, round_id, read)
        if fresh and not dry_run:
            store.duties.record(round_id, fresh)
            office.note(store, "duties", round_id, f"{source.name}: {len(fresh)} answers")
        report = _report(store, round_id, tuple(fresh) if dry_run else ())
    return _answered(report, source, findings, counts, dry_run=dry_run, wanted=error_workbook)


def _answered(
    report: DutiesReport,
    source: Path,
    findings: list[Finding],
    counts: Counter[str],
    *,
    dry_run: bool,
    wanted: str | Path | None,
) -> DutiesReport:
    back = None
    if errors_in(findings):
        out = error_workbook_for(source, wanted)
        write_error_workbook(source, findings, out)
        back = str(out)
        if not counts:
            raise InputError(
                Text("没有可用的答复，未登记", "the workbook holds no usable answer; nothing was recorded"),
                findings,
                Text(f"更正 {back} 后重新读入", f"correct {back} and read it again"),
            )
    rejected = {(f.where.sheet, f.where.row) for f in errors_in(findings)}
    return replace(
        report,
        recorded=tuple(sorted(counts.items())) or (("same", 0),),
        findings=(*findings, *report.findings),
        dry_run=dry_run,
        error_workbook=back,
        rejected_rows=len(rejected),
    )


def _kind(one: ReadAnswer, *, same: bool) -> str:
    if same:
        return "same"
    words = {("", "yes"): "available", ("", "no"): "unavailable"}
    return words.get((one.session_id, one.answer), "accepted" if one.answer == "yes" else "declined")


def _against_setup(store: Store, round_id: str, read: Sequence[ReadAnswer]) -> list[Finding]:
    """Tell who says they can serve where the set-up says they cannot; the set-up holds until the coordinator changes it."""
    setup = store.rounds.setup(round_id)
    barred = {(one.id, slot_id) for one in setup.examiners for slot_id in one.unavailable_slot_ids}
    names = {one.id: one.name or one.id for one in setup.examiners}
    who = sorted({(a.examiner_id, a.slot.id) for a in read if a.answer == "yes"} & barred)
    if not who:
        return []
    what = Text(
        "答复可以执考，但批次设置表写明不可用；仍按设置表执行："
        + "、".join(f"{names[e]} {s}" for e, s in who[:8])
        + ("…" if len(who) > 8 else ""),
        "examiners say that they can serve where the set-up says they cannot; the set-up holds: "
        + ", ".join(f"{names[e]} {s}" for e, s in who[:8])
        + ("…" if len(who) > 8 else ""),
    )
    hint = Text("确实可以的，在批次设置表中删去不可用时段", "where it is right, take the slot out of the set-up")
    return [Finding("available-against-setup", what, hint=hint, severity="warning")]


def _report(store: Store, round_id: str, more: tuple[Reply, ...] = ()) -> DutiesReport:
    """Return how things stand, with some answers that are not kept."""
    setup, published = store.rounds.setup(round_id), store.plans.published(round_id)
    replies = [*store.duties.replies(round_id), *more]
    slots = {slot.id: slot for slot in setup.slots}
    names = {one.id: one.name or one.id for one in setup.examiners}
    no, kept = cannot_serve(replies, slots), standing(replies)
    requests, unanswered, accepted = list[DutyLine](), list[DutyLine](), 0
    asked = duties_of(published.plan) if published else set()
    slot_of = {session.id: session.slot_id for session in published.plan.sessions} if published else {}
    for examiner_id, session_id in sorted(asked):
        slot = slots.get(slot_of[session_id])
        when = f"{slot.on} {slot.start:%H:%M}-{slot.end:%H:%M}" if slot else ""
        declined = no.get(examiner_id, {}).get(slot_of[session_id])
        reply = kept.get((examiner_id, slot_of[session_id], session_id))
        line = DutyLine(examiner_id, names.get(examiner_id, examiner_id), session_id, when)
        if declined is not None:
            requests.append(DutyLine(line.examiner_id, line.name, session_id, when, declined.reason))
        elif reply is not None and reply.slot == slot and reply.answer == "yes":
            accepted += 1
        else:
            unanswered.append(line)
    return DutiesReport(
        round_id,
        published.version if published else None,
        len(asked),
        accepted,
        tuple(requests),
        tuple(_settled(store, round_id, kept, asked, names)),
        tuple(unanswered),
        (),
        tuple(stale_answers(replies, setup)),
    )


def _settled(
    store: Store,
    round_id: str,
    kept: dict[tuple[str, str, str], Reply],
    asked: set[tuple[str, str]],
    names: dict[str, str],
) -> list[DutyLine]:
    """Return the duties declined that the published plan asks of somebody else, with the version that did so."""
    gone = [
        kept[key]
        for key in sorted(kept)
        if key[2] and kept[key].answer == "no" and (key[0], key[2]) not in asked
    ]  # fmt: skip
    versions = [v for v in store.plans.versions(round_id) if v.state != "draft"] if gone else []
    found = []
    for reply in gone:
        when = f"{reply.slot.on} {reply.slot.start:%H:%M}-{reply.slot.end:%H:%M}"
        by = _first_without(versions, reply)
        name = names.get(reply.examiner_id, reply.examiner_id)
        found.append(DutyLine(reply.examiner_id, name, reply.session_id, when, reply.reason, by))
    return found


def _first_without(versions: Sequence[PlanVersion], reply: Reply) -> int | None:
    duty = reply.examiner_id, reply.session_id
    later = (v for v in versions if v.version > (reply.version or 0))
    return next((v.version for v in later if duty not in duties_of(v.plan)), None)


def _plain(name: str, otherwise: str) -> str:
    """Return a name that any file system takes."""
    clean = re.sub(r"[\\/:*?\"<>|\x00-\x1f]+", "_", name).strip(" .")
    return clean or otherwise
