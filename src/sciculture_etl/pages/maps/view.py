"""A measure by district and year → all that a page needs to show it as a map: years, images, legend, style rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from markupsafe import Markup

from sciculture_etl.pages.charts.scale import short_number
from sciculture_etl.pages.maps.borders import border_path
from sciculture_etl.pages.maps.boundaries import (
    EAST,
    FRAME,
    SOUTH,
    BoundaryMap,
    boundary_maps,
    corners,
    grid_spot,
    map_of_year,
)
from sciculture_etl.pages.maps.classes import ZERO, break_points
from sciculture_etl.pages.maps.drawing import (
    NOW,
    THEN,
    Drawing,
    Names,
    Outlines,
    Sheet,
    class_name,
    draw_choropleth,
    letters,
    swatch,
    switching_rules,
)  # fmt: skip
from sciculture_etl.pages.maps.placing import OUTSIDE, Figure, Lineage, place_figures, split_on
from sciculture_etl.pages.words import Words

ByYear = Mapping[int, Mapping[str, Figure]]
MARGIN = 6
# Grid units of the longer side of a map of a part: patterns and lines are as thick as on that of the country.
PART_SIZE = 640


@dataclass(frozen=True)
class MapYear:
    """A year that can be chosen.

    Attributes:
        letter: its name in classes.
        day: of the map of that year, in ISO 8601.
        is_older: the map is from before the year; else from after it, where there is none so old.
    """

    year: int
    letter: str
    day: str
    is_older: bool
    is_provisional: bool
    is_chosen: bool


@dataclass(frozen=True)
class MapLayer:
    """One map of a measure: of a level.

    Attributes:
        legend: picture and words, in the order of classes.
        used: names of its classes.
        split: codes that have no single division on today's map.
    """

    level: str
    image: Markup
    legend: list[tuple[Markup, str]]
    used: frozenset[str]
    split: frozenset[str]


@dataclass(frozen=True)
class MapView:
    """What the template of a map is given.

    Attributes:
        measures: name and maps of each that can be chosen.
        rules: for the page's style element.
        today: the day of today's map.
    """

    identity: str
    years: list[MapYear]
    measures: list[tuple[str, list[MapLayer]]]
    rules: Markup
    today: str

    @property
    def has_sido(self) -> bool:
        return any(layer.level == "sido" for _, layers in self.measures for layer in layers)

    @property
    def split(self) -> set[str]:
        return {code for _, layers in self.measures for layer in layers for code in layer.split}


@dataclass(frozen=True)
class DrawnLayer:
    """One map of a measure, for all languages.

    Attributes:
        identity: unique on the page.
        breaks: between its classes.
        used: names of its classes.
        split: codes that have no single division on today's map.
    """

    level: str
    identity: str
    drawing: Drawing
    breaks: list[float]
    used: frozenset[str]
    split: frozenset[str]

    def in_words(self, words: Words, title: str, description: str) -> MapLayer:
        """The map in a language.

        Args:
            words: those of the group with ``map``.
        """
        image = self.drawing.image(
            words.language, identity=self.identity, title=title, description=description, class_=self.level
        )
        return MapLayer(self.level, image, _legend(self.breaks, self.used, words), self.used, self.split)


def draw_layer(
    level: str, figures: ByYear, lineage: Lineage, *, identity: str, is_additive: bool, outlines: Outlines,
    within: Mapping[int, frozenset[str]] | None = None,
) -> DrawnLayer:  # fmt: skip
    """The map of a level.

    Args:
        figures: year → code → figure, by the codes of the year.
        within: year → codes of the only divisions to show, where it isn't the whole country.
    """
    years = sorted(figures)
    kinds = _sheets(level, years)
    scale, box = 1, (0, 0, *grid_spot(EAST, SOUTH))
    if within is None:
        sheets = [(kind, _sheet(one, figures, some, lineage, is_additive)) for kind, one, some in kinds]
    else:
        sheets = [(kind, _part(one, figures, some, lineage, is_additive, within)) for kind, one, some in kinds]
        scale, box = _enlarged([sheet.boundaries for _, sheet in sheets])
    shown = [figure for _, sheet in sheets for placed in sheet.figures.values() for figure in placed.values()]
    breaks = break_points([figure.value for figure in shown if figure.value is not None])
    used = frozenset(class_name(figure, breaks) for figure in shown)
    drawing = draw_choropleth(
        sheets, years=years, breaks=breaks, outlines=outlines, names_of=_names_of, paths_of=_paths_of(level, scale),
        borders=_borders_of(level, scale), box=box, scale=scale,
    )  # fmt: skip
    codes = {code for placed in figures.values() for code in placed}
    split = split_on(boundary_maps(level)[-1].shapes, codes, lineage)
    return DrawnLayer(level, identity, drawing, breaks, used, frozenset(split))


def build_view(identity: str, measures: Sequence[tuple[str, list[MapLayer]]], figures: ByYear) -> MapView:
    """The maps of some measures under one choice of the year.

    Args:
        measures: the name and the maps of each.
        figures: of the first: they say which year is shown first, and which are provisional.
    """
    years, chosen, level = sorted(figures), _chosen_year(figures), measures[0][1][0].level
    choices = []
    for number, year in enumerate(years):
        day = map_of_year(level, year).day
        is_provisional = any(figure.is_provisional for figure in figures[year].values())
        choices.append(
            MapYear(year, letters(number), day.isoformat(), day.year <= year, is_provisional, year == chosen)
        )
    used = {name for _, layers in measures for layer in layers for name in layer.used}
    rules = Markup(switching_rules(years, used))  # names of classes of our own
    return MapView(identity, choices, list(measures), rules, boundary_maps(level)[-1].day.isoformat())


def _chosen_year(figures: ByYear) -> int:
    """The newest year with figures that aren't provisional, else the newest with figures."""
    years = [year for year, placed in figures.items() if any(one.value is not None for one in placed.values())]
    final = [year for year in years if not any(one.is_provisional for one in figures[year].values())]
    return max(final or years or figures)


