"""Region columns of a batch → codes. Distinct places are resolved once."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from sciculture_etl.contracts import REGION_COLUMNS, Contract
from sciculture_etl.regions import resolve_frame
from sciculture_etl.validate.cells import FAILED, FIRST_YEAR, failed

SEJONG = "36"
UNKNOWN_YEAR = 0
NARROWER = (
    "있는 이름이지만 더 좁은 구역(시·군·구, 읍·면·동)까지 적어야 합니다",
    "It exists, but a narrower place is asked for",
)
DEPTH = {"sido": 1, "sigungu": 2, "general_gu": 2, "eupmyeondong": 3, "emd": 3}
OUTCOME: dict[str, type[pl.DataType] | pl.DataType] = {
    "status": pl.String,
    "level": pl.String,
    "name": pl.String,
    "candidates": pl.List(pl.String),
    "warnings": pl.List(pl.String),
    **dict.fromkeys(REGION_COLUMNS, pl.String),
}


def _resolved(texts: pl.Series, years: pl.Series) -> pl.DataFrame:
    """Distinct text and year → outcome.

    A name valid on any day of the program year is right in that year, and where that is ``UNKNOWN_YEAR`` one valid on
    any day.
    """
    distinct = pl.DataFrame({"text": texts, "year": years}).unique().drop_nulls()
    if not distinct.height:
        return pl.DataFrame(schema={"text": pl.String, "year": pl.Int16, **OUTCOME})
    last = pl.when(pl.col("year") == UNKNOWN_YEAR).then(datetime.now(UTC).year).otherwise("year").cast(pl.Int32)
    first = pl.when(pl.col("year") == UNKNOWN_YEAR).then(FIRST_YEAR).otherwise("year").cast(pl.Int32)
    asked = distinct.with_columns(pl.date(last, 12, 31).alias("on"), pl.date(first, 1, 1).alias("since"))
    resolved = resolve_frame(asked.select("text", "on", "since")).with_columns(
        region_code=pl.coalesce("eupmyeondong_code", "admin_code", "legal_code")
    )
    return distinct.hstack(resolved.select(*OUTCOME)).cast(OUTCOME)  # type: ignore[arg-type]


def _hint(candidates: pl.Expr, lead: str) -> pl.Expr:
    listed = candidates.list.head(5).list.join(", ").str.replace_all(r" \(\d+\)", "")
    return pl.when(candidates.list.len() > 0).then(pl.format(f"{lead} {{}}?", listed)).otherwise(pl.lit(""))


def resolve_places(
    contract: Contract, texts: pl.DataFrame, years: pl.Series, has_column: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """Resolve the region columns of rows to codes.

    Returns ``REGION_COLUMNS`` per row, and failing cells (``FAILED``) by field. A blank in a required column that the
    table has is missing, but for the sigungu of Sejong, which has none. A place that isn't found is laid to the
    deepest column of which the wider ones still make sense. Where the year is unknown, a place that never was is told
    of all the same, and no code is given.

    Args:
        texts: the raw region columns (null = blank, columns the contract's region fields).
        years: program years.
        has_column: the same columns as Boolean: whether the row's table has that column at all.
    """
    unknown_year = years.is_null()
    years = years.fill_null(UNKNOWN_YEAR)
    fields = contract.region_fields
    names = [fld.name for fld in fields]
    joined = pl.concat_str(names, separator=" ", ignore_nulls=True)
    asked = texts.select(pl.when(joined != "").then(joined).alias("text")).with_columns(years.alias("year"))
    places = _resolved(asked["text"], asked["year"])
    # Of each row the number of its place: what is known of places is judged once, and not once for every row.
    numbered = places.select("text", "year").with_row_index("place")
    place = asked.join(numbered, on=["text", "year"], how="left", maintain_order="left")["place"]
    nowhere = places.height
    place, places = place.fill_null(nowhere), pl.concat([places, places.clear(1)])
    failures: dict[str, list[pl.DataFrame]] = {name: [] for name in names}
    # Told by the sido alone where the rest makes no sense: a dong that isn't known is no si/gun/gu that is missing.
    sido = places["sido_code"].gather(place)
    if (lost := sido.is_null().arg_true()).len():
        widest = pl.DataFrame({"text": texts[names[0]].gather(lost), "year": years.gather(lost)})
        found = _resolved(widest["text"], widest["year"])
        by_sido = widest.join(found, on=["text", "year"], how="left", maintain_order="left")
        sido = sido.scatter(lost, by_sido["sido_code"])
    sejong = sido.fill_null("") == SEJONG
    missing = pl.Series([False]).new_from_index(0, place.len())
    for fld in fields:
        if not fld.required:
            continue
        blank = texts[fld.name].is_null() & has_column[fld.name]
        if fld.level == "sigungu":
            blank = blank & ~sejong
        if blank.any():
            failures[fld.name].append(failed(blank.arg_true(), "E_REQUIRED_MISSING"))
            missing = missing | blank
    needed = DEPTH[fields[-1].level or "sido"] if fields[-1].required else 1
    depth = places["level"].replace_strict(DEPTH, default=0, return_dtype=pl.Int8)
    is_resolved = (places["status"] == "resolved").fill_null(False)
    resolved, shallow = is_resolved.gather(place), (is_resolved & (depth < needed)).gather(place)
    if needed < DEPTH["eupmyeondong"]:
        shallow = shallow & ~sejong
    never = places["status"].eq_missing("unknown").gather(place)
    unsure = asked["text"].is_not_null() & (never | ~unknown_year) & ~missing & (~resolved | shallow)
    if (at := unsure.arg_true()).len():
        found = places.select("text", "year", "status", "candidates")[place.gather(at)]
        _find_faulty_columns(texts.select(names)[at].hstack(found).with_columns(index=at), names, failures)
    for code in ("W_REGION_RENAMED", "W_REGION_COMPLETED"):
        warns = places["warnings"].list.contains(code).fill_null(False) & is_resolved
        if warns.any() and (at := (warns.gather(place) & ~unknown_year).arg_true()).len():
            renamed = places["name"].gather(place.gather(at))
            fields_warned = _warned_at(code, texts, years, at)
            warned_rows = pl.DataFrame({"index": at, "name": renamed, "field": fields_warned})
            for name in names:
                part = warned_rows.filter(pl.col("field") == name)
                failures[name].append(failed(part["index"], code, part["name"], part["name"], "warning"))
    good = resolved & ~shallow & ~unknown_year
    given = pl.select(pl.when(pl.lit(good)).then(pl.lit(place)).otherwise(nowhere)).to_series()
    codes = places.select(*REGION_COLUMNS)[given]
    return codes, {name: pl.concat([pl.DataFrame(schema=FAILED), *frames]) for name, frames in failures.items()}


def _warned_at(code: str, texts: pl.DataFrame, years: pl.Series, at: pl.Series) -> pl.Series:
    """The field that a warning is about: the widest of which the place, read that far, gives it already."""
    own = texts.select(pl.all().gather(at))
    field = own.select(
        pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in own.columns[::-1])
    )
    fields_warned = field.to_series()
    years = years.gather(at)
    for position in range(len(own.columns) - 1, 0, -1):
        wider = own.select(pl.concat_str(own.columns[:position], separator=" ", ignore_nulls=True).alias("text"))
        asked = wider.with_columns(pl.col("text").replace("", None), years.alias("year"))
        found = asked.join(
            _resolved(asked["text"], years), on=["text", "year"], how="left", maintain_order="left"
        ).select(((pl.col("status") == "resolved") & pl.col("warnings").list.contains(code)).fill_null(False))
        fields_warned = fields_warned.set(
            found.to_series() & own[own.columns[position - 1]].is_not_null(), own.columns[position - 1]
        )
    return fields_warned


def _find_faulty_columns(failing: pl.DataFrame, names: list[str], failures: dict[str, list[pl.DataFrame]]) -> None:
    """Lays each place that isn't found to one of its columns.

    Args:
        failing: index of the row, its region columns ``names``, and text, year, status and candidates of its place.
    """
    faulty = pl.Series([names[-1]], dtype=pl.String).new_from_index(0, failing.height)
    # From the deepest column up: a column is to blame when what stands before it resolves and it doesn't go on.
    for position in range(len(names) - 1, 0, -1):
        wider = failing.select(pl.concat_str(names[:position], separator=" ", ignore_nulls=True).alias("t"))["t"]
        sound = pl.DataFrame({"text": wider, "year": failing["year"]}).join(
            _resolved(wider.replace("", None), failing["year"]), on=["text", "year"], how="left", maintain_order="left"
        )["status"]
        unsound = (~sound.is_in(["resolved", "ambiguous"])).fill_null(False) & (wider != "")
        faulty = (
            faulty.to_frame("b").select(pl.when(unsound).then(pl.lit(names[position - 1])).otherwise("b")).to_series()
        )
    # Never a cell that is blank: then the deepest that says anything.
    filled = failing.select(pl.coalesce(pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in names[::-1]))
    has_own = failing.with_columns(faulty.alias("blamed")).select(
        pl.any_horizontal((pl.col("blamed") == name) & pl.col(name).is_not_null() for name in names).alias("own")
    )["own"]
    faulty = pl.select(pl.when(pl.lit(has_own)).then(pl.lit(faulty)).otherwise(pl.lit(filled.to_series()))).to_series()
    candidates = pl.col("candidates")
    ambiguous = pl.when(pl.col("status") == "ambiguous")
    too_wide = pl.col("status") == "resolved"
    faults = failing.select(
        "index",
        ambiguous.then(pl.lit("E_REGION_AMBIGUOUS")).otherwise(pl.lit("E_REGION_UNKNOWN")).alias("code"),
        pl.when(too_wide).then(pl.lit(NARROWER[0])).otherwise(_hint(candidates, "혹시").fill_null("")).alias("ko"),
        pl.when(too_wide)
        .then(pl.lit(NARROWER[1]))
        .otherwise(_hint(candidates, "Did you mean").fill_null(""))
        .alias("en"),
    ).with_columns(faulty.alias("field"))
    for name in names:
        part = faults.filter(pl.col("field") == name)
        if part.height:
            failures[name].append(failed(part["index"], part["code"], part["ko"], part["en"]))
