"""Replanning: how many people each event moves, how long it takes from a cold start, and what planning anew would move.

``python -m tests.benchmarks.replanning [--candidates 5000] [--seeds 1,2,3] [--prior-s 60] [--no-peer] [--events NAMES]`` prints
one table; events are separated by commas. The
plan people know is made by ``solve`` with a time limit. Each replan then runs in a process of its own, from the round file and
the plan file to the audited plan file: start-up and reading count. The peer is ``solve`` on the changed round, with the same
limit as the first plan.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np

from scheduler.domain.rounds import Distance, Round
from scheduler.domain.sessions import Plan
from scheduler.planning.planfile import read_plan, write_plan
from scheduler.planning.roundfile import write_round
from tests.benchmarks.exam_rounds import FAR, exam_round

ONE = """
import sys
from pathlib import Path
from scheduler.planning.planfile import read_plan, write_plan
from scheduler.planning.replan import replan
from scheduler.planning.roundfile import read_round
round_, findings = read_round(Path(sys.argv[1]))
assert round_ is not None, findings
plan, _ = read_plan(Path(sys.argv[2]))
write_plan(replan(round_, plan), Path(sys.argv[3]))
"""
"""What each replan runs, in a process of its own."""


@dataclass(frozen=True)
class Row:
    """One event of one seed."""

    seed: int
    event: str
    affected: int
    moved: int
    others: int
    """Candidates moved who were not affected."""
    unplaced: int
    hopeless: int
    duties: int
    """Duties changed in sessions that stay, and the fewest that had to be."""
    seconds: float
    cpu: float
    """Seconds of the clock, and of one core, from the start of the process to its end."""
    cost: int
    anew: int | None
    """Candidates that planning anew moves."""


def whole(round_: Round) -> Round:
    """State every distance, so that a round file says it too; what was not stated is out of reach."""
    known = {(d.origin_id, d.site_id) for d in round_.distances}
    homes = sorted({party.origin_id for party in round_.parties})
    more = [Distance(h, s.id, 2 * FAR) for h in homes for s in round_.sites if (h, s.id) not in known]
    return replace(round_, distances=(*round_.distances, *more))


def newcomers(round_: Round, seed: int) -> tuple[Round, Round]:
    """Return the round without 5 % of its candidates, and with them."""
    chance = np.random.default_rng([len(round_.parties), seed, 5])
    out = set(chance.permutation(len(round_.parties))[: len(round_.parties) // 20].tolist())
    return replace(round_, parties=tuple(p for n, p in enumerate(round_.parties) if n not in out)), round_


def site_closed(round_: Round, plan: Plan) -> Round:
    """Close the busiest site from a fifth of the horizon on."""
    site_of, slots = {room.id: room.site_id for room in round_.rooms}, {slot.id: slot for slot in round_.slots}
    room_of = {session.id: session.room_id for session in plan.sessions}
    busy = Counter(site_of[room_of[s.session_id]] for s in plan.sittings).most_common(1)[0][0]
    days = (round_.window.last_on - round_.window.first_on).days + 1
    from_on = round_.window.first_on + timedelta(days=int(0.2 * days))
    shut = {slot.id for slot in slots.values() if slot.on >= from_on}
    rooms = (
        replace(r, closed_slot_ids=tuple(sorted({*r.closed_slot_ids, *shut}))) if r.site_id == busy else r
        for r in round_.rooms
    )
    return replace(round_, rooms=tuple(rooms))


def examiner_out(round_: Round, plan: Plan) -> Round:
    """Take the busiest examiner out."""
    busy = Counter(e for session in plan.sessions for e in session.examiner_ids).most_common(1)[0][0]
    return replace(round_, examiners=tuple(e for e in round_.examiners if e.id != busy))


def room_lost(round_: Round, plan: Plan) -> Round:
    """Take the busiest room out."""
    room_of = {session.id: session.room_id for session in plan.sessions}
    busy = Counter(room_of[s.session_id] for s in plan.sittings).most_common(1)[0][0]
    return replace(round_, rooms=tuple(room for room in round_.rooms if room.id != busy))


def day_lost(round_: Round, plan: Plan) -> Round:
    """Take the busiest day's slots out."""
    slots = {slot.id: slot for slot in round_.slots}
    slot_of = {session.id: session.slot_id for session in plan.sessions}
    busy = Counter(slots[slot_of[s.session_id]].on for s in plan.sittings).most_common(1)[0][0]
    gone = {slot.id for slot in round_.slots if slot.on == busy}
    return without_slots(round_, gone)


