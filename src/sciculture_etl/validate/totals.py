"""Control totals: what a file's subtotal rows say against the sums of the rows they stand for."""

from __future__ import annotations

import numpy as np
import polars as pl

from sciculture_etl.contracts import BilingualText, Contract, ContractField, Unpivot
from sciculture_etl.contracts.form import TOTAL
from sciculture_etl.tables.spelling import wide_column
from sciculture_etl.validate.cells import FAILED, failed
from sciculture_etl.validate.numbers import cast_numbers
from sciculture_etl.validate.rows import GRAND_TOTAL, NO_SUM, label_columns

MISMATCH = {"index": pl.UInt32, "field": pl.String, "code": pl.String, "severity": pl.String, "expected_ko": pl.String,
            "expected_en": pl.String}  # fmt: skip


def check_totals(contract: Contract, frame: pl.DataFrame, left_out: pl.Series, values: pl.DataFrame) -> pl.DataFrame:
    """Failing total cells: index (row of ``frame``), field, code, expected.

    frame: all rows of a batch (raw texts, ``part_key``) in physical order; left_out: reason per row; values: the
    typed counts and sums of money of its data rows, in order. A total is right when it equals the rows above it up to
    an earlier total, the rows below it up to a later one, or all rows of the table; so it may stand above or below, and
    count groups or groups of groups. Where a cell it would count couldn't be read, nothing is said: the cell's own
    finding stands for it.
    """
    measures = [name for name in values.columns if contract.fields[name].type in ("count", "money")]
    is_total = (left_out == "subtotal").fill_null(False)
    parts = frame.filter(is_total)["part_key"].unique()
    if not measures or not parts.len():
        return pl.DataFrame(schema=MISMATCH)
    data = left_out.is_null()
    totals = frame.with_row_index("index").filter(is_total)
    labels = ["first_text", *label_columns(contract, frame)]
    squeezed = [pl.col(name).str.replace_all(r"\s", "").fill_null("") for name in labels]
    grand = totals.select(pl.any_horizontal(cell.str.contains(GRAND_TOTAL) for cell in squeezed)).to_series().to_numpy()
    no_sum = totals.select(pl.any_horizontal(c.str.contains(NO_SUM) for c in squeezed)).to_series().to_numpy()
    position = totals["index"].to_numpy().astype(np.int64)
    # Data rows before each row of the frame: turns positions among all rows into positions among data rows.
    before = np.concatenate([[0], np.cumsum(data.to_numpy())])
    keys = frame["part_key"].to_numpy()
    total_keys = totals["part_key"].to_numpy()
    first, last = np.searchsorted(keys, total_keys, "left"), np.searchsorted(keys, total_keys, "right")
    same_as_previous = np.concatenate([[False], total_keys[1:] == total_keys[:-1]])
    previous = np.where(same_as_previous, np.concatenate([[0], position[:-1]]), first)
    blocks = {"above": (previous, position), "whole": (first, last)}
    # Data rows before each total, and before the first and after the last row of its table: in between lie the groups.
    bounds = np.unique(np.concatenate([first, position, last]))
    low, here, high = (np.searchsorted(bounds, rows) for rows in (first, position, last))
    mismatches = [pl.DataFrame(schema=MISMATCH)]
    for name in measures:
        fld = contract.fields[name]
        scale = totals[f"scale:{name}"] if f"scale:{name}" in totals.columns else None
        stated = cast_numbers(totals[name], fld, scale)["value"].to_numpy()
        column = values[name]
        sums = np.concatenate([[0.0], np.cumsum(column.fill_null(0).cast(pl.Float64).to_numpy())])
        gaps = np.concatenate([[0], np.cumsum(column.is_null().to_numpy())])
        found, unread = {}, {}
        for block, (start, end) in blocks.items():
            found[block] = sums[before[end]] - sums[before[start]]
            unread[block] = gaps[before[end]] - gaps[before[start]]
        reached = sums[before[bounds]]
        slack = _slack(scale, before[last] - before[first])
        right = np.abs(stated - found["whole"]) <= slack
        right |= _reaches(reached, sums[before[position]] - stated, slack, low, here)
        right |= _reaches(reached, sums[before[position]] + stated, slack, here + 1, high + 1)
        of_all = grand | (before[position] == before[previous])
        natural = np.where(of_all, found["whole"], found["above"])
        blind = np.where(of_all, unread["whole"], unread["above"]) > 0
        wrong = ~np.isnan(stated.astype(float)) & ~right & ~blind & ~no_sum
        if wrong.any():
            expected = [f"{value:,.0f}" for value in natural[wrong]]
            mismatches.append(
                pl.DataFrame(
                    {"index": position[wrong], "field": name, "code": "W_TOTAL_MISMATCH", "severity": "warning",
                     "expected_ko": expected, "expected_en": expected}
                ).cast(MISMATCH)  # type: ignore[arg-type]
            )  # fmt: skip
    return pl.concat(mismatches)


Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]
Places = np.ndarray[tuple[int], np.dtype[np.int64]]


