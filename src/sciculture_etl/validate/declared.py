"""What a file speaks for: the years and parts of a year that its title, form, sheet or name declares."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.tables.moments import said_date
from sciculture_etl.tables.stated_years import StatedYears, stated_years, years_in_file_name, years_of_sheet
from sciculture_etl.validate.blocks import Block
from sciculture_etl.validate.cells import FAILED, failed

Report = Callable[[str, pl.DataFrame, bool], None]  # field, failing cells (``cells.FAILED``), whether errors reject
TITLE, FORM, SHEET, NAME = "title", "form", "sheet", "name"
PLACES = {
    TITLE: ("제목 줄", "the title"), FORM: ("서식 표시", "the mark of the form"),
    SHEET: ("시트 이름", "the sheet's name"), NAME: ("파일 이름", "the file's name"),
}  # fmt: skip
YEAR = re.compile(r"20\d{2}")
Words = Callable[[int, dict[int, int], bool], tuple[str, str]]


@dataclass(frozen=True)
class Declaration:
    """What one place of a file declares.

    Attributes:
        place: one of ``PLACES``.
        years: program years.
    """

    place: str
    years: StatedYears


def declared_years(contract: Contract, block: Block) -> list[Declaration]:
    """What is declared for a table, the strongest first."""
    table = block.table
    place = FORM if table.template and not stated_years(table.title) else TITLE
    given = [
        Declaration(place, _with_its_day(contract, table.title_years, table.title)),
        Declaration(SHEET, years_of_sheet(table.sheet)),
        Declaration(NAME, years_in_file_name(block.candidate.file_name)),
    ]
    return [declaration for declaration in given if declaration.years]


def _with_its_day(contract: Contract, years: StatedYears, title: str) -> StatedYears:
    """Where the year is taken from a day that a title may say (as of 2021. 12. 31.), that day's year too."""
    if not (contract.year_from and contract.fields[contract.year_from].said and years.all):
        return years
    day = YEAR.search(said_date(title) or "")
    return StatedYears(years.one, years.all | {int(day[0])}) if day else years


def is_year_of_sending(declaration: Declaration, years: Collection[int]) -> bool:
    """Whether the year of a file's name may be the one in which it was sent: the next one after all of its rows."""
    named = declaration.years.all
    return declaration.place == NAME and bool(years and named) and min(named) == max(years) + 1


def other_years(
    years: pl.Series, rows: pl.DataFrame, blocks: list[Block], declared: list[list[Declaration]]
) -> pl.DataFrame:
    """Rows of another year than the strongest declaration of their table (``FAILED``)."""
    named = (own[:1] if own and own[0].years.is_open else [d for d in own if d.years.all] for own in declared)
    allowed = [own[0].years.all if own else frozenset[int]() for own in named]

    def words(key: int, counts: dict[int, int], is_all: bool) -> tuple[str, str]:
        own = [d for d in declared[key] if d.years.all]
        wrong = [d.place for d in own if not d.years.all >= counts.keys()]
        apart = [d for d in own[1:] if d.years.all != own[0].years.all]
        ko_apart, en_apart = (
            f" ({', '.join(f'{PLACES[d.place][n]}: {describe_years(d.years.all)}' for d in apart)})" if apart else ""
            for n in (0, 1)
        )
        ko_rows = ", ".join(f"{year}년 {count:,}행" for year, count in sorted(counts.items()))
        en_rows = ", ".join(f"{count:,} of {year}" for year, count in sorted(counts.items()))
        others = describe_years(counts)
        ko_do = f"그 행의 연도를 고치거나, {others}년 자료로 따로 제출해 주시기 바랍니다."
        en_do = "Correct the year of those rows, or submit them in a file of their own."
        if is_all:
            ko_places, en_places = ([PLACES[place][n] for place in wrong] for n in (0, 1))
            ko_do = f"{others}년 자료가 맞으면 {'과 '.join(ko_places)}의 연도를 고쳐 주시기 바랍니다."
            en_do = f"If that is right, correct the year in {' and '.join(en_places)}."
        (ko, en), stated = PLACES[own[0].place], describe_years(own[0].years.all)
        both = describe_years({*own[0].years.all, *counts})
        return (
            f"{ko}에는 {stated}년 자료로 적혀 있으나{ko_apart} 표에는 {ko_rows}이 있습니다. {ko_do} "
            f"여러 해의 자료이면 제목 줄에 '{both}년'과 같이 모두 적어 주시기 바랍니다.",
            f"{en} says {stated}{en_apart}, and the table holds rows of other years: {en_rows}. {en_do} "
            f"A file of several years says so in its title: '{both}년'.",
        )

    return rows_of_others(years, rows, blocks, allowed, words)


def rows_of_others(
    values: pl.Series, rows: pl.DataFrame, blocks: list[Block], allowed: list[frozenset[int]], words: Words
) -> pl.DataFrame:
    """Rows whose value isn't among those of their block (``FAILED``); where it has none, all are.

    Args:
        words: of a block, the rows of each other value of its table, and whether it has no others: what is expected, in
            both languages.
    """
    frame = pl.DataFrame({"key": rows["part_key"], "value": values.cast(pl.Int32), "row": rows["row"]})
    pairs = frame.select("key", "value").drop_nulls().unique().rows()
    others = [(key, value) for key, value in pairs if allowed[key] and value not in allowed[key]]
    if not others:
        return pl.DataFrame(schema=FAILED)
    found = pl.DataFrame(others, {"key": pl.UInt32, "value": pl.Int32}, orient="row")
    apart = frame.with_row_index("index").join(found, on=["key", "value"], how="semi", maintain_order="left")
    numbers = pl.Series([block.number for block in blocks], dtype=pl.UInt32)
    # A row of a wide table stands in several blocks.
    counted = apart.select(numbers.gather(apart["key"]).alias("number"), "value", "row").unique()
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for number, value, count in counted.group_by("number", "value").len().iter_rows():
        counts[number][value] = count
    mixed = {blocks[key].number for key, value in pairs if value in allowed[key]}
    keys = sorted({key for key, _ in others})
    texts = [(key, *words(key, counts[blocks[key].number], blocks[key].number not in mixed)) for key in keys]
    by_key = pl.DataFrame(texts, {"key": pl.UInt32, "ko": pl.String, "en": pl.String}, orient="row")
    apart = apart.join(by_key, on="key", how="left", maintain_order="left")
    return failed(apart["index"], "E_YEAR_MISMATCH", apart["ko"], apart["en"])


def describe_years(years: Iterable[int]) -> str:
    """``2020``, ``2018~2020``, ``2018·2020``."""
    ordered = sorted(set(years))
    is_range = len(ordered) > 1 and ordered[-1] - ordered[0] == len(ordered) - 1
    return f"{ordered[0]}~{ordered[-1]}" if is_range else "·".join(map(str, ordered))
