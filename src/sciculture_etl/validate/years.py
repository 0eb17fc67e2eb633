"""Program years of rows: which each is of, and which rows are of another than their file speaks for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.validate.blocks import Block, per_row
from sciculture_etl.validate.cells import FAILED, FIRST_YEAR, by_distinct, cast_dates, cast_periods, failed
from sciculture_etl.validate.dates import parse_year
from sciculture_etl.validate.declared import (
    NAME,
    PLACES,
    SHEET,
    Declaration,
    Report,
    declared_years,
    describe_years,
    is_year_of_sending,
    other_years,
)
from sciculture_etl.validate.expected import YEAR_ELSEWHERE

# Of a table for which no year is declared: the share of its rows that are of one, and how many rows it has at least.
NEARLY_ALL, MANY = 0.9, 10


@dataclass(frozen=True)
class _Stated:
    """What is stated for a table.

    Attributes:
        declared: the years that it speaks for, the strongest first.
        unclear: the year of its file's name, which may be the one in which it was sent.
    """

    declared: list[Declaration] = field(default_factory=list)
    unclear: Declaration | None = None

    @property
    def title(self) -> int | None:
        return next((d.years.one for d in self.declared if d.place not in (SHEET, NAME)), None)

    @property
    def elsewhere(self) -> int | None:
        """That of the sheet's name where the title says none, else that of the file's."""
        places = (NAME,) if self.title else (SHEET, NAME)
        return next((d.years.one for d in self.declared if d.place in places and d.years.one), None)

    @property
    def has_two_years(self) -> bool:
        """Whether title and file name name different years for rows that say none."""
        names = [d.years for d in self.declared if d.place == NAME]
        return bool(self.title and names and names[0].one and self.title not in names[0].all)


def cast_years(contract: Contract, rows: pl.DataFrame, blocks: list[Block], report: Report) -> pl.Series:
    """The program year of each row, and what is wrong with it.

    It is that of its own column, else of its date where the contract takes it from there, else of the title, the
    sheet's name, the file's name.

    A row of another year than its file declares is an error at its cell. Title, form, sheet and file name declare;
    where none of them does, each year of the column stands by itself.
    """
    own, bad = _own_years(rows)
    dated = _years_of_dates(contract, rows)
    written = own.zip_with(own.is_not_null(), dated)
    stated = _stated(contract, blocks, rows, written)
    years = pl.select(
        pl.coalesce(
            written,
            per_row(rows, [s.title for s in stated], pl.Int32()),
            per_row(rows, [s.elsewhere for s in stated], pl.Int32()),
        ).cast(pl.Int16)
    ).to_series()
    failing = _failing(contract, rows, years, bad)
    report("program_year", failing, True)
    sound = years.set(pl.int_range(rows.height, eager=True).is_in(failing["index"].implode()), None)
    torn = _torn(rows, stated, written)
    report("program_year", torn, True)
    others = other_years(
        sound.zip_with(written.is_not_null(), sound.clear(rows.height)), rows, blocks, [s.declared for s in stated]
    )
    refused = pl.concat([torn["index"], others["index"]])
    placed = [others, _few_others(contract, sound, rows, stated), _contradictions(rows, stated, sound, refused)]
    wrong = pl.concat(placed)
    at_date = wrong["index"].is_in((own.is_null() & dated.is_not_null()).arg_true().implode())
    report("program_year", wrong.filter(~at_date), True)
    report(contract.year_from or "program_year", wrong.filter(at_date), True)
    return years


def _own_years(rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """What the file's own year column says, and where that is no year."""
    if "program_year" not in rows.columns:
        return _unknown(rows), pl.Series([False]).new_from_index(0, rows.height)
    own = by_distinct(rows["program_year"], lambda text: (parse_year(text), None), pl.Int32())["value"]
    return own, own.is_null() & rows["program_year"].is_not_null()


def _years_of_dates(contract: Contract, rows: pl.DataFrame) -> pl.Series:
    if not contract.year_from:
        return _unknown(rows)
    year = _unknown(rows).cast(pl.Int16)
    if contract.period and contract.year_from == contract.period[0].name:
        days = cast_periods(rows[contract.year_from], rows[contract.period[1].name], year)
    else:
        days = cast_dates(rows[contract.year_from], year, contract.fields[contract.year_from].month)
    return days["start"].dt.year().cast(pl.Int32)


def _unknown(rows: pl.DataFrame) -> pl.Series:
    return pl.Series([None], dtype=pl.Int32).new_from_index(0, rows.height)


def _stated(contract: Contract, blocks: list[Block], rows: pl.DataFrame, written: pl.Series) -> list[_Stated]:
    seen: dict[str, set[int]] = defaultdict(set)
    for key, year in pl.DataFrame({"key": rows["part_key"], "year": written}).drop_nulls().unique().iter_rows():
        seen[blocks[key].candidate.submission_id].add(year)
    stated = []
    for block in blocks:
        declared = declared_years(contract, block)
        unclear = [d for d in declared if is_year_of_sending(d, seen[block.candidate.submission_id])]
        stated.append(_Stated([d for d in declared if d not in unclear], unclear[0] if unclear else None))
    return stated


