"""Which rows break an expectation, as a SELECT, for whoever has to find out where they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sciculture_etl.contracts import Expectation

QUERY = "unexpected_rows_query"


def result_format(keys: Sequence[str]) -> dict[str, Any]:
    """What is asked of the library about a failing expectation.

    Args:
        keys: the columns that identify a row; none where nobody asks for rows.
    """
    rows = {"unexpected_index_column_names": list(keys), "return_unexpected_index_query": True} if keys else {}
    return {"result_format": "BASIC"} | rows


def failing_rows(entry: Expectation, query: str, result: Mapping[str, Any]) -> str | None:
    """The SELECT of the rows that fail; None for what is asked of all rows together, such as a sum.

    Args:
        query: of the rows that were checked.
        result: of the library.
    """
    if entry.type == "unexpected_rows_expectation":
        return str(entry.kwargs[QUERY]).format(batch=f"({query})")
    if entry.type.endswith("_to_be_unique"):
        # The library's own query for these has parameters that it doesn't tell.
        names = ", ".join(f'"{name}"' for name in entry.columns)
        return f"SELECT {names} FROM ({query}) AS checked GROUP BY ALL HAVING count(*) > 1"
    if given := result.get("unexpected_index_query"):
        # It puts the query where a table would stand, without brackets.
        return str(given).strip().rstrip(";").replace(f"FROM {query}", f"FROM ({query}) AS checked", 1)
    return None
