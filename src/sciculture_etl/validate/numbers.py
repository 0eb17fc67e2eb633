"""Numbers as people write them.

``parse_number`` is the one definition. ``cast_numbers`` gives the same for a whole column: what is written plainly is
cast at once, and only the distinct texts that remain are parsed one by one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import polars as pl

from sciculture_etl.contracts import ContractField
from sciculture_etl.tables.titles import MONEY_SCALE

UNITS = (
    "명",
    "인",
    "회",
    "개",
    "개소",
    "곳",
    "건",
    "팀",
    "원",
    "%",
    "천원",
    "만원",
    "백만원",
    "억원",
    "점",
    "차시",
    "반",
    "강좌",
    "일",
)
QUOTED_TEXT = re.compile(r"^'(?=[\d+\-])")  # how a spreadsheet marks digits as text
SUPERSCRIPT = re.compile(r"(?<![¹²³⁴⁵⁶⁷⁸⁹⁰])[¹²³⁴⁵⁶⁷⁸⁹⁰]+[⁾)]?$")
SIGN_AFTER = re.compile(r"(?<=[\d%가-힣])\s*(?:\*+\)?|†|‡)$")
NOTE_AFTER = re.compile(r"^([^()]+)\d\)$")
DIGIT = re.compile(r"\d")
APPROXIMATE = re.compile(
    r"약|여\s?(?:명|인|회|개|건|팀|원|곳)|\d여$|내외|이상|이하|미만|미정|가량|정도|추정|예정|안팎|[~∼～]"
)
NUMBER = re.compile(
    r"^([+\-−△▲]?)\s*(\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(\.\d+)?(?:[eE]([+-]?\d{1,3}))?\s*([^\d\s.,]*)$"
)
NONE_SIGNS = ("-", "–", "—", "−", "―", "없음", "해당없음", "해당 없음")
PLAIN = r"^\d+(?:\.\d+)?$"
MAX_CHARACTERS = 80  # characters of a number, its unit included
EXACT = 2**53  # up to here every whole number is one number


@dataclass(frozen=True)
class ParsedNumber:
    """value is None where code says why, and where the text means nothing was reported."""

    value: float | None = None
    code: str | None = None


def parse_number(text: str, kind: str, units: tuple[str, ...]) -> ParsedNumber:
    """One cell's text (not blank, stripped) → number.

    A money text with its own unit (3천원) is scaled to KRW; the unit of title or header is the caller's to apply, and
    is not applied to such a text.

    Args:
        kind: count, money or number.
        units: the column's own.
    """
    if text.startswith("="):
        return ParsedNumber(code="E_NOT_A_NUMBER")  # a formula, whatever words stand in it
    bare = SIGN_AFTER.sub("", SUPERSCRIPT.sub("", QUOTED_TEXT.sub("", text.strip())))
    bare = " ".join(unicodedata.normalize("NFKC", bare).split())
    if bare in NONE_SIGNS:
        return ParsedNumber(None if kind == "number" else 0)
    if bare in ("...", "..", "…"):
        return ParsedNumber(code="E_NOT_AVAILABLE")
    if bare in ("x", "X", "*") or (not bare and text.strip() == "*"):
        return ParsedNumber(code="E_SUPPRESSED")
    if (noted := NOTE_AFTER.match(bare)) and DIGIT.search(noted[1]):
        bare = noted[1].strip()
    found = NUMBER.match(bare) if len(bare) <= MAX_CHARACTERS else None
    if not found:
        return ParsedNumber(code="E_APPROXIMATE" if APPROXIMATE.search(bare) else "E_NOT_A_NUMBER")
    sign, whole, fraction, exponent, unit = found.groups()
    if unit and unit not in units and not (kind == "money" and unit in MONEY_SCALE):
        if APPROXIMATE.search(bare):
            return ParsedNumber(code="E_APPROXIMATE")
        return ParsedNumber(code="E_UNIT_MISMATCH" if unit in UNITS else "E_NOT_A_NUMBER")
    digits = re.sub(r"[ ,]", "", whole)
    value = float(f"{digits}{fraction or ''}e{exponent or 0}")
    if kind == "money" and unit in MONEY_SCALE:
        value *= MONEY_SCALE[unit]
    if sign not in ("", "+") and value:
        return ParsedNumber(code="E_NEGATIVE")
    if value >= EXACT or (kind == "count" and value != int(value)):
        return ParsedNumber(code="E_NOT_A_NUMBER")
    return ParsedNumber(value)


def own_units(fld: ContractField) -> tuple[str, ...]:
    same = {"명": ("인",), "%": ("퍼센트",), "개": ("개소", "곳")}
    unit = fld.unit or ""
    return (unit, *fld.unit_aliases, *same.get(unit, ()))


def cast_numbers(texts: pl.Series, fld: ContractField, scales: pl.Series | None = None) -> pl.DataFrame:
    """Texts (String, null = blank) → value (Int64 for count and money, else Float64), code (String, null = fine).

    scales: KRW per unit written, per row, for money columns whose title or header names a unit.
    """
    frame = texts.alias("text").to_frame()
    plain = pl.col("text").cast(pl.Float64 if fld.type == "number" else pl.Int64, strict=False)
    if fld.type == "number":  # a cast to floats also takes nan, inf, "1." and ".5"
        plain = pl.when(pl.col("text").str.contains(PLAIN)).then(plain)
    frame = frame.with_columns(pl.when((plain >= 0) & (plain < EXACT)).then(plain).alias("value"))
    left = frame.select(pl.col("text").filter(pl.col("value").is_null() & pl.col("text").is_not_null())).to_series()
    if left.len():
        units = own_units(fld)
        distinct = left.unique()
        parsed = [parse_number(text, fld.type, units) for text in distinct]
        looked_up = pl.DataFrame(
            {"text": distinct, "parsed": [p.value for p in parsed], "code": [p.code for p in parsed]},
            schema_overrides={"parsed": pl.Float64, "code": pl.String},
        ).with_columns(has_unit=pl.col("text").str.contains("원"))
        frame = frame.join(looked_up, on="text", how="left", maintain_order="left")
    else:
        frame = frame.with_columns(
            pl.lit(None, pl.Float64).alias("parsed"),
            pl.lit(None, pl.String).alias("code"),
            pl.lit(None, pl.Boolean).alias("has_unit"),
        )
    if fld.type == "number":
        return frame.select(pl.coalesce("value", "parsed").alias("value"), "code")
    if scales is None:
        return frame.select(pl.coalesce("value", pl.col("parsed").round().cast(pl.Int64)).alias("value"), "code")
    factor = pl.when(pl.col("has_unit").fill_null(False)).then(1).otherwise(pl.lit(scales))
    # Rounded after scaling: 61,175.5 in 천원 is 61,175,500 won.
    scaled = (pl.coalesce(pl.col("value").cast(pl.Float64), "parsed") * factor).round()
    too_large = scaled >= EXACT
    return frame.select(
        pl.when(~too_large).then(scaled).cast(pl.Int64).alias("value"),
        pl.when(too_large).then(pl.lit("E_NOT_A_NUMBER")).otherwise("code").alias("code"),
    )
