"""Prefect's API of one run: as little of it as that needs, all of it for whoever asks, and nothing for anyone else."""

from __future__ import annotations

import base64
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from sciculture_etl.cli.app import FAILED
from sciculture_flows.embedded import SHOWN
from tests.waiting import PATIENCE

NEEDED = [("GET", "/admin/version"), ("GET", "/admin/storage"), ("POST", "/flows/"), ("POST", "/artifacts/")]
FURTHER = [("GET", "/version"), ("POST", "/flow_runs/filter"), ("POST", "/task_runs/count"), ("GET", "/hello")]
PREPARED = """
import asyncio, sys
from pathlib import Path
from sciculture_flows import records
records.PATTERN = Path(sys.argv[1])
asyncio.run(records.prepare_records())
"""
UNDONE = """
import asyncio
from prefect.server.database import provide_database_interface
asyncio.run(provide_database_interface().run_migrations_downgrade())
"""


@pytest.fixture
def api(prefect: Mapping[str, str]) -> Mapping[str, str]:
    return prefect


def asked(api: Mapping[str, str], method: str, path: str, password: str, **headers: str) -> int:
    known = {"Authorization": f"Basic {base64.b64encode(password.encode()).decode()}"} if password else {}
    return httpx.request(method, api["PREFECT_API_URL"] + path, headers=known | headers, trust_env=False).status_code


def test_of_all_that_prefects_server_answers_a_run_gets_what_it_asks_for(api: Mapping[str, str]) -> None:
    answers = [asked(api, method, path, api[SHOWN]) for method, path in NEEDED + FURTHER]
    assert answers == [200, 200, 422, 422, 200, 200, 200, 200]
    assert asked(api, "GET", "/nothing", api[SHOWN]) == 404
    assert asked(api, "GET", "/csrf-token", api[SHOWN]) == 422


@pytest.mark.parametrize("password", ["", "sciculture:guessed", "한글:암호"])
def test_nobody_else_gets_an_answer_but_whether_it_is_up(api: Mapping[str, str], password: str) -> None:
    assert {asked(api, method, path, password) for method, path in NEEDED + FURTHER} == {401}
    assert asked(api, "GET", "/health", password) == 200
    foreign = {"Origin": "http://elsewhere.example"}
    assert {asked(api, method, path, api[SHOWN], **foreign) for method, path in NEEDED + FURTHER} == {403}


def schema(database: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()


def names(database: Path) -> list[tuple[str, ...]]:
    """What Prefect makes by steps; in which order it writes the columns of a table down differs."""
    return [line[:2] for line in schema(database)]


def done(home: Path, code: str, pattern: Path) -> Path:
    environment = os.environ | {"PREFECT_HOME": str(home), "PREFECT_LOGGING_LEVEL": "CRITICAL"}
    subprocess.run([sys.executable, "-c", code, str(pattern)], env=environment, check=True)
    return home / "prefect.db"


@pytest.mark.slow
def test_records_begin_as_a_copy_of_what_prefect_made_the_first_time(tmp_path: Path) -> None:
    pattern, homes = tmp_path / "share" / "pattern.db", [tmp_path / name for name in ("first", "second", "third")]
    for home in homes:
        home.mkdir()
    first = done(homes[0], PREPARED, pattern)
    assert len(schema(first)) > 150
    assert pattern.stat().st_mode & 0o777 == 0o644
    assert not list(pattern.parent.glob(".*"))
    (homes[2] / "prefect.db").write_bytes(b"")  # as a process leaves it that was killed as it began
    assert schema(done(homes[1], PREPARED, pattern)) == schema(first)
    assert names(done(homes[2], PREPARED, pattern)) == names(first)
    # Of an earlier version of Prefect: brought up to date where it lies, and nothing in it is lost.
    done(homes[0], UNDONE, pattern)
    assert names(first) != names(pattern)
    with closing(sqlite3.connect(first)) as earlier, earlier:
        earlier.execute("INSERT INTO flow (name) VALUES ('kept')")
    done(homes[0], PREPARED, pattern)
    assert names(first) == names(pattern)
    with closing(sqlite3.connect(first)) as today:
        assert today.execute("SELECT name FROM flow").fetchall() == [("kept",)]


def test_a_run_whose_api_is_gone_fails_and_waits_for_nobody(tmp_path: Path) -> None:
    home = tmp_path / "prefect"
    (tmp_path / "inbox").mkdir()
    home.mkdir()
    (home / "prefect.db").write_bytes(b"no database" * 1000)
    environment = os.environ | {
        "PREFECT_HOME": str(home), "SCICULTURE_INBOX": str(tmp_path / "inbox"),
        "SCICULTURE_WAREHOUSE": str(tmp_path / "warehouse"),
    }  # fmt: skip
    for name in ("PREFECT_API_URL", SHOWN):
        environment.pop(name, None)
    ended = subprocess.run(
        [sys.executable, "-m", "sciculture_etl.cli", "run"], env=environment, capture_output=True, timeout=PATIENCE
    )
    assert (ended.returncode, b"Failed to reach API" in ended.stderr) == (FAILED, True)
