"""Raw SQL by somebody with a database tool: what is issued, recorded or published stays, whatever the statement."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, time

import pytest

from scheduler.domain.calendar import Slot
from scheduler.domain.certificates import Ending
from scheduler.domain.day import DayAct, DayEvent
from scheduler.domain.duties import Reply
from scheduler.domain.forms import FormMove
from scheduler.domain.heads import Acknowledged
from scheduler.domain.kept import Handover, KeptFile
from scheduler.domain.lots import DrawnSeat, Lot, Ticket
from scheduler.domain.notices import NoticeList, NoticeMove
from scheduler.domain.numbers import KeptNumber
from scheduler.domain.proposals import Proposal, Reading
from scheduler.domain.uploads import RecordKind, UploadBatch, UploadRecord
from scheduler.domain.users import Right, Role, Token, User
from scheduler.errors import Conflict
from scheduler.registry import guards
from scheduler.registry.store import open_registry
from tests import postgres
from tests.registry.tools import Tool, refusals
from tests.registry.values import AT, DAY, ROUND, a_mark, a_plan, an_entry, enrol, issue

PAPER = "sequence, number, award_id, entry_id, round_id, sha256, standing, document"
NEW_PLAN = "INSERT OR REPLACE INTO plans SELECT round_id, {version}, '{state}', based_on, made_at, published_at, '{{}}' FROM plans"

DUTIES = ("upload_batches", "upload_moves", "notice_lists", "notice_moves", "handovers", "kept_files")
REFUSED = {
    "change a ledger line": "UPDATE ledger SET at = 'x'",
    "take a line out": "DELETE FROM ledger WHERE sequence = 2",
    "put another line in its place": "REPLACE INTO ledger SELECT * FROM ledger WHERE sequence = 2",
    "put an invented line in its place": "REPLACE INTO ledger SELECT 2, at, 'issued', '1', award_id, entry_id, '', '', 'x', 'y' FROM ledger WHERE sequence = 2",
    "push a line out by its digest": (
        "REPLACE INTO ledger SELECT 9, at, event, number, award_id, entry_id, sha256, record_sha256, 'x', digest"
        " FROM ledger WHERE sequence = 2"
    ),
    "push a line out by its link": (
        "REPLACE INTO ledger SELECT 9, at, event, number, award_id, entry_id, sha256, record_sha256, previous, 'x'"
        " FROM ledger WHERE sequence = 2"
    ),
    "change a file": "UPDATE certificate_files SET content = x'00'",
    "delete a file": "DELETE FROM certificate_files",
    "replace a file": "REPLACE INTO certificate_files VALUES (1, x'00')",
    "rename a holder": "UPDATE certificates SET document = replace(document, '姓名', '名')",
    "rename a holder while revoking": "UPDATE certificates SET standing = 'revoked', document = '{}' WHERE sequence = 1",
    "renumber a certificate": "UPDATE certificates SET number = '1' WHERE sequence = 1",
    "move a certificate": "UPDATE certificates SET round_id = 'x' WHERE sequence = 1",
    "delete a certificate": "DELETE FROM certificates",
    "revive a certificate": "UPDATE certificates SET standing = 'valid' WHERE sequence = 3",
    "replace a certificate": "REPLACE INTO certificates SELECT * FROM certificates WHERE sequence = 1",
    "push a certificate out by its award": (
        f"REPLACE INTO certificates ({PAPER}) SELECT 9, '1', award_id, entry_id, round_id, 'x', 'valid', document"
        " FROM certificates WHERE sequence = 1"
    ),
    "issue a revoked certificate": (
        f"INSERT INTO certificates ({PAPER}) SELECT 9, '1', 'x', entry_id, round_id, 'x', 'revoked', document"
        " FROM certificates WHERE sequence = 1"
    ),
    "change a published plan": f"UPDATE plans SET document = '{{}}' WHERE round_id = '{ROUND}' AND version = 1",
    "change when it was published": "UPDATE plans SET published_at = 'x' WHERE version = 1",
    "forget what it rested on": "UPDATE plans SET based_on = 7 WHERE version = 1",
    "make it a draft again": "UPDATE plans SET state = 'draft' WHERE version = 1",
    "change it while superseding it": "UPDATE plans SET state = 'superseded', document = '{}' WHERE version = 1",
    "delete a published plan": "DELETE FROM plans WHERE version = 1",
    "replace a published plan": NEW_PLAN.format(version=1, state="draft") + " WHERE version = 1",
    "slip in a published plan": NEW_PLAN.format(version=9, state="published") + " WHERE version = 1",
    "slip in a superseded plan": NEW_PLAN.format(version=9, state="superseded") + " WHERE version = 1",
    "push out the published plan": "UPDATE OR REPLACE plans SET state = 'published' WHERE version = 2",
    "rewrite the audit trail": "UPDATE acts SET who = 'x'",
    "shorten the audit trail": "DELETE FROM acts",
    "replace in the audit trail": "REPLACE INTO acts (id, at, who, what, round_id, detail) VALUES (1, '', '', '', '', '')",
    "rewrite an earlier mark": "UPDATE mark_history SET document = '{}'",
    "forget an earlier mark": "DELETE FROM mark_history",
    "replace an earlier mark": "REPLACE INTO mark_history SELECT id, entry_id, component_id, '', '{}' FROM mark_history",
    "set a counter back": "UPDATE counters SET last = 0 WHERE scope = 'electrician-5'",
    "let a counter jump": "UPDATE counters SET last = last + 2 WHERE scope = 'electrician-5'",
    "delete a counter": "DELETE FROM counters",
    "change a reason": "UPDATE endings SET document = '{}'",
    "delete a reason": "DELETE FROM endings",
    "replace a reason": "REPLACE INTO endings SELECT * FROM endings",
    "change a tree head": "UPDATE heads SET root = 'x'",
    "forget a tree head": "DELETE FROM heads",
    "replace a tree head": "REPLACE INTO heads SELECT id, kind, size, 'x', document FROM heads",
    "change a move of forms": "UPDATE form_moves SET act = 'returned'",
    "forget a move of forms": "DELETE FROM form_moves",
    "replace a move of forms": "REPLACE INTO form_moves SELECT id, round_id, 'returned', document FROM form_moves",
    "change an event of the day": "UPDATE day_events SET act = 'x'",
    "forget an event of the day": "DELETE FROM day_events",
    "replace an event of the day": "REPLACE INTO day_events SELECT id, round_id, 9, act, document FROM day_events",
    "push out an event of the day": "REPLACE INTO day_events SELECT 9, round_id, no, 'x', document FROM day_events",
    "change an examiner's answer": "UPDATE duty_replies SET document = '{}'",
    "forget an examiner's answer": "DELETE FROM duty_replies",
    "replace an examiner's answer": "REPLACE INTO duty_replies SELECT id, round_id, 'x', document FROM duty_replies",
    "draw a lot again": "UPDATE lots SET document = '{}'",
    "forget a lot": "DELETE FROM lots",
    "replace a lot": "REPLACE INTO lots SELECT round_id, version, '{}' FROM lots",
    "give a ticket to another": "UPDATE tickets SET number = '202606010009'",
    "forget a ticket": "DELETE FROM tickets",
    "replace a ticket": "REPLACE INTO tickets SELECT '202606010009', round_id, entry_id, at FROM tickets",
    "change a user": "UPDATE users SET document = '{}'",
    "forget a user": "DELETE FROM users",
    "replace a user": "REPLACE INTO users SELECT id, name, '{}' FROM users",
    "change a token": "UPDATE tokens SET document = '{}'",
    "forget a token": "DELETE FROM tokens",
    "replace a token": "REPLACE INTO tokens SELECT id, token_id, sha256, '{}' FROM tokens",
    "change marks entered": "UPDATE mark_proposals SET document = '{}'",
    "forget marks entered": "DELETE FROM mark_proposals",
    "replace marks entered": "REPLACE INTO mark_proposals SELECT id, proposal_id, round_id, step + 9, '{}' FROM mark_proposals",
    "replace a step of marks entered": "REPLACE INTO mark_proposals SELECT id + 9, proposal_id, round_id, step, '{}' FROM mark_proposals",
    "delete an allocated number": "DELETE FROM numbers WHERE number = 'A1'",
    "delete a voided number": "DELETE FROM numbers WHERE number = 'V1'",
    "delete an imported number on a certificate": "DELETE FROM numbers WHERE number = 'low-voltage-electrician:000001'",
    "revive a voided number": "UPDATE numbers SET standing = 'open' WHERE number = 'V1'",
    "give a number to somebody else": "UPDATE numbers SET entry_id = NULL, standing = 'voided' WHERE number = 'A1'",
    "change a serial while voiding": "UPDATE numbers SET serial = 9, standing = 'voided' WHERE number = 'A1'",
    "set a date while voiding": "UPDATE numbers SET issued_on = '2026-01-01', standing = 'voided' WHERE number = 'A1'",
    "replace a number": "REPLACE INTO numbers SELECT number, award_id, NULL, origin, at, scope, serial, issued_on, source, standing FROM numbers",
    **{f"change {table}": f"UPDATE {table} SET document = '{{}}'" for table in DUTIES},
    **{f"forget {table}": f"DELETE FROM {table}" for table in DUTIES},
    **{f"replace {table}": f"REPLACE INTO {table} SELECT * FROM {table}" for table in DUTIES},
    "delete an upload record": "DELETE FROM upload_records",
    "change an upload record": "UPDATE upload_records SET document = '{}', state = 'handed_over'",
    "accept what was never handed over": "UPDATE upload_records SET state = 'accepted'",
    "replace an upload record": "REPLACE INTO upload_records SELECT * FROM upload_records",
    "enter a record as accepted": "INSERT INTO upload_records SELECT 9, batch_id, 2, 1, 'accepted', document FROM upload_records",
}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def built(request, tmp_path_factory):
    """Two pairs, the second revoked in part; version 1 published, version 2 a draft; a mark replaced; an act; uploads."""
    if request.param == "sqlite":
        place = nullcontext(str(tmp_path_factory.mktemp("full") / "built.db"))
    else:
        place = postgres.fresh(request.getfixturevalue("migrated"))
    with place as address:
        with open_registry(address) as registry:
            fill(registry)
        with Tool(address) as tool:
            tool.forget_foreign_keys()
            yield tool, address


@pytest.fixture
def full(built):
    """It, opened by somebody with a database tool; whatever the test does to it is undone."""
    tool, _ = built
    tool.execute("BEGIN")
    yield tool
    tool.execute("ROLLBACK")


def fill(registry):
    enrol(registry, an_entry(1), an_entry(2))
    issue(registry, an_entry(1))
    grant, _ = issue(registry, an_entry(2))
    with registry.transaction() as store:
        store.ledger.withdraw(grant.certificates[0], "revoked", AT, Ending("revocation", "伪造材料", "王"))
        for number, origin in (("A1", "allocated"), ("V1", "imported"), ("low-voltage-electrician:000001", "imported")):
            kept = KeptNumber(number, "low-voltage-electrician", an_entry(1).id, origin, AT, "S", 1)
            store.numbers.keep(kept)
        store.numbers.void(
            store.numbers.find_one("V1", "low-voltage-electrician"), an_entry(1).id, AT, Ending("void", "废证", "王")
        )
        store.heads.acknowledge(Acknowledged(1, "00", AT, "王", "恢复"))
        store.forms.record(FormMove(AT, "王", "drawn", ROUND, ("A1",)))
        slot = Slot("d1", date(2026, 6, 1), time(9), time(11))
        store.days.record(ROUND, DayEvent(0, DayAct.ABSENT, AT, "王", "未到场", "d1.A", slot, 1))
        store.duties.record(ROUND, [Reply("e1", slot, "no", AT, "王")])
        store.lots.keep(
            Lot(ROUND, 1, 7, AT, "王", (DrawnSeat("p1", "low-voltage-5/theory", 1, "d0am.hall", 1, 1, "drawn"),))
        )
        store.lots.give([Ticket("202606010001", ROUND, an_entry(1).id, AT)])
        store.users.put(User("zhou", Role.AUDITOR, "no digest"))
        store.users.put_token(Token("t1", "zhou", (Right.READ_TRAIL,), AT), "00")
        store.proposals.put(Proposal("p1", ROUND, (Reading("zhou", AT, "", ()),)))
        store.plans.add_draft(a_plan(), AT)
        store.plans.add_draft(a_plan(seed=2), AT)
        store.plans.publish(ROUND, 1, AT)
        store.results.put_marks([a_mark(an_entry(1), 10), a_mark(an_entry(1), 20)])
        store.acts.record(AT, "王", "publish", ROUND)
        fill_duties(store)


def fill_duties(store):
    batch = UploadBatch("2026Q2-001", "2026Q2", "甲校", RecordKind.NEW, AT, "王", 1, "f.xlsx", "00")
    record = UploadRecord(1, 1, 1, an_entry(1).id, "electrician-5", RecordKind.NEW, ("",) * 11)
    store.uploads.add(batch, [record])
    store.notices.add(NoticeList(ROUND, 1, 1, None, AT, "王", (), ()))
    store.notices.hand_over(NoticeMove(AT, "王", ROUND, 1, "短信平台"))
    store.kept.hand_over(Handover(1, ROUND, DAY, "现场领取", "本人", "", "", "", "", AT, "王"))
    store.kept.keep([KeptFile("a.xlsx", "upload", "", "00", DAY, DAY, None, "")])


def refused(tool, statement):
    """Tell whether the database refuses a statement; what was done before it in the transaction stays."""
    tool.execute("SAVEPOINT here")
    try:
        tool.execute(statement)
    except refusals():
        return True
    finally:
        tool.execute("ROLLBACK TO SAVEPOINT here")
    return False


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_database_refuses(full, statement):
    before = full.dump()
    assert refused(full, statement)
    assert full.dump() == before


@pytest.mark.parametrize("guard", guards.ALL, ids=lambda guard: guard.name)
def test_no_guard_is_superfluous(full, guard):
    """Without it, at least one statement above would have its way."""
    if guard.sqlite_only and full.server:
        return  # only SQLite puts one row in place of another
    full.without(guard)
    assert not all(refused(full, statement) for statement in REFUSED.values())


def test_a_guard_speaks_as_a_conflict(built):
    from sqlalchemy import text

    _, address = built
    with (
        open_registry(address) as registry,
        pytest.raises(Conflict, match="append-only"),
        registry.transaction() as store,
    ):
        store.ledger._session.execute(text("DELETE FROM ledger"))


def test_drafts_stay_free(full):
    assert full.execute("UPDATE plans SET document = '{}' WHERE version = 2").rowcount == 1
    assert full.execute("DELETE FROM plans WHERE version = 2").rowcount == 1
