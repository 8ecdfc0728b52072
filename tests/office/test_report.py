"""The report: every number of the picture is in the csv, every csv is what a recount from the registry gives, on one page."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from statistics import mean, median
from xml.etree import ElementTree as ET

import pypdf
import pytest

from scheduler.domain.catalogue import RoomKind
from scheduler.domain.figures import Figure
from scheduler.domain.results import Attendance
from scheduler.errors import NotFound, Text
from scheduler.office.panels import Panels
from scheduler.office.plan import plan
from scheduler.office.report import report
from scheduler.press.render import render
from scheduler.sheets.figures import figure_csv
from tests.office.books import ROUND
from tests.planned import ROUNDS, planned_office

COUNTY = ROUNDS["county"]


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Return the county's office after its exams, and its report."""
    with planned_office("county", tmp_path_factory.mktemp("county"), marks=True) as office:
        yield office, report(office, round_id=COUNTY)


@pytest.fixture(scope="module")
def facts(county):
    """Return what the registry holds of the county, counted by nobody yet."""
    office, _ = county
    with office.registry.transaction(write=False) as store:
        setup, kept = store.rounds.setup(COUNTY), store.plans.published(COUNTY).plan
        entries = {entry.id: entry for entry in store.rounds.entries(COUNTY)}
        return setup, kept, entries, store.results.outcomes(COUNTY), office.catalogue


