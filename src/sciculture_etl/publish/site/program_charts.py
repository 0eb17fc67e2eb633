"""What the page of a program shows in pictures: its measures by year, its maps, and the order of regions."""

from __future__ import annotations

from dataclasses import dataclass, field

from markupsafe import Markup

from sciculture_etl.pages import Language
from sciculture_etl.pages.maps import MapView
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.charts import Ranking, Series, ranking_of, series_of, shown_year
from sciculture_etl.publish.site.coverage import YearWithout, districts_without
from sciculture_etl.publish.site.divisions import full_name
from sciculture_etl.publish.site.maps import map_of
from sciculture_etl.publish.site.regional import NATION, Measured, mapped, measured, years_of

# So many measures have maps, so many sigungu stand in a ranking.
MAX_MAPS, MAX_RANKED = 2, 15
# Of more figures than these a page shows one map, or it would weigh more than a phone should load.
MAX_FIGURES = 3_000


@dataclass(frozen=True)
class ProgramCharts:
    """The pictures of a program.

    Attributes:
        map: None where no figures stand by region.
        outlines: of the maps, once for the page.
        without: by year, the districts that had nothing of the program.
    """

    years: range
    series: list[Series]
    map: MapView | None = None
    outlines: Markup = field(default_factory=Markup)
    split_names: list[str] = field(default_factory=list)
    rankings: list[Ranking] = field(default_factory=list)
    without: list[YearWithout] = field(default_factory=list)


def program_charts(content: Content, program: str, title: str, language: Language) -> ProgramCharts:
    """The pictures of a program; empty where the long table has none of it."""
    found = measured(content).get(program, [])
    years = years_of(found)
    series = series_of(content, found, "nation", (NATION,), years, language, identity="trend", place=title)
    levels = [level for level in ("sido", "sigungu") if any(one.has_level(level) for one in found)]
    if not levels:
        return ProgramCharts(years, series)
    narrowest = levels[-1]
    shown = mapped(found, narrowest, MAX_MAPS)
    if sum(len(placed) for one in shown for placed in one.figures[narrowest].values()) > MAX_FIGURES:
        shown = shown[:1]
    titled = [(f"{one.label(content, language)} ({one.unit_label(language)})", one) for one in shown]
    view, outlines = map_of(content, titled, levels, years, language, identity="map", page=program, place=title)
    return ProgramCharts(
        years, series, view, outlines,
        [full_name(content, code, language) for code in sorted(view.split)] if view else [],
        [made for level in levels for made in _rankings(content, shown[:1], level, language)],
        districts_without(content, found, years) if narrowest == "sigungu" else [],
    )  # fmt: skip


def _rankings(content: Content, shown: list[Measured], level: str, language: Language) -> list[Ranking]:
    dated = [(one, year) for one in shown if (year := shown_year(one, level))]
    return [
        ranking_of(
            content, one, level, year, lambda code: full_name(content, code, language), language,
            identity=f"ranking-{level}", most=MAX_RANKED,
        )
        for one, year in dated
    ]  # fmt: skip
