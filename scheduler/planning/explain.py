"""Why a party has no place, or where it sits; what a round is short of; the smallest additions that would seat everybody.

Used by the office and the command line. A party's options are counted against one finished plan: what others hold stays theirs.
Repairs of the whole round are planned and audited before they are told.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.catalogue import Component
from scheduler.domain.rounds import Party, Round
from scheduler.domain.sessions import Plan, Sitting, Unplaced
from scheduler.errors import Text
from scheduler.planning.audit_reading import Reading
from scheduler.planning.elastic_field import Field
from scheduler.planning.explain_additions import Addition, additions_for, itinerary, merged
from scheduler.planning.explain_options import Option, Options
from scheduler.planning.explain_remedies import name_of, remedies
from scheduler.planning.explain_shortages import Shortage, shortages
from scheduler.planning.insertion import Insertion
from scheduler.planning.problem import Problem
from scheduler.planning.repair import Repair, repairs
from scheduler.planning.repair_words import told
from scheduler.planning.rules import BY_ID
from scheduler.planning.screen import hopeless

__all__ = [
    "Addition",
    "Block",
    "ComponentView",
    "Explanation",
    "Foresight",
    "Option",
    "PartyView",
    "Repair",
    "Shortage",
    "before",
    "explain",
]

_NEAREST = 3
_MOST_PARTIES = 500
"""Unplaced parties that a whole round's explanation goes into one by one."""
_MOST_OPTIONS = 20_000
"""Options judged for them in all; parties beyond count in the shortages and repairs alone."""


@dataclass(frozen=True, slots=True)
class Block:
    """One rule and how many of a party's options it blocks, alone or with others."""

    rule: str
    wording: Text
    options: int
    alone: int
    """Options that nothing else blocks."""


@dataclass(frozen=True, slots=True)
class ComponentView:
    """The options of one party for one component."""

    component_id: str
    options: int
    """Rooms of the right kind times slots."""
    free: int
    """Options that nothing blocks."""
    blocks: tuple[Block, ...]
    """Most blocking first."""
    nearest: tuple[Option, ...]
    """Fewest rules broken first, at most three."""


