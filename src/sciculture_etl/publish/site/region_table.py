"""One measure of a program by si/gun/gu and year."""

from __future__ import annotations

from collections import defaultdict
from typing import cast

from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.values import Value, statuses
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.observations import TABLE, column_of_symbols
from sciculture_etl.publish.site.divisions import LENGTHS, divisions_hash
from sciculture_etl.publish.site.figures import figures_of
from sciculture_etl.publish.site.measures import words_owed
from sciculture_etl.publish.site.page import GROUP, owed_by_all, page
from sciculture_etl.publish.site.programs import LIST, programs, tables_of
from sciculture_etl.publish.site.regions import Region, regions_over_years
from sciculture_etl.publish.site.slices import Row, hashes, rows
from sciculture_etl.settings import fingerprint

COLUMNS = "program_year, region_code, is_remainder, value, status, {symbols}"
OF_MEASURE = "if(region_level IN ('nation', 'sido', 'sigungu'), concat(program_code, '.', measure), NULL)"


def path_of(program: str, measure: str) -> str:
    return f"programs/{program}.{measure}.html"


def names(content: Content) -> list[str]:
    """``<program>.<measure>``, of what is counted by si/gun/gu."""
    return [f"{code}.{measure}" for code in programs(content) for measure in measures_by_sigungu(content, code)]


def made_from(content: Content, language: str, name: str) -> str:
    program, _, _ = name.partition(".")
    parts = [name, hashes(content, TABLE, OF_MEASURE)[name], repr(programs(content)[program])]
    parts += [divisions_hash(content), words_owed(content, program)]
    parts += [content.stated(table) for table in tables_of(content, program)]
    return fingerprint(owed_by_all(content, "measure.html", language), *parts)


def measures_by_sigungu(content: Content, program: str) -> list[str]:
    """The measures of a program that are counted by si/gun/gu."""
    own = (name.split(".") for name in _by_sigungu(content))
    return sorted(measure for code, measure in own if code == program)


def write(content: Content, language: str, name: str) -> bytes:
    tongue, (code, _, measure) = cast("Language", language), name.partition(".")
    program = programs(content)[code]
    own = {one.code: one for one in figures_of(content, code, tongue)[0]}
    found = _by_sigungu(content)[name]
    called = regions_over_years(content, [row[:3] for row in found], "sigungu", tongue)
    cells: dict[Region, dict[int, Value]] = defaultdict(dict)
    for year, code_of, is_remainder, number, status, symbol in found:
        cells[called[code_of, is_remainder]][year] = Value(number, symbol, status)
    by_sido: dict[str, list[tuple[Region, dict[int, Value]]]] = defaultdict(list)
    for region, values in sorted(cells.items(), key=lambda one: one[0].place):
        by_sido[region.first_code[: LENGTHS["sido"]]].append((region, values))
    shown = own[measure]
    years = sorted({*shown.nation, *(year for values in cells.values() for year in values)})
    listed = measures_by_sigungu(content, code)
    return page(
        content,
        "measure.html",
        language,
        path_of(code, measure),
        f"{program.name(language)}: {shown.label}",
        {LIST: page_texts(GROUP)["menu"][LIST][language], program.path: program.name(language)},
        program=program,
        measure=shown,
        years=years,
        sigungu=by_sido,
        shared=statuses([shown.nation, *shown.sidos.values(), *cells.values()]),
        others={path_of(code, one.code): one for one in own.values() if one.code in listed},
    )


def _by_sigungu(content: Content) -> dict[str, list[Row]]:
    """``<program>.<measure>`` → its rows of the long table by si/gun/gu."""
    if TABLE not in content.table_contracts:
        return {}
    columns = COLUMNS.format(symbols=column_of_symbols(content.table_contracts[TABLE]))
    return rows(content, TABLE, OF_MEASURE, columns, "region_level = 'sigungu'")
