"""What is said of one file; and what the nightly run would say of it, without a warehouse and an orchestrator."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import polars as pl

from sciculture_etl.contracts import Contract, TemplateId
from sciculture_etl.findings import Finding, empty_findings, with_texts
from sciculture_etl.intake.reading import Reading, read_submission
from sciculture_etl.privacy import mask_path
from sciculture_etl.privacy.search import find_personal
from sciculture_etl.settings import DEFAULT_LIMITS, Limits
from sciculture_etl.tables import Table
from sciculture_etl.validate import TableCandidate, Validated, submissions_without_data, validate_tables
from sciculture_etl.validate.positions import LEFT_OUT

ACCEPTED, PARTIALLY, REJECTED = "accepted", "partially_accepted", "rejected"
ROW_KINDS = ("read", "loaded", "quarantined", "left_out")
MAX_VALUES = {"sheet": "sheet", "row": "row", "cell": "cell", "column": "header", "field": "field", "value": "value"}


@dataclass(frozen=True)
class CheckedPart:
    """One table.

    number: within the file, from 1. program_years: of the rows loaded, where there are none of all that were read.
    rows: by ``ROW_KINDS``; left_out: those of them by reason. totals: sums of counts and money over its loaded rows.
    findings: ``findings.SCHEMA`` with words. columns: field → its column's letter and header as the file writes it.
    ignored_columns: headers that no field reads. first_row: the first below the header. template: the form of ours that
    it was made from; is_current: whether that is the form of today.
    """

    number: int
    contract: Contract
    sheet: str | None
    program_years: list[int]
    rows: dict[str, int]
    left_out: dict[str, int]
    totals: dict[str, int]
    findings: pl.DataFrame
    columns: dict[str, tuple[str, str]]
    ignored_columns: list[str]
    first_row: int
    template: TemplateId | None = None
    is_current: bool = False

    @property
    def dataset(self) -> str:
        return self.contract.dataset

    @property
    def title(self) -> str:
        return self.contract.title.ko

    @property
    def verdict(self) -> str:
        return _verdict(self.rows, self.findings)

    @cached_property
    def sound_rows(self) -> int:
        """Rows without an error. A cell that needn't be filled is left blank for its error, and its row is loaded."""
        found = zip(self.findings["severity"].to_list(), self.findings["row"].to_list(), strict=True)
        faulty = {row for severity, row in found if severity == "error" and row is not None}
        return self.rows["loaded"] + self.rows["quarantined"] - len(faulty)


@dataclass(frozen=True)
class Checked:
    """One file.

    Attributes:
        findings: those about the file as a whole; those about its tables are theirs.
        unread_sheets: visible ones that are no form.
    """

    file_name: str
    submitter: str | None
    refused: bool
    findings: pl.DataFrame
    parts: list[CheckedPart] = field(default_factory=list)
    unread_sheets: list[str] = field(default_factory=list)

    @property
    def rows(self) -> dict[str, int]:
        return {kind: sum(part.rows[kind] for part in self.parts) for kind in ROW_KINDS}

    @property
    def all_findings(self) -> pl.DataFrame:
        found = [findings for findings in (self.findings, *(part.findings for part in self.parts)) if findings.height]
        return pl.concat(found) if found else self.findings

    @property
    def shown_findings(self) -> pl.DataFrame:
        """The same for people: what every row of a table lacks alike, having no column for it, is told at the first."""
        found = self.all_findings
        if not found.height:
            return found
        alike = pl.struct("part", "field", "code", "message_ko").is_first_distinct()
        return found.filter(pl.col("cell").is_not_null() | pl.col("field").is_null() | alike)

    @cached_property
    def should_name_sheets(self) -> bool:
        """Whether a place needs the name of its sheet."""
        sheets = {part.sheet for part in self.parts} | (set(self.all_findings["sheet"].to_list()) - {None})
        return len(sheets) > 1

    @property
    def verdict(self) -> str:
        return REJECTED if self.refused else _verdict(self.rows, self.all_findings)


def _verdict(rows: Mapping[str, int], findings: pl.DataFrame) -> str:
    if rows["loaded"] == 0:
        return REJECTED
    return PARTIALLY if (findings["severity"] == "error").any() else ACCEPTED


def check_file(
    data: bytes, file_name: str, submitter: str | None, contracts: dict[str, Contract], limits: Limits = DEFAULT_LIMITS
) -> Checked:
    """Reads and validates one file by its bytes and name.

    Args:
        submitter: who sends it; else whom the file names.
    """
    reading = read_submission(data, contracts, limits, file_name)
    file_name = mask_path(file_name)
    submitter = submitter or reading.submitter
    if reading.refused:
        return Checked(file_name, submitter, True, _with_texts(reading.findings), unread_sheets=reading.unread_sheets)
    judged = _judge(reading, file_name, submitter or "", contracts)
    tables = dict(enumerate(reading.tables, start=1))
    parts = [part for contract, validated in judged for part in _parts(contract, validated, tables)]
    parts.sort(key=lambda part: part.number)
    empty = submissions_without_data([validated.accounts for _, validated in judged])
    whole = [*reading.findings, *(Finding("R_EMPTY") for _ in empty)]
    return Checked(file_name, submitter, False, _with_texts(whole), parts, reading.unread_sheets)


