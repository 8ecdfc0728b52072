"""Issue (发证): what each result earned is numbered, drawn, signed, proofed, kept and entered in the ledger, all or none.

Certificates are drawn while the registry is free, in this process or in others, under the numbers that will come next; a
short transaction asks again whether they still do, and keeps an entry whole. What another desk got first is made anew. So a
stop at any instant leaves either everything of an entry or nothing, and no gap; the next call goes on from there. The files in
the folder are copies, made again when missing.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date

from scheduler.domain.certificates import Grant
from scheduler.errors import Conflict, Finding, IssuanceError, Language, NotFound, Text, Where
from scheduler.executors.cluster import connected
from scheduler.executors.workers import Inline, at_work, handed, outcome_of
from scheduler.office.bench import Engine, Kit, kit_of, make
from scheduler.office.desk import Office
from scheduler.office.folder import export
from scheduler.office.keep import as_finding, certificate, keep
from scheduler.office.keyring import log_key, ready_keys
from scheduler.office.lost import refuse_behind
from scheduler.office.manifests import give_head
from scheduler.office.orders import Batch, Order, Wish, issuing, open_awards, order

Step = Callable[[str, int, int], None]
PAUSE_S = 0.025
"""Between two transactions the registry is free so long: others wait for it by looking ten times a second."""
TASK, SMALL_TASK = 50, 12
"""Certificates made in one go, elsewhere and in this process; a stop loses no more than is in the making."""
WRITTEN = 12
"""Entries kept in one transaction."""
WORTHWHILE = 240
"""Certificates from which on other processes help; each needs some seconds to open its bench."""
AHEAD = 8
"""Tasks handed over before the first is done, to an executor of whose size nothing is known."""
ON_CLUSTER = ("joint-exam-scheduler", "weasyprint", "uharfbuzz", "pikepdf")
"""Packages that must be the same on every machine that draws."""


@dataclass(frozen=True, slots=True)
class IssueReport:
    """What was issued, what was withheld, and where the files lie."""

    round_id: str
    grants: tuple[Grant, ...]
    """New grants, in ledger order."""
    already: int
    """Certificates of the round that were issued before this call."""
    paths: tuple[str, ...]
    """Files of the round, in ledger order."""
    findings: tuple[Finding, ...]
    """Refusals, and as warnings what could not be stamped and was drawn anew."""
    proof_only: bool

    @property
    def issued(self) -> int:
        """Return how many certificates this call issued."""
        return sum(len(grant.certificates) for grant in self.grants)

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        people, refused = len(self.grants), len(self.findings)
        if language == "zh":
            head = "清样通过（未发证）" if self.proof_only else "已发证"
            return f"{head}：{people} 人 {self.issued} 本；此前已发 {self.already} 本；{refused} 个问题"
        head = "proofs good (nothing issued)" if self.proof_only else "issued"
        return (
            f"{head}: {self.issued} certificates to {people} people; {self.already} issued before; {refused} findings"
        )


def issue(
    office: Office,
    *,
    round_id: str,
    entry_id: str | None = None,
    issued_on: date | None = None,
    proof_only: bool = False,
    glue_photos: bool = False,
    engine: Engine = "stamp",
    executor: Executor | None = None,
    cluster: str = "",
    progress: Step | None = None,
) -> IssueReport:
    """Issue every certificate that was earned and not yet issued; a second call goes on where the first stopped.

    Args:
        office: The opened office.
        round_id: A round with recorded outcomes.
        entry_id: One entry only.
        issued_on: Date printed as date of issue; today when None.
        proof_only: Draw and proof, but number, sign, keep and issue nothing.
        glue_photos: Leave an empty frame where there is no photo, to be glued in; otherwise such an entry is refused.
        engine: ``stamp`` sets what differs into compiled templates, and draws anew what cannot be stamped exactly;
            ``weasyprint`` draws every certificate anew.
        executor: Where certificates are drawn; processes of our own when None, or this one for a small batch.
        cluster: Address of a Dask cluster; its machines read the same templates, photos and keys under the same paths.
        progress: Called with a stage, entries done, and entries in all.

    Raises:
        NotFound: No such round, or no outcome for the entry.
        SettingsError: Templates, fonts or the key register are missing or wrong.
        Conflict: The registry holds less than what was issued before: an old copy was restored.
        SealFailed: An institution has no key that may sign; nothing was issued.
    """
    with office.registry.transaction(write=False) as store:
        if not proof_only:
            refuse_behind(office, store)
        setup = store.rounds.setup(round_id)
        outcomes = [o for o in store.results.outcomes(round_id) if entry_id in (None, o.entry_id)]
        before = len(store.ledger.certificates(round_id))
        waiting = [(o.entry_id, len(awards)) for o in outcomes if (awards := open_awards(store, o))]
    if not outcomes:
        raise NotFound(
            Text("没有可以发证的考核结果", "there is no outcome to issue from"),
            hint=Text("先用 record 登记成绩", "record the marks first"),
        )
    places = {} if proof_only else ready_keys(office, issuing(setup))
    # Opened before the first certificate is kept: a key unplugged meanwhile must not leave the batch without a signed head.
    heads = None if proof_only else log_key(office)
    wish = Wish(setup, issued_on or office.today(), glue_photos, places)
    run = _Run(office, wish, kit_of(office.settings, engine=engine, sign=not proof_only))
    run.findings += _date_to_come(office, wish.issued_on)
    with _hands(executor, cluster, sum(count for _, count in waiting)) as lent:
        run.all([entry for entry, _ in waiting], lent, progress or (lambda *_: None))
    paths = [] if proof_only else export(office, round_id)
    if not proof_only:
        give_head(office, round_id=round_id, key=heads)
    return IssueReport(round_id, tuple(run.grants), before, tuple(map(str, paths)), tuple(run.findings), proof_only)


def _date_to_come(office: Office, issued_on: date) -> list[Finding]:
    """Return that the date of issue lies ahead; a demonstration may be dated as its story needs."""
    if office.settings.demo or issued_on <= office.today():
        return []
    what = Text(f"发证日期 {issued_on} 在今天之后", f"the date of issue {issued_on} is still to come")
    hint = Text("先用 --dry-run 核对；发证后不能更改", "check it with --dry-run; it cannot be changed afterwards")
    return [Finding("issued-ahead", what, hint=hint, severity="warning")]


def _hands(executor: Executor | None, cluster: str, certificates: int) -> AbstractContextManager[Executor]:
    """Lend the executor wished for, or processes where there is enough to do."""
    if cluster:
        return connected(cluster, ON_CLUSTER)
    if executor is None and certificates < WORTHWHILE:
        return nullcontext(Inline())
    return at_work(executor)


@dataclass(slots=True)
class _Task:
    """Orders in the making."""

    orders: tuple[Order, ...]
    serials: dict[str, int]
    """First serial of each counter."""
    future: Future[Batch]

    def wanted(self) -> Counter[str]:
        """Return how many serials of each counter were set aside for it."""
        return Counter(counter for order in self.orders for item in order.items for counter in item.counters)


@dataclass(slots=True)
class _Run:
    """The issuing of one round, from the first open entry to the last."""

    office: Office
    wish: Wish
    kit: Kit
    grants: list[Grant] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _next: dict[str, int] = field(default_factory=dict)
    """Serials to give next, by counter, when all that is in the making is kept."""

    def all(self, entry_ids: Iterable[str], executor: Executor, tell: Step) -> None:
        """Make and keep everything."""
        queue, tasks, total = deque(entry_ids), deque[_Task](), 0
        total = len(queue)
        inline = isinstance(executor, Inline)
        ahead, size = (1, SMALL_TASK) if inline else (AHEAD, TASK)
        tell("发证", 0, total)
        while queue or tasks:
            while queue and len(tasks) < ahead:
                self._hand_over(queue, tasks, executor, size)
            if tasks and not self._take(tasks, queue):
                break
            tell("发证", total - len(queue) - sum(len(task.orders) for task in tasks), total)

    def _hand_over(self, queue: deque[str], tasks: deque[_Task], executor: Executor, size: int) -> None:
        """Read the next entries and have their certificates made."""
        if not tasks:
            self._next.clear()
        orders: list[Order] = []
        with self.office.registry.transaction(write=False) as store:
            while queue and sum(len(one.items) for one in orders) < size:
                entry_id = queue.popleft()
                try:
                    one = order(self.office, store, self.wish, entry_id)
                except (IssuanceError, Conflict) as refusal:
                    self.findings += refusal.findings or [as_finding(refusal, entry_id)]
                    continue
                orders += [one] if one.items else []  # none are left when another desk issued them meanwhile
            counters = sorted({counter for one in orders for item in one.items for counter in item.counters})
            for counter in counters:
                if counter not in self._next:
                    self._next[counter] = store.ledger.last_serial(counter) + 1
        if not orders:
            return
        serials = {counter: self._next[counter] for counter in counters} if self.kit.sign else {}
        future = handed(executor, make, (self.kit, tuple(orders), serials, self.office.now()))
        tasks.append(_Task(tuple(orders), serials, future))
        for counter, count in tasks[-1].wanted().items():
            self._next[counter] += count

    def _take(self, tasks: deque[_Task], queue: deque[str]) -> bool:
        """Keep what the first task has made; tell whether to go on."""
        task = tasks.popleft()
        batch = outcome_of(task.future, make, (self.kit, task.orders, task.serials, self.office.now()))
        self.findings += batch.findings
        again = self._kept(batch) if self.kit.sign else self._proofed(batch)
        self.findings += _drawn_anew(batch, again)
        used = Counter(counter for _, all_made in batch.done for made in all_made for counter, _ in made.serials)
        if self.kit.sign and (again or used != task.wanted()):
            # What is in the making bears numbers that will not be the next ones.
            for other in tasks:
                other.future.cancel()
                again += [one.entry.id for one in other.orders]
            tasks.clear()
            queue.extendleft(reversed(again))
        if batch.stopped is None:
            return True
        self.findings += batch.stopped.findings
        return False

    def _kept(self, batch: Batch) -> list[str]:
        """Enter a batch in the ledger, some entries at a time; return the entries that must be made anew."""
        again: list[str] = []
        for at in range(0, len(batch.done), WRITTEN):
            time.sleep(PAUSE_S if self.grants else 0)
            kept = keep(self.office, batch.done[at : at + WRITTEN])
            self.grants += kept.grants
            self.findings += kept.findings
            again += kept.stale
        return again

    def _proofed(self, batch: Batch) -> list[str]:
        for one, all_made in batch.done:
            certificates = tuple(certificate(one, made, 0) for made in all_made)
            self.grants.append(Grant(one.entry.id, certificates, one.withheld))
        return []


def _drawn_anew(batch: Batch, again: list[str]) -> list[Finding]:
    return [
        Finding(
            "drawn-anew",
            Text("不能套印，已由 WeasyPrint 整页重绘", "it could not be stamped and was drawn anew by WeasyPrint"),
            Where(subject=f"{one.entry.candidate.name} {one.entry.id} {made.award.id}"),
            said=made.drawn_because,
            severity="warning",
        )
        for one, all_made in batch.done
        for made in all_made
        if made.drawn_because and one.entry.id not in again
    ]
