"""Raw rows of a batch → typed columns, field by field in the order in which they need each other."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from sciculture_etl.contracts import Contract, ContractField
from sciculture_etl.validate.blocks import Block, per_row
from sciculture_etl.validate.cells import (
    DASHES,
    NOTHING,
    ask_about,
    by_distinct,
    cast_field,
    cast_periods,
    check_values,
    failed,
)
from sciculture_etl.validate.declared import Report
from sciculture_etl.validate.region_cells import resolve_places
from sciculture_etl.validate.scores import find_misfits, parse_score
from sciculture_etl.validate.terms import cast_terms
from sciculture_etl.validate.years import cast_years


def cast_rows(contract: Contract, rows: pl.DataFrame, blocks: list[Block], report: Report) -> pl.DataFrame:
    """Cast raw texts to the columns of a contract.

    Args:
        rows: raw texts by field, ``part_key`` the index of their block → program_year and the contract's columns in
            their order. Failing cells go to ``tell``.
    """
    years = cast_years(contract, rows, blocks, report)
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
            columns[name] = cast_terms(contract, fld, rows, blocks, columns, years, report)
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