def _failing(contract: Contract, rows: pl.DataFrame, years: pl.Series, bad: pl.Series) -> pl.DataFrame:
    latest = datetime.now(UTC).year + 1
    failures = [pl.DataFrame(schema=FAILED)]
    if bad.any():
        failures.append(failed(bad.arg_true(), "E_NOT_A_NUMBER"))
    # Where the year is a date's, that date's own finding tells why it is unknown.
    if not contract.year_from and (missing := years.is_null() & ~bad).any():
        failures.append(failed(missing.arg_true(), "E_REQUIRED_MISSING", *YEAR_ELSEWHERE))
    outside = ((years < FIRST_YEAR) | (years > latest)).fill_null(False)
    if outside.any():
        bounds = f"{FIRST_YEAR}~{latest}"
        failures.append(failed(outside.arg_true(), "E_OUT_OF_RANGE", f"{bounds} 사이", f"within {bounds}"))
    return pl.concat(failures)


def _torn(rows: pl.DataFrame, stated: list[_Stated], written: pl.Series) -> pl.DataFrame:
    """Rows that say no year themselves, in files whose title and name disagree on it."""
    torn = per_row(rows, [s.has_two_years for s in stated], pl.Boolean()) & written.is_null()
    if not torn.any():
        return pl.DataFrame(schema=FAILED)
    names = [next((d.years.one for d in s.declared if d.place == NAME), None) for s in stated]
    ko, en = (
        pl.select(
            pl.format(text, per_row(rows, [s.title for s in stated], pl.Int32()), per_row(rows, names, pl.Int32()))
        ).to_series()
        for text in (
            "제목 줄은 {}년, 파일 이름은 {}년입니다. 하나로 고쳐 주시기 바랍니다.",
            "the title says {}, the file's name {}: make them agree",
        )
    )
    return failed(torn.arg_true(), "E_YEAR_MISMATCH", ko.filter(torn), en.filter(torn))


def _few_others(contract: Contract, years: pl.Series, rows: pl.DataFrame, stated: list[_Stated]) -> pl.DataFrame:
    """The few rows of another year than nearly all of a table for which none is declared."""
    open_ = pl.Series([not any(d.years.all for d in s.declared) for s in stated]).gather(rows["part_key"])
    frame = pl.DataFrame({"part": rows["part_key"], "year": years}).with_row_index("index").filter(open_).drop_nulls()
    if not frame.height or frame["year"].n_unique() < 2:
        return pl.DataFrame(schema=FAILED)
    counts = frame.group_by("part", "year").len("rows")
    common = counts.group_by("part").agg(
        pl.col("year").sort_by("rows", "year").last().alias("common"),
        (pl.col("rows").max() / pl.col("rows").sum()).alias("share"), pl.col("rows").sum().alias("all"),
    ).filter((pl.col("share") >= NEARLY_ALL) & (pl.col("all") >= MANY))  # fmt: skip
    apart = frame.join(common, on="part", maintain_order="left").filter(pl.col("year") != pl.col("common"))
    words = (
        ("{}년의 날짜", "a day of {}") if contract.year_from and "program_year" not in rows.columns else ("{}년", "{}")
    )
    own = apart.select(pl.format(words[0], "common").alias("ko"), pl.format(words[1], "common").alias("en"))
    return failed(apart["index"], "W_OUT_OF_RANGE", own["ko"], own["en"], "warning")


def _contradictions(rows: pl.DataFrame, stated: list[_Stated], years: pl.Series, refused: pl.Series) -> pl.DataFrame:
    """At the first row of a table, that a weaker place of its file declares another year than the one it is read as.

    Args:
        refused: rows that were told so already.
    """
    found = []
    reported = set(rows["part_key"].gather(refused))
    for key, own in enumerate(stated):
        first = own.declared[0] if own.declared else None
        weaker = [d for d in own.declared[1:] if first and d.years.all and first.years.all.isdisjoint(d.years.all)]
        if first and first.years.is_open:
            weaker = []
        if first and first.place == SHEET:
            weaker = []  # a workbook may have a sheet for each of several years
        if not first and own.unclear:
            weaker = [own.unclear]
        if weaker and key not in reported:
            found.append((key, weaker[0]))
    if not found:
        return pl.DataFrame(schema=FAILED)
    firsts = pl.DataFrame({"key": rows["part_key"], "year": years}).with_row_index("index").drop_nulls("year")
    at = {key: (index, year) for index, key, year in firsts.unique("key", keep="first").rows()}
    placed = [(at[key], *PLACES[d.place], describe_years(d.years.all)) for key, d in found if key in at]
    return failed(
        pl.Series([place[0] for place, *_ in placed], dtype=pl.UInt32),
        "W_YEAR_DISAGREES",
        pl.Series(
            [f"{ko}에는 {other}년으로 적혀 있으나 {place[1]}년 자료로 접수합니다" for place, ko, _, other in placed],
            dtype=pl.String,
        ),
        pl.Series(
            [f"{en} says {other}, and the rows are taken as of {place[1]}" for place, _, en, other in placed],
            dtype=pl.String,
        ),
        "warning",
    )
