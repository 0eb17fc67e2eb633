"""What the long table says of a program: each measure by year for the nation, and by region."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sciculture_etl.pages.words import Language, in_language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.observations import TABLE, column_of_symbols, measure_names
from sciculture_etl.publish.site.slices import rows
from sciculture_etl.publish.workbooks.texts import unit_text

LEVELS = ("nation", "sido")
COLUMNS = (
    "region_level, program_year, region_code, region_name, current_region_code, is_remainder, measure, value, unit, "
    "is_additive, status, {symbols}"
)


@dataclass(frozen=True)
class Value:
    """A published number, or why there is none.

    Attributes:
        symbol: ``x`` withheld, ``…`` not published yet.
        status: ``p``, ``r`` or ``final``.
    """

    number: float | None
    symbol: str | None = None
    status: str = "final"


@dataclass(frozen=True)
class Region:
    """A region as it was called in the last year in which it stands."""

    code: str
    name: str
    is_remainder: bool = False


@dataclass
class Measure:
    """One measure of a program.

    Attributes:
        unit: as the tables have it.
        nation: year → value.
        sidos: region → year → value.
    """

    code: str
    label: str
    unit: str
    unit_label: str
    is_additive: bool
    nation: dict[int, Value] = field(default_factory=dict)
    sidos: dict[Region, dict[int, Value]] = field(default_factory=dict)


def measures(content: Content, program: str, language: Language) -> list[Measure]:
    """The measures of a program, those that may be added up first; empty where the long table has none of it."""
    if TABLE not in content.table_contracts:
        return []
    columns = COLUMNS.format(symbols=column_of_symbols(content.table_contracts[TABLE]))
    where = f"region_level IN {LEVELS}"
    found = rows(content, TABLE, "program_code", columns, where).get(program, [])
    names, made = measure_names(content), {}
    by_region: dict[tuple[str, Region], dict[int, Value]] = defaultdict(dict)
    called = _regions([row for row in found if row[0] == "sido"])
    for level, year, code, _, _, is_remainder, measure, number, unit, is_additive, status, symbol in found:
        if measure not in made:
            label = in_language(names[measure], language) if measure in names else measure
            made[measure] = Measure(measure, label, unit, unit_text(unit, language), is_additive)
        value = Value(number, symbol, status)
        if level == "nation":
            made[measure].nation[year] = value
        else:
            by_region[measure, called[code, bool(is_remainder)]][year] = value
    for (measure, region), values in sorted(
        by_region.items(), key=lambda one: (one[0][1].is_remainder, one[0][1].code)
    ):
        made[measure].sidos[region] = values
    return sorted(made.values(), key=lambda one: (not one.is_additive, one.unit, one.code))


def _regions(found: list[tuple[object, ...]]) -> dict[tuple[str, bool], Region]:
    """Code of a year → the region as one that goes on over years, where it was only renamed meanwhile."""
    in_year: dict[tuple[str, object], set[str]] = defaultdict(set)
    for _, year, code, _, current, *_ in found:
        in_year[str(current), year].add(str(code))
    shared = {current for (current, _), codes in in_year.items() if len(codes) > 1}
    last: dict[tuple[str, bool], tuple[object, str, str]] = {}
    key_of: dict[tuple[str, bool], tuple[str, bool]] = {}
    for _, year, code, name, current, is_remainder, *_ in found:
        own = (str(code), bool(is_remainder))
        key = own if current is None or str(current) in shared else (f"now {current}", bool(is_remainder))
        key_of[own] = key
        if key not in last or year >= last[key][0]:  # type: ignore[operator]
            last[key] = (year, str(code), str(name))
    return {own: Region(last[key][1], last[key][2], own[1]) for own, key in key_of.items()}
