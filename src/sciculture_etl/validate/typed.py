"""Raw rows of a batch → typed columns, field by field in the order in which they need each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import polars as pl

from sciculture_etl.contracts import Contract, ContractField
from sciculture_etl.tables.titles import SEVERAL_TERMS, stated_term, year_in_file_name, year_of_sheet
from sciculture_etl.validate.blocks import Block, per_row
from sciculture_etl.validate.cells import (
    DASHES,
    NOTHING,
    ask_about,
    by_distinct,
    cast_dates,
    cast_field,
    cast_periods,
    cast_plain,
    cast_years,
    check_values,
    failed,
)
from sciculture_etl.validate.dates import year_of_term
from sciculture_etl.validate.region_cells import resolve_places
from sciculture_etl.validate.scores import find_misfits, parse_score

# Shares of a table's rows that are of one year: of the one that its file states, and where it states none.
MOSTLY, NEARLY_ALL = 0.8, 0.9
MANY = 10  # rows that a table has at least, for a year of nearly all of them to be its own
Report = Callable[[str, pl.DataFrame, bool], None]  # field, failing cells (``cells.FAILED``), whether errors reject


def cast_rows(contract: Contract, rows: pl.DataFrame, blocks: list[Block], report: Report) -> pl.DataFrame:
    """Cast raw texts to the columns of a contract.

    Args:
        rows: raw texts by field, ``part_key`` the index of their block → program_year and the contract's columns in
            their order. Failing cells go to ``tell``.
    """
    years = _years(contract, rows, blocks, report)
    columns = dict.fromkeys(contract.fields, rows["part_key"])  # keeps the contract's order; each is replaced below
    if contract.period:
        columns |= _period(contract, rows, blocks, years, report)
    done = {fld.name for fld in contract.period or ()}
    for name, fld in contract.fields.items():
        if fld.type == "region":
            columns[name] = rows[name].alias(name)
        elif fld.type not in ("score", "term") and name not in done:
            scales = rows[f"scale:{name}"] if f"scale:{name}" in rows.columns else None
            texts = _stated_codes(fld, rows, blocks) if fld.type == "enum" and fld.said else rows[name]
            misfits = _misfits(fld, rows, blocks)
            cast = cast_field(contract, fld, texts, years, scales, misfits, rows["part_key"])
            columns[name] = _report_cells(contract, fld, cast, report)
    for name, fld in contract.fields.items():
        if fld.type == "score":
            columns[name] = _report_cells(contract, fld, _score(fld, rows, blocks, columns), report)
        elif fld.type == "term":
            columns[name] = _report_cells(contract, fld, _term(contract, fld, rows, blocks, columns, years), report)
    typed = pl.DataFrame(list(columns.values()))
    if contract.region_fields:
        typed = typed.hstack(_regions(contract, rows, blocks, years, report))
    return typed.with_columns(years.alias("program_year"))


def _report_cells(
    contract: Contract, fld: ContractField, cast: tuple[pl.Series, pl.DataFrame], report: Report
) -> pl.Series:
    values, failing = cast
    # A row of which it can't be told what part of the year it belongs to would replace the wrong one.
    report(fld.name, failing, fld.required or fld.name in contract.partition)
    return values


def program_years(contract: Contract, rows: pl.DataFrame, blocks: list[Block]) -> pl.Series:
    """The program year of each row, null where it can't be told."""
    return _years(contract, rows, blocks, lambda *_: None)


def _years(contract: Contract, rows: pl.DataFrame, blocks: list[Block], report: Report) -> pl.Series:
    titles = per_row(rows, [block.table.title_year for block in blocks], pl.Int32())
    names = per_row(rows, [_named_year(block) for block in blocks], pl.Int32())
    own = rows["program_year"] if "program_year" in rows.columns else None
    dates = None
    if contract.year_from:
        unknown = pl.Series([None], dtype=pl.Int16).new_from_index(0, rows.height)
        dates = (
            cast_dates(rows[contract.year_from], unknown, contract.fields[contract.year_from].month)["start"]
            .dt.year()
            .cast(pl.Int32)
        )
        if contract.period and contract.year_from == contract.period[0].name:
            end = rows[contract.period[1].name]
            dates = cast_periods(rows[contract.year_from], end, unknown)["start"].dt.year().cast(pl.Int32)
    years, failing = cast_years(own, titles, names, dates)
    if contract.year_from:
        # The date's own finding tells why the year is unknown.
        failing = failing.filter(pl.col("code") != "E_REQUIRED_MISSING")
    report("program_year", failing, True)
    _report_other_years(contract, years, failing, blocks, rows, report)
    return years


