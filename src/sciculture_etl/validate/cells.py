"""Cells: texts of one field → typed values, and the cells that fail with the code that says why."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import polars as pl

from sciculture_etl.contracts import Contract, ContractField
from sciculture_etl.header_text import MIDDLE_DOTS
from sciculture_etl.tables.spelling import normalise_header
from sciculture_etl.validate.dates import (
    ParsedPeriod,
    parse_day,
    parse_ordinal,
    parse_period,
    parse_term,
)
from sciculture_etl.validate.expected import blank_advice, bounds_of, expected
from sciculture_etl.validate.numbers import NONE_SIGNS, cast_numbers

FIRST_YEAR = 2000
LIST_SIGNS = re.compile(r"[,/·;；，、|\n\r]+")
ET_CETERA = re.compile(r"(?:^|\s)등\.?$")
PERIOD_CODES = ["start_code", "end_code"]
PERIOD_WARNINGS = ["start_weekday", "end_weekday", "crosses"]
ANY_YEAR = 2020  # a leap year: what could be a date in it could be one in some year
Parsed = tuple[Any, str | None]  # value, code
STATED_TWICE = re.compile(r"^([^()（）]+)[(（]([^()（）]+)[)）]$")  # 업무협약(MOU), 미국(US)
NO_ITEM = ("-", "–", "—", "없음", "해당없음", "해당 없음")
DITTO = ["〃", "″", "''", '"', "상동", "위와 같음", "위와같음"]  # what stands above is not guessed
CELL_ERRORS = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"]
DASHES = ["-", "–", "—"]
NOTHING = [*DASHES, *DITTO]  # in a column that holds no number: nothing to tell
# Failing cells of one field: index (row of the batch), code, and what was expected in both languages.
FAILED = {
    "index": pl.UInt32,
    "code": pl.String,
    "severity": pl.String,
    "expected_ko": pl.String,
    "expected_en": pl.String,
}


def failed(
    index: pl.Series, code: str | pl.Series, ko: str | pl.Series = "", en: str | pl.Series = "", severity: str = "error"
) -> pl.DataFrame:
    """Failing cells as a frame of ``FAILED``."""
    frame = pl.DataFrame({"index": index}).with_columns(
        pl.lit(code).alias("code"), pl.lit(severity).alias("severity"),
        pl.lit(ko).alias("expected_ko"), pl.lit(en).alias("expected_en"),
    )  # fmt: skip
    return frame.cast(dict(FAILED))  # type: ignore[arg-type]


def by_distinct(texts: pl.Series, parse: Callable[[str], Any], dtype: pl.DataType) -> pl.DataFrame:
    """Texts → value, code; ``parse`` gives (value, code) and is called once a distinct text."""
    distinct = texts.drop_nulls().unique()
    outcomes = [parse(text) for text in distinct]
    looked_up = pl.DataFrame(
        {"text": distinct, "value": [value for value, _ in outcomes], "code": [code for _, code in outcomes]},
        schema={"text": pl.String, "value": dtype, "code": pl.String},
    )
    joined = texts.alias("text").to_frame().join(looked_up, on="text", how="left", maintain_order="left")
    return joined.select("value", "code")


def tidy_texts(texts: pl.Series) -> pl.Series:
    """NFC, line breaks and runs of white space to one space, null for dashes and a spreadsheet's errors.

    Codes of digits become what they were before a program took them for a number (``1001.0``) or marked them as text
    (``'0012``).
    """
    distinct = texts.drop_nulls().unique().alias("text").to_frame()
    tidy = (
        pl.col("text").str.normalize("NFC").str.replace_all(r"\s+", " ")
        .str.replace(r"^(\d{1,15})\.0$", "${1}").str.replace(r"^'(\d[\d.,-]*)$", "${1}")
    )  # fmt: skip
    meant = pl.when(~tidy.is_in([*NOTHING, *CELL_ERRORS])).then(tidy)
    changed = distinct.with_columns(meant.alias("tidy")).filter(pl.col("text").ne_missing(pl.col("tidy")))
    return texts.replace(changed["text"], changed["tidy"]) if changed.height else texts


@lru_cache(maxsize=512)
def _codes(contract: Contract, name: str) -> dict[str, str]:
    fld = contract.fields[name]
    return {normalise_header(s): code for code, spellings in fld.values.items() for s in [code, *spellings]}


def _is_without_value(fld: ContractField, text: str) -> bool:
    return text in NOTHING and not fld.required


def cast_plain(contract: Contract, fld: ContractField, texts: pl.Series) -> pl.DataFrame:
    """Texts of an enum, term, ordinal or list field → value, code."""
    if fld.type == "enum":
        codes = _codes(contract, fld.name)

        def code_of(text: str) -> Parsed:
            known = codes.get(normalise_header(text))
            if known is None and (twice := STATED_TWICE.match(text)):
                codes_found = {codes.get(normalise_header(part)) for part in twice.groups()}
                known = codes_found.pop() if len(codes_found) == 1 else None
            return known, None if known or text in NOTHING else "E_CODE_UNKNOWN"

        return by_distinct(texts, code_of, pl.String())
    if fld.type == "list":
        return by_distinct(texts, lambda text: (split_list(text), None), pl.List(pl.String))

    def number_of(text: str) -> Parsed:
        number = parse_term(text, fld.terms) if fld.type == "term" else parse_ordinal(text)
        return number, None if number is not None or _is_without_value(fld, text) else "E_NOT_A_NUMBER"

    return by_distinct(texts, number_of, pl.Int16())


def split_list(text: str) -> list[str] | None:
    """``과학기술정보통신부, 국립중앙과학관 등`` → both, in order; None where nothing is listed."""
    parts = (
        " ".join(part.split()) for part in LIST_SIGNS.split(unicodedata.normalize("NFC", text.translate(MIDDLE_DOTS)))
    )
    items = [part for part in (ET_CETERA.sub("", part).strip() for part in parts) if part and part not in NO_ITEM]
    return items or None


def cast_dates(texts: pl.Series, years: pl.Series, month: str | None = None, is_reported: bool = False) -> pl.DataFrame:
    """Single dates → start (Date), code.

    What ``3.2`` means depends on the row's own program year.

    Args:
        is_reported: whether a year that is unknown was told of already; the date is then no second mistake.
    """

    def date_of(dated: str) -> Parsed:
        text, _, year = dated.rpartition("\0")
        if text in NOTHING:
            return None, None
        parsed = parse_day(text, int(year) or None, month)
        if is_reported and parsed.code and year == "0" and not parse_day(text, ANY_YEAR, month).code:
            return None, None
        return parsed.start, parsed.code or parsed.warning

    dated = pl.DataFrame({"text": texts, "year": years.fill_null(0)}).select(pl.format("{}\0{}", "text", "year"))
    return by_distinct(dated.to_series(), date_of, pl.Date()).rename({"value": "start"})


def cast_periods(starts: pl.Series, ends: pl.Series, years: pl.Series, is_reported: bool = False) -> pl.DataFrame:
    """Pairs of cells, of which the first may hold both dates → start, end (Date), start_code, end_code.

    Start_weekday, end_weekday, crosses.

    Args:
        is_reported: as with ``cast_dates``.
    """

    def period_of(text: str, tail: str | None, year: int | None) -> ParsedPeriod:
        parsed = parse_period(text, year, tail)
        unstated = is_reported and year is None and parsed.code
        return ParsedPeriod() if unstated and not parse_period(text, ANY_YEAR, tail).code else parsed

    asked = pl.DataFrame({"text": starts, "tail": ends, "year": years}).with_columns(
        pl.col("text", "tail").replace(NOTHING, None)
    )
    distinct = asked.unique().filter(pl.col("text").is_not_null() | pl.col("tail").is_not_null())
    parsed = [period_of(text or tail, tail if text else None, year) for text, tail, year in distinct.iter_rows()]
    looked_up = distinct.with_columns(
        pl.Series("start", [p.start for p in parsed], pl.Date),
        pl.Series("end", [p.end for p in parsed], pl.Date),
        *(pl.Series(name, [getattr(p, name) for p in parsed], pl.String) for name in PERIOD_CODES),
        *(pl.Series(name, [getattr(p, name) for p in parsed], pl.Boolean) for name in PERIOD_WARNINGS),
    ).with_columns(
        # An end alone tells no start.
        pl.when(pl.col("text").is_not_null()).then("start").alias("start"),
    )
    return asked.join(
        looked_up, on=["text", "tail", "year"], how="left", nulls_equal=True, maintain_order="left"
    ).select("start", "end", *PERIOD_CODES, *PERIOD_WARNINGS)


def cast_field(
    contract: Contract,
    fld: ContractField,
    texts: pl.Series,
    years: pl.Series,
    scales: pl.Series | None,
    misfits: pl.Series | None = None,
    tables: pl.Series | None = None,
) -> tuple[pl.Series, pl.DataFrame]:
    """Typed values of one field that needs no other, and its failing cells (``FAILED``).

    Args:
        texts: raw, null = blank.
        misfits: which of them are asked about, since they hardly are what the column is of.
        tables: the table of each.
    """
    if fld.type == "text":
        return check_values(fld, tidy_texts(texts), None, texts)
    if fld.is_measure:
        cast = ask_about(cast_numbers(texts, fld, scales), misfits)
    elif fld.type == "date":
        cast = cast_dates(texts, years, fld.month, not contract.year_from).rename({"start": "value"})
    else:
        cast = cast_plain(contract, fld, texts)
    return check_values(fld, cast["value"], cast["code"], texts, tables)


def ask_about(cast: pl.DataFrame, misfits: pl.Series | None) -> pl.DataFrame:
    """Casts (value, code) without those that don't fit their unit."""
    if misfits is None or not misfits.any():
        return cast
    misfit = pl.lit(misfits) & pl.col("code").is_null()
    return cast.with_columns(
        pl.when(~misfit).then("value").alias("value"),
        pl.when(misfit).then(pl.lit("E_UNIT_MISMATCH")).otherwise("code").alias("code"),
    )


def check_values(
    fld: ContractField,
    values: pl.Series,
    codes: pl.Series | None,
    texts: pl.Series,
    tables: pl.Series | None = None,
) -> tuple[pl.Series, pl.DataFrame]:
    """What the field's own rules say of values that were cast from texts.

    In a measure that isn't required, "not available" and "withheld" are NULL with a remark and no error.

    Args:
        codes: why a cell has none.
    """
    failures: list[pl.DataFrame] = []
    if codes is not None and codes.null_count() < codes.len():
        at = codes.is_not_null().arg_true()
        found = codes.gather(at)
        quiet = found.is_in(["E_NOT_AVAILABLE", "E_SUPPRESSED"]) & (not fld.required)
        warned = found.str.starts_with("W_")
        for mask, severity in ((~quiet & ~warned, "error"), (quiet, "info"), (warned, "warning")):
            if mask.any():
                wrong = at.filter(mask)
                asked = expected(fld, texts.gather(wrong), None if tables is None else tables.gather(wrong))
                failures.append(failed(wrong, found.filter(mask), *asked, severity))
    blank = values.is_null() & (texts.is_null() | texts.is_in(NOTHING) | (fld.type == "text"))
    if codes is not None:
        blank = blank & codes.is_null()
    if fld.default is not None:
        values = pl.select(pl.when(pl.lit(blank)).then(pl.lit(fld.default)).otherwise(pl.lit(values))).to_series()
    elif fld.required and blank.any():
        failures.append(failed(blank.arg_true(), "E_REQUIRED_MISSING", *blank_advice(fld)))
    if bounds := bounds_of(fld):
        low, high = bounds
        if low > 0 and fld.type in ("count", "money") and not fld.required:
            # Where there can't be none, a dash tells nothing.
            values = values.set(texts.is_in(NONE_SIGNS).fill_null(False), None)
        outside = ((values < low) | (values > high)).fill_null(False)
        if outside.any():
            failures.append(failed(outside.arg_true(), "E_OUT_OF_RANGE", *expected(fld, texts.filter(outside))))
            values = values.set(outside, None)
    if fld.pattern:
        unlike = (~values.str.contains(f"^(?:{fld.pattern})$")).fill_null(False)
        if unlike.any():
            failures.append(failed(unlike.arg_true(), "E_CODE_UNKNOWN", *expected(fld, texts.filter(unlike))))
            values = values.set(unlike, None)
    return values.alias(fld.name), pl.concat([pl.DataFrame(schema=FAILED), *failures])


def squeeze_name(text: str) -> str:
    """A name for comparison: NFKC, without white space and legal form ((주), ㈜, (사), (재), 사단법인 …)."""
    normal = "".join(unicodedata.normalize("NFKC", text).split())
    for form in ("(주)", "(사)", "(재)", "주식회사", "사단법인", "재단법인"):
        normal = normal.replace(form, "")
    return normal.lower()
