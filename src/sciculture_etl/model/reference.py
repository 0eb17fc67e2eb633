"""Tables of the schema ``reference``: hand-kept CSVs, and what regions, findings, contracts and promises say."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from sciculture_etl.contracts import Contract, ContractField, Deprecation, TableContract
from sciculture_etl.findings import catalogue
from sciculture_etl.load import Warehouse
from sciculture_etl.project import Folder, files_of
from sciculture_etl.regions import REFERENCE_VERSION, dim_region, region_changes, sido_spellings
from sciculture_etl.settings import fingerprint, sql_text
from sciculture_etl.versions.evidence import evidence_words

Schema = dict[str, type[pl.DataType]]
CORRECTION: Schema = dict.fromkeys(["correction", "dataset", "submitter"], pl.String) | {
    "program_year": pl.Int16, "cells": pl.String, "reason": pl.String, "source": pl.String,
}  # fmt: skip
DUE_PERIOD: Schema = {
    "dataset": pl.String, "program_year": pl.Int16, "period_no": pl.Int16, "period_ends_on": pl.Date,
    "due_on": pl.Date, "is_due": pl.Boolean,
}  # fmt: skip
# Nothing may be deprecated anywhere.
DEPRECATION: Schema = {"deprecated_since": pl.Date, "deprecated_until": pl.Date, "use_instead": pl.String}
MEASURE: Schema = {"measure": pl.String, "unit": pl.String, "is_additive": pl.Boolean}
FIRST_DUE_YEAR = 2010


@dataclass(frozen=True)
class ReferenceTable:
    """mark: fingerprint of what it is made from. load: makes it in the build database."""

    fingerprint_of: str
    load: Callable[[Warehouse], None]


def _from_csv(name: str, path: Path) -> ReferenceTable:
    def load(warehouse: Warehouse) -> None:
        warehouse.connection.execute(
            f"CREATE OR REPLACE TABLE reference.{name} AS "
            f"SELECT * FROM read_csv({sql_text(path)}, all_varchar = true, header = true)"
        )

    return ReferenceTable(fingerprint(path.read_bytes()), load)


def _from_frame(name: str, fingerprint_of: str, make: Callable[[], pl.DataFrame]) -> ReferenceTable:
    def load(warehouse: Warehouse) -> None:
        path = warehouse.staging / f"{name}.parquet"
        make().write_parquet(path)
        warehouse.connection.execute(
            f"CREATE OR REPLACE TABLE reference.{name} AS SELECT * FROM read_parquet({sql_text(path)})"
        )

    return ReferenceTable(fingerprint_of, load)


def _from_rows(
    name: str, rows: list[dict[str, Any]], schema: Schema | None = None, overrides: Schema | None = None
) -> ReferenceTable:
    fingerprint_of = fingerprint(json.dumps(rows, ensure_ascii=False, default=str))
    return _from_frame(
        name, fingerprint_of,
        lambda: pl.DataFrame(rows, schema, schema_overrides=overrides, infer_schema_length=None),
    )  # fmt: skip


def reference_tables(
    folder: Folder, contracts: dict[str, Contract], table_contracts: dict[str, TableContract], today: date
) -> dict[str, ReferenceTable]:
    """Every reference table by name.

    Args:
        folder: that of the SQL, whose ``reference`` holds the CSVs.
        today: up to when submissions are due.
    """
    found = {path.stem: _from_csv(path.stem, path) for path in files_of(folder, "reference/*.csv")}
    return found | {
        "region": _from_frame("region", REFERENCE_VERSION, dim_region),
        "region_change": _from_frame("region_change", REFERENCE_VERSION, region_changes),
        "sido_spelling": _from_rows("sido_spelling", sido_spellings()),
        "evidence": _from_rows("evidence", [{"level": level, **words} for level, words in evidence_words().items()]),
        "finding": _from_rows("finding", [{"code": code, **words} for code, words in catalogue().items()]),
        "contract": _from_rows("contract", [_contract_row(contract) for contract in contracts.values()]),
        "contract_field": _from_rows("contract_field", _field_words(contracts)),
        "correction": _from_rows("correction", _correction_rows(contracts), CORRECTION),
        "due_period": _from_rows("due_period", _due_periods(contracts, today), DUE_PERIOD),
        "table_contract": _from_rows(
            "table_contract",
            [_table_contract_row(table_contract) for table_contract in table_contracts.values()],
            overrides=DEPRECATION,
        ),
        "table_column": _from_rows("table_column", _table_column_rows(table_contracts), overrides=DEPRECATION),
        "measure": _from_rows("measure", _measure_rows(folder / "reference/measure.csv", table_contracts), MEASURE),
    }


def _contract_row(contract: Contract) -> dict[str, Any]:
    return {
        "dataset": contract.dataset, "title_ko": contract.title.ko, "title_en": contract.title.en,
        "program_code": contract.program, "submitter": contract.submitter, "cadence": contract.due.cadence,
        "grain": contract.grain, "partition_columns": contract.partition,
    }  # fmt: skip


def _correction_rows(contracts: dict[str, Contract]) -> list[dict[str, Any]]:
    return [
        {
            "correction": c.correction, "dataset": c.dataset, "submitter": c.submitter, "program_year": c.program_year,
            "cells": json.dumps({"where": c.where, "was": c.was, "to": c.to}, ensure_ascii=False),
            "reason": c.reason, "source": c.source,
        }
        for contract in contracts.values()
        for c in contract.corrections
    ]  # fmt: skip


def _due_periods(contracts: dict[str, Contract], today: date) -> list[dict[str, Any]]:
    """Every period up to this year's last. It changes on the day after one is due, and with the year."""
    periods = []
    for dataset, contract in contracts.items():
        for year in range(FIRST_DUE_YEAR, today.year + 1):
            for period in contract.due.periods:
                due_on = contract.due.due_on(year, period)
                periods.append(
                    {
                        "dataset": dataset, "program_year": year, "period_no": period,
                        "period_ends_on": contract.due.ends_on(year, period), "due_on": due_on,
                        "is_due": due_on is not None and due_on < today,
                    }
                )  # fmt: skip
    return periods


