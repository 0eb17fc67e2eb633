"""Files of a release that are damaged: the release is named, and the build database has nothing to do with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import ReleaseError
from sciculture_etl.load import Warehouse
from sciculture_etl.revisions.diff import count_differences, find_differences, released_tables
from tests.nights import settings

TABLE = "SELECT i AS year, i * 2 AS persons FROM range(2000, 2100) AS t (i)"


def _release(folder: Path, number: int, table: str = TABLE) -> Path:
    parquet = folder / f"0000{number}-20200101" / "parquet"
    parquet.mkdir(parents=True)
    duckdb.execute(f"COPY ({table}) TO '{parquet}/mart_a.parquet'")
    duckdb.execute(f"COPY (SELECT 'mart_a' AS table_name, ['year'] AS grain) TO '{parquet}/meta_table.parquet'")
    return parquet.parent


def _compare(connection: duckdb.DuckDBPyConnection, old: Path, new: Path) -> pl.DataFrame:
    return find_differences(connection, released_tables(connection, old), released_tables(connection, new))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _zeros_within(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:20] + bytes(200) + data[220:])


@pytest.mark.parametrize("damage", [_cut, _zeros_within, Path.unlink])
def test_a_damaged_table_names_its_release_and_leaves_the_build_database_alone(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    old, new = _release(tmp_path, 1), _release(tmp_path, 2)
    damage(old / "parquet" / "mart_a.parquet")
    database = tmp_path / "warehouse.duckdb"
    with (
        pytest.raises(ReleaseError, match=f"release {old.name} is incomplete or corrupted: mart_a"),
        Warehouse.open(settings(tmp_path, tmp_path), load_contracts()) as warehouse,
    ):
        _compare(warehouse.connection, old, new)
    assert database.exists()
    assert not database.with_name("warehouse.duckdb.corrupt").exists()


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("SELECT checksum FROM range(1)", duckdb.BinderException),
        ("SELECT CAST('Corrupt database file' AS INTEGER)", duckdb.ConversionException),
        ("ATTACH 'other.duckdb' (READ_ONLY)", duckdb.IOException),
    ],
)
def test_words_of_damage_in_a_query_a_value_or_about_another_file_set_nothing_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str, error: type[duckdb.Error]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("other.duckdb").write_bytes(b"no database" * 1000)
    database = tmp_path / "warehouse.duckdb"
    with pytest.raises(error), Warehouse.open(settings(tmp_path, tmp_path), load_contracts()) as warehouse:
        warehouse.connection.execute(query)
    assert database.exists()


def test_a_table_whose_key_has_another_type_is_one_that_went_and_one_that_came(tmp_path: Path) -> None:
    old = _release(tmp_path, 1)
    new = _release(tmp_path, 2, "SELECT 'year ' || i AS year, i * 2 AS persons FROM range(2000, 2100) AS t (i)")
    with duckdb.connect() as connection:
        assert count_differences(_compare(connection, old, new)) == {"mart_a": {"changed": 0, "added": 1, "removed": 1}}
