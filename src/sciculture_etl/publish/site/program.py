"""The page of a program: its figures of the last year, how they went, where, all its tables, and what to mind."""

from __future__ import annotations

from typing import cast

from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.maps import patterns
from sciculture_etl.pages.values import statuses
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site import downloads
from sciculture_etl.publish.site.charts import strand_charts
from sciculture_etl.publish.site.divisions import divisions_hash, full_name
from sciculture_etl.publish.site.figures import figures_of
from sciculture_etl.publish.site.headlines import Headline, headline, principal, strands_of
from sciculture_etl.publish.site.measures import words_owed
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.publish.site.program_charts import program_charts
from sciculture_etl.publish.site.programs import LIST, is_whole, programs, rests_on, sources_of, tables_of
from sciculture_etl.publish.site.region_table import measures_by_sigungu, path_of
from sciculture_etl.publish.site.regional import hash_of
from sciculture_etl.publish.site.tables import shown_tables
from sciculture_etl.settings import fingerprint


def names(content: Content) -> list[str]:
    return list(programs(content))


def made_from(content: Content, language: str, name: str) -> str:
    """Its own rows, the names of what they count, its templates and words; not what other programs did."""
    own = (downloads.of_table(content, table, is_whole(content, name, table)) for table in tables_of(content, name))
    files = [*downloads.of_program(content, name), *own]
    parts = [repr(programs(content)[name]), repr(files), *sources_of(content, name, language)]
    parts += [hash_of(content, program=name), divisions_hash(content), words_owed(content, name)]
    return fingerprint(owed_by_all(content, "program.html", language), *rests_on(content, name), *parts)


def write(content: Content, language: str, name: str) -> bytes:
    tongue, program = cast("Language", language), programs(content)[name]
    own, others = figures_of(content, name, tongue)
    leading = {strand.code for strand in principal(strands_of(own, others))}
    figures = [headline(strand) for strand in strands_of(own, others)]
    listed = measures_by_sigungu(content, name) if own else []
    return page(
        content,
        "program.html",
        language,
        program.path,
        program.name(language),
        {LIST: page_texts(GROUP)["menu"][LIST][language]},
        program=program,
        measures=own,
        charts=program_charts(content, name, program.name(language), tongue),
        patterns=patterns(),
        names_of=lambda one: [full_name(content, district.code, language) for district in one.listed],
        years=sorted({year for one in own for year in one.nation}),
        statuses=statuses(one.nation for one in own),
        timelines=others,
        timeline_charts=lambda one: strand_charts(one, leading, program.name(language), tongue),
        figures=_by_line(figures),
        principal=leading,
        tables=shown_tables(content, name, tongue),
        by_sigungu={path_of(name, one.code): one for one in own if one.code in listed},
        downloads=downloads.of_program(content, name),
        sources=sources_of(content, name, language),
    )


def _by_line(figures: list[Headline]) -> dict[str, list[Headline]]:
    """What they are of → the figures, without those for which there never was a number."""
    found: dict[str, list[Headline]] = {}
    for one in figures:
        if one.value.number is not None or one.value.symbol:
            found.setdefault(one.line, []).append(one)
    return found
