from __future__ import annotations

from datetime import date

import pytest

from scheduler.errors import InputError
from scheduler.recognition.shelf import load_catalogue

DATED = 'in_force_from = 2026-01-01\nsource = "test"\nmark = "seen"\n'
NUMBER = '[[number]]\nid = "own"\n' + DATED


def extra(folder, text):
    (folder / "own.toml").write_text(text, encoding="utf-8")
    return folder


def findings(folder, text):
    with pytest.raises(InputError) as refused:
        load_catalogue(extra(folder, text))
    assert all(f.where.file for f in refused.value.findings)
    return [(f.rule, f.where.path) for f in refused.value.findings if f.where.file == "own.toml"]


def award(**changes):
    fields = {
        "id": '"crane"', "kind": '"qualification"', "authority": '"HU"', "issuer": '"implementing_department"',
        "name": '{ zh = "起重", en = "Crane" }', "trade": '"low-voltage"', "category": '{ zh = "起重", en = "Crane" }',
        "exam": '"construction-operation"', "validities": '["construction-operation"]', "numbers": '["construction-operation"]',
        "trade_code": '"04"', "minimum_age": "18", "template": '"qualification"',
    } | changes  # fmt: skip
    return "[[award]]\n" + DATED + "".join(f"{key} = {value}\n" for key, value in fields.items() if value)


def exam(component):
    return '[[exam]]\nid = "own"\nresult_months = 12\n' + DATED + "[[exam.component]]\n" + component


def rule(**changes):
    fields = {
        "id": '"own/1"', "row": "1", "held": '"fusion-welding"', "target": '"high-voltage-electrician"', "counts_as_level": "5",
        "next_level": "4", "occupation_code": '"6-18-02-04"', "clause": '{ zh = "条", en = "clause" }', "level_clause": '{ zh = "条", en = "clause" }',
    } | changes  # fmt: skip
    return "[[recognition]]\n" + DATED + "".join(f"{key} = {value}\n" for key, value in fields.items())


