"""Blocks: the tables of a batch as rows under the contract's own fields. A wide table is several, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from sciculture_etl.contracts import Contract, Unpivot
from sciculture_etl.contracts.form import TOTAL
from sciculture_etl.tables import Table
from sciculture_etl.tables.spelling import wide_column


@dataclass
class TableCandidate:
    """A table on its way in.

    Attributes:
        part: its number within the submission, from 1.
    """

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
    candidate: TableCandidate
    frame: pl.DataFrame
    letters: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> Table:
        return self.candidate.table


def _blocks_of(contract: Contract, number: int, candidate: TableCandidate) -> list[Block]:
    table = candidate.table
    wide = contract.unpivot
    sources = {code: wide_column(wide.measure, code) for code in wide.columns} if wide else {}
    codes = {code: column for code, column in sources.items() if column in table.letters}
    total = wide_column(wide.measure, TOTAL) if wide else ""
    if not wide or not (codes or total in table.letters):
        return [Block(number, candidate, table.frame, table.letters, table.headers)]
    blocks = [_block(number, candidate, wide, code, column, table.frame) for code, column in codes.items()]
    if total not in table.letters or TOTAL not in contract.fields[wide.into].values:
        return blocks
    # A row that tells its total alone isn't split: it is one row, of the total, and none of its parts is missing.
    split = pl.any_horizontal(pl.col(column).is_not_null() for column in codes.values()) if codes else pl.lit(False)
    alone = table.frame.select((~split & pl.col(total).is_not_null()).alias("alone"))["alone"]
    if not alone.any() and codes:
        return blocks
    for block in blocks:
        block.frame = block.frame.filter(~alone)
    rows = table.frame.filter(alone) if codes else table.frame
    return [*blocks, _block(number, candidate, wide, TOTAL, total, rows)]


def _block(number: int, candidate: TableCandidate, wide: Unpivot, code: str, column: str, rows: pl.DataFrame) -> Block:
    """The rows of a wide table as its column ``column`` tells them, which is that of ``code``."""
    # What its columns tell counts, whatever a column of codes or of the measure beside them says.
    plain = [name for name in rows.columns if name not in (wide.into, wide.measure)]
    own = [name for name in plain if "@" not in name or (name.endswith(f"@{TOTAL}") and code != TOTAL)]
    frame = rows.select(*own, pl.lit(code).alias(wide.into), pl.col(column).alias(wide.measure))
    block = Block(number, candidate, frame)
    for own_values, given in ((block.letters, candidate.table.letters), (block.headers, candidate.table.headers)):
        own_values |= {name: text for name, text in given.items() if name in own}
        own_values[wide.measure] = given[column]
    return block


def split_blocks(contract: Contract, candidates: list[TableCandidate]) -> list[Block]:
    return [block for n, candidate in enumerate(candidates) for block in _blocks_of(contract, n, candidate)]


def stack_blocks(contract: Contract, blocks: list[Block]) -> pl.DataFrame:
    """All rows of the batch: part_key (the block's index), place columns, raw texts by field.

    ``scale:<money field>`` where one counts.
    """
    frames = []
    for block in blocks:
        scales = {f"scale:{name}": scale for name, scale in block.table.scales.items() if scale != 1}
        scaled = [pl.lit(scale, pl.Int64).alias(name) for name, scale in scales.items()]
        frames.append(block.frame.with_columns(scaled) if scaled else block.frame)
    keys = [pl.Series("part_key", [], pl.UInt32).extend_constant(n, frame.height) for n, frame in enumerate(frames)]
    stacked = pl.concat(frames, how="diagonal").with_columns(pl.concat(keys))
    absent = [name for name in contract.fields if name not in stacked.columns]
    return stacked.with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in absent),
        *(pl.col(name).fill_null(1) for name in stacked.columns if name.startswith("scale:")),
    ).rechunk()


def per_row(rows: pl.DataFrame, values: Sequence[object], dtype: pl.DataType) -> pl.Series:
    """A value of each block → of each of its rows."""
    return pl.Series(values, dtype=dtype).gather(rows["part_key"])
