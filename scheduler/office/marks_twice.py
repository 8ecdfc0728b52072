"""Marks by two persons (成绩双人录入): one enters, another enters again or confirms; what agrees is recorded, nothing else.

A mark never counts by one person's word alone. Whoever reads differently is shown beside the other, and both may look again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scheduler.domain.proposals import Key, Proposal, Reading, agreed, key_of, keys
from scheduler.domain.results import ComponentMark, Outcome
from scheduler.errors import Conflict, Finding, InputError, Text, Where, errors_in
from scheduler.office.desk import Office, existing_file
from scheduler.office.marking import Read, judge, named_entries, put_judged
from scheduler.registry.store import Store
from scheduler.sheets.read import Book, open_book, read_marks
from scheduler.sheets.typed import typed_marks

Source = str | Path | Sequence[Mapping[str, str]]
"""A mark workbook, or rows as typed, by the keys of the mark sheet's columns."""
_TYPED = Path("录入")


@dataclass(frozen=True, slots=True)
class TwiceReport:
    """What became of marks that somebody entered."""

    proposal: Proposal
    recorded: tuple[Key, ...]
    """Entry and component of each mark that two people agree on and that is recorded now, sorted."""
    outcomes: tuple[Outcome, ...]
    """What the recorded marks decide, sorted by entry."""
    names: tuple[tuple[str, str], ...]
    """Pairs of entry id and name, sorted."""
    words: tuple[tuple[str, Text], ...]
    """Pairs of award or component id and its name, sorted."""
    findings: tuple[Finding, ...]
    dry_run: bool


def propose_marks(
    office: Office, marks: Source, *, round_id: str, session_id: str = "", whole: bool = False, dry_run: bool = False
) -> TwiceReport:
    """Keep marks until a second person has entered the same; nothing is recorded.

    Args:
        office: The opened office; who acts is the first person.
        marks: A mark workbook, or rows as typed.
        round_id: A prepared round.
        session_id: The session they are of, where they were typed.
        whole: Keep nothing where anything is wrong.
        dry_run: Look only.

    Raises:
        NotFound: No such round.
        SheetError: The file cannot be read at all.
        InputError: No mark is good, or something is wrong with ``whole``.
        Conflict: Somebody else entered some of them already, and they wait.
    """
    source, book = _opened(office, marks)
    with office.registry.transaction(write=not dry_run) as store:
        store.proposals.lock(round_id) if not dry_run else None
        read = read_marks(book, entries=named_entries(store, round_id), catalogue=office.catalogue)
        judged = judge(office, store, round_id, source, read)
        wanted = {key_of(mark) for mark in read[0]}
        good = tuple(mark for mark in judged.marks if key_of(mark) in wanted)
        if not good or (whole and errors_in(judged.findings)):
            raise InputError(
                Text("成绩有问题，未保存", "something is wrong with the marks; nothing was kept"), judged.findings
            )
        reading = Reading(office.who, office.now(), "" if source is _TYPED else source.name, good)
        proposal = Proposal(secrets.token_hex(5), round_id, (reading,), session_id=session_id)
        older = _instead_of(store, proposal)
        if not dry_run:
            for one in older:
                store.proposals.put(one)
            store.proposals.put(proposal)
            office.note(store, "marks", round_id, f"{proposal.id}: {len(good)} marks entered {source.name}".rstrip())
    names = tuple(sorted((entry.id, entry.candidate.name) for entry in judged.entries.values()))
    return TwiceReport(proposal, (), judged.outcomes, names, judged.words(office), judged.findings, dry_run)


def confirm_marks(
    office: Office,
    marks: Source | None,
    *,
    round_id: str,
    proposal_id: str,
    step: int,
    whole: bool = False,
    dry_run: bool = False,
) -> TwiceReport:
    """Enter the same marks as the second person; those that agree are recorded, the others are kept beside the first ones.

    Args:
        office: The opened office; who acts is the second person, or the first one who looks again at what differs.
        marks: A mark workbook, rows as typed, or None to confirm what somebody else entered as it stands.
        round_id: A prepared round.
        proposal_id: Which marks.
        step: The proposal's step as the person saw it; whoever comes second does not overwrite who came first.
        whole: Keep nothing where what is entered cannot be read.
        dry_run: Look only.

    Raises:
        NotFound: No such round or proposal.
        SheetError: The file cannot be read at all.
        InputError: None of the marks belongs to the proposal, or something cannot be read with ``whole``.
        Conflict: Nobody else entered them, or the proposal was changed meanwhile.
    """
    source, book = _opened(office, marks) if marks is not None else (_TYPED, None)
    with office.registry.transaction(write=not dry_run) as store:
        store.proposals.lock(round_id) if not dry_run else None
        proposal = store.proposals.proposal(round_id, proposal_id)
        others = _of_others(office, proposal, step)
        read = _as_shown(others) if book is None else _read_again(office, store, proposal, book)
        if whole and errors_in(read[1]):
            raise InputError(Text("成绩有问题，未保存", "something is wrong with the marks; nothing was kept"), read[1])
        both = [mark for one in read[0] if (mark := _both(one, others.get(key_of(one), ()))) is not None]
        judged = judge(office, store, round_id, source, (both, read[1]))
        recorded = {key_of(mark) for mark in judged.marks} & {key_of(mark) for mark in both}
        name = "" if source is _TYPED else source.name
        after = proposal.read_again(Reading(office.who, office.now(), name, tuple(read[0])))
        if recorded:
            after = replace(after.without(recorded, office.who), step=after.step)
        if not dry_run:
            put_judged(office, store, judged)
            store.proposals.put(after)
            detail = f"{proposal_id}: {len(recorded)} marks recorded, {len(after.waiting)} still wait"
            office.note(store, "marks", round_id, detail)
    names = tuple(sorted((entry.id, entry.candidate.name) for entry in judged.entries.values()))
    return TwiceReport(
        after, tuple(sorted(recorded)), judged.outcomes, names, judged.words(office), judged.findings, dry_run
    )


