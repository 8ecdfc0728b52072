from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.entries import Entitlement
from scheduler.recognition.assess import assess
from scheduler.recognition.shelf import load_catalogue
from tests.recognition.build import OTHER_NO, OWN_NO, a_held, an_entry

CATALOGUE = load_catalogue()
AWARD_IDS = [award.id for award in CATALOGUE.awards]
RULES = {(rule.held_award_id, rule.target_award_id): rule for rule in CATALOGUE.recognitions}
DAYS = st.dates(date(2025, 6, 1), date(2027, 12, 31))


@st.composite
def helds(draw):
    award_id = draw(st.sampled_from(AWARD_IDS))
    first = draw(st.dates(date(2023, 1, 1), date(2027, 1, 1)))
    last = draw(st.none() | st.integers(0, 2000).map(lambda n: first + timedelta(days=n)))
    return a_held(
        award_id,
        valid_from=first,
        valid_until=last,
        holder_document_no=draw(st.sampled_from([OWN_NO] * 3 + [OTHER_NO])),
        standing=draw(st.sampled_from(["valid"] * 4 + ["revoked", "cancelled"])),
    )


@st.composite
def entries(draw):
    scheme = draw(st.sampled_from(CATALOGUE.schemes))
    own = [award.award_id for award in scheme.awards]
    chosen = draw(st.lists(st.sampled_from(own), min_size=1, unique=True))
    region = draw(st.sampled_from(["990100", "990200"]))
    held = draw(st.lists(helds(), max_size=5))
    return an_entry(scheme.id, [a for a in own if a in chosen], held, region=region)


def facts(made: Entitlement):
    return made.due, made.exemptions, made.waivers, made.equivalences, made.sentences


def counts(held, on):
    return held.valid_on(on) and held.holder_document_no == OWN_NO


@given(entries(), DAYS)
def test_every_exemption_and_waiver_has_a_rule_in_force_and_a_certificate_really_held(entry, on):
    made, _ = assess(entry, CATALOGUE, on)
    for spared in (*made.exemptions, *made.waivers):
        rule = next(r for r in CATALOGUE.recognitions if r.id == spared.recognition_id)
        assert rule.edition.in_force(on)
        assert rule.target_award_id == spared.award_id
        assert any(
            h.award_id == rule.held_award_id and h.number == spared.by_certificate_no and counts(h, on)
            for h in entry.held
        )
        assert not rule.regional or entry.region == "990100"


@given(entries(), DAYS)
def test_no_chaining(entry, on):
    """What is spared for an award is what the certificates held spare by one rule each, never by two."""
    made, _ = assess(entry, CATALOGUE, on)
    held_ids = {h.award_id for h in entry.held if counts(h, on)}
    in_force = on >= date(2026, 1, 9)
    direct = {
        target
        for (own, target), rule in RULES.items()
        if in_force and own in held_ids and rule.training_waived and (not rule.regional or entry.region == "990100")
    }
    assert {w.award_id for w in made.waivers} == direct & set(entry.award_ids)
    assert {e.held_award_id for e in made.equivalences} == ({own for own, _ in RULES} & held_ids if in_force else set())


@given(entries(), DAYS)
def test_what_is_neither_due_nor_exempt_is_not_asked_for(entry, on):
    made, _ = assess(entry, CATALOGUE, on)
    scheme = CATALOGUE.scheme(entry.scheme_id)
    due = {(award, d.component_id) for d in made.due for award in d.award_ids}
    exempt = {(e.award_id, e.component_id) for e in made.exemptions}
    asked = {(a, mark.component_id) for a in entry.award_ids for mark in scheme.award(a).pass_marks}
    assert due | exempt == asked
    assert not due & exempt


@given(entries(), DAYS, st.randoms(use_true_random=False))
def test_the_order_of_certificates_does_not_matter(entry, on, chance):
    shuffled = list(entry.held)
    chance.shuffle(shuffled)
    assert assess(replace(entry, held=tuple(shuffled)), CATALOGUE, on) == assess(entry, CATALOGUE, on)


@given(entries(), DAYS, helds())
@settings(max_examples=200)
def test_a_certificate_that_does_not_count_changes_nothing_but_findings(entry, on, extra):
    for dead in (
        replace(extra, valid_from=date(2020, 1, 1), valid_until=on - timedelta(days=1)),
        replace(extra, holder_document_no=OTHER_NO),
        replace(extra, standing="revoked"),
        replace(extra, number="no such number"),
    ):
        before, said = assess(entry, CATALOGUE, on)
        after, says = assess(replace(entry, held=(*entry.held, dead)), CATALOGUE, on)
        assert facts(after) == facts(before)
        assert [f for f in says if f.severity == "error"] == [f for f in said if f.severity == "error"]
        assert dead in entry.held or len(says) > len(said)
