"""Several write to a lake at once: who loads parts of it comes one after the other, and whoever meets others' commits
does the work again or is told. Every institution here is invented."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.contracts import load_contracts
from sciculture_etl.errors import BusyError, LakeConflictError, UserError
from sciculture_etl.lakes import Lake as Meant
from sciculture_etl.load import Warehouse
from sciculture_etl.settings import Settings
from sciculture_etl.storage.ducklake import BUILD, open_lake
from sciculture_etl.storage.lock import lock_holder, writer_lock
from tests.lake.servers import Lake

WRITERS, COMMITS = 3, 8
# A process that loads a part, as the year of a backfill is loaded: each commit takes away and adds.
WRITER = f"""
import json, sys
from pathlib import Path
from sciculture_etl.contracts import load_contracts
from sciculture_etl.lakes import Lake
from sciculture_etl.load import Warehouse
from sciculture_etl.settings import Settings
from sciculture_etl.storage.lock import writer_lock

given = json.loads(sys.argv[1])
own, folder = given["name"], Path(given["folder"])
lake = Lake.from_texts(given["warehouse"], given["data"], folder)
settings = Settings(warehouse=folder, lake=lake)
with (
    writer_lock(folder, 60, own, lake=lake, is_shared=True),
    Warehouse.open(settings, load_contracts(), part=own) as warehouse,
):
    print("has it", flush=True)
    sys.stdin.readline()
    for number in range({COMMITS}):
        def replace(connection):
            connection.execute("DELETE FROM log.asked WHERE submission_id LIKE ?", [own + " %"])
            names = f"SELECT '{{own}} {{number}} ' || range FROM range(150)"
            connection.execute(f"INSERT INTO log.asked {{names}}")
        warehouse.write(replace)
        print(number, flush=True)
"""


@pytest.fixture
def places(lake: Lake, tmp_path: Path) -> Settings:
    return Settings(inbox=str(tmp_path), warehouse=tmp_path, lake=Meant.from_texts(lake.warehouse, lake.data, tmp_path))


@contextmanager
def writer(lake: Lake, folder: Path, name: str) -> Iterator[subprocess.Popen[str]]:
    given = {"name": name, "folder": str(folder), "warehouse": lake.warehouse, "data": lake.data}
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, json.dumps(given)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    line = process.stdout.readline().strip()
    assert line, f"it ended with {process.wait()}"
    return line


def meet_in_one_row(warehouse: Warehouse, others: duckdb.DuckDBPyConnection) -> None:
    remove = "DELETE FROM log.asked WHERE submission_id = 'own'"
    warehouse.connection.execute(f"BEGIN; {remove}")
    others.execute(remove)
    warehouse.connection.execute("COMMIT")


def test_work_that_meets_anothers_commit_is_done_again_or_told(places: Settings) -> None:
    assert places.lake
    times = 0

    def replace(connection: duckdb.DuckDBPyConnection) -> None:
        nonlocal times
        times += 1
        connection.execute("DELETE FROM log.asked WHERE submission_id = '0'")
        connection.execute("INSERT INTO log.asked VALUES ('own')")
        if times <= disturbed:
            others.execute("DELETE FROM log.asked WHERE submission_id = ?", [str(disturbed + times)])

    with Warehouse.open(places, load_contracts()) as warehouse, open_lake(places.lake, BUILD) as others:
        warehouse.connection.execute("INSERT INTO log.asked SELECT CAST(range AS VARCHAR) FROM range(200)")
        disturbed = 99
        with pytest.raises(LakeConflictError, match="nothing of this step was written"):
            warehouse.write(replace)
        assert (times, warehouse.value("SELECT count(*) FROM log.asked")) == (6, 194)
        times, disturbed = 0, 2
        warehouse.write(replace)
        assert times == 3
        assert warehouse.value("SELECT count(*) FROM log.asked WHERE submission_id IN ('0', 'own')") == 1
    # Also what is no step of that kind.
    opened, told = Warehouse.open(places, load_contracts()), pytest.raises(LakeConflictError, match="others changed")
    with open_lake(places.lake, BUILD) as others:
        with told, opened as warehouse:
            meet_in_one_row(warehouse, others)
        others.execute("ALTER TABLE store.dsc_class ADD COLUMN of_others VARCHAR")
    of_a_part = Warehouse.open(places, load_contracts(), part="year 2018")
    with pytest.raises(UserError, match="made by another version"), of_a_part:
        pass


@pytest.mark.slow
def test_processes_that_load_parts_write_at_once_and_nobody_else_does(
    places: Settings, lake: Lake, tmp_path: Path
) -> None:
    with writer_lock(tmp_path, lake=places.lake), Warehouse.open(places, load_contracts()):
        pass
    with ExitStack() as stack:
        writers = [stack.enter_context(writer(lake, tmp_path, f"part {number}")) for number in range(WRITERS)]
        assert [said(one) for one in writers] == ["has it"] * WRITERS
        assert (lock_holder(tmp_path) or {})["shared"]
        for place in (tmp_path, tmp_path / "another machine's"):
            with pytest.raises(BusyError, match="part"), writer_lock(place, lake=places.lake):
                pass
        for one in writers:
            assert one.stdin
            one.stdin.write("go\n")
            one.stdin.flush()
        victim = writers.pop()
        assert said(victim) == "0"
        victim.kill()
        assert [[said(one) for _ in range(COMMITS)] for one in writers] == [[str(n) for n in range(COMMITS)]] * 2
        assert [one.wait() for one in writers] == [0, 0]
    assert lock_holder(tmp_path) is None
    with writer_lock(tmp_path, 60, lake=places.lake), Warehouse.open(places, load_contracts()) as warehouse:
        count = "SELECT regexp_extract(submission_id, 'part \\d \\d') AS name, count(*) FROM log.asked GROUP BY 1"
        kept = dict(warehouse.connection.execute(count).fetchall())
    last = f"{COMMITS - 1}"
    assert {name: rows for name, rows in kept.items() if name[5] != "2"} == {
        f"part 0 {last}": 150,
        f"part 1 {last}": 150,
    }
    assert [rows for name, rows in kept.items() if name[5] == "2"] == [150]