def _report_other_years(
    contract: Contract, years: pl.Series, failing: pl.DataFrame, blocks: list[Block], rows: pl.DataFrame, report: Report
) -> None:
    """Warns of rows of another year than that of their file: of our form, of its title or name, or of nearly all rows.

    A table of many years has no other: the year that it states counts where nearly all of its rows are of it.
    """
    stated = [block.table.title_year or _named_year(block) for block in blocks]
    forms = [block.table.title_year if block.table.template else None for block in blocks]
    frame = pl.DataFrame({"part": rows["part_key"], "year": years}).with_columns(
        per_row(rows, stated, pl.Int16()).alias("stated"), per_row(rows, forms, pl.Int16()).alias("form")
    )
    if pl.concat([frame["year"].drop_nulls(), frame["stated"].drop_nulls()]).n_unique() < 2:
        return
    counts = frame.drop_nulls("year").group_by("part", "year").len("rows")
    common = counts.group_by("part").agg(
        pl.col("year").sort_by("rows", "year").last().alias("common"),
        (pl.col("rows").max() / pl.col("rows").sum()).alias("share"), pl.col("rows").sum().alias("all"),
    )  # fmt: skip
    judged = frame.join(common, on="part", how="left", maintain_order="left").select(
        "year",
        pl.when(pl.col("form").is_not_null()).then("form")
        .when((pl.col("common") == pl.col("stated")) & (pl.col("share") >= MOSTLY)).then("stated")
        .when(pl.col("stated").is_null() & (pl.col("share") >= NEARLY_ALL) & (pl.col("all") >= MANY)).then("common")
        .alias("own"),
    )  # fmt: skip
    at = (judged["year"] != judged["own"]).fill_null(False).arg_true()
    at = at.filter(~at.is_in(failing["index"].implode()))
    name = contract.year_from if contract.year_from and "program_year" not in rows.columns else "program_year"
    words = ("{}년", "{}") if name == "program_year" else ("{}년의 날짜", "a day of {}")
    own = judged[at].select(pl.format(words[0], "own").alias("ko"), pl.format(words[1], "own").alias("en"))
    report(name, failed(at, "W_OUT_OF_RANGE", own["ko"], own["en"], "warning"), False)


def _named_year(block: Block) -> int | None:
    """That of the sheet's name where the title says none, else that of the file's."""
    own = None if block.table.title_year else year_of_sheet(block.table.sheet)
    return own or year_in_file_name(block.candidate.file_name)


def _period(
    contract: Contract, rows: pl.DataFrame, blocks: list[Block], years: pl.Series, report: Report
) -> dict[str, pl.Series]:
    assert contract.period
    start, end = contract.period
    # A table without a column of its own for the end gives it with the start, or lacks the start.
    alone = per_row(rows, [end.name not in block.letters for block in blocks], pl.Boolean())
    bounds = [pl.col(start.name).alias("first"), pl.col(end.name).alias("last")]
    written = rows.select(bounds).with_columns(pl.all().replace(NOTHING, None))
    cast = cast_periods(written["first"], written["last"], years, not contract.year_from).hstack(
        written.with_columns(alone.alias("alone"))
    )
    apart = pl.col("last").is_not_null()
    # What the start's cell says of the end is told at that cell.
    codes = cast.select(
        pl.coalesce("start_code", pl.when(~apart).then("end_code")).alias("start"),
        pl.when(apart).then("end_code").alias("end"),
        pl.coalesce("last", "first", pl.when("alone").then(pl.lit("given with the start"))).alias("given"),
    )
    columns = {}
    for fld, bound, texts in ((start, "start", written["first"]), (end, "end", codes["given"])):
        columns[fld.name] = _report_cells(contract, fld, check_values(fld, cast[bound], codes[bound], texts), report)
    first, last = pl.col("start_weekday"), pl.col("end_weekday")
    for fld, code, where in (
        (start, "W_WEEKDAY_MISMATCH", first | (last & ~apart)),
        (end, "W_WEEKDAY_MISMATCH", last & apart),
        (start, "W_PERIOD_CROSSES_YEAR", pl.col("crosses") & ~apart),
        (end, "W_PERIOD_CROSSES_YEAR", pl.col("crosses") & apart),
    ):
        at = cast.select(where.fill_null(False).alias("at"))["at"].arg_true()
        report(fld.name, failed(at, code, severity="warning"), False)
    return columns


