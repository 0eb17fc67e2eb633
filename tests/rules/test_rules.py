"""Rules that need no night, each tried on rows that are given, against rows that are expected.

The cases are data: ``cases/<name>.yml`` holds those of ``sql/rules/<name>.sql``, or of the SELECT of that table.

    given:                     rows that every case begins with; a case that names a table has its own rows instead
    usual:                     what the columns hold that a case doesn't name; else NULL
    cases:
      <the promise>:
        <table>: |             column names, then a row a line, cells apart by ``|``; NULL is NULL
        expected: |            all rows, in their order; the columns that are named
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import yaml

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.load.beside import BEGUN, UNCHANGED_YEARS
from sciculture_etl.load.layout import LOG_TABLES
from sciculture_etl.load.scope import SCHEMA
from sciculture_etl.model import load_statements
from sciculture_etl.model.reference import CORRECTION, DUE_PERIOD, MEASURE
from sciculture_etl.project import SQL
from sciculture_etl.revisions.causes import CAUSE
from sciculture_etl.revisions.diff import DIFFERENCE
from sciculture_etl.revisions.revision import RELEASE, WITHHELD
from sciculture_etl.rules import apply_rule, given, rule
from sciculture_etl.versions.fold import NONE_ASIDE

CASES = Path(__file__).parent / "cases"
RULES = [Path(name).stem for name in SQL.files("rules/*.sql")]
# Tables of which the SELECT is a rule too. Each reads those before it.
TABLES = [
    "version_pair", "mart_submission_version", "mart_submission_log", "mart_version_conflict",
    "mart_submission_status", "mart_reporting_rate",
    "mart_reporting_rate_by_institution", "outlier_in_history", "mart_correction", "sido_of_name",
    "fct_satisfaction_survey", "program_cell", "mart_program_level_year", "mart_dsc_by_eupmyeondong",
]  # fmt: skip
ROW = ("table_name", "row_key", "cause")
COUNTING = ("dataset", "submitter", "program_year", "partition_key", "submission_id", "reading")
# What rules are handed beside the tables.
FRAMES: dict[str, Any] = {
    "counting": dict.fromkeys(COUNTING, pl.String) | {"program_year": pl.Int16},
    "difference": DIFFERENCE,
    "found": dict.fromkeys(ROW, pl.String),
    "cause": CAUSE,
    "scope": SCHEMA,
    "kept": UNCHANGED_YEARS,
    "begun": BEGUN,
    "set_aside": NONE_ASIDE.schema,
    "release": RELEASE,
    "withheld": WITHHELD,
    "rests_on": {"key": pl.List(pl.String), "dataset": pl.String, "program_year": pl.Int16},
    "wording": {"unknown": pl.String, "named": pl.Int64},
    "between_them": dict.fromkeys((*ROW, "column_name"), pl.String),
}
REFERENCE: dict[str, Any] = {
    "due_period": DUE_PERIOD,
    "contract": {"dataset": pl.String, "title_ko": pl.String, "cadence": pl.String},
    "period": {"period": pl.String, "name_ko": pl.String, "name_en": pl.String},
    "correction": CORRECTION,
    "contract_field": {"dataset": pl.String, "field": pl.String, "header": pl.String},
    "sido_spelling": {"spelling": pl.String, "sido_code": pl.String},
    "region_level": {"region_level": pl.String, "position": pl.String, "name_ko": pl.String},
    "measure": MEASURE,
}
# Of other tables, the columns that the rules read.
OTHERS: dict[str, Any] = {
    "institution_key": {"name_key": pl.String, "institution_code": pl.String},
    "dim_institution": {"institution_code": pl.String, "valid_to": pl.Date},
    "accepted.measure_period": {
        "dataset": pl.String, "submitter": pl.String, "program_year": pl.Int16, "partition_key": pl.String,
        "measure": pl.String, "value": pl.Float64,
    },
    "accepted.dataset_year": {"dataset": pl.String, "program_year": pl.Int16},
    "accepted.satisfaction_survey": {
        "submission_id": pl.String, "part": pl.Int32, "source_row": pl.Int64, "submitter": pl.String,
        "partition_key": pl.String, "program_year": pl.Int16, "program_code": pl.String, "unit_name": pl.String,
        "survey_round": pl.Int16, "scale": pl.String, "respondent_count": pl.Int64, "satisfaction_score": pl.Float64,
    },
}  # fmt: skip
# Those that they read as their contracts have them, whose SELECTs have no cases here.
AS_PROMISED = [
    "dim_region", "dim_region_map", "voucher_cell", "fct_dsc_class", "fct_dsc_facility", "fct_dsc_institution_year",
    "fct_imagination_room_program", "fct_do_dream_operation", "fct_science_museum_support", "fct_inclusive_program",
    "fct_regional_culture_support", "fct_private_activity_project",
]  # fmt: skip
Row = dict[str, str | None]


@dataclass(frozen=True)
class Case:
    """tables: table → its rows. expected: rows, of the columns that are looked at."""

    rule: str
    promise: str
    tables: dict[str, list[Row]]
    expected: list[tuple[str | None, ...]]
    columns: list[str]


def table(text: str) -> tuple[list[str], list[list[str | None]]]:
    """Columns and rows."""
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip()]
    return header, [[None if cell == "NULL" else cell.strip('"') for cell in line] for line in lines]


def read_cases(name: str) -> Iterator[Case]:
    file = yaml.safe_load((CASES / f"{name}.yml").read_text(encoding="utf-8"))
    usual: dict[str, Row] = {
        table_name: {column: str(value) for column, value in row.items()}
        for table_name, row in file.get("usual", {}).items()
    }
    for promise, texts in file["cases"].items():
        columns, expected = table(texts.pop("expected"))
        rows = {}
        for table_name, text in (file.get("given", {}) | texts).items():
            header, lines = table(text)
            rows[table_name] = [usual.get(table_name, {}) | dict(zip(header, line, strict=True)) for line in lines]
        yield Case(name, promise, rows, [tuple(line) for line in expected], columns)


def all_cases() -> list[Any]:
    names = sorted(path.stem for path in CASES.glob("*.yml"))
    return [pytest.param(case, id=f"{name}: {case.promise}") for name in names for case in read_cases(name)]


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table that the rules read, without a row. Its clock is in a zone that no rule may depend on."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        connection.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
        connection.execute("CREATE SCHEMA log; CREATE SCHEMA reference; CREATE SCHEMA accepted")
        for name, columns in LOG_TABLES.items():
            connection.execute(f"CREATE TABLE log.{name} ({columns})")
        for name, schema in (
            FRAMES | OTHERS | {f"reference.{name}": schema for name, schema in REFERENCE.items()}
        ).items():
            with given(connection, frame=pl.DataFrame(schema=schema)):
                connection.execute(f"CREATE TABLE {name} AS FROM frame")
        for name in AS_PROMISED:
            columns = load_table_contracts()[name].columns.items()
            listed = ", ".join(f"{column} {stated.type}" for column, stated in columns)
            connection.execute(f"CREATE TABLE {name} ({listed})")
        for name in TABLES:
            connection.execute(f"CREATE TABLE {name} AS FROM ({load_statements()[name].text}) LIMIT 0")
        yield connection


def found(connection: duckdb.DuckDBPyConnection, case: Case) -> list[tuple[str | None, ...]]:
    """What the rule makes of the case's rows, as text."""
    connection.execute("BEGIN")
    try:
        for name, rows in case.tables.items():
            for row in rows:
                columns = ", ".join(f'"{column}"' for column in row)
                connection.execute(
                    f"INSERT INTO {name} ({columns}) VALUES ({', '.join('?' * len(row))})", list(row.values())
                )
        made = (
            apply_rule(connection, case.rule)
            if case.rule in RULES
            else connection.execute(load_statements()[case.rule].text).pl()
        )
        with given(connection, made=made):
            listed = ", ".join(f'CAST("{column}" AS VARCHAR)' for column in case.columns)
            return connection.execute(f"SELECT {listed} FROM made").fetchall()
    finally:
        connection.execute("ROLLBACK")


@pytest.mark.parametrize("case", all_cases())
def test_it_holds(empty: duckdb.DuckDBPyConnection, case: Case) -> None:
    rows = found(empty, case)
    if case.rule in RULES:
        assert rows == case.expected
    else:  # a table has no order
        assert sorted(rows, key=str) == sorted(case.expected, key=str)


def test_every_rule_has_cases() -> None:
    assert len(RULES) >= 9
    assert {path.stem for path in CASES.glob("*.yml")} == {*RULES, *TABLES}
    assert all(len(list(read_cases(name))) > 1 for name in [*RULES, *TABLES])


@pytest.mark.parametrize("name", RULES)
def test_every_rule_says_what_it_is_for_and_what_it_is_handed(name: str) -> None:
    text = rule(name)
    header = re.match(r"(?:--.*\n)+", text)
    assert header
    assert "Grain: " in header[0] or "One row." in header[0]
    handed = {frame for frame in FRAMES if re.search(rf"(FROM|JOIN) {frame}\b", text[header.end() :])}
    assert {frame for frame in FRAMES if re.search(rf"\b{frame}: ", header[0])} == handed
