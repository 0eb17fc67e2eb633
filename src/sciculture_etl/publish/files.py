"""How the files of a release are written and checked.

The two databases, every public table as CSV and Parquet, the manifest.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import orjson

from sciculture_etl import __version__
from sciculture_etl.contracts import TableContract
from sciculture_etl.disclosure import published_relation
from sciculture_etl.regions import REFERENCE_VERSION
from sciculture_etl.settings import fingerprint, sql_text
from sciculture_etl.storage.parquet import first_unreadable
from sciculture_etl.storage.proof import why_unreadable

Found = TypeVar("Found")
# Opened by every client since DuckDB 1.1: the file's own version is the same as with v1.0.0, but the statistics of its
# columns take a tenth of the room.
STORAGE = "v1.1.0"
# Each table takes blocks of its own, and most tables are small: of blocks of the usual size (262,144 bytes) most is
# empty. The smallest that there are.
BLOCK_BYTES = 16_384
SORTED_ANYHOW = 20_000  # rows, below which sorting is cheaper than asking whether it is needed
RELEASE_INFO_COMMENTS = (
    "COMMENT ON TABLE release.main.release_info IS '이 파일의 릴리스 / The release this file is'",
    "COMMENT ON COLUMN release.main.release_info.release_id IS '릴리스 번호 / Number of the release'",
    "COMMENT ON COLUMN release.main.release_info.version IS '릴리스의 버전 (주.부.수정) / Its version'",
    "COMMENT ON COLUMN release.main.release_info.software_version IS '만든 프로그램의 판 / Version of the software'",
    "COMMENT ON COLUMN release.main.release_info.regions_version IS '행정구역 자료의 판 / Version of the regions'",
    "COMMENT ON COLUMN release.main.release_info.reason IS '공표 사유 / Why it was released'",
    "COMMENT ON COLUMN release.main.release_info.note_ko IS '이용자 안내(국문) / Note for readers, in Korean'",
    "COMMENT ON COLUMN release.main.release_info.note_en IS '이용자 안내(영문) / Note for readers, in English'",
)


@dataclass(frozen=True)
class Previous:
    """The release that the new one follows.

    Attributes:
        folder: its own; None for the first.
        tables: what its manifest says of each table.
        files: path → what the file was ``made_from`` and its ``sha256``, of those that may stand unchanged.
    """

    folder: Path | None = None
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, str]] = field(default_factory=dict)

    def link(self, path: str, made_from: str, target: Path) -> str | None:
        """Gives a file that would come out the same a second name, where it stands undamaged; returns its hash."""
        said = self.files.get(path)
        if self.folder is None or said is None or said["made_from"] != made_from:
            return None
        standing = self.folder / path
        if not standing.is_file() or sha256_of(standing) != said["sha256"]:
            return None
        try:
            target.hardlink_to(standing)
        except OSError:  # a file system without second names
            shutil.copyfile(standing, target)
        return said["sha256"]


@dataclass(frozen=True)
class Content:
    """What the files of a release are written from.

    Attributes:
        connection: to a database with the published tables by name.
        hashed: folder with public tables as the CSV that their hash was taken of; it is gone once written.
        previous: the release that is followed.
        public: of the outputs that are written and for everyone: name → path within the release.
        moved_csv: table → its CSV, where that stands in the release already.
        asked: what several files need alike, by what it is, once one of them has asked.
    """

    connection: duckdb.DuckDBPyConnection
    table_contracts: dict[str, TableContract]
    manifest: dict[str, Any]
    hashed: Path
    previous: Previous = field(default_factory=Previous)
    public: dict[str, str] = field(default_factory=dict)
    moved_csv: dict[str, Path] = field(default_factory=dict)
    asked: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def release_id(self) -> str:
        return str(self.manifest["release_id"])

    def stated(self, table: str) -> str:
        """The contract of a table as a text: what a page owes to it."""
        return self.once(("stated", table), self.table_contracts[table].model_dump_json)

    def once(self, what: Hashable, ask: Callable[[], Found]) -> Found:
        """What ``ask`` gives, kept under that name for all files of the release."""
        if what not in self.asked:
            self.asked[what] = ask()
        found: Found = self.asked[what]
        return found


def place_in_release(table: str) -> str:
    """Where a table stands in a release: ``meta_column`` is ``meta.column`` there."""
    return f'release.meta."{table.removeprefix("meta_")}"' if table.startswith("meta_") else f'release.main."{table}"'


def build_database(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    table_contracts: dict[str, TableContract],
    audience: str,
    about: dict[str, Any],
) -> None:
    """The tables of an audience → a new database.

    Args:
        about: the release's manifest, or as much of it as the file shall say of itself: ``release_id`` at least.
    """
    connection.execute(f"ATTACH {sql_text(path)} AS release (STORAGE_VERSION '{STORAGE}', BLOCK_SIZE {BLOCK_BYTES})")
    try:
        connection.execute("BEGIN")
        if audience == "public":
            connection.execute("CREATE SCHEMA release.meta")
        for table_contract in table_contracts.values():
            if table_contract.audience != audience:
                continue
            target = place_in_release(table_contract.table)
            connection.execute(f"CREATE TABLE {target} AS {in_order(connection, table_contract)}")
            connection.execute(comments(table_contract, target))
        connection.execute(
            "CREATE TABLE release.main.release_info AS "
            "SELECT ? AS release_id, CAST(? AS VARCHAR) AS version, ? AS software_version, ? AS regions_version, "
            "CAST(? AS VARCHAR) AS reason, CAST(? AS VARCHAR) AS note_ko, CAST(? AS VARCHAR) AS note_en",
            [
                about["release_id"],
                about.get("version"),
                __version__,
                REFERENCE_VERSION,
                *(about.get(name) or None for name in ("reason", "note_ko", "note_en")),
            ],
        )
        for line in RELEASE_INFO_COMMENTS:
            connection.execute(line)
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT release")
    finally:
        connection.execute("DETACH release")


def comments(table_contract: TableContract, table: str) -> str:
    """COMMENT ON statements for a table and its columns, to be run at once: one by one they take twice as long."""
    going = table_contract.deprecated.comment if table_contract.deprecated else ""
    text = f"{table_contract.description.ko} / {table_contract.description.en}{going}"
    lines = [f"COMMENT ON TABLE {table} IS {sql_text(text)}"]
    for name, column in table_contract.columns.items():
        unit = f" [{column.unit}]" if column.unit else ""
        additive = " 합산 불가/not additive" if column.additive is False else ""
        going = column.deprecated.comment if column.deprecated else ""
        text = f"{column.description.ko} / {column.description.en}{unit}{additive}{going}"
        lines.append(f'COMMENT ON COLUMN {table}."{name}" IS {sql_text(text)}')
    return ";\n".join(lines)


FORMULA = r"(?s)^[=+\-@\t\r]."  # a text that a spreadsheet would run; a dash alone is none


def _harmless(table_contract: TableContract) -> str:
    """The columns of a table for CSV: texts that look like a formula get an apostrophe in front."""
    texts = [f'"{name}"' for name, column in table_contract.columns.items() if column.type == "VARCHAR"]
    guarded = [
        f"CASE WHEN regexp_matches({name}, {sql_text(FORMULA)}) THEN concat(chr(39), {name}) ELSE {name} END AS {name}"
        for name in texts
    ]
    return f"* REPLACE ({', '.join(guarded)})" if guarded else "*"


def in_order(connection: duckdb.DuckDBPyConnection, table_contract: TableContract, columns: str = "*") -> str:
    """The SELECT of a table's rows as readers get them."""
    relation, order = published_relation(table_contract), ", ".join(f'"{column}"' for column in table_contract.grain)
    select = f"SELECT {columns} FROM {relation}"
    return select if _is_in_order(connection, relation, order) else f"{select} ORDER BY {order}"


