"""What became known after a round was prepared and registered: answers of examiners, events of the day, as planning sees them.

Used while a round is put together. The set-up itself is never changed, so preparing it again loses nothing of this.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scheduler.domain.day import deferred, out_of_use
from scheduler.domain.duties import Reply, cannot_serve, outdated
from scheduler.domain.rounds import Opening, RoundSetup
from scheduler.errors import Finding, Text, Where
from scheduler.registry.store import Store


def with_facts(store: Store, setup: RoundSetup) -> tuple[RoundSetup, dict[str, frozenset[str]], list[Finding]]:
    """Return a set-up as it holds now, the components that were deferred by entry, and answers that have lost their slot."""
    slots = {slot.id: slot for slot in setup.slots}
    events, replies = store.days.events(setup.id), store.duties.replies(setup.id)
    if not events and not replies:
        return setup, {}, []
    away, left = out_of_use(events, slots)
    for examiner_id, answers in cannot_serve(replies, slots).items():
        away |= {(examiner_id, slot_id) for slot_id in answers}
    examiners = tuple(
        replace(one, unavailable_slot_ids=_and(one.unavailable_slot_ids, {s for e, s in away if e == one.id}))
        for one in setup.examiners
    )
    closed = {(session_id.removeprefix(f"{slot_id}."), slot_id) for session_id, slot_id in left}
    rooms = {room.id for room in setup.rooms}
    openings = _closed(setup.openings, {key for key in closed if key[0] in rooms})
    return replace(setup, examiners=examiners, openings=openings), deferred(events), stale_answers(replies, setup)


def stale_answers(replies: Iterable[Reply], setup: RoundSetup) -> list[Finding]:
    """Return a warning for each answer that speaks of a slot which is no more, or lies at another time now."""
    slots = {slot.id: slot for slot in setup.slots}
    known = {examiner.id: examiner.name or examiner.id for examiner in setup.examiners}
    found = []
    for reply in outdated(replies, slots):
        now = slots.get(reply.slot.id)
        when = f"{reply.slot.on} {reply.slot.start:%H:%M}-{reply.slot.end:%H:%M}"
        expected = f"{now.on} {now.start:%H:%M}-{now.end:%H:%M}" if now else ""
        found.append(
            Finding(
                "answer-of-another-time",
                Text(
                    "考评员的答复针对的时段已改期或取消，不再作数",
                    "an examiner's answer speaks of a slot that has moved or is no more; it does not count now",
                ),
                Where(subject=f"{known.get(reply.examiner_id, reply.examiner_id)} {reply.slot.id}"),
                said=when,
                expected=Text(expected, expected) if expected else None,
                hint=Text("用 duties --out 重新征询", "ask again with duties --out"),
                severity="warning",
            )
        )
    return found


def _and(before: tuple[str, ...], more: set[str]) -> tuple[str, ...]:
    return before if more <= set(before) else (*before, *sorted(more - set(before)))


def _closed(openings: tuple[Opening, ...], keys: set[tuple[str, str]]) -> tuple[Opening, ...]:
    """Return what is said of session options with some of them closed; a price that was given stays."""
    said = {(one.room_id, one.slot_id) for one in openings}
    kept = (replace(one, closed=one.closed or (one.room_id, one.slot_id) in keys) for one in openings)
    return (*kept, *(Opening(room_id, slot_id, closed=True) for room_id, slot_id in sorted(keys - said)))
