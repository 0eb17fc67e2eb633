"""Resolve whole columns of place texts: each distinct text once, the rows in their order."""

import polars as pl

from sciculture_etl.regions.resolution import Resolution, resolve

_RESULT = pl.Schema(
    {
        "status": pl.String,
        "level": pl.String,
        "legal_code": pl.String,
        "admin_code": pl.String,
        "name": pl.String,
        "sido_code": pl.String,
        "sigungu_code": pl.String,
        "general_gu_code": pl.String,
        "eupmyeondong_code": pl.String,
        "warnings": pl.List(pl.String),
        "candidates": pl.List(pl.String),
    }
)


def resolve_frame(texts: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `texts` in their order with the columns of Resolution added.

    In: text (str), on (date), and optionally within (str) and since (date), see `resolve`; further columns are kept.
    Out: status, level, legal_code, admin_code, name, sido_code, sigungu_code, general_gu_code, eupmyeondong_code,
    warnings and candidates (lists of str; a candidate is "full name (code)"). A null text is unknown.
    For data that know only their year, use on = 31 December and since = 1 January: then a name valid on any day of
    the year is right. Raises ColumnNotFoundError without text or on.
    """
    keys = ["text", "on", *(name for name in ("within", "since") if name in texts.columns)]
    distinct = texts.select(keys).unique(maintain_order=True)
    rows = [_values(_resolve_row(row)) for row in distinct.iter_rows(named=True)]
    resolved = distinct.hstack(pl.DataFrame(rows, schema=_RESULT, orient="row"))
    return texts.join(resolved, on=keys, how="left", nulls_equal=True, maintain_order="left")


def _resolve_row(row: dict[str, object]) -> Resolution:
    return resolve(row["text"] or "", row["on"], row.get("within"), since=row.get("since"))  # type: ignore[arg-type]


def _values(found: Resolution) -> tuple[object, ...]:
    return (
        found.status,
        found.level,
        found.legal_code,
        found.admin_code,
        found.name,
        found.sido_code,
        found.sigungu_code,
        found.general_gu_code,
        found.eupmyeondong_code,
        found.warnings,
        [f"{name} ({code})" for code, name in found.candidates],
    )
