"""What comes round again (补考) for the awards not earned, until when, and what is kept meanwhile (成绩保留).

A deferred component (缓考) is no failure; it stands here because it is still to be sat.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from scheduler.domain.catalogue import Component, Scheme
from scheduler.domain.entries import CarriedPass
from scheduler.domain.results import Outcome, Resit
from scheduler.domain.wording import date_words
from scheduler.errors import Text
from scheduler.results.judge import Judgement, Record, State, judge_award


def resits_of(scheme: Scheme, record: Record, award_ids: Sequence[str]) -> tuple[Resit, ...]:
    """Return the components still to be passed for the awards not earned, in the scheme's order.

    One resit serves all awards that ask for the component; ``until`` is the earliest last day among the passed
    components of these awards, so that a pass by then loses nothing. An award from which the candidate was barred
    is left out unless its rule allows a resit: its verdict says so.

    Source:
        Exam measures for special operations, 2013 No. 104: a passed part stays good for 12 months. The months of every
        award stand in the catalogue.
    """
    open_awards = [judged for judged in _judged(scheme, record, award_ids) if _open(scheme, judged)]
    return tuple(resit for component in scheme.components if (resit := _resit(component, open_awards)) is not None)


def carried(outcome: Outcome, scheme: Scheme, before: Sequence[CarriedPass] = ()) -> tuple[CarriedPass, ...]:
    """Return the passes a candidate takes into the next round, sorted by award and component in the scheme's order.

    Args:
        outcome: What was decided; passes of awards already earned are not carried.
        scheme: The joint exam the outcome belongs to.
        before: Passes carried into this round; kept while they are good on the day of the decision.
    """
    earned = set(outcome.earned_ids)
    record = Record({mark.component_id: mark for mark in outcome.marks}, {}, {}, outcome.decided_on)
    kept = {(c.award_id, c.component_id): c for c in before if c.good_until >= outcome.decided_on}
    wanted = [v.award_id for v in outcome.verdicts if v.award_id not in earned]
    passes: list[CarriedPass] = []
    for judged in _judged(scheme, record, wanted):
        if not any(_shut(scheme, judgement) for judgement in judged):
            passes += [c for j in judged if (c := _pass_of(j, record, kept)) is not None]
    return tuple(passes)


def _judged(scheme: Scheme, record: Record, award_ids: Sequence[str]) -> list[tuple[Judgement, ...]]:
    return [judge_award(scheme, award, record) for award in scheme.awards if award.award_id in award_ids]


def _open(scheme: Scheme, judged: Sequence[Judgement]) -> bool:
    """Tell whether an award is neither earned nor shut to a resit."""
    return not all(j.met for j in judged) and not any(_shut(scheme, j) for j in judged)


def _shut(scheme: Scheme, judgement: Judgement) -> bool:
    return judgement.state is State.BARRED and not scheme.award(judgement.award_id).resit_if_barred


def _resit(component: Component, awards: Sequence[Sequence[Judgement]]) -> Resit | None:
    here = [(j, judged) for judged in awards for j in judged if j.component_id == component.id and not j.met]
    if not here:
        return None
    lasting = [other.good_until for _, judged in here for other in judged if other.good_until is not None]
    until = min(lasting, default=None)
    sentences = list(dict.fromkeys(j.sentence for j, _ in here))
    return Resit(component.id, tuple(j.award_id for j, _ in here), until, _because(sentences, until))


def _because(sentences: Sequence[Text], until: date | None) -> Text:
    zh = "；".join(sentence.zh for sentence in sentences)
    en = "; ".join(sentence.en for sentence in sentences)
    if until is None:
        return Text(zh, en)
    day = date_words(until)
    return Text(f"{zh}；其他已合格科目的成绩保留至{day.zh}", f"{en}; what was passed stays good until {day.en}")


def _pass_of(judgement: Judgement, record: Record, kept: dict[tuple[str, str], CarriedPass]) -> CarriedPass | None:
    key = (judgement.award_id, judgement.component_id)
    old = kept.get(key)
    mark = record.marks.get(judgement.component_id)
    if judgement.state is not State.PASSED or mark is None or mark.pts is None or judgement.good_until is None:
        return old
    new = CarriedPass(
        judgement.component_id,
        judgement.award_id,
        mark.pts,
        mark.sat_on or record.decided_on,
        judgement.good_until,
    )
    return old if old is not None and old.good_until > new.good_until else new
