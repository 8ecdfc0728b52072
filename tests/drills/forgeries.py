"""Forged certificates, all to be refused, and genuine ones, none: ``./run drill forgeries [--small] [--json FILE]``.

Seven ways to forge, over files, scanned texts and credentials of random people; each trial is judged by the bundle alone. The
control is a careless verifier that looks at what a paper says and at no signature: it must be taken in by every way.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives.serialization import Encoding

from scheduler.certificates.code import PREFIX, base45, from_base45, key_id
from scheduler.certificates.integrity import did_key
from scheduler.certificates.issuer import Issuer
from scheduler.certificates.offline import judge
from scheduler.certificates.verify import read_paper
from scheduler.press.render import Press
from scheduler.press.stamp import Stamper
from tests.certificates.issued import NOW, Desk, Issued, a_bundle, a_certificate, a_desk, desk_of, issue, print_
from tests.certificates.people import ISSUED_BY, a_photo
from tests.drills.figures import machine

FOLDER = Path(__file__).parents[2] / "templates"
FAMILIES, GIVEN = "王李张刘陈杨黄赵吴周徐孙马朱胡", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂"
SMALL, FULL = 300, 10_000
COLUMNS = ("case", "trials", "failures", "control_failed", "seconds", "seed")


@dataclass
class Workshop:
    """Genuine certificates, and forgers with keys of their own under the names of the institutions."""

    seed: int
    size: int = 20
    chance: random.Random = field(init=False)
    genuine: list[Issued] = field(init=False)
    forgers: dict[str, Desk] = field(init=False)

    def __post_init__(self) -> None:
        """Issue the genuine ones."""
        self.chance = random.Random(self.seed)
        self.stamper, self.issuer = Stamper(Press(FOLDER)), Issuer(FOLDER)
        self.forgers = {desk.name: a_desk(desk.name) for desk in map(desk_of, ISSUED_BY)}
        self.genuine = [self.one(serial) for serial in range(1, self.size + 1)]
        self.bundle = a_bundle()

    def one(self, serial: int, award: str = "", **options: object) -> Issued:
        """Issue a certificate to a random person."""
        name = self.chance.choice(FAMILIES) + "".join(self.chance.choices(GIVEN, k=self.chance.randint(1, 2)))
        code = "".join(self.chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))
        award = award or self.chance.choice(list(ISSUED_BY))
        return issue(self.stamper, self.issuer, award, n=self.chance.randint(1, 999), name=name, serial=serial,
                     inquiry_code=code, **options)  # fmt: skip

    def any(self) -> Issued:
        """Return a genuine certificate."""
        return self.chance.choice(self.genuine)

    def forged(self) -> Issued:
        """Return a certificate of the forger's own making."""
        award = self.chance.choice(list(ISSUED_BY))
        return self.one(self.chance.randint(1, 9_999), award, desk=self.forgers[ISSUED_BY[award][1].name])

    def document(self) -> dict:
        """Return a genuine credential, taken apart."""
        return json.loads(self.any().credential)


def own_key(shop: Workshop) -> Iterator[bytes]:
    forged = shop.forged()
    yield from (forged.pdf, forged.face.code.encode(), forged.credential)


def swapped_algorithm(shop: Workshop) -> Iterator[bytes]:
    protected, header, payload, signature = opened(shop.any().face.code)
    kid = cbor2.loads(protected)[4]
    algorithm = shop.chance.choice([-7, -257, 0, 5, None, "EdDSA", -8.0, -19])
    forged = cbor2.dumps({1: algorithm, 4: kid}, canonical=True)
    yield closed([forged, header, changed(shop, payload), signature])
    yield closed([forged, {1: -8, 4: kid}, payload, signature])
    document = shop.document()
    document["proof"][0]["cryptosuite"], document["proof"][1]["cryptosuite"] = shop.chance.choice(
        [("eddsa-jcs-2022", "eddsa-rdfc-2022"), ("none", "none"), ("ecdsa-jcs-2019", "eddsa-jcs-2022")]
    )
    yield json.dumps(document).encode()


