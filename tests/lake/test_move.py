"""Tables go to a lake and come back, equal row by row, and are complete in one of the two places whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.errors import NotReadyError, UserError
from sciculture_etl.load.layout import LAYOUT
from sciculture_etl.load.moving import differences
from sciculture_etl.pipeline import Run, Runs
from sciculture_etl.pipeline.moving import move_tables, target_settings
from sciculture_etl.settings import Settings
from tests.commands import Places
from tests.lake.servers import Lake
from tests.nights import settings

LEFT = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'sciculture_build'"
# Where a move is killed: before and after each of its steps that change something.
STEPS = ("copy_tables", "differences", "seal", "put_in_force", "remove")


# All kinds of things that a build database holds: keys, views over views, macros, comments, lists, times, odd numbers,
# an empty table, and more rows than stand in a catalogue.
CONTENT = """
CREATE SCHEMA log; CREATE SCHEMA store; CREATE SCHEMA accepted;
CREATE TABLE log.state (key VARCHAR PRIMARY KEY, value VARCHAR);
INSERT INTO log.state VALUES ('published', '00001'), ('layout', '{layout}');
CREATE TABLE log.finding AS SELECT range AS row, NULL AS cell, ['가', NULL, 'it''s'] AS examples FROM range(3000);
CREATE TABLE store.nothing (submission_id VARCHAR, made_on DATE, program_year SMALLINT);
CREATE TABLE store.class AS SELECT range AS n, TIMESTAMPTZ '2020-03-01 09:00:00+09' AS at, range / 7 AS share,
    CASE range WHEN 0 THEN 'NaN'::DOUBLE WHEN 1 THEN 'inf'::DOUBLE END AS odd FROM range(10);
INSERT INTO store.class BY NAME SELECT 5 AS n;
CREATE VIEW accepted.all_of_them AS SELECT n, share FROM store.class WHERE n > 2;
CREATE VIEW accepted.a_few AS FROM accepted.all_of_them WHERE n < 8;
CREATE MACRO percent(part, whole) AS round(100.0 * part / nullif(whole, 0), 1);
CREATE TABLE mart_summary AS SELECT '여수시' AS sigungu, 1 AS session_count;
COMMENT ON TABLE mart_summary IS '요약 / it''s a summary';
COMMENT ON COLUMN mart_summary.session_count IS '횟수 / sessions [회]';
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """A warehouse with tables, to be moved."""
    folder = tmp_path / "warehouse"
    (folder / "archive").mkdir(parents=True)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute(CONTENT.format(layout=LAYOUT))
    return folder


@pytest.fixture
def before(warehouse: Path, tmp_path: Path) -> Path:
    """The same build database, not to be moved."""
    return Path(shutil.copy(warehouse / "warehouse.duckdb", tmp_path / "before.duckdb"))


def unequal(one: Path, other: Path) -> list[str]:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{one}' AS one (READ_ONLY)")
        connection.execute(f"ATTACH '{other}' AS other (READ_ONLY)")
        return differences(connection, "one", "other")


def both(warehouse: Path, lake: Lake, data: str = "") -> tuple[Settings, Settings]:
    """The settings with the tables in the file, and in the lake."""
    embedded = settings(warehouse / "inbox", warehouse)
    return embedded, target_settings(embedded, lake.warehouse, data)


def test_tables_are_equal_in_the_lake_and_when_they_are_back(
    warehouse: Path, before: Path, lake: Lake, tmp_path: Path
) -> None:
    places = Places(tmp_path, warehouse)
    there = places.command("move", "--to", lake.warehouse, "--json").answer
    assert (there["exit_code"], there["target"], there["was_complete"]) == (0, lake.warehouse, False)
    assert (there["tables"], there["rows"]) == (5, 3013)
    assert not (warehouse / "warehouse.duckdb").exists()

    with pytest.raises(NotReadyError, match=lake.database), Run.open(settings(tmp_path, warehouse)):
        pass

    back = places.command("move", "--to", str(warehouse), "--json", **there["settings"]).answer
    assert (back["tables"], back["rows"]) == (there["tables"], there["rows"])
    assert unequal(before, warehouse / "warehouse.duckdb") == []
    assert lake.ask(LEFT) == []
    assert list((warehouse / "lake").rglob("*.parquet")) == []
    assert [record.outcome for record in Runs(warehouse / "archive").all()] == ["moved", "moved"]


