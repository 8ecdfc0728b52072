"""A text that fits is laid out once, and its glyphs are ordered from what is known of each: the same as the long way."""

from __future__ import annotations

from math import inf

import pytest

from scheduler.certificates.issuer import Issuer
from scheduler.press import lettering
from scheduler.press.compiled import Slot
from scheduler.press.render import Press
from scheduler.press.stamp import PLAIN, Stamper
from tests.certificates.conftest import FOLDER
from tests.certificates.people import a_face, a_photo

TEXTS = (
    "王小明", "欧阳䶮㛃", "阿依古丽·买买提江", "Alexandria Montgomery-Smith", "office AVATAR fi", "e\u0301le\u0301ve", "二〇二六年 6 月",
    "2026年6月18日至2032年6月17日", "经考核，成绩合格，准予从事“电工作业（低压电工作业）”。" * 3, "第一行\n第二行", "  两端  ",
)  # fmt: skip


@pytest.fixture(scope="module")
def slots():
    """Return the places of texts in one template."""
    stamper, issuer, face = Stamper(Press(FOLDER)), Issuer(FOLDER), a_face()
    data = issuer.paper(face, photo=a_photo())
    _, plate = stamper._plate(f"certificates/{face.template}", data, PLAIN)
    return {piece.key: piece for piece in plate.compiled.pieces if isinstance(piece, Slot)}


def laid_out(slot, text):
    return [
        (line.left, line.baseline, [(run.font.name, run.size, run.shown, run.drawn) for run in line.runs])
        for line in slot.lettering._set(text, slot.lettering._styled(9), slot.width)
    ]


@pytest.mark.parametrize("text", TEXTS)
def test_one_layout_gives_what_two_give(text, slots, monkeypatch):
    places = [slots[key] for key in ("field.name", "statement", "code")]
    quick = [laid_out(slot, text) for slot in places]
    monkeypatch.setattr(lettering, "line_size", lambda line, style: (inf, 0))  # nothing fits at once
    assert quick == [laid_out(slot, text) for slot in places]


def test_each_glyph_stands_for_its_own_characters(slots):
    (line,) = laid_out(slots["field.name"], "王fi小e\u0301")
    assert "".join(text for _, _, _, drawn in line[2] for _, text in drawn) == "王fi小e\u0301"
    assert lettering._characters("王小", [0, 3]) == "王小"
    assert lettering._characters("e\u0301a", [0, 3]) == ["e\u0301", "a"]
    assert lettering._characters("e\u0301a", [0, 0, 3]) == ["", "e\u0301", "a"]
