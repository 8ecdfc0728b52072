"""Notices (变动通知): whom to tell what after a version was published, against what each was told last; ready for a gateway.

A list is numbered and stays as it was written. What was handed over is never handed over again; what changes since makes
another list, with the net change only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scheduler.domain.notices import Matter, Message, NoticeList, NoticeMove, Told
from scheduler.domain.sessions import PlanVersion, Reason
from scheduler.errors import Conflict, Finding, InputError, Language, NotFound, Text
from scheduler.office.desk import Office
from scheduler.office.folder import write_whole
from scheduler.office.kept import keep
from scheduler.office.notice_places import Places, Standing, last_told
from scheduler.office.notice_words import message_text, with_why
from scheduler.registry.store import Store
from scheduler.sheets.write import notice_files

_KINDS = ("candidate", "examiner", "room")


@dataclass(frozen=True, slots=True)
class NoticesReport:
    """Whom to tell what."""

    round_id: str
    number: int | None
    """Number of the list; None where there is nothing to tell, or nothing was kept."""
    version: int
    messages: tuple[Message, ...]
    without_phone: int
    """Messages whose recipient has no phone number here."""
    open_lists: tuple[int, ...]
    """Lists that were made and not handed over, this one included."""
    handed_over: bool
    paths: tuple[str, ...]
    findings: tuple[Finding, ...]
    dry_run: bool

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        n, kinds = len(self.messages), {kind: sum(m.matter.kind == kind for m in self.messages) for kind in _KINDS}
        zh = f"批次 {self.round_id} 第 {self.version} 版"
        en = f"round {self.round_id} version {self.version}"
        if self.handed_over:
            return Text(
                f"{zh}：第 {self.number} 号清单已登记移交，{n} 条",
                f"{en}: list {self.number} handed over, {n} messages",
            ).in_(language)
        if not n:
            return Text(f"{zh}：没有需要通知的变动", f"{en}: nobody needs to be told anything").in_(language)
        head = Text("预览（未写入）", "preview (nothing written)")
        if self.number:
            head = Text(f"第 {self.number} 号清单", f"list {self.number}")
        return Text(
            f"{zh}：{head.zh}，考生 {kinds['candidate']} 条，考评监考人员 {kinds['examiner']} 条，考场 {kinds['room']} 条；无电话 {self.without_phone} 条",
            f"{en}: {head.en}, {kinds['candidate']} messages to candidates, {kinds['examiner']} to examiners,"
            f" {kinds['room']} to rooms; {self.without_phone} without a phone number",
        ).in_(language)


def notices(
    office: Office,
    *,
    round_id: str,
    version: int | None = None,
    since: int | None = None,
    out: str | Path | None = None,
    dry_run: bool = False,
) -> NoticesReport:
    """Write the list of messages that a published version asks for; called again, the same list.

    Args:
        office: The opened office.
        round_id: A round with a published version.
        version: The version in force when None; another one only as a preview.
        since: Version that everybody was told by other means than these lists.
        out: Folder for the files; below the office's output folder when None.
        dry_run: Only tell.

    Raises:
        NotFound: No such round or version, or none is published.
        InputError: A version that is not in force was asked for, and not as a preview.
    """
    with office.registry.transaction(write=not dry_run) as store:
        versions = {one.version: one for one in store.plans.versions(round_id)}
        asked = _asked(store, round_id, version, dry_run=dry_run)
        if since is not None and since not in versions:
            store.plans.version(round_id, since)  # says what is wrong
        made = _list(office, store, asked, versions, since)
        lists, moves = store.notices.lists(round_id), store.notices.handed_over(round_id)
        kept = next((one for one in lists if one.number not in moves and _same(one, made)), None)
        if kept is None and made.messages and not dry_run:
            kept = made
            store.notices.add(made)
            office.note(
                store, "notices", round_id, f"list {made.number} of version {made.version}: {len(made.messages)}"
            )
    paths = _written(office, kept, out) if kept is not None and not dry_run else []
    open_lists = {one.number for one in lists if one.number not in moves} | ({kept.number} if kept else set())
    shown = kept or made
    bare = sum(not message.phone for message in shown.messages)
    return NoticesReport(
        round_id=round_id,
        number=kept.number if kept else None,
        version=asked.version,
        messages=shown.messages,
        without_phone=bare,
        open_lists=tuple(sorted(open_lists)),
        handed_over=False,
        paths=tuple(map(str, paths)),
        findings=tuple(_left(open_lists - ({kept.number} if kept else set()))),
        dry_run=dry_run,
    )


def hand_over(
    office: Office, *, round_id: str, number: int, to: str, yes: bool = False, dry_run: bool = False
) -> NoticesReport:
    """Enter that a list was handed over: from then on everybody on it counts as told.

    Args:
        office: The opened office.
        round_id: The round of the list.
        number: The list.
        to: Gateway or person that sends the messages.
        yes: It was sent although another list was handed over after it had been made.
        dry_run: Only tell whether it can be entered.

    Raises:
        NotFound: No such list.
        InputError: It is not said to whom.
        Conflict: It was handed over before, or another list was handed over since it was made.
    """
    if not to.strip():
        what = Text("没有写明移交给谁", "it is not said whom it was handed to")
        raise InputError(what, hint=Text("用 --to 写明", "say it with --to"))
    with office.registry.transaction(write=not dry_run) as store:
        lists, moves = store.notices.lists(round_id), store.notices.handed_over(round_id)
        found = next((one for one in lists if one.number == number), None)
        move = NoticeMove(office.now(), office.who, round_id, number, " ".join(to.split()))
        if found is not None and number not in moves and not yes and set(found.after) != set(moves):
            raise _stale(found)
        if not dry_run or found is None or number in moves:
            store.notices.hand_over(move)
            office.note(store, "notices", round_id, f"list {number} handed over to {move.to}")
    if found is None:
        raise NotFound(Text(f"没有第 {number} 号通知清单", f"there is no list {number}"))
    left = tuple(one.number for one in lists if one.number not in moves and one.number != number)
    bare = sum(not message.phone for message in found.messages)
    return NoticesReport(
        round_id, number, found.version, found.messages, bare, left, not dry_run, (), tuple(_left(set(left))), dry_run
    )


def _asked(store: Store, round_id: str, version: int | None, *, dry_run: bool) -> PlanVersion:
    published = store.plans.published(round_id)
    if version is not None and (published is None or version != published.version):
        found = store.plans.version(round_id, version)
        if dry_run:
            return found
        what = Text(f"第 {version} 版不是现行方案", f"version {version} is not in force")
        raise InputError(what, hint=Text("加 --dry-run 预览", "add --dry-run for a preview"))
    if published is None:
        store.rounds.setup(round_id)
        what = Text(f"批次 {round_id} 没有已发布的方案", f"no version of round {round_id} is published")
        raise NotFound(what, hint=Text("先用 publish 发布", "publish one first"))
    return published


def _list(
    office: Office, store: Store, asked: PlanVersion, versions: Mapping[int, PlanVersion], since: int | None
) -> NoticeList:
    lists, moves = store.notices.lists(asked.round_id), store.notices.handed_over(asked.round_id)
    places = Places(office, store, asked.round_id)
    told = last_told([one for one in lists if one.number in moves], versions, places, since)
    title = places.setup.name or asked.round_id
    why = _Why(versions, asked, first=not told)
    messages = _messages(told, places.of(asked), title, why)
    return NoticeList(
        round_id=asked.round_id,
        number=len(lists) + 1,
        version=asked.version,
        since=since,
        made_at=office.now(),
        who=office.who,
        after=tuple(moves),
        messages=tuple(messages),
    )


class _Why:
    """Reasons of what changed, by the replannings since each was told."""

    def __init__(self, versions: Mapping[int, PlanVersion], asked: PlanVersion, *, first: bool) -> None:
        self.first, self.asked = first, asked
        self.moved: list[tuple[int, dict[Matter, Reason]]] = []
        for number in sorted(versions):
            replanned = versions[number].plan.replanned
            if replanned is not None and versions[number].state != "draft" and number <= asked.version:
                reasons = {Matter("candidate", m.party_id, m.component_id): m.reason for m in replanned.moves}
                reasons |= {
                    Matter("examiner", d.examiner_id, d.session_id): d.reason for d in replanned.duties if d.reason
                }
                self.moved.append((number, reasons))
        self.unplaced = {one.party_id: one.reasons for one in asked.plan.unplaced}

    def of(self, matter: Matter, was: Standing | None, now: Told | None) -> Reason:
        """Return why: no place, the last replanning that touched it, or that the plan is new."""
        if now is None and matter.kind == "candidate" and self.unplaced.get(matter.recipient_id):
            return self.unplaced[matter.recipient_id][0]
        since = was.version if was else 0
        found = [reasons[matter] for number, reasons in self.moved if number > since and matter in reasons]
        if found:
            return found[-1]
        if was is None and self.first:
            return Reason("first", Text("首次发布", "first publication"))
        return Reason("plan", Text("方案调整", "the plan was changed"))


def _messages(told: Mapping[Matter, Standing], now: Mapping[Matter, Standing], title: str, why: _Why) -> list[Message]:
    found = []
    for matter in told.keys() | now.keys():
        was, is_ = told.get(matter), now.get(matter)
        before, after = (was.told if was else None), (is_.told if is_ else None)
        if (was is not None or is_ is None) and before == after:
            continue
        change = _change(was, before, after, first=why.first)
        reason = why.of(matter, was, after)
        who = is_ or was
        name, phone = (who.name, who.phone) if who else ("", "")
        text = message_text(matter.kind, change, with_why(name, title, reason), before, after)
        found.append(Message(matter, name, phone, change, before, after, reason.what, text))
    return sorted(found, key=_place_in_list)


def _place_in_list(one: Message) -> tuple[int, str, str, str, str]:
    told = one.now or one.was
    when = f"{told.on} {told.start}" if told else ""
    return _KINDS.index(one.matter.kind), one.name, one.matter.recipient_id, when, one.matter.about


def _change(
    was: Standing | None, before: Told | None, after: Told | None, *, first: bool
) -> Literal["first", "new", "moved", "dropped", "unplaced"]:
    if after is None:
        return "dropped" if before is not None else "unplaced"
    if before is None:
        return "first" if first and was is None else "new"
    return "moved"


def _same(one: NoticeList, other: NoticeList) -> bool:
    return (one.version, one.since, one.after, one.messages) == (
        other.version,
        other.since,
        other.after,
        other.messages,
    )


def _written(office: Office, made: NoticeList, out: str | Path | None) -> list[Path]:
    folder = Path(out) if out else Path(office.settings.out_folder) / "notices" / made.round_id / f"{made.number:03d}"
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"notices-{made.round_id}-{made.number:03d}"
    paths = []
    for suffix, content in notice_files(made).items():
        path = folder / f"{stem}{suffix}"
        write_whole(path, content)
        paths.append(path)
    with office.registry.transaction() as store:
        keep(office, store, paths, kind="notices", round_id=made.round_id)
    return paths


def _left(open_lists: set[int]) -> list[Finding]:
    if not open_lists:
        return []
    said = ", ".join(map(str, sorted(open_lists)))
    what = Text("有清单生成后没有登记移交", "lists were made and not entered as handed over")
    hint = Text(
        "确已发送的用 --handed-over 登记，其余作废不用",
        "enter those that were sent with --handed-over; the others are not to be used",
    )
    return [Finding("notices-open", what, said=said, hint=hint, severity="warning")]


def _stale(found: NoticeList) -> Conflict:
    what = Text(
        f"第 {found.number} 号清单生成之后又移交过别的清单",
        f"another list was handed over since list {found.number} was made",
    )
    hint = Text(
        "重新运行 notices 取新清单；确已发送的加 --yes", "run notices again for a fresh list; if it was sent, add --yes"
    )
    return Conflict(what, [Finding("notices-stale", what, hint=hint)], hint)
