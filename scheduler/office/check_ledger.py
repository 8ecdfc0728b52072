"""Check of the ledger (台账核查): everything recomputed from its lines, and compared with manifests and files beside the database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scheduler.certificates.treehead import head_fault
from scheduler.domain.certificates import Certificate, Standing
from scheduler.errors import Finding, Language, Text, Where, errors_in
from scheduler.office.desk import Office
from scheduler.office.folder import certificates_folder
from scheduler.office.keyring import log_keys
from scheduler.office.ledger_times import time_findings
from scheduler.office.lost import look
from scheduler.office.manifests import Manifest, folder_of, read_files, read_manifests
from scheduler.registry.store import Store

_AGAIN = Text("运行 issue 会从登记库重新写出", "issue writes it again from the registry")
_KEEP = Text("停止发证，保留现场，与备份核对", "stop issuing, keep everything as it is, compare with a backup")


@dataclass(frozen=True, slots=True)
class LedgerReport:
    """What the check found."""

    lines: int
    certificates: int
    """Certificates of every standing."""
    manifests: int
    files: int
    """Copies in the folder whose digest was compared."""
    root: str
    """Tree head over all lines, recomputed, hexadecimal."""
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Tell whether nothing worse than a warning was found."""
        return not errors_in(self.findings)

    def summary(self, language: Language = "zh") -> str:
        """Return one line of figures."""
        wrong = len(errors_in(self.findings))
        if language == "zh":
            head = "台账完好" if self.sound else "台账有问题"
            tail = f"：{self.lines} 行，{self.certificates} 本证书，清单 {self.manifests} 份，文件 {self.files} 个；{wrong} 个问题"
            return f"{head}{tail}；树头 {self.root[:16]}…"
        head = "the ledger is sound" if self.sound else "the ledger is not sound"
        tail = f"{self.lines} lines, {self.certificates} certificates, {self.manifests} manifests, {self.files} files"
        return f"{head}: {tail}; {wrong} findings; tree head {self.root[:16]}…"


def check_ledger(office: Office, *, against: Iterable[Path] = ()) -> LedgerReport:
    """Recompute chain, tree, records, reasons, numbers, times and files, and compare every manifest; changes nothing.

    Args:
        office: The opened office.
        against: Manifests that were kept elsewhere, such as at a print shop: what nobody here could have altered.
    """
    also, unread = read_files(against)
    with office.registry.transaction(write=False) as store:
        certificates = store.ledger.certificates()
        found = [*store.ledger.findings(), *store.numbers.findings(), *unread]
        found += look(office, store, deep=True, also=also)[1]
        found += _heads(store)
        found += _unlisted(store)
        found += time_findings(store, office.clock())
        tree = store.heads.roots({last.sequence}) if (last := store.ledger.last()) else store.heads.roots({0})
    manifests = [*read_manifests(folder_of(office))[0], *also]
    find_key = log_keys(office)
    for manifest in manifests:
        if manifest.content != manifest.head.content:
            found.append(_altered_manifest(manifest.file))
        fault = head_fault(manifest.head, find_key)
        if fault is not None:
            found.append(_unsigned(manifest, fault))
    found += _files(office, certificates)
    found += _strangers(office, certificates)
    (size, root), folder = next(iter(tree.items())), certificates_folder(office)
    compared = sum(1 for c in certificates if (folder / c.file_name).is_file())
    return LedgerReport(size, len(certificates), len(manifests), compared, root, tuple(found))


def _heads(store: Store) -> Iterator[Finding]:
    """Compare the heads that the registry itself remembers with the tree of today."""
    records = store.heads.given()
    roots = store.heads.roots({record.head.size for record in records})
    for record in records:
        if roots.get(record.head.size) != record.head.root:
            yield Finding(
                "head-rewritten",
                Text(
                    "台账与以前给出的树头不符：有行被改写",
                    "the ledger contradicts a head given out: lines were rewritten",
                ),
                Where(subject=record.id),
                said=roots.get(record.head.size, "—"),
                expected=Text(record.head.root, record.head.root),
                hint=_KEEP,
            )


def _unlisted(store: Store) -> Iterator[Finding]:
    for round_id in store.rounds.round_ids():
        missing = store.heads.unbatched(round_id)
        if missing:
            yield Finding(
                "not-on-a-manifest",
                Text(
                    "有证书不在任何清单上：上次发证没有正常结束",
                    "certificates stand on no manifest: issuing was stopped",
                ),
                Where(subject=round_id),
                said=", ".join(map(str, missing[:10])) + ("…" if len(missing) > 10 else ""),
                hint=Text("再次运行 issue", "run issue again"),
                severity="warning",
            )


def _unsigned(manifest: Manifest, fault: Text) -> Finding:
    """Return what is wrong with a signature; an office that has no key yet is only warned."""
    if not manifest.head.signature:
        hint = Text(
            "在密钥登记中加入验真码密钥：scheduler keys new", "add a key for codes to the register: scheduler keys new"
        )
        return Finding("head-unsigned", fault, Where(file=manifest.file.name), hint=hint, severity="warning")
    said = manifest.head.key_id
    return Finding("head-signature", fault, Where(file=manifest.file.name), said=said, hint=_KEEP)


def _altered_manifest(file: Path) -> Finding:
    what = Text(
        "清单内容与其树头所载摘要不符：清单被改动", "the manifest does not match the digest in its head: it was altered"
    )
    hint = Text(
        "移走该文件，再次发证会重新写出；并查明改动的来源",
        "move it away, issuing writes it again; find out who altered it",
    )
    return Finding("manifest-altered", what, Where(file=file.name), hint=hint)


def _files(office: Office, certificates: list[Certificate]) -> Iterator[Finding]:
    """Compare each copy in the folder with its digest in the ledger."""
    folder = certificates_folder(office)
    for c in certificates:
        path, valid = folder / c.file_name, c.standing is Standing.VALID
        if not path.is_file():
            if valid:
                what = Text("证书文件不在文件夹中", "the certificate's file is not in the folder")
                yield Finding("copy-missing", what, Where(file=c.file_name), hint=_AGAIN, severity="warning")
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != c.sha256:
            what = Text("文件夹中的证书文件被改动", "the certificate's file in the folder was altered")
            expected = Text(c.sha256, c.sha256)
            yield Finding("copy-altered", what, Where(file=c.file_name), said=digest, expected=expected, hint=_AGAIN)
        elif not valid:
            what = Text("已失效证书的文件仍在文件夹中", "the file of a certificate that ended is still in the folder")
            hint = Text("不要打印；运行 issue 会移走", "do not print it; issue moves it away")
            yield Finding("copy-of-ended", what, Where(file=c.file_name), hint=hint, severity="warning")


def _strangers(office: Office, certificates: list[Certificate]) -> Iterator[Finding]:
    known = {c.file_name for c in certificates}
    for path in sorted(certificates_folder(office).glob("*.pdf")):
        if path.name not in known:
            what = Text("文件夹中有台账没有的证书文件", "the folder holds a file that the ledger does not know")
            hint = Text("不要打印；查明来源后移走", "do not print it; find out where it came from and move it away")
            yield Finding("copy-unknown", what, Where(file=path.name), hint=hint)
