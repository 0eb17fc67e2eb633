"""Resolve whole columns of place texts: each distinct text once, the rows in their order."""

from operator import attrgetter

import polars as pl

from sciculture_etl.regions.resolution import Resolution, resolve

_CODES_AND_NAMES = [
    "status", "level", "legal_code", "admin_code", "name", "sido_code", "sigungu_code", "general_gu_code",
    "eupmyeondong_code",
]  # fmt: skip
_LISTS = ["warnings", "candidates"]
_SCHEMA: dict[str, pl.DataType] = dict.fromkeys(_CODES_AND_NAMES, pl.String()) | dict.fromkeys(
    _LISTS, pl.List(pl.String())
)
_codes_and_names = attrgetter(*_CODES_AND_NAMES)


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
    resolved = distinct.hstack(pl.DataFrame(rows, schema=_SCHEMA, orient="row"))
    if distinct.height == texts.height:
        return texts.hstack(resolved.drop(keys))
    return texts.join(resolved, on=keys, how="left", nulls_equal=True, maintain_order="left")


def _resolve_row(row: dict[str, object]) -> Resolution:
    return resolve(row["text"] or "", row["on"], row.get("within"), since=row.get("since"))  # type: ignore[arg-type]


def _values(found: Resolution) -> tuple[object, ...]:
    named = [f"{name} ({code})" for code, name in found.candidates]
    return (*_codes_and_names(found), found.warnings, named)
