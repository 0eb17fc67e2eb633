"""The files of a release: the two databases, and every public table as CSV and Parquet."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sciculture_etl import __version__
from sciculture_etl.contracts import Promise
from sciculture_etl.load import Warehouse
from sciculture_etl.model.build import comments
from sciculture_etl.regions import REFERENCE_VERSION
from sciculture_etl.settings import sql_text

# The oldest storage that today's engine writes: opened by every client since DuckDB 1.1.
STORAGE = "v1.0.0"
RELEASE_INFO_COMMENTS = (
    "COMMENT ON TABLE release.main.release_info IS '이 파일의 릴리스 / The release this file is'",
    "COMMENT ON COLUMN release.main.release_info.release_id IS '릴리스 번호 / Number of the release'",
    "COMMENT ON COLUMN release.main.release_info.software_version IS '만든 프로그램의 판 / Version of the software'",
    "COMMENT ON COLUMN release.main.release_info.regions_version IS '행정구역 자료의 판 / Version of the regions'",
)


def _place(table: str) -> str:
    """Where a table stands in a release: ``meta_column`` is ``meta.column`` there."""
    return f'release.meta."{table.removeprefix("meta_")}"' if table.startswith("meta_") else f'release.main."{table}"'


def build_database(
    warehouse: Warehouse, path: Path, promises: dict[str, Promise], audience: str, release_id: str
) -> None:
    connection = warehouse.connection
    connection.execute(f"ATTACH {sql_text(path)} AS release (STORAGE_VERSION '{STORAGE}')")
    try:
        connection.execute("BEGIN")
        if audience == "public":
            connection.execute("CREATE SCHEMA release.meta")
        for promise in promises.values():
            if promise.audience != audience:
                continue
            order = ", ".join(f'"{name}"' for name in promise.grain)
            target = _place(promise.table)
            connection.execute(f'CREATE TABLE {target} AS SELECT * FROM "{promise.table}" ORDER BY {order}')
            connection.execute(comments(promise, target))
        connection.execute(
            "CREATE TABLE release.main.release_info AS "
            "SELECT ? AS release_id, ? AS software_version, ? AS regions_version",
            [release_id, __version__, REFERENCE_VERSION],
        )
        for line in RELEASE_INFO_COMMENTS:
            connection.execute(line)
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT release")
    finally:
        connection.execute("DETACH release")


FORMULA = r"(?s)^[=+\-@\t\r]."  # a text that a spreadsheet would run; a dash alone is none


def _harmless(promise: Promise) -> str:
    """The columns of a table for CSV: texts that look like a formula get an apostrophe in front."""
    texts = [f'"{name}"' for name, column in promise.columns.items() if column.type == "VARCHAR"]
    guarded = [
        f"CASE WHEN regexp_matches({name}, {sql_text(FORMULA)}) THEN concat(chr(39), {name}) ELSE {name} END AS {name}"
        for name in texts
    ]
    return f"* REPLACE ({', '.join(guarded)})" if guarded else "*"


def export_tables(warehouse: Warehouse, folder: Path, promises: dict[str, Promise]) -> dict[str, dict[str, Any]]:
    """Parquet and CSV of the public tables; rows and sha256 of the CSV, which is the table's hash. history: in tables
    that depend on earlier releases.

    The operator's tables are hashed likewise but leave the build database in ``operations.duckdb`` only. In CSV, no
    text is left that a spreadsheet would run as a formula.
    """
    tables: dict[str, dict[str, Any]] = {}
    for kind in ("csv", "parquet"):
        (folder / kind).mkdir(exist_ok=True)
    for name, promise in sorted(promises.items()):
        if promise.audience == "internal":
            continue
        order = ", ".join(f'"{column}"' for column in promise.grain)
        query = f'SELECT * FROM "{name}" ORDER BY {order}'
        harmless = f'SELECT {_harmless(promise)} FROM "{name}" ORDER BY {order}'
        public = promise.audience == "public"
        csv_path = folder / "csv" / f"{name}.csv"
        warehouse.connection.execute(f"COPY ({harmless}) TO {sql_text(csv_path)} (FORMAT csv, HEADER)")
        if public:
            parquet = folder / "parquet" / f"{name}.parquet"
            warehouse.connection.execute(f"COPY ({query}) TO {sql_text(parquet)} (FORMAT parquet, COMPRESSION zstd)")
        with csv_path.open("rb") as exported:
            digest = hashlib.file_digest(exported, "sha256").hexdigest()
        tables[name] = {
            "audience": promise.audience,
            "rows": warehouse.value(f'SELECT count(*) FROM "{name}"'),
            "sha256": digest,
        } | ({"history": True} if promise.made_by == "publication" else {})
        if not public:
            csv_path.unlink()
    return tables
