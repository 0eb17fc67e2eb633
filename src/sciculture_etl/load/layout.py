"""How the build database is laid out: its own tables, and the views over the rows that count.

Schemas: ``log`` (receipts, submissions, their parts, findings, quarantine, versions), ``store`` (accepted rows of every
version), ``accepted`` (views: the rows in force, for the SQL of the model). Tables and views of the model stand in
``main``.
"""

from __future__ import annotations

import json

import duckdb

from sciculture_etl.contracts import Contract
from sciculture_etl.settings import fingerprint

ENVELOPE = {
    "submission_id": "VARCHAR",
    "reading": "VARCHAR",
    "part": "INTEGER",
    "source_row": "BIGINT",
    "submitter": "VARCHAR",
    "program_year": "SMALLINT",
    "partition_key": "VARCHAR",
}
VERSION = (
    "dataset VARCHAR, submitter VARCHAR, program_year SMALLINT, partition_key VARCHAR, submission_id VARCHAR, "
    "reading VARCHAR"
)
KEY = " PRIMARY KEY"
DECISION = "submission_id VARCHAR, reason VARCHAR, decided_at TIMESTAMPTZ, seen BIGINT"
LOG_TABLES = {
    "receipt": "seq BIGINT, sha256 VARCHAR, submission_id VARCHAR, path VARCHAR, submitter VARCHAR, size BIGINT, "
    "received_at TIMESTAMPTZ, modified_at TIMESTAMPTZ, arrival INTEGER, name_stem VARCHAR, name_day DATE, "
    "name_rank VARCHAR",
    "reading": "reading VARCHAR, part VARCHAR, mark VARCHAR",
    "submission": "submission_id VARCHAR, reading VARCHAR, format VARCHAR, refused BOOLEAN, datasets VARCHAR[], "
    "submitter VARCHAR, made_on DATE, saved_at TIMESTAMPTZ, unread_sheets VARCHAR[]",
    "part": "submission_id VARCHAR, part INTEGER, dataset VARCHAR, sheet VARCHAR, read BIGINT, loaded BIGINT, "
    "quarantined BIGINT, left_out BIGINT, blank BIGINT, footnote BIGINT, example BIGINT, header BIGINT, "
    "subtotal BIGINT, other BIGINT, extra_headers VARCHAR, columns VARCHAR, first_row BIGINT, made_on DATE",
    "part_year": "submission_id VARCHAR, part INTEGER, program_year SMALLINT",
    "finding": "submission_id VARCHAR, part INTEGER, sheet VARCHAR, row BIGINT, cell VARCHAR, header VARCHAR, "
    "field VARCHAR, code VARCHAR, severity VARCHAR, value VARCHAR, expected_ko VARCHAR, expected_en VARCHAR, "
    "unit VARCHAR, message_ko VARCHAR, message_en VARCHAR, fix_ko VARCHAR, fix_en VARCHAR",
    "quarantine": "submission_id VARCHAR, part INTEGER, source_row BIGINT, raw VARCHAR, read VARCHAR",
    "version": f"{VERSION}, row_count BIGINT",
    "version_order": f"{VERSION}, row_count BIGINT, play VARCHAR, position INTEGER, decided_by VARCHAR, "
    "made_on DATE, saved_at TIMESTAMPTZ, name_stem VARCHAR, name_day DATE, name_rank VARCHAR, arrival INTEGER, "
    "modified_at TIMESTAMPTZ",
    "version_measure": f"{VERSION}, measure VARCHAR, value DOUBLE",
    "waiting": f"{VERSION}, cause VARCHAR, measure VARCHAR, value_before DOUBLE, value_after DOUBLE",
    "held": VERSION,
    "decided": f"decision_no BIGINT, kind VARCHAR, {DECISION}",
    "closing": "closing_no BIGINT, dataset VARCHAR, program_year SMALLINT, kind VARCHAR, reason VARCHAR, "
    "decided_at TIMESTAMPTZ, seen BIGINT, submitter VARCHAR, until DATE, counted VARCHAR",
    "withdrawn": DECISION,
    # What the years' journal comes to: state is open, provisional or closed; reason, that of its last closing or
    # reopening; is_revised, whether what counts is other than at the closing.
    "year_state": "dataset VARCHAR, program_year SMALLINT, state VARCHAR, is_revised BOOLEAN, reason VARCHAR",
    "correction": "submission_id VARCHAR, part INTEGER, source_row BIGINT, correction VARCHAR, fits BOOLEAN",
    "asked": "submission_id VARCHAR",
    "reshaped": "submission_id VARCHAR",
    "in_force": VERSION,
    "modelled": VERSION,
    "model": "name VARCHAR, made_from VARCHAR, made_by VARCHAR, content VARCHAR, input_fingerprints VARCHAR",
    "suite_result": "dataset VARCHAR, program_year SMALLINT, fingerprint VARCHAR, passed BOOLEAN, detail VARCHAR",
    "curated_suite": "name VARCHAR, content VARCHAR, warnings VARCHAR[]",
    "state": f"key VARCHAR{KEY}, value VARCHAR",
}


