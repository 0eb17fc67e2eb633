"""A batch: all tables of one dataset that were read together → accepted rows, quarantined rows, findings, accounts."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sciculture_etl.contracts import Contract, RowRule
from sciculture_etl.contracts.form import TOTAL
from sciculture_etl.validate.blocks import Block, TableCandidate, per_row, split_blocks, stack_blocks
from sciculture_etl.validate.cells import FAILED, failed, squeeze_name
from sciculture_etl.validate.corrections import correct_rows
from sciculture_etl.validate.positions import count_rows, place_findings
from sciculture_etl.validate.rows import left_out
from sciculture_etl.validate.totals import check_long_total, check_totals, check_wide_total
from sciculture_etl.validate.typed import cast_rows


@dataclass
class Validated:
    """The rows of a dataset after validation.

    Attributes:
        accepted: envelope (submission_id, part, source_row, submitter, program_year) and the contract's typed columns.
        quarantine: submission_id, part, source_row, raw (JSON of the row's texts), read (JSON of their
            values).
        findings: ``findings.SCHEMA``.
        accounts: per part submission_id, part, sheet, rows read, loaded, quarantined, left_out and one column a reason;
            columns: JSON of field → [column letter, header as written]; first_row: the first one below the header.
        corrections: submission_id, part, source_row, correction, fits: what the contract's corrections found.
        years: submission_id, part, program_year of all rows that are data, each once.
    """

    accepted: pl.DataFrame
    quarantine: pl.DataFrame
    findings: pl.DataFrame
    accounts: pl.DataFrame
    corrections: pl.DataFrame
    years: pl.DataFrame


class _Findings:
    """Collects failing cells of a batch and which of its rows can't be accepted."""

    def __init__(self, contract: Contract, rows: pl.DataFrame) -> None:
        self.contract = contract
        self.rows = rows
        self.bad = pl.Series("bad", [False]).new_from_index(0, rows.height)
        self.frames: list[pl.DataFrame] = []

    def add(self, field: str | None, cells: pl.DataFrame, rejects: bool) -> None:
        if not cells.height:
            return
        if rejects:
            errors = cells.filter(pl.col("severity") == "error")["index"].unique()
            self.bad = self.bad.scatter(errors, True)
        value = pl.lit(None, pl.String)
        if field in self.rows.columns:
            value = pl.lit(self.rows[field].gather(cells["index"]))
        self.frames.append(cells.with_columns(pl.lit(field, pl.String).alias("field"), value.alias("value")))

    def reject(self, field: str, cells: pl.DataFrame) -> None:
        """Rows that can't be accepted for a cell, whether or not its field had to be filled; told once a cell."""
        self.bad = self.bad.scatter(cells["index"], True)
        self.add(field, self.unreported(field, cells), rejects=True)

    def unreported(self, field: str, cells: pl.DataFrame) -> pl.DataFrame:
        """The cells of a field that no error stands at yet."""
        rejected = [
            f.filter((pl.col("field") == field) & (pl.col("severity") == "error"))["index"] for f in self.frames
        ]
        return cells.filter(~pl.col("index").is_in(pl.concat(rejected).implode())) if rejected else cells

    def know_key(self, names: list[str], lacks_year: pl.Series) -> pl.Series:
        """Per row whether its errors leave that key as it is.

        They stand in measures, or all of the table lacks the year.

        Args:
            lacks_year: per row, that its table does.
        """
        apart = pl.col("field").is_in([name for name in self.contract.measures if name not in names])
        yearless = (pl.col("field") == "program_year") & pl.col("index").is_in(lacks_year.arg_true().implode())
        errors = [frame.filter(pl.col("severity") == "error") for frame in self.frames]
        wrong = [frame.filter(~(apart | yearless).fill_null(False))["index"] for frame in errors]
        reported = pl.concat([pl.Series([], dtype=pl.UInt32), *wrong])
        return pl.Series([True]).new_from_index(0, self.rows.height).scatter(reported.unique(), False)

    def spread(self, numbers: pl.Series) -> None:
        """A source row that tells several rows is refused as one.

        Args:
            numbers: the candidate of each row.
        """
        source = pl.DataFrame({"number": numbers, "row": self.rows["row"], "bad": self.bad})
        self.bad = source.select(pl.col("bad").any().over("number", "row")).to_series()


def _check_rule(rule: RowRule, typed: pl.DataFrame) -> pl.DataFrame:
    holds = pl.sql_expr(rule.must)
    if rule.when:
        holds = ~pl.sql_expr(rule.when).fill_null(False) | holds
    breaks = typed.select((~holds).fill_null(False).alias("breaks"))["breaks"]
    code = rule.code if rule.severity == "error" else rule.code.replace("E_", "W_", 1)
    return failed(breaks.arg_true(), code, rule.expected.ko, rule.expected.en, rule.severity)


