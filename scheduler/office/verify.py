"""Verify (验真): a file or a number against the ledger; the answer is a value, never an exception for a bad paper."""

from __future__ import annotations

from pathlib import Path

from scheduler.certificates.verify import read_paper
from scheduler.domain.certificates import Certificate, Standing, Verification
from scheduler.domain.identity import mask
from scheduler.domain.wording import date_words
from scheduler.errors import Finding, Text, Where
from scheduler.office.desk import Office
from scheduler.office.standing import masked_name, standing_on
from scheduler.registry.store import Store


def verify(office: Office, paper: str | Path) -> Verification:
    """Tell what a file, or a certificate number, turned out to be.

    A file is genuine when its digest stands in the ledger. An altered copy is told from a stranger by the number it
    bears. A number alone proves only that such a certificate was issued.
    """
    path = Path(paper)
    with office.registry.transaction(write=False) as store:
        if _is_file(path):
            return _file(office, store, path)
        if _looks_like_file(str(paper)):
            return Verification(False, (), (_no_file(path),))
        return _number(office, store, str(paper).strip().upper())


def _file(office: Office, store: Store, path: Path) -> Verification:
    reading = read_paper(path.read_bytes())
    known = store.ledger.by_digest(reading.sha256)
    if known is not None:
        return _judge(office, known, [])
    findings = [*reading.findings]
    claimed = [c for number in reading.numbers for c in store.ledger.certificate(number)]
    if claimed:
        findings.append(_altered(path, claimed))
    else:
        findings.append(_stranger(path))
    return Verification(
        False, (("sha256", reading.sha256), *(("claims", mask(n)) for n in reading.numbers)), tuple(findings)
    )


def _number(office: Office, store: Store, number: str) -> Verification:
    found = store.ledger.certificate(number)
    if not found:
        unknown = Finding(
            "number-not-in-ledger",
            Text("台账中没有这个证书编号", "the ledger has no certificate with this number"),
            said=mask(number),
            hint=Text("核对编号；字母 X 应为大写", "check the number; a letter X is upper case"),
        )
        return Verification(False, (), (unknown,))
    # Of several papers of one award the last says what the number is worth: it may have been reissued or corrected.
    current = {certificate.award_id: certificate for certificate in found}
    judged = [_judge(office, certificate, []) for certificate in current.values()]
    return Verification(
        all(one.valid for one in judged),
        tuple(fact for one in judged for fact in one.facts),
        tuple(finding for one in judged for finding in one.findings),
    )


def _judge(office: Office, certificate: Certificate, findings: list[Finding]) -> Verification:
    standing = standing_on(certificate, office.today())
    if standing is not Standing.VALID:
        findings.append(
            Finding(
                f"certificate-{standing}",
                {
                    Standing.EXPIRED: Text("证书已过有效期", "the certificate has expired"),
                    Standing.REVOKED: Text("证书已被撤销", "the certificate was revoked"),
                    Standing.SUSPENDED: Text("证书已被暂停", "the certificate is suspended"),
                    Standing.CANCELLED: Text("证书已被注销", "the certificate was cancelled"),
                    Standing.REPLACED: Text(
                        "证书已补发或更正，由新证书取代", "the certificate was replaced by a later one"
                    ),
                }[standing],
                Where(subject=mask(certificate.number)),
            )
        )
    return Verification(not findings, _facts(office, certificate, standing), tuple(findings))


def _facts(office: Office, certificate: Certificate, standing: Standing) -> tuple[tuple[str, str], ...]:
    face = certificate.face
    return (
        ("award", f"{face.title} / {face.title_en}"),
        ("award_id", certificate.award_id),
        ("number", _shown(office, certificate)),
        ("name", masked_name(face.name)),
        ("issuer", face.issuer),
        ("issued_on", date_words(certificate.issued_on).zh),
        ("standing", standing.value),
        ("ledger_line", str(certificate.sequence)),
        ("sha256", certificate.sha256),
    )


def _shown(office: Office, certificate: Certificate) -> str:
    """Return the number, masked where the award's rule makes it of the holder's document number."""
    awards = [award for award in office.catalogue.awards if award.id == certificate.award_id]
    personal = [True for award in awards for _, rule in award.number_rules if "{document_no" in rule.template]
    return mask(certificate.number) if personal or not awards else certificate.number


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # what was typed is longer than any name of a file
        return False


def _looks_like_file(text: str) -> bool:
    return "/" in text or text.lower().endswith((".pdf", ".png", ".jpg"))


def _no_file(path: Path) -> Finding:
    return Finding(
        "no-such-file",
        Text("找不到文件", "no such file"),
        Where(file=str(path)),
        hint=Text("检查路径，或直接输入证书编号", "check the path, or give the certificate number instead"),
    )


def _altered(path: Path, claimed: list[Certificate]) -> Finding:
    return Finding(
        "altered-paper",
        Text(
            "编号在台账中，但文件与发证时的文件不一致：已被改动或重新制作",
            "the number is in the ledger, but the file is not the one issued: altered or remade",
        ),
        Where(file=path.name, subject=mask(claimed[0].number)),
        hint=Text("以台账内容为准，向发证机构核实", "trust the ledger; ask the issuer"),
    )


def _stranger(path: Path) -> Finding:
    return Finding(
        "not-issued-here",
        Text("台账中没有这份文件，也没有它所载的编号", "the ledger has neither this file nor a number it bears"),
        Where(file=path.name),
        hint=Text("可能是伪造，或由其他机构签发", "it may be forged, or issued by somebody else"),
    )
