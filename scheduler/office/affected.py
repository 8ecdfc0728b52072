"""Which certificates an ending touches: chosen by number, round, batch, key or time, listed exactly before anything changes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from scheduler.domain.certificates import Certificate, LedgerEntry, Standing
from scheduler.domain.identity import mask
from scheduler.errors import Conflict, Finding, InputError, Text, Where
from scheduler.office.desk import CHINA, Office
from scheduler.registry.store import Store

_KEY_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to look for; what is given must all hold, and something must be given."""

    numbers: tuple[str, ...] = ()
    award_id: str = ""
    """Narrows the others; alone it selects nothing."""
    round_id: str = ""
    batch_id: str = ""
    """One run of ``issue``, as its manifest names it."""
    key_id: str = ""
    """Key that signed, sixteen hexadecimal digits."""
    since: datetime | None = None
    """First moment of issue, by the ledger; China's legal time where it names no zone."""
    until: datetime | None = None
    """Last moment of issue."""


@dataclass(frozen=True, slots=True)
class Affected:
    """One certificate on the list."""

    sequence: int
    number: str
    """Masked where it is made of the holder's document number."""
    award_id: str
    entry_id: str
    name: str
    round_id: str
    issued_at: str
    """Moment of issue by the ledger."""


def chosen(
    office: Office,
    store: Store,
    selection: Selection,
    *,
    revoked: bool = False,
    standings: frozenset[Standing] = frozenset({Standing.VALID}),
) -> tuple[list[Certificate], list[Finding]]:
    """Return the valid certificates of a selection in ledger order, and what is to be said about it.

    Args:
        office: The opened office.
        store: An open transaction.
        selection: What to look for.
        revoked: Instead of the valid ones those that were revoked and that nothing has followed.
        standings: Instead of the valid ones those of these standings.

    Raises:
        InputError: Nothing was asked for, or a key id or a span of time cannot be one.
        NotFound: No such round or batch.
    """
    _refuse_unclear(selection)
    lines = {line.sequence: line for line in _lines(store, selection)}
    found = [
        certificate
        for certificate in store.ledger.certificates(selection.round_id or None)
        if certificate.sequence in lines and _fits(certificate, selection)
    ]
    if revoked:
        gone = [c for c in found if c.standing is Standing.REVOKED and _is_last(store, c)]
        return gone, _unknown(store, selection)
    wanted = [certificate for certificate in found if certificate.standing in standings]
    left = [c for c in found if c.standing not in standings | {Standing.VALID}]
    return wanted, [*_unknown(store, selection), *_ended(office, left, wanted)]


def listed(office: Office, store: Store, certificates: Sequence[Certificate]) -> tuple[Affected, ...]:
    """Return certificates as a list shows them."""
    at = {line.sequence: line.at for line in store.ledger.lines()} if certificates else {}
    return tuple(
        Affected(
            c.sequence,
            office.masked(c.award_id, c.number),
            c.award_id,
            c.entry_id,
            c.face.name,
            c.round_id,
            at[c.sequence],
        )
        for c in certificates
    )


def list_code(certificates: Sequence[Certificate] | Sequence[Affected]) -> str:
    """Return eight digits that stand for a list: given back, they make sure that what was shown is what is ended."""
    return hashlib.sha256(",".join(str(c.sequence) for c in certificates).encode()).hexdigest()[:8]


def refuse_other_list(certificates: Sequence[Certificate], as_listed: str) -> None:
    """Raise Conflict when a list is not the one whose code was given back."""
    code = list_code(certificates)
    if as_listed and as_listed != code:
        finding = Finding(
            "list-changed",
            Text("名单在预览之后有变化", "the list has changed since it was shown"),
            said=as_listed,
            expected=Text(f"{code}（{len(certificates)} 本）", f"{code} ({len(certificates)} certificates)"),
            hint=Text("不带 --yes 重新预览，核对后再执行", "look at the list again without --yes, then run it"),
        )
        raise Conflict(finding.what, [finding], finding.hint)


def reason_given(reason: str) -> str:
    """Return a reason without blanks at its ends; raises InputError when there is none, or it is a page long."""
    clean = " ".join(reason.split())
    if not 2 <= len(clean) <= 200:
        wanted = Text("2 至 200 个字符", "2 to 200 characters")
        what = Text("没有写明事由，或事由过长", "no reason was given, or it is too long")
        hint = Text(
            "用 --reason 写明事由；它进入台账，不能更改", "say why with --reason; it stands in the ledger for good"
        )
        raise InputError(what, [Finding("reason-missing", what, said=clean, expected=wanted, hint=hint)], hint)
    return clean