def _is_in_order(connection: duckdb.DuckDBPyConnection, relation: str, order: str) -> bool:
    """Whether a large table needs no sorting, which costs a look at its keys instead of the disk for all its rows."""
    counted = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()
    if counted is None or counted[0] < SORTED_ANYHOW:
        return False
    # A window without an order takes the rows as they lie, and so does whoever writes them.
    astray = f"SELECT 1 FROM (SELECT row({order}) AS key, lag(key) OVER () AS before FROM {relation}) WHERE "
    return connection.execute(f"{astray} key <= before LIMIT 1").fetchone() is None


def hash_tables(
    connection: duckdb.DuckDBPyConnection,
    table_contracts: dict[str, TableContract],
    folder: Path,
    contents: dict[str, str],
    previous: Previous,
    release_id: str,
) -> dict[str, dict[str, Any]]:
    """Audience, rows and sha256 of every published table.

    The hash is that of its CSV, which stays in the folder where the table is public. since: the release in which it
    became so. history: in tables that depend on earlier releases. content: what the rows and their contract are known
    by; a table of which that is as it was before isn't written out again.

    Args:
        contents: of the tables of the model, by name.
        release_id: of the release that is built.
    """
    tables: dict[str, dict[str, Any]] = {}
    folder.mkdir(exist_ok=True)
    for name, table_contract in sorted(table_contracts.items()):
        if table_contract.audience == "internal":
            continue
        content = fingerprint(contents[name], STORAGE, __version__, duckdb.__version__) if name in contents else ""
        before = previous.tables.get(name, {})
        was_so_since = before.get("since") or (previous.folder.name if previous.folder else release_id)
        if content and before.get("content") == content:
            tables[name] = before | {"since": was_so_since}
            continue
        path = folder / f"{name}.csv"
        copy_csv(connection, table_contract, path)
        counted = connection.execute(f"SELECT count(*) FROM {published_relation(table_contract)}").fetchone()
        sha256 = sha256_of(path)
        tables[name] = {
            "audience": table_contract.audience,
            "rows": counted[0] if counted else 0,
            "sha256": sha256,
            "since": was_so_since if before.get("sha256") == sha256 else release_id,
            "content": content,
        } | ({"history": True} if table_contract.made_by == "publication" else {})
        if table_contract.audience != "public":
            path.unlink()
    return tables


