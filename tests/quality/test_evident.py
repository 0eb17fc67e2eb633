"""What a query passes without Great Expectations, the library passes, too; what it tells, the library tells alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from sciculture_etl.contracts import Expectation, load_contracts, load_table_contracts
from sciculture_etl.quality import suites
from sciculture_etl.quality.evident import CONDITIONS, NOT_NULL, hold_evidently, is_understood
from sciculture_etl.quality.suites import Suite, SuiteOutcome, run_suites

ROWS_QUERY = "unexpected_rows_expectation"
PAIR, MISSING = "expect_column_pair_values_a_to_be_greater_than_b", "either_value_is_missing"
QUERY = "SELECT * FROM told"
REPEATED = "FROM {batch} GROUP BY ALL HAVING count(*) > 1"
# Each with arguments that hold of the rows below, and others that don't.
TRIED: dict[str, list[tuple[dict[str, Any], bool]]] = {
    NOT_NULL: [
        ({"column": "name"}, True), ({"column": "host"}, False), ({"column": "host", "mostly": 0.5}, True),
        ({"column": "host", "mostly": 0.75}, True), ({"column": "host", "mostly": 0.9}, False),
    ],
    "expect_column_values_to_be_between": [
        ({"column": "users", "min_value": 0, "max_value": 30}, True), ({"column": "users", "min_value": 1}, True),
        ({"column": "users", "max_value": 29}, False), ({"column": "score", "min_value": 0.5}, True),
        ({"column": "name", "min_value": 0}, False), ({"column": "held", "min_value": "2020-01-01"}, True),
    ],
    "expect_column_values_to_be_in_set": [
        ({"column": "name", "value_set": ["가", "나", "다", "라"]}, True),
        ({"column": "name", "value_set": ["가"]}, False),
        ({"column": "host", "value_set": ["갑", "을"]}, True), ({"column": "term", "value_set": [1, 2]}, True),
        ({"column": "term", "value_set": [1]}, False),
    ],
    "expect_column_value_lengths_to_equal": [
        ({"column": "name", "value": 1}, True), ({"column": "name", "value": 2}, False),
    ],
    "expect_column_values_to_be_unique": [({"column": "name"}, True), ({"column": "term"}, False)],
    "expect_compound_columns_to_be_unique": [
        ({"column_list": ["name", "term"]}, True), ({"column_list": ["term", "year"]}, False),
        ({"column_list": ["host", "year"]}, False),
    ],
    PAIR: [
        ({"column_A": "users", "column_B": "term", "ignore_row_if": MISSING}, True),
        ({"column_A": "users", "column_B": "users", "ignore_row_if": MISSING}, False),
        ({"column_A": "users", "column_B": "users", "or_equal": True, "ignore_row_if": MISSING}, True),
        ({"column_A": "users", "column_B": "term"}, True),
    ],
    "expect_column_mean_to_be_between": [
        ({"column": "users", "min_value": 19, "max_value": 21}, True), ({"column": "users", "min_value": 20}, True),
        ({"column": "users", "max_value": 19.9}, False),
    ],
    "expect_column_sum_to_be_between": [
        ({"column": "users", "min_value": 10, "max_value": 100}, True), ({"column": "users", "max_value": 59}, False),
    ],
    "expect_column_unique_value_count_to_be_between": [
        ({"column": "host", "min_value": 2, "max_value": 2}, True), ({"column": "name", "max_value": 3}, False),
    ],
    "expect_table_row_count_to_be_between": [({"min_value": 4, "max_value": 4}, True), ({"min_value": 5}, False)],
    ROWS_QUERY: [
        ({"unexpected_rows_query": "SELECT name FROM {batch} WHERE users > 30"}, True),
        ({"unexpected_rows_query": "SELECT term FROM {batch} GROUP BY ALL HAVING count(*) > 1;"}, False),
        ({"unexpected_rows_query": "SELECT name FROM {batch} WHERE {{"}, False),
        ({"unexpected_rows_query": f"SELECT term, coalesce(host, name) AS who, held {REPEATED}"}, True),
        ({"unexpected_rows_query": f"SELECT coalesce(host, name) AS who {REPEATED}"}, False),
        ({"unexpected_rows_query": f"SELECT year, any_value(name) {REPEATED}"}, False),
    ],
}  # fmt: skip
ROWS = [
    (2020, "가", 1, 10, 0.5, "갑", "2020-03-01"), (2020, "나", 1, 20, 1.0, "을", "2020-04-01"),
    (2020, "다", 2, 30, None, "갑", None), (2020, "라", 2, None, 2.5, None, "2021-01-01"),
]  # fmt: skip


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute(
        "CREATE TABLE told (year SMALLINT, name VARCHAR, term TINYINT, users BIGINT, score DOUBLE, host VARCHAR, "
        "held DATE)"
    )
    made.executemany("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?)", ROWS)
    return made


def by_library(connection: duckdb.DuckDBPyConnection, suite: Suite, monkeypatch: pytest.MonkeyPatch) -> SuiteOutcome:
    """The library's own word, without a query beforehand."""
    with monkeypatch.context() as patch:
        patch.setattr(suites, "hold_evidently", lambda _c, _q, asked: [False] * len(asked))
        patch.setattr(suites, "empty_cells", lambda *_: None)
        return run_suites(connection, [suite])[0]