def table(made, name):
    """Return the headings and the rows of a csv."""
    with Path(made.folder, f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    return head, rows


def pictures(made, language="zh"):
    page = Path(made.folder, f"report.{language}.html").read_text(encoding="utf-8")
    return page, [ET.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


def shown(svg):
    """Return by row and series what a picture shows."""
    groups = [one for one in svg.iter() if "data-row" in one.attrib]
    return {(one.get("data-row"), int(one.get("data-series"))): float(one.get("data-value")) for one in groups}


def expected(made):
    """Return what each picture has to show, from the csv alone; rows that stand for others left out."""

    def rate(name, key, rate):
        return {(row[key], 0): round(100 * float(row[rate] or 0), 2) for row in table(made, name)[1]}

    def count(name, key, value):
        return {(row[key], 0): float(row[value]) for row in table(made, name)[1]}

    days = table(made, "load-by-day")[1]
    absent = defaultdict(lambda: [0, 0])
    for row in table(made, "absence-by-trade")[1]:
        absent[row[0]][0] += int(row[6])
        absent[row[0]][1] += int(row[4])
    return {
        "load-by-day": {(row[0], n): float(row[3 + n]) for row in days for n in range(3)},
        "fill-sites": rate("fill-sites", 0, 5),
        "fill-rooms": rate("fill-rooms", 0, 6),
        "fill-bands": count("fill-bands", 0, 2),
        "travel": count("travel", 0, 2),
        "examiner-load": count("examiner-load", 0, 1),
        "pass-by-trade": rate("pass-by-trade", 0, 8),
        "pass-by-award": rate("pass-by-award", 0, 6),
        "absence-by-day": rate("absence-by-day", 0, 6),
        "absence-by-trade": {(t, 0): round(100 * round(a / due, 4), 2) for t, (a, due) in absent.items()},
    }


def test_every_number_of_the_picture_stands_in_the_csv(county):
    _, made = county
    _, svgs = pictures(made)
    assert sorted(svg.get("data-figure") for svg in svgs) == sorted(expected(made))
    for svg in svgs:
        wanted, found = expected(made)[svg.get("data-figure")], shown(svg)
        rest = {row for row, _ in found} - {row for row, _ in wanted}
        assert rest <= {"others"}
        assert {key: value for key, value in found.items() if key[0] != "others"}.items() <= wanted.items()
        if not rest:
            assert len(found) == len(wanted)


def test_numbers_written_in_the_picture_are_those_drawn(county):
    _, made = county
    checked = 0
    for svg in pictures(made)[1]:
        words = {one.text for one in svg.iter("{http://www.w3.org/2000/svg}text")}
        if svg.get("data-figure") in {"fill-bands", "travel", "examiner-load"}:
            assert {f"{value:,.0f}" for value in shown(svg).values()} <= words
            checked += 1
    assert checked == 3


def test_fill_is_what_a_recount_of_the_registry_gives(county, facts):
    setup, kept, _, _, catalogue = facts
    rooms = {room.id: room for room in setup.rooms}
    slots = {slot.id: slot for slot in setup.slots}
    components = {c.id: c for scheme in catalogue.schemes for c in scheme.components}
    used, offered, sessions = Counter(), Counter(), Counter()
    by_session = Counter(sitting.session_id for sitting in kept.sittings)
    for session in kept.sessions:
        room, component = rooms[session.room_id], components[session.component_id]
        slot, per = slots[session.slot_id], min(room.places, component.staffing.room_limit or 999)
        minutes = slot.end.hour * 60 + slot.end.minute - slot.start.hour * 60 - slot.start.minute
        turns = 1 if room.kind is RoomKind.THEORY_ROOM else minutes // component.minutes
        used[room.id] += by_session[session.id]
        offered[room.id] += per * turns
        sessions[room.id] += 1
    rows = table(county[1], "fill-rooms")[1]
    assert {row[0]: tuple(map(int, row[3:6])) for row in rows} == {
        id_: (sessions[id_], used[id_], offered[id_]) for id_ in rooms
    }
    by_site = {row[0]: (int(row[3]), int(row[4])) for row in table(county[1], "fill-sites")[1]}
    assert by_site == {
        site.id: tuple(sum(c[r.id] for r in setup.rooms if r.site_id == site.id) for c in (used, offered))
        for site in setup.sites
    }
    bands = table(county[1], "fill-bands")[1]
    assert sum(int(row[2]) for row in bands) == len(kept.sessions) == len(table(county[1], "fill-sessions")[1])
    full = sum(int(row[5]) > 0.9 * int(row[6]) for row in table(county[1], "fill-sessions")[1])
    assert int(bands[-1][2]) == full


def test_days_travel_and_examiners_are_what_a_recount_gives(county, facts):
    setup, kept, entries, _, _ = facts
    on = {slot.id: slot.on for slot in setup.slots}
    site = {room.id: room.site_id for room in setup.rooms}
    sessions = {session.id: session for session in kept.sessions}
    km = {(row.origin_id, row.site_id): row.km for row in setup.distances}
    sittings, people, trips = Counter(), defaultdict(set), set()
    for sitting in kept.sittings:
        session = sessions[sitting.session_id]
        day = on[session.slot_id]
        sittings[day] += 1
        people[day].add(sitting.party_id)
        trips.add((sitting.party_id, day, site[session.room_id]))
    rows = table(county[1], "load-by-day")[1]
    assert {row[0]: (int(row[2]), int(row[6])) for row in rows} == {
        str(day): (len(people[day]), sittings[day]) for day in sittings
    }
    assert all(int(row[3]) + int(row[4]) + int(row[5]) == int(row[6]) for row in rows)
    lengths = [km[entries[who].origin_id, where] for who, _, where in trips]
    head = {row[0]: row[3] for row in table(county[1], "summary")[1]}
    assert (float(head["km_mean"]), float(head["km_median"])) == (round(mean(lengths), 1), round(median(lengths), 1))
    assert float(head["km_max"]) == max(lengths)
    for low, high, n in table(county[1], "travel")[1]:
        assert sum(float(low) <= one < float(high) for one in lengths) == int(n)
    duties = Counter(id_ for session in kept.sessions for id_ in session.examiner_ids)
    listed = {row[0]: row for row in table(county[1], "examiners")[1]}
    assert {id_: int(row[5]) for id_, row in listed.items()} == {one.id: duties[one.id] for one in setup.examiners}
    days = Counter((id_, on[s.slot_id]) for s in kept.sessions for id_ in s.examiner_ids)
    weeks = Counter((id_, on[s.slot_id].isocalendar()[1]) for s in kept.sessions for id_ in s.examiner_ids)
    for counted, column in ((days, 6), (weeks, 8)):
        most = {id_: max((n for (who, _), n in counted.items() if who == id_), default=0) for id_ in listed}
        assert {id_: int(row[column]) for id_, row in listed.items()} == most


def test_results_are_what_a_recount_gives(county, facts):
    _, kept, entries, outcomes, catalogue = facts
    earned, asked = Counter(), Counter()
    due, away, trades = Counter(), Counter(), Counter()
    for outcome in outcomes:
        there = {mark.attendance for mark in outcome.marks} & {Attendance.PRESENT}
        trade = catalogue.scheme(entries[outcome.entry_id].scheme_id).trade_id
        trades[trade] += bool(outcome.earned_ids)
        earned.update(outcome.earned_ids)
        asked.update({verdict.award_id: bool(there) for verdict in outcome.verdicts})
        for mark in outcome.marks:
            due[trade] += 1
            away[trade] += mark.attendance is Attendance.ABSENT
    rows = table(county[1], "pass-by-award")[1]
    assert {row[0]: (int(row[4]), int(row[5])) for row in rows} == {a: (asked[a], earned[a]) for a in asked}
    assert [row[6] for row in rows if int(row[4]) == 0] == [""]  # nobody sat for one of them: no rate
    assert all(float(row[6]) == round(int(row[5]) / int(row[4]), 4) for row in rows if int(row[4]))
    assert {row[0]: int(row[5]) + int(row[6]) for row in table(county[1], "pass-by-trade")[1]} == trades
    found_due, found_away = Counter(), Counter()
    for row in table(county[1], "absence-by-trade")[1]:
        found_due[row[0]] += int(row[4])
        found_away[row[0]] += int(row[6])
    assert (found_due, found_away) == (due, away)
    by_day = table(county[1], "absence-by-day")[1]
    assert sum(int(row[1]) for row in by_day) == len(kept.sittings)
    assert sum(int(row[3]) for row in by_day) == away.total()


def test_page_is_one_and_names_nobody(county, facts):
    _, made = county
    setup, _, entries, _, _ = facts
    reader = pypdf.PdfReader(made.paths[0])
    text = "".join(reader.pages[0].extract_text().split())
    assert len(reader.pages) == 1
    assert [round(float(n)) for n in reader.pages[0].mediabox[2:]] == [595, 842]
    assert setup.name.replace(" ", "") in text
    assert "60" in text
    page, _ = pictures(made)
    told = {entry.candidate.name for entry in entries.values()} | {
        e.candidate.document.number for e in entries.values()
    }
    assert [name for name in told if len(name) > 2 and name in page] == []


def test_page_stands_alone_and_speaks_to_those_who_listen(county):
    page, svgs = pictures(county[1])
    bare = page.replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|<script|<link|<img|url\(|@import|\bon\w+=", bare)
    assert "prefers-color-scheme: dark" in page
    for svg in svgs:
        titles = [svg.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc")]
        assert svg.get("role") == "img"
        assert svg.get("aria-labelledby") == " ".join(one.get("id") for one in titles)
        assert all(one.text for one in titles)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_without_marks_the_page_shows_the_plan_and_says_so(office_at):
    made = report(office_at("published"), round_id=ROUND, language="en")
    page, svgs = pictures(made, "en")
    assert (made.results, len(svgs), len(pypdf.PdfReader(made.paths[0]).pages)) == (False, 6, 1)
    assert "No marks are recorded yet" in page
    assert "no marks are recorded yet" in made.summary("en")
    assert not [path for path in made.paths if "pass-" in path or "absence-" in path]


def test_a_version_named_is_the_one_shown_and_without_a_plan_there_is_none(office_at):
    office = office_at("published")
    plan(office, round_id=ROUND, seed=2)
    assert report(office, round_id=ROUND).version == 1
    made = report(office, round_id=ROUND, version=2)
    assert (made.version, made.state) == (2, "draft")
    assert "草案" in pictures(made)[0]
    with pytest.raises(NotFound):
        report(office, round_id=ROUND, version=9)


def test_without_a_plan_there_is_no_report(office_at, tmp_path):
    with pytest.raises(NotFound):
        report(office_at("enrolled"), round_id=ROUND)
    assert not (tmp_path / "desk" / "out" / "report").exists()


def crowded():
    """Return figures of forty days, twenty-seven sites, ninety rooms and long names."""
    from datetime import date, timedelta

    def figure(id_, keys, rows):
        return Figure(id_, Text(id_, id_), tuple((key, Text(key, key)) for key in keys), tuple(rows))

    days = [str(date(2026, 6, 1) + timedelta(days=n)) for n in range(40)]
    fill = ("sessions", "used", "offered", "rate")
    head = dict.fromkeys(
        [
            "used",
            "offered",
            "fill",
            "sessions",
            "km_mean",
            "km_median",
            "km_max",
            "trips_unknown",
            "duties_mean",
            "duties_most",
            "duties_day",
            "duties_week",
            "absent",
            "sittings_recorded",
            "absence",
        ],
        123456,
    )
    awards = ("award", "zh", "en", "decided", "sat", "earned", "rate")
    attended = ("due", "present", "absent", "deferred", "barred", "rate")
    name = "云岭市第一职业技术学院东校区实训中心第{}考点"
    return [
        figure("summary", ("key", "value"), head.items()),
        figure("load-by-day", ("date", "theory", "practical", "other", "sittings"), [(d, 900, 80, n % 2, 981 + n % 2) for n, d in enumerate(days)]),
        figure("fill-sites", ("site", "name", *fill), [(f"S{n}", name.format(n), 9, 90 + n, 200, 0.5) for n in range(27)]),
        figure("fill-rooms", ("room", "site", "kind", *fill), [(f"ROOM-{n:03}", "S1", "k", 0 if n > 80 else 4, 9, 20, 0.45) for n in range(90)]),
        figure("fill-bands", ("from", "to", "sessions"), [(n, n + 10, 999) for n in range(0, 100, 10)]),
        figure("travel", ("from", "to", "trips"), [(n * 1000, n * 1000 + 1000, 99999) for n in range(12)]),
        figure("examiner-load", ("sessions", "examiners"), [(n, n) for n in range(90)]),
        figure("pass-by-trade", ("trade", "zh", "en", "sat", "all", "some", "rate"), [(f"t{n}", name.format(n), "A trade of a very long name " * 3, 9, 4, 2, 0.67) for n in range(12)]),
        figure("pass-by-award", awards, [(f"a{n}", name.format(n), "An award of a very long name " * 3, 9, 9, 0, 0.0) for n in range(30)]),
        figure("absence-by-day", ("date", *attended), [(d, 100, 90, 10, 0, 0, 0.1) for d in days]),
        figure("absence-by-trade", ("trade", "zh", "en", "kind", *attended), [(f"t{n}", name.format(n), "x", "k", 10, 10, 0, 0, 0, 0.0) for n in range(12)]),
    ]  # fmt: skip


def test_what_is_added_up_as_others_is_the_rest():
    figures = {figure.id: figure for figure in crowded()}
    svgs = [ET.fromstring(panel.svg) for panel in Panels(list(figures.values()), "zh").all()]
    (svg,) = [one for one in svgs if one.get("data-figure") == "fill-rooms"]
    found, rows = shown(svg), figures["fill-rooms"].rows
    rest = [row for row in rows if (row[0], 0) not in found]
    used, offered = (sum(int(row[n]) for row in rest) for n in (4, 5))
    assert len(rest) == len(rows) - len(found) + 1 > 1
    assert found["others", 0] == round(100 * used / offered, 2)
    assert f"{used:,}/{offered:,}" in "".join(svg.itertext())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_month_and_a_half_on_27_sites_still_is_one_page(language, office_at):
    panels = Panels(crowded(), language).all()
    data = {
        "lang": language, "title": "报告", "name": "很长的批次名称" * 8, "round_id": "R", "office": "办公室" * 12, "about": "x", "notes": [],
        "specimen": "SPECIMEN", "results": True, "foot": "f", "screen": False,
        "tiles": [{"what": "Registered after the plan", "said": "1,234,567", "beside": "of 1,234,567 sittings"}] * 7,
        "panels": [{"title": p.title, "svg": p.svg, "note": p.note} for p in panels],
    }  # fmt: skip
    pdf = render("report", data, folder=office_at("empty").templates())
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
    for panel in panels:
        svg = ET.fromstring(panel.svg)
        width, height = (float(n) for n in svg.get("viewBox").split()[2:])
        for box in svg.iter("{http://www.w3.org/2000/svg}rect"):
            x, y, w, h = (float(box.get(key)) for key in ("x", "y", "width", "height"))
            assert 0 <= x <= x + w <= width + 0.2
            assert 0 <= y <= y + h <= height + 0.2


def test_csv_is_for_spreadsheet_programs():
    columns = (("a", Text("甲", "A")), ("b", Text("乙", "B")))
    raw = figure_csv(Figure("f", Text("", ""), columns, (("=1+1", -3), ("云\n岭", 0.25), ("-", None))))
    assert raw.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))) == [
        ["甲 A", "乙 B"],
        ["'=1+1", "-3"],
        ["云\n岭", "0.25"],
        ["'-", ""],
    ]


def test_command_writes_the_files_it_names(tmp_path, office_at):
    from typer.testing import CliRunner

    from scheduler.cli.main import app

    office_at("published").close()
    folder = tmp_path / "desk"
    out = tmp_path / "report"
    words = ["report", ROUND, "--office", str(folder / "office.toml"), "--version", "1", "--out", str(out), "--json"]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    made = json.loads(answer.stdout)["report"]
    assert sorted(map(str, out.iterdir())) == sorted(made["paths"])
    missing = CliRunner().invoke(app, ["report", "nowhere", "--office", str(folder / "office.toml")])
    assert missing.exit_code == 7