def copy_csv(connection: duckdb.DuckDBPyConnection, table_contract: TableContract, path: Path) -> None:
    """No text is left that a spreadsheet would run as a formula."""
    query = in_order(connection, table_contract, _harmless(table_contract))
    connection.execute(f"COPY ({query}) TO {sql_text(path)} (FORMAT csv, HEADER, NEW_LINE '\\n')")


def sha256_of(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def write_public(content: Content, _table: str, target: Path) -> None:
    build_database(content.connection, target, content.table_contracts, "public", content.manifest)


def write_operations(content: Content, _table: str, target: Path) -> None:
    build_database(content.connection, target, content.table_contracts, "operator", content.manifest)


def why_no_database(path: Path, _table: dict[str, Any]) -> str | None:
    """Why it can't be read to its end; None where it can."""
    return why_unreadable(path)


def write_parquet(content: Content, table: str, target: Path) -> None:
    query = in_order(content.connection, content.table_contracts[table])
    content.connection.execute(f"COPY ({query}) TO {sql_text(target)} (FORMAT parquet, COMPRESSION zstd)")


def why_no_table(path: Path, _table: dict[str, Any]) -> str | None:
    """Why it can't be read, by its end alone; None where it can."""
    found = first_unreadable([path], "count(*)")
    return found[1] if found else None


def write_csv(content: Content, table: str, target: Path) -> None:
    content.moved_csv[table] = plain_csv(content, table).rename(target)


def plain_csv(content: Content, table: str) -> Path:
    """The CSV that the hash of a table is taken of, wherever it stands by now."""
    written = content.moved_csv.get(table, content.hashed / f"{table}.csv")
    if not written.exists():
        copy_csv(content.connection, content.table_contracts[table], written)
    return written


def why_not_as_hashed(path: Path, said: dict[str, Any]) -> str | None:
    return None if sha256_of(path) == said["sha256"] else "it was changed"


def write_manifest(content: Content, _table: str, target: Path) -> None:
    # It names every file ever received: the library of the language would take longer than all other files together.
    target.write_bytes(orjson.dumps(content.manifest, default=str, option=orjson.OPT_INDENT_2))