def _allowed(fld: ContractField) -> str:
    """What a cell may hold, in short."""
    if fld.values_from:
        return f"{len(fld.values)} codes of {fld.values_from}.csv"
    if fld.values:
        return ", ".join(fld.values)
    if fld.between:
        return "~".join(f"{bound:.15g}" for bound in fld.between)
    return fld.pattern or ""


def _field_words(contracts: dict[str, Contract]) -> list[dict[str, Any]]:
    return [
        {
            "dataset": contract.dataset, "field_no": number, "field": name, "header": fld.header,
            "aliases": fld.aliases, "type": fld.type, "unit": fld.unit or "", "is_required": fld.required,
            "allowed": _allowed(fld),
            "codes": [f"{code}: {(names or [code])[0]}" for code, names in fld.values.items()],
            "description_ko": fld.description.ko, "description_en": fld.description.en,
        }
        for contract in contracts.values()
        for number, (name, fld) in enumerate(contract.fields.items(), start=1)
    ]  # fmt: skip


def _table_contract_row(table_contract: TableContract) -> dict[str, Any]:
    return {
        "table_name": table_contract.table, "audience": table_contract.audience, "grain": table_contract.grain,
        "description_ko": table_contract.description.ko, "description_en": table_contract.description.en,
        "is_code_list": table_contract.is_code_list, **_deprecation(table_contract.deprecated),
    }  # fmt: skip


def _deprecation(deprecated: Deprecation | None) -> dict[str, Any]:
    return {
        "deprecated_since": deprecated and deprecated.since, "deprecated_until": deprecated and deprecated.until,
        "use_instead": deprecated and deprecated.used_instead,
    }  # fmt: skip


def _table_column_rows(table_contracts: dict[str, TableContract]) -> list[dict[str, Any]]:
    return [
        {
            "table_name": table_contract.table, "column_no": number, "column_name": name, "data_type": column.type,
            "unit": column.unit or "", "is_additive": column.additive, "description_ko": column.description.ko,
            "description_en": column.description.en,
            "codes": [f"{code}: {meaning.ko} / {meaning.en}" for code, meaning in column.codes.items()],
            **_deprecation(column.deprecated),
        }
        for table_contract in table_contracts.values()
        for number, (name, column) in enumerate(table_contract.columns.items(), start=1)
    ]  # fmt: skip


def _measure_rows(listed: Path, table_contracts: dict[str, TableContract]) -> list[dict[str, Any]]:
    """Every measure by its name: as the published tables state it where they agree, unless the list says otherwise."""
    stated: defaultdict[str, set[tuple[str | None, bool]]] = defaultdict(set)
    for table_contract in table_contracts.values():
        for name, column in table_contract.columns.items():
            if column.additive is not None and table_contract.audience == "public":
                stated[name].add((column.unit, column.additive))
    found = {name: words.pop() for name, words in stated.items() if len(words) == 1}
    with listed.open(encoding="utf-8", newline="") as source:
        found |= {row["measure"]: (row["unit"], row["is_additive"] == "true") for row in csv.DictReader(source)}
    return [
        {"measure": name, "unit": unit, "is_additive": additive} for name, (unit, additive) in sorted(found.items())
    ]
