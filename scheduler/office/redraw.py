"""A paper made again (重新制证): drawn, signed and proofed like the first one, then put in its place in one step.

Used by reissue and correct. Like issuing, it draws while the registry is free and asks again before it keeps anything.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scheduler.domain.certificates import Certificate, Ending, Face, Grant, Standing
from scheduler.domain.entries import Entry
from scheduler.domain.places import Institution
from scheduler.domain.wording import date_words
from scheduler.errors import Conflict, Finding, IssuanceError, Text
from scheduler.office.bench import kit_of, make
from scheduler.office.desk import Office
from scheduler.office.orders import Item, Made, Order, photo_of
from scheduler.registry.store import Store

REISSUED = Text("补发", "Reissued")
CORRECTED = Text("更正换发", "Corrected")
_TRIES = 5
"""Times that papers are made anew because another desk was quicker; each time at least one desk got on."""


@dataclass(frozen=True, slots=True)
class Again:
    """Papers of one entry to be made again, together."""

    entry: Entry
    """As it is to be; a correction changes it."""
    old: tuple[Certificate, ...]
    """Valid certificates, in ledger order."""
    faces: tuple[Face, ...]
    """What stands on the new ones, in the same order."""
    serials: tuple[str, ...]
    """Print serials of the new ones."""
    places: Mapping[str, str]
    """As `keyring.ready_keys` returns it for their issuers."""
    glue_photos: bool = False


def made_again(office: Office, again: Again, ending: Ending, *, corrected: bool = False) -> tuple[Certificate, ...]:
    """Make papers again and put them in the place of the old ones: all of them or none.

    Args:
        office: The opened office.
        again: Which.
        ending: Why; stands in the ledger.
        corrected: Keep the entry as well, whose data were wrong.

    Raises:
        IssuanceError: A paper cannot be made; nothing was changed. The findings name the candidate.
        Conflict: An old certificate is not valid any more, or the registry refuses; nothing was changed.
    """
    for _ in range(_TRIES):
        with office.registry.transaction(write=False) as store:
            order, serials = _order(office, store, again)
        batch = make(kit_of(office.settings), (order,), serials, office.now())
        if not batch.done:
            findings = batch.findings or (batch.stopped.findings if batch.stopped else ())
            raise IssuanceError(
                Text("证书没有制成，未作任何更改", "no paper was made; nothing was changed"), list(findings)
            )
        with office.registry.transaction() as store:
            made = batch.done[0][1]
            if any(store.ledger.last_serial(c) + 1 != n for c, n in _first(made).items()):
                continue
            return _entered(office, store, again, made, ending, corrected=corrected)
    raise Conflict(
        Text("其他终端正在发证，未作任何更改", "other desks are issuing just now; nothing was changed"),
        hint=Text("稍后再次运行同一命令", "run the same command again in a moment"),
    )


def fresh_code(face: Face) -> Face:
    """Return a face with an inquiry code of its own: the code of the old paper must go on leading to the old paper."""
    code = base64.b32encode(secrets.token_bytes(10)).decode()
    return replace(
        face, code="", inquiry_code=code, verify_address=face.verify_address.replace(face.inquiry_code, code)
    )


def remark(office: Office, why: Text, serial: str) -> str:
    """Return what is printed below the addresses: why there is a second paper, when, and its print serial."""
    on = date_words(office.today()).zh
    return f"{why.zh} {why.en} {on} · 印刷流水号 Print serial {serial}"


def next_serial(before: list[Certificate]) -> str:
    """Return the print serial of the next paper of a number and award: line of the first, and which paper it is."""
    return f"{min(c.sequence for c in before):06d}-{len(before) + 1}"


def issuer_of(store: Store, old: Certificate) -> Institution:
    """Return the institution that issued a certificate, by the name printed on it.

    Raises:
        IssuanceError: It is no longer in the round's set-up.
    """
    for institution in store.rounds.setup(old.round_id).institutions:
        if institution.name == old.face.issuer:
            return institution
    what = Text("批次设置中已没有原发证机构", "the institution that issued it is no longer in the round's set-up")
    hint = Text(
        "在批次设置表“机构”中恢复后用 prepare 读入", "put it back into the set-up workbook and prepare it again"
    )
    raise IssuanceError(what, [Finding("no-issuer", what, said=old.face.issuer, hint=hint)])


def _order(office: Office, store: Store, again: Again) -> tuple[Order, dict[str, int]]:
    """Return what is to be made, and the first serial of each counter."""
    items = []
    for old, face in zip(again.old, again.faces, strict=True):
        award, issuer = office.catalogue.award(old.award_id), issuer_of(store, old)
        rule = award.number_rule_on(old.issued_on)
        items.append(Item(award, issuer, rule, "", again.places.get(issuer.name, ""), face=face))
    gone = {c.sequence for c in again.old}
    held = store.ledger.of_entry(again.entry.id)
    beside = tuple(c.face for c in held if c.standing is Standing.VALID and c.sequence not in gone)
    photo = photo_of(Path(office.settings.photos_folder), again.entry, glue=again.glue_photos)
    order = Order(again.entry, tuple(items), photo, again.old[0].issued_on, (), beside)
    counters = {counter for item in items for counter in item.counters}
    return order, {counter: store.ledger.last_serial(counter) + 1 for counter in counters}


def _first(made: Sequence[Made]) -> dict[str, int]:
    first: dict[str, int] = {}
    for one in made:
        for counter, serial in one.serials:
            first.setdefault(counter, serial)
    return first


def _entered(
    office: Office, store: Store, again: Again, made: tuple[Made, ...], ending: Ending, *, corrected: bool
) -> tuple[Certificate, ...]:
    if corrected:
        store.rounds.correct_entry(again.entry)
    for one in made:
        for counter, _ in one.serials:
            store.ledger.next_serial(counter)
    # One line for each certificate that ends comes before those of the new ones; what was revoked has ended already.
    ending_now = [old for old in again.old if old.standing is Standing.VALID]
    first = store.ledger.next_sequence() + len(ending_now)
    new = tuple(
        replace(
            old,
            number=one.face.number,
            face=one.face,
            sha256=one.sha256,
            file_name=f"{first + n:06d}-{old.award_id}.pdf",
            sequence=first + n,
            standing=Standing.VALID,
            print_serial=serial,
            key_ids=one.key_ids,
        )
        for n, (old, one, serial) in enumerate(zip(again.old, made, again.serials, strict=True))
    )
    files = {c.file_name: one.pdf for c, one in zip(new, made, strict=True)}
    grant = Grant(again.entry.id, new)
    if ending_now:
        store.ledger.replace(again.old, grant, files, office.now(), ending)
    else:
        store.ledger.add_grant(grant, files, office.now())
    told = ", ".join(f"{old.sequence} → {c.sequence}" for old, c in zip(again.old, new, strict=True))
    verb = "correct" if corrected else "reissue"
    office.note(store, verb, again.entry.round_id, f"{told}: {ending.reason}")
    return new
