"""The reference tables as frames for the warehouse: the region dimension and the list of changes."""

import datetime as dt
from functools import cache

import polars as pl

from sciculture_etl.regions.gazetteer import OPEN_END, RANKS, SEJONG, SEJONG_CITY, Division, Gazetteer, gazetteer
from sciculture_etl.regions.spelling import sido_forms

_LEVELS = {rank: level for level, rank in RANKS.items()}


@cache
def dim_region() -> pl.DataFrame:
    """Return every division since 2010, one row a code, with today's map beside it.

    Columns: region_code, kind, level, name_ko, full_name_ko, name_en, parent_code, sido_code, sigungu_code,
    general_gu_code, valid_from, valid_to (exclusive, null while valid), successor_codes (list), and for series that
    are compared across reforms current_region_code, current_sido_code, current_sigungu_code, current_name_ko,
    current_name_en. A current code is null where the division's ground lies in several today; current_note then
    says `split`, `sigungu_only` where the sources tell no more than today's sigungu, or `unknown` where they tell no
    successor. Source: reference/SOURCES.md.
    """
    known = gazetteer()
    today = OPEN_END - 1
    rows = [_dimension_row(known, division, today) for division in known.divisions.values()]
    return pl.DataFrame(rows, schema=_DIMENSION, orient="row").sort("region_code")


@cache
def region_changes() -> pl.DataFrame:
    """Return what became of each abolished division, one row a successor.

    Columns: region_code, successor_code, changed_on, change (renamed, recoded, merged, split, moved), level, kind,
    name_ko and successor_name_ko (full names). A split with one row for each part is not re-mapped anywhere.
    """
    known = gazetteer()
    rows = []
    for code, successor, changed_on, change in known.changes:
        old, new = known.divisions[code], known.divisions[successor]
        day = dt.date.fromisoformat(changed_on)
        rows.append((code, successor, day, change, _LEVELS[old.rank], old.kind, old.full_name, new.full_name))
    schema: dict[str, pl.DataType] = {
        "region_code": pl.String(),
        "successor_code": pl.String(),
        "changed_on": pl.Date(),
        "change": pl.String(),
        "level": pl.String(),
        "kind": pl.String(),
        "name_ko": pl.String(),
        "successor_name_ko": pl.String(),
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort("changed_on", "region_code", "successor_code")


def sido_spellings() -> list[dict[str, str]]:
    """Return every spelling of a sido with the code of each sido, past or present, that it stands for.

    Keys: spelling, sido_code (two digits).
    """
    return [{"spelling": spelling, "sido_code": code[:2]} for spelling, codes in sido_forms().items() for code in codes]


_DIMENSION: dict[str, pl.DataType] = {
    "region_code": pl.String(),
    "kind": pl.String(),
    "level": pl.String(),
    "name_ko": pl.String(),
    "full_name_ko": pl.String(),
    "name_en": pl.String(),
    "parent_code": pl.String(),
    "sido_code": pl.String(),
    "sigungu_code": pl.String(),
    "general_gu_code": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
    "successor_codes": pl.List(pl.String()),
    "current_region_code": pl.String(),
    "current_sido_code": pl.String(),
    "current_sigungu_code": pl.String(),
    "current_name_ko": pl.String(),
    "current_name_en": pl.String(),
    "current_note": pl.String(),
}


def _dimension_row(known: Gazetteer, item: Division, today: int) -> tuple[object, ...]:
    codes = known.images(item.code, today)
    if item.rank > RANKS["sido"]:  # 연기군 became the sigungu of Sejong, not the sido
        codes = frozenset(SEJONG_CITY if code == SEJONG else code for code in codes)
    images = [known.divisions[code] for code in sorted(codes)]
    single = images[0] if len(images) == 1 and images[0].rank == item.rank else None
    if single:
        note = None
    elif not images:
        note = "unknown"
    else:
        note = "split" if len(images) > 1 else "sigungu_only"
    return (
        item.code,
        item.kind,
        _LEVELS[item.rank],
        item.name,
        item.full_name,
        item.name_en,
        item.parent,
        item.sido,
        item.sigungu,
        item.general_gu,
        dt.date.fromordinal(item.start),
        None if item.end == OPEN_END else dt.date.fromordinal(item.end),
        sorted(known.successors[item.code]) if item.code in known.successors else [],
        single.code if single else None,
        _shared([image.sido for image in images]),
        single.sigungu if single else _shared([image.sigungu for image in images]),
        single.full_name if single else None,
        single.name_en if single else None,
        note,
    )


def _shared(codes: list[str | None]) -> str | None:
    return codes[0] if codes and len(set(codes)) == 1 else None