def borrowed_key_id(shop: Workshop) -> Iterator[bytes]:
    """The forger signs with his own key and names the institution's."""
    real = shop.any()
    desk = next(desk for desk in map(desk_of, ISSUED_BY) if desk.name == real.face.issuer)
    forger = shop.forgers[desk.name]
    _, header, payload, _ = opened(real.face.code)
    protected = cbor2.dumps({1: -8, 4: key_id(desk.code.public_key())}, canonical=True)
    payload = renamed(payload, shop)
    signature = forger.code.sign(cbor2.dumps(["Signature1", protected, b"", payload], canonical=True))
    yield closed([protected, header, payload, signature])
    forged = json.loads(shop.forged().credential)
    name = did_key(desk.code.public_key())
    forged["issuer"]["id"] = name
    for proof in forged["proof"]:
        proof["verificationMethod"] = f"{name}#{name.removeprefix('did:key:')}"
    yield json.dumps(forged, ensure_ascii=False).encode()
    twin = a_certificate(desk.name[:60], forger.rsa.public_key(), forger.rsa).public_bytes(Encoding.DER)
    yield print_(
        shop.stamper, shop.issuer, other_name(real, shop).face, real.photo, replace(forger, der=twin, chain=(twin,))
    )


def unsigned(shop: Workshop) -> Iterator[bytes]:
    real = shop.any()
    yield print_(shop.stamper, shop.issuer, replace(other_name(real, shop).face, code=""), real.photo, None)
    protected, header, payload, signature = opened(real.face.code)
    yield closed([protected, header, renamed(payload, shop), shop.chance.choice([b"", bytes(64), signature])])
    document = shop.document()
    document["credentialSubject"]["identifier"][0]["identityHash"] = "王小明明"
    yield json.dumps({**document, "proof": shop.chance.choice([[], None, {}, document["proof"][:1]])}).encode()


def altered_bytes(shop: Workshop) -> Iterator[bytes]:
    real = shop.any()
    for content in (real.pdf, real.face.code.encode(), real.credential):
        forged = bytearray(content)
        for at in shop.chance.sample(range(len(forged)), shop.chance.choice([1, 1, 2, 8])):
            forged[at] ^= shop.chance.randint(1, 127)
        if same(bytes(forged), content):
            continue
        yield bytes(forged)


def overlay(shop: Workshop) -> Iterator[bytes]:
    """An object of the file is written anew behind the signature, as an incremental update."""
    pdf = shop.any().pdf
    number = shop.chance.randint(1, 30)
    body = b"%d 0 obj\n<< /Type /Overlay /Mark (%d) >>\nendobj\n" % (number, shop.chance.randint(1, 10**9))
    before = int(pdf[pdf.rindex(b"startxref") + 10 :].split()[0])
    tail = b"xref\n%d 1\n%010d 00000 n\r\ntrailer\n<< /Size 99 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        number, len(pdf), before, len(pdf) + len(body))  # fmt: skip
    yield pdf + body + tail
    yield pdf + shop.chance.choice([b"\n", b"%", b"\0" * 9, pdf])


def cloned_code(shop: Workshop) -> Iterator[bytes]:
    """The genuine code and credential stand on a paper of another person."""
    real = shop.any()
    face = other_name(real, shop).face
    yield print_(shop.stamper, shop.issuer, face, a_photo(shop.chance.randint(1, 99)), None, real.credential)
    yield print_(shop.stamper, shop.issuer, face, real.photo, shop.forgers[face.issuer], real.credential)


FORGERS: dict[str, Callable[[Workshop], Iterator[bytes]]] = {
    "own key": own_key,
    "swapped algorithm": swapped_algorithm,
    "borrowed key id": borrowed_key_id,
    "unsigned": unsigned,
    "altered bytes": altered_bytes,
    "overlay": overlay,
    "cloned code": cloned_code,
}


