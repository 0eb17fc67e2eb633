"""Resolve whole columns of place texts: each distinct text once, the rows in their order."""

import datetime as dt
from functools import lru_cache
from operator import attrgetter

import polars as pl

from sciculture_etl.regions.resolution import resolve

_CODES_AND_NAMES = [
    "status", "level", "legal_code", "admin_code", "name", "sido_code", "sigungu_code", "general_gu_code",
    "eupmyeondong_code",
]  # fmt: skip
_LISTS = ["warnings", "candidates"]
_COLUMNS = [*_CODES_AND_NAMES, *_LISTS]
_BETWEEN = "\n"  # of what a list holds, while it is one string: a list for each row would take most of the time
_NOTHING = pl.lit([], pl.List(pl.String()))
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
    absent = [None] * distinct.height
    within, since = (distinct[name].to_list() if name in keys else absent for name in ("within", "since"))
    asked = zip(distinct["text"].to_list(), distinct["on"].to_list(), within, since, strict=True)
    outcomes = [_outcome(*row) for row in asked]
    columns = zip(*outcomes, strict=True) if outcomes else [()] * len(_COLUMNS)
    resolved = distinct.hstack(
        pl.DataFrame(dict(zip(_COLUMNS, columns, strict=True)), schema=dict.fromkeys(_COLUMNS, pl.String)).with_columns(
            pl.when(pl.col(name) == "").then(_NOTHING).otherwise(pl.col(name).str.split(_BETWEEN)).alias(name)
            for name in _LISTS
        )
    )
    if distinct.height == texts.height:
        return texts.hstack(resolved.drop(keys))
    return texts.join(resolved, on=keys, how="left", nulls_equal=True, maintain_order="left")


@lru_cache(maxsize=1 << 16)
def _outcome(text: str | None, on: dt.date, within: str | None, since: dt.date | None) -> tuple[str | None, ...]:
    """Resolve a text to the values of `_COLUMNS`; the batches of a run name the same places over and over."""
    found = resolve(text or "", on, within, since=since)
    named = (f"{name} ({code})" for code, name in found.candidates)
    return (*_codes_and_names(found), _BETWEEN.join(found.warnings), _BETWEEN.join(named))
