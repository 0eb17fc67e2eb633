"""Satisfaction scores on whatever scale they were asked → a scale of 100."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

import polars as pl

from sciculture_etl.validate.numbers import parse_number

SCALES = ("%", "ratio", "5", "7", "10", "100")
OWN_SCALE = re.compile(r"^(.+?)\s?점?\s?[/(]\s?(5|7|10|100)\s?점?\s?(?:만점|척도)?\s?\)?$")
PERCENT = re.compile(r"%|퍼센트")


BARE_SCORE = r"^(\d{1,3}(?:\.\d+)?)\s?점?$"
FAR_BELOW = 5  # times that a score may lie below half of its column before it is asked about
LOW = 10


def find_misfits(texts: pl.Series, scales: pl.Series, tables: pl.Series, as_ratio: bool) -> pl.Series:
    """Per row whether a score doesn't fit its scale, seen beside the others of its column, so that it is asked about.

    4.5 under 만족도(%) may be of five; 0.892 beside 89.2 a share or hardly anything. Below 1 no scale of points begins.

    Args:
        texts: as written; one that says its scale itself fits it.
        scales: one of ``SCALES`` a row, null where none is said.
        tables: the table of each.
        as_ratio: whether a column of nothing but shares is read as such.
    """
    frame = pl.DataFrame({"text": texts, "scale": scales, "table": tables}).select(
        pl.col("text").str.extract(BARE_SCORE).cast(pl.Float64).alias("value"), "scale", "table"
    )
    of_hundred = pl.col("scale").is_null() | pl.col("scale").is_in(["%", "100"])
    frame = frame.with_columns(pl.when((pl.col("value") > 0) & of_hundred).then("value").alias("percent"))
    value = pl.col("percent")
    middle, most = value.median().over("table"), value.max().over("table")
    share = (value <= 1) & ((most > LOW) if as_ratio else True)
    low = (value > 1) & (value <= LOW) & ((most <= LOW) | (value * FAR_BELOW < middle))
    points = pl.col("scale").is_in(["5", "7", "10"]) & (pl.col("value") > 0) & (pl.col("value") < 1)
    return frame.select((share | low).fill_null(False) | points.fill_null(False)).to_series()


def parse_score(text: str, scale: str | None) -> tuple[float | None, str | None]:
    """One cell → (score of 100, code).

    A scale of 100 includes percent. What the cell says itself counts before that: ``89.2%``, ``4.46점/5점``. Where
    nothing says it, 0 to 1 is a share, above 10 stands as it is, and what lies between could be of any scale:
    E_UNIT_MISMATCH.

    Args:
        scale: that of the row or header, one of ``SCALES``, None where none is said.
    """
    normal = " ".join(unicodedata.normalize("NFKC", text).split())
    own = OWN_SCALE.match(normal)
    if own:
        normal, scale = own[1], own[2]
    elif PERCENT.search(normal):
        own, scale = PERCENT.search(normal), "%"
    parsed = parse_number(normal, "number", ("%", "퍼센트", "점"))
    if parsed.value is None:
        return None, parsed.code
    try:
        value = Decimal(PERCENT.sub("", normal).replace("점", "").replace(",", "").strip())
    except InvalidOperation:
        value = Decimal(str(parsed.value))
    if scale is None:
        scale = "ratio" if value <= 1 else "100" if value > 10 else None
        if scale is None:
            return None, "E_UNIT_MISMATCH"
    if scale in ("%", "100") and value <= 1 and not own:
        scale = "ratio"  # a spreadsheet's 89.2 % comes as 0.892
    whole = Decimal({"ratio": 1, "%": 100}.get(scale) or int(scale))
    if value > whole:
        return None, "E_OUT_OF_RANGE"
    return float(value * 100 / whole), None
