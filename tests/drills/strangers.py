"""An office full of strangers: rare characters, long names, foreigners, every scheme and kind of award; all have passed.

Used by the drill of validation. Every person is invented. Identity numbers lie in the unassigned division 990100; those of
permits, whose divisions exist, are of people born before 1910. Same count and seed, same office.
"""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from PIL import Image

from scheduler.domain.catalogue import Scheme
from scheduler.domain.entries import Entry
from scheduler.domain.identity import DocumentKind, IdentityDocument, id_check_digit
from scheduler.domain.people import Candidate
from scheduler.domain.results import Outcome, Verdict
from scheduler.office.desk import Office
from scheduler.office.prepare import prepare
from tests.benchmarks.city import portrait
from tests.office.books import PILOT, ROUND
from tests.office.conftest import open_at

_SURNAMES = (*"王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑", "欧阳", "司徒", "尉迟", "夏侯")
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲健华红鹏宇浩然子轩梓涵思远嘉怡俊昊睿萱"
_RARE = "翀䶮㛃㸆㙦㳚䢺喆堃昇珺垚赟頔旻曌犇淼爨彧亓仝隗逄璟翯"
_BEYOND = "\U0002cb2b\U0002cb2d\U0002b404\U0002b5e7\U0002ca02\U0002cbb1\U0002cbce"
"""Characters beyond the first plane, as names have them."""
_LONG = (
    "阿卜杜热合曼",
    "买买提依明",
    "古丽巴哈尔",
    "努尔艾合买提",
    "帕提古丽",
    "扎西顿珠",
    "次仁央宗",
    "阿不都克里木",
    "乌云其木格",
    "布和巴特尔",
    "司马义",
    "吾普尔",
)
_ABROAD = ("Zoë", "Müller", "João", "da", "Conceição", "Nguyễn", "Thị", "Minh", "Khai", "O'Brien", "Łukasz", "Świątek", "Björk", "Anne-Marie", "Guðmundsdóttir",
           "José", "Ibáñez", "van", "der", "Merwe", "Şükrü", "Çelik", "Dvořák", "Maximilian", "Élodie", "Ştefănescu")  # fmt: skip


@dataclass(frozen=True)
class Strangers:
    """Invented people and what they have earned."""

    office: Office
    chance: random.Random
    schemes: tuple[Scheme, ...]
    numbers: set[str] = field(default_factory=set)

    def outcomes(self, certificates: int) -> Iterator[tuple[Entry, Outcome]]:
        """Yield people who earn so many certificates together, each scheme in its turn."""
        n = 0
        while certificates:
            scheme = self.schemes[n % len(self.schemes)]
            awards = [one.award_id for one in scheme.awards]
            count = self.chance.choice((1, *(len(awards),) * 4)) if n else len(awards)
            earned = set(self.chance.sample(awards, min(certificates, count)))
            entry = self._entry(f"V{n:05d}", scheme, tuple(awards))
            verdicts = tuple(Verdict(award, award in earned, ()) for award in awards)
            yield entry, Outcome(entry.id, (), verdicts, (), date(2026, 6, 20))
            certificates, n = certificates - len(earned), n + 1

    def _entry(self, id_: str, scheme: Scheme, awards: tuple[str, ...]) -> Entry:
        kind, name = self._named()
        document = self._document(kind)
        candidate = Candidate(document.person_id(), name, document, self.chance.choice(("男", "女")),
                              document.born_on or date(1990, 2, 28), photo=f"{id_}.jpg")  # fmt: skip
        return Entry(id_, ROUND, candidate, scheme.id, awards, date(2026, 5, 1), "990100")

    def _named(self) -> tuple[DocumentKind, str]:
        draw = self.chance.random()
        if draw < 0.15:
            return DocumentKind.PASSPORT, " ".join(self.chance.sample(_ABROAD, self.chance.choice((2, 2, 3, 4))))
        if draw < 0.27:
            return DocumentKind.CITIZEN_ID, "·".join(self.chance.sample(_LONG, self.chance.choice((1, 2, 2, 3))))
        pool = _GIVEN if draw < 0.6 else _RARE if draw < 0.85 else _BEYOND
        name = self.chance.choice(_SURNAMES) + "".join(self.chance.choices(pool, k=self.chance.choice((1, 2))))
        kind = DocumentKind.RESIDENCE_PERMIT if self.chance.random() < 0.1 else DocumentKind.CITIZEN_ID
        return kind, name + self.chance.choice(("", self.chance.choice(_GIVEN)))

    def _document(self, kind: DocumentKind) -> IdentityDocument:
        """Return a document whose number nobody else here has."""
        number = ""
        while not number or number in self.numbers:
            if kind is DocumentKind.PASSPORT:
                number = self.chance.choice("EGPX") + f"{self.chance.randrange(10**8):08d}"
                continue
            permit = kind is DocumentKind.RESIDENCE_PERMIT
            division = self.chance.choice(("810000", "820000", "830000")) if permit else "990100"
            born = date(1900 if permit else 1965, 1, 1) + timedelta(
                days=self.chance.randrange(3_000 if permit else 15_000)
            )
            first = f"{division}{born:%Y%m%d}{self.chance.randrange(1_000):03d}"
            number = first + id_check_digit(first)
        self.numbers.add(number)
        return IdentityDocument(kind, number)


def strange_office(folder: Path, certificates: int, *, seed: int, keys: Path | None = None) -> Office:
    """Return an opened office in which nothing is issued and so many certificates are due.

    Args:
        folder: A new folder.
        certificates: How many.
        seed: Of everything that is drawn.
        keys: Folder of keys to copy; the demonstration makes its own when None.
    """
    (folder / "photos").mkdir(parents=True)
    shutil.copy(PILOT / "office.toml", folder)
    if keys is not None:
        shutil.copytree(keys, folder / "keys")
    office = open_at(folder)
    setup = prepare(office, PILOT / "setup.xlsx").setup
    # The pilot issues nothing whose number begins with the marks of a city.
    setup = replace(setup, institutions=tuple(replace(one, number_marks="云A") for one in setup.institutions))
    chance = random.Random(seed)
    # The scheme of three comes first: it alone has every template.
    schemes = tuple(sorted(office.catalogue.schemes, key=lambda scheme: -len(scheme.awards)))
    with office.registry.transaction() as store:
        store.rounds.save_setup(setup)
        for n, (entry, outcome) in enumerate(Strangers(office, chance, schemes).outcomes(certificates)):
            store.rounds.put_entry(entry)
            store.results.put_outcome(outcome)
            (folder / "photos" / entry.candidate.photo).write_bytes(_photo(n, chance))
    return office


def _photo(n: int, chance: random.Random) -> bytes:
    """Return a photo that nobody else has: of any usual size, some in grey, some as PNG under the name of a JPEG."""
    picture = Image.open(io.BytesIO(portrait(n)))
    size = chance.choice(((295, 413), (358, 441), (413, 579), (600, 840), (240, 320)))
    out = io.BytesIO()
    picture.resize(size).convert(chance.choice(("RGB", "RGB", "RGB", "L"))).save(
        out, chance.choice(("JPEG", "JPEG", "JPEG", "PNG"))
    )
    return out.getvalue()