def _slack(scale: pl.Series | None, rows: Places) -> Numbers:
    """How far a total may be off: money in 천원 or more was rounded in every row, all else is exact."""
    exact = np.full(rows.shape, 0.5)
    if scale is None:
        return exact
    units = scale.to_numpy().astype(float)
    return np.where(units > 1, units * (rows + 1) / 2, exact)


def _reaches(
    reached: Numbers, wanted: Numbers, slack: Numbers, low: Places, high: Places
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether a running sum stands, between two of its places (the second left out), at what is wanted.

    It never falls.
    """
    start = np.searchsorted(reached, wanted - slack, "left")
    end = np.searchsorted(reached, wanted + slack, "right")
    return np.maximum(start, low) < np.minimum(end, high)


def check_wide_total(
    wide: Unpivot, rows: pl.DataFrame, typed: pl.DataFrame, numbers: pl.Series
) -> tuple[str, pl.DataFrame]:
    """The column of a wide table that states the sum of its others: its field and the cells (``FAILED``) that don't.

    rows, typed: the batch's data rows; numbers: the table of each. Where a cell to be added couldn't be read, nothing
    is said: the cell's own finding stands for it.
    """
    name = wide_column(wide.measure, TOTAL)
    if name not in rows.columns:
        return name, pl.DataFrame(schema=FAILED)
    plain = ContractField(name=name, header=name, type="count", unit="명", description=BilingualText(ko=name, en=name))
    stated = cast_numbers(rows[name], plain)["value"]
    summed = pl.DataFrame(
        {"number": numbers, "row": rows["row"], "value": typed[wide.measure], "stated": stated}
    ).select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("index"),
        "stated",
        pl.col("value").sum().over("number", "row").alias("sum"),
        pl.col("value").is_null().any().over("number", "row").alias("unread"),
        pl.int_range(pl.len()).over("number", "row").alias("nth"),
    )
    wrong = summed.filter((pl.col("nth") == 0) & ~pl.col("unread") & (pl.col("stated") != pl.col("sum")))
    sums = wrong.select(pl.format("{}", "sum")).to_series()
    return name, failed(wrong["index"], "E_SUM_MISMATCH", sums, sums)


def check_long_total(
    contract: Contract, wide: Unpivot, typed: pl.DataFrame, submissions: pl.Series
) -> tuple[str, pl.DataFrame]:
    """Rows of the total beside rows of its parts, in a table that gives each a row.

    The measure and the cells (``FAILED``) that aren't the sum of the parts.
    """
    keys = [name for name in contract.grain if name != wide.into]
    rows = typed.select(*keys, kind=wide.into, value=wide.measure).with_columns(submissions.alias("submission"))
    own = [*keys, "submission"]
    is_total = pl.col("kind") == TOTAL
    summed = rows.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("index"),
        (is_total & pl.all_horizontal(pl.col(own).is_not_null())).fill_null(False).alias("total"),
        "value",
        pl.col("value").filter(~is_total).sum().over(own).alias("sum"),
        pl.col("value").filter(~is_total).is_null().any().over(own).alias("unread"),
        (~is_total).any().over(own).alias("split"),
    )
    wrong = summed.filter("total", "split", ~pl.col("unread"), pl.col("value") != pl.col("sum"))
    expected = wrong.select(pl.format("{}", "sum")).to_series()
    return wide.measure, failed(wrong["index"], "E_SUM_MISMATCH", expected, expected)
