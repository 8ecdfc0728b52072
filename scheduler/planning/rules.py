"""Every planning rule: id, wording, hard or soft, source. Read by model, audit, explanation and tests alike.

No rule is judged here; a rule without an audit function and a keeping and breaking example does not pass the house test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scheduler.errors import Text


@dataclass(frozen=True, slots=True)
class Rule:
    """One planning rule and the sentence a coordinator reads."""

    id: str
    kind: Literal["hard", "soft"]
    wording: Text
    source: str


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
    ("one-component", "一个场次只考一个科目", "a session examines one component", "product"),
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
    ("group-together", "要求同场或同考点的考生组不得拆散", "a group kept together is not split", "product"),
    ("travel-limit", "单程距离不得超过上限", "no trip is longer than the limit", "product"),
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


def _rules(kind: Literal["hard", "soft"], rows: tuple[tuple[str, str, str, str], ...]) -> tuple[Rule, ...]:
    return tuple(Rule(rule_id, kind, Text(zh, en), source) for rule_id, zh, en, source in rows)


RULES: tuple[Rule, ...] = (*_rules("hard", _HARD), *_rules("soft", _SOFT))
BY_ID = {rule.id: rule for rule in RULES}
