"""What tests of a lake stand on: a database and a bucket of one's own, and servers that can be lost."""

from __future__ import annotations

import urllib.error

import psycopg
import pytest

from tests.lake.conftest import GatedLake
from tests.lake.servers import Lake


def test_a_test_has_a_database_and_a_bucket_of_its_own(lake: Lake) -> None:
    lake.ask("CREATE TABLE kept AS SELECT 1 AS one")
    assert lake.ask("SELECT one FROM kept") == [(1,)]
    lake.s3("PUT", "warehouse/a.parquet", b"some bytes")
    assert lake.objects() == ["warehouse/a.parquet"]
    lake.s3("DELETE", "warehouse/a.parquet")
    assert lake.objects() == []


def test_a_role_needs_its_password_and_may_nothing_yet(lake: Lake) -> None:
    lake.add_role(f"reader_of_{lake.database}", "p4ss")
    way = lake.conninfo.replace("user=sciculture", f"user=reader_of_{lake.database}")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"{way} password=other")
    lake.ask("CREATE TABLE kept AS SELECT 1 AS one")
    with (
        psycopg.connect(f"{way} password=p4ss") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT one FROM kept")


@pytest.mark.parametrize(("loses", "made"), [("request", []), ("answer", [("kept",)])])
def test_a_connection_is_lost_before_or_after_what_was_asked_is_done(
    gated: GatedLake, lake: Lake, loses: str, made: list[tuple[str]]
) -> None:
    gated.postgres.closes_at, gated.postgres.loses = b"CREATE TABLE kept", loses
    with pytest.raises(psycopg.OperationalError):
        gated.lake.ask("CREATE TABLE kept AS SELECT 1 AS one")
    assert gated.postgres.has_closed.wait(60)
    assert lake.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == made
    with pytest.raises(psycopg.OperationalError):
        gated.lake.ask("SELECT 1")
    gated.postgres.open()
    assert gated.lake.ask("SELECT 1") == [(1,)]


def test_s3_can_be_lost(gated: GatedLake, lake: Lake) -> None:
    gated.lake.s3("PUT", "a", b"some bytes")
    gated.s3.close()
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        gated.lake.s3("PUT", "b", b"some bytes")
    assert lake.objects() == ["a"]