def rows_in_force(dataset: str) -> str:
    """Those rows of a dataset that count."""
    return (
        f"SELECT * EXCLUDE (reading) FROM store.{dataset} AS s "
        f"SEMI JOIN log.in_force AS f ON f.dataset = '{dataset}' AND f.submission_id = s.submission_id "
        f"AND f.reading = s.reading AND f.program_year = s.program_year AND f.partition_key = s.partition_key"
    )


def views_over_all(contracts: dict[str, Contract]) -> dict[str, str]:
    """Views over the accepted rows of all datasets, so that SQL that concerns all of them names none of them.

    dataset_year: which years have rows. named_institution: who is named where, one row a row (the submitter where a
    contract leaves it to him). measure_year: the sums of every submitter, dataset, year and measure compared.
    measure_period: the same of each partition of a year.
    """
    named, measured, of_parts = [], [], []
    for dataset, contract in contracts.items():
        place = f"SELECT '{dataset}' AS dataset, submission_id, part, source_row, program_year"
        for name, fld in contract.fields.items():
            if fld.refers_to == "institution":
                column = name if fld.required else f"coalesce({name}, submitter)"
                named.append(f"{place}, {column} AS name FROM accepted.{dataset}")
        if counted := contract.compared:
            sums = ", ".join(f"CAST(sum({name}) AS DOUBLE) AS {name}" for name in counted)
            totals = f"SELECT submitter, program_year, {sums} FROM accepted.{dataset} GROUP BY ALL"
            measured.append(
                f"SELECT '{dataset}' AS dataset, submitter, program_year, measure, value "
                f"FROM (UNPIVOT ({totals}) ON {', '.join(counted)} INTO NAME measure VALUE value)"
            )
            totals = f"SELECT submitter, program_year, partition_key, {sums} FROM accepted.{dataset} GROUP BY ALL"
            of_parts.append(
                f"SELECT '{dataset}' AS dataset, submitter, program_year, partition_key, measure, value "
                f"FROM (UNPIVOT ({totals}) ON {', '.join(counted)} INTO NAME measure VALUE value)"
            )
    return {
        "dataset_year": "SELECT DISTINCT dataset, program_year FROM log.in_force",
        "named_institution": " UNION ALL ".join(named),
        "measure_year": " UNION ALL ".join(measured),
        "measure_period": " UNION ALL ".join(of_parts),
    }


LAYOUT = fingerprint(json.dumps([ENVELOPE, LOG_TABLES]))


def has_todays_layout(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the database is empty or its own tables are those of this version."""
    try:
        return connection.execute("SELECT value FROM log.state WHERE key = 'layout'").fetchone() == (LAYOUT,)
    except (duckdb.CatalogException, duckdb.BinderException):
        # Asked last: a lake's engine asks for all tables to list one.
        own = "database_name = current_database() AND schema_name = 'log'"
        return not connection.execute(f"SELECT 1 FROM duckdb_tables() WHERE {own}").fetchone()
