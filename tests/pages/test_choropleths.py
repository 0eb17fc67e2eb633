"""Maps show every district, at its place, with the figure that was published of it, or why there is none."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest

from sciculture_etl.pages.maps import (
    Figure,
    Lineage,
    MapView,
    Outlines,
    boundary_maps,
    build_view,
    draw_layer,
    map_of_year,
)
from sciculture_etl.pages.maps.boundaries import EAST, FRAME, SOUTH, corners, grid_spot
from sciculture_etl.pages.maps.classes import break_points, class_of
from sciculture_etl.pages.maps.placing import place_figures
from sciculture_etl.pages.words import Words

WORDS = Words("site", "ko")
# Renamed; went to another sido; merged with what was split.
LINEAGE = Lineage({
    "42110": ("51110",), "47720": ("27720",), "28110": ("28125", "28155"), "28140": ("28125",),
    "29": ("12",), "46": ("12",),
})  # fmt: skip


def view_of(figures: dict[int, dict[str, Figure]], within: dict[int, frozenset[str]] | None = None) -> MapView:
    layer = draw_layer("sigungu", figures, LINEAGE, identity="m", is_additive=True, outlines=Outlines(), within=within)
    return build_view("m", [("수혜자", [layer.in_words(WORDS, "지도", "지도")])], figures)


def titles(view: MapView) -> list[str]:
    image = ET.fromstring(view.measures[0][1][0].image)
    return [one.text or "" for one in image.iter("title")]


@pytest.mark.parametrize("level", ["sido", "sigungu"])
def test_every_district_is_drawn_and_lies_on_the_map(level: str) -> None:
    width, height = grid_spot(EAST, SOUTH)
    for boundaries in boundary_maps(level):
        for shape in boundaries.shapes.values():
            (left, top), (right, bottom) = corners(shape.rings)
            assert 0 <= left < right <= width
            assert 0 <= top < bottom <= height
            assert re.fullmatch(r"(M-?\d+[ -]\d+l[-\d ]+z)+", shape.path())


def test_a_kilometre_is_as_long_to_the_east_as_to_the_north() -> None:
    (west, north), (east, south) = grid_spot(127, 37), grid_spot(128, 36)
    assert (east - west) / (south - north) == pytest.approx(math.cos(math.radians(36)), abs=0.01)


def test_far_islands_can_be_seen() -> None:
    (left, top), (right, bottom) = (grid_spot(*corner) for corner in FRAME)
    shapes = boundary_maps("sigungu")[0].shapes
    (west, north), (east, south) = corners(shapes["47940"].rings)  # 울릉군
    assert left < west < east < right
    assert top < north < south < bottom
    assert east - west > 30
    (west, _), (east, _) = corners(shapes["50110"].rings)  # 제주시
    assert east - west > 30


def test_a_map_is_the_newest_that_was_there_at_the_end_of_its_year() -> None:
    assert map_of_year("sigungu", 2016).name == map_of_year("sigungu", 2025).name == "sigungu_2020"
    assert map_of_year("sigungu", 2026).name == "sigungu_2026-07"


def test_classes_are_round_and_hold_alike_many_districts() -> None:
    breaks = break_points([float(value) for value in range(1, 1001)])
    assert breaks == [200, 400, 600, 800]
    assert [class_of(value, breaks) for value in (0.0, 1.0, 199.0, 200.0, 1000.0)] == ["z", "0", "0", "1", "4"]
    assert break_points([5.0, 5.0]) == []
    assert break_points([]) == []
    assert break_points([1.0, 2.0]) == [2]


def test_a_figure_finds_its_district_on_maps_of_other_days() -> None:
    figures = {"51110": Figure(7.0), "27720": Figure(8.0)}
    then = place_figures(map_of_year("sigungu", 2023).shapes, figures, LINEAGE, is_additive=True)
    assert (then["42110"], then["47720"]) == (Figure(7.0), Figure(8.0))
    assert then["42130"] == Figure(None, "-")


@pytest.mark.parametrize(
    ("parts", "is_additive", "shown"),
    [
        ({"29": Figure(1.0), "46": Figure(2.0)}, True, Figure(3.0)),
        ({"29": Figure(1.0), "46": Figure(2.0)}, False, Figure(None, "m")),
        ({"29": Figure(1.0), "46": Figure(None, "x")}, True, Figure(None, "x")),
        ({"29": Figure(None, "…"), "46": Figure(None, "x")}, True, Figure(None, "x")),
        ({"29": Figure(1.0)}, False, Figure(1.0)),
        ({}, True, Figure(None, "-")),
    ],
)
def test_what_was_merged_shows_a_sum_only_where_it_may(
    parts: dict[str, Figure], is_additive: bool, shown: Figure
) -> None:
    assert place_figures(["12", "11"], parts, LINEAGE, is_additive)["12"] == shown


def test_what_was_split_shows_no_value_on_the_map_of_today() -> None:
    placed = place_figures(
        boundary_maps("sigungu")[-1].shapes, {"28110": Figure(5.0), "28140": Figure(6.0)}, LINEAGE, is_additive=True
    )
    # 제물포구 holds all of 동구, and a part of 중구 that isn't known.
    assert {code: placed[code] for code in ("28125", "28155")} == dict.fromkeys(("28125", "28155"), Figure(None, "s"))
    assert view_of({2020: {"28110": Figure(5.0)}}).split == {"28110"}


def test_none_zero_and_withheld_look_different() -> None:
    view = view_of(
        {2020: {"11110": Figure(0.0), "11140": Figure(None, "x"), "11170": Figure(None, "…"), "26110": Figure(9.0)}}
    )
    legend = [words for _, words in view.measures[0][1][0].legend]
    assert legend == ["0", "0 초과", "- 실적 없음", "x 비밀보호", "… 미공개(마감 전)"]
    looks = re.findall(r"\.a(\w)\{([^}]*)\}", view.rules)
    assert len({look for _, look in looks}) == len(looks) == 4
    assert {"서울특별시 종로구\n2020: 0", "서울특별시 중구\n2020: x", "서울특별시 강남구: -"} <= set(titles(view))


def test_years_are_switched_by_rules_alone_and_begin_with_the_newest_final_one() -> None:
    view = view_of({
        2023: {"11110": Figure(1.0)}, 2024: {"11110": Figure(2.0, None, True)}, 2025: {"11110": Figure(None, "…")},
    })  # fmt: skip
    assert [(one.year, one.letter, one.is_chosen, one.is_provisional) for one in view.years] == [
        (2023, "a", True, False), (2024, "b", False, True), (2025, "c", False, False),
    ]  # fmt: skip
    assert ".yc:checked~* .cu{" in view.rules
    assert 'class="a0 b1 cu"' in view.measures[0][1][0].image


def test_a_district_that_moved_is_no_part_of_a_sido_before_and_after() -> None:
    figures = {2022: {"47720": Figure(3.0)}, 2023: {"27720": Figure(4.0)}}
    view = view_of(figures, within={2022: frozenset({"27110"}), 2023: frozenset({"27110", "27720"})})
    assert [one for one in titles(view) if "군위군" in one] == ["경상북도 군위군 → 대구광역시 군위군\n2022: -\n2023: 4"]
    assert 'class="ao b0"' in view.measures[0][1][0].image
