"""An office with a city's month of passes: the pilot's set-up, as many candidates as asked, a photo of its own for each.

Every person is invented; identity numbers lie in the unassigned division 990100. Same count and seed, same office.
"""

from __future__ import annotations

import io
import random
import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from PIL import Image

from scheduler.domain.entries import Entry
from scheduler.domain.identity import DocumentKind, IdentityDocument, id_check_digit
from scheduler.domain.results import Outcome
from scheduler.office.desk import Office, open_office
from scheduler.office.enrol import enrol
from scheduler.office.prepare import prepare
from scheduler.office.record import record
from tests.certificates.people import a_photo

PILOT = Path(__file__).parents[2] / "fixtures" / "pilot"
ROUND = "2026-06-YL"
ISSUED_ON = date(2026, 6, 30)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓韩冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁"
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉玲健华红鹏宇浩然子轩梓涵思远嘉怡俊翀昊睿萱䶮㛃"
_PORTRAITS = 97
"""Different photos; the next candidates get them again with other noise in their last bytes."""


def city_office(folder: Path, candidates: int, *, seed: int = 1) -> Office:
    """Return an opened office in which everybody has passed and nothing is issued; 2 or 3 awards each, as in the pilot."""
    folder.mkdir(parents=True)
    shutil.copy(PILOT / "office.toml", folder)
    photos = folder / "photos"
    shutil.copytree(PILOT / "photos", photos)
    office = open_office(folder / "office.toml")
    prepare(office, PILOT / "setup.xlsx")
    enrol(office, PILOT / "entries.xlsx", round_id=ROUND)
    record(office, PILOT / "marks.xlsx", round_id=ROUND)
    chance = random.Random(seed)
    portraits = [portrait(n) for n in range(min(_PORTRAITS, candidates))]
    with office.registry.transaction() as store:
        models = [(store.rounds.entry(o.entry_id), o) for o in store.results.outcomes(ROUND) if o.earned_ids]
        for n in range(candidates):
            entry, outcome = another(*models[n % len(models)], n, chance)
            store.rounds.put_entry(entry)
            store.results.put_outcome(outcome)
            (photos / entry.candidate.photo).write_bytes(portraits[n % len(portraits)])
    return office


def another(entry: Entry, outcome: Outcome, n: int, chance: random.Random) -> tuple[Entry, Outcome]:
    """Return somebody else with the same results."""
    born = date(1970, 1, 1) + timedelta(days=chance.randrange(13_000))
    first = f"990100{born:%Y%m%d}{n % 1000:03d}"
    document = IdentityDocument(DocumentKind.CITIZEN_ID, first + id_check_digit(first))
    name = chance.choice(_SURNAMES) + "".join(chance.choices(_GIVEN, k=chance.choice((1, 2, 2, 2))))
    candidate = replace(
        entry.candidate, id=document.person_id(), name=name, document=document, sex="女" if n % 2 else "男",
        born_on=born, photo=f"city-{n:05d}.jpg",
    )  # fmt: skip
    made = replace(entry, id=f"C{n:05d}", candidate=candidate)
    marks = tuple(replace(mark, entry_id=made.id) for mark in outcome.marks)
    return made, replace(outcome, entry_id=made.id, marks=marks)


def portrait(n: int) -> bytes:
    """Return a JPEG of 295 x 413 pixels, some 18 KiB as such photos are."""
    flat = Image.open(io.BytesIO(a_photo(n)))
    chance = random.Random(n)
    noise = Image.frombytes("RGB", (98, 138), chance.randbytes(98 * 138 * 3)).resize(flat.size)
    out = io.BytesIO()
    Image.blend(flat, noise, 0.12).save(out, "JPEG", quality=88)
    return out.getvalue()
