"""The entitlement statement in words: what is due, what is not, and by which rule and clause.

Used by assess. It words what was decided and decides nothing; certificate numbers are masked, for they may hold an identity number.
"""

from __future__ import annotations

from collections.abc import Iterable

from scheduler.domain.catalogue import Authority, Award, AwardKind, Catalogue, Component, Scheme
from scheduler.domain.entries import CarriedPass, Entitlement, Equivalence, Exemption, TrainingWaiver
from scheduler.domain.identity import mask
from scheduler.domain.wording import date_words, level_words, points_words
from scheduler.errors import Text


def award_words(award: Award) -> Text:
    """Return how an award is spoken of, such as 特种作业操作证（低压电工作业） or 电工四级/中级工职业技能等级证书."""
    if award.kind is AwardKind.SKILL_LEVEL and award.level is not None:
        level = level_words(award.level)
        return Text(
            f"{award.category.zh}{level.zh}{award.name.zh}", f"{award.name.en} ({award.category.en}, {level.en})"
        )
    field = award.category if award.item.zh == "--" else award.item
    return Text(f"{award.name.zh}（{field.zh}）", f"{award.name.en} ({field.en})")


def listed(words: Iterable[Text]) -> Text:
    """Return several terms as one, in both languages."""
    all_words = list(words)
    return Text("、".join(word.zh for word in all_words), "; ".join(word.en for word in all_words))


def occupation_words(catalogue: Catalogue, occupation_code: str) -> Text:
    """Return the name of an occupation; its code where no skill level of it is in the catalogue."""
    names = (
        award.category
        for award in catalogue.awards
        if award.kind is AwardKind.SKILL_LEVEL and award.occupation_code == occupation_code
    )
    return next(names, Text(occupation_code, occupation_code))


def sentences(
    catalogue: Catalogue, scheme: Scheme, awards: Iterable[Award], made: Entitlement, carried: Iterable[CarriedPass]
) -> tuple[Text, ...]:
    """Return the statement of one entry, one sentence a fact: applied for, spared, counted as, carried over, still due."""
    applied, kept = list(awards), list(carried)
    not_due = [_exempt(catalogue, scheme.component(one.component_id), one) for one in made.exemptions]
    not_due += [_carried(catalogue, scheme.component(one.component_id), one) for one in kept]
    nothing_spared = Text("本次报名没有免考或成绩保留的科目。", "No component is exempt or carried over in this entry.")
    return (
        _heading(scheme, applied, made),
        *(_waived(catalogue, one) for one in made.waivers),
        *(_training(award) for award in applied if _trains(catalogue, award, made)),
        *(not_due or [nothing_spared]),
        *(_counted(catalogue, one) for one in made.equivalences),
        *_dues(catalogue, scheme, made),
    )


def _heading(scheme: Scheme, applied: list[Award], made: Entitlement) -> Text:
    day, names = date_words(made.assessed_on), listed(award_words(award) for award in applied)
    return Text(
        f"核定日期{day.zh}。申报人报名参加{scheme.name.zh}，申请取得{names.zh}。",
        f"As assessed on {day.en}: the applicant enters the exam “{scheme.name.en}” for: {names.en}.",
    )


def _waived(catalogue: Catalogue, one: TrainingWaiver) -> Text:
    begin, target = _by(catalogue, one), award_words(catalogue.award(one.award_id))
    training = _training_words(catalogue.award(one.award_id))
    return Text(
        f"{begin.zh}，申请{target.zh}可免予{training}，直接参加考试。",
        f"{begin.en}, the applicant for the {target.en} need not take the safety training and goes straight to the exam.",
    )


def _exempt(catalogue: Catalogue, component: Component, one: Exemption) -> Text:
    begin, target = _by(catalogue, one), award_words(catalogue.award(one.award_id))
    return Text(
        f"{begin.zh}，申请{target.zh}免考{component.name.zh}。",
        f"{begin.en}, the applicant for the {target.en} is exempt from: {component.name.en}.",
    )


def _by(catalogue: Catalogue, one: TrainingWaiver | Exemption) -> Text:
    rule = next(rule for rule in catalogue.recognitions if rule.id == one.recognition_id)
    held, number = award_words(catalogue.award(rule.held_award_id)), mask(one.by_certificate_no)
    return Text(
        f"依据{one.clause.zh}，申报人持有有效的{held.zh}，证书编号{number}",
        f"Under {one.clause.en}, as holder of a valid {held.en}, no. {number}",
    )


def _trains(catalogue: Catalogue, award: Award, made: Entitlement) -> bool:
    asked = any(rule.target_award_id == award.id and rule.training_waived for rule in catalogue.recognitions)
    return asked and award.id not in {one.award_id for one in made.waivers}


def _training_words(award: Award) -> str:
    """Return the training by the name the circular gives it, which differs between housing and emergency management."""
    return "安全作业培训" if award.authority is Authority.HOUSING else "安全技术培训"


def _training(award: Award) -> Text:
    target, training = award_words(award), _training_words(award)
    return Text(
        f"申请{target.zh}没有免训依据，须按规定完成{training}。",
        f"No rule waives the safety training for the {target.en}; it must be completed as the regulations require.",
    )


def _counted(catalogue: Catalogue, one: Equivalence) -> Text:
    held = award_words(catalogue.award(one.held_award_id))
    occupation = occupation_words(catalogue, one.occupation_code)
    counts, following = level_words(one.counts_as_level), level_words(one.next_level)
    return Text(
        f"依据{one.clause.zh}，所持{held.zh}视同达到{occupation.zh}{counts.zh}水平，"
        f"可按规定申报{occupation.zh}{following.zh}职业技能等级认定。",
        f"Under {one.clause.en}, the {held.en} held counts as {occupation.en}, {counts.en}; "
        f"its holder may be evaluated for {following.en} as the regulations provide.",
    )


def _carried(catalogue: Catalogue, component: Component, one: CarriedPass) -> Text:
    target, points = award_words(catalogue.award(one.award_id)), points_words(one.pts)
    passed, until = date_words(one.passed_on), date_words(one.good_until)
    return Text(
        f"申请{target.zh}的{component.name.zh}已于{passed.zh}合格（{points}分），成绩保留至{until.zh}，本次不再考。",
        f"{component.name.en} for the {target.en} was passed on {passed.en} ({points} points), stays valid until {until.en} "
        "and need not be taken again.",
    )


def _dues(catalogue: Catalogue, scheme: Scheme, made: Entitlement) -> list[Text]:
    if not made.due:
        return [Text("没有须参加的科目。", "No component is due.")]
    spared = {(one.component_id, one.award_id) for one in made.exemptions}
    found = []
    for due in made.due:
        component = scheme.component(due.component_id)
        names = listed(award_words(catalogue.award(award_id)) for award_id in due.award_ids)
        still = any(component_id == due.component_id for component_id, _ in spared)
        found.append(
            Text(
                f"{'仍' if still else ''}须参加{component.name.zh}，用于申请{names.zh}。",
                f"{'Still due' if still else 'Due'}: {component.name.en}, for: {names.en}.",
            )
        )
    return found
