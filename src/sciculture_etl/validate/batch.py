"""A batch: all tables of one dataset that were read together → accepted rows, quarantined rows, findings, accounts."""

from __future__ import annotations

import json
from dataclasses import dataclass

import polars as pl

from sciculture_etl.contracts import Contract, ContractField, RowRule
from sciculture_etl.findings import SCHEMA, empty_findings
from sciculture_etl.read import Table
from sciculture_etl.validate.cells import FAILED, cast_field, cast_years, failed, squeeze_name
from sciculture_etl.validate.places import resolve_places
from sciculture_etl.validate.rows import left_out
from sciculture_etl.validate.totals import check_totals

LEFT_OUT = ("blank", "footnote", "example", "header", "subtotal")
# Resident and foreigner registration numbers, mobile phones, e-mail addresses.
# Full-width forms count: they look the same to a reader.
PERSONAL_VALUE = (
    r"(?:^|[^\d\-])\d{6}\s?[-－]?\s?[1-8１-８]\d{6}(?:[^\d\-]|$)"
    r"|(?:^|[^\d])[0０][1１][016-9０１６-９][-－.．\s]?\d{3,4}[-－.．\s]?\d{4}(?:[^\d]|$)"
    r"|[A-Za-z0-9._%+\-]+[@＠][A-Za-z0-9.\-]+\.[A-Za-z]{2,}"
)
SHORTEST_PERSONAL = len("a@b.kr")


@dataclass
class Candidate:
    """A table on its way in. part: its number within the submission, from 1."""

    submission_id: str
    part: int
    submitter: str
    name_year: int | None
    table: Table


@dataclass
class Validated:
    """accepted: envelope (submission_id, part, source_row, submitter, program_year) and the contract's typed columns.
    quarantine: submission_id, part, source_row, raw (JSON of the row's texts). findings: ``findings.SCHEMA``.
    accounts: per part submission_id, part, sheet, rows read, loaded, quarantined, left_out and one column a reason.
    personal: submissions in which values of personal data stand, to be refused as a whole."""

    accepted: pl.DataFrame
    quarantine: pl.DataFrame
    findings: pl.DataFrame
    accounts: pl.DataFrame
    personal: list[str]


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


