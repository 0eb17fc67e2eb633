"""The published map table says on every day what the resolver's own succession says."""

import datetime as dt
import re
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sciculture_etl.regions import dim_region, region_changes
from sciculture_etl.regions.gazetteer import SEJONG, SEJONG_CITY, gazetteer

ROOT = Path(__file__).parents[2]
SQL = ROOT / "sql"


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    frames = {"region": dim_region(), "change": region_changes()}
    for name, frame in frames.items():
        connection.register(name, frame.to_arrow())
    connection.execute("CREATE SCHEMA reference")
    connection.execute("CREATE TABLE reference.region AS FROM region")
    connection.execute("CREATE TABLE reference.region_change AS FROM change")
    for table in ("core/dim_region", "mart/mart_region_change", "core/dim_region_map"):
        query = (SQL / f"{table}.sql").read_text(encoding="utf-8")
        connection.execute(f"CREATE TABLE {Path(table).name} AS {query}")
    return connection


def on_map(database: duckdb.DuckDBPyConnection, day: dt.date) -> pl.DataFrame:
    return database.execute(
        "SELECT * FROM dim_region_map WHERE map_from <= $1 AND (map_to IS NULL OR map_to > $1)", [day]
    ).pl()


@pytest.mark.parametrize(
    "day",
    [
        dt.date(2010, 6, 30),
        dt.date(2012, 7, 1),
        dt.date(2014, 6, 30),
        dt.date(2016, 12, 31),
        dt.date(2020, 12, 31),
        dt.date(2023, 12, 31),
        dt.date(2024, 1, 18),
        dt.date(2026, 6, 30),
        dt.date(2026, 7, 1),
    ],
)
def test_every_division_is_put_where_its_ground_lies_that_day(
    database: duckdb.DuckDBPyConnection, day: dt.date
) -> None:
    known = gazetteer()
    rows = {row["region_code"]: row for row in on_map(database, day).iter_rows(named=True)}
    for code, division in known.divisions.items():
        images = {
            SEJONG_CITY if image == SEJONG and division.rank else image for image in known.images(code, day.toordinal())
        }
        targets = [known.divisions[image] for image in images]
        row = rows.get(code)
        if row is None:
            assert not images, code
            continue
        one = len(targets) == 1 and targets[0].rank == division.rank
        assert row["map_region_code"] == (targets[0].code if one else None), code
        sigungu = {target.sigungu for target in targets} - {None}
        assert row["map_sigungu_code"] == (sigungu.pop() if len(sigungu) == 1 else None), code


def test_a_division_has_one_row_for_any_day(database: duckdb.DuckDBPyConnection) -> None:
    for year in range(2010, 2028):
        codes = on_map(database, dt.date(year, 12, 31))["region_code"]
        assert codes.is_unique().all(), year


def test_each_change_is_listed_with_both_names(database: duckdb.DuckDBPyConnection) -> None:
    rows = database.execute(
        "SELECT changed_on, change, name_ko, name_en, successor_name_ko, successor_name_en, successor_count "
        "FROM mart_region_change WHERE region_code IN ('2817000000', '2811000000') ORDER BY ALL"
    ).fetchall()
    assert rows == [
        (dt.date(2018, 7, 1), "renamed", "인천광역시 남구", "Nam-gu", "인천광역시 미추홀구", "Michuhol-gu", 1),
        (dt.date(2026, 7, 1), "split", "인천광역시 중구", "Jung-gu", "인천광역시 영종구", "Yeongjong-gu", 2),
        (dt.date(2026, 7, 1), "split", "인천광역시 중구", "Jung-gu", "인천광역시 제물포구", "Jemulpo-gu", 2),
    ]
    assert database.execute("SELECT count(*) FROM mart_region_change").fetchone() == (region_changes().height,)


def test_the_query_in_the_docs_puts_a_series_on_the_map_it_names(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(
        "CREATE TEMP TABLE mart_dsc_by_region AS FROM (VALUES (2020, '47720', 5), (2020, '27110', 2), "
        "(2020, '29110', 7), (2020, '46130', 11), (2020, '28110', 1), (2019, '27110', 90)) "
        "AS t (program_year, sigungu_code, beneficiary_count)"
    )
    query = re.search(r"```sql\n(.*?)```", (ROOT / "docs/regions.md").read_text(encoding="utf-8"), re.DOTALL)
    assert query
    assert database.execute(query[1]).fetchall() == [
        ("12", "전남광주통합특별시", 18),
        ("27", "대구광역시", 7),
        ("28", "인천광역시", 1),
    ]