def _duplicates(rows: pl.DataFrame, keys: pl.DataFrame, usable: pl.Series) -> pl.DataFrame:
    """Rows whose key stands in an earlier row of the same submission (``FAILED``); expected: that row's number."""
    at = usable.arg_true()
    if not at.len():
        return pl.DataFrame(schema=FAILED)
    # A hash first: only rows that share one are compared key by key.
    hashes = keys[at].hash_rows()
    suspects = at.filter(hashes.is_duplicated())
    if not suspects.len():
        return pl.DataFrame(schema=FAILED)
    frame = keys[suspects].with_columns(
        suspects.cast(pl.UInt32).alias("index"), rows["row"].gather(suspects).alias("row")
    )
    names = keys.columns
    numbered = frame.with_columns(
        pl.col("row").first().over(names).alias("first_row"), pl.col("index").cum_count().over(names).alias("nth")
    ).filter(pl.col("nth") > 1)
    first = numbered["first_row"].cast(pl.String)
    return failed(numbered["index"], "E_DUPLICATE_KEY", first, first)


def _latent_duplicates(rows: pl.DataFrame, keys: pl.DataFrame, bad: pl.Series, known: pl.Series) -> pl.DataFrame:
    """Refused rows that would repeat another once they are mended (``FAILED``), so that they are told at once.

    Args:
        known: whether the key of a row can be relied on.
    """
    if not bad.any():
        return pl.DataFrame(schema=FAILED)
    at = (~bad | known).arg_true()
    refused_last = pl.DataFrame({"index": at, "bad": bad.gather(at)}).sort("bad", maintain_order=True)["index"]
    order = refused_last.cast(pl.UInt32)
    repeated = _duplicates(rows[order], keys[order], pl.Series([True]).new_from_index(0, order.len()))
    repeated = repeated.with_columns(order.gather(repeated["index"]).alias("index"))
    return repeated.filter(pl.col("index").is_in(bad.arg_true().implode()))


def _keys(contract: Contract, typed: pl.DataFrame, names: list[str], submissions: pl.Series) -> pl.DataFrame:
    keys = typed.select(names)
    if names != contract.grain:
        # A rule of uniqueness of its own compares names as people do.
        keys = keys.with_columns(
            pl.col(name).map_elements(squeeze_name, return_dtype=pl.String)
            for name in names
            if keys.schema[name] == pl.String
        )
    return keys.with_columns(submissions.alias("submission_id"))


def validate_tables(contract: Contract, candidates: list[TableCandidate]) -> Validated:
    """All tables of one dataset, at once. The outcome for a table doesn't depend on which others are in the batch."""
    blocks = split_blocks(contract, candidates)
    stacked = stack_blocks(contract, blocks)
    reasons = left_out(contract, stacked)
    rows = stacked.filter(reasons.is_null())
    findings = _Findings(contract, rows)
    corrected = correct_rows(contract, rows, blocks)
    for name, cells in corrected.reported:
        findings.add(name, cells, rejects=False)
    found, rows = rows, corrected.rows
    findings.rows = rows
    typed = cast_rows(contract, rows, blocks, findings.add)
    for rule in contract.row_rules:
        findings.add(rule.field, findings.unreported(rule.field, _check_rule(rule, typed)), rejects=True)
    findings.add("overflow", failed(rows["overflow"].is_not_null().arg_true(), "E_EXTRA_CELLS"), rejects=True)
    findings.add(None, _stray_quotes(rows, blocks), rejects=True)
    for name, cells in _uncalculated(rows, blocks).items():
        findings.reject(name, cells)
    numbers = per_row(rows, [block.number for block in blocks], pl.UInt32())
    is_wide = len(blocks) > len(candidates)
    if is_wide and contract.unpivot:
        name, failing = check_wide_total(contract.unpivot, rows, typed, numbers)
        findings.add(name, failing, rejects=True)
        findings.spread(numbers)
    submissions = per_row(rows, [block.candidate.submission_id for block in blocks], pl.String())
    if contract.unpivot and TOTAL in contract.fields[contract.unpivot.into].values:
        findings.add(*check_long_total(contract, contract.unpivot, typed, submissions), rejects=True)
    lacks_year = per_row(rows, ["program_year" not in block.letters for block in blocks], pl.Boolean())
    for names in [contract.grain, *contract.unique]:
        keys = _keys(contract, typed, names, submissions)
        usable = pl.Series([True]).new_from_index(0, rows.height)
        if names != contract.grain:  # what isn't given is the same as nothing else
            usable = keys.select(pl.all_horizontal(pl.col(names).is_not_null())).to_series()
        latent = _latent_duplicates(rows, keys, findings.bad, findings.know_key(names, lacks_year) & usable)
        findings.add(None, pl.concat([_duplicates(rows, keys, usable & ~findings.bad), latent]), rejects=True)
    if is_wide:
        findings.spread(numbers)
    findings.add(None, _hidden_rows(rows, blocks), rejects=False)
    counted = typed.select(name for name in contract.measures if contract.fields[name].type in ("count", "money"))
    mismatches = check_totals(contract, stacked, reasons, counted)
    placed = place_findings(contract, blocks, rows, findings.frames, stacked, mismatches)
    envelope = rows.select(
        submissions.alias("submission_id"),
        per_row(rows, [block.candidate.part for block in blocks], pl.Int32()).alias("part"),
        pl.col("row").alias("source_row"),
        per_row(rows, [block.candidate.submitter for block in blocks], pl.String()).alias("submitter"),
    )
    accepted = envelope.hstack(typed.select("program_year", *contract.columns)).filter(~findings.bad)
    corrections = envelope.select("submission_id", "part", "source_row")[corrected.outcomes["index"]].hstack(
        corrected.outcomes.select("correction", "fits")
    )
    read = ["program_year", *contract.columns]
    quarantine = (
        envelope.select("submission_id", "part", "source_row")
        .filter(findings.bad)
        .hstack(_as_given(contract, found.filter(findings.bad), blocks))
        .hstack(typed.filter(findings.bad).select(pl.struct(read).struct.json_encode().alias("read")))
    )
    if is_wide:
        quarantine = quarantine.unique(["submission_id", "part", "source_row"], keep="first", maintain_order=True)
    accounts = count_rows(blocks, stacked, reasons, rows, findings.bad)
    years = envelope.select("submission_id", "part", typed["program_year"]).drop_nulls().unique(maintain_order=True)
    return Validated(accepted, quarantine, placed, accounts, corrections, years)