def _stack(contract: Contract, candidates: list[Candidate]) -> pl.DataFrame:
    """All rows of the batch: part_key, place columns, raw texts by field, ``scale:<money field>`` where one counts."""
    frames = []
    for key, candidate in enumerate(candidates):
        scales = {f"scale:{name}": scale for name, scale in candidate.table.scales.items() if scale != 1}
        frames.append(
            candidate.table.frame.with_columns(
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


def _per_part(rows: pl.DataFrame, values: list[object], dtype: pl.DataType) -> pl.Series:
    return pl.Series(values, dtype=dtype).gather(rows["part_key"])


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
    told = frame.with_columns(
        pl.col("row").first().over(names).alias("first_row"), pl.col("index").cum_count().over(names).alias("nth")
    ).filter(pl.col("nth") > 1)
    first = told["first_row"].cast(pl.String)
    return failed(told["index"], "E_DUPLICATE_KEY", first, first)


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


def validate_tables(contract: Contract, candidates: list[Candidate]) -> Validated:
    """All tables of one dataset, at once. The outcome for a table doesn't depend on which others are in the batch."""
    stacked = _stack(contract, candidates)
    reasons = left_out(contract, stacked)
    rows = stacked.filter(reasons.is_null())
    findings = _Findings(contract, rows)
    title_years = _per_part(rows, [c.table.title_year for c in candidates], pl.Int32())
    name_years = _per_part(rows, [c.name_year for c in candidates], pl.Int32())
    own_years = rows["program_year"] if "program_year" in rows.columns else None
    years, failing = cast_years(own_years, title_years, name_years)
    findings.add("program_year", failing, rejects=True)
    typed = _cast_fields(contract, rows, years, candidates, findings)
    typed = typed.with_columns(years.alias("program_year"))
    for rule in contract.row_rules:
        findings.add(rule.field, _check_rule(rule, typed), rejects=True)
    overflow = rows["overflow"].is_not_null()
    findings.add("overflow", failed(overflow.arg_true(), "E_EXTRA_CELLS"), rejects=True)
    submissions = _per_part(rows, [c.submission_id for c in candidates], pl.String())
    for names in [contract.grain, *contract.unique]:
        keys = _keys(contract, typed, names, submissions)
        findings.add(None, _duplicates(rows, keys, ~findings.bad), rejects=True)
    hidden = pl.concat(
        [pl.DataFrame({"part_key": key, "row": c.table.hidden_rows}, schema={"part_key": pl.UInt32, "row": pl.Int64})
         for key, c in enumerate(candidates)]
    )  # fmt: skip
    if hidden.height:
        seen = rows.select("part_key", "row").with_row_index("index").join(hidden, on=["part_key", "row"], how="semi")
        findings.add(None, failed(seen["index"], "W_HIDDEN_ROW", severity="warning"), rejects=False)
    personal = _personal(contract, rows, submissions)
    counted = typed.select(name for name in contract.measures if contract.fields[name].type != "number")
    mismatches = check_totals(contract, stacked, reasons, counted)
    told = _place_findings(contract, candidates, rows, findings.frames, stacked, mismatches)
    envelope = rows.select(
        submissions.alias("submission_id"),
        _per_part(rows, [c.part for c in candidates], pl.Int32()).alias("part"),
        pl.col("row").alias("source_row"),
        _per_part(rows, [c.submitter for c in candidates], pl.String()).alias("submitter"),
    )
    accepted = envelope.hstack(typed.select("program_year", *contract.columns)).filter(~findings.bad)
    raw = [name for name in ("program_year", *contract.fields, "overflow") if name in rows.columns]
    quarantine = (
        envelope.select("submission_id", "part", "source_row")
        .filter(findings.bad)
        .with_columns(rows.select(raw).filter(findings.bad).select(pl.struct(raw).struct.json_encode().alias("raw")))
    )
    accounts = _accounts(candidates, stacked, reasons, rows, findings.bad)
    return Validated(accepted, quarantine, told, accounts, personal)


def _cast_fields(
    contract: Contract, rows: pl.DataFrame, years: pl.Series, candidates: list[Candidate], findings: _Findings
) -> pl.DataFrame:
    columns: list[pl.Series] = []
    for name, fld in contract.fields.items():
        if fld.type == "region":
            columns.append(rows[name].alias(name))
            continue
        scales = rows[f"scale:{name}"] if f"scale:{name}" in rows.columns else None
        values, failing = cast_field(contract, fld, rows[name], years, scales)
        findings.add(name, failing, rejects=fld.required)
        columns.append(values)
    typed = pl.DataFrame(columns)
    if not contract.region_fields:
        return typed
    names = [fld.name for fld in contract.region_fields]
    mapped = pl.DataFrame(
        {name: _per_part(rows, [name in c.table.letters for c in candidates], pl.Boolean()) for name in names}
    )
    codes, failures = resolve_places(contract, rows.select(names), years, mapped)
    for fld in contract.region_fields:
        findings.add(fld.name, failures[fld.name], rejects=contract.region_fields[-1].required)
    return typed.hstack(codes)


def _personal(contract: Contract, rows: pl.DataFrame, submissions: pl.Series) -> list[str]:
    """Submissions in which a cell looks like personal data, in whatever column: all of them may be kept as found."""
    found: set[str] = set()
    for name in ("program_year", *contract.fields, "overflow"):
        if name not in rows.columns:
            continue
        kind = contract.fields[name].type if name in contract.fields else None
        long = (rows[name].str.len_bytes() >= SHORTEST_PERSONAL).arg_true()
        if kind == "money":  # thirteen digits may be an amount
            long = long.filter(~rows[name].gather(long).str.contains(r"^[\d,]+$"))
        suspect = rows[name].gather(long).str.contains(PERSONAL_VALUE)
        found.update(submissions.gather(long.filter(suspect)))
    return sorted(found)


def _headers(candidates: list[Candidate]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"part_key": key, "field": name, "letter": letter, "header": candidate.table.headers[name]}
            for key, candidate in enumerate(candidates)
            for name, letter in candidate.table.letters.items()
        ],
        schema={"part_key": pl.UInt32, "field": pl.String, "letter": pl.String, "header": pl.String},
    )