def _sheets(level: str, years: Sequence[int]) -> list[tuple[str, BoundaryMap, list[int]]]:
    """The maps of the years, each with its years, and last today's with all."""
    then: dict[str, list[int]] = {}
    for year in years:
        then.setdefault(map_of_year(level, year).name, []).append(year)
    maps = {one.name: one for one in boundary_maps(level)}
    today = boundary_maps(level)[-1]
    return [*((THEN, maps[name], some) for name, some in then.items()), (NOW, today, list(years))]


def _sheet(
    boundaries: BoundaryMap, figures: ByYear, years: Sequence[int], lineage: Lineage, is_additive: bool
) -> Sheet:
    return Sheet(
        boundaries, {year: place_figures(boundaries.shapes, figures[year], lineage, is_additive) for year in years}
    )


def _part(
    boundaries: BoundaryMap, figures: ByYear, years: Sequence[int], lineage: Lineage, is_additive: bool,
    within: Mapping[int, frozenset[str]],
) -> Sheet:  # fmt: skip
    """The divisions that belonged to the part in any year; in years in which one didn't it is marked."""
    codes = set(boundaries.shapes)
    on = {year: {code for one in within[year] for code in lineage.divisions_on(codes, one)} for year in years}
    ever = set().union(*on.values())
    shapes = {code: shape for code, shape in boundaries.shapes.items() if code in ever}
    own = {year: {code: f for code, f in figures[year].items() if code in within[year]} for year in years}
    sheet = _sheet(replace(boundaries, shapes=shapes), own, years, lineage, is_additive)
    outside = Figure(None, OUTSIDE)
    marked = {
        year: {code: figure if code in on[year] else outside for code, figure in placed.items()}
        for year, placed in sheet.figures.items()
    }
    return Sheet(sheet.boundaries, marked)


