"""Every client that docs/clients.md shows opens the released files, by the very lines that stand there."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import duckdb
import pytest
from nights import published

from generators.clients import PAGE, page, read_clients
from tests.clients.trying import Client, install, lay_out, printed
from tests.settled import Settled

CLIENTS = read_clients()
SESSIONS = "SELECT DISTINCT session_count FROM mart_dsc_summary WHERE session_count IS NOT NULL"
# What a client prints of itself may part thousands, or quote numbers.
MARKS = str.maketrans("", "", ",_'\"")


def expected(warehouse: Path) -> set[str]:
    found = {str(count) for (count,) in published(warehouse, SESSIONS)}
    assert found
    return found


@pytest.fixture
def folder(small: Settled, tmp_path: Path) -> Path:
    (release,) = (small.warehouse / "releases").glob("[0-9]*-*")
    return lay_out(tmp_path, small.warehouse, release.name)


def test_the_page_is_made_from_the_lines() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs` and commit docs/clients.md"


@pytest.mark.parametrize("name", [name for name, client in CLIENTS.items() if client.get("in_lock")])
def test_a_client_that_is_installed_prints_the_figures(
    name: str, folder: Path, small: Settled, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client: Client = CLIENTS[name]
    if client["language"] == "python":  # as a process of its own would, without its start
        monkeypatch.chdir(folder)
        exec(compile(client["lines"], name, "exec"), {"__name__": "__main__"})
        output = capsys.readouterr().out
    else:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        output = printed(client, folder, {**os.environ, "PATH": path})
    assert all(count in output.translate(MARKS) for count in expected(small.warehouse)), output


VERSIONS = [(name, version) for name, client in CLIENTS.items() for version in client["tried"]]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "version"), VERSIONS, ids=lambda part: part)
def test_every_version_that_the_page_names_prints_the_figures(
    name: str, version: str, folder: Path, small: Settled
) -> None:
    environment = install(CLIENTS[name], version, folder)
    output = printed(CLIENTS[name], folder, environment)
    assert all(count in output.translate(MARKS) for count in expected(small.warehouse)), output


READ_ALL = """
import duckdb
with duckdb.connect("warehouse/sciculture.duckdb", read_only=True) as release:
    names = "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL"
    rows = [row for place, name in release.execute(names).fetchall()
            for row in release.execute(f'FROM {place}."{name}"').fetchall()]
    comments = "SELECT count(comment) FROM duckdb_tables()"
    print(sum(value is not None for row in rows for value in row), *release.execute(comments).fetchone())
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", CLIENTS["python"]["tried"])
def test_every_engine_reads_every_value_and_the_comments(version: str, folder: Path) -> None:
    client = CLIENTS["python"] | {"lines": READ_ALL}
    with duckdb.connect(str(folder / "warehouse" / "sciculture.duckdb"), read_only=True) as release:
        names = release.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        counted = [
            release.execute(f'SELECT count(COLUMNS(*)) FROM {place}."{name}"').fetchone() for place, name in names
        ]
        comments = release.execute("SELECT count(comment) FROM duckdb_tables()").fetchone()
    values = sum(sum(row) for row in counted if row)
    assert printed(client, folder, install(client, version, folder)).split() == [
        str(values),
        str((comments or ("",))[0]),
    ]
