"""An office whose certificates come straight from the ledger, without papers: quick enough for long histories."""

from __future__ import annotations

import csv
import dataclasses
import json
import sqlite3
from datetime import date, datetime, time

from scheduler.domain.certificates import Ending, Grant
from scheduler.office.desk import CHINA, open_office
from tests.registry.values import AT, a_certificate, a_setup, an_entry

AWARD = "electrician-5"


def desk(folder, day=date(2026, 7, 10)):
    """Open the office of a folder, made where it is not there."""
    settings = folder / "office.toml"
    if not settings.exists():
        folder.mkdir(parents=True, exist_ok=True)
        settings.write_text('office_name = "甲办"\nregion = "990100"\n', encoding="utf-8")
    return open_office(settings, clock=lambda: datetime.combine(day, time(9), CHINA), who="tester")


def number_of(n):
    return f"S000099000001265{n:06d}"


def paper_of(n, on, name, sequence, note=""):
    entry = an_entry(n)
    content = f"{n} {on} {name} {sequence} {note}".encode()
    paper = a_certificate(entry, AWARD, number_of(n), sequence, content)
    fields = (
        ("name", "姓名", "Name", name),
        ("document_no", "证件号码", "No.", entry.candidate.document.number),
        ("occupation", "职业名称", "Occupation", "电工"),
        ("direction", "工种", "Trade", "--"),
    )
    face = dataclasses.replace(paper.face, name=name, fields=fields, issued_on=on)
    file_name = f"{sequence:06d}-{AWARD}.pdf"
    made = dataclasses.replace(paper, face=face, issued_on=on, valid_from=on, file_name=file_name)
    return made, {file_name: content}


def issue(office, n, on, name=""):
    """Give person n a certificate; a second time after it was revoked, under the same number."""
    entry = an_entry(n)
    with office.registry.transaction() as store:
        if not store.rounds.round_ids():
            store.rounds.save_setup(a_setup())
        if entry.id not in {one.id for one in store.rounds.entries(entry.round_id)}:
            store.rounds.put_entry(entry)
        paper, files = paper_of(n, on, name or f"人{n}", store.ledger.next_sequence())
        store.ledger.add_grant(Grant(entry.id, (paper,)), files, AT)


def again(office, n, name="", kind="correction", number=""):
    """Replace person n's certificate, with another name or number, or as it was."""
    with office.registry.transaction() as store:
        old = store.ledger.certificate(number_of(n), AWARD)[-1]
        paper, files = paper_of(n, old.issued_on, name or old.face.name, store.ledger.next_sequence() + 1)
        paper = dataclasses.replace(paper, number=number or old.number)
        store.ledger.replace([old], Grant(old.entry_id, (paper,)), files, AT, Ending(kind, f"事由{n}", "王"))


def end(office, n, event="revoked"):
    with office.registry.transaction() as store:
        old = store.ledger.certificate(number_of(n), AWARD)[-1]
        kind = "revocation" if event == "revoked" else "void"
        store.ledger.withdraw(old, event, AT, Ending(kind, f"撤销{n}", "王"))


def suspend(office, n, event="suspended"):
    with office.registry.transaction() as store:
        old = store.ledger.certificate(number_of(n), AWARD)[-1]
        kind = "suspension" if event == "suspended" else "lifting"
        store.ledger.pause(old, event, AT, Ending(kind, f"暂停{n}", "王"))


def receipt(folder, results, name="回执.csv"):
    """Write a receipt: number and reason of rejection, empty where it was accepted."""
    path = folder / name
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["证书编号", "结果", "退回原因"])
        rows.writerows([number, "退回" if why else "接收", why] for number, why in results.items())
    return path


def ledger_by_sql(database):
    """Return each number's papers and events as SQLite has them, read without this product."""
    connection = sqlite3.connect(database)
    papers, events = {}, {}
    for number, document, standing in connection.execute(
        "SELECT number, document, standing FROM certificates ORDER BY sequence"
    ):
        papers.setdefault(number, []).append((json.loads(document), standing))
    for number, event in connection.execute("SELECT number, event FROM ledger ORDER BY sequence"):
        events.setdefault(number, []).append(event)
    people = {row[0]: json.loads(row[1])["candidate"] for row in connection.execute("SELECT id, document FROM entries")}
    connection.close()
    return papers, events, people