def without_slots(round_: Round, gone: set[str]) -> Round:
    """Return a round without some slots, nowhere named."""

    def kept(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(id_ for id_ in ids if id_ not in gone)

    return replace(
        round_,
        slots=tuple(slot for slot in round_.slots if slot.id not in gone),
        rooms=tuple(replace(r, closed_slot_ids=kept(r.closed_slot_ids)) for r in round_.rooms),
        parties=tuple(replace(p, unavailable_slot_ids=kept(p.unavailable_slot_ids)) for p in round_.parties),
        examiners=tuple(replace(e, unavailable_slot_ids=kept(e.unavailable_slot_ids)) for e in round_.examiners),
    )


NEW = "5 % new"
EVENTS = {"site closed": site_closed, "examiner out": examiner_out, "room lost": room_lost, "day lost": day_lost}


def moved(before: Plan, after: Plan) -> set[str]:
    """Return the candidates who are elsewhere than before, or nowhere any more."""
    was = {(s.party_id, s.component_id): (s.session_id, s.turn, s.place) for s in before.sittings}
    now = {(s.party_id, s.component_id): (s.session_id, s.turn, s.place) for s in after.sittings}
    return {key[0] for key, seat in was.items() if now.get(key) != seat}


def run(round_: Round, before: Plan, folder: Path) -> tuple[Plan, float, float]:
    """Replan in a process of its own; return the plan, the seconds of the clock and those of a core."""
    files = [folder / name for name in ("round.json", "before.json", "after.json")]
    write_round(round_, files[0])
    write_plan(before, files[1])
    began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", ONE, *map(str, files)], check=True)
    seconds, now = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    after, findings = read_plan(files[2])
    assert after is not None, findings
    return after, seconds, cpu


def row(seed: int, event: str, changed: Round, before: Plan, peer_s: float | None) -> Row:
    """Measure one event."""
    from scheduler.planning.problem import Problem
    from scheduler.planning.solve import solve

    with tempfile.TemporaryDirectory() as folder:
        after, seconds, cpu = run(changed, before, Path(folder))
    told = after.replanned
    assert told is not None
    ejected = {m.party_id for m in told.moves if m.reason.rule == "ejected"}
    why = {m.party_id for m in told.moves if m.reason.rule != "ejected"} | {u.party_id for u in after.unplaced}
    problem = Problem.of(changed)
    hopeless = sum(not problem.hopeful(p) for p in range(len(problem.parties)))
    staying = {s.id for s in before.sessions} & {s.id for s in after.sessions}
    duties = sum(d.session_id in staying for d in told.duties)
    anew = None if peer_s is None else len(moved(before, solve(changed, seed=seed, time_limit_s=peer_s)))
    return Row(
        seed, event, len(why), len(moved(before, after)), len(ejected), len(after.unplaced), hopeless, duties, seconds, cpu,
        after.cost, anew,
    )  # fmt: skip


def measure(candidates: int, seed: int, prior_s: float, names: list[str], *, peer: bool) -> Iterator[Row]:
    """Yield the rows of one seed."""
    from scheduler.planning.solve import solve

    round_ = whole(exam_round(candidates, seed))
    peer_s = prior_s if peer else None
    if NEW in names:
        fewer, all_ = newcomers(round_, seed)
        yield row(seed, NEW, all_, solve(fewer, seed=seed, time_limit_s=prior_s), peer_s)
    before = solve(round_, seed=seed, time_limit_s=prior_s) if set(names) - {NEW} else None
    for name in names:
        if before is not None and name != NEW:
            yield row(seed, name, EVENTS[name](round_, before), before, peer_s)


def main(arguments: list[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=5000)
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--prior-s", type=float, default=60.0)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--events", default=",".join((NEW, *EVENTS)))
    wishes = parser.parse_args(arguments)
    print(
        "| seed | event | affected | moved | of them not affected | unplaced (hopeless) | duties changed | s | CPU s | cost | anew: moved |"
    )
    print("|" + "---|" * 11)
    for seed in map(int, wishes.seeds.split(",")):
        for r in measure(wishes.candidates, seed, wishes.prior_s, wishes.events.split(","), peer=not wishes.no_peer):
            anew = "–" if r.anew is None else f"{r.anew} (× {r.anew / max(1, r.moved):.1f})"
            print(
                f"| {r.seed} | {r.event} | {r.affected} | {r.moved} | {r.others} | {r.unplaced} ({r.hopeless}) | {r.duties} "
                f"| {r.seconds:.1f} | {r.cpu:.1f} | {r.cost:,} | {anew} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
