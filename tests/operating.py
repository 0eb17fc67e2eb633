"""A warehouse as its operator sees it, without a night: receipts in its archive, journals, and the operator's file.

The tables are those of the table contracts; what isn't said of a row is empty.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.contracts import load_contracts, table_contracts_over
from sciculture_etl.extract import Archive, Receipt
from sciculture_etl.pipeline.journal import Runs
from sciculture_etl.pipeline.overview.sources import EVERYTHING, Asked, Sources
from sciculture_etl.settings import Settings

Row = dict[str, Any]
CENTRE = "가상시험센터"
NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
# Of every submission, unless something else is said.
LOGGED = {
    "submitter": CENTRE, "received_at": "2026-11-30T01:00:00+00:00", "byte_count": 100, "datasets": "dsc_class",
    "program_years": "2020", "verdict": "accepted", "standing": "in force", "state": "accepted", "is_unclear": False,
    "rows_read": 3, "rows_loaded": 3, "rows_quarantined": 0, "rows_left_out": 0, "error_count": 0, "warning_count": 0,
}  # fmt: skip


@dataclass
class Operated:
    """The warehouse; ``write`` makes the operator's file of the rows given so far."""

    folder: Path
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings = Settings(inbox=str(self.folder / "inbox"), warehouse=self.folder / "warehouse")
        self.contracts = load_contracts()

    @property
    def warehouse(self) -> Path:
        return self.settings.warehouse

    def submit(self, name: str, **said: Any) -> str:
        """A file that came; returns its number."""
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        path = f"{said.get('submitter', CENTRE)}/{name}"
        receipt = Receipt(sha256, path, said.get("submitter", CENTRE), 100, "2026-11-30T01:00:00+00:00")
        Archive(self.settings.archive, lambda: NOW).add_receipts([receipt])
        row = {"receipt_no": len(self.tables.get("mart_submission_log", [])) + 1, "submission_id": sha256[:16]}
        self.add("mart_submission_log", LOGGED | row | {"source_file": path, "file_sha256": sha256} | said)
        return sha256[:16]

    def finding(self, submission: str, code: str = "E_OUT_OF_RANGE", cell: str = "H13", **said: Any) -> None:
        texts = {
            "message_ko": "범위를 벗어났습니다",
            "message_en": "out of range",
            "fix_ko": "고쳐 주세요",
            "fix_en": "mend",
        }
        number = len(self.tables.get("mart_row_error", [])) + 1
        row = {"submission_id": submission, "finding_no": number, "submitter": CENTRE, "code": code, "cell": cell}
        self.add(
            "mart_row_error", {"severity": "error", "header": "운영횟수", "source_sheet": "실적", **texts} | row | said
        )

    def waits(self, submission: str, **said: Any) -> None:
        """That it would lose rows."""
        row = {
            "dataset": "dsc_class", "submitter": CENTRE, "program_year": 2020, "period_key": "",
            "submission_id": submission, "cause": "fewer_rows", "measure": "row_count",
            "source_file": f"{CENTRE}/기다림.csv", "waiting_since": "2026-11-29T01:00:00+00:00",
            "measure_name": "행 수", "value_before": 12, "value_after": 4,
        }  # fmt: skip
        self.add("mart_submission_waiting", row | said)

    def add(self, table: str, row: Row) -> None:
        self.tables.setdefault(table, []).append(row)

    def run(self, kind: str = "nightly", outcome: str = "published", **told: Any) -> None:
        """A run that ended."""
        receipts = len(self.tables.get("mart_submission_log", []))
        with Runs(self.settings.archive).record(kind) as record:
            record.outcome, record.details = outcome, {"receipts": receipts, "exit_code": 0} | told

    def write(self) -> Operated:
        self.warehouse.mkdir(parents=True, exist_ok=True)
        path = self.warehouse / "operations.duckdb"
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as connection:
            for name, contract in table_contracts_over(self.contracts).items():
                if contract.audience == "operator":
                    columns = {column: contract.columns[column].type for column in contract.columns}
                    definition = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
                    connection.execute(f"CREATE TABLE {name} ({definition})")
                    for row in self.tables.get(name, []):
                        assert row.keys() <= columns.keys(), row.keys() - columns.keys()
                        named = ", ".join(row)
                        marks = ", ".join("?" for _ in row)
                        connection.execute(f"INSERT INTO {name} ({named}) VALUES ({marks})", list(row.values()))
        return self

    def sources(self, asked: Asked = EVERYTHING, **more: Any) -> Sources:
        connection = duckdb.connect(str(self.warehouse / "operations.duckdb"), read_only=True)
        connection.execute("SET TimeZone = 'Asia/Seoul'")
        return Sources(self.settings, self.contracts, connection, NOW, asked=asked, **more)
