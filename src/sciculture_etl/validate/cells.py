"""Cells: texts of one field → typed values, and the cells that fail with the code that says why."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import polars as pl

from sciculture_etl.contracts import Contract, ContractField
from sciculture_etl.read.headers import normalise_header
from sciculture_etl.validate.dates import parse_date, parse_term, parse_year
from sciculture_etl.validate.numbers import cast_numbers

FIRST_YEAR = 2000
NOTHING = ["-", "–", "—"]  # in a column that holds no number: nothing to tell
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
    """texts → value, code; ``parse`` gives (value, code) and is called once a distinct text."""
    distinct = texts.drop_nulls().unique()
    outcomes = [parse(text) for text in distinct]
    looked_up = pl.DataFrame(
        {"text": distinct, "value": [value for value, _ in outcomes], "code": [code for _, code in outcomes]},
        schema={"text": pl.String, "value": dtype, "code": pl.String},
    )
    joined = texts.alias("text").to_frame().join(looked_up, on="text", how="left", maintain_order="left")
    return joined.select("value", "code")


def tidy_texts(texts: pl.Series) -> pl.Series:
    """NFC, line breaks and runs of white space to one space, dashes that mean nothing to null."""
    distinct = texts.drop_nulls().unique().alias("text").to_frame()
    tidy = pl.col("text").str.normalize("NFC").str.replace_all(r"\s+", " ")
    meant = pl.when(~tidy.is_in(NOTHING)).then(tidy)
    changed = distinct.with_columns(meant.alias("tidy")).filter(pl.col("text").ne_missing(pl.col("tidy")))
    return texts.replace(changed["text"], changed["tidy"]) if changed.height else texts


@lru_cache(maxsize=512)
def _codes(contract: Contract, name: str) -> dict[str, str]:
    fld = contract.fields[name]
    return {normalise_header(s): code for code, spellings in fld.values.items() for s in [code, *spellings]}


def _says_nothing(fld: ContractField, text: str) -> bool:
    return text in NOTHING and not fld.required


def _cast_plain(contract: Contract, fld: ContractField, texts: pl.Series, years: pl.Series) -> pl.DataFrame:
    if fld.type == "enum":
        codes = _codes(contract, fld.name)

        def code_of(text: str) -> tuple[str | None, str | None]:
            if text in NOTHING:
                return None, None
            known = codes.get(normalise_header(text))
            return known, None if known else "E_CODE_UNKNOWN"

        return by_distinct(texts, code_of, pl.String())
    if fld.type == "term":

        def term_of(text: str) -> tuple[int | None, str | None]:
            term = parse_term(text)
            return term, None if term is not None or _says_nothing(fld, text) else "E_NOT_A_NUMBER"

        return by_distinct(texts, term_of, pl.Int16())

    def date_of(dated: str) -> tuple[Any, str | None]:
        text, _, year = dated.rpartition("\0")
        if _says_nothing(fld, text):
            return None, None
        parsed = parse_date(text, int(year) or None)
        return parsed.start, parsed.code or parsed.warning

    # What is meant by 연중 depends on the row's own year.
    dated = pl.DataFrame({"text": texts, "year": years.fill_null(0)}).select(pl.format("{}\0{}", "text", "year"))
    return by_distinct(dated.to_series(), date_of, pl.Date())


def _expected(fld: ContractField) -> tuple[str, str]:
    if fld.values:
        first = ", ".join(spellings[0] for spellings in fld.values.values())
        return first, first
    if fld.pattern:
        return f"형식 {fld.pattern}", f"format {fld.pattern}"
    if fld.between:
        low, high = (f"{bound:,.10g}" for bound in fld.between)
        return f"{low}~{high} 사이", f"between {low} and {high}"
    return "", ""


def cast_field(
    contract: Contract, fld: ContractField, texts: pl.Series, years: pl.Series, scales: pl.Series | None
) -> tuple[pl.Series, pl.DataFrame]:
    """Typed values of one field (not region) and its failing cells (``FAILED``). texts: raw, null = blank.

    In a measure that isn't required, "not available" and "withheld" are NULL with a remark and no error.
    """
    failures: list[pl.DataFrame] = []
    if fld.type == "text":
        values, codes = tidy_texts(texts), None
    else:
        cast = cast_numbers(texts, fld, scales) if fld.is_measure else _cast_plain(contract, fld, texts, years)
        values, codes = cast["value"], cast["code"]
    ko, en = _expected(fld)
    if codes is not None and codes.null_count() < codes.len():
        at = codes.is_not_null().arg_true()
        found = codes.gather(at)
        quiet = found.is_in(["E_NOT_AVAILABLE", "E_SUPPRESSED"]) & (not fld.required)
        warned = found.str.starts_with("W_")
        for mask, severity in ((~quiet & ~warned, "error"), (quiet, "info"), (warned, "warning")):
            if mask.any():
                failures.append(failed(at.filter(mask), found.filter(mask), ko, en, severity))
    if fld.default is not None:
        values = (
            values.set(texts.is_null(), fld.default) if values.dtype != pl.String else values.fill_null(fld.default)
        )
    elif fld.required:
        blank = texts.is_null() if fld.type != "text" else values.is_null()
        if blank.any():
            failures.append(failed(blank.arg_true(), "E_REQUIRED_MISSING"))
    if fld.between:
        low, high = fld.between
        outside = ((values < low) | (values > high)).fill_null(False)
        if outside.any():
            failures.append(failed(outside.arg_true(), "E_OUT_OF_RANGE", ko, en))
            values = values.set(outside, None)
    if fld.pattern:
        unlike = (~values.str.contains(f"^(?:{fld.pattern})$")).fill_null(False)
        if unlike.any():
            failures.append(failed(unlike.arg_true(), "E_CODE_UNKNOWN", ko, en))
    return values.alias(fld.name), pl.concat([pl.DataFrame(schema=FAILED), *failures])


def cast_years(column: pl.Series | None, titles: pl.Series, names: pl.Series) -> tuple[pl.Series, pl.DataFrame]:
    """Program year of each row and the rows where it fails.

    column: the file's own year column (raw) or None; titles, names: the year that title row and file name say. The
    column counts, then the title, then the name; column and title must agree, and so must title and name where there
    is no column.
    """
    blank = pl.Series([None], dtype=pl.Int32).new_from_index(0, titles.len())
    own, bad = blank, blank.is_not_null()
    if column is not None:
        cast = by_distinct(column, lambda text: (parse_year(text), None), pl.Int32())
        own = cast["value"]
        bad = own.is_null() & column.is_not_null()
    frame = pl.DataFrame({"own": own, "title": titles, "name": names})
    latest = datetime.now(UTC).year + 1
    judged = frame.select(
        pl.coalesce("own", "title", "name").cast(pl.Int16).alias("program_year"),
        ((pl.col("own") != pl.col("title")) | (pl.col("own").is_null() & (pl.col("title") != pl.col("name"))))
        .fill_null(False)
        .alias("disagree"),
    )
    years = judged["program_year"]
    failures = [pl.DataFrame(schema=FAILED)]
    if bad.any():
        failures.append(failed(bad.arg_true(), "E_NOT_A_NUMBER"))
    if (missing := years.is_null() & ~bad).any():
        failures.append(failed(missing.arg_true(), "E_REQUIRED_MISSING"))
    if (disagree := judged["disagree"]).any():
        said = [pl.col("title").fill_null(0), pl.col("name").fill_null(0)]
        told = frame.filter(disagree).select(
            pl.format("제목 줄 {} · 파일 이름 {}", *said).alias("ko"),
            pl.format("title {} · file name {}", *said).alias("en"),
        )
        failures.append(failed(disagree.arg_true(), "E_YEAR_MISMATCH", told["ko"], told["en"]))
    outside = ((years < FIRST_YEAR) | (years > latest)).fill_null(False)
    if outside.any():
        bounds = f"{FIRST_YEAR}~{latest}"
        failures.append(failed(outside.arg_true(), "E_OUT_OF_RANGE", f"{bounds} 사이", f"within {bounds}"))
    return years, pl.concat(failures)


def squeeze_name(text: str) -> str:
    """A name for comparison: NFKC, without white space and legal form ((주), ㈜, (사), (재), 사단법인 …)."""
    normal = "".join(unicodedata.normalize("NFKC", text).split())
    for form in ("(주)", "(사)", "(재)", "주식회사", "사단법인", "재단법인"):
        normal = normal.replace(form, "")
    return normal.lower()
