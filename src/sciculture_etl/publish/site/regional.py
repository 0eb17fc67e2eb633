"""What the long table says by region: program → measure → level → year → code → figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from sciculture_etl.pages import LANGUAGES, Language, page_texts
from sciculture_etl.pages.charts import Point
from sciculture_etl.pages.maps import Figure
from sciculture_etl.pages.words import in_language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.observations import TABLE, column_of_symbols, measure_names
from sciculture_etl.publish.site.divisions import LENGTHS
from sciculture_etl.publish.site.measures import labels_of, order_of
from sciculture_etl.publish.site.slices import hashes, rows
from sciculture_etl.publish.workbooks.texts import unit_text
from sciculture_etl.settings import fingerprint

LEVELS = ("nation", *LENGTHS)
PROVISIONAL = "p"
NATION = "00"
# Program, level and sido of a row; that of the nation is 00.
SLICE = "concat_ws('|', program_code, region_level, left(region_code, 2))"
# Shares and scores are drawn as lines up to 100; all else is counted.
OUT_OF_100 = ("percent", "of 100")


@dataclass
class Measured:
    """A measure of a program.

    Attributes:
        figures: level → year → code → figure; remainders, which are no district, are in none.
        remainders: level → year → code of the wider region → figure.
    """

    program: str
    code: str
    unit: str
    is_additive: bool
    figures: dict[str, dict[int, dict[str, Figure]]] = field(default_factory=dict)
    remainders: dict[str, dict[int, dict[str, Figure]]] = field(default_factory=dict)

    def label(self, content: Content, language: Language) -> str:
        return measure_label(content, self.program, self.code, language)

    def unit_label(self, language: Language) -> str:
        return unit_text(self.unit, language)

    @property
    def is_out_of_100(self) -> bool:
        return self.unit in OUT_OF_100

    def has_level(self, level: str) -> bool:
        return bool(self.figures.get(level))

    def within(self, level: str, codes: Mapping[int, Collection[str]]) -> Measured:
        """With those of its figures alone that some regions have, year by year."""
        kept = {
            year: {code: figure for code, figure in placed.items() if code in codes.get(year, ())}
            for year, placed in self.figures.get(level, {}).items()
        }
        return replace(self, figures={level: kept})

    def series(self, level: str, codes: tuple[str, ...], years: range) -> list[Point]:
        """The points of a region that had those codes one after another."""
        found = self.figures.get(level, {})
        points = []
        for year in years:
            figure = next((found[year][code] for code in codes if code in found.get(year, {})), Figure(None))
            points.append(Point(str(year), figure.value, figure.symbol, figure.is_provisional, self.unit))
        return points


def measure_label(content: Content, program: str, code: str, language: Language) -> str:
    """What a measure is called in the program's own tables; in short where it stands in the long one alone."""
    names = measure_names(content)
    short = in_language(names[code], language) if code in names else code
    return labels_of(content, program, language).get(code, short)


def measured(content: Content) -> dict[str, list[Measured]]:
    """Program → its measures, those first that maps show; one query for all."""
    return content.once("measured", lambda: _measured(content))


def _measured(content: Content) -> dict[str, list[Measured]]:
    if TABLE not in content.table_contracts:
        return {}
    symbols = column_of_symbols(content.table_contracts[TABLE])
    columns = (
        "measure, region_level, program_year, region_code, is_remainder, value, unit, is_additive, status, " + symbols
    )
    found: dict[str, list[Measured]] = {}
    principal: list[str] = page_texts("site")["principal"]
    for program, lines in rows(content, TABLE, "program_code", columns, f"region_level IN {LEVELS}").items():
        made: dict[str, Measured] = {}
        for measure, level, year, code, is_remainder, value, unit, is_additive, status, symbol in lines:
            if measure not in made:
                made[measure] = Measured(program, measure, unit, is_additive, _nested(), _nested())
            kept = made[measure].remainders if is_remainder else made[measure].figures
            kept[level][year][code] = Figure(value, symbol, status == PROVISIONAL)
        order = [*principal, *order_of(content, program)]
        found[program] = sorted(
            made.values(), key=lambda one: (order.index(one.code) if one.code in order else 999, one.code)
        )
    return found


def _nested() -> dict[str, dict[int, dict[str, Figure]]]:
    return defaultdict(lambda: defaultdict(dict))


def years_of(found: list[Measured], levels: tuple[str, ...] = LEVELS) -> range:
    """All years from the first to the last with figures, those without in between too."""
    years = {year for one in found for level in levels for year in one.figures.get(level, {})}
    return range(min(years), max(years) + 1) if years else range(0)


def sigungu_named(content: Content) -> dict[int, dict[str, set[str]]]:
    """Year → code of a sido → its sigungu of which any program has a figure."""
    named: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for found in measured(content).values():
        for one in found:
            for year, placed in one.figures.get("sigungu", {}).items():
                for code in placed:
                    named[year][code[: LENGTHS["sido"]]].add(code)
    return named


def mapped(found: list[Measured], level: str, most: int) -> list[Measured]:
    """The measures that a map shows: the first that may be added up and stand at the level."""
    return [one for one in found if one.is_additive and one.has_level(level)][:most]


def labels_known(content: Content) -> str:
    """All names of measures: what a page owes to them."""
    found = [one for own in measured(content).values() for one in own]
    return repr([one.label(content, language) for one in found for language in LANGUAGES])


def hash_of(content: Content, program: str = "", level: str = "", sido: str = "") -> str:
    """What is known of all rows of a program, of a level, of a sido: changes with any of them. One query for all."""
    if TABLE not in content.table_contracts:
        return ""
    slices = content.once(
        "slices of regions", lambda: [(key.split("|"), known) for key, known in hashes(content, TABLE, SLICE).items()]
    )
    wanted = [(place, one) for place, one in enumerate((program, level, sido)) if one]
    own = (known for parts, known in slices if all(parts[place] == one for place, one in wanted))
    return fingerprint(*sorted(own))
