"""A paper compared with what its code says (逐项比对): names every word that is not the one signed.

Used by offline.py. A difference is a finding with both readings; nothing here knows keys or signatures.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from scheduler.certificates.code import Claims
from scheduler.certificates.printed import printed_text, printed_values
from scheduler.certificates.reading import Page
from scheduler.domain.wording import date_words, level_words
from scheduler.errors import Finding, Text

CLAIM_WORDS = {
    "number": Text("证书编号", "certificate number"),
    "name": Text("姓名", "name"),
    "title": Text("证书名称", "title"),
    "trade": Text("工种（项目）", "trade"),
    "level": Text("等级", "level"),
    "issuer": Text("发证机构", "issuer"),
    "issued_on": Text("发证日期", "date of issue"),
    "valid_until": Text("有效期", "validity"),
    "identity": Text("证件号码", "document number"),
    "inquiry_code": Text("查询码", "inquiry code"),
    "photo": Text("照片", "photo"),
}
_TRADES = ("occupation", "direction", "category", "item", "coded_item")


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing on the paper that is not what was signed."""

    key: str
    said: str
    """As printed; empty where it is not there at all."""
    expected: str

    def finding(self) -> Finding:
        """Return the finding that names it."""
        what = CLAIM_WORDS[self.key]
        return Finding(
            f"altered-{self.key.replace('_', '-')}",
            Text(f"{what.zh}与签名内容不符", f"the {what.en} is not the one that was signed"),
            said=self.said,
            expected=Text(self.expected, self.expected),
        )


def differences(claims: Claims, page: Page) -> list[Difference]:
    """Return what stands on a page otherwise than its code says, in the order of the claims; empty when all agrees."""
    values, text = printed_values(page), _plain(printed_text(page))
    found = [*_words(claims, values, text), *_numbers(claims, values, text)]
    photos = [sha256(picture.raw).digest()[:8] for picture in page.pictures]
    if claims.photo and claims.photo not in photos:
        found.append(Difference("photo", "", claims.photo.hex()))
    return sorted(found, key=lambda one: list(CLAIM_WORDS).index(one.key))


def _words(claims: Claims, values: Mapping[str, str], text: str) -> Iterator[Difference]:
    level = level_words(claims.level).zh if claims.level in range(1, 6) else ""
    for key, expected in (
        ("name", claims.name),
        ("issuer", claims.issuer),
        ("issued_on", date_words(claims.issued_on).zh),
        ("level", level),
    ):
        said = values.get(key)
        if said is None and _plain(expected) not in text:
            yield Difference(key, "", expected)
        elif said is not None and _plain(said) != _plain(expected):
            yield Difference(key, said, expected)
    if _plain(claims.title) not in text:
        yield Difference("title", "", claims.title)
    trades = [values[key] for key in _TRADES if key in values]
    if not _holds(trades or [text], claims.trade):
        yield Difference("trade", " ".join(trades), claims.trade)
    if claims.valid_until and not _holds([values.get("validity", text)], last := date_words(claims.valid_until).zh):
        yield Difference("valid_until", values.get("validity", ""), last)


def _numbers(claims: Claims, values: Mapping[str, str], text: str) -> Iterator[Difference]:
    for key, field, expected in (("number", "number", claims.number), ("identity", "document_no", claims.identity)):
        said = values.get(field)
        if said is not None and not re.fullmatch(_masked(expected), said):
            yield Difference(key, said, expected)
        elif said is None and key == "number" and not re.search(_masked(expected), text):
            yield Difference(key, "", expected)
    if claims.inquiry_code not in text:
        yield Difference("inquiry_code", "", claims.inquiry_code)


def _masked(expected: str) -> str:
    """Return the pattern of a number of which some characters are masked."""
    return re.escape(expected).replace(r"\*", "[0-9A-Z]")


def _holds(texts: Iterable[str], wanted: str) -> bool:
    return any(_plain(wanted) in _plain(text) for text in texts)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).split())
