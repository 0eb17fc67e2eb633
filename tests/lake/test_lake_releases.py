"""Releases in a lake: what a reader who is granted them sees, and nothing of what is private or not out yet."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
import pytest

from sciculture_etl.lakes import Lake as Meant
from sciculture_etl.publish.current import swap_to
from sciculture_etl.publish.lake_releases import follow_releases
from sciculture_etl.publish.outputs import PUBLIC
from sciculture_etl.settings import Settings
from sciculture_etl.storage.ducklake import BUILD, RELEASES, attach_lake, open_lake
from tests.lake.servers import Lake
from tests.nights import published, release_ids, rows
from tests.settled import Settled

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"
SECTION = re.compile(r"### Releases for readers\n(.*?)\n### ", re.DOTALL)
FIGURES = "SELECT program_year, session_count FROM mart_dsc_summary ORDER BY ALL"
LATER = "00002-20260102"


@pytest.fixture
def kept(small: Settled, lake: Lake, tmp_path: Path) -> Settings:
    """A warehouse with two releases, the earlier of which is current, and a lake that shows none yet."""
    folder = Path(shutil.copytree(small.warehouse, tmp_path / "warehouse", symlinks=True))
    (first,) = release_ids(folder)
    shutil.copytree(folder / "releases" / first, folder / "releases" / LATER)
    return Settings(warehouse=folder, lake=Meant.from_texts(lake.warehouse, lake.data, folder))


def documented() -> list[list[str]]:
    """What the page says: statements for PostgreSQL, and for a reader's DuckDB."""
    found = SECTION.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    granting, reading = re.findall(r"```sql\n(.*?)```", found[1], re.DOTALL)
    return [[one.strip() for one in block.split(";") if one.strip()] for block in (granting, reading)]


@contextmanager
def reading(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    assert settings.lake is not None
    with open_lake(settings.lake, RELEASES, read_only=True) as connection:
        yield connection


def shown(settings: Settings) -> set[str]:
    with reading(settings) as connection:
        schemas = connection.execute("SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'lake'").fetchall()
    return {name for (name,) in schemas} - {"main", "meta"}


@pytest.mark.night
def test_a_reader_reads_releases_by_name_and_nothing_else(
    kept: Settings, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert follow_releases(kept)
    assert not follow_releases(kept)
    role, (first, _) = f"reader_of_{lake.database}", release_ids(kept.warehouse)
    granting, (secret, attach, of_current, by_name, comments) = documented()
    for statement in granting:
        lake.ask(re.sub(r"(ROLE|TO) reader", rf"\1 {role}", statement))
    monkeypatch.setenv("PGPASSWORD", "of the reader")
    way = lake.conninfo.replace("user=sciculture", f"user={role}")
    assert kept.lake is not None
    open_lake(kept.lake, BUILD).close()
    with duckdb.connect() as connection:
        attach_lake(connection, Meant(way, kept.lake.data), RELEASES, "extensions", read_only=True)
        connection.execute("DROP SECRET of_lake")
        at_test = f", ENDPOINT '{lake.endpoint.removeprefix('http://')}', URL_STYLE 'path', USE_SSL false)"
        connection.execute(secret.replace(")", at_test))
        connection.execute(re.sub(r"host=.* user=reader", way, attach))
        figures = published(kept.warehouse, FIGURES)
        assert connection.execute(of_current).fetchall() == figures
        assert connection.execute(by_name.replace("00003-20261130", first)).fetchall() == figures
        assert all(comment for _, comment in connection.execute(comments.replace("00003-20261130", first)).fetchall())
        with pytest.raises(duckdb.Error):
            connection.execute("CREATE TABLE lake.mine AS SELECT 1")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), psycopg.connect(way) as session:
        session.execute("SELECT * FROM sciculture_build.ducklake_table")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), psycopg.connect(way) as session:
        session.execute("DELETE FROM sciculture_releases.ducklake_table")


@pytest.mark.slow
def test_tables_are_those_of_the_release_and_follow_what_is_current_and_kept(kept: Settings) -> None:
    first, later = release_ids(kept.warehouse)
    follow_releases(kept)
    assert shown(kept) == {first, later}
    file = kept.releases / first / PUBLIC
    with reading(kept) as connection, duckdb.connect(str(file), read_only=True) as release:
        for schema, table in rows(file, "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL"):
            query = f'FROM {schema}."{table}"'
            assert connection.execute(query).fetchall() == release.execute(query).fetchall(), table

    def current() -> set[str]:
        with reading(kept) as connection:
            found = connection.execute("SELECT sql FROM duckdb_views() WHERE NOT internal AND database_name = 'lake'")
            return {str(re.search(r'"(\d+-\d+)"', sql)[1]) for (sql,) in found.fetchall()}  # type: ignore[index]

    assert current() == {first}
    swap_to(kept.warehouse, later)
    follow_releases(kept)
    assert current() == {later}
    shutil.rmtree(kept.releases / first)
    follow_releases(kept)
    assert (shown(kept), current()) == ({later}, {later})
