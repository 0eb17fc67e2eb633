"""Boundaries of ``maps/``: GeoJSON → shapes on a grid of whole numbers, read and projected once for a process.

Longitudes are narrowed by the cosine of 36°, the middle of the country, where a degree of both is then as long on the
map as on the ground. 울릉군 lies so far off that the rest would shrink by a quarter for it; it is drawn nearer to the
coast and larger, in a frame.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from sciculture_etl.pages.words import Language
from sciculture_etl.project import MAPS

WEST, NORTH, EAST, SOUTH = 124.55, 38.65, 130.3, 33.08
# Grid units a degree of latitude: one is about 600 m, as fine as the boundaries are.
UNITS = 180
NARROWING = math.cos(math.radians(36))


@dataclass(frozen=True)
class Inset:
    """Islands that are drawn elsewhere than they lie, and larger: what is east of a longitude, about its middle."""

    east_of: float
    middle: tuple[float, float]
    drawn_at: tuple[float, float]
    scale: float


DOKDO = Inset(131.5, (131.866, 37.242), (130.12, 37.40), 9)
ULLEUNG = Inset(130.5, (130.865, 37.505), (129.72, 37.52), 3)
FRAME = ((129.46, 37.74), (130.26, 37.29))  # north-west and south-east corner
FILE_NAME = re.compile(r"(sido|sigungu)_(\d{4})(?:-(\d{2}))?\.geojson")

Spot = tuple[int, int]
Ring = tuple[Spot, ...]


@dataclass(frozen=True)
class Shape:
    """A district on a map.

    Attributes:
        code: of sido or sigungu, as it was on the map's day.
        rings: outlines and holes, each ending where it begins.
    """

    code: str
    sido_code: str
    name_ko: str
    name_en: str
    rings: tuple[Ring, ...]

    def name(self, language: Language) -> str:
        return self.name_ko if language == "ko" else self.name_en

    def path(self, scale: int = 1) -> str:
        """As an SVG path, enlarged so many times."""
        return _shape_path(self.rings, scale)


@dataclass(frozen=True)
class BoundaryMap:
    """The districts of one level on one day.

    Attributes:
        day: on which the boundaries were these.
        shapes: code → shape.
    """

    name: str
    day: dt.date
    shapes: dict[str, Shape]


@lru_cache
def boundary_maps(level: str) -> tuple[BoundaryMap, ...]:
    """The maps of ``sido`` or ``sigungu``, by day."""
    found = []
    for path in MAPS.files("*.geojson").values():
        match = FILE_NAME.fullmatch(path.name)
        if match and match[1] == level:
            # A map that names no month is that of the year's end.
            day = dt.date(int(match[2]), int(match[3]), 1) if match[3] else dt.date(int(match[2]), 12, 31)
            features = json.loads(path.read_text(encoding="utf-8"))["features"]
            shapes = [_shape(feature, level) for feature in features]
            found.append(BoundaryMap(path.stem, day, {shape.code: shape for shape in shapes}))
    return tuple(sorted(found, key=lambda one: one.day))


def map_of_year(level: str, year: int) -> BoundaryMap:
    """The newest that isn't younger than the year's end; the oldest for years before all maps."""
    maps = boundary_maps(level)
    return next((one for one in reversed(maps) if one.day <= dt.date(year, 12, 31)), maps[0])


def _shape(feature: dict[str, object], level: str) -> Shape:
    about: dict[str, str] = feature["properties"]  # type: ignore[assignment]
    geometry: dict[str, object] = feature["geometry"]  # type: ignore[assignment]
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    code = about[f"{level}_code"]
    rings = [_on_grid(ring) for polygon in polygons for ring in polygon]  # type: ignore[attr-defined]
    return Shape(code, about["sido_code"], about["name_ko"], about["name_en"], tuple(r for r in rings if len(r) > 3))


def _on_grid(ring: Sequence[tuple[float, float]]) -> Ring:
    """Degrees → grid; spots that fall into one are one."""
    inset = next((one for one in (DOKDO, ULLEUNG) if ring[0][0] > one.east_of), None)
    spots: list[Spot] = []
    for longitude, latitude in ring:
        if inset:
            longitude = inset.drawn_at[0] + (longitude - inset.middle[0]) * inset.scale
            latitude = inset.drawn_at[1] + (latitude - inset.middle[1]) * inset.scale
        spot = grid_spot(longitude, latitude)
        if not spots or spots[-1] != spot:
            spots.append(spot)
    return tuple(spots)


def grid_spot(longitude: float, latitude: float) -> Spot:
    return round((longitude - WEST) * NARROWING * UNITS), round((NORTH - latitude) * UNITS)


@lru_cache(maxsize=4096)
def corners(rings: tuple[Ring, ...]) -> tuple[Spot, Spot]:
    """The north-western and the south-eastern corner of the box around a shape."""
    spots = [spot for ring in rings for spot in ring]
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    return (min(xs), min(ys)), (max(xs), max(ys))


@lru_cache(maxsize=4096)
def _shape_path(rings: tuple[Ring, ...], scale: int) -> str:
    return "".join(f"{line_path(ring[:-1], scale)}z" for ring in rings)


def line_path(spots: Sequence[Spot], scale: int = 1) -> str:
    """As an SVG path: relative steps, as short as they get."""
    enlarged = [(x * scale, y * scale) for x, y in spots]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(enlarged)]
    return f"M{_pair(enlarged[0])}l{''.join(_after(_pair(step)) for step in steps).removeprefix(' ')}"


def _pair(spot: Spot) -> str:
    return f"{spot[0]}{_after(str(spot[1]))}"


def _after(number: str) -> str:
    """A minus sign parts numbers as well as a space does."""
    return number if number.startswith("-") else f" {number}"
