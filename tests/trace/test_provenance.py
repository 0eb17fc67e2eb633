"""What the rewriting makes of kinds of SQL: the value stays, and the rows behind it are those that give it.

Two invented facts: classes of two submissions, and the centres that held them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from sciculture_etl.model.sql_tree import Functions
from sciculture_etl.model.statements import Statement, parse_select, select_text
from sciculture_etl.trace.account import Account, Reader, Term, terms
from sciculture_etl.trace.narrowing import Narrowing
from sciculture_etl.trace.queries import query_of
from sciculture_etl.trace.relations import Explained, Query

TABLES = """
CREATE SCHEMA reference;
CREATE TABLE reference.kind AS FROM (VALUES ('a', 'Art'), ('b', 'Biology'), ('c', 'Chemistry')) AS k(kind, name);
CREATE TABLE fct_class AS FROM (VALUES
    ('s1', 1, 2, 2020, '11', 'a', 3, 1.5), ('s1', 1, 3, 2020, '11', 'b', 4, NULL),
    ('s2', 1, 2, 2020, NULL, 'a', 5, 2.5), ('s2', 1, 3, 2020, NULL, 'b', NULL, 0.5), ('s2', 1, 4, 2019, '12', 'a', 7, 1)
) AS f(submission_id, part, source_row, year, region, kind, held, score);
CREATE TABLE fct_centre AS FROM (VALUES
    ('s3', 1, 2, 2020, '11', 10), ('s3', 1, 3, 2020, '11', 20), ('s3', 2, 2, 2020, '12', 30)
) AS f(submission_id, part, source_row, year, region, staff);
CREATE MACRO mean_of(x, w) AS sum(x * w) / nullif(sum(w), 0);
"""
DERIVED = {
    "by_region": "SELECT year, region, kind, sum(held) AS held FROM fct_class GROUP BY ALL",
    "latest": "SELECT * FROM fct_class QUALIFY row_number() OVER (PARTITION BY kind ORDER BY year DESC, held DESC) = 1",
}
# SELECT with the column ``value`` → its value; kind of the only term, or of several; rows as submission.part.row.
CASES = {
    "a sum with a filter": (
        "SELECT sum(held) FILTER (kind = 'a') AS value FROM fct_class WHERE year = 2020", "8", "sum", "s1.1.2 s2.1.2",
    ),
    "a sum of sums over a table of the model": (
        "SELECT CAST(sum(held) AS BIGINT) AS value FROM by_region WHERE kind = 'a'", "15", "sum",
        "s1.1.2 s2.1.2 s2.1.4",
    ),
    "rows are counted": (
        "SELECT count(*) AS value FROM fct_class WHERE year = 2020", "4", "rows",
        "s1.1.2 s1.1.3 s2.1.2 s2.1.3",
    ),
    "a column is counted where it isn't empty": (
        "SELECT count(held) AS value FROM fct_class WHERE region IS NULL", "1", "rows", "s2.1.2",
    ),
    "distinct keys": (
        "SELECT count(DISTINCT kind) AS value FROM fct_class WHERE year = 2020", "2", "keys",
        "s1.1.2 s1.1.3 s2.1.2 s2.1.3",
    ),
    "groups counted once each are keys": (
        "SELECT count(region) AS value FROM (SELECT region, count(*) AS n FROM fct_class GROUP BY region) AS g", "2",
        "keys", "s1.1.2 s1.1.3 s2.1.4",
    ),
    "a join that multiplies counts a row as often as it stands there": (
        "SELECT sum(f.held) AS value FROM fct_class AS f JOIN fct_centre AS c USING (year, region)", "14", "sum",
        "s1.1.2 s1.1.3",
    ),
    "both sides of a full join": (
        "WITH a AS (SELECT year, sum(held) AS held FROM fct_class GROUP BY year), "
        "b AS (SELECT year, sum(staff) AS staff FROM fct_centre GROUP BY year) "
        "SELECT coalesce(staff, 0) + coalesce(held, 0) AS value FROM a FULL JOIN b USING (year) WHERE year = 2020",
        "72", "sum sum", "s1.1.2 s1.1.3 s2.1.2 s3.1.2 s3.1.3 s3.2.2",
    ),
    "kinds without rows beside those with some": (
        "WITH by_kind AS (SELECT year, kind, sum(held) AS held FROM fct_class GROUP BY ALL) "
        "SELECT coalesce(c.held, 0) AS value FROM (SELECT DISTINCT year FROM fct_class WHERE year = 2019) AS y "
        "CROSS JOIN reference.kind AS k LEFT JOIN by_kind AS c "
        "ON c.year = y.year AND c.kind = k.kind WHERE k.kind = 'b'", "0", "", "",
    ),
    "a union of tables": (
        "SELECT sum(n) AS value FROM (SELECT held AS n FROM fct_class UNION ALL SELECT staff FROM fct_centre) AS u",
        "79", "sum", "s1.1.2 s1.1.3 s2.1.2 s2.1.4 s3.1.2 s3.1.3 s3.2.2",
    ),
    "a union that leaves out repeats": (
        "SELECT count(*) AS value FROM (SELECT region FROM fct_class UNION SELECT region FROM fct_centre) AS u", "3",
        "rows", "s1.1.2 s1.1.3 s2.1.2 s2.1.3 s2.1.4 s3.1.2 s3.1.3 s3.2.2",
    ),
    "columns turned into rows": (
        "WITH p AS (SELECT year, sum(held) AS held, sum(score) AS score FROM fct_class GROUP BY year), "
        "m AS (UNPIVOT p ON COLUMNS(* EXCLUDE (year)) INTO NAME name VALUE amount) "
        "SELECT amount AS value FROM m WHERE name = 'held' AND year = 2019", "7.0", "sum", "s2.1.4",
    ),
    "a row chosen by its rank": (
        "SELECT held AS value FROM latest WHERE kind = 'a'", "5", "value", "s2.1.2",
    ),
    "a total beside each row": (
        "SELECT value FROM (SELECT kind, sum(sum(held)) OVER (PARTITION BY year) AS value FROM fct_class "
        "WHERE year = 2020 GROUP BY year, kind) AS w WHERE kind = 'b'", "12", "sum", "s1.1.2 s1.1.3 s2.1.2",
    ),
    "the greatest is held by some": ("SELECT max(held) AS value FROM fct_class", "7", "extreme", "s2.1.4"),
    "the value beside the least": (
        "SELECT min_by(kind, held) AS value FROM fct_class WHERE year = 2020", "a", "extreme", "s1.1.2 s2.1.2",
    ),
    "texts put together": (
        "SELECT string_agg(DISTINCT kind, ', ' ORDER BY kind) AS value FROM fct_class", "a, b", "computed",
        "s1.1.2 s1.1.3 s2.1.2 s2.1.3 s2.1.4",
    ),
    "a mean is two sums": (
        "SELECT mean_of(score, held) AS value FROM fct_class WHERE year = 2020 AND kind = 'a'", "2.125", "sum sum",
        "s1.1.2 s2.1.2",
    ),
    "a line of a reference list": (
        "SELECT name AS value FROM reference.kind WHERE kind = 'b'", "Biology", "value", "kind.3",
    ),
    "a star that leaves out and replaces": (
        "SELECT value FROM (SELECT * EXCLUDE (held) REPLACE (year + 1 AS year), held AS value FROM fct_class) AS s "
        "WHERE year = 2020", "7", "value", "s2.1.4",
    ),
    "an empty key is a key": (
        "SELECT sum(held) AS value FROM by_region WHERE region IS NULL", "5", "sum", "s2.1.2",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        for name, text in DERIVED.items():
            connection.execute(f"CREATE TABLE {name} AS {text}")
        yield connection


def provenance(connection: duckdb.DuckDBPyConnection, text: str) -> tuple[Reader, Any]:
    shared, query = rewritten(connection, text)
    assert query is not None
    query.add("value", "why")
    ((why,),) = connection.execute(f"SELECT why FROM ({select_text(query.tree)})").fetchall()
    return Reader(connection, shared.expressions), json.loads(why)


def rewritten(connection: duckdb.DuckDBPyConnection, text: str) -> tuple[Explained, Query | None]:
    statements = {name: Statement(name, "mart", one, frozenset()) for name, one in DERIVED.items()}
    shared = Explained(connection, Functions.of(connection), statements, asked="latest")
    return shared, query_of(shared, shared.functions.written_out(parse_select(text, "case")), {})


def explained(connection: duckdb.DuckDBPyConnection, text: str) -> tuple[str | None, Account | None]:
    shared, query = rewritten(connection, text)
    if query is None or query.add("value", "why") is None:
        return None, None
    ((value, why),) = connection.execute(
        f"SELECT CAST(value AS VARCHAR), why FROM ({select_text(query.tree)})"
    ).fetchall()
    account = Reader(connection, shared.expressions).read(why and json.loads(why), "value", value)
    return value, account


def rows_of(account: Account | None) -> set[str]:
    rows = {row for term in terms(account) for one in term.contributions for row in one.rows}
    return {
        f"{row.submission_id}.{row.part}.{row.row}" if row.submission_id else f"{row.table.split('.')[1]}.{row.row}"
        for row in rows
    }


@pytest.mark.parametrize("case", CASES)
def test_a_value_leads_to_the_rows_that_give_it(connection: duckdb.DuckDBPyConnection, case: str) -> None:
    text, expected, kinds, rows = CASES[case]
    value, account = explained(connection, text)
    assert value == expected
    assert [term.kind for term in terms(account)] == kinds.split()
    assert rows_of(account) == set(rows.split())
    if account is not None:
        assert account.adds_up
        assert account.value == value or float(account.value or 0) == float(value or 0)


def test_contributions_of_a_row_counted_twice_are_both_listed(connection: duckdb.DuckDBPyConnection) -> None:
    _, account = explained(connection, CASES["a join that multiplies counts a row as often as it stands there"][0])
    assert isinstance(account, Term)
    assert sorted(str(one.amount) for one in account.contributions) == ["3", "3", "4", "4"]


def test_what_cannot_be_followed_gives_no_account(connection: duckdb.DuckDBPyConnection) -> None:
    difference = "SELECT count(*) AS value FROM (SELECT year FROM fct_class EXCEPT SELECT 2019) AS e"
    assert explained(connection, difference) == (None, None)


# SELECT; the rows kept → the part they make, and whether the number can be divided at all.
PARTS = {
    "of a sum": ("SELECT sum(held) AS value FROM fct_class", "s1", "7", True),
    "of a number of rows": ("SELECT count(*) AS value FROM fct_class", "s2", "3", True),
    "of distinct keys": ("SELECT count(DISTINCT kind) AS value FROM fct_class", "s2", "2", True),
    "of the greatest": ("SELECT max(held) AS value FROM fct_class", "s1", "4", True),
    "of texts put together": (
        "SELECT string_agg(DISTINCT kind, ', ' ORDER BY kind) AS value FROM fct_class", "s2", "a, b", True,
    ),
    "of sums of groups": ("SELECT sum(held) AS value FROM by_region", "s1", "7", True),
    "of a mean": ("SELECT mean_of(score, held) AS value FROM fct_class", "s2", "1.625", True),
    "of two tables": (
        "WITH a AS (SELECT year, sum(held) AS held FROM fct_class GROUP BY year), "
        "b AS (SELECT year, sum(staff) AS staff FROM fct_centre GROUP BY year) "
        "SELECT coalesce(staff, 0) + coalesce(held, 0) AS value FROM a FULL JOIN b USING (year) WHERE year = 2020",
        "s1", "7", True,
    ),
    "that is the whole": ("SELECT sum(held) AS value FROM fct_class", "s1 s2", "19", True),
    "of groups that other rows belong to as well": (
        "SELECT sum(year) AS value FROM (SELECT DISTINCT year FROM fct_class) AS y", "s1", "2020", True,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", PARTS)
def test_a_part_is_the_same_formula_over_the_rows_kept(connection: duckdb.DuckDBPyConnection, case: str) -> None:
    text, kept, expected, is_divisible = PARTS[case]
    reader, why = provenance(connection, text)
    fitting = {row for row in reader.rows(why) if row.submission_id in kept.split()}
    narrowing = Narrowing(reader, fitting)
    account = reader.read(narrowing.narrowed(why), "value", None)
    assert account is not None
    assert account.value == expected or float(account.value or 0) == float(expected)
    assert account.adds_up
    assert narrowing.is_divisible == is_divisible
    assert {row for term in terms(account) for one in term.contributions for row in one.rows} <= fitting
