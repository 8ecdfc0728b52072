"""A file read back, compared with the certificate in the ledger (复核): each difference is a finding with both readings.

Used by the office's recheck. It knows nothing of how a certificate is drawn: every word of the face must be found on the page.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from scheduler.certificates.reread import Reread
from scheduler.domain.certificates import Certificate, Face
from scheduler.errors import Finding, Text, Where

_BREAK = "\x1f"
"""Between two texts that were not drawn together."""
_NUMBER = re.compile(r"(?<![0-9A-Z])[A-Z]{0,3}\d[0-9A-Z]{8,24}")
"""Anything that looks like a number of a certificate or document."""
AS_ISSUED = Text(
    "文件自发证后未变：发证时即已如此，应更正或撤销重发",
    "the file is as it was issued: it was made so; correct it, or revoke it and issue again",
)
ALTERED = Text(
    "文件在发证后被改动：停止使用，查明来源，从备份恢复；文件夹中的副本可由 issue 重新写出",
    "the file was altered after it was issued: do not use it, find out by whom, restore it from a backup; a copy in the "
    "folder is written again by issue",
)


@dataclass(frozen=True, slots=True)
class Source:
    """Which file of which certificate is compared."""

    certificate: Certificate
    where: Where
    photo: str | None
    """First 16 hexadecimal digits of the digest of the photo, as the certificate's code says; empty where none was
    printed, None where the code cannot be read and nothing is known."""


def differences(source: Source, read: Reread) -> list[Finding]:
    """Return everything in which a file differs from the ledger; empty when in nothing."""
    desk = _Desk(source, read)
    return [
        *desk.whole_file(),
        *desk.words(),
        *desk.numbers(),
        *desk.code(),
        *desk.photo(),
        *desk.enclosed(),
        *desk.signature(),
    ]


@dataclass(frozen=True, slots=True)
class _Desk:
    source: Source
    read: Reread

    @property
    def face(self) -> Face:
        return self.source.certificate.face

    def finding(self, rule: str, what: Text, said: str | None, expected: str | None) -> Finding:
        wanted = None if expected is None else Text(expected, expected)
        hint = AS_ISSUED if self.read.sha256 == self.source.certificate.sha256 else ALTERED
        return Finding(f"reread-{rule}", what, self.source.where, said, wanted, hint)

    def whole_file(self) -> Iterator[Finding]:
        known = self.source.certificate.sha256
        if self.read.sha256 != known:
            what = Text("文件摘要与台账不符", "the digest of the file is not the ledger's")
            yield self.finding("digest", what, self.read.sha256, known)
        if self.read.n_pages != 1:
            what = Text("证书不是一页", "the certificate is not one page")
            yield self.finding("pages", what, str(self.read.n_pages), "1")
        title = f"{self.face.title} {self.face.number}"
        if self.read.title != title:
            what = Text("文件标题与台账不符", "the title of the file is not the ledger's")
            yield self.finding("title", what, self.read.title, title)

    def words(self) -> Iterator[Finding]:
        """Ask for each word of the face; it must stand alone, so that 王伟 is not found in 王伟民."""
        text = _plain(_BREAK.join(self.read.runs))
        for key, zh, en, value in _rows(self.face):
            if value and _standing_alone(_plain(value)).search(text) is None:
                what = Text(f"“{zh}”与台账不符", f"{en or key} is not the ledger's")
                yield self.finding(key.replace("_", "-"), what, self._beside(zh, en), value)

    def numbers(self) -> Iterator[Finding]:
        """Report every number on the page that is not on the face, wherever it stands."""
        known = _plain(" ".join([*_all_values(self.face), self.face.inquiry_code, self.face.verify_address]))
        drawn = [found.group() for run in self.read.runs for found in _NUMBER.finditer(_plain(run))]
        for number in dict.fromkeys(drawn):
            if number not in known:
                what = Text("版面上有台账没有的编号或证件号码", "the page shows a number that the ledger does not have")
                yield self.finding("number", what, number, self.face.number)

    def code(self) -> Iterator[Finding]:
        if self.read.codes != (self.face.qr,):
            what = Text("二维码内容与台账不符", "the QR code does not say what the ledger says")
            yield self.finding("qr", what, " | ".join(self.read.codes) or "—", self.face.qr)

    def photo(self) -> Iterator[Finding]:
        known, found = self.source.photo, [digest[:16] for digest in self.read.photos]
        if known is not None and found != ([known] if known else []):
            what = Text("照片与发证时的不是同一张", "the photo is not the one that was printed")
            yield self.finding("photo", what, ", ".join(found) or "—", known or "—")

    def enclosed(self) -> Iterator[Finding]:
        """Compare an embedded credential with the face; a file may have none, and never another attachment."""
        for name, content in self.read.attached:
            try:
                said = json.loads(content)
                named = (said["name"], said["issuer"]["name"])
            except (ValueError, LookupError, TypeError):
                named = None
            if named != (self.face.title, self.face.issuer):
                what = Text("文件附件不是本证书的开放凭证", "an attachment is not the credential of this certificate")
                wanted = f"{self.face.title} / {self.face.issuer}"
                yield self.finding("attachment", what, name if named is None else " / ".join(map(str, named)), wanted)

    def signature(self) -> Iterator[Finding]:
        found = self.read.signature
        if found.n_appended:
            what = Text("签名之后被追加了内容", "something was appended after the file was signed")
            yield self.finding("appended", what, f"{found.n_appended} bytes", "0")
        if not self.source.certificate.key_ids:
            return  # issued before its office had keys
        if not found.is_signed:
            yield self.finding("unsigned", Text("文件没有签名", "the file is not signed"), None, None)
        elif not found.is_whole:
            what = Text("文件内容与其签名不符", "the file does not fit its signature")
            yield self.finding("signature", what, None, None)

    def _beside(self, zh: str, en: str) -> str:
        """Return what stands where a word should: the text drawn after its label; a dash where there is no label."""
        labels = {label for _, *pair, _ in self.face.fields for label in pair}
        runs = self.read.runs
        at = [n for n, run in enumerate(runs) if run in {zh, en}]
        after = [run for n in at for run in runs[n + 1 : n + 2] if run not in labels]
        return after[0] if after else "—"


def _rows(face: Face) -> list[tuple[str, str, str, str]]:
    """Return what must stand on the page: key, both labels, words; each words once."""
    rows = [
        *face.fields,
        ("name", "姓名", "name", face.name),
        ("number", "证书编号", "certificate number", face.number),
        ("title", "证书名称", "title", face.title),
        ("issuer", "发证机构", "issuer", face.issuer),
        ("issued_on", "发证日期", "date of issue", face.issued_words),
        ("statement", "证明文字", "statement", face.statement),
        ("remark", "备注", "remark", face.remark),
    ]
    return list({row[-1]: row for row in reversed(rows)}.values())[::-1]


def _all_values(face: Face) -> list[str]:
    return [value for *_, value in _rows(face)] + [face.statement_en, *face.inquiry_lines]


def _plain(text: str) -> str:
    """Return a text without white space, canonical equivalents made equal; a break between texts stays."""
    return "".join(unicodedata.normalize("NFC", text).replace(_BREAK, "\0").split()).replace("\0", _BREAK)


def _standing_alone(words: str) -> re.Pattern[str]:
    """Return what finds words that are whole, though a line may have been broken inside them."""
    return re.compile(r"(?<!\w)" + f"{_BREAK}?".join(map(re.escape, words)) + r"(?!\w)")
