"""Skill levels: what a held certificate counts as (比照认定), and which levels are open to a candidate.

Used by assess only. Levels of held certificates never feed another rule.
"""

from __future__ import annotations

from collections.abc import Collection

from scheduler.domain.catalogue import Award, AwardKind
from scheduler.domain.entries import Equivalence
from scheduler.domain.wording import level_words
from scheduler.errors import Finding, Text
from scheduler.recognition.case import Case
from scheduler.recognition.statement import award_words, occupation_words


def equivalences_of(case: Case, applied_ids: Collection[str]) -> tuple[Equivalence, ...]:
    """Return what each certificate held counts as, once a kind of certificate; the region of rule 4 does not matter here.

    Several rows of the attachment give one certificate the same level: the row applied in this entry is cited, else the first.

    Source: circular of 9 January 2026, part 2(1).
    """
    found: dict[str, Equivalence] = {}
    for rule in sorted(case.rules(), key=lambda rule: rule.id not in applied_ids):
        if rule.held_award_id in {held.award_id for held in case.held}:
            one = Equivalence(
                held_award_id=rule.held_award_id,
                occupation_code=rule.occupation_code,
                counts_as_level=rule.counts_as_level,
                next_level=rule.next_level,
                recognition_id=rule.id,
                clause=rule.level_clause if rule.level_clause.zh else rule.clause,
            )
            found.setdefault(rule.held_award_id, one)
    return tuple(sorted(found.values(), key=lambda one: one.held_award_id))


def level_faults(case: Case, equivalences: tuple[Equivalence, ...]) -> list[Finding]:
    """Return the skill levels that are not open to the candidate, and years of work to be checked by hand where asked.

    Level 5 is open to all; another asks for the level below it or better, or for a certificate that counts so.

    Source: national standards electrician 2018 and welder 2018; circular of 9 January 2026, part 2(1).
    """
    faults = []
    for award in case.awards:
        if award.kind is not AwardKind.SKILL_LEVEL or award.level is None or award.level == 5:
            continue
        own = [case.catalogue.award(held.award_id) for held in case.held]
        levels = [a.level for a in own if a.level is not None and a.occupation_code == award.occupation_code]
        nexts = [e.next_level for e in equivalences if e.occupation_code == award.occupation_code]
        if not any(level <= award.level + 1 for level in levels) and not any(level <= award.level for level in nexts):
            faults.append(_level_not_open(case, award, award.level))
        elif "years-of-work" in case.catalogue.switches_on:
            words = award_words(award)
            what = Text(
                f"申请{words.zh}须人工核验从业年限", f"years of work for the {words.en} must be checked by hand"
            )
            faults.append(case.warning("years-of-work", what))
    return faults


def _level_not_open(case: Case, award: Award, level: int) -> Finding:
    occupation = occupation_words(case.catalogue, award.occupation_code)
    words, below = level_words(level), level_words(level + 1)
    what = Text(
        f"不能申报{occupation.zh}{words.zh}：未持有{below.zh}及以上职业技能等级证书，也没有可比照的有效职业资格证书",
        f"{occupation.en}, {words.en} is not open: neither {below.en} or better is held, nor a valid certificate that counts so",
    )
    hint = Text("请补交证书或改报可申报的等级", "hand in the certificate or apply for a level that is open")
    return case.finding("level-not-open", what, hint=hint)
