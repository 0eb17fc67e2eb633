"""What the page "Ask the data" asks: a small database that holds all public tables but the history of releases."""

from __future__ import annotations

import base64
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.contracts import load_table_contracts
from sciculture_etl.project import CHECKOUT
from sciculture_etl.publish.site.ask import DATABASE_SCRIPT, ENGINE_SCRIPT, asked_tables, questions
from tests.nights import placed
from tests.settled import Settled

FILES = "releases/latest/site/assets/ask"
KEPT = re.compile(r'ask\.keep\("(\w+)", "([^"]+)"\);')


def kept(script: Path) -> dict[str, bytes]:
    """What a script hands to the page, unpacked."""
    found = KEPT.findall(script.read_text(encoding="ascii"))
    return {name: gzip.decompress(base64.b64decode(text)) for name, text in found}


@pytest.fixture(scope="module")
def database(small: Settled, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The page's own as ``ours``, the release's as ``release``."""
    path = tmp_path_factory.mktemp("ask") / "ask.duckdb"
    path.write_bytes(kept(small.warehouse / FILES / DATABASE_SCRIPT)["database"])
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS ours (READ_ONLY)")
        connection.execute(f"ATTACH '{small.warehouse / 'sciculture.duckdb'}' AS release (READ_ONLY)")
        yield connection


def test_it_holds_the_public_tables_as_the_release_does(database: duckdb.DuckDBPyConnection) -> None:
    asked = asked_tables(load_table_contracts())
    assert {"mart_revision", "meta_code_change"}.isdisjoint(asked)
    for table in asked:
        ours, release = (
            f"FROM {where}.{'' if '.' in placed(table) else 'main.'}{placed(table)}" for where in ("ours", "release")
        )
        assert (
            database.execute(f"({ours} EXCEPT ALL {release}) UNION ALL ({release} EXCEPT ALL {ours})").fetchall() == []
        )
    described = "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE database_name = "
    assert not database.execute(f"{described} 'ours' EXCEPT {described} 'release'").fetchall()


def test_no_table_is_left_out_that_a_reader_may_see(database: duckdb.DuckDBPyConnection) -> None:
    tables = "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = "
    left_out = database.execute(f"{tables} 'release' EXCEPT {tables} 'ours'").fetchall()
    assert sorted(left_out) == [("main", "mart_revision"), ("main", "release_info"), ("meta", "code_change")]


def test_every_example_can_be_asked(database: duckdb.DuckDBPyConnection) -> None:
    assert len(questions()) >= 8
    database.execute("USE ours")
    for one in questions().values():
        database.execute(one.sql).fetchall()


def test_the_engine_is_the_one_that_is_vendored(small: Settled) -> None:
    vendored = CHECKOUT / "pages/assets/duckdb"
    handed = kept(small.warehouse / FILES / ENGINE_SCRIPT)
    assert handed["engine"] == gzip.decompress((vendored / "duckdb-eh.wasm.gz").read_bytes())
    assert handed["worker"] == (vendored / "duckdb-browser-eh.worker.js").read_bytes()