def _stated_codes(fld: ContractField, rows: pl.DataFrame, blocks: list[Block]) -> pl.Series:
    """The column, and where a cell is blank the one code by whose name the sheet goes or a line of the title ends.

    ``개최 계획(안)``, and not ``시행계획에 따른 개최 현황``.
    """

    def stated(block: Block) -> str | None:
        for lines in ([block.table.sheet or ""], block.table.title.splitlines()):
            ends = [re.sub(r"[\s()\[\]]|\(안\)|안\)$", "", line) for line in lines]
            named = {code for code, words in fld.values.items() for word in words for end in ends if end.endswith(word)}
            if named:
                return named.pop() if len(named) == 1 else None
        return None

    return rows[fld.name].fill_null(per_row(rows, [stated(block) for block in blocks], pl.String()))


def _score(
    fld: ContractField, rows: pl.DataFrame, blocks: list[Block], columns: dict[str, pl.Series]
) -> tuple[pl.Series, pl.DataFrame]:
    headers = per_row(rows, [block.table.score_scales.get(fld.name) for block in blocks], pl.String())
    scales = columns[fld.scale].fill_null(headers) if fld.scale else headers
    asked = pl.DataFrame({"text": rows[fld.name], "scale": scales.fill_null("")})

    def score_of(text: str) -> tuple[Any, str | None]:
        score, _, scale = text.rpartition("\0")
        return parse_score(score, scale or None)

    cast = by_distinct(asked.select(pl.format("{}\0{}", "text", "scale")).to_series(), score_of, pl.Float64())
    cast = ask_about(cast, find_misfits(rows[fld.name], scales, rows["part_key"], as_ratio=True))
    return check_values(fld, cast["value"], cast["code"], rows[fld.name])


def _misfits(fld: ContractField, rows: pl.DataFrame, blocks: list[Block]) -> pl.Series | None:
    """Scores among the numbers of a field that is given in per cent."""
    if fld.type != "number" or fld.unit != "%":
        return None
    scales = per_row(rows, [block.table.score_scales.get(fld.name) for block in blocks], pl.String())
    return find_misfits(rows[fld.name], scales, rows["part_key"], as_ratio=False)


def _term(
    contract: Contract,
    fld: ContractField,
    rows: pl.DataFrame,
    blocks: list[Block],
    columns: dict[str, pl.Series],
    years: pl.Series,
) -> tuple[pl.Series, pl.DataFrame]:
    cast = cast_plain(contract, fld, rows[fld.name])
    blank = rows[fld.name].is_null() | rows[fld.name].is_in(NOTHING)
    terms = pl.DataFrame({"own": cast["value"], "blank": blank.fill_null(True)}).with_columns(
        per_row(rows, [_stated_term(fld, block) for block in blocks], pl.Int16()).alias("said"),
        per_row(rows, [fld.name in block.letters for block in blocks], pl.Boolean()).alias("asked"),
        _term_of_dates(contract, fld, rows, columns).alias("dated"),
        by_distinct(rows[fld.name], lambda text: (year_of_term(text), None), pl.Int16())["value"].alias("year"),
    )
    # What can't be read is an error, not the title's or the date's; a blank where the form asks is no whole year.
    elsewhere = pl.coalesce("said", "dated")
    if fld.required:
        elsewhere = pl.when(~pl.col("asked")).then(elsewhere)
    value = pl.when(~pl.col("blank")).then("own").otherwise(elsewhere)
    several = pl.col("blank") & pl.col("said").eq_missing(SEVERAL_TERMS)
    missing = pl.col("blank") & value.is_null() & pl.col("asked") & pl.lit(fld.default is not None)
    other_year = (pl.col("year") != pl.lit(years)).fill_null(False)
    terms = terms.select(
        pl.when(~several & ~other_year).then(value).alias("value"),
        pl.coalesce(
            pl.lit(cast["code"]),
            pl.when(several | missing).then(pl.lit("E_REQUIRED_MISSING")),
            pl.when(other_year).then(pl.lit("E_YEAR_MISMATCH")),
        ).alias("code"),
    )
    return check_values(fld, terms["value"], terms["code"], rows[fld.name])


