"""The maps show every district of their day once, under its code, and where it is."""

import datetime as dt
import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sciculture_etl.regions import dim_region

MAPS = Path(__file__).parents[2] / "maps"
DAYS = {"2020": dt.date(2020, 12, 31), "2026-07": dt.date(2026, 7, 1)}
COUNTS = {("sigungu", "2020"): 229, ("sido", "2020"): 17, ("sigungu", "2026-07"): 230, ("sido", "2026-07"): 16}


@cache
def features(level: str, name: str) -> list[dict[str, Any]]:
    content: dict[str, Any] = json.loads((MAPS / f"{level}_{name}.geojson").read_text(encoding="utf-8"))
    return list(content["features"])


def polygons(feature: dict[str, Any]) -> list[list[list[list[float]]]]:
    geometry = feature["geometry"]
    assert geometry["type"] in ("Polygon", "MultiPolygon")
    found: list[list[list[list[float]]]] = geometry["coordinates"]
    return [found] if geometry["type"] == "Polygon" else found  # type: ignore[list-item]


def lies_in(x: float, y: float, feature: dict[str, Any]) -> bool:
    """Count how often a ray from the point crosses the borders."""
    inside = False
    for ring in (ring for polygon in polygons(feature) for ring in polygon):
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                inside = not inside
    return inside


@pytest.mark.parametrize(("level", "name"), list(COUNTS))
def test_each_district_of_the_day_is_shown_once_under_its_code(level: str, name: str) -> None:
    day = DAYS[name]
    valid = dim_region().filter(
        (pl.col("level") == level)
        & (pl.col("valid_from") <= day)
        & (pl.col("valid_to").is_null() | (pl.col("valid_to") > day))
    )
    expected = {(row[f"{level}_code"], row["name_ko"], row["full_name_ko"], row["name_en"]) for row in valid.to_dicts()}
    shown = [
        tuple(feature["properties"][key] for key in (f"{level}_code", "name_ko", "full_name_ko", "name_en"))
        for feature in features(level, name)
    ]
    assert len(shown) == len(expected) == COUNTS[level, name]
    assert set(shown) == expected


@pytest.mark.parametrize(("level", "name"), list(COUNTS))
def test_each_shape_is_closed_and_lies_in_korea(level: str, name: str) -> None:
    for feature in features(level, name):
        for ring in (ring for polygon in polygons(feature) for ring in polygon):
            assert ring[0] == ring[-1]
            assert len(ring) >= 4
            assert all(124 < x < 132 and 33 < y < 39 for x, y in ring), feature["id"]


@pytest.mark.parametrize(
    ("place", "x", "y", "in_2020", "in_2026"),
    [
        ("서울특별시청", 126.978, 37.5665, "11140", "11140"),
        ("수원시청", 127.0286, 37.2636, "41110", "41110"),
        ("인천국제공항", 126.4505, 37.4602, "28110", "28155"),
        ("인천역", 126.6169, 37.4764, "28110", "28125"),
        ("검단사거리", 126.660, 37.601, "28260", "28290"),
        ("청라호수공원", 126.638, 37.533, "28260", "28275"),
        ("군위군청", 128.5729, 36.2428, "47720", "27720"),
        ("광주 광산구청", 126.7936, 35.1395, "29200", "12330"),
        ("세종시청", 127.2890, 36.4801, "36110", "36110"),
        ("춘천시청", 127.7300, 37.8813, "42110", "51110"),
        ("전주시청", 127.1480, 35.8242, "45110", "52110"),
        ("서귀포시청", 126.5600, 33.2541, "50130", "50130"),
        ("독도", 131.8696, 37.2400, "47940", "47940"),
    ],
)
def test_a_known_place_lies_in_its_district(place: str, x: float, y: float, in_2020: str, in_2026: str) -> None:
    for name, code in (("2020", in_2020), ("2026-07", in_2026)):
        assert [feature["id"] for feature in features("sigungu", name) if lies_in(x, y, feature)] == [code], place
        assert [feature["id"] for feature in features("sido", name) if lies_in(x, y, feature)] == [code[:2]], place


def test_the_maps_are_small_and_name_their_sources() -> None:
    assert all(path.stat().st_size < 500_000 for path in MAPS.glob("*.geojson"))
    assert "SGIS" in (MAPS / "SOURCES.md").read_text(encoding="utf-8")
