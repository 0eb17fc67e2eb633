"""What of a suite evidently holds, by one query over its rows, so that Great Expectations is asked of the rest alone.

The library takes longer over an expectation than the engine over its rows, and seconds to import. The query is at least
as strict: what it passes, the library passes, too (a test holds each kind against it). What the query doesn't pass, or
can't say in the library's sense, is left to the library, which says what fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from sciculture_etl.contracts import Expectation
from sciculture_etl.settings import sql_text
from sciculture_etl.stopping import stop_if_asked
from sciculture_etl.storage.ducklake import another

ROWS = "checked"
NOT_NULL = "expect_column_values_to_not_be_null"
# A sum or a mean of decimals may differ in its last digits by the order of rows: so near a bound, the library says.
NEAR = 1e-9
# Whatever the engine says of a query that it can't run is the library's to say.
FAULTS_OF_QUERY = (duckdb.ProgrammingError, duckdb.DataError, duckdb.NotSupportedError)

# Rows of which there are several alike in what is listed: columns, or the first of some that has a value.
_GROUP_ITEM = r"(?:\w+|coalesce\(\w+(?:,\s*\w+)*\))(?:\s+AS\s+\w+)?"
ALIKE = re.compile(
    rf"\s*SELECT\s+({_GROUP_ITEM}(?:,\s*{_GROUP_ITEM})*)\s+FROM \{{batch\}} GROUP BY ALL HAVING count\(\*\) > 1\s*"
)

# Arguments, the query whose rows are checked → a condition over all of them; None where it can't be said.
Condition = Callable[[dict[str, Any], str], str | None]


def hold_evidently(connection: duckdb.DuckDBPyConnection, query: str, suite: Sequence[Expectation]) -> list[bool]:
    """Of each expectation, whether it surely holds of the rows of the query, as far as they have been committed."""
    conditions = [_condition(entry, query) for entry in suite]
    asked = [f"coalesce({condition}, false)" for condition in conditions if condition]
    if not asked:
        return [False] * len(suite)
    try:
        with another(connection) as cursor:
            row = cursor.execute(f"SELECT {', '.join(asked)} FROM ({query}) AS {ROWS}").fetchone()
    except FAULTS_OF_QUERY:
        stop_if_asked()
        return [False] * len(suite)
    found = iter(row or ())
    return [bool(condition) and next(found) for condition in conditions]


@dataclass(frozen=True)
class EmptyCells:
    """Cells without a value where there were to be more with one.

    Attributes:
        rows: the SELECT of their rows.
    """

    count: int
    of: int
    rows: str


def empty_cells(
    connection: duckdb.DuckDBPyConnection, query: str, entry: Expectation, keys: Sequence[str]
) -> EmptyCells | None:
    """What is wrong with a column that has too few values; None where the expectation is about something else.

    A column that forms may leave empty is the commonest remark of all, and no reason to import the library.
    """
    if entry.type != NOT_NULL or not _condition(entry, query):
        return None
    column = _name(entry.kwargs["column"])
    try:
        with another(connection) as cursor:
            found = cursor.execute(f"SELECT count(*) - count({column}), count(*) FROM ({query}) AS {ROWS}").fetchone()
    except FAULTS_OF_QUERY:
        stop_if_asked()
        return None
    empty, count = found or (0, 0)
    if not count or empty == 0 or (count - empty) / count >= entry.kwargs.get("mostly", 1) - NEAR:
        return None
    named = ", ".join(map(_name, dict.fromkeys([*keys, entry.kwargs["column"]])))
    return EmptyCells(empty, count, f"SELECT {named} FROM ({query}) AS {ROWS} WHERE {column} IS NULL")


def is_understood(entry: Expectation) -> bool:
    """Whether the query can say that it holds."""
    return _condition(entry, "SELECT") is not None


def _condition(entry: Expectation, query: str) -> str | None:
    known = CONDITIONS.get(entry.type)
    if known is None:
        return None
    arguments, condition = known
    given = {name: value for name, value in entry.kwargs.items() if name not in ("description", "meta")}
    return condition(given, query) if given.keys() <= arguments else None


def _name(column: Any) -> str:
    return '"' + str(column).replace('"', '""') + '"'


def _none_where(wrong: str) -> str:
    return f"count(*) FILTER (WHERE {wrong}) = 0"


def _not_null(given: dict[str, Any], _query: str) -> str | None:
    column, mostly = _name(given["column"]), given.get("mostly", 1)
    if mostly == 1:
        return _none_where(f"{column} IS NULL")
    return f"count({column}) > {mostly + NEAR} * count(*)" if _is_number(mostly) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _bounds(given: dict[str, Any]) -> tuple[Any, Any] | None:
    """The least and the most; None for what isn't said in numbers."""
    least, most = given.get("min_value"), given.get("max_value")
    stated = [value for value in (least, most) if value is not None]
    return (least, most) if stated and all(map(_is_number, stated)) and stated == sorted(stated) else None


def _within(value: str, bounds: tuple[Any, Any], near: float = 0) -> str:
    least, most = bounds
    parts = [] if least is None else [f"{value} >= {least + abs(least) * near + near}"]
    parts += [] if most is None else [f"{value} <= {most - abs(most) * near - near}"]
    return " AND ".join(parts)