def _field_words(contract: Contract) -> pl.DataFrame:
    def words(name: str, fld: ContractField) -> dict[str, str | None]:
        return {"field": name, "own_header": fld.header, "unit": fld.unit}

    known = [words(name, fld) for name, fld in contract.fields.items()]
    known.append({"field": "program_year", "own_header": "사업연도", "unit": None})
    return pl.DataFrame(known, schema={"field": pl.String, "own_header": pl.String, "unit": pl.String})


def _place_findings(
    contract: Contract,
    candidates: list[Candidate],
    rows: pl.DataFrame,
    frames: list[pl.DataFrame],
    stacked: pl.DataFrame,
    mismatches: pl.DataFrame,
) -> pl.DataFrame:
    """Failing cells by index → findings with submission, sheet, row, cell and header as the file writes it."""
    parts = pl.DataFrame(
        [
            {"part_key": key, "submission_id": c.submission_id, "part": c.part, "sheet": c.table.sheet}
            for key, c in enumerate(candidates)
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
    return (
        pl.concat(placed, how="diagonal")
        .join(parts, on="part_key", how="left", maintain_order="left")
        .join(_headers(candidates), on=["part_key", "field"], how="left", maintain_order="left")
        .join(_field_words(contract), on="field", how="left", maintain_order="left")
        .with_columns(
            pl.format("{}{}", "letter", "row").alias("cell"),
            pl.coalesce("header", "own_header").alias("header"),
            pl.when(pl.col("field") != "overflow").then("field").alias("field"),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
        .sort("submission_id", "part", "row", "cell", "code", nulls_last=True)
    )


def _accounts(
    candidates: list[Candidate], stacked: pl.DataFrame, reasons: pl.Series, rows: pl.DataFrame, bad: pl.Series
) -> pl.DataFrame:
    out = (
        stacked.select("part_key", reasons.alias("reason"))
        .group_by("part_key")
        .agg(pl.len().alias("read"), *((pl.col("reason") == reason).sum().alias(reason) for reason in LEFT_OUT))
    )
    judged = (
        rows.select("part_key", bad.alias("bad"))
        .group_by("part_key")
        .agg((~pl.col("bad")).sum().alias("loaded"), pl.col("bad").sum().alias("quarantined"))
    )
    told = pl.DataFrame(
        [
            {
                "part_key": key, "submission_id": c.submission_id, "part": c.part, "sheet": c.table.sheet,
                "dataset": c.table.contract.dataset,
                "extra_headers": json.dumps(c.table.extra_headers, ensure_ascii=False),
                "made_on": c.table.made_on,
            }
            for key, c in enumerate(candidates)
        ],
        schema={"part_key": pl.UInt32, "submission_id": pl.String, "part": pl.Int32, "sheet": pl.String,
                "dataset": pl.String, "extra_headers": pl.String, "made_on": pl.Date},
    )  # fmt: skip
    counts = ["read", "loaded", "quarantined", *LEFT_OUT]
    return (
        told.join(out, on="part_key", how="left")
        .join(judged, on="part_key", how="left")
        .with_columns(pl.col(counts).fill_null(0).cast(pl.Int64))
        .with_columns(left_out=pl.sum_horizontal(LEFT_OUT))
        .sort("part_key")
        .drop("part_key")
    )
