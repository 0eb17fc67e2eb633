"""While releases are swapped, nobody who reads meets an error, or rows of two releases: neither clients nor `query`."""

from __future__ import annotations

import io
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sciculture_etl.publish.current import swap_to
from sciculture_etl.query import answer_statement, bind_statement, find_database, open_database, release_of, write_json
from sciculture_etl.settings import Settings

RELEASES, READERS, SWAPS, TABLES = 3, 8, 20, 4
MIN_READS, MAX_SECONDS = 2000, 500
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["sciculture_etl.query"])
EVERY_NUMBER = " UNION ALL ".join(f"SELECT DISTINCT number FROM part_{part}" for part in range(TABLES))


def make_release(warehouse: Path, number: int) -> str:
    """A release every value of which is its own number."""
    name = f"{number:05d}-202611{number:02d}"
    folder = warehouse / "releases" / name
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "sciculture.duckdb")) as connection:
        connection.execute(f"CREATE TABLE release_info AS SELECT '{name}' AS release_id")
        for part in range(TABLES):
            connection.execute(f"CREATE TABLE part_{part} AS SELECT {number} AS number FROM range(2000)")
    (folder / "operations.duckdb").write_bytes(b"")
    (folder / "manifest.json").write_text(json.dumps({"release_id": name, "tables": {}}))
    return name


def by_client(settings: Settings) -> set[int]:
    """The numbers that any client finds, the name of the release among them."""
    with duckdb.connect(
        str(settings.warehouse / "sciculture.duckdb"), read_only=True, config={"threads": 1}
    ) as connection:
        found = {number for (number,) in connection.execute(EVERY_NUMBER).fetchall()}
        (name,) = connection.execute("SELECT release_id FROM release_info").fetchall()[0]
    return found | {int(name[:5])}


def by_query(settings: Settings) -> set[int]:
    """The same as `sciculture query` finds it."""
    path, written = find_database(settings), io.StringIO()
    with open_database(path) as connection:
        name = release_of(connection, path)
        write_json(answer_statement(connection, bind_statement(connection, EVERY_NUMBER)), written.write)
    return {row["number"] for row in json.loads(written.getvalue())} | {int(name[:5])}


def read_on(settings: Settings, ask: Callable[[Settings], set[int]], stop: Any, total: Any, outcome: Any) -> None:
    count, seen, wrong = 0, set(), []
    while not stop.is_set():
        try:
            found = ask(settings)
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}")
            continue
        count += 1
        with total.get_lock():
            total.value += 1
        seen |= found
        if len(found) != 1:
            wrong.append(f"rows of several releases: {found}")
    outcome.put((count, seen, wrong))


@contextmanager
def readers(settings: Settings, total: Any) -> Iterator[list[tuple[int, set[int], list[str]]]]:
    """Processes that read on until the block ends; then the list holds how often each did, what it saw, what failed.

    Args:
        total: counts the reads of all as they go.
    """
    stop, outcome = SERVER.Event(), SERVER.Queue()
    asks = [by_client, by_query] * (READERS // 2)
    processes = [SERVER.Process(target=read_on, args=(settings, ask, stop, total, outcome)) for ask in asks]
    for process in processes:
        process.start()
    found: list[tuple[int, set[int], list[str]]] = []
    try:
        yield found
    finally:
        stop.set()
        found.extend(outcome.get(timeout=60) for _ in processes)
        for process in processes:
            process.join(20)


@pytest.mark.slow
def test_nobody_meets_an_error_or_two_releases_while_they_are_swapped(tmp_path: Path) -> None:
    settings = Settings(inbox=str(tmp_path), warehouse=tmp_path)
    names = [make_release(tmp_path, number) for number in range(1, RELEASES + 1)]
    swap_to(tmp_path, names[0])
    total, end = SERVER.Value("i", 0), time.monotonic() + MAX_SECONDS
    with open_database(find_database(settings)) as long_open, readers(settings, total) as found:
        for swap in range(1, SWAPS + 1):
            while total.value < MIN_READS * swap / SWAPS:  # so that there are as many reads before each as after it
                assert time.monotonic() < end
                time.sleep(0.01)
            swap_to(tmp_path, names[swap % RELEASES])
        assert {number for (number,) in long_open.execute(EVERY_NUMBER).fetchall()} == {1}
    assert [wrong for _, _, wrongs in found for wrong in wrongs] == []
    assert set().union(*(seen for _, seen, _ in found)) == {1, 2, 3}
    reads = [count for count, _, _ in found]
    assert min(reads) > 0
    assert sum(reads) >= MIN_READS
