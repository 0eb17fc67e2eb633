"""Maps of measures with their words, and the tables behind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sciculture_etl.pages import Language
from sciculture_etl.pages.charts import Point
from sciculture_etl.pages.maps import Figure, MapView, Outlines, build_layer, build_view
from sciculture_etl.pages.words import Words
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.charts import shown_year
from sciculture_etl.publish.site.divisions import divisions, full_name, lineage
from sciculture_etl.publish.site.page import GROUP
from sciculture_etl.publish.site.regional import Measured

Within = Mapping[int, frozenset[str]]


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


def map_of(
    content: Content, titled: Sequence[tuple[str, Measured]], levels: Sequence[str], years: Sequence[int],
    language: Language, outlines: Outlines, *, identity: str, place: str, within: Within | None = None,
) -> MapView | None:  # fmt: skip
    """The maps of some measures under one choice of the year; None where none has figures.

    Args:
        titled: what each is called where one is chosen.
        levels: of which a map is drawn each, where the measure has figures.
        within: year → codes of the only districts to show.
    """
    measures, chosen = [], None
    for number, (name, one) in enumerate(titled):
        layers = []
        for level in levels:
            if not one.has_level(level):
                continue
            figures = _of_years(one, level, years, within)
            if not any(figures.values()):
                continue
            chosen = chosen or figures
            layer = build_layer(
                level, figures, lineage(content, level), identity=f"{identity}-{number}-{level}",
                title=f"{place} · {name}", description=_essence(content, one, level, figures, language),
                is_additive=one.is_additive, outlines=outlines, words=Words(GROUP, language), within=within,
            )  # fmt: skip
            layers.append(layer)
        if layers:
            measures.append((name, layers))
    return build_view(identity, measures, chosen) if measures and chosen else None


def _of_years(one: Measured, level: str, years: Sequence[int], within: Within | None) -> dict[int, dict[str, Figure]]:
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
