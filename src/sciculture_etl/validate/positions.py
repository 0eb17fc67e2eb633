"""Failing cells → findings with their places in the file, and rows → the accounts of each table."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl

from sciculture_etl.contracts import Contract, ContractField
from sciculture_etl.findings import SCHEMA, empty_findings, shown_column
from sciculture_etl.validate.blocks import Block

SCORE_UNIT = "%, 또는 4.46점/5점처럼 척도와 함께(or with its scale)"
LEFT_OUT = ("blank", "footnote", "example", "header", "subtotal", "other")


def _headers(blocks: list[Block]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"part_key": key, "field": name, "letter": letter, "header": block.headers[name]}
            for key, block in enumerate(blocks)
            for name, letter in block.letters.items()
        ],
        schema={"part_key": pl.UInt32, "field": pl.String, "letter": pl.String, "header": pl.String},
    )


def _field_words(contract: Contract) -> pl.DataFrame:
    def words(name: str, fld: ContractField) -> dict[str, str | None]:
        return {"field": name, "own_header": fld.header, "unit": SCORE_UNIT if fld.type == "score" else fld.unit}

    known = [words(name, fld) for name, fld in contract.fields.items()]
    known.append({"field": "program_year", "own_header": "사업연도", "unit": None})
    return pl.DataFrame(known, schema={"field": pl.String, "own_header": pl.String, "unit": pl.String})


def place_findings(
    contract: Contract,
    blocks: list[Block],
    rows: pl.DataFrame,
    frames: list[pl.DataFrame],
    stacked: pl.DataFrame,
    mismatches: pl.DataFrame,
) -> pl.DataFrame:
    """Failing cells by index → findings with submission, sheet, row, cell and header as the file writes it."""
    parts = pl.DataFrame(
        [
            {
                "part_key": key,
                "submission_id": block.candidate.submission_id,
                "part": block.candidate.part,
                "sheet": block.table.sheet,
            }
            for key, block in enumerate(blocks)
        ],
        schema={"part_key": pl.UInt32, "submission_id": pl.String, "part": pl.Int32, "sheet": pl.String},
    )
    placed = []
    for source, cells in [(rows, pl.concat(frames) if frames else None), (stacked, mismatches)]:
        if cells is None or not cells.height:
            continue
        at = cells["index"]
        cells = cells.with_columns(source["part_key"].gather(at), source["row"].gather(at))
        if source is stacked:
            raw = source.with_row_index("index").select("index", *contract.measures)
            long = raw.filter(pl.col("index").is_in(at.unique().implode())).unpivot(
                contract.measures, index="index", variable_name="field", value_name="value"
            )
            cells = cells.join(long, on=["index", "field"], how="left", maintain_order="left")
        placed.append(cells)
    if not placed:
        return empty_findings()
    positioned = (
        pl.concat(placed, how="diagonal")
        .join(parts, on="part_key", how="left", maintain_order="left")
        .join(_headers(blocks), on=["part_key", "field"], how="left", maintain_order="left")
        .join(_field_words(contract), on="field", how="left", maintain_order="left")
        .with_columns(
            pl.format("{}{}", "letter", "row").alias("cell"),
            pl.coalesce("header", "own_header").alias("header"),
            shown_column("value"),
            pl.when(pl.col("field") != "overflow").then(pl.col("field").str.split("@").list.first()).alias("field"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
    )
    if len(blocks) > len({block.number for block in blocks}):
        # What a row of a wide table says once is wrong once, however many rows are made of it.
        positioned = positioned.unique(maintain_order=True)
    # Column Z comes before AA.
    far = pl.col("cell").str.len_chars()
    return positioned.sort("submission_id", "part", "row", far, "cell", "code", nulls_last=True)


def count_rows(
    blocks: list[Block], stacked: pl.DataFrame, reasons: pl.Series, rows: pl.DataFrame, bad: pl.Series
) -> pl.DataFrame:
    """Per table: rows of the file read, loaded, quarantined, left out, and one column a reason for that."""
    seen = stacked.select("part_key", "row", reasons.alias("reason"))
    judged = rows.select("part_key", "row", bad.alias("bad"))
    first = {block.number: key for key, block in reversed(list(enumerate(blocks)))}
    if len(blocks) > len(first):
        # A row of a wide table stands in several blocks and counts once, with the first.
        keys = pl.Series([first[block.number] for block in blocks], dtype=pl.UInt32)
        seen = seen.with_columns(keys.gather(seen["part_key"]).alias("part_key")).unique(["part_key", "row"])
        judged = judged.with_columns(keys.gather(judged["part_key"]).alias("part_key")).unique(["part_key", "row"])
    out = seen.group_by("part_key").agg(
        pl.len().alias("read"), *((pl.col("reason") == reason).sum().alias(reason) for reason in LEFT_OUT)
    )
    counted = judged.group_by("part_key").agg(
        (~pl.col("bad")).sum().alias("loaded"), pl.col("bad").sum().alias("quarantined")
    )
    accounts = pl.DataFrame([_table_words(key, blocks[key]) for key in sorted(first.values())], schema=TABLE_WORDS)
    counts = ["read", "loaded", "quarantined", *LEFT_OUT]
    return (
        accounts.join(out, on="part_key", how="left")
        .join(counted, on="part_key", how="left")
        .with_columns(pl.col(counts).fill_null(0).cast(pl.Int64))
        .with_columns(left_out=pl.sum_horizontal(LEFT_OUT))
        .sort("part_key")
        .drop("part_key")
    )


def submissions_without_data(accounts: Sequence[pl.DataFrame]) -> list[str]:
    """Submissions of which every row was left out: a form that holds its example and nothing else.

    Args:
        accounts: of all their tables, of whatever dataset.
    """
    counted = pl.concat([table.select("submission_id", "loaded", "quarantined") for table in accounts])
    empty = counted.group_by("submission_id").agg(
        pl.sum_horizontal(pl.col("loaded", "quarantined").sum()).alias("rows")
    )
    return sorted(empty.filter(pl.col("rows") == 0)["submission_id"])


TABLE_WORDS: dict[str, type[pl.DataType]] = {
    "part_key": pl.UInt32, "submission_id": pl.String, "part": pl.Int32, "sheet": pl.String, "dataset": pl.String,
    "extra_headers": pl.String, "columns": pl.String, "first_row": pl.Int64, "made_on": pl.Date,
}  # fmt: skip


def _table_words(key: int, block: Block) -> dict[str, object]:
    table = block.table
    return {
        "part_key": key, "submission_id": block.candidate.submission_id, "part": block.candidate.part,
        "sheet": table.sheet, "dataset": table.contract.dataset,
        "extra_headers": json.dumps(table.extra_headers, ensure_ascii=False),
        "columns": json.dumps({name: [letter, table.headers[name]] for name, letter in table.letters.items()},
                              ensure_ascii=False),
        "first_row": table.frame["row"].min(), "made_on": table.made_on,
    }  # fmt: skip