GOOD_PART = 'kind = "theory"\nminutes = 60\npass_pts = 60\nstaffing = "theory-room"\n'
BROKEN = {
    "not toml": ("[[award]", "catalogue-toml", None),
    "unknown table": ("[[awards]]\nid = 'x'", "catalogue-unknown-key", "awards[0]"),
    "table, not list": ("[trade]\nid = 'x'", "catalogue-kind", "trade"),
    "unknown key": (award(colour='"red"'), "catalogue-unknown-key", "award[0].colour"),
    "missing key": (award(issuer=""), "catalogue-missing-key", "award[0].issuer"),
    "no source": (award().replace('source = "test"\n', ""), "catalogue-missing-key", "award[0].source"),
    "blank source": (award().replace('"test"', '" "'), "catalogue-empty", "award[0].source"),
    "no mark": (award().replace('mark = "seen"\n', ""), "catalogue-missing-key", "award[0].mark"),
    "no date": (award().replace("in_force_from = 2026-01-01\n", ""), "catalogue-missing-key", "award[0].in_force_from"),
    "wrong mark": (award().replace('"seen"', '"sure"'), "catalogue-word", "award[0].mark"),
    "date as text": (award().replace("2026-01-01", '"2026-01-01"'), "catalogue-kind", "award[0].in_force_from"),
    "moment, not date": (
        award().replace("2026-01-01", "2026-01-01T08:00:00"),
        "catalogue-kind",
        "award[0].in_force_from",
    ),
    "truth as number": (award(minimum_age="true"), "catalogue-kind", "award[0].minimum_age"),
    "one language": (award(name='{ zh = "起重" }'), "catalogue-missing-key", "award[0].name.en"),
    "third language": (award(name='{ zh = "起", en = "C", fr = "G" }'), "catalogue-unknown-key", "award[0].name.fr"),
    "dangling trade": (award(trade='"crane"'), "catalogue-dangling", "award[0].trade"),
    "dangling exam": (award(exam='"none"'), "catalogue-dangling", "award[0].exam"),
    "dangling number": (award(numbers='["none"]'), "catalogue-dangling", "award[0].numbers"),
    "no validity": (award(validities="[]"), "catalogue-empty", "award[0].validities"),
    "parameter that is no key": (award(parameters='["colour"]'), "catalogue-dangling", "award[0].parameters"),
    "level without digit": (award(kind='"skill_level"'), "award-level", "award[0].level"),
    "level of a qualification": (award(level="4"), "award-level", "award[0].level"),
    "level 9 in a list": (award(levels="[9]"), "catalogue-kind", "award[0].levels"),
    "id twice": (award() + award(), "duplicate-id", "award[1].id"),
    "ends before it begins": (
        award() + "in_force_until = 2025-12-31\n",
        "edition-backwards",
        "award[0].in_force_until",
    ),
    "two editions at once": (
        award(validities='["special-operation-order-30", "construction-operation"]'),
        "edition-overlap",
        "award[0].validities",
    ),
    "a day without edition": (
        award(validities='["special-operation-order-19"]'),
        "edition-hole",
        "award[0].validities",
    ),
    "no edition in the end": (
        award(validities='["special-operation-order-30"]'),
        "edition-hole",
        "award[0].validities",
    ),
    "pass mark over full": (
        exam(GOOD_PART.replace("pass_pts = 60", "pass_pts = 101")),
        "pass-over-full",
        "exam[0].component[0].pass_pts",
    ),
    "no minutes": (
        exam(GOOD_PART.replace("minutes = 60", "minutes = 0")),
        "catalogue-range",
        "exam[0].component[0].minutes",
    ),
    "no such staffing": (
        exam(GOOD_PART.replace("theory-room", "hall")),
        "catalogue-dangling",
        "exam[0].component[0].staffing",
    ),
    "no such kind": (exam(GOOD_PART.replace('"theory"', '"oral"')), "catalogue-word", "exam[0].component[0].kind"),
    "kind twice": (exam(GOOD_PART + "[[exam.component]]\n" + GOOD_PART), "duplicate-id", "exam[0].component[1].kind"),
    "items that do not add up": (
        exam(GOOD_PART + 'items = [{ id = "K1", name = { zh = "一", en = "one" }, full_pts = 90 }]'),
        "items-sum",
        "exam[0].component[0].items",
    ),
    "exam of nothing": ('[[exam]]\nid = "own"\nresult_months = 12\n' + DATED, "catalogue-empty", "exam[0].component"),
    "pattern broken": (NUMBER + "pattern = '('\ntemplate = 'x'\n", "number-pattern-broken", "number[0].pattern"),
    "template refused by pattern": (
        NUMBER + "pattern = '^T\\d{17}$'\ntemplate = 'T{document_no}'\n",
        "number-template",
        "number[0].template",
    ),
    "unknown name in template": (
        NUMBER + "pattern = '.*'\ntemplate = '{colour}'\n",
        "number-template",
        "number[0].template",
    ),
    "brace left open": (NUMBER + "pattern = '.*'\ntemplate = '{year'\n", "number-template", "number[0].template"),
    "serial without scope": (NUMBER + "pattern = '.*'\ntemplate = '{serial}'\n", "number-template", "number[0].scope"),
    "scope without serial": (
        NUMBER + "pattern = '.*'\ntemplate = '{year}'\nscope = '{year}'\n",
        "number-template",
        "number[0].scope",
    ),
    "trade code the pattern refuses": (award(trade_code='"XYZ"'), "number-template", "award[0].numbers"),
    "rule for nobody": (rule(held='"crane"'), "catalogue-dangling", "recognition[0].held"),
    "rule that spares what is not there": (rule(exempt='["hot_work"]'), "catalogue-dangling", "recognition[0].exempt"),
    "next level below": (rule(next_level="5", counts_as_level="4"), "award-level", "recognition[0].next_level"),
    "second rule for a pair": (rule(target='"construction-welder"'), "edition-overlap", "recognition[0].in_force_from"),
    "another level for the same certificate": (
        rule(counts_as_level="4"),
        "levels-disagree",
        "recognition[0].counts_as_level",
    ),
    "region with letters": (
        '[[issuing_region]]\nid = "x"\naward = "construction-welder"\nprefix = "鄂E"\n' + DATED,
        "catalogue-range",
        "issuing_region[0].prefix",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_record_is_refused_with_file_and_path(name, tmp_path):
    text, rule_id, path = BROKEN[name]
    found = findings(tmp_path, text)
    assert (rule_id, path) in found
    assert len(found) <= 2


def test_all_faults_are_told_at_once(tmp_path):
    assert (
        len(
            findings(
                tmp_path, award(issuer="", trade='"crane"', colour='"red"') + NUMBER + "pattern = '('\ntemplate = 'x'\n"
            )
        )
        == 4
    )


def test_missing_folder_is_refused(tmp_path):
    with pytest.raises(InputError) as refused:
        load_catalogue(tmp_path / "nowhere")
    assert [f.rule for f in refused.value.findings] == ["catalogue-folder"]


def test_empty_folder_changes_nothing(tmp_path):
    assert load_catalogue(tmp_path) == load_catalogue()


def test_office_adds_an_award_of_its_own(tmp_path):
    own = load_catalogue(extra(tmp_path, award()))
    assert own.award("crane").trade_code == "04"
    assert len(own.awards) == len(load_catalogue().awards) + 1


def test_office_adds_its_region_and_drops_none(tmp_path):
    text = '[[issuing_region]]\nid = "ours"\naward = "construction-welder"\nprefix = "9902"\n' + DATED
    own = load_catalogue(extra(tmp_path, text))
    assert own.issues_in("construction-welder", "990201")
    assert own.issues_in("construction-welder", "990100")


def test_office_overrides_a_record_by_id(tmp_path):
    text = '[[number]]\nid = "skill-level"\nimported = true\npattern = \'^[YS]\\d{14}[1-5]\\d{6}$\'\nin_force_from = 2019-02-01\nsource = "ours"\nmark = "seen"\n'
    own = load_catalogue(extra(tmp_path, text + '[[switch]]\nid = "years-of-work"\non = true\n' + DATED))
    assert own.award("welder-3").number_rules[-1][1].imported
    assert own.switches_on == ("years-of-work",)
    assert load_catalogue().switches_on == ()


def test_office_overrides_one_level_of_an_expanded_record(tmp_path):
    part = GOOD_PART.replace("pass_pts = 60", "pass_pts = 65")
    text = exam(part).replace('id = "own"', 'id = "skill-electrician-4"').replace("2026-01-01", "2019-02-01")
    own = load_catalogue(extra(tmp_path, text))
    assert [m.pass_pts for m in own.scheme("low-voltage-4").award("electrician-4").pass_marks] == [65]
    assert [m.pass_pts for m in own.scheme("low-voltage-5").award("electrician-5").pass_marks] == [60, 60]


def test_parts_that_cannot_be_joined_are_refused(tmp_path):
    part = GOOD_PART + "full_pts = 150\n"
    text = exam(part).replace('id = "own"', 'id = "skill-electrician-4"').replace("2026-01-01", "2019-02-01")
    with pytest.raises(InputError) as refused:
        load_catalogue(extra(tmp_path, text))
    assert {f.rule for f in refused.value.findings} == {"parts-not-joinable"}
    assert {f.where.subject for f in refused.value.findings} == {
        "low-voltage-4",
        "high-voltage-4",
        "construction-electrician-4",
    }


def test_a_later_circular_ends_a_rule_and_begins_another(tmp_path):
    later = rule(id='"2027/6"', held='"construction-welder"', target='"fusion-welding"', row="6").replace(
        "2026-01-01", "2027-01-01"
    )
    ended = (
        rule(id='"2026-01-09/6"', held='"construction-welder"', target='"fusion-welding"', row="6")
        + "in_force_until = 2026-12-31\n"
    )
    own = load_catalogue(extra(tmp_path, later + ended))
    assert [r.id for r in own.recognitions if r.row == 6] == ["2026-01-09/6", "2027/6"]


def staffing(room_kind="workshop", duty="assess", at_least=5, per_candidates=2, room_limit=8):
    fields = f'at_least = {at_least}\nper_candidates = {per_candidates}\nroom_limit = {room_limit}\nroom_kind = "{room_kind}"\nduty = "{duty}"\n'
    return '[[staffing]]\nid = "hall"\n' + fields + DATED


def skill_exam(component):
    return exam(component).replace('id = "own"', 'id = "skill-electrician-4"').replace("2026-01-01", "2019-02-01")


PRACTICAL = 'kind = "practical"\nminutes = 45\npass_pts = 60\nstaffing = "hall"\n'


@pytest.mark.parametrize(
    ("own", "joined"),
    [((5, 2, 8), (5, 2, 8)), ((1, 9, 40), (3, 5, 40)), ((3, 5, 1), (3, 5, 1))],
    ids=["stricter", "laxer", "smaller room"],
)
def test_joining_takes_the_strictest_of_each_number(own, joined, tmp_path):
    catalogue = load_catalogue(extra(tmp_path, staffing("workshop", "assess", *own) + skill_exam(PRACTICAL)))
    practical = catalogue.scheme("low-voltage-4").component("low-voltage-4/practical")
    rule = practical.staffing
    assert (rule.at_least, rule.per_candidates, rule.room_limit) == joined
    assert practical.minutes == 60


def test_the_smaller_of_two_room_limits_wins(tmp_path):
    text = staffing(room_limit=25).replace("hall", "special-equipment-workshop")
    own = load_catalogue(
        extra(tmp_path, text + staffing() + skill_exam(PRACTICAL).replace("electrician-4", "welder-4"))
    )
    assert own.scheme("special-equipment-4").component("special-equipment-4/practical").staffing.room_limit == 8


@pytest.mark.parametrize(
    "text",
    [
        skill_exam(PRACTICAL) + staffing("theory_room"),
        skill_exam(PRACTICAL) + staffing("workshop", "invigilate"),
        skill_exam(
            PRACTICAL.replace("hall", "skill-workshop")
            + 'items = [{ id = "A", name = { zh = "甲", en = "A" }, full_pts = 100 }]'
        ),
    ],
    ids=["room", "duty", "items"],
)
def test_parts_of_different_make_are_not_joined(text, tmp_path):
    with pytest.raises(InputError) as refused:
        load_catalogue(extra(tmp_path, text))
    assert {f.rule for f in refused.value.findings} == {"parts-not-joinable"}


@pytest.mark.parametrize(
    ("until", "rule_id"),
    [("2026-02-28", None), ("2026-03-01", "edition-overlap"), ("2026-02-27", "edition-hole")],
    ids=["to the day", "one day twice", "one day never"],
)
def test_editions_follow_each_other_to_the_day(until, rule_id, tmp_path):
    first = '[[validity]]\nid = "a"\nmonths = 12\nin_force_until = ' + until + "\n" + DATED
    second = '[[validity]]\nid = "b"\nmonths = 24\n' + DATED.replace("2026-01-01", "2026-03-01")
    text = first + second + award(validities='["b", "a"]')
    if rule_id:
        assert findings(tmp_path, text) == [(rule_id, "award[0].validities")]
    else:
        own = load_catalogue(extra(tmp_path, text)).award("crane")
        assert [own.validity_on(date(2026, 2, 28)).months, own.validity_on(date(2026, 3, 1)).months] == [12, 24]


def test_file_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "own.toml").write_text(award(), encoding="utf-8-sig")
    assert load_catalogue(tmp_path).award("crane").name.zh == "起重"
