"""A suite over many years gives what it gives of each year alone. The rows are invented."""

from __future__ import annotations

import duckdb
import pytest

from sciculture_etl.contracts import Expectation
from sciculture_etl.quality.suites import Suite, run_suites
from sciculture_etl.quality.yearly import YearlySuite, can_be_asked_together, run_yearly_suites

DUPLICATES = "SELECT program_year, name FROM {batch} GROUP BY ALL HAVING count(*) > 1"
LONELY = "SELECT name FROM {batch} GROUP BY ALL HAVING count(*) < 2"
RANKED = "SELECT name FROM {batch} QUALIFY row_number() OVER (ORDER BY users) > 3"
EXPECTED = [
    ("expect_column_values_to_not_be_null", {"column": "name"}, True),
    ("expect_column_values_to_not_be_null", {"column": "name", "mostly": 0.7}, False),
    ("expect_column_values_to_be_between", {"column": "users", "min_value": 0, "max_value": 50}, True),
    ("expect_column_values_to_be_unique", {"column": "name"}, True),
    ("expect_compound_columns_to_be_unique", {"column_list": ["program_year", "name"]}, True),
    ("expect_column_pair_values_a_to_be_greater_than_b", {"column_A": "users", "column_B": "places"}, True),
    ("expect_column_mean_to_be_between", {"column": "users", "min_value": 5, "max_value": 25}, False),
    ("expect_column_sum_to_be_between", {"column": "users", "min_value": 20, "max_value": 90}, False),
    ("expect_column_unique_value_count_to_be_between", {"column": "name", "min_value": 3}, False),
    ("expect_table_row_count_to_be_between", {"min_value": 3, "max_value": 4}, False),
    ("unexpected_rows_expectation", {"description": "no name twice", "unexpected_rows_query": DUPLICATES}, True),
    ("unexpected_rows_expectation", {"description": "no name once", "unexpected_rows_query": LONELY}, False),
    ("unexpected_rows_expectation", {"description": "at most three", "unexpected_rows_query": RANKED}, False),
]
# Each year has a fault of its own, and names come again in another year; the last has none.
YEARS = {
    2018: [("가", 10, 1), ("가", 20, 1), ("나", 30, 1)],
    2019: [("가", 60, 1), ("나", 5, 9), (None, 20, 1), (None, 10, 1), ("다", 1, 0)],
    2020: [("가", 7, 2)],
    2021: [("가", 10, 1), ("나", 20, 1), ("다", 15, 1)],
}


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE told (program_year SMALLINT, name VARCHAR, users BIGINT, places BIGINT)")
    for year, rows in YEARS.items():
        connection.executemany("INSERT INTO told VALUES (?, ?, ?, ?)", [[year, *row] for row in rows])
    return connection


def test_every_year_is_judged_as_if_it_stood_alone(connection: duckdb.DuckDBPyConnection) -> None:
    suite = [Expectation(type=name, kwargs=kwargs) for name, kwargs, _ in EXPECTED]
    yearly = YearlySuite("told", "SELECT * FROM told", list(YEARS), suite)
    alone = run_suites(connection, [yearly.of(year, suite) for year in YEARS])
    assert all(outcome.errors for outcome in alone[:3])
    together = run_yearly_suites(connection, [yearly])
    assert [together["told", year] for year in YEARS] == alone


def test_what_holds_of_all_years_is_told_by_what_is_expected() -> None:
    told = [can_be_asked_together(Expectation(type=name, kwargs=kwargs)) for name, kwargs, _ in EXPECTED]
    assert told == [expected for *_, expected in EXPECTED]


def test_a_suite_without_expectations_holds(connection: duckdb.DuckDBPyConnection) -> None:
    outcomes = run_yearly_suites(connection, [YearlySuite("told", "SELECT * FROM told", [2018, 2019], [])])
    assert [outcome.has_passed for outcome in outcomes.values()] == [True, True]
    assert run_suites(connection, [Suite("told", "SELECT * FROM told", [])])[0].checked == 0
