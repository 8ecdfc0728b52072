"""A paper judged by a bundle alone (离线验真): a file, a photograph of its code, the scanned text, or its credential. No office, no network.

Used by office/verify_offline.py. The answer is a value: genuine, or every reason why not, naming what was altered.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from cryptography import x509
from PIL import Image

from scheduler.certificates import status
from scheduler.certificates.bundle import Bundle, TrustedIssuer, TrustedKey
from scheduler.certificates.code import PREFIX, BadCode, Claims, UnknownKey, read_code
from scheduler.certificates.compare import differences
from scheduler.certificates.credential import Said, credential_id, read_credential
from scheduler.certificates.integrity import BadProof, StrangeKey
from scheduler.certificates.printed import printed_text, printed_values
from scheduler.certificates.qr import qr_texts
from scheduler.certificates.reading import Page, UnreadablePage, read_pdf
from scheduler.certificates.signed_file import FileSignature, file_signature
from scheduler.domain.certificates import Verification
from scheduler.domain.identity import mask
from scheduler.domain.wording import date_words, level_words
from scheduler.errors import Finding, Severity, Text, errors_in


class Answer(StrEnum):
    """What a paper turned out to be, worst first."""

    ALTERED = "altered"
    UNKNOWN_KEY = "unknown-key"
    UNREADABLE = "unreadable"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    TOO_OLD = "bundle-too-old"
    GENUINE = "genuine"


_ANSWERS = {
    "unknown-key": Answer.UNKNOWN_KEY,
    "paper-unreadable": Answer.UNREADABLE,
    "code-missing": Answer.UNREADABLE,
    "certificate-revoked": Answer.REVOKED,
    "certificate-suspended": Answer.SUSPENDED,
    "certificate-expired": Answer.EXPIRED,
    "bundle-too-old": Answer.TOO_OLD,
}
"""By rule; every other rule says that something was altered."""


def judge(paper: bytes, bundle: Bundle, now: datetime) -> Verification:
    """Tell what a paper turned out to be.

    Args:
        paper: Bytes of a PDF, of a picture (PNG, JPEG, WebP) that shows the code, of the scanned text, or of the open
            credential.
        bundle: All that is trusted.
        now: This moment, with a zone; tells whether paper and bundle are still in force.

    Returns:
        Valid when genuine and in force; the first fact, ``answer``, is an `Answer`. Never raises for a bad paper.
    """
    case = _Case(bundle, now)
    if b"%PDF-" in paper[:1024]:
        case.file(paper)
    elif paper.lstrip()[:1] == b"{":
        case.credential(paper)
    elif paper.lstrip()[: len(PREFIX)] == PREFIX.encode():
        case.text(paper.decode("utf-8", "replace"))
        case.compare_yourself()
    else:
        case.picture(paper)
    case.moment()
    if bundle.demo:
        what = Text("示范机构的证书，不具有任何效力", "of a demonstration office, of no legal effect")
        case.find("specimen", what, severity="warning")
    errors = errors_in(case.findings)
    answers = {_ANSWERS.get(finding.rule, Answer.ALTERED) for finding in errors}
    answer = next((answer for answer in Answer if answer in answers), Answer.GENUINE)
    said = dict.fromkeys([("answer", answer.value), *case.facts, ("status_as_of", _moment(bundle.made_at))])
    return Verification(not errors, tuple(said), tuple(case.findings))


@dataclass
class _Case:
    """One paper before the judge; every step adds facts and findings."""

    bundle: Bundle
    now: datetime
    facts: list[tuple[str, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def find(self, rule: str, what: Text, said: str | None = None, *, severity: Severity = "error") -> None:
        self.findings.append(Finding(rule, what, said=said, hint=_HINTS.get(rule), severity=severity))

    def file(self, pdf: bytes) -> None:
        digest = sha256(pdf).hexdigest()
        self.facts.append(("sha256", digest))
        signature = file_signature(pdf)
        issuer = self._signature(signature) if signature.is_signed else None
        try:
            reading = read_pdf(pdf)
        except UnreadablePage as fault:
            self.find("paper-unreadable", Text("PDF 文件无法读取", "the PDF cannot be read"), str(fault))
            return
        page = reading.page
        texts = [text for picture in page.pictures if picture.image for text in qr_texts(picture.image)]
        if not signature.is_signed and not page.glyphs:  # a scan of the paper: no more than a photograph
            self._photographed(texts)
            return
        claims = self._first_code(texts)
        if claims is not None:
            self.findings += [difference.finding() for difference in differences(claims, page)]
            self._same_issuer(issuer, claims.issuer)
        elif not any(text.startswith(PREFIX) for text in texts):
            self._without_code(page, issuer, digest)
        for content in reading.attached:
            self._enclosed(content, claims)
        if not signature.is_signed:
            self._unsigned(claims)

    def _unsigned(self, claims: Claims | None) -> None:
        what = Text("文件没有签名，不是发证时的文件", "the file is not signed: not the one issued")
        named = next((i for i in self.bundle.issuers if claims is not None and i.name == claims.issuer), None)
        # An institution that signs no files has only the code to show.
        self.find("file-unsigned", what, severity="warning" if named and not named.certificates else "error")

    def _signature(self, signature: FileSignature) -> TrustedIssuer | None:
        """Judge the signature of a file; return whose it is where it is trusted and whole."""
        if signature.n_appended:
            what = Text("签名之后又添加了内容", "something was added after the signature")
            self.find("file-appended", what, f"{signature.n_appended} bytes")
        if not signature.is_whole:
            self.find("file-altered", Text("文件在签名后被改动", "the file was altered after it was signed"))
            return None
        issuer = next((issuer for issuer in self.bundle.issuers if signature.signer in issuer.certificates), None)
        if issuer is None:
            who = x509.load_der_x509_certificate(signature.signer).subject.rfc4514_string()
            what = Text("文件的签名密钥不在验真包中", "the key that signed the file is not in the bundle")
            self.find("unknown-key", what, who)
            return None
        if not set(signature.others) <= set(issuer.vouching):
            what = Text("文件附带的证书链被改动", "the certificates that go with the signature were altered")
            self.find("file-altered", what)
        self.facts.append(("signed_by", issuer.name))
        self._in_force(signature.signer)
        return issuer

    def _in_force(self, der: bytes) -> None:
        """A signature made before its certificate was in force was made by somebody else's clock; none is trusted."""
        if x509.load_der_x509_certificate(der).not_valid_before_utc > self.now:
            self.find("unknown-key", Text("签名证书尚未生效", "the signing certificate is not in force yet"))

    def _first_code(self, texts: list[str]) -> Claims | None:
        return next((claims for text in texts if text.startswith(PREFIX) and (claims := self.text(text))), None)

    def _same_issuer(self, issuer: TrustedIssuer | None, named: str) -> None:
        if issuer is not None and issuer.name != named:
            what = Text("文件由另一机构签名", "the file was signed by another institution")
            self.findings.append(Finding("other-issuer", what, said=issuer.name, expected=Text(named, named)))

    def _without_code(self, page: Page, issuer: TrustedIssuer | None, digest: str) -> None:
        """A file without a signed code, as of an office that has no key for codes: its own signature must do."""
        values = printed_values(page)
        self.facts += [(key, _shown(values[key])) for key in ("number", "name", "issued_on") if key in values]
        if digest in self.bundle.withdrawn:
            self.find("certificate-revoked", _REVOKED)
        if issuer is None:
            self.find("code-missing", Text("没有可读的二维码凭证", "there is no readable signed code"))
        elif "".join(issuer.name.split()) not in printed_text(page):
            self._same_issuer(issuer, values.get("issuer", ""))

    def picture(self, content: bytes) -> None:
        try:
            with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as photo:
                texts = qr_texts(photo)
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as fault:
            what = Text("既不是 PDF、图片，也不是凭证文本", "neither a PDF, nor a picture, nor the text of a code")
            self.find("paper-unreadable", what, str(fault)[:80])
            return
        self._photographed(texts)

    def _photographed(self, texts: list[str]) -> None:
        if self._first_code(texts) is not None:
            self.compare_yourself()
        elif not any(text.startswith(PREFIX) for text in texts):
            what = Text("图片中没有可读的二维码凭证", "the picture shows no readable signed code")
            self.find("code-missing", what, next(iter(texts), None))

    def text(self, text: str) -> Claims | None:
        """Judge a scanned text; return what it says where a trusted key signed it."""
        try:
            claims, kid = read_code(text, lambda kid: found[1].public if (found := self.bundle.key(kid)) else None)
        except UnknownKey:
            what = Text("二维码的签名密钥不在验真包中", "the key that signed the code is not in the bundle")
            self.find("unknown-key", what)
            return None
        except BadCode as fault:
            what = Text("二维码凭证被改动或系伪造", "the signed code was altered or forged")
            self.find("code-altered", what, str(fault))
            return None
        self.facts += _claimed(claims)
        self._key(self.bundle.key(kid), claims.issuer, claims.issued_on)
        self._standing(kid, claims.status_index, claims.valid_until)
        return claims

    def credential(self, content: bytes) -> None:
        said = self._read(content)
        if said is None:
            return
        found = self.bundle.named(said.key)
        self.facts += [
            ("award", said.title),
            ("number", said.number),
            ("name", said.name),
            ("issuer", said.issuer),
            ("issued_on", date_words(said.issued_on).zh),
        ]
        self._key(found, said.issuer, said.issued_on)
        if found is not None:
            self._standing(found[1].id, said.status_index, said.valid_until)

    def _read(self, content: bytes) -> Said | None:
        """Judge a credential; return what it says where a trusted key signed it."""
        try:
            return read_credential(
                content, lambda name: found[1].public if (found := self.bundle.named(name)) else None
            )
        except StrangeKey:
            what = Text("开放凭证的签名密钥不在验真包中", "the key that signed the credential is not in the bundle")
            self.find("unknown-key", what)
        except BadProof as fault:
            what = Text("开放凭证被改动或系伪造", "the credential was altered or forged")
            self.find("altered-credential", what, str(fault))
        return None

    def _enclosed(self, content: bytes, claims: Claims | None) -> None:
        """Judge the credential inside a file; it must be that of the paper."""
        said = self._read(content)
        if said is None or claims is None:
            return
        others = [("id", said.id, credential_id(claims.inquiry_code)), ("issuer", said.issuer, claims.issuer)]
        others += [("name", said.name, claims.name), ("number", said.number, claims.number)]
        for key, has, wanted in others:
            if has != wanted:
                what = Text("所附开放凭证属于另一证书", "the credential enclosed is another certificate's")
                self.findings.append(
                    Finding("altered-credential", what, said=f"{key}: {has}", expected=Text(wanted, wanted))
                )
                return

    def _key(self, found: tuple[TrustedIssuer, TrustedKey] | None, named: str, issued_on: date) -> None:
        if found is None:
            return
        issuer, key = found
        if issuer.name != named:
            what = Text("密钥属于另一机构", "the key belongs to another institution")
            self.findings.append(Finding("other-issuer", what, said=named, expected=Text(issuer.name, issuer.name)))
        if not key.trusted_on(issued_on):
            what = Text("密钥在发证日期不受信任", "the key is not trusted for that date of issue")
            self.find("unknown-key", what, str(issued_on))

    def _standing(self, kid: bytes, place: int, valid_until: date | None) -> None:
        if self.bundle.is_set(kid, status.REVOCATION, place):
            self.find("certificate-revoked", _REVOKED)
        if self.bundle.is_set(kid, status.SUSPENSION, place):
            self.find("certificate-suspended", Text("证书已被暂停使用", "the certificate was suspended"))
        today = self.now.astimezone(self.bundle.made_at.tzinfo).date()
        if valid_until is not None and valid_until < today:
            self.find("certificate-expired", Text("证书已过有效期", "the certificate has expired"), str(valid_until))

    def compare_yourself(self) -> None:
        what = Text(
            "只证明了二维码的内容，请与纸面逐项核对", "only what the code says is proven: compare it with the paper"
        )
        self.find("compare-paper", what, severity="warning")

    def moment(self) -> None:
        """Judge whether the bundle still tells the standing of today."""
        if self.now > self.bundle.valid_until:
            what = Text("验真包已过期，不能说明目前是否被撤销", "the bundle is too old to tell what was revoked since")
            self.find("bundle-too-old", what, _moment(self.bundle.valid_until))
        elif self.now < self.bundle.made_at:
            what = Text("验真包的日期在今天之后，请检查本机时间", "the bundle is dated ahead of this machine's clock")
            self.find("bundle-too-old", what, _moment(self.bundle.made_at))