def refused_file(file_name: str, submitter: str | None, finding: Finding) -> Checked:
    """What is said of a file that couldn't be read to its end."""
    findings = find_personal([], file_name) or [finding]
    return Checked(mask_path(file_name), submitter, True, _with_texts(findings))


def _judge(
    reading: Reading, file_name: str, submitter: str, contracts: dict[str, Contract]
) -> list[tuple[Contract, Validated]]:
    candidates: dict[str, list[TableCandidate]] = {}
    for part, table in enumerate(reading.tables, start=1):
        candidate = TableCandidate("", part, submitter, file_name, table)
        candidates.setdefault(table.contract.dataset, []).append(candidate)
    return [(contracts[name], validate_tables(contracts[name], own)) for name, own in candidates.items()]


def _with_texts(findings: list[Finding]) -> pl.DataFrame:
    rows = [finding.as_row("") for finding in findings]
    return with_texts(pl.DataFrame(rows, schema=empty_findings().schema))


def counted(contract: Contract) -> list[str]:
    """Measures whose sums are told."""
    return [name for name in contract.measures if contract.fields[name].type in ("count", "money")]


def _parts(contract: Contract, validated: Validated, tables: dict[int, Table]) -> list[CheckedPart]:
    names = counted(contract)
    findings = with_texts(validated.findings)
    parts = []
    for account in validated.accounts.to_dicts():
        own = validated.accepted.filter(pl.col("part") == account["part"])
        table = tables[account["part"]]
        years = own if own.height else validated.years.filter(pl.col("part") == account["part"])
        sums = own.select(pl.col(name).sum() for name in names).to_dicts() if names else [{}]
        own_findings = findings.filter(part=account["part"])
        part = checked_part(contract, account, years["program_year"].unique().to_list(), sums[0], own_findings)
        current = table.template is not None and table.template.is_form_of(contract, table.title_years.one)
        parts.append(replace(part, template=table.template, is_current=current))
    return parts


def checked_part(
    contract: Contract, account: dict[str, Any], years: list[int], totals: dict[str, Any], findings: pl.DataFrame
) -> CheckedPart:
    """account: one row of ``Validated.accounts``."""
    return CheckedPart(
        number=account["part"],
        contract=contract,
        sheet=account["sheet"],
        program_years=sorted(years),
        rows={kind: account[kind] for kind in ROW_KINDS},
        left_out={reason: account[reason] for reason in LEFT_OUT},
        totals={name: int(totals[name] or 0) for name in counted(contract)},
        findings=findings,
        columns={name: (letter, header) for name, (letter, header) in json.loads(account["columns"]).items()},
        ignored_columns=json.loads(account["extra_headers"]),
        first_row=account["first_row"],
    )


def _shown_findings(findings: pl.DataFrame, language: str) -> list[dict[str, Any]]:
    return [
        {"code": row["code"], "severity": row["severity"]}
        | {key: row[column] for key, column in MAX_VALUES.items()}
        | {"message": row[f"message_{language}"], "fix": row[f"fix_{language}"]}
        for row in findings.to_dicts()
    ]


def as_answer(checked: Checked, language: str = "ko", most: int | None = None) -> dict[str, Any]:
    """For machines. A file with several tables has them under ``parts``, and what concerns it as a whole above them.

    Args:
        most: findings that are listed of each table, and of the file as a whole; None: all.
    """
    whole = _answer(
        checked.verdict, None, None, checked.submitter, checked.rows, {}, _head(checked.findings, most), language
    )
    parts = [
        _answer(
            part.verdict, part.dataset, part.program_years, checked.submitter, part.rows, part.totals,
            _head(part.findings, most), language,
        )
        | {"sheet": part.sheet, "ignored_columns": part.ignored_columns, "template": _template(part)}
        for part in checked.parts
    ]  # fmt: skip
    if len(parts) == 1:
        if checked.findings.height:
            parts[0]["findings"] = _shown_findings(_head(checked.all_findings, most), language)
        return parts[0] | {"verdict": checked.verdict}
    return whole | ({"parts": parts} if parts else {})


def _head(findings: pl.DataFrame, most: int | None) -> pl.DataFrame:
    return findings if most is None or findings.height <= most else findings.head(most)


def _template(part: CheckedPart) -> dict[str, Any] | None:
    template_id = part.template
    return (
        {"dataset": template_id.dataset, "year": template_id.year, "current": part.is_current} if template_id else None
    )


def _answer(
    verdict: str,
    dataset: str | None,
    years: list[int] | None,
    submitter: str | None,
    rows: dict[str, int],
    totals: dict[str, int],
    findings: pl.DataFrame,
    language: str,
) -> dict[str, Any]:
    year = years[0] if years and len(years) == 1 else years or None
    return {
        "verdict": verdict, "dataset": dataset, "program_year": year, "submitter": submitter, "rows": rows,
        "totals": totals, "template": None, "findings": _shown_findings(findings, language),
    }  # fmt: skip
