"""From which columns those of a SELECT come, as the engine resolves its names, and so of every published table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sciculture_etl.contracts import load_contracts, load_table_contracts
from sciculture_etl.model.column_lineage import ColumnLineage, lineage_of
from sciculture_etl.model.origins import ROW, OriginReader
from sciculture_etl.model.sql_tree import Functions
from sciculture_etl.model.statements import parse_select
from tests.nights import begin, settings

TABLES = {"class": ["year", "place", "sessions", "persons"], "centre": ["year", "code"], "log.receipt": ["year", "n"]}
Origins = dict[str, set[tuple[str, str, str]]]


@pytest.fixture(scope="module")
def functions() -> Iterator[Functions]:
    with duckdb.connect() as connection:
        connection.execute("CREATE MACRO mean(score, weight) AS sum(score * weight) / sum(weight)")
        yield Functions.of(connection)


@pytest.fixture
def reader(functions: Functions) -> OriginReader:
    return OriginReader(functions, lambda table: TABLES.get(table, []))


def origins(reader: OriginReader, query: str) -> Origins:
    """Column → table, column and kind of each of its origins, by the first letter of the kind's name but one."""
    found = reader.read(parse_select(query, "test"))
    return {name: {(one.table, one.column, one.kind[:4]) for one in some} for name, some in found.items()}