_REVOKED = Text("证书已被撤销或注销", "the certificate was revoked or cancelled")
_HINTS = {
    "unknown-key": Text(
        "可能系伪造，或验真包不是该机构的", "it may be forged, or the bundle is not that institution's"
    ),
    "bundle-too-old": Text("向发证机构索取新的验真包", "ask the issuing office for a new bundle"),
    "code-missing": Text(
        "对准二维码重新拍摄，或提交完整的 PDF", "photograph the code squarely, or hand in the whole PDF"
    ),
    "file-altered": Text("以下列出与签名凭证不符之处", "what differs from the signed code is named beside"),
    "certificate-revoked": Text("向发证机构核实", "ask the issuer"),
    "certificate-suspended": Text("向发证机构核实", "ask the issuer"),
}


def _claimed(claims: Claims) -> list[tuple[str, str]]:
    level = level_words(claims.level).zh if claims.level in range(1, 6) else ""
    said = {
        "award": claims.title,
        "number": claims.number,
        "name": claims.name,
        "trade": claims.trade,
        "level": level,
        "issuer": claims.issuer,
        "issued_on": date_words(claims.issued_on).zh,
        "valid_until": date_words(claims.valid_until).zh if claims.valid_until else "",
        "identity": claims.identity,
        "pair": claims.pair,
    }
    return [(key, value) for key, value in said.items() if value]


def _shown(value: str) -> str:
    """Return a printed value, masked where it may hold a document number."""
    return mask(value) if len(value) == 19 and value[1:18].isdigit() else value


def _moment(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="minutes")
