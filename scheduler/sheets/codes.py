"""Lists of codes: what may be written in a cell, and which code it means. Drop-down lists and readers share them."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scheduler.domain.catalogue import Award, AwardKind, Catalogue, ComponentKind, Duty, RoomKind
from scheduler.domain.identity import DocumentKind
from scheduler.domain.results import Attendance
from scheduler.domain.rounds import RoundSetup
from scheduler.domain.wording import level_words
from scheduler.sheets.columns import Choices

_SPLIT = re.compile(r"[、,;|\n]")


@dataclass(frozen=True, slots=True)
class Codes:
    """One list of codes (代码表)."""

    labels: Mapping[str, str]
    """Code and the Chinese label that templates offer."""
    meanings: Mapping[str, str]
    """Folded spelling and the code it means; spellings of two codes are left out."""

    def find(self, said: str) -> str | None:
        """Return the code that a spelling means, or None."""
        return self.meanings.get(fold_value(said))

    def split(self, said: str) -> list[str]:
        """Return the parts of a list written with 、 , ; or new lines; a spelling that holds such a mark stays whole."""
        if self.find(said) is not None:
            return [said]
        return [part.strip() for part in _SPLIT.split(unicodedata.normalize("NFKC", said)) if part.strip()]

    def near(self, said: str) -> str | None:
        """Return the label nearest to a misspelling, or None when none is near."""
        close = difflib.get_close_matches(fold_value(said), self.meanings, n=1, cutoff=0.6)
        return self.labels[self.meanings[close[0]]] if close else None

    def some(self, limit: int = 8) -> str:
        """Return the first labels for a message."""
        labels = list(self.labels.values())
        return "、".join(labels[:limit]) + ("…" if len(labels) > limit else "")


def fold_value(said: str) -> str:
    """Return a spelling without case, width and blanks."""
    return "".join(unicodedata.normalize("NFKC", said).casefold().split())


def make_codes(rows: Iterable[tuple[str, ...]]) -> Codes:
    """Return a list from rows of code, label, and further spellings."""
    labels: dict[str, str] = {}
    meanings: dict[str, str | None] = {}
    rows = list(rows)
    for code, label, *_ in rows:
        labels[code] = f"{label} {code}" if label in labels.values() else label
    for code, *spellings in rows:
        for spelling in {fold_value(s) for s in spellings if s}:
            meanings[spelling] = code if meanings.get(spelling, code) == code else None
    for code, label in labels.items():
        meanings[fold_value(label)] = code
    for code in labels:
        meanings[fold_value(code)] = code
    return Codes(labels, {spelling: code for spelling, code in meanings.items() if code is not None})


KINDS = make_codes([
    (DocumentKind.CITIZEN_ID, "居民身份证", "身份证", "公民身份证", "二代身份证", "citizen id", "identity card", "id card", "resident identity card"),
    (DocumentKind.RESIDENCE_PERMIT, "港澳台居民居住证", "居住证", "港澳居民居住证", "台湾居民居住证", "residence permit"),
    (DocumentKind.PASSPORT, "护照", "外国护照", "普通护照", "passport"),
])  # fmt: skip
SEXES = make_codes([("男", "男", "男性", "male", "m"), ("女", "女", "女性", "female", "f")])
YES_NO = make_codes([
    ("yes", "是", "y", "true", "1", "需要", "有", "√", "✓"),
    ("no", "否", "n", "false", "0", "不需要", "无", "×", "x"),
])  # fmt: skip
EDUCATION = make_codes(
    [
        (w, w)
        for w in ("小学", "初中", "高中", "中专", "技校", "职高", "大专", "高职", "本科", "硕士研究生", "博士研究生")
    ]
)
ROOM_KINDS = make_codes([
    (RoomKind.THEORY_ROOM, "理论考场", "理论", "机房", "theory room", "theory"),
    (RoomKind.WORKSHOP, "实操考场", "实操", "实操工位", "实操场地", "工位", "workshop", "practical"),
])  # fmt: skip
DUTIES = make_codes([
    (Duty.ASSESS, "考评", "考评员", "assessor"),
    (Duty.INVIGILATE, "监考", "监考员", "invigilator"),
])  # fmt: skip
REASONS = make_codes([
    ("relative", "亲属", "亲属关系", "近亲属"),
    ("own_trainee", "本人学员", "师生", "学员", "师生关系", "own trainee"),
    ("other", "其他", "其它"),
])  # fmt: skip
TOGETHER = make_codes([
    ("session", "同场", "同一场次"),
    ("site", "同考点", "同一考点"),
    ("fragments", "分散", "拆分", "可拆分"),
    ("none", "不限", "无", "no"),
])  # fmt: skip
ATTENDANCE = make_codes([
    (Attendance.PRESENT, "出勤", "参加", "到考", "正常", "出席", "attended"),
    (Attendance.ABSENT, "缺考", "缺席", "未到"),
    (Attendance.BARRED, "取消资格", "违纪", "取消考试资格", "disqualified"),
    (Attendance.DEFERRED, "缓考", "申请缓考", "postponed"),
])  # fmt: skip
CAN_SERVE = make_codes([
    ("yes", "可以", "可", "是", "能", "有空", "available", "y", "√", "✓"),
    ("no", "不可以", "不可", "否", "不能", "没空", "not available", "unavailable", "n", "×", "x"),
])  # fmt: skip
ACCEPTANCE = make_codes([
    ("yes", "接受", "同意", "accept", "accepted", "是", "y", "√", "✓"),
    ("no", "谢绝", "拒绝", "不接受", "不同意", "decline", "declined", "否", "n", "×", "x"),
])  # fmt: skip
_KINDS_OF_COMPONENTS: list[tuple[str, ...]] = [
    (ComponentKind.THEORY, "理论", "理论考试", "理论知识", "理论知识考试"),
    (ComponentKind.PRACTICAL, "实操", "实际操作", "实操考试", "技能", "技能操作", "操作技能", "操作技能考核", "实际操作考试"),
    (ComponentKind.HOT_WORK, "动火作业", "动火作业安全管理", "动火", "hot work"),
    (ComponentKind.OTHER, "其他", "其它"),
]  # fmt: skip
COMPONENT_KINDS = make_codes(_KINDS_OF_COMPONENTS)
_ROLES = [
    ("implementing_department", "实施部门", "主管部门", "发证机关", "implementing department"),
    ("certification_institution", "评价机构", "职业技能评价机构", "certification institution"),
    ("training_body", "培训机构", "培训单位", "training body"),
]


def scheme_codes(catalogue: Catalogue, only: Iterable[str] | None = None) -> Codes:
    """Return the schemes, all of them or only some."""
    wanted = None if only is None else set(only)
    schemes = [s for s in catalogue.schemes if wanted is None or s.id in wanted]
    return make_codes((s.id, s.name.zh, s.name.en) for s in schemes)


def trade_codes(catalogue: Catalogue) -> Codes:
    """Return the trades."""
    return make_codes((t.id, t.name.zh, t.name.en, t.name.zh.removesuffix("作业")) for t in catalogue.trades)


def component_codes(catalogue: Catalogue) -> Codes:
    """Return the kinds of components, then every component by its id."""
    ids = sorted({component.id for scheme in catalogue.schemes for component in scheme.components})
    return make_codes([*_KINDS_OF_COMPONENTS, *((id_, id_) for id_ in ids)])


def award_codes(catalogue: Catalogue, only: Iterable[str] | None = None) -> Codes:
    """Return the awards, all of them or only some."""
    wanted = None if only is None else set(only)
    return make_codes(_award_row(a) for a in catalogue.awards if wanted is None or a.id in wanted)


def award_label(award: Award) -> str:
    """Return the words that tell one award from another: several share one printed title."""
    if award.kind is AwardKind.SKILL_LEVEL and award.level is not None:
        return f"{award.category.zh}{level_words(award.level).zh}"
    detail = award.item.zh if award.item.zh not in {"", "--"} else award.category.zh
    return f"{award.name.zh}（{detail}）" if detail not in {"", "--", award.name.zh} else award.name.zh


def _award_row(award: Award) -> tuple[str, ...]:
    detail, category = award.item, award.category
    spellings = [award.name.zh, award.name.en, detail.zh, detail.en, f"{award.name.zh}{detail.zh}"]
    if award.level is not None:
        grade, title = level_words(award.level).zh.split("/")
        spellings = [f"{category.zh}{grade}", f"{category.zh}{title}", f"{category.zh}{award.level}级"]
        spellings += [title.removesuffix("工") + category.zh] if title.endswith("工") else []
    else:
        spellings += [category.zh, detail.zh.removesuffix("作业")]
    return (award.id, award_label(award), *(s for s in spellings if s != "--"))


def issuer_codes(catalogue: Catalogue) -> Codes:
    """Return the issuer roles, and the awards that one institution alone may issue."""
    return make_codes([*_ROLES, *(_award_row(award) for award in catalogue.awards)])


def institution_codes(setup: RoundSetup) -> Codes:
    """Return the institutions of a round by id and name."""
    return make_codes((i.id, i.name, i.name_en) for i in setup.institutions)


def offered(choices: Choices, catalogue: Catalogue) -> Codes | None:
    """Return the list that a template offers below a heading; None where it offers none."""
    fixed: dict[Choices, Codes] = {
        "kinds": KINDS, "sexes": SEXES, "yes_no": YES_NO, "education": EDUCATION, "room_kinds": ROOM_KINDS,
        "duties": DUTIES, "reasons": REASONS, "together": TOGETHER, "attendance": ATTENDANCE,
        "can_serve": CAN_SERVE, "acceptance": ACCEPTANCE,
    }  # fmt: skip
    if choices == "schemes":
        return scheme_codes(catalogue)
    if choices == "awards":
        return award_codes(catalogue)
    if choices == "trades":
        return trade_codes(catalogue)
    if choices == "roles":
        return issuer_codes(catalogue)
    return fixed.get(choices)
