"""Only places whose written name has one meaning are used, and the planted regions really have none or several."""

import csv
from collections import Counter

import pytest

from sciculture_sample.places import REFERENCE, Place, load_places, plain_name
from sciculture_sample.planted import ROW_ERRORS
from sciculture_sample.styles import RegionStyle
from sciculture_sample.wording import write_dong, write_region


def divisions_of(year: int) -> list[dict[str, str]]:
    with (REFERENCE / "divisions.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [r for r in rows if r["valid_from"] <= f"{year}-12-31" and (r["valid_to"] or "9999") > f"{year}-01-01"]


def test_no_two_places_of_a_district_are_written_alike() -> None:
    places = load_places(2020)
    names = Counter((place.sigungu_code, plain_name(place.dong)) for place in places)
    assert max(names.values()) == 1
    assert len({place.admin_code for place in places}) == len(places) > 3_000


def test_every_place_is_an_administrative_division_of_the_year() -> None:
    administrative = {row["code"] for row in divisions_of(2020) if row["kind"] != "legal"}
    assert {place.admin_code for place in load_places(2020)} <= administrative


@pytest.mark.parametrize(
    ("dong", "style", "written"),
    [
        ("서현1동", RegionStyle(ordinal="with_je"), "서현제1동"),
        ("사직제1동", RegionStyle(ordinal="without_je"), "사직1동"),
        ("사직제1동", RegionStyle(ordinal="with_je"), "사직제1동"),
        ("홍제제1동", RegionStyle(ordinal="without_je"), "홍제제1동"),
        ("거제1동", RegionStyle(ordinal="without_je"), "거제1동"),
        ("숭의1.3동", RegionStyle(list_mark="·"), "숭의1·3동"),
        ("성화.개신.죽림동", RegionStyle(list_mark=","), "성화,개신,죽림동"),
        ("조치원읍", RegionStyle(ordinal="with_je"), "조치원읍"),
    ],
)
def test_dong_are_spelled_in_the_usual_ways(dong: str, style: RegionStyle, written: str) -> None:
    assert write_dong(dong, style) == written


def test_a_general_gu_may_be_joined_to_its_city_and_sejong_has_no_sigungu() -> None:
    gu = Place("4113558000", "41130", "경기도", "성남시 분당구", "서현1동")
    sejong = Place("3611025000", "36110", "세종특별자치시", "", "조치원읍")
    assert write_region(gu, RegionStyle(short_sido=True, joined_sigungu=True)) == ("경기", "성남시분당구", "서현1동")
    assert write_region(gu, RegionStyle(one_cell=True)) == ("경기도 성남시 분당구 서현1동",)
    assert write_region(sejong, RegionStyle()) == ("세종특별자치시", "", "조치원읍")
    assert write_region(sejong, RegionStyle(one_cell=True)) == ("세종특별자치시 조치원읍",)


def test_planted_regions_are_unknown_or_ambiguous_indeed() -> None:
    rows = divisions_of(2020)
    for error in ROW_ERRORS:
        last = (error.text or "").split(" ")
        found = [r for r in rows if r["name_ko"] == last[-1] and r["full_name_ko"].endswith(error.text or "")]
        if error.code == "E_REGION_AMBIGUOUS":
            assert len({row["sido_code"] for row in found}) > 1
        elif error.code == "E_REGION_UNKNOWN":
            assert not [row for row in rows if row["name_ko"] in (last[0], last[-1]) and row["level"] != "sido"]
