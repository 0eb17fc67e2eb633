"""Raw rows of a batch → typed columns, field by field in the order in which they need each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from sciculture_etl.contracts import Contract, ContractField
from sciculture_etl.read.titles import said_term, year_in_file_name
from sciculture_etl.validate.blocks import Block, per_row
from sciculture_etl.validate.cells import (
    by_distinct,
    cast_dates,
    cast_field,
    cast_periods,
    cast_plain,
    cast_years,
    check_values,
)
from sciculture_etl.validate.places import resolve_places
from sciculture_etl.validate.scores import parse_score

Tell = Callable[[str, pl.DataFrame, bool], None]  # field, failing cells (``cells.FAILED``), whether errors reject


def cast_rows(contract: Contract, rows: pl.DataFrame, blocks: list[Block], tell: Tell) -> pl.DataFrame:
    """rows: raw texts by field, ``part_key`` the index of their block → program_year and the contract's columns in
    their order. Failing cells go to ``tell``."""
    years = _years(contract, rows, blocks, tell)
    columns = dict.fromkeys(contract.fields, rows["part_key"])  # keeps the contract's order; each is replaced below
    if contract.period:
        columns |= _period(contract, rows, blocks, years, tell)
    done = {fld.name for fld in contract.period or ()}
    for name, fld in contract.fields.items():
        if fld.type == "region":
            columns[name] = rows[name].alias(name)
        elif fld.type not in ("score", "term") and name not in done:
            scales = rows[f"scale:{name}"] if f"scale:{name}" in rows.columns else None
            columns[name] = _told(contract, fld, cast_field(contract, fld, rows[name], years, scales), tell)
    for name, fld in contract.fields.items():
        if fld.type == "score":
            columns[name] = _told(contract, fld, _score(fld, rows, blocks, columns), tell)
        elif fld.type == "term":
            columns[name] = _told(contract, fld, _term(contract, fld, rows, blocks, columns), tell)
    typed = pl.DataFrame(list(columns.values()))
    if contract.region_fields:
        typed = typed.hstack(_regions(contract, rows, blocks, years, tell))
    return typed.with_columns(years.alias("program_year"))


def _told(contract: Contract, fld: ContractField, cast: tuple[pl.Series, pl.DataFrame], tell: Tell) -> pl.Series:
    values, failing = cast
    # A row of which it can't be told what part of the year it belongs to would replace the wrong one.
    tell(fld.name, failing, fld.required or fld.name in contract.partition)
    return values


def _years(contract: Contract, rows: pl.DataFrame, blocks: list[Block], tell: Tell) -> pl.Series:
    titles = per_row(rows, [block.table.title_year for block in blocks], pl.Int32())
    names = per_row(rows, [year_in_file_name(block.candidate.file_name) for block in blocks], pl.Int32())
    own = rows["program_year"] if "program_year" in rows.columns else None
    dates = None
    if contract.year_from:
        unknown = pl.Series([None], dtype=pl.Int16).new_from_index(0, rows.height)
        dates = cast_dates(rows[contract.year_from], unknown)["start"].dt.year().cast(pl.Int32)
        if contract.period and contract.year_from == contract.period[0].name:
            end = rows[contract.period[1].name]
            dates = cast_periods(rows[contract.year_from], end, unknown)["start"].dt.year().cast(pl.Int32)
    years, failing = cast_years(own, titles, names, dates)
    if contract.year_from:
        # The date's own finding tells why the year is unknown.
        failing = failing.filter(pl.col("code") != "E_REQUIRED_MISSING")
    tell("program_year", failing, True)
    return years


def _period(
    contract: Contract, rows: pl.DataFrame, blocks: list[Block], years: pl.Series, tell: Tell
) -> dict[str, pl.Series]:
    assert contract.period
    start, end = contract.period
    # A table without a column of its own for the end gives it with the start, or lacks the start.
    alone = per_row(rows, [end.name not in block.letters for block in blocks], pl.Boolean())
    written = rows.select(pl.col(start.name).alias("first"), pl.col(end.name).alias("last"))
    cast = cast_periods(written["first"], written["last"], years).hstack(written.with_columns(alone.alias("alone")))
    apart = pl.col("last").is_not_null()
    # What the start's cell says of the end is told at that cell.
    told = cast.select(
        pl.coalesce("start_code", pl.when(~apart).then("end_code"), "warning").alias("start"),
        pl.when(apart).then("end_code").alias("end"),
        pl.coalesce("last", "first", pl.when("alone").then(pl.lit("given with the start"))).alias("given"),
    )
    columns = {}
    for fld, bound, texts in ((start, "start", written["first"]), (end, "end", told["given"])):
        columns[fld.name] = _told(contract, fld, check_values(fld, cast[bound], told[bound], texts), tell)
    return columns


def _score(
    fld: ContractField, rows: pl.DataFrame, blocks: list[Block], columns: dict[str, pl.Series]
) -> tuple[pl.Series, pl.DataFrame]:
    headers = per_row(rows, [block.table.score_scales.get(fld.name) for block in blocks], pl.String())
    said = columns[fld.scale].fill_null(headers) if fld.scale else headers
    asked = pl.DataFrame({"text": rows[fld.name], "scale": said.fill_null("")})

    def score_of(text: str) -> tuple[Any, str | None]:
        score, _, scale = text.rpartition("\0")
        return parse_score(score, scale or None)

    cast = by_distinct(asked.select(pl.format("{}\0{}", "text", "scale")).to_series(), score_of, pl.Float64())
    return check_values(fld, cast["value"], cast["code"], rows[fld.name])


def _term(
    contract: Contract, fld: ContractField, rows: pl.DataFrame, blocks: list[Block], columns: dict[str, pl.Series]
) -> tuple[pl.Series, pl.DataFrame]:
    cast = cast_plain(contract, fld, rows[fld.name])
    otherwise = pl.Series([None], dtype=pl.Int16).new_from_index(0, rows.height)
    if fld.said:
        told = [said_term(b.table.title, fld.terms) or said_term(b.candidate.file_name, fld.terms) for b in blocks]
        otherwise = per_row(rows, told, pl.Int16())
    if fld.from_date:
        months = columns[fld.from_date].dt.month().cast(pl.Int16)
        otherwise = otherwise.fill_null((months - 1) // (12 // fld.terms) + 1)
    # What can't be read is an error, not the title's or the date's.
    blank = rows[fld.name].is_null()
    values = pl.select(pl.when(pl.lit(blank)).then(pl.lit(otherwise)).otherwise(pl.lit(cast["value"]))).to_series()
    return check_values(fld, values, cast["code"], rows[fld.name])


def _regions(contract: Contract, rows: pl.DataFrame, blocks: list[Block], years: pl.Series, tell: Tell) -> pl.DataFrame:
    names = [fld.name for fld in contract.region_fields]
    mapped = pl.DataFrame({name: per_row(rows, [name in b.letters for b in blocks], pl.Boolean()) for name in names})
    codes, failures = resolve_places(contract, rows.select(names), years, mapped)
    for fld in contract.region_fields:
        tell(fld.name, failures[fld.name], any(own.required for own in contract.region_fields))
    return codes
