"""Every planning rule: id, wording, hard or soft, source. Read by model, audit, explanation and tests alike.

No rule is judged here; a rule without an audit function and a keeping and breaking example does not pass the house test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scheduler.domain.rounds import Weights
from scheduler.errors import Text


@dataclass(frozen=True, slots=True)
class Rule:
    """One planning rule and the sentence a coordinator reads."""

    id: str
    kind: Literal["hard", "soft"]
    wording: Text
    source: str
    weight: str = ""
    """For a soft rule: the weight that brings its cost line into a plan when above 0; empty where the line always stands."""


_HARD = (
    (
        "known-ids",
        "方案只能引用批次中存在的考生、科目、考场、时段和考评员",
        "a plan names only parties, components, rooms, slots and examiners of its round",
        "product",
    ),
    ("room-once", "同一考场同一时间只能安排一个场次", "a room holds one session at a time", "product"),
    ("room-open", "场次必须在考场开放的时段内", "a session lies in a slot in which its room is open", "product"),
    (
        "room-suits",
        "考场类型和设备必须适合科目与工种",
        "a room's kind and equipment suit the component and trade",
        "product",
    ),
    (
        "slot-long-enough",
        "时段长度必须容纳科目时长及各轮次",
        "a slot is long enough for the component and all its turns",
        "product",
    ),
    (
        "place-capacity",
        "每个座位或工位每轮次只坐一人，且不超过考场人数上限",
        "each seat or workstation takes one candidate a turn, within the room's limit",
        "room rules of skill-level exams: at most 30 a theory room, one candidate a workstation (seen)",
    ),
    (
        "one-component",
        "考生每个科目须安排在考该科目的场次",
        "a candidate sits a component in a session that examines it",
        "product",
    ),
    (
        "mixed-theory",
        "除允许混合编场的理论考场外，一个场次只考一个科目",
        "a session examines one component, except in theory rooms where the round allows mixing",
        "product",
    ),
    (
        "all-or-unplaced",
        "每位考生的应考科目须全部安排，或整体列为未安排并说明原因",
        "a party sits all its due components, or is listed unplaced with its reasons",
        "product",
    ),
    (
        "one-session-each",
        "同组报名的人员每个科目在同一场次",
        "all members of a party sit a component in one session",
        "product",
    ),
    (
        "component-order",
        "先理论后实操，间隔符合要求",
        "theory is over before the practical begins, within the required gap",
        "operation exams of all three departments: theory first (seen)",
    ),
    ("candidate-free", "考生同一时间只能参加一个场次", "a candidate is in one session at a time", "product"),
    (
        "sittings-per-day",
        "考生每日应考科目数不得超过上限",
        "a candidate sits no more components a day than allowed",
        "asked of exam schedulers in public (seen)",
    ),
    (
        "candidate-available",
        "不得安排在考生不能到场的时段",
        "a candidate is not seated in a slot that does not suit",
        "product",
    ),
    (
        "deadline",
        "考试日期须在考生最早和最晚日期之间",
        "a candidate sits between the earliest and the latest day",
        "order 30 of emergency management: exam within 60 days of application (seen)",
    ),
    (
        "accessibility",
        "需要无障碍条件的考生须安排在无障碍考场",
        "a candidate who needs it sits in an accessible room",
        "national exam rules for disabled candidates (seen); for skills exams inferred",
    ),
    (
        "group-together",
        "要求同场、同考点的考生组不得拆散，允许分组的每处人数须在规定范围内",
        "a group kept together is not split, or only into fragments of the size allowed",
        "product; fragments: asked by examining authorities in public (seen)",
    ),
    (
        "group-seats",
        "要求座号连续时，同组考生之间不得插排他人",
        "where groups sit side by side, nobody else's place lies among theirs",
        "asked by examining authorities in public (seen)",
    ),
    (
        "barred-site",
        "不得安排在该考生或其组别不得前往的考点",
        "nobody is examined at a site barred for them or for their group",
        "asked by examining authorities in public (seen)",
    ),
    (
        "own-institution",
        "考生不得在本人培训机构所属考点考试",
        "nobody is examined at a site of the institution that trained them",
        "operation exams: exam staff must not do training linked to the exam (seen)",
    ),
    (
        "no-mutual-exchange",
        "同一批次内两机构不得互考对方的考生",
        "two institutions do not examine each other's candidates in one round",
        "asked by examining authorities in public (seen)",
    ),
    (
        "travel-limit",
        "单程距离不得超过上限，点名允许者可去最近的考点",
        "no trip is longer than the limit; a party named for it may go to the nearest site",
        "asked by examining authorities in public (seen)",
    ),
    (
        "examiner-count",
        "考评员、监考员人数须符合配比",
        "a session has as many examiners as the ratio asks",
        "provincial rules: at least 3 assessors a practical room, 2 invigilators a theory room (seen)",
    ),
    (
        "examiner-qualified",
        "考评员须具备相应职责和工种资格",
        "examiners are qualified for the duty and the trade",
        "rules on assessors: grade and trade of the assessor card (seen)",
    ),
    ("examiner-available", "考评员须在该时段可用", "examiners are available in the slot", "product"),
    ("examiner-free", "考评员同一时间只能在一个场次", "an examiner is in one session at a time", "product"),
    (
        "examiner-day-limit",
        "考评员每日场次不得超过上限",
        "an examiner serves no more sessions a day than allowed",
        "product",
    ),
    (
        "examiner-week-limit",
        "考评员每周场次不得超过上限",
        "an examiner serves no more sessions a week than allowed",
        "product",
    ),
    (
        "examiner-rotation",
        "考评员不得连续多日在同一机构的考点执考",
        "an examiner does not serve too many duty days in a row at one institution's sites",
        "product",
    ),
    (
        "team-rotation",
        "同一考场前后两场的考评人员须有半数以上轮换",
        "at least half of a team differs from the team before in the same room",
        "product",
    ),
    (
        "recusal-person",
        "考评员须回避亲属和本人所带学员",
        "an examiner does not meet a relative or an own trainee",
        "rules on assessors: recusal for relatives and own trainees (seen)",
    ),
    (
        "recusal-institution",
        "每场须有足够数量来自考生培训机构以外的考评员",
        "enough examiners of a session come from outside the candidates' training institution",
        "training teachers may not invigilate their candidates (seen); the counted form is inferred",
    ),
    (
        "joint-institutions",
        "联合考评场次的考评员须来自规定数量的机构",
        "a joint session's examiners come from at least the set number of institutions",
        "circular of 9 Jan 2026, part 2(2) (I)",
    ),
    (
        "session-lead",
        "实操场次须有一名考评组长，且为本场考评员",
        "a practical session names one of its assessors as leader",
        "provincial rules: a leader is named for each practical room (seen)",
    ),
    ("reservation", "预留考位不得被其他考生占用", "reserved places are not taken by others", "product"),
    ("lock", "已锁定的时段、考场、考位和考评员不得改变", "locked slots, rooms, places and examiners stay", "product"),
    ("session-used", "不得开设无人参加的场次", "no session is opened for nobody", "product"),
    (
        "cost-true",
        "方案所列费用和下界须与重新计算一致",
        "the costs and the bound a plan states agree with a recount",
        "product",
    ),
)
_SOFT = (
    ("unplaced", "未安排的考生", "candidates without a place", "product"),
    ("opening", "开设场次", "sessions opened", "product"),
    (
        "examiners",
        "考评员与监考员派出",
        "examiners sent",
        "published day model: examiners' hours are the main cost (seen)",
    ),
    ("travel", "考生路程", "candidates' travel", "product"),
    ("extra-trip", "考生多次往返", "further trips of candidates", "product"),
    ("wait", "考生等候天数", "days candidates wait", "product"),
)
# Their cost lines stand only in plans of rounds that give them a weight, so that older plans stay true.
_SOFT_BY_WEIGHT = (
    ("share-over", "超出机构承考份额的考位", "seats beyond an institution's share", "product", "share_over"),
    (
        "day-peak",
        "单日考试过于集中的考位",
        "seats beyond what a day should take",
        "asked by examining authorities in public (seen)",
        "day_peak",
    ),
    (
        "unfair-load",
        "考评员执考次数不均",
        "duties beyond an examiner's fair share",
        "asked by examining authorities in public (seen)",
        "unfair",
    ),
    ("group-spread", "考生组分散的场次", "further sessions of a group", "product", "group_session"),
)


def _rules(kind: Literal["hard", "soft"], rows: tuple[tuple[str, str, str, str], ...]) -> tuple[Rule, ...]:
    return tuple(Rule(rule_id, kind, Text(zh, en), source) for rule_id, zh, en, source in rows)


RULES: tuple[Rule, ...] = (
    *_rules("hard", _HARD),
    *_rules("soft", _SOFT),
    *(Rule(rule_id, "soft", Text(zh, en), source, weight) for rule_id, zh, en, source, weight in _SOFT_BY_WEIGHT),
)
BY_ID = {rule.id: rule for rule in RULES}


def terms(weights: Weights) -> tuple[str, ...]:
    """Return the ids of the cost lines of every plan made with these weights, in order."""
    return tuple(
        rule.id for rule in RULES if rule.kind == "soft" and (not rule.weight or int(getattr(weights, rule.weight)) > 0)
    )