def withdraw_marks(office: Office, *, round_id: str, proposal_id: str, step: int) -> Proposal:
    """Take back what oneself entered and nobody has confirmed.

    Raises:
        NotFound: No such round or proposal.
        Conflict: Somebody else entered it, or it was changed meanwhile.
    """
    with office.registry.transaction() as store:
        store.proposals.lock(round_id)
        proposal = store.proposals.proposal(round_id, proposal_id)
        _refuse_stale(proposal, step)
        if proposal.by != office.who:
            raise Conflict(Text("只有录入人本人可以撤回", "only whoever entered the marks can take them back"))
        gone = proposal.without(set(proposal.waiting))
        store.proposals.put(gone)
        office.note(store, "marks", round_id, f"{proposal_id}: taken back")
    return gone


def _opened(office: Office, marks: Source) -> tuple[Path, Book]:
    if isinstance(marks, str | Path):
        source = existing_file(marks)
        return source, open_book(source)
    return _TYPED, typed_marks(marks, name=_TYPED.name, catalogue=office.catalogue)


def _instead_of(store: Store, proposal: Proposal) -> list[Proposal]:
    """Return the person's own older proposals that this one takes marks from; raises Conflict where others wait for them."""
    fresh, older = keys(proposal.readings[0]), []
    for one in store.proposals.proposals(proposal.round_id):
        shared = fresh & set(one.waiting)
        if not shared:
            continue
        if one.by != proposal.by or len(one.readings) > 1:
            raise Conflict(
                Text(
                    f"其中 {len(shared)} 项成绩已由 {one.by} 录入（{one.id}），正等待第二人",
                    f"{one.by} has entered {len(shared)} of these marks already ({one.id}); they wait for a second person",
                ),
                hint=Text("在该录入单上再次录入或确认", "enter them again there, or confirm them"),
            )
        older.append(one.without(shared))
    return older


def _of_others(office: Office, proposal: Proposal, step: int) -> dict[Key, tuple[ComponentMark, ...]]:
    _refuse_stale(proposal, step)
    others = proposal.read_by_others(office.who)
    if not others:
        raise Conflict(
            Text("录入人不能复核本人录入的成绩", "nobody confirms marks that they entered themselves"),
            hint=Text("请另一人再次录入或确认", "another person has to enter them again or confirm them"),
        )
    return others


def _refuse_stale(proposal: Proposal, step: int) -> None:
    if proposal.step != step or not proposal.waiting:
        last = proposal.confirmed_by or proposal.readings[-1].who
        raise Conflict(
            Text(
                f"录入单 {proposal.id} 已由 {last} 处理",
                f"{last} has dealt with the entered marks {proposal.id} meanwhile",
            ),
            hint=Text("请重新打开后再看", "open them again and look"),
        )


def _as_shown(others: Mapping[Key, Sequence[ComponentMark]]) -> Read:
    """Return what others entered, where they do not differ among themselves."""
    return [marks[0] for marks in others.values() if all(_both(marks[0], (one,)) for one in marks)], ()


def _read_again(office: Office, store: Store, proposal: Proposal, book: Book) -> Read:
    """Return the second person's marks of the proposal; what is none of it is told."""
    read, findings = read_marks(book, entries=named_entries(store, proposal.round_id), catalogue=office.catalogue)
    waiting = set(proposal.waiting)
    known = [mark for mark in read if key_of(mark) in waiting]
    foreign = len(read) - len(known)
    if not known:
        what = Text("没有一项成绩属于此录入单", "none of the marks belongs to what was entered first")
        raise InputError(what, findings)
    if foreign:
        what = Text(
            f"{foreign} 项成绩不在此录入单中，未读取", f"{foreign} marks were not entered first; they were left out"
        )
        findings.append(Finding("mark-not-proposed", what, Where(file=book.file), severity="warning"))
    return known, findings


def _both(mark: ComponentMark, others: Sequence[ComponentMark]) -> ComponentMark | None:
    return next((same for other in others if (same := agreed(mark, other)) is not None), None)