def _between(given: dict[str, Any], _query: str) -> str | None:
    bounds, column = _bounds(given), _name(given["column"])
    # With nothing added, what is no number can't be compared: its texts might be read as numbers here and not there.
    wrong = f"{column} IS NOT NULL AND ({_within(f'({column} + 0)', bounds)}) IS NOT TRUE" if bounds else ""
    return _none_where(wrong) if wrong else None


def _in_set(given: dict[str, Any], _query: str) -> str | None:
    values, column = given.get("value_set"), _name(given["column"])
    if not isinstance(values, list) or not values:
        return None
    if not all(isinstance(value, str | int) and not isinstance(value, bool) for value in values):
        return None
    listed = ", ".join(map(sql_text, values))
    return _none_where(f"{column} IS NOT NULL AND CAST({column} AS VARCHAR) NOT IN ({listed})")


def _of_length(given: dict[str, Any], _query: str) -> str | None:
    column, length = _name(given["column"]), given["value"]
    return _none_where(f"length({column}) <> {length}") if isinstance(length, int) else None


def _unique(given: dict[str, Any], _query: str) -> str | None:
    column = _name(given["column"])
    return f"count({column}) = count(DISTINCT {column})"


def _unique_together(given: dict[str, Any], query: str) -> str | None:
    # Of all rows, whichever the library passes over for a column without a value.
    named = ", ".join(map(_name, given["column_list"]))
    return _all_differ(named, query)


def _all_differ(listed: str, query: str) -> str:
    """Rows whose hashes differ, differ themselves; to group what is listed would take all the memory of many rows."""
    keys = f"SELECT {listed} FROM ({query}) AS {ROWS}"
    return f"(SELECT count(DISTINCT hash(one_key)) = count(*) FROM ({keys}) AS one_key)"


def _no_rows(query: str) -> str:
    return f"NOT EXISTS (SELECT 1 FROM ({query}) AS found)"


def _greater(given: dict[str, Any], _query: str) -> str | None:
    if given.get("ignore_row_if") != "either_value_is_missing":
        return None
    sign = "<" if given.get("or_equal") else "<="
    return _none_where(f"{_name(given['column_A'])} {sign} {_name(given['column_B'])}")


def _aggregate(value: str) -> Condition:
    def within(given: dict[str, Any], _query: str) -> str | None:
        bounds = _bounds(given)
        return _within(value.format(column=_name(given.get("column", ""))), bounds, NEAR) if bounds else None

    return within


def _number_of(value: str) -> Condition:
    def within(given: dict[str, Any], _query: str) -> str | None:
        bounds = _bounds(given)
        return _within(value.format(column=_name(given.get("column", ""))), bounds) if bounds else None

    return within


def _unexpected_rows(given: dict[str, Any], query: str) -> str | None:
    if alike := ALIKE.fullmatch(str(given["unexpected_rows_query"])):
        return _all_differ(alike[1], query)
    try:
        wrong = str(given["unexpected_rows_query"]).format(batch=f"({query})")
    except (KeyError, IndexError, ValueError):  # something else in braces
        return None
    return _no_rows(wrong.strip().rstrip(";"))


BOUNDS = frozenset({"min_value", "max_value"})
# Type → the arguments that are understood, and what they ask.
CONDITIONS: dict[str, tuple[frozenset[str], Condition]] = {
    NOT_NULL: (frozenset({"column", "mostly"}), _not_null),
    "expect_column_values_to_be_between": (BOUNDS | {"column"}, _between),
    "expect_column_values_to_be_in_set": (frozenset({"column", "value_set"}), _in_set),
    "expect_column_value_lengths_to_equal": (frozenset({"column", "value"}), _of_length),
    "expect_column_values_to_be_unique": (frozenset({"column"}), _unique),
    "expect_compound_columns_to_be_unique": (frozenset({"column_list"}), _unique_together),
    "expect_column_pair_values_a_to_be_greater_than_b": (
        frozenset({"column_A", "column_B", "or_equal", "ignore_row_if"}), _greater,
    ),
    "expect_column_mean_to_be_between": (BOUNDS | {"column"}, _aggregate("avg({column})")),
    "expect_column_sum_to_be_between": (BOUNDS | {"column"}, _aggregate("sum({column})")),
    "expect_column_unique_value_count_to_be_between": (BOUNDS | {"column"}, _number_of("count(DISTINCT {column})")),
    "expect_table_row_count_to_be_between": (BOUNDS, _number_of("count(*)")),
    "unexpected_rows_expectation": (frozenset({"unexpected_rows_query"}), _unexpected_rows),
}  # fmt: skip
# Of these, what holds of all rows together holds of every part of them.
BY_ROW = frozenset(
    {
        NOT_NULL, "expect_column_values_to_be_between",
        "expect_column_values_to_be_in_set", "expect_column_value_lengths_to_equal",
        "expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique",
        "expect_column_pair_values_a_to_be_greater_than_b",
    }
)  # fmt: skip
