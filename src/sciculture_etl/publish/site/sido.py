"""The page of a sido: every program there by year, the map and the order of its sigungu, and its eup/myeon/dong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from markupsafe import Markup

from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.maps import MapView, patterns
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.observations import TABLE
from sciculture_etl.publish.site import downloads, eupmyeondong
from sciculture_etl.publish.site.charts import Ranking, Series, provisional_years, ranking_of, series_of, shown_year
from sciculture_etl.publish.site.coverage import YearWithout, districts_without
from sciculture_etl.publish.site.divisions import Sido, all_sidos, divisions, divisions_hash, moves_of, sigungu_of
from sciculture_etl.publish.site.maps import RegionTable, Within, map_of, region_table
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.publish.site.programs import Program, programs
from sciculture_etl.publish.site.regional import (
    Measured,
    hash_of,
    labels_known,
    mapped,
    measured,
    sigungu_named,
    years_of,
)  # fmt: skip
from sciculture_etl.settings import fingerprint

LIST = "sido/index.html"
# So many measures of a program have charts and tables by district; the others stand in its table by year.
MAX_SHOWN = 2
ALL_DISTRICTS = 99


@dataclass(frozen=True)
class ProgramHere:
    """What a program did in a sido.

    Attributes:
        rankings: of its sigungu, by the first measure.
        without: its sigungu that had nothing, by year.
    """

    program: Program
    years: range
    series: list[Series]
    tables: list[RegionTable]
    rankings: list[Ranking]
    without: list[YearWithout]


def sidos(content: Content) -> dict[str, Sido]:
    """Name of the page → sido, of those with figures."""

    def ask() -> dict[str, Sido]:
        levels = [one.figures.get("sido", {}) for found in measured(content).values() for one in found]
        codes = {code for years in levels for placed in years.values() for code in placed}
        return {one.name: one for one in all_sidos(content) if codes & set(one.codes)}

    return content.once("sido with figures", ask)


def names(content: Content) -> list[str]:
    return list(sidos(content))


def made_from(content: Content, language: str, name: str) -> str:
    """Its own rows of the long table and by eup/myeon/dong, and the names of regions, programs and measures."""
    own = sidos(content)[name]
    parts = [hash_of(content, sido=code) for code in own.codes]
    parts += [divisions_hash(content), *eupmyeondong.hashes_of(content, own)]
    parts += [repr(programs(content)), labels_known(content), repr(downloads.of_table(content, TABLE))]
    return fingerprint(owed_by_all(content, "sido.html", language), *parts)


def write(content: Content, language: str, name: str) -> bytes:
    tongue, sido = cast("Language", language), sidos(content)[name]
    here = _programs_here(content, sido, tongue)
    view, outlines = _map(content, sido, here, tongue)
    return page(
        content, "sido.html", language, sido.path, sido.today(language),
        {LIST: page_texts(GROUP)["menu"][LIST][language]},
        sido=sido, moves=moves_of(content, sido, language), programs=[one for one, _ in here], map=view,
        split_names=[divisions(content)[code].name(language) for code in sorted(view.split)] if view else [],
        outlines=outlines, patterns=patterns(),
        eupmyeondong=eupmyeondong.eupmyeondong_of(content, sido, tongue), downloads=downloads.of_table(content, TABLE),
        provisional_years=provisional_years, names_in=lambda some: " · ".join(one.name(language) for one in some),
        names_of=lambda one: [district.name(language) for district in one.listed],
    )  # fmt: skip


def within_of(content: Content, sido: Sido) -> Within:
    """Year → the sigungu of a sido: those that stood at its end, and those that a program names."""

    def ask() -> Within:
        named = content.once("sigungu named", lambda: sigungu_named(content))
        years = years_of([one for found in measured(content).values() for one in found])
        return {
            year: frozenset(sigungu_of(content, sido.codes, year)).union(*(named[year][code] for code in sido.codes))
            for year in years
        }

    return content.once(("within", sido.name), ask)


def _programs_here(content: Content, sido: Sido, language: Language) -> list[tuple[ProgramHere, list[Measured]]]:
    here = []
    for code, program in programs(content).items():
        found = measured(content).get(code, [])
        years = years_of(found)
        shown = mapped(found, "sido", MAX_SHOWN)
        series = series_of(
            content, found, "sido", sido.codes, years, language, identity=code.replace("_", "-"),
            place=f"{sido.today(language)} · {program.name(language)}",
            has_chart=shown.__contains__,
        )  # fmt: skip
        if series:
            here.append((_program_here(content, sido, program, found, years, series, language), found))
    # Those of the most districts first: the map begins with what most of it shows.
    return sorted(here, key=lambda one: -max((len(table.rows) for table in one[0].tables), default=0))


def _program_here(
    content: Content, sido: Sido, program: Program, found: list[Measured], years: range, series: list[Series],
    language: Language,
) -> ProgramHere:  # fmt: skip
    within = within_of(content, sido)
    shown = [one for one in mapped(found, "sigungu", MAX_SHOWN) if _has_any(one, within)]
    rankings = []
    for one in shown[:1]:
        own = one.within("sigungu", within)
        year = shown_year(own, "sigungu")
        if year and len(own.figures["sigungu"][year]) > 1:
            rankings.append(
                ranking_of(
                    content, own, "sigungu", year, lambda code: divisions(content)[code].name(language), language,
                    identity=f"ranking-{program.code.replace('_', '-')}", most=ALL_DISTRICTS,
                )
            )  # fmt: skip
    tables = [region_table(content, one, "sigungu", years, language, within) for one in shown]
    without = districts_without(content, found, years, sido.codes) if shown else []
    return ProgramHere(program, years, series, tables, rankings, without)


def _has_any(one: Measured, within: Within) -> bool:
    return any(code in within[year] for year, placed in one.figures.get("sigungu", {}).items() for code in placed)


def _map(
    content: Content, sido: Sido, here: list[tuple[ProgramHere, list[Measured]]], language: Language
) -> tuple[MapView | None, Markup]:
    """One map for all programs: the first measure of each."""
    titled = []
    for one, found in here:
        for first in mapped(found, "sigungu", 1):
            titled.append((f"{one.program.name(language)} · {first.label(content, language)}", first))
    years = years_of([first for _, first in titled], ("sigungu",))
    within = within_of(content, sido)
    titled = [(name, first) for name, first in titled if _has_any(first, within)]
    return map_of(
        content, titled, ["sigungu"], years, language, identity="map", page=sido.path, place=sido.today(language),
        within=within,
    )  # fmt: skip