class BreaksOff:
    """A move that ends at the n-th table of a step."""

    def __init__(self, step: str, after: int) -> None:
        self.step, self.left = step, after

    def start(self, step: str, total: int) -> None:
        assert total

    def advance(self, step: str, count: int = 1) -> None:
        self.left -= step == self.step
        if self.left < 0:
            raise KeyboardInterrupt


@pytest.mark.parametrize(("step", "after"), [("copy", 2), pytest.param("prove", 3, marks=pytest.mark.slow)])
def test_a_move_that_is_broken_off_leaves_the_old_and_is_finished_by_another(
    warehouse: Path, before: Path, lake: Lake, step: str, after: int
) -> None:
    embedded, shared = both(warehouse, lake)
    with pytest.raises(KeyboardInterrupt):
        move_tables(embedded, shared, BreaksOff(step, after))
    assert unequal(before, warehouse / "warehouse.duckdb") == []
    # Nothing half-copied is taken for a build database.
    assert not move_tables(embedded, shared).was_complete
    with pytest.raises(KeyboardInterrupt):
        move_tables(shared, embedded, BreaksOff(step, after))
    assert not (warehouse / "warehouse.duckdb").exists()
    move_tables(shared, embedded)
    assert unequal(before, warehouse / "warehouse.duckdb") == []
    assert sorted(one.name for one in warehouse.glob("warehouse.duckdb*")) == ["warehouse.duckdb"]


@pytest.mark.slow
def test_what_lies_in_the_new_place_is_never_written_over(warehouse: Path, before: Path, lake: Lake) -> None:
    embedded, shared = both(warehouse, lake)
    move_tables(embedded, shared)
    # As if it had been killed before it left the old place.
    shutil.copy(before, warehouse / "warehouse.duckdb")
    assert move_tables(embedded, shared).was_complete
    assert not (warehouse / "warehouse.duckdb").exists()
    assert move_tables(embedded, shared).was_complete  # killed after that
    shutil.copy(before, warehouse / "warehouse.duckdb")
    with duckdb.connect(str(warehouse / "warehouse.duckdb")) as connection:
        connection.execute("DELETE FROM log.finding WHERE rowid = 0")
    for one, other in ((embedded, shared), (shared, embedded)):
        with pytest.raises(NotReadyError, match=r"log\.finding"):
            move_tables(one, other)
    assert (warehouse / "warehouse.duckdb").exists()
    assert lake.ask(LEFT) != []


def test_tables_that_are_lost_are_left_behind_by_name(warehouse: Path, lake: Lake) -> None:
    embedded, shared = both(warehouse, lake)
    move_tables(embedded, shared)
    lake.ask("DROP SCHEMA sciculture_build CASCADE")
    with pytest.raises(NotReadyError, match="--without-tables"):
        move_tables(shared, embedded)
    assert move_tables(shared, embedded, without_tables=True).tables == 0
    assert Runs(warehouse / "archive").last_move().details["is_lake"] is False


def test_what_cannot_be_meant_changes_nothing(warehouse: Path, lake: Lake, tmp_path: Path) -> None:
    embedded, shared = both(warehouse, lake)
    for given, to, data in [
        (embedded, str(warehouse), ""), (embedded, str(tmp_path), ""), (shared, lake.warehouse, ""),
        (shared, str(warehouse), "s3://bucket"), (embedded, f"{lake.warehouse} password=s3cret", ""),
        (embedded, "ducklake:sqlite:catalogue.db", ""),
    ]:  # fmt: skip
        with pytest.raises(UserError) as told:
            target_settings(given, to, data)
        assert "s3cret" not in str(told.value)
    assert list((warehouse / "archive").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_anywhere_the_tables_are_complete_in_one_place(
    warehouse: Path, before: Path, lake: Lake, is_there: bool, when: str, step: str
) -> None:
    embedded, shared = both(warehouse, lake, lake.data)
    if is_there:
        move_tables(embedded, shared)
    old, new = (shared, embedded) if is_there else (embedded, shared)
    killed = subprocess.run(
        [sys.executable, "-m", "tests.lake.killed_move", step, when, str(warehouse), lake.warehouse, lake.data,
         "back" if is_there else "there"],
        cwd=Path(__file__).parents[2], env=os.environ | lake.access, check=False,
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL
    move_tables(old, new)
    if not is_there:
        move_tables(new, old)
    assert unequal(before, warehouse / "warehouse.duckdb") == []
    assert lake.ask(LEFT) == []
    assert lake.objects() == []