COPY, COMPUTE, AGGREGATE = "copi", "comp", "aggr"
SELECTS: dict[str, tuple[str, Origins]] = {
    "a column, under another name or type": (
        "SELECT sessions AS s, CAST(persons AS BIGINT) AS p FROM class",
        {"s": {("class", "sessions", COPY)}, "p": {("class", "persons", COPY)}},
    ),
    "an expression": (
        "SELECT sessions / persons AS x, 1 AS one FROM class",
        {"x": {("class", "sessions", COMPUTE), ("class", "persons", COMPUTE)}, "one": set()},
    ),
    "aggregates; rows that are counted": (
        "SELECT year, sum(sessions) AS s, count(*) AS n FROM class GROUP BY ALL",
        {
            "year": {("class", "year", COPY)}, "s": {("class", "sessions", AGGREGATE)},
            "n": {("class", ROW, AGGREGATE)},
        },
    ),
    "a macro that holds an aggregate": (
        "SELECT mean(sessions, persons) AS m FROM class",
        {"m": {("class", "sessions", AGGREGATE), ("class", "persons", AGGREGATE)}},
    ),
    "common tables that build on one another": (
        "WITH a AS (SELECT sum(sessions) AS s FROM class), b AS (SELECT s * 2 AS t FROM a) SELECT t FROM b",
        {"t": {("class", "sessions", AGGREGATE)}},
    ),
    "a star, without, instead": (
        "SELECT c.* EXCLUDE (place, persons) REPLACE (sessions + 1 AS sessions) FROM class AS c "
        "JOIN centre USING (year)",
        {"year": {("class", "year", COPY)}, "sessions": {("class", "sessions", COMPUTE)}},
    ),
    "the key of a FULL JOIN comes from both sides": (
        "SELECT year, code FROM class FULL JOIN centre USING (year)",
        {"year": {("class", "year", COPY), ("centre", "year", COPY)}, "code": {("centre", "code", COPY)}},
    ),
    "a union by name": (
        "SELECT year, code FROM centre UNION ALL BY NAME SELECT year, persons FROM class",
        {
            "year": {("centre", "year", COPY), ("class", "year", COPY)}, "code": {("centre", "code", COPY)},
            "persons": {("class", "persons", COPY)},
        },
    ),
    "a union by place": (
        "SELECT year AS a, code AS b FROM centre UNION ALL SELECT sessions, persons FROM class",
        {
            "a": {("centre", "year", COPY), ("class", "sessions", COPY)},
            "b": {("centre", "code", COPY), ("class", "persons", COPY)},
        },
    ),
    "columns turned into rows": (
        "SELECT measure, value FROM "
        "(UNPIVOT class ON COLUMNS(* EXCLUDE (year, place)) INTO NAME measure VALUE value)",
        {"measure": set(), "value": {("class", "sessions", COPY), ("class", "persons", COPY)}},
    ),
    "a subquery that looks at the query around it": (
        "SELECT (SELECT max(code) FROM centre AS d WHERE d.year = c.year) AS code FROM class AS c",
        {"code": {("centre", "code", AGGREGATE)}},
    ),
    "windows; a rank takes what it is ordered by": (
        "SELECT sum(sessions) OVER (PARTITION BY place) AS s, row_number() OVER (ORDER BY year) AS n FROM class",
        {"s": {("class", "sessions", AGGREGATE)}, "n": {("class", "year", COMPUTE)}},
    ),
    "names of a function of its own": (
        "SELECT list_transform([persons], lambda x: x + sessions) AS x FROM class",
        {"x": {("class", "persons", COMPUTE), ("class", "sessions", COMPUTE)}},
    ),
    "another item of the list": (
        "SELECT sessions + 1 AS more, more * 2 AS most FROM class",
        {"more": {("class", "sessions", COMPUTE)}, "most": {("class", "sessions", COMPUTE)}},
    ),
    "a table that reads itself": (
        "WITH RECURSIVE up AS (SELECT year, code FROM centre UNION ALL SELECT year + 1, code FROM up) SELECT * FROM up",
        {"year": {("centre", "year", COPY), ("centre", "year", COMPUTE)}, "code": {("centre", "code", COPY)}},
    ),
    "a table of another schema": (
        "SELECT n FROM log.receipt SEMI JOIN class USING (year)", {"n": {("log.receipt", "n", COPY)}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SELECTS)
def test_a_column_comes_from_what_the_select_names(reader: OriginReader, case: str) -> None:
    query, expected = SELECTS[case]
    assert origins(reader, query) == expected


def test_what_decides_which_rows_count_is_told_in_words(reader: OriginReader) -> None:
    query = (
        "WITH c AS (SELECT year, sum(sessions) FILTER (place = '11') AS s FROM class "
        "WHERE persons > 0 AND sessions IS NOT NULL GROUP BY year) SELECT coalesce(s, 0) AS s FROM c WHERE year > 2015"
    )
    (one,) = reader.read(parse_select(query, "test"))["s"]
    assert one.steps == ("sum(sessions) FILTER (WHERE (place = '11'))", "COALESCE(s, 0)")
    assert one.conditions == ("persons > 0", "sessions IS NOT NULL", "year > 2015")
    assert one.groups == ("year",)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ColumnLineage]:
    folder = tmp_path_factory.mktemp("lineage")
    places = begin(settings(folder / "inbox", folder / "warehouse"))
    with duckdb.connect(str(places.build_database), read_only=True) as connection:
        yield lineage_of(connection, load_contracts())


def test_every_column_of_every_table_is_found_and_comes_from_columns_that_are_there(project: ColumnLineage) -> None:
    contracts = load_table_contracts()
    wrong = []
    for table in project.statements:
        found = project.of(table)
        if contract := contracts.get(table):
            stated = {name for name in contract.exact_columns if not (contract.has_status and name == "status")}
            wrong += [f"{table}.{name}" for name in stated ^ found.keys()]
        for some in found.values():
            wrong += [
                f"{one.table}.{one.column}" for one in some
                if one.column != ROW and one.column not in project.columns_of(one.table)
            ]  # fmt: skip
    assert not wrong


def test_the_sessions_of_a_form_reach_the_summary(project: ColumnLineage) -> None:
    cell = ("mart_dsc_summary", "session_count")
    way = [cell]
    while found := list(project.before(way[-1])):
        (before,) = found
        way.append(before)
    assert way[1:] == [("fct_dsc_class", "session_count"), ("accepted.dsc_class", "session_count")]


def test_counted_institutions_come_from_the_forms_that_name_them(project: ColumnLineage, tmp_path: Path) -> None:
    assert "accepted.dsc_institution_year" in project.tables_before("mart_dsc_summary")
    assert "accepted.voucher_usage" not in project.tables_before("mart_dsc_summary")
