"""Values to keep: any of a kind for property tests, and small true-to-life ones for the others."""

from __future__ import annotations

import dataclasses
import hashlib
import types
import typing
from collections.abc import Mapping
from datetime import date, time
from enum import Enum

from hypothesis import strategies as st

from scheduler.domain.calendar import Slot, Window
from scheduler.domain.catalogue import AwardKind
from scheduler.domain.certificates import Certificate, Face, Grant
from scheduler.domain.entries import Due, Entitlement, Entry
from scheduler.domain.identity import DocumentKind, IdentityDocument, id_check_digit
from scheduler.domain.people import Candidate
from scheduler.domain.results import Attendance, ComponentMark, Outcome, Verdict
from scheduler.domain.rounds import RoundSetup
from scheduler.domain.sessions import CostLine, Making, Plan, Session, Sitting
from scheduler.errors import Text

ROUND = "2026-06"
AT = "2026-06-18T09:30:00+08:00"
DAY = date(2026, 6, 18)
_PLAIN = {
    str: st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    int: st.integers(-5, 10**6),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    date: st.dates(),
    time: st.times(),
    type(None): st.none(),
}


def any_(kind):
    """Return a strategy for any value of a dataclass, an enum, or a type written in its fields."""
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if kind in _PLAIN:
        return _PLAIN[kind]
    if origin is typing.Literal:
        return st.sampled_from(inside)
    if origin in {typing.Union, types.UnionType}:
        return st.one_of(*map(any_, inside))
    if origin is tuple:
        return st.lists(any_(inside[0]), max_size=2).map(tuple) if inside[-1] is ... else st.tuples(*map(any_, inside))
    if origin is Mapping:
        return st.dictionaries(*map(any_, inside), max_size=2)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: any_(hints[field.name]) for field in dataclasses.fields(kind)})


def a_setup(id_=ROUND, **changes):
    made = RoundSetup(
        id=id_,
        name="六月批次",
        window=Window(date(2026, 6, 15), date(2026, 6, 18)),
        slots=(Slot("d0am", date(2026, 6, 15), time(9), time(11, 30)),),
        institutions=(),
        sites=(),
        rooms=(),
        examiners=(),
        scheme_ids=("low-voltage-5",),
    )
    return dataclasses.replace(made, **changes)


def an_entry(n=1, round_id=ROUND, **changes):
    """Return the entry of invented person number n, whose document lies in the unassigned division 990000."""
    first = f"9900001990010{1 + n % 9}{n:03d}"
    first = first[:17]
    document = IdentityDocument(DocumentKind.CITIZEN_ID, first + id_check_digit(first))
    candidate = Candidate(document.person_id(), f"䶮㛃{n}", document, "男", date(1990, 1, 1 + n % 9))
    made = Entry(
        f"{round_id}-{candidate.id[:10]}",
        round_id,
        candidate,
        "low-voltage-5",
        ("low-voltage-electrician", "electrician-5"),
        date(2026, 5, 1),
        "990000",
    )
    return dataclasses.replace(made, **changes)


def an_entitlement(entry, **changes):
    made = Entitlement(entry.id, date(2026, 5, 1), (Due("low-voltage-5/theory", entry.award_ids),), (), (), (), ())
    return dataclasses.replace(made, **changes)


def a_plan(round_id=ROUND, seed=1):
    return Plan(
        round_id,
        "0" * 64,
        (Session("d0am.hall", "low-voltage-5/theory", "hall", "d0am"),),
        (Sitting("p1", "low-voltage-5/theory", "d0am.hall", 1, 1),),
        (),
        (CostLine("opening", 300),),
        300,
        Making(seed, "cp-sat"),
    )


def a_mark(entry, pts=80.0, component="low-voltage-5/theory"):
    return ComponentMark(entry.id, component, Attendance.PRESENT, pts, date(2026, 6, 15))


def an_outcome(entry, earned=True):
    verdict = Verdict("electrician-5", earned, (Text("理论80分，合格", "theory 80 points, passed"),))
    return Outcome(entry.id, (a_mark(entry),), (verdict,), (), DAY)


def a_certificate(entry, award_id, number, sequence, content, **changes):
    face = Face(
        "skill_level",
        AwardKind.SKILL_LEVEL,
        award_id,
        number,
        "职业技能等级证书",
        "Certificate",
        entry.candidate.name,
        (("name", "姓名", "Name", entry.candidate.name),),
        "",
        "",
        "甲职业培训学校",
        "Alpha School",
        DAY,
        "2026年6月18日",
        "ABCDEFGHIJKLMNOP",
        "https://example.org/v",
        (),
    )
    sha256 = hashlib.sha256(content).hexdigest()
    made = Certificate(
        number, award_id, entry.id, entry.round_id, face, sha256, f"{number}-{award_id}.pdf", DAY, DAY, None, sequence
    )
    return dataclasses.replace(made, **changes)


def a_pair(store, entry, *, size=64):
    """Take two serials and a sequence, and return the grant of both awards with its files; nothing is written yet."""
    first, certificates, files = store.ledger.next_sequence(), [], {}
    for n, award_id in enumerate(entry.award_ids):
        number = f"{award_id}:{store.ledger.next_serial(award_id):06d}"
        content = f"{entry.id} {number} ".encode().ljust(size, b".")
        certificates.append(a_certificate(entry, award_id, number, first + n, content))
        files[certificates[-1].file_name] = content
    return Grant(entry.id, tuple(certificates)), files


def issue(registry, entry, *, size=64):
    """Issue an entry's pair in a transaction of its own."""
    with registry.transaction() as store:
        grant, files = a_pair(store, entry, size=size)
        store.ledger.add_grant(grant, files, AT)
    return grant, files


def enrol(registry, *entries):
    with registry.transaction() as store:
        store.rounds.save_setup(a_setup())
        for entry in entries:
            store.rounds.put_entry(entry)
