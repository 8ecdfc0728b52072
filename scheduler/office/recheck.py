"""Recheck (复核): every file issued is read back with other libraries than those that made it, and compared with the ledger.

It looks at the files the registry keeps, and at the copies in the folder where they are; it changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from scheduler.certificates.code import BadCode, read_code
from scheduler.certificates.recheck import Source, differences
from scheduler.certificates.reread import Unreadable, reread
from scheduler.domain.certificates import Certificate, Face
from scheduler.errors import Finding, Language, NotFound, Text, Where, errors_in
from scheduler.office.desk import Office
from scheduler.office.folder import ENDED, certificates_folder
from scheduler.office.keyring import log_keys

Step = Callable[[str, int, int], None]
FindKey = Callable[[bytes], Ed25519PublicKey | None]


@dataclass(frozen=True, slots=True)
class RecheckReport:
    """What the second reading found."""

    round_id: str
    """Empty for all rounds."""
    certificates: int
    """Certificates of every standing whose kept file was read."""
    copies: int
    """Copies in the folder that were compared; those that are missing are told by ``check --ledger``."""
    photos: int
    """Certificates whose photo could be compared: their code names its digest, and its key is known."""
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Tell whether nothing worse than a warning was found."""
        return not errors_in(self.findings)

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        wrong = len(errors_in(self.findings))
        figures = (self.certificates, self.copies, self.photos, wrong)
        if language == "zh":
            head = "复核通过" if self.sound else "复核有问题"
            return head + "：复读证书 {} 本、文件夹副本 {} 份，比对照片 {} 张；{} 个问题".format(*figures)
        head = "recheck passed" if self.sound else "recheck found faults"
        return head + ": {} certificates read back, {} copies in the folder, {} photos compared; {} findings".format(
            *figures
        )


def recheck(office: Office, *, round_id: str = "", progress: Step | None = None) -> RecheckReport:
    """Read every file of a round back, and compare name, number, level, QR code, signature and photo with the ledger.

    Args:
        office: The opened office.
        round_id: One round; all when empty.
        progress: Called with a stage, certificates done, and certificates in all.

    Raises:
        NotFound: No such round.
    """
    tell, find_key = progress or (lambda *_: None), log_keys(office)
    folder = certificates_folder(office)
    findings: list[Finding] = []
    copies = photos = 0
    with office.registry.transaction(write=False) as store:
        if round_id:
            store.rounds.setup(round_id)
        certificates = store.ledger.certificates(round_id or None)
        for n, one in enumerate(certificates):
            tell("复核", n, len(certificates))
            photo = _photo_of(one.face, find_key)
            photos += photo is not None
            source = Source(one, _where(office, one, Text("登记库", "registry")), photo)
            try:
                kept = store.ledger.file_of(one)
                findings += _compared(source, kept)
            except NotFound:
                findings.append(_not_kept(source))
                kept = b""
            for path in _copies(folder, one):
                copies += 1
                content = path.read_bytes()
                if content != kept:
                    place = str(path.relative_to(folder.parent))
                    findings += _compared(replace(source, where=replace(source.where, file=place)), content)
    tell("复核", len(certificates), len(certificates))
    return RecheckReport(round_id, len(certificates), copies, photos, tuple(findings))


def _compared(source: Source, content: bytes) -> list[Finding]:
    try:
        return differences(source, reread(content))
    except Unreadable as fault:
        what = Text("文件无法读取", "the file cannot be read")
        hint = Text(
            "停止使用，从备份恢复，或由 issue 重新写出副本",
            "do not use it; restore it, or let issue write the copy again",
        )
        digest = hashlib.sha256(content).hexdigest()
        said = f"{fault}; sha256 {digest[:16]}…"
        return [Finding("reread-unreadable", what, source.where, said, hint=hint)]


def _photo_of(face: Face, find_key: FindKey) -> str | None:
    """Return what the code in the ledger says of the photo; None where there is no code, or its key is not known here."""
    try:
        claims, _ = read_code(face.code, find_key)
    except BadCode:
        return None
    return claims.photo.hex()


def _where(office: Office, one: Certificate, place: Text) -> Where:
    subject = f"{office.masked(one.award_id, one.number)} {one.award_id}"
    return Where(file=f"{place.in_(office.language)} {one.file_name}", subject=subject)


def _copies(folder: Path, one: Certificate) -> Iterator[Path]:
    for path in (folder / one.file_name, folder / ENDED / one.file_name):
        if path.is_file():
            yield path


def _not_kept(source: Source) -> Finding:
    what = Text("登记库没有保存这份文件", "the registry does not keep the file")
    hint = Text("停止发证，与备份核对", "stop issuing, compare with a backup")
    return Finding("reread-missing", what, source.where, hint=hint)
