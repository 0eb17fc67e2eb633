"""A run may be killed at any instruction: nothing that readers open ever breaks, and the next run ends as if nothing
had happened.

The processes to be killed are forked from a server that has already imported everything, so that the moments fall on
the work itself. A warehouse is killed several times in a row, ever later, before a run may finish.
"""

import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pytest
from forms import as_csv, table
from nights import FILES, hashes, night, submit

KILLS_IN_A_ROW = 3
ROWS_OF_KILLS = 2
KILLS = KILLS_IN_A_ROW * ROWS_OF_KILLS
TODAY = date(2027, 1, 20)  # the day on which the files of the second day are first seen, whichever run takes them
TABLES = "SELECT count(*) FROM duckdb_tables() WHERE NOT internal"
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["sciculture_etl.pipeline", "great_expectations", "duckdb_sqlalchemy"])


def _run(inbox: Path, warehouse: Path) -> None:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    night(inbox, warehouse, today=TODAY, from_nothing=True, outputs=FILES)


def _read_on(public: Path, stop: Any, told: Any) -> None:
    """Opens the public file over and over, as any client would; tells how often, and what went wrong."""
    opened, seen, wrong = 0, set(), []
    while not stop.is_set():
        if not public.exists():
            if opened:
                wrong.append("the file was gone")
            time.sleep(0.002)
            continue
        try:
            with duckdb.connect(str(public), read_only=True) as connection:
                (tables,) = connection.execute(TABLES).fetchall()[0]
                (release,) = connection.execute("SELECT release_id FROM release_info").fetchall()[0]
                connection.execute("SELECT * FROM mart_dsc_summary").fetchall()
            opened += 1
            seen.add((release, tables))
            time.sleep(0.005)
        except (duckdb.Error, IndexError) as error:
            wrong.append(f"{type(error).__name__}: {error}")
    told.put((opened, sorted(seen), wrong))


def report_centre(inbox: Path, instructors: int) -> None:
    """A new version of the yearly table of the first centre."""
    centre = sorted(path.name for path in inbox.iterdir() if path.name.startswith("가상"))[0]
    funds = {"국비": "150000000", "지방비": "80000000"}  # without them it would wait for approval
    row = {"사업연도": "2020", "기관명": centre, "강사수": str(instructors)} | funds
    submit(inbox, centre, f"센터 현황 {instructors}.csv", as_csv(table(row)), f"2021-12-{instructors:02}T00:00:00")


@contextmanager
def reader(warehouse: Path) -> Iterator[list[Any]]:
    """A process that reads on until the block ends; then the list holds what it tells."""
    stop, told = SERVER.Event(), SERVER.Queue()
    process = SERVER.Process(target=_read_on, args=(warehouse / "sciculture.duckdb", stop, told))
    process.start()
    outcome: list[Any] = []
    try:
        yield outcome
    finally:
        stop.set()
        outcome.extend(told.get(timeout=20))
        process.join(20)


def kill_after(seconds: float, inbox: Path, warehouse: Path) -> bool:
    """Starts a run and kills it; tells whether it was still at work."""
    process = SERVER.Process(target=_run, args=(inbox, warehouse))
    process.start()
    process.join(seconds)
    process.kill()
    process.join(20)
    return process.exitcode == -signal.SIGKILL


