"""Carry the three histories over the reforms of 2026: 대소읍, Incheon's new gu, 전남광주통합특별시.

The lists give the new five-digit codes and names. The last five digits of the new codes follow from the rule seen in
the published ones: 전남광주 keeps them, the four gu of Incheon number their dongs 10100, 10200, ... in list order.
No source has administrative codes for the four gu yet, so their administrative dongs end with the old gu.
"""

from pathlib import Path

import polars as pl
import region_facts as facts
from region_sources import clip_pairs, legal_full_text, listed_regions_2026


def with_2026(
    wheels: Path, legal: pl.DataFrame, administrative: pl.DataFrame, pairs: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Return the three histories with what was made and abolished in 2026 added."""
    legal, administrative, pairs = _daeso_eup(wheels, legal, administrative, pairs)
    new_legal, sigungu_codes = _legal_of_july(wheels, legal)
    _, new_name, old_sido = facts.NEW_SIDO

    def moved(code: pl.Expr) -> pl.Expr:
        return code.str.slice(0, 5).replace_strict(sigungu_codes, default=None) + code.str.slice(5)

    in_merged = pl.col("code").str.slice(0, 2).is_in(old_sido)
    new_administrative = (
        administrative.filter(in_merged & pl.col("valid_to").is_null())
        .with_columns(code=moved(pl.col("code")), sido=pl.lit(new_name), valid_from=pl.lit(facts.JULY_2026))
    )  # fmt: skip
    new_pairs = (
        pairs.filter(pl.col("legal").str.slice(0, 2).is_in(old_sido) & pl.col("valid_to").is_null())
        .with_columns(legal=moved(pl.col("legal")), admin=moved(pl.col("admin")), valid_from=pl.lit(facts.JULY_2026))
    )  # fmt: skip
    ends = in_merged | pl.col("code").str.slice(0, 5).is_in(facts.OLD_INCHEON_GU)
    legal = pl.concat([_ended(legal, ends, facts.JULY_2026), new_legal])
    administrative = pl.concat([_ended(administrative, ends, facts.JULY_2026), new_administrative])
    return legal, administrative, clip_pairs(pl.concat([pairs, new_pairs]), legal, administrative)


def _daeso_eup(
    wheels: Path, legal: pl.DataFrame, administrative: pl.DataFrame, pairs: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    day, old, new = facts.EUP_2026
    known = set(legal["code"])
    rows = []
    for code, name, valid in legal_full_text(wheels):
        if valid and code not in known:
            if not code.startswith(new):
                raise ValueError(f"{code} {name} is in the full list only: add its day to region_facts")
            rows.append((code, *[*name.split(), None][:4], day, None))
    fresh = pl.DataFrame(rows, schema=legal.schema, orient="row")
    emd = fresh.filter(pl.col("ri").is_null())
    ends = pl.col("code").str.starts_with(old)
    return (
        pl.concat([_ended(legal, ends, day), fresh]),
        pl.concat([_ended(administrative, ends, day), emd.drop("ri")]),
        pl.concat([pairs, emd.select(legal="code", admin="code", valid_from="valid_from", valid_to="valid_to")]),
    )


def _legal_of_july(wheels: Path, legal: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
    """The legal divisions made on 2026-07-01, and old -> new sigungu codes of the merged sido."""
    new_sido, new_name, old_sido = facts.NEW_SIDO
    names = pl.col("sigungu", "emd", "ri")
    old = legal.filter(pl.col("code").str.slice(0, 2).is_in(old_sido) & pl.col("valid_to").is_null())
    by_name = {row[1:]: row[0] for row in old.select("code", names).iter_rows()}
    rows: list[tuple[str | None, ...]] = [(f"{new_sido}00000000", new_name, None, None, None)]
    sigungu_codes: dict[str, str] = {}
    for region in listed_regions_2026(wheels):
        prefix, full_names = str(region["code"]), list(region["names"])  # type: ignore[call-overload]
        for position, full_name in enumerate(full_names):
            sido, *parts = full_name.split()
            below = (*parts, *[None] * (3 - len(parts)))
            if prefix.startswith(new_sido):
                old_code = by_name[below]
                sigungu_codes[old_code[:5]] = prefix
                rows.append((prefix + old_code[5:], sido, *below))
            elif prefix in facts.NEW_INCHEON_GU:
                rows.append((f"{prefix}{100 + position}00" if position else f"{prefix}00000", sido, *below))
    schema = dict.fromkeys(legal.columns, pl.String)
    return pl.DataFrame([(*row, facts.JULY_2026, None) for row in rows], schema=schema, orient="row"), sigungu_codes


def _ended(frame: pl.DataFrame, which: pl.Expr, day: str) -> pl.DataFrame:
    ends = which & pl.col("valid_to").is_null()
    return frame.with_columns(pl.when(ends).then(pl.lit(day)).otherwise("valid_to").alias("valid_to"))
