"""Charts say what the figures say: axes from 0, each gap with its mark, nothing by colour alone; texts stay texts."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from markupsafe import Markup

from sciculture_etl.pages.charts import Point, draw_ranking, draw_trend, newest_final
from sciculture_etl.pages.charts.scale import MAX_STEPS, nice_ticks, short_number

HOSTILE = '"><script>alert(1)</script><g onload="x'


def parsed(image: Markup) -> ET.Element:
    return ET.fromstring(image)


def of_class(image: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in image.iter() if name in (one.get("class") or "").split()]


def trend(points: list[Point], **wanted: object) -> ET.Element:
    asked = {"identity": "t", "title": "수혜자", "description": "여섯 해", "language": "ko"} | wanted
    return parsed(draw_trend(points, **asked))  # type: ignore[arg-type]


YEARS = [
    Point("2019", 100.0), Point("2020", 50.0), Point("2021", None), Point("2022", None, "x"), Point("2023", None, "…"),
    Point("2024", 0.0), Point("2025", 75.0, None, True),
]  # fmt: skip


def test_bars_stand_on_zero_and_are_as_high_as_their_values() -> None:
    image = trend(YEARS)
    heights = [float(bar.get("height", "")) for bar in of_class(image, "bar")]
    assert heights[1] == pytest.approx(heights[0] / 2, abs=0.2)
    assert heights[2] == 0
    assert heights[3] == pytest.approx(heights[0] * 0.75, abs=0.2)
    feet = {round(float(bar.get("y", "")) + float(bar.get("height", "")), 1) for bar in of_class(image, "bar")}
    assert feet == {float(of_class(image, "base")[0].get("y1", ""))}


@pytest.mark.parametrize("has_line", [False, True])
def test_a_year_without_a_value_is_a_gap_with_its_mark(has_line: bool) -> None:
    image = trend(YEARS, has_line=has_line)
    assert [gap.text for gap in of_class(image, "gap")] == ["-", "x", "…"]
    assert len(of_class(image, "dot" if has_line else "bar")) == 4
    if has_line:  # broken where there is no value
        assert [len(line.get("points", "").split()) for line in of_class(image, "line")] == [2, 2]


def test_what_is_provisional_is_hatched_and_marked() -> None:
    image = trend(YEARS)
    assert [one.text for one in of_class(image, "mark")] == ["p"]
    assert len([one for one in image.iter() if one.get("fill") == "url(#hatch)"]) == 1


def test_an_image_says_what_it_shows() -> None:
    image = trend(YEARS)
    assert image.get("role") == "img"
    named = {one.get("id"): one.text for one in image if one.get("id")}
    assert [named[name] for name in (image.get("aria-labelledby") or "").split()] == ["수혜자", "여섯 해"]
    assert [one[0].text for one in image.iter() if one.tag == "g"][-1] == "2025: 75 p"


@pytest.mark.parametrize("highest", [0.4, 1, 3, 7, 99, 100, 101, 132_676, 7_600_000_000])
def test_axes_have_few_round_ticks_up_to_the_highest_value(highest: float) -> None:
    ticks = nice_ticks(highest, whole=highest >= 1)
    assert ticks[0] == 0
    assert ticks[-2] < highest <= ticks[-1]
    assert len(ticks) <= MAX_STEPS + 1
    assert highest < 1 or all(tick == int(tick) for tick in ticks)


def test_numbers_beside_axes_are_short() -> None:
    said = {value: (short_number(value, "ko"), short_number(value, "en")) for value in (99_999, 132_676, 250_000_000)}
    assert said == {99_999: ("99,999", "99,999"), 132_676: ("13.3만", "132.7k"), 250_000_000: ("2.5억", "250m")}


def test_a_chart_of_nothing_can_be_drawn() -> None:
    assert of_class(trend([Point("2020", None)]), "bar") == []
    assert of_class(trend([]), "bar") == []


def test_a_ranking_is_in_the_order_given_and_leaves_out_what_has_no_value() -> None:
    points = [Point("강릉시", 1337.0), Point("원주시", 748.0), Point("속초시", None, "x")]
    image = parsed(draw_ranking(points, identity="r", title="순위", description="둘"))
    assert [one.text for one in of_class(image, "name")] == ["1. 강릉시", "2. 원주시"]
    assert [one.text for one in of_class(image, "amount")] == ["1,337", "748"]


def test_texts_stay_texts() -> None:
    for image in (
        trend([Point(HOSTILE, 1.0)], title=HOSTILE, description=HOSTILE, identity="t"),
        parsed(draw_ranking([Point(HOSTILE, 1.0)], identity="r", title=HOSTILE, description=HOSTILE)),
    ):
        assert not [one for one in image.iter() if one.tag == "script" or any("onload" in key for key in one.attrib)]
        assert HOSTILE in " ".join(filter(None, (one.text for one in image.iter())))


def test_a_page_begins_with_the_newest_year_that_can_not_change_any_more() -> None:
    assert newest_final(YEARS) == YEARS[5]
    assert newest_final([Point("2024", 1.0, None, True), Point("2025", None, "…")]) == Point("2024", 1.0, None, True)
    assert newest_final([Point("2025", None, "…")]) is None
