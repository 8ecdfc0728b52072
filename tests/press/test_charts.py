"""Charts: round axes, nothing that is cut off, the same for the same, and something to say where there is nothing."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from scheduler.press.charts import WIDTH, Bar, Chart, bars, columns, fitted, ticks, width_of

TEXT = "{http://www.w3.org/2000/svg}text"
RECT = "{http://www.w3.org/2000/svg}rect"


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (100, [0, 50, 100]),
        (494, [0, 200, 400, 600]),
        (0.08, [0, 0.02, 0.04, 0.06, 0.08]),
        (20033, [0, 10000, 20000, 30000]),
    ],
)
def test_axes_bear_round_numbers_that_reach_the_greatest_value(most, marks):
    assert ticks(most) == marks


@pytest.mark.parametrize("draw", [bars, columns])
def test_nothing_is_said_where_there_is_nothing(draw):
    svg = ET.fromstring(draw(Chart("empty", "Load", "says", [], empty="no data")))
    assert [one.text for one in svg.iter(TEXT)] == ["no data"]


@pytest.mark.parametrize("draw", [bars, columns])
@pytest.mark.parametrize("values", [(0.0,), (7.0,), (1e6,), (0.001,), (3.0, 4.0, 5.0)])
def test_a_single_value_is_drawn_whole(draw, values):
    svg = ET.fromstring(
        draw(Chart("one", "Load", "says", [Bar("A", values, "note")], tuple("xyz"[: len(values)] * (len(values) > 1))))
    )
    boxes = [box for group in svg.iter("{http://www.w3.org/2000/svg}g") for box in group.iter(RECT)]
    side = "width" if draw is bars else "height"
    assert [group.get("data-value") for group in svg.iter("{http://www.w3.org/2000/svg}g")] == [
        f"{v:g}" for v in values
    ]
    if values[0] > 1:
        lengths = [float(box.get(side)) for box in boxes]
        assert [length / lengths[0] for length in lengths] == pytest.approx([v / values[0] for v in values], rel=0.02)
    assert all(0 <= float(box.get("x")) <= WIDTH for box in boxes)


def test_words_of_the_data_stay_words():
    svg = ET.fromstring(bars(Chart("x", 'a<b & "c"', "d", [Bar("<script>", (1.0,), "&", '"><g')])))
    assert [group.get("data-row") for group in svg.iter("{http://www.w3.org/2000/svg}g")] == ['"><g']
    assert "<script>" in [one.text for one in svg.iter(TEXT)]


def test_long_words_are_cut_to_their_room():
    assert fitted("考点", 4) == "考点"
    for text in ("云岭电力职业技术学院东校区", "Fusion welding and thermal cutting"):
        assert fitted(text, 8).endswith("…")
        assert width_of(fitted(text, 8)) <= 8