def _as_given(contract: Contract, rows: pl.DataFrame, blocks: list[Block]) -> pl.DataFrame:
    """``raw``: the texts of each row as JSON. Of the year only where its own table has such a column."""
    texts = [name for name in (*contract.fields, "overflow") if name in rows.columns]
    given = pl.struct(texts).struct.json_encode()
    if "program_year" in rows.columns:
        has_year = per_row(rows, ["program_year" in block.frame.columns for block in blocks], pl.Boolean())
        given = pl.when(has_year).then(pl.struct("program_year", *texts).struct.json_encode()).otherwise(given)
    return rows.select(given.alias("raw"))


def _uncalculated(rows: pl.DataFrame, blocks: list[Block]) -> dict[str, pl.DataFrame]:
    """By field, cells with a formula of which no result is stored (``FAILED``): what it comes to can't be known."""
    places: dict[str, list[tuple[int, int]]] = {}
    for key, block in enumerate(blocks):
        owners = {letter: name for name, letter in block.letters.items()}
        for row, letter in block.table.uncalculated:
            if letter in owners:
                places.setdefault(owners[letter], []).append((key, row))
    schema = {"part_key": pl.UInt32, "row": pl.Int64}
    numbered = rows.select("part_key", "row").with_row_index("index") if places else pl.DataFrame()
    return {
        name: failed(
            numbered.join(pl.DataFrame(found, schema, orient="row"), on=["part_key", "row"], how="semi")["index"],
            "E_REQUIRED_MISSING", "수식이 든 칸이면 결과가 저장되지 않은 것이니 엑셀에서 열어 저장해 주세요.",
            "its formula holds no result: open the file in Excel and save it",
        )
        for name, found in places.items()
    }  # fmt: skip


def _stray_quotes(rows: pl.DataFrame, blocks: list[Block]) -> pl.DataFrame:
    quotes = pl.DataFrame(
        [(key, *quote) for key, block in enumerate(blocks) for quote in block.table.stray_quotes],
        {"part_key": pl.UInt32, "row": pl.Int64, "first": pl.Int64, "last": pl.Int64}, orient="row",
    )  # fmt: skip
    if not quotes.height:
        return pl.DataFrame(schema=FAILED)
    found = rows.select("part_key", "row").with_row_index("index").join(quotes, on=["part_key", "row"])
    taken = pl.when(pl.col("first") < pl.col("last"))
    ko, en = found.select(
        taken.then(pl.format("이 따옴표 때문에 {}~{}행이 한 칸으로 묶입니다.", "first", "last"))
        .otherwise(pl.lit(""))
        .alias("ko"),
        taken.then(pl.format("it makes one cell of rows {} to {}", "first", "last")).otherwise(pl.lit("")).alias("en"),
    )
    return failed(found["index"], "E_STRAY_QUOTE", ko, en)


def _hidden_rows(rows: pl.DataFrame, blocks: list[Block]) -> pl.DataFrame:
    schema = {"part_key": pl.UInt32, "row": pl.Int64}
    hidden = pl.concat(
        [pl.DataFrame({"part_key": n, "row": block.table.hidden_rows}, schema=schema) for n, block in enumerate(blocks)]
    )
    if not hidden.height:
        return pl.DataFrame(schema=FAILED)
    seen = rows.select("part_key", "row").with_row_index("index").join(hidden, on=["part_key", "row"], how="semi")
    return failed(seen["index"], "W_HIDDEN_ROW", severity="warning")
