"""Blocks: the tables of a batch as rows under the contract's own fields. A wide table is several, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.read import Table
from sciculture_etl.read.headers import TOTAL, wide_column


@dataclass
class Candidate:
    """A table on its way in. part: its number within the submission, from 1."""

    submission_id: str
    part: int
    submitter: str
    file_name: str
    table: Table


@dataclass
class Block:
    """Rows of one table: all that it says, or, of a wide table, what it says in one of its columns.

    number: of the candidate within the batch. letters, headers: field → column letter and header for this block.
    """

    number: int
    candidate: Candidate
    frame: pl.DataFrame
    letters: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        return self.candidate.table


def _blocks_of(contract: Contract, number: int, candidate: Candidate) -> list[Block]:
    table = candidate.table
    wide = contract.unpivot
    codes = [code for code in wide.columns if wide_column(wide.measure, code) in table.letters] if wide else []
    if not wide or not codes:
        return [Block(number, candidate, table.frame, table.letters, table.headers)]
    total = wide_column(wide.measure, TOTAL)
    own = [name for name in table.frame.columns if "@" not in name or name == total]
    blocks = []
    for code in codes:
        source = wide_column(wide.measure, code)
        frame = table.frame.select(
            *own, pl.lit(code).alias(wide.into), pl.col(source).alias(wide.measure)
        )  # fmt: skip
        block = Block(number, candidate, frame)
        for told, given in ((block.letters, table.letters), (block.headers, table.headers)):
            told |= {name: text for name, text in given.items() if "@" not in name or name == total}
            told[wide.measure] = given[source]
        blocks.append(block)
    return blocks


def split_blocks(contract: Contract, candidates: list[Candidate]) -> list[Block]:
    return [block for n, candidate in enumerate(candidates) for block in _blocks_of(contract, n, candidate)]


def stack_blocks(contract: Contract, blocks: list[Block]) -> pl.DataFrame:
    """All rows of the batch: part_key (the block's index), place columns, raw texts by field, ``scale:<money field>``
    where one counts."""
    frames = []
    for key, block in enumerate(blocks):
        scales = {f"scale:{name}": scale for name, scale in block.table.scales.items() if scale != 1}
        frames.append(
            block.frame.with_columns(
                pl.lit(key, pl.UInt32).alias("part_key"),
                *(pl.lit(scale, pl.Int64).alias(name) for name, scale in scales.items()),
            )
        )
    stacked = pl.concat(frames, how="diagonal")
    absent = [name for name in contract.fields if name not in stacked.columns]
    return stacked.with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in absent),
        *(pl.col(name).fill_null(1) for name in stacked.columns if name.startswith("scale:")),
    ).rechunk()


def per_row(rows: pl.DataFrame, values: Sequence[object], dtype: pl.DataType) -> pl.Series:
    """A value of each block → of each of its rows."""
    return pl.Series(values, dtype=dtype).gather(rows["part_key"])