def genuine(shop: Workshop) -> Iterator[bytes]:
    real = shop.one(shop.chance.randint(1, 200_000)) if shop.chance.random() < 0.5 else shop.any()
    yield from (real.pdf, *[real.face.code.encode(), real.credential] * 2)


def careless(paper: bytes) -> bool:
    """Tell whether somebody who looks at no signature is taken in."""
    try:
        if paper.startswith(b"%PDF"):
            return bool(read_paper(paper).numbers)
        if paper.startswith(PREFIX.encode()):
            return isinstance(cbor2.loads(opened(paper.decode())[2]), dict)
        return "licenseNumber" in json.loads(paper)["credentialSubject"]
    except Exception:  # noqa: BLE001 - then he is not
        return False


def opened(code: str) -> list:
    return list(cbor2.loads(from_base45(code.removeprefix(PREFIX))).value)


def closed(message: list) -> bytes:
    return (PREFIX + base45(cbor2.dumps(cbor2.CBORTag(18, message), canonical=True))).encode()


def renamed(payload: bytes, shop: Workshop) -> bytes:
    return cbor2.dumps(cbor2.loads(payload) | {2: shop.chance.choice(FAMILIES) + "某某"}, canonical=True)


def changed(shop: Workshop, payload: bytes) -> bytes:
    return renamed(payload, shop) if shop.chance.random() < 0.5 else payload


def other_name(real: Issued, shop: Workshop) -> Issued:
    """Return a certificate with another name on its face, and the code of the first."""
    name = shop.chance.choice(FAMILIES) + "冒充"
    fields = tuple((k, a, b, name if k == "name" else v) for k, a, b, v in real.face.fields)
    return replace(real, face=replace(real.face, name=name, fields=fields))


def same(forged: bytes, content: bytes) -> bool:
    """Tell whether a change changes nothing that is said: white space between the words of a JSON document."""
    try:
        return json.loads(forged) == json.loads(content)
    except ValueError:
        return False


def drill(case: str, trials: int, shop: Workshop) -> dict[str, object]:
    """Return one row: how many papers were judged wrongly, and how many took the careless verifier in."""
    make, wanted = (genuine, "genuine") if case == "genuine" else (FORGERS[case], "")
    done = failures = taken_in = 0
    began = time.process_time()
    while done < trials:
        for paper in make(shop):
            if done == trials:
                break
            done += 1
            found = judge(paper, shop.bundle, NOW)
            answer = dict(found.facts)["answer"]
            wrong = found.valid != (wanted == "genuine") or (answer == "genuine") != (wanted == "genuine")
            failures += wrong
            taken_in += wanted != "genuine" and careless(paper)
            if wrong:
                print(f"{case}: {answer} {[finding.rule for finding in found.findings]}", file=sys.stderr)
    spent = round(time.process_time() - began, 1)
    return dict(zip(COLUMNS, (case, done, failures, taken_in, spent, shop.seed), strict=True))


def main() -> None:
    """Run the drill and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=[*FORGERS, "genuine"], help="one case")
    parser.add_argument(
        "--small", action="store_true", help=f"{SMALL:,} forgeries and as many genuine ones, not {FULL:,}"
    )
    parser.add_argument(
        "--trials", type=int, default=FULL, metavar="N", help=f"so many of each; {FULL:,} unless told otherwise"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    total = SMALL if asked.small else asked.trials
    print(f"machine: {machine()}\nseed: {asked.seed}")
    shop = Workshop(asked.seed, 20 if total <= SMALL else 200)
    cases = {case: -(-total // len(FORGERS)) for case in FORGERS} | {"genuine": total}
    cases = {case: trials for case, trials in cases.items() if asked.only in (None, case)}
    rows = []
    print("  ".join(f"{column:>18}" for column in COLUMNS))
    for case, trials in cases.items():
        rows.append(drill(case, trials, shop))
        print("  ".join(f"{value!s:>18}" for value in rows[-1].values()), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=1))
    taken_in = all(row["control_failed"] for row in rows if row["case"] != "genuine")
    sys.exit(any(row["failures"] for row in rows) or not taken_in)


if __name__ == "__main__":
    main()
