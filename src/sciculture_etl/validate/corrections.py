"""Corrections of a contract → its rows as they are to be read, each with what it was."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from sciculture_etl.contracts import Contract, Correction
from sciculture_etl.validate.blocks import Block, per_row
from sciculture_etl.validate.cells import failed, squeeze_name
from sciculture_etl.validate.years import cast_years

OUTCOME = {"index": pl.UInt32, "correction": pl.String, "fits": pl.Boolean}


@dataclass
class Corrected:
    """Rows after the corrections.

    Attributes:
        rows: as given, but for the cells corrected.
        reported: field and its corrected cells (``cells.FAILED``) with what they are read as.
        outcomes: index, correction, fits: for every row that a correction means, whether its guard holds; where it
            doesn't the row is left as it is.
    """

    rows: pl.DataFrame
    reported: list[tuple[str, pl.DataFrame]] = field(default_factory=list)
    outcomes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=OUTCOME))


def _holds(rows: pl.DataFrame, cells: dict[str, str]) -> pl.Series:
    """Rows whose cells say that, compared as people compare names."""
    holds = pl.Series([True]).new_from_index(0, rows.height)
    for name, cell in cells.items():
        texts = rows[name].fill_null("") if name in rows.columns else pl.Series([""]).new_from_index(0, rows.height)
        wanted = squeeze_name(cell)
        same = [text for text in texts.unique() if squeeze_name(text) == wanted]
        holds = holds & texts.is_in(same)
    return holds


def correct_rows(contract: Contract, rows: pl.DataFrame, blocks: list[Block]) -> Corrected:
    """Applies the contract's corrections to the rows (raw texts) of a batch."""
    submitters = [squeeze_name(block.candidate.submitter) for block in blocks]
    corrected = Corrected(rows)
    concerned = [c for c in contract.corrections if squeeze_name(c.submitter) in submitters]
    if not concerned:
        return corrected
    years = cast_years(contract, rows, blocks, lambda *_: None)
    submitter = per_row(rows, submitters, pl.String())
    for correction in concerned:
        own = (submitter == squeeze_name(correction.submitter)) & (years == correction.program_year).fill_null(False)
        _apply(corrected, correction, own & _holds(rows, correction.where))
    return corrected


def _apply(corrected: Corrected, correction: Correction, meant: pl.Series) -> None:
    fits = meant & _holds(corrected.rows, correction.was)
    outcome = pl.DataFrame({"index": meant.arg_true(), "fits": fits.filter(meant)}).with_columns(
        pl.lit(correction.correction).alias("correction")
    )
    corrected.outcomes = pl.concat([corrected.outcomes, outcome.select(list(OUTCOME)).cast(dict(OUTCOME))])  # type: ignore[arg-type]
    for name, cell in correction.to.items():
        read_as = f"'{cell}' ({correction.reason}; {correction.source})"
        corrected.reported.append((name, failed(fits.arg_true(), "W_CORRECTED", read_as, read_as, "info")))
        texts = pl.lit(None, pl.String) if cell == "" else pl.lit(cell)
        if name not in corrected.rows.columns:
            corrected.rows = corrected.rows.with_columns(pl.lit(None, pl.String).alias(name))
        corrected.rows = corrected.rows.with_columns(pl.when(fits).then(texts).otherwise(name).alias(name))