def _enlarged(maps: Sequence[BoundaryMap]) -> tuple[int, tuple[int, int, int, int]]:
    """How many times the grid a part of the country is drawn, and where it lies: left, top, width, height."""
    spots = [corner for one in maps for shape in one.shapes.values() for corner in corners(shape.rings)]
    frame = [grid_spot(*corner) for corner in FRAME]
    if any(x > frame[0][0] and frame[0][1] < y < frame[1][1] for x, y in spots):
        spots += frame
    left, right = min(x for x, _ in spots), max(x for x, _ in spots)
    top, bottom = min(y for _, y in spots), max(y for _, y in spots)
    scale = max(round(PART_SIZE / max(right - left, bottom - top, 1)), 1)
    return scale, (
        left * scale - MARGIN, top * scale - MARGIN,
        (right - left) * scale + 2 * MARGIN, (bottom - top) * scale + 2 * MARGIN,
    )  # fmt: skip


def _names_of(boundaries: BoundaryMap, code: str) -> Names:
    shape = boundaries.shapes[code]
    return _names(boundaries.day, code, shape.sido_code, shape.name_ko, shape.name_en)


@lru_cache(maxsize=4096)
def _names(day: dt.date, code: str, sido_code: str, name_ko: str, name_en: str) -> Names:
    """A district with its sido, in each language."""
    if code == sido_code:
        return {"ko": name_ko, "en": name_en}
    sido = next(one for one in boundary_maps("sido") if one.day == day).shapes[sido_code]
    return {
        "ko": f"{sido.name_ko} {name_ko}".removesuffix(f" {sido.name_ko}"),
        "en": name_en if name_en == sido.name_en else f"{name_en}, {sido.name_en}",
    }


def _sigungu_on(boundaries: BoundaryMap) -> BoundaryMap:
    return next(one for one in boundary_maps("sigungu") if one.day == boundaries.day)


def _paths_of(level: str, scale: int) -> Callable[[BoundaryMap, str], tuple[str, ...]]:
    """Sido are made of the outlines of their sigungu, which the page has anyway."""

    def paths(boundaries: BoundaryMap, code: str) -> tuple[str, ...]:
        if level == "sigungu":
            return (boundaries.shapes[code].path(scale),)
        shapes = _sigungu_on(boundaries).shapes.values()
        return tuple(shape.path(scale) for shape in shapes if shape.sido_code == code)

    return paths


def _borders_of(level: str, scale: int) -> Callable[[BoundaryMap], str]:
    def borders(boundaries: BoundaryMap) -> str:
        shapes = boundaries.shapes if level == "sigungu" else _sigungu_on(boundaries).shapes
        return _border_path(boundaries.day, frozenset(shapes), scale)

    return borders


@lru_cache(maxsize=64)
def _border_path(day: dt.date, codes: frozenset[str], scale: int) -> str:
    boundaries = next(one for one in boundary_maps("sigungu") if one.day == day)
    return border_path((shape for code, shape in boundaries.shapes.items() if code in codes), scale)


def _legend(breaks: list[float], used: frozenset[str], words: Words) -> list[tuple[Markup, str]]:
    """Classes in numbers, those without an own district too, then what stands for no number where it occurs."""
    shown = [short_number(value, words.language) for value in breaks]
    if shown:
        texts = [words("map.under", to=shown[0])]
        texts += [words("map.between", low=low, high=high) for low, high in pairwise(shown)]
        texts.append(words("map.from", low=shown[-1]))
    else:
        texts = [words("map.above_zero")]
    numbers = [(swatch(str(number)), text) for number, text in enumerate(texts)]
    zero = [(swatch(ZERO), words("map.zero"))] if ZERO in used else []
    others = [(swatch(name), words(f"map.classes.{name}")) for name in ("n", "x", "u", "s", "m", "o") if name in used]
    return [*zero, *numbers, *others]
