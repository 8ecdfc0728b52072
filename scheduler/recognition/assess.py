"""What an entry is entitled to on a day: components due and exempt, training waived, levels open, each with its rule.

Used by the office, on the day of application and again for the exam day. Rules come from the catalogue; none stands here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from scheduler.domain.calendar import add_months
from scheduler.domain.catalogue import Award, AwardKind, Catalogue, Recognition
from scheduler.domain.entries import Due, Entitlement, Entry, Exemption, TrainingWaiver
from scheduler.domain.people import HeldCertificate
from scheduler.domain.wording import date_words
from scheduler.errors import Finding, Text, Where
from scheduler.recognition.carried import carried_over
from scheduler.recognition.case import Case
from scheduler.recognition.held import accepted, near_miss
from scheduler.recognition.levels import equivalences_of, level_faults
from scheduler.recognition.statement import award_words, sentences


def assess(entry: Entry, catalogue: Catalogue, on: date) -> tuple[Entitlement, list[Finding]]:
    """Return the entitlement of an entry judged on a day, and what stands in its way.

    Errors: an award or level that may not be applied for, too young, nothing to sit. Warnings: certificates and carried passes
    that did not help, and why. Exemptions are per award: a component stays due while another award applied for needs it.
    A rule asks for a certificate really held; what a rule grants never feeds another rule.

    Source: circular of 9 January 2026, parts 1 and 2(1), attachment nos. 1 to 7.
    """
    nothing = Entitlement(entry.id, on, (), (), (), (), ())
    scheme = next((scheme for scheme in catalogue.schemes if scheme.id == entry.scheme_id), None)
    if scheme is None:
        what = Text(f"目录中没有报考方案“{entry.scheme_id}”", f"the catalogue has no scheme {entry.scheme_id}")
        return nothing, [Finding("scheme-unknown", what, Where(subject=entry.candidate.name))]
    awards = tuple(catalogue.award(award.award_id) for award in scheme.awards if award.award_id in entry.award_ids)
    held, misses = accepted(entry, catalogue, on)
    case = Case(entry, catalogue, scheme, on, awards, held)
    applied, unhelped = _applied_rules(case)
    carried, stale = carried_over(case)
    exemptions = _exemptions(case, applied)
    spared = {(one.award_id, one.component_id) for one in exemptions} | {(c.award_id, c.component_id) for c in carried}
    made = replace(
        nothing,
        due=_due(case, spared),
        exemptions=exemptions,
        waivers=_waivers(applied),
        equivalences=equivalences_of(case, {rule.id for rule, _ in applied}),
    )
    faults = [*_application_faults(case, made.due), *level_faults(case, made.equivalences)]
    worded = sentences(catalogue, scheme, awards, made, carried)
    return replace(made, sentences=worded), [*faults, *misses, *unhelped, *stale]


_Applied = list[tuple[Recognition, HeldCertificate]]


def _applied_rules(case: Case) -> tuple[_Applied, list[Finding]]:
    """Return each rule that holds for an award applied for, with the certificate it rests on; and the near misses."""
    applied: _Applied = []
    missed: list[Finding] = []
    for held in case.held:
        for award in case.awards:
            rules = [r for r in case.rules() if (r.held_award_id, r.target_award_id) == (held.award_id, award.id)]
            for rule in rules:
                if rule.regional and not case.catalogue.issues_in(award.id, case.entry.region, case.on):
                    missed.append(_region_missed(case, held, award))
                else:
                    applied.append((rule, held))
            if not rules and (miss := _no_rule(case, held, award)):
                missed.append(miss)
    return sorted(applied, key=lambda pair: pair[0].row), missed


def _region_missed(case: Case, held: HeldCertificate, award: Award) -> Finding:
    words = award_words(award)
    what = Text(
        f"{case.entry.region}地区未列入核发{words.zh}的地区，互认规则在该地区不适用",
        f"region {case.entry.region} is not listed as issuing the {words.en}; the rule does not hold there",
    )
    hint = Text("如该地区核发此证，请在目录数据中登记", "if it does issue it, list it in the catalogue's data")
    return near_miss(case.entry, held, "region-does-not-issue", what, hint)


def _no_rule(case: Case, held: HeldCertificate, award: Award) -> Finding | None:
    """Return why a good certificate spares nothing for an award; None where nobody would expect it to."""
    own = case.catalogue.award(held.award_id)
    theirs, words = award_words(own), award_words(award)
    if own.id == award.id:
        what = Text(
            f"申报人已持有有效的{words.zh}，互认规则不适用",
            f"the applicant already holds a valid {words.en}; no rule applies",
        )
        return near_miss(case.entry, held, "award-already-held", what)
    if not _would_expect(case, own, award):
        return None
    dated = [r for r in case.catalogue.recognitions if (r.held_award_id, r.target_award_id) == (own.id, award.id)]
    if dated:
        day = date_words(case.on)
        what = Text(
            f"{theirs.zh}对{words.zh}的互认规则在{day.zh}不在施行期内",
            f"the rule from {theirs.en} to {words.en} was not in force on {day.en}",
        )
        return near_miss(case.entry, held, "rule-not-in-force", what)
    what = Text(
        f"没有凭{theirs.zh}申请{words.zh}免训或免考的互认规则，不得类推",
        f"no rule exempts a holder of the {theirs.en} from anything for the {words.en}, and none may be inferred",
    )
    return near_miss(case.entry, held, "no-such-rule", what)


def _would_expect(case: Case, own: Award, award: Award) -> bool:
    if award.kind is AwardKind.SKILL_LEVEL:
        return award.level != 5 and own.occupation_code != award.occupation_code
    if award.kind is not AwardKind.QUALIFICATION:
        return False
    serves = any(a.kind is AwardKind.SKILL_LEVEL and a.occupation_code == own.occupation_code for a in case.awards)
    return own.kind is AwardKind.QUALIFICATION or not serves


def _waivers(applied: _Applied) -> tuple[TrainingWaiver, ...]:
    """Return one waiver an award, by the rule with the lowest row."""
    found: dict[str, TrainingWaiver] = {}
    for rule, held in applied:
        if rule.training_waived:
            waiver = TrainingWaiver(rule.target_award_id, rule.id, rule.clause, held.number)
            found.setdefault(rule.target_award_id, waiver)
    return tuple(found.values())


def _exemptions(case: Case, applied: _Applied) -> tuple[Exemption, ...]:
    found: dict[tuple[str, str], Exemption] = {}
    for rule, held in applied:
        needed = {mark.component_id for mark in case.scheme.award(rule.target_award_id).pass_marks}
        for component in case.scheme.components:
            if component.kind in rule.exempt_kinds and component.id in needed:
                one = Exemption(rule.target_award_id, component.id, rule.id, rule.clause, held.number)
                found.setdefault((one.award_id, one.component_id), one)
    return tuple(found.values())


def _due(case: Case, spared: set[tuple[str, str]]) -> tuple[Due, ...]:
    """Return the components still to sit, in exam order; one stays due while any award applied for needs it."""
    found = []
    for component in case.scheme.components:
        needing = tuple(
            award.id
            for award in case.awards
            if (award.id, component.id) not in spared
            and any(mark.component_id == component.id for mark in case.scheme.award(award.id).pass_marks)
        )
        if needing:
            found.append(Due(component.id, needing))
    return tuple(found)


def _application_faults(case: Case, due: tuple[Due, ...]) -> list[Finding]:
    """Return what forbids the application as a whole: scheme, awards, age, nothing to sit."""
    faults = []
    day = date_words(case.on)
    if not case.scheme.edition.in_force(case.on):
        name = case.scheme.name
        what = Text(f"{name.zh}在{day.zh}不在施行期内", f"the scheme “{name.en}” is not in force on {day.en}")
        faults.append(case.finding("scheme-not-in-force", what))
    known = {award.id for award in case.awards}
    for award_id in case.entry.award_ids:
        if award_id not in known:
            what = Text("所申请证书不在该报考方案内", "the award applied for is not part of the scheme")
            faults.append(case.finding("award-not-in-scheme", what, said=award_id))
    for award in case.awards:
        words = award_words(award)
        if not award.edition.in_force(case.on):
            what = Text(f"{words.zh}在{day.zh}不在施行期内", f"the {words.en} is not in force on {day.en}")
            faults.append(case.finding("award-not-in-force", what))
        if add_months(case.entry.candidate.born_on, 12 * award.minimum_age) > case.on:
            what = Text(
                f"申请{words.zh}须年满{award.minimum_age}周岁，申报人在{day.zh}未满",
                f"the {words.en} requires an age of {award.minimum_age}, which is not reached on {day.en}",
            )
            faults.append(case.finding("under-age", what, said=case.entry.candidate.born_on.isoformat()))
    if not due and (case.awards or not case.entry.award_ids):
        what = Text("没有须参加的科目，无需报名考试", "no component is due, so there is nothing to enter for")
        faults.append(case.finding("nothing-due", what))
    return faults
