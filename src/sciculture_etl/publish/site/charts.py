"""Charts of measures: trends and rankings with their words, and the tables behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from sciculture_etl.pages import Language
from sciculture_etl.pages.charts import Point, draw_ranking, draw_trend, newest_final
from sciculture_etl.pages.values import Value
from sciculture_etl.pages.words import Words
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.page import GROUP
from sciculture_etl.publish.site.regional import OUT_OF_100, PROVISIONAL, Measured
from sciculture_etl.publish.site.timelines import Timeline

FULL_SCORE = 100


@dataclass(frozen=True)
class Series:
    """A measure by year: a row of a table, and its chart."""

    code: str
    label: str
    unit: str
    points: list[Point]
    image: Markup


@dataclass(frozen=True)
class Ranking:
    """Regions in the order of a year: the chart of the first, with how many are behind it."""

    title: str
    image: Markup
    shown: int
    count: int


def provisional_years(series: Sequence[Series]) -> set[str]:
    """Those of which all values are provisional: their header says so once for all."""
    found_in: dict[str, set[bool]] = {}
    for point in (point for one in series for point in one.points if point.value is not None):
        found_in.setdefault(point.label, set()).add(point.is_provisional)
    return {year for year, found in found_in.items() if found == {True}}


def series_of(
    content: Content, found: Sequence[Measured], level: str, codes: tuple[str, ...], years: range,
    language: Language, *, identity: str, place: str, has_chart: Callable[[Measured], bool] = lambda _: True,
) -> list[Series]:  # fmt: skip
    """The measures of a region by year, as far as it has any.

    Args:
        identity: unique on the page.
        place: the name of the region.
        has_chart: which are drawn; the others are rows of the table alone.
    """
    made = []
    for one in found:
        points = one.series(level, codes, years)
        if not any(point.value is not None or point.symbol for point in points):
            continue
        label, unit = one.label(content, language), one.unit_label(language)
        image = Markup()
        if has_chart(one):
            image = _trend(points, one.unit, unit, f"{identity}-{one.code}", f"{place} · {label}", language)
        made.append(Series(one.code, label, unit, points, image))
    return made


def strand_charts(timeline: Timeline, codes: set[str], title: str, language: Language) -> list[Series]:
    """The strands of a timeline: all where they are of one line, else those of some measures."""
    strands = [one for one in timeline.strands if len(timeline.lines) == 1 or one.code in codes]
    times = timeline.times
    if all(time.isdigit() for time in times):
        times = [str(year) for year in range(int(times[0]), int(times[-1]) + 1)]
    made = []
    for number, one in enumerate(strands):
        values = [one.values.get(time, Value(None)) for time in times]
        points = [
            Point(time, value.number, value.symbol, value.status == PROVISIONAL, one.unit)
            for time, value in zip(times, values, strict=True)
        ]
        if any(point.value is not None for point in points):
            label = f"{one.line} · {one.label}" if one.line else one.label
            image = _trend(
                points, one.unit, one.unit_label, f"{timeline.table}-{number}", f"{title} · {label}", language
            )
            made.append(Series(one.code, label, one.unit_label, points, image))
    return made


def _trend(points: list[Point], unit: str, unit_label: str, identity: str, title: str, language: Language) -> Markup:
    is_share = unit in OUT_OF_100
    return draw_trend(
        points, identity=identity.replace("_", "-"), title=f"{title} ({unit_label})",
        description=essence(points, unit_label, language), language=language, has_line=is_share, is_whole=not is_share,
        at_least=FULL_SCORE if is_share else 0,
    )  # fmt: skip


def essence(points: Sequence[Point], unit: str, language: Language) -> str:
    """What a trend says: the first and the last value, and the highest."""
    words = Words(GROUP, language)
    valued = [point for point in points if point.value is not None]
    if not valued:
        return words("chart.no_value")
    highest = max(valued, key=lambda point: point.value or 0)
    name = "chart.one_value" if len(valued) == 1 else "chart.essence"
    return words(
        name, first=valued[0].label, first_value=valued[0].shown, last=valued[-1].label, last_value=valued[-1].shown,
        highest=highest.label, highest_value=highest.shown, unit=unit,
    )  # fmt: skip


def ranking_of(
    content: Content, one: Measured, level: str, year: int, name_of: Callable[[str], str], language: Language,
    *, identity: str, most: int,
) -> Ranking:  # fmt: skip
    """The regions of a level in the order of a year.

    Args:
        name_of: code → name.
        most: so many are drawn.
    """
    words = Words(GROUP, language)
    points = [
        Point(name_of(code), figure.value, figure.symbol, figure.is_provisional, one.unit)
        for code, figure in one.figures[level].get(year, {}).items()
    ]
    points = sorted(
        (point for point in points if point.value is not None), key=lambda point: (-(point.value or 0), point.label)
    )
    label, unit = one.label(content, language), one.unit_label(language)
    is_provisional = any(point.is_provisional for point in points)
    title = words(f"ranking.{level}", year=year, measure=label, unit=unit)
    title += f" · {words('ranking.provisional')}" if is_provisional else ""
    first = words("ranking.essence", count=len(points), first=points[0].label, value=points[0].shown) if points else ""
    image = draw_ranking(points[:most], identity=identity, title=title, description=first)
    return Ranking(title, image, min(most, len(points)), len(points))


def shown_year(one: Measured, level: str) -> int | None:
    """The newest year of a level with values, before those that are provisional."""
    points = [
        Point(str(year), 0.0, None, any(figure.is_provisional for figure in figures.values()))
        for year, figures in sorted(one.figures.get(level, {}).items())
        if any(figure.value is not None for figure in figures.values())
    ]
    newest = newest_final(points)
    return int(newest.label) if newest else None
