"""A database that says which release it is, small and with every kind of value, and the command that asks it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.commands import Ended, Places

Ask = Callable[..., Ended]


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("asked") / "sciculture.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE release_info AS SELECT '00007-20261130' AS release_id")
        connection.execute(
            "CREATE TABLE class AS SELECT range AS class_no, '가상반' || range AS class_name FROM range(100)"
        )
    return path


@pytest.fixture
def ask(database: Path, tmp_path: Path) -> Ask:
    places = Places(tmp_path / "inbox", tmp_path / "warehouse")
    return lambda *words: places.command("query", "--release", str(database), *words)
