"""What the long table says of a program: each measure by year for the nation, and by region."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sciculture_etl.contracts.yaml_files import BilingualText
from sciculture_etl.pages.values import Value, statuses
from sciculture_etl.pages.words import Language, in_language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.observations import TABLE, column_of_symbols, measure_names
from sciculture_etl.publish.site.programs import tables_of
from sciculture_etl.publish.site.regions import Region, regions_over_years
from sciculture_etl.publish.site.slices import hashes, rows
from sciculture_etl.publish.site.tables import columns_of
from sciculture_etl.publish.workbooks.columns import SheetColumn
from sciculture_etl.publish.workbooks.texts import unit_text

LEVELS = ("nation", "sido")
MEASURE_OF_ROW = "concat(program_code, '.', measure)"
COLUMNS = "region_level, program_year, region_code, is_remainder, measure, value, unit, is_additive, status, {symbols}"


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

    @property
    def statuses(self) -> dict[int, str | None]:
        """Year → the status of all its values; None where they differ."""
        return statuses([self.nation, *self.sidos.values()])


def measures(content: Content, program: str, language: Language) -> list[Measure]:
    """The measures of a program, in the order of its own tables; empty where the long table has none of it."""
    if TABLE not in content.table_contracts:
        return []
    columns = COLUMNS.format(symbols=column_of_symbols(content.table_contracts[TABLE]))
    where = f"region_level IN {LEVELS}"
    found = rows(content, TABLE, "program_code", columns, where).get(program, [])
    names, labels, made = measure_names(content), labels_of(content, program, language), {}
    by_region: dict[tuple[str, Region], dict[int, Value]] = defaultdict(dict)
    called = regions_over_years(content, [row[1:4] for row in found if row[0] == "sido"], "sido", language)
    for level, year, code, is_remainder, measure, number, unit, is_additive, status, symbol in found:
        if measure not in made:
            label = labels.get(measure) or in_language(_named(names, measure), language)
            made[measure] = Measure(measure, label, unit, unit_text(unit, language), is_additive)
        value = Value(number, symbol, status)
        if level == "nation":
            made[measure].nation[year] = value
        else:
            by_region[measure, called[code, is_remainder]][year] = value
    for (measure, region), values in sorted(by_region.items(), key=lambda one: one[0][1].place):
        made[measure].sidos[region] = values
    order = order_of(content, program)
    return sorted(made.values(), key=lambda one: (order.get(one.code, len(order)), one.code))


def words_owed(content: Content, program: str) -> str:
    """What measures and codes of a program are called, as far as its own rows and contracts don't say it."""
    if TABLE not in content.table_contracts:
        return ""
    found = (code.partition(".")[::2] for code in hashes(content, TABLE, MEASURE_OF_ROW))
    counted = sorted(measure for code, measure in found if code == program)
    words = content.once(
        ("words owed", program),
        lambda: repr({name: one.words for name, one in _own_columns(content, program).items() if one.words}),
    )
    return repr([_named(measure_names(content), measure) for measure in counted]) + words


def _named(names: dict[str, BilingualText], measure: str) -> BilingualText:
    return names.get(measure) or BilingualText(ko=measure, en=measure)


def _own_columns(content: Content, program: str) -> dict[str, SheetColumn]:
    """The columns of the program's own tables by name, those of its summary first."""
    own = tables_of(content, program)
    found: dict[str, SheetColumn] = {}
    for table in own:
        if not content.table_contracts[table].is_long:
            for column in columns_of(content, table, own[table]):
                found.setdefault(column.name, column)
    return found


def order_of(content: Content, program: str) -> dict[str, int]:
    """Measure → its place among the columns of the program's own tables."""
    own = content.once(("order", program), lambda: list(_own_columns(content, program)))
    return {name: place for place, name in enumerate(own)}


def labels_of(content: Content, program: str, language: Language) -> dict[str, str]:
    """Column of the program's own tables → what stands above it."""
    return content.once(
        ("labels", program, language),
        lambda: {name: in_language(one.header, language) for name, one in _own_columns(content, program).items()},
    )