def test_each_kind_is_judged_as_the_library_judges_it(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert TRIED.keys() == CONDITIONS.keys()
    entries = [Expectation(type=kind, kwargs=given) for kind, tried in TRIED.items() for given, _ in tried]
    suite = Suite("told", QUERY, entries, ["name"])
    library = by_library(connection, suite, monkeypatch)
    assert [entry not in library.failed for entry in entries] == [
        holds for tried in TRIED.values() for _, holds in tried
    ]
    passed = [entry for entry in entries if hold_evidently(connection, QUERY, [entry])[0]]
    assert not [entry for entry in passed if entry in library.failed]
    assert {entry.type for entry in passed} == CONDITIONS.keys()
    ours = run_suites(connection, [suite])[0]
    assert ours.failed == library.failed
    # Of what can't be evaluated, the engine's reason is another by what it is asked together with.
    assert [one.partition(": could not")[0] for one in ours.errors] == [
        one.partition(": could not")[0] for one in library.errors
    ]
    empty = [sentence for sentence in ours.failing_rows if "not_be_null" in sentence]
    for sentence in empty:
        found = {row[0] for row in connection.execute(ours.failing_rows[sentence]).fetchall()}
        assert found
        assert found == {row[0] for row in connection.execute(library.failing_rows[sentence]).fetchall()}


def test_a_column_that_may_be_empty_is_told_as_the_library_tells_it(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [
        Expectation(type=NOT_NULL, kwargs={"column": column, "mostly": 0.8}, severity=severity)
        for column, severity in (("host", "warning"), ("users", "error"), ("name", "error"))
    ]
    suite = Suite("told", QUERY, entries, ["name"])
    library = by_library(connection, suite, monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(suites, "preload", lambda: pytest.fail("the library was asked"))
        ours = run_suites(connection, [suite])[0]
    assert (ours.errors, ours.warnings, ours.failed) == (library.errors, library.warnings, library.failed)
    assert len(ours.errors) == len(ours.warnings) == 1


def test_keys_of_many_rows_are_compared_where_memory_holds_no_group_of_each(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "told.duckdb")) as many:
        many.execute(f"SET memory_limit = '16MiB'; SET threads = 1; SET temp_directory = '{tmp_path}'")
        many.execute(
            "CREATE TABLE told AS SELECT 'institution ' || n // 4000 AS name, 'facility ' || n // 400 AS facility, "
            "'place ' || n // 40 AS place, 'class ' || n // 20 AS class, 'number ' || n % 20 AS no "
            "FROM range(500000) AS r(n)"
        )
        repeated = f"SELECT name, facility, place, class, no {REPEATED}"
        with pytest.raises(duckdb.OutOfMemoryException):
            many.execute(repeated.format(batch="told")).fetchall()
        (holds,) = hold_evidently(
            many, QUERY, [Expectation(type=ROWS_QUERY, kwargs={"unexpected_rows_query": repeated})]
        )
        assert holds


def test_all_that_suites_expect_can_be_told_by_a_query() -> None:
    """So that a night on which all holds needs no library."""
    tables = [*load_contracts().values(), *load_table_contracts().values()]
    assert not [entry for table in tables for entry in table.suite if not is_understood(entry)]