@dataclass(frozen=True, slots=True)
class PartyView:
    """What is to be said of one party."""

    party_id: str
    state: Literal["placed", "unplaced", "missing"]
    """``missing``: neither seated nor listed unplaced, or not in the round."""
    sittings: tuple[Sitting, ...]
    components: tuple[ComponentView, ...]
    """Of a party without a place; empty for others."""
    additions: tuple[Addition, ...]
    sentences: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of one party, or of a whole round."""

    round_id: str
    parties: tuple[PartyView, ...]
    """Without a place, sorted by id; or the one party asked for."""
    shortages: tuple[Shortage, ...]
    additions: tuple[Addition, ...]
    """Each alone would seat someone; smallest first."""
    sentences: tuple[Text, ...]
    repairs: tuple[Repair, ...] = ()
    """What would seat everybody, or as many as can be; each was planned and audited."""


@dataclass(frozen=True, slots=True)
class Foresight:
    """What is hopeless before anything is planned."""

    round_id: str
    parties: tuple[Unplaced, ...]
    """Whom no plan can seat, with the reasons, sorted by id."""
    sentences: tuple[Text, ...]


def before(round_: Round) -> Foresight:
    """Say whom no plan of a round can seat, and why; nothing is planned."""
    problem = Problem.of(round_)
    without = hopeless(problem)
    found = [Unplaced(problem.parties[p].id, reasons) for p, reasons in sorted(without.items())]
    heads = int(problem.heads[list(without)].sum())
    if not found:
        said = Text(
            "没有考生注定无法安排；能否全部安排须编排后才知道",
            "nobody is hopeless; whether all fit only a plan can tell",
        )
    else:
        said = Text(
            f"无论如何编排都无法安排的考生：{heads} 名（{len(found)} 组）",
            f"candidates without a place whatever is planned: {heads} (parties: {len(found)})",
        )
    return Foresight(round_.id, tuple(found), (said,))


def explain(round_: Round, plan: Plan, party_id: str | None = None) -> Explanation:
    """Explain one party, or, without ``party_id``, everybody without a place.

    Returns:
        Views sorted by party; a party that the round does not know is ``missing``. Of very many unplaced parties only the
        first 500 are gone into, which a sentence then says.
    """
    reading = Reading(round_, plan)
    options = Options(reading)
    if party_id is not None:
        view = _party_view(reading, options, party_id)
        return Explanation(round_.id, (view,), (), view.additions, view.sentences)
    unplaced = sorted(party.id for party in round_.parties if party.id not in reading.by_party)
    if not unplaced:
        return Explanation(round_.id, (), (), (), _round_sentences(reading, unplaced, 0, ()))
    views: list[PartyView] = []
    for id_ in unplaced[:_MOST_PARTIES]:
        if options.judged > _MOST_OPTIONS:
            break
        views.append(_party_view(reading, options, id_))
    insertion = Insertion(round_, plan)
    short = shortages(Field(insertion, insertion.left(), wider=False, later=False))
    extra = merged([addition for view in views for addition in view.additions])
    found = tuple(repair for repair, _ in repairs(round_, plan, insertion))
    sentences = (*_round_sentences(reading, unplaced, len(views), short), *_repair_sentences(round_, found))
    return Explanation(round_.id, tuple(views), short, extra, sentences, found)


def _repair_sentences(round_: Round, found: tuple[Repair, ...]) -> tuple[Text, ...]:
    if not found:
        said = "没有找到经核实的补救方案：考位、考场、考评员和期限的增加都不解决问题，见各人的原因"
        en = "no verified repair was found: neither places, rooms, examiners nor later deadlines help; see each party's reasons"
        return (Text(said, en),)
    return tuple(line for n, repair in enumerate(found, start=1) for line in told(round_, repair, n))


def _party_view(reading: Reading, options: Options, party_id: str) -> PartyView:
    party = reading.parties.get(party_id)
    if party is None:
        what = Text(f"批次中没有考生 {party_id}", f"the round has no party {party_id}")
        return PartyView(party_id, "missing", (), (), (), (what,))
    seats = reading.by_party.get(party_id, [])
    if seats:
        sittings = tuple(sorted((s.sitting for s in seats), key=lambda s: (s.component_id, s.member)))
        return PartyView(party_id, "placed", sittings, (), (), _placed_sentences(reading, party_id))
    state: Literal["unplaced", "missing"] = "unplaced" if party_id in reading.unplaced_ids else "missing"
    due = [reading.components[id_] for id_ in party.component_ids if id_ in reading.components]
    found = {component.id: options.of(party, component) for component in due}
    views = tuple(_component_view(component, found[component.id]) for component in due)
    additions = additions_for(reading, party, found)
    sentences = (*_unplaced_sentences(reading, party, found), *_component_sentences(reading, party, views))
    enough = (Text(f"→ 单这一项即可：{a.what.zh}", f"→ enough by itself: {a.what.en}") for a in additions[:_NEAREST])
    return PartyView(party_id, state, (), views, additions, (*sentences, *enough))


def _component_view(component: Component, found: list[Option]) -> ComponentView:
    every = Counter(rule for option in found for rule in option.blocked_by)
    alone = Counter(option.blocked_by[0] for option in found if len(option.blocked_by) == 1)
    blocks = [Block(rule, BY_ID[rule].wording, n, alone[rule]) for rule, n in every.items()]
    nearest = sorted(found, key=lambda option: (len(option.blocked_by), option.short))
    return ComponentView(
        component_id=component.id,
        options=len(found),
        free=sum(not option.blocked_by for option in found),
        blocks=tuple(sorted(blocks, key=lambda block: (-block.options, -block.alone, block.rule))),
        nearest=tuple(nearest[:_NEAREST]),
    )


def _placed_sentences(reading: Reading, party_id: str) -> tuple[Text, ...]:
    said = []
    for sitting, _, held in sorted(reading.by_party[party_id], key=lambda s: (s.held.slot.starts_at, s.sitting.member)):
        when = f"{held.slot.on} {held.slot.start:%H:%M}-{held.slot.end:%H:%M}"
        zh = f"考生 {party_id} 的 {sitting.component_id}：{when}，考场 {held.room.id}，第 {sitting.turn} 轮 {sitting.place} 号"
        en = f"party {party_id} sits {sitting.component_id} on {when} in room {held.room.id}, turn {sitting.turn}, place {sitting.place}"
        said.append(Text(zh, en))
    return tuple(said)


def _unplaced_sentences(reading: Reading, party: Party, found: dict[str, list[Option]]) -> tuple[Text, ...]:
    head = Text(
        f"考生 {party.id}（{party.head_count} 人）未能安排", f"party {party.id} ({party.head_count}) has no place"
    )
    free = {id_: [option.slot_id for option in options if not option.blocked_by] for id_, options in found.items()}
    if not all(free.values()):
        return (head,)
    if itinerary(reading, free) is not None:
        what = Text(
            "各科目都有空位且先后可行：可再次编排", "every component has a free place in order: plan again to use it"
        )
    else:
        what = Text(
            "各科目分别有空位，但先后或间隔不合", "each component has free places, but never in the required order"
        )
    return (head, what)


def _component_sentences(reading: Reading, party: Party, views: tuple[ComponentView, ...]) -> tuple[Text, ...]:
    said = []
    for view in views:
        called = name_of(reading.components[view.component_id])
        if not view.options:
            said.append(Text(f"{called.zh}：没有适合类型的考场或时段", f"{called.en}: no room of its kind, or no slot"))
            continue
        head = f"{called.zh}：{view.options} 个选项，{view.free} 个可用"
        en = f"{called.en}: {view.options} options, {view.free} free"
        # What blocks everything is the answer; what blocks some as well would only hide it.
        blocking = [block for block in view.blocks if block.options == view.options] or view.blocks
        blocks = tuple(blocking[:_NEAREST]) if not view.free else ()
        zh_parts = [f"{block.options} 个受阻于“{block.wording.zh}”" for block in blocks]
        en_parts = [f'{block.options} blocked by "{block.wording.en}"' for block in blocks]
        said.append(Text("；".join([head, *zh_parts]), "; ".join([en, *en_parts])))
        rules = [block.rule for block in blocks if block.options == view.options]
        said += remedies(reading, party, reading.components[view.component_id], rules)
    return tuple(said)


def _round_sentences(reading: Reading, unplaced: list[str], seen: int, short: tuple[Shortage, ...]) -> tuple[Text, ...]:
    heads = sum(reading.parties[id_].head_count for id_ in unplaced)
    if not unplaced:
        return (Text("所有考生均已安排", "everybody has a place"),)
    said = [
        Text(
            f"未安排的考生：{heads} 名（{len(unplaced)} 组）",
            f"candidates without a place: {heads} (parties: {len(unplaced)})",
        )
    ]
    if seen < len(unplaced):
        rest = len(unplaced) - seen
        said.append(Text(f"其中 {rest} 组未逐一分析", f"{rest} of them are not gone into one by one"))
    return (*said, *(shortage.what for shortage in short if shortage.on is None))
