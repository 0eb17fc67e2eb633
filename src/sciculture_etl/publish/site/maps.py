"""Maps of measures with their words, and the tables behind them.

A map is drawn once for the pages of all languages, since all but its words is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from sciculture_etl.pages import Language
from sciculture_etl.pages.charts import Point
from sciculture_etl.pages.maps import DrawnLayer, Figure, MapView, Outlines, build_view, draw_layer
from sciculture_etl.pages.words import Words
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.charts import shown_year
from sciculture_etl.publish.site.divisions import divisions, full_name, lineage
from sciculture_etl.publish.site.page import GROUP
from sciculture_etl.publish.site.regional import Measured

Within = Mapping[int, frozenset[str]]
ByYear = dict[int, dict[str, Figure]]


@dataclass(frozen=True)
class RegionTable:
    """A measure by region and year: what stands behind a map.

    Attributes:
        provisional: years with provisional figures.
        rows: name and a point for each year.
    """

    title: str
    unit: str
    years: list[int]
    provisional: set[int]
    rows: list[tuple[str, list[Point]]]


@dataclass(frozen=True)
class DrawnMaps:
    """The maps of some measures, for all languages.

    Attributes:
        layers: of each measure, in their order; none of those without figures.
        figures: of the first map, by year; None where there is no map.
        outlines: of all maps, once for the page.
    """

    layers: list[list[tuple[DrawnLayer, ByYear]]]
    figures: ByYear | None
    outlines: Markup


def map_of(
    content: Content, titled: Sequence[tuple[str, Measured]], levels: Sequence[str], years: Sequence[int],
    language: Language, *, identity: str, page: str, place: str, within: Within | None = None,
) -> tuple[MapView | None, Markup]:  # fmt: skip
    """The maps of some measures under one choice of the year, None where none has figures, and their outlines.

    Args:
        titled: what each is called where one is chosen.
        levels: of which a map is drawn each, where the measure has figures.
        page: which has these maps, in all languages the same.
        within: year → codes of the only districts to show.
    """
    found = [one for _, one in titled]
    drawn = content.once(("maps", page), lambda: _drawn(content, found, levels, years, identity, within))
    words = Words(GROUP, language)
    measures = []
    for (name, one), layers in zip(titled, drawn.layers, strict=True):
        worded = [
            layer.in_words(words, f"{place} · {name}", _essence(content, one, layer.level, figures, language))
            for layer, figures in layers
        ]
        if worded:
            measures.append((name, worded))
    return build_view(identity, measures, drawn.figures) if drawn.figures else None, drawn.outlines


def _drawn(
    content: Content, found: Sequence[Measured], levels: Sequence[str], years: Sequence[int], identity: str,
    within: Within | None,
) -> DrawnMaps:  # fmt: skip
    outlines, chosen, drawn = Outlines(), None, []
    for number, one in enumerate(found):
        layers = []
        for level in levels:
            figures = _of_years(one, level, years, within) if one.has_level(level) else {}
            if not any(figures.values()):
                continue
            chosen = chosen or figures
            layer = draw_layer(
                level, figures, lineage(content, level), identity=f"{identity}-{number}-{level}",
                is_additive=one.is_additive, outlines=outlines, within=within,
            )  # fmt: skip
            layers.append((layer, figures))
        drawn.append(layers)
    return DrawnMaps(drawn, chosen, outlines.definitions())


def _of_years(one: Measured, level: str, years: Sequence[int], within: Within | None) -> ByYear:
    found = one.figures[level]
    return {
        year: {code: f for code, f in found.get(year, {}).items() if within is None or code in within[year]}
        for year in years
    }


def _essence(
    content: Content, one: Measured, level: str, figures: Mapping[int, Mapping[str, Figure]], language: Language
) -> str:
    words = Words(GROUP, language)
    year = shown_year(one, level)
    valued = {code: f.value for code, f in figures.get(year or 0, {}).items() if f.value is not None}
    if not valued:
        return words("chart.no_value")
    first = max(valued, key=lambda code: (valued[code], code))
    value = Point("", valued[first], unit=one.unit).shown
    unit = one.unit_label(language)
    return words(
        f"map.essence.{level}", year=year, count=len(valued), first=full_name(content, first, language), value=value,
        unit=unit,
    )  # fmt: skip


def region_table(
    content: Content, one: Measured, level: str, years: Sequence[int], language: Language, within: Within | None = None
) -> RegionTable:
    """A row for each region that has a figure in any of the years, by the names that they had last."""
    figures = _of_years(one, level, years, within)
    known = lineage(content, level)
    points: dict[str, list[Point]] = defaultdict(lambda: [Point(str(year), None) for year in years])
    last: dict[str, str] = {}
    for place, year in enumerate(years):
        for code, figure in figures[year].items():
            # A region that was only renamed goes on in its row, under its last name.
            row = known.stages(code)[0]
            points[row][place] = Point(str(year), figure.value, figure.symbol, figure.is_provisional, one.unit)
            last[row] = code

    def name_of(code: str) -> str:
        return full_name(content, code, language) if within is None else divisions(content)[code].name(language)

    rows = [(name_of(last[row]), points[row]) for row in sorted(last, key=last.__getitem__)]
    provisional = {year for year in years if any(figure.is_provisional for figure in figures[year].values())}
    return RegionTable(one.label(content, language), one.unit_label(language), list(years), provisional, rows)