def _refuse_unclear(selection: Selection) -> None:
    asked = [f.name for f in fields(selection) if f.name != "award_id" and getattr(selection, f.name)]
    finding = None
    if not asked:
        what = Text("没有指明要处理哪些证书", "it was not said which certificates are meant")
        wanted = Text("编号、批次、发证批、密钥或时间段", "a number, round, batch, key, or span of time")
        hint = Text(
            "写明编号，或用 --round、--batch、--key、--from、--until",
            "name numbers, or give --round, --batch, --key, --from or --until",
        )
        finding = Finding("nothing-selected", what, expected=wanted, hint=hint)
    elif selection.key_id and not _KEY_ID.fullmatch(selection.key_id):
        wanted = Text("16 位十六进制数字", "sixteen hexadecimal digits")
        what = Text("不是密钥编号", "this is no key id")
        hint = Text("密钥编号见清单文件", "manifests name the key ids")
        finding = Finding("key-id-shape", what, said=selection.key_id, expected=wanted, hint=hint)
    elif selection.since and selection.until and _zoned(selection.until) < _zoned(selection.since):
        what = Text("时间段的末尾早于开头", "the span of time ends before it begins")
        said = f"{selection.since.isoformat(' ')} – {selection.until.isoformat(' ')}"
        finding = Finding("span-backwards", what, said=said, hint=Text("对调两个时间", "exchange the two"))
    if finding is not None:
        raise InputError(finding.what, [finding])


def _lines(store: Store, selection: Selection) -> list[LedgerEntry]:
    """Return the issuing lines of a round, batch and span of time."""
    if selection.round_id:
        store.rounds.setup(selection.round_id)
    wanted = set(store.heads.batch(selection.batch_id).sequences) if selection.batch_id else None
    since = _zoned(selection.since) if selection.since else None
    until = _zoned(selection.until) if selection.until else None
    found = []
    for line in store.ledger.lines():
        at = datetime.fromisoformat(line.at)
        fits = (since is None or at >= since) and (until is None or at <= until)
        if line.event == "issued" and fits and (wanted is None or line.sequence in wanted):
            found.append(line)
    return found


def _fits(certificate: Certificate, selection: Selection) -> bool:
    return (
        (not selection.numbers or certificate.number in selection.numbers)
        and selection.award_id in {"", certificate.award_id}
        and (not selection.key_id or selection.key_id in certificate.key_ids)
    )


def _is_last(store: Store, certificate: Certificate) -> bool:
    """Tell whether nothing followed a certificate for the same entry and award."""
    same = [c.sequence for c in store.ledger.of_entry(certificate.entry_id) if c.award_id == certificate.award_id]
    return same[-1] == certificate.sequence


def _zoned(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


def _unknown(store: Store, selection: Selection) -> list[Finding]:
    return [
        Finding(
            "number-not-in-ledger",
            Text("台账中没有这个证书编号", "the ledger has no certificate with this number"),
            said=mask(number),
            expected=Text("台账中的证书编号", "a certificate number of the ledger"),
            hint=Text("核对编号；字母 X 应为大写", "check the number; a letter X is upper case"),
        )
        for number in selection.numbers
        if not store.ledger.certificate(number, selection.award_id or None)
    ]


def _ended(office: Office, left: Sequence[Certificate], wanted: Sequence[Certificate]) -> list[Finding]:
    """Return one warning each for certificates that ended before, but for those that one on the list replaces."""
    listed_now = {(c.number, c.award_id) for c in wanted}
    words = {
        Standing.REVOKED: Text("已撤销", "revoked"),
        Standing.CANCELLED: Text("已注销", "cancelled"),
        Standing.REPLACED: Text("已被取代", "replaced"),
        Standing.SUSPENDED: Text("已暂停", "suspended"),
    }
    return [
        Finding(
            "ended-before",
            Text(
                "证书先前已失效或暂停，不在名单内",
                "the certificate ended before or is suspended, and is not on the list",
            ),
            Where(subject=f"{office.masked(c.award_id, c.number)} {c.award_id}"),
            said=words[c.standing].zh,
            expected=Text("有效的证书", "a valid certificate"),
            severity="warning",
        )
        for c in left
        if (c.number, c.award_id) not in listed_now
    ]