@pytest.fixture(scope="module")
def two_days(small: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inbox as it stood on the first day with the warehouse of that day, and the inbox of the second day."""
    folder = tmp_path_factory.mktemp("kill")
    shutil.copytree(small.inbox, folder / "day one")
    shutil.copytree(small.warehouse, folder / "after day one", symlinks=True)
    shutil.copytree(small.inbox, folder / "day two")
    report_centre(folder / "day two", instructors=7)
    return folder


@pytest.fixture(scope="module")
def undisturbed(two_days: Path) -> Callable[[str], float]:
    """Makes, once each, what an undisturbed run of the second day ends in, and tells how many seconds it took."""

    @cache
    def make(start: str) -> float:
        if start == "from day one":
            shutil.copytree(two_days / "after day one", two_days / start, symlinks=True)
        seconds = _seconds_of_a_run(two_days / "day two", two_days / start)
        assert hashes(two_days / start) != hashes(two_days / "after day one")
        return seconds

    return make


def _seconds_of_a_run(inbox: Path, warehouse: Path) -> float:
    started = time.monotonic()
    process = SERVER.Process(target=_run, args=(inbox, warehouse))
    process.start()
    process.join(300)
    assert process.exitcode == 0
    return time.monotonic() - started


@pytest.mark.slow
def test_a_night_from_nothing_and_one_from_the_day_before_end_in_the_same_figures(
    two_days: Path, undisturbed: Callable[[str], float]
) -> None:
    for start in ("from nothing", "from day one"):
        undisturbed(start)
    assert hashes(two_days / "from nothing") == hashes(two_days / "from day one")


@pytest.mark.slow
@pytest.mark.parametrize("row", [0, 1])
def test_killed_at_random_moments_a_rerun_ends_as_if_undisturbed(
    two_days: Path, undisturbed: Callable[[str], float], row: int, tmp_path: Path
) -> None:
    folder, inbox = two_days, two_days / "day two"
    start = "from day one" if row % 2 else "from nothing"
    seconds, expected = undisturbed(start), folder / start
    told: list[list[Any]] = []
    with ExitStack() as readers:

        def begin_afresh() -> Path:
            readers.close()
            fresh = tmp_path / f"warehouse {len(told)}"
            if row % 2:  # on top of a release that people are reading
                shutil.copytree(folder / "after day one", fresh, symlinks=True)
            told.append(readers.enter_context(reader(fresh)))
            return fresh

        warehouse = begin_afresh()
        moments = random.Random(row)
        for number in range(KILLS_IN_A_ROW):
            # Each kill has its own stretch of the run's duration, so that together they cover all of it.
            moment = (number * ROWS_OF_KILLS + row + moments.random()) / KILLS * seconds
            while not kill_after(moment, inbox, warehouse):  # it had ended: less was left to do than thought
                assert hashes(warehouse) == hashes(expected)
                warehouse = begin_afresh()
                moment *= 0.8
        report = night(inbox, warehouse, today=TODAY, outputs=FILES)
    assert [wrong for _, _, wrong in told if wrong] == []
    assert len({tables for _, seen, _ in told for _, tables in seen}) == 1
    assert report.publication.outcome in ("published", "unchanged")
    assert hashes(warehouse) == hashes(expected)
    assert hashes(warehouse, "operator") == hashes(expected, "operator")
    with duckdb.connect(str(warehouse / "sciculture.duckdb"), read_only=True) as connection:
        released = connection.execute("SELECT release_id FROM release_info").fetchall()
    assert released == [(report.publication.release_id,)]
    left = [path.name for path in (warehouse / "releases").iterdir() if path.name.startswith(".")]
    assert left == []
    assert list((warehouse / "archive").glob(".incoming-*")) == []


def test_a_reader_never_fails_while_releases_are_swapped(two_days: Path, tmp_path: Path) -> None:
    warehouse, inbox = tmp_path / "warehouse", tmp_path / "inbox"
    shutil.copytree(two_days / "after day one", warehouse, symlinks=True)
    shutil.copytree(two_days / "day one", inbox)
    with reader(warehouse) as read, duckdb.connect(str(warehouse / "sciculture.duckdb"), read_only=True) as long_open:
        before = long_open.execute("FROM mart_dsc_summary").fetchall()
        report_centre(inbox, instructors=1)
        assert night(inbox, warehouse).publication.outcome == "published"
        # Whoever opened the old release goes on reading it.
        assert long_open.execute("FROM mart_dsc_summary").fetchall() == before
    opened, seen, wrong = read
    assert wrong == []
    assert opened > 10
    assert len({release for release, _ in seen}) >= 2