def _stated_term(fld: ContractField, block: Block) -> int | None:
    if not fld.said:
        return None
    texts = (block.table.title, block.table.sheet or "", block.candidate.file_name)
    found = next((term for text in texts if (term := stated_term(text, fld.terms)) is not None), None)
    # Dates tell the parts of what is of several; the whole year is a term only where the form knows it.
    if found == SEVERAL_TERMS and fld.from_date:
        return None
    return None if found == 0 and fld.default is None else found


def _term_of_dates(
    contract: Contract, fld: ContractField, rows: pl.DataFrame, columns: dict[str, pl.Series]
) -> pl.Series:
    """Where all of a table began in one term, that; else where all ended in one, that; else each row's own start.

    What went on all year says nothing of the term that a table is of.
    """
    if not fld.from_date:
        return pl.Series([None], dtype=pl.Int16).new_from_index(0, rows.height)
    start = columns[fld.from_date]
    end = columns[contract.period[1].name] if contract.period else start
    dated = pl.DataFrame({"part": rows["part_key"], "first": start, "last": end.fill_null(start)})
    term = [((pl.col(name).dt.month().cast(pl.Int16) - 1) // (12 // fld.terms) + 1) for name in ("first", "last")]
    days = (pl.col("last") - pl.col("first")).dt.total_days()
    spans = dated.with_columns(starts=term[0], ends=term[1], yearlong=days >= 364)
    of_part = spans.filter(~pl.col("yearlong")).group_by("part").agg(
        one_start=pl.col("starts").min().eq_missing(pl.col("starts").max()), start=pl.col("starts").min(),
        one_end=pl.col("ends").min().eq_missing(pl.col("ends").max()), end=pl.col("ends").min(),
    )  # fmt: skip
    return (
        spans.join(of_part, on="part", how="left", maintain_order="left")
        .select(pl.when("one_start").then("start").when("one_end").then("end").otherwise("starts"))
        .to_series()
    )


def _regions(
    contract: Contract, rows: pl.DataFrame, blocks: list[Block], years: pl.Series, report: Report
) -> pl.DataFrame:
    fields = contract.region_fields
    names = [fld.name for fld in fields]
    mapped = pl.DataFrame({name: per_row(rows, [name in b.letters for b in blocks], pl.Boolean()) for name in names})
    # Where a table has no column for a place, another field of it may tell the place.
    elsewhere = {
        fld.name: pl.when(~mapped.get_column(fld.name)).then(rows[fld.from_field]) for fld in fields if fld.from_field
    }
    texts = rows.select(pl.coalesce(name, elsewhere[name]) if name in elsewhere else name for name in names)
    codes, failures = resolve_places(contract, texts.with_columns(pl.all().replace(DASHES, None)), years, mapped)
    for fld in fields:
        rejects = any(own.required for own in fields)
        failing = failures[fld.name]
        if fld.from_field:
            own = mapped[fld.name].gather(failing["index"])
            report(fld.from_field, failing.filter(~own), rejects)
            failing = failing.filter(own)
        report(fld.name, failing, rejects)
    return codes
