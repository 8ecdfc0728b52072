"""Reasons: why somebody or some duty is not where the kept plan had it, in both languages. Words only.

Used by the parts of the replan that find out. Ids that are rules of the catalogue keep their names.
"""

from __future__ import annotations

from scheduler.domain.sessions import Reason
from scheduler.errors import Text

WORDS = {
    "new": ("新增考生", "new in the round"),
    "waiting": ("原方案中未安排", "had no place before"),
    "newly-due": ("新增应考科目", "a further component is due"),
    "withdrawn": ("已退出本批次", "withdrawn from the round"),
    "no-longer-due": ("该科目不再应考", "the component is no longer due"),
    "unplaced": ("已无法安排", "no place is left"),
    "slot-gone": ("时段 {0} 已取消", "slot {0} is gone"),
    "slot-moved": ("时段 {0} 改到 {1}", "slot {0} is now on {1}"),
    "room-gone": ("考场 {0} 已取消", "room {0} is gone"),
    "site-closed": ("考点 {0} 在 {1} 不开放", "site {0} is closed in {1}"),
    "room-open": ("考场 {0} 在 {1} 不开放", "room {0} is closed in {1}"),
    "room-suits": ("考场 {0} 不再适合该科目", "room {0} no longer suits the component"),
    "slot-long-enough": ("时段 {0} 太短", "slot {0} is too short"),
    "examiner-count": ("场次凑不齐考评员或监考员", "the session cannot be staffed"),
    "deadline": ("原时段不在本人可考日期内", "the slot is outside the party's dates now"),
    "candidate-available": ("原时段本人不能到场", "the slot does not suit the party now"),
    "accessibility": ("需要无障碍考场", "needs an accessible room"),
    "travel-limit": ("考点超出路程上限", "the site is beyond the travel limit"),
    "barred-site": ("不得在该考点考试", "the site is barred"),
    "own-institution": ("考点属于本人的培训机构", "the site belongs to the party's training institution"),
    "no-mutual-exchange": ("会形成互考", "two institutions would examine each other's candidates"),
    "lock": ("锁定要求改变", "a lock asks for it"),
    "place-capacity": ("场次的考位减少", "the session has fewer places"),
    "reservation": ("考位已为他人预留", "the places are reserved for others"),
    "room-once": ("考场同时用于其他场次", "another session is in the room at that time"),
    "component-order": ("各科目先后间隔不合", "the components are out of order"),
    "candidate-free": ("各科目时间重叠", "the components overlap"),
    "group-together": ("与同组人员在一起", "stays together with the group"),
    "rotation": ("考评员须轮换", "the examiners have to change"),
    "place-gone": ("原考位已不存在", "the place is no longer there"),
    "place-taken": ("原考位已锁定或预留给他人", "the place is locked or reserved for somebody else"),
    "ejected": ("为使 {0} 有席位而调整", "moved so that {0} could be seated"),
    "examiner-out": ("考评员已退出", "the examiner is out"),
    "examiner-available": ("考评员该时段不可用", "the examiner is not available then"),
    "examiner-qualified": ("考评员不再具备资格", "the examiner is no longer qualified"),
    "examiner-limit": ("超出考评员的场次上限", "beyond what the examiner may serve"),
    "recusal-person": ("须回避场内考生", "must not meet a candidate of the session"),
    "session-closed": ("场次已撤销", "the session is closed"),
    "session-opened": ("新开场次", "the session is new"),
    "replaces": ("接替 {0}", "takes the place of {0}"),
    "session-changed": ("场次的考生有变", "the session has other candidates now"),
    "duties-shared": ("为使其他场次有人而调整", "changed so that another session is staffed"),
}


def because(code: str, *args: object) -> Reason:
    """Return a reason by its code, with what its sentence names."""
    zh, en = WORDS[code]
    return Reason(code, Text(zh.format(*args), en.format(*args)))
