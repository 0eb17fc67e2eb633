"""A database that says which release it is, small and with every kind of value, and the command that asks it."""

from __future__ import annotations

import json
import shutil
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


@pytest.fixture
def places_of_three(tmp_path: Path) -> Places:
    """Three releases, of which the last is current, and links to the versions of the second."""
    places = Places(tmp_path / "inbox", tmp_path / "warehouse")
    releases = places.warehouse / "releases"
    names = ["00001-20261128", "00002-20261129", "00003-20261130"]
    for name in names:
        (releases / name).mkdir(parents=True)
        with duckdb.connect(str(releases / name / "sciculture.duckdb")) as connection:
            connection.execute(f"CREATE TABLE release_info AS SELECT '{name}' AS release_id")
    shutil.copy(releases / names[2] / "sciculture.duckdb", places.warehouse)
    for link in ("1", "1.1"):
        (releases / link).symlink_to(names[1])
    (places.warehouse / "current.json").write_text(json.dumps({"release_id": names[2], "files": {}}))
    return places
