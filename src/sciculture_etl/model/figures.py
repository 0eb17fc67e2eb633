"""Published figures (``expectations/figures.csv``) → the statement of ``mart_seed_figure_check``.

A figure says where it must come out of: a curated table, which of its rows, and an expression over them.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

from sciculture_etl.errors import ContractError
from sciculture_etl.project import EXPECTATIONS
from sciculture_etl.settings import sql_text

KEPT_COLUMNS = (
    "figure_id", "seed", "seed_text", "curated_table", "filter", "expression", "expected", "unit", "year_or_date",
    "year_basis", "source",
)  # fmt: skip
BASES = ("stated", "confirmed_elsewhere", "page_context", "reference", "assumed")

# A number is compared as one. complete_when says whether the release holds enough to be judged at all.
JUDGED = """
-- Published figures beside what this release gives for them. Grain: figure_id.
WITH figure AS ({figures}),
compared AS (
    SELECT
        *,
        TRY_CAST(actual AS DOUBLE) - TRY_CAST(expected AS DOUBLE) AS diff,
        coalesce(TRY_CAST(actual AS DOUBLE) = TRY_CAST(expected AS DOUBLE), actual = expected) AS is_equal
    FROM figure
),
judged AS (
    SELECT
        *,
        CASE
            WHEN actual IS NULL THEN 'no_data'
            WHEN is_equal THEN 'equal'
            WHEN is_complete THEN 'differs'
            ELSE 'incomplete'
        END AS status
    FROM compared
)
SELECT figure_no, {kept}, actual, diff, status, status = 'equal' AS passed
FROM judged
ORDER BY figure_no
"""


def read_figures(path: Path = EXPECTATIONS / "figures.csv") -> list[dict[str, str]]:
    """The lines of the list.

    Raises:
        ContractError: For a column that is missing or a basis that isn't known.
    """
    with path.open(encoding="utf-8", newline="") as source:
        figures = list(csv.DictReader(source))
    for number, figure in enumerate(figures, start=2):
        if lacking := [name for name in (*KEPT_COLUMNS, "complete_when") if figure.get(name) is None]:
            raise ContractError(f"{path.name} line {number}: columns lacking: {', '.join(lacking)}")
        if figure["year_basis"] not in BASES:
            raise ContractError(
                f"{path.name} line {number}: year_basis: {figure['year_basis']!r} is none of {', '.join(BASES)}"
            )
    return figures


def actual_query(figure: dict[str, str]) -> str:
    """The SELECT of what the tables give for a figure, as text, in brackets."""
    # Several rows that say the same are one answer; several answers are shown as such, and equal no figure.
    rows = f"SELECT CAST({figure['expression']} AS VARCHAR) AS v FROM {figure['curated_table']}"
    if figure["filter"]:
        rows += f" WHERE {figure['filter']}"
    return f"(SELECT string_agg(DISTINCT v, ' | ' ORDER BY v) FROM ({rows}))"


def figures_query(figures: list[dict[str, str]]) -> str:
    """One SELECT over all figures."""
    lines = []
    for number, figure in enumerate(figures, start=1):
        words = ", ".join(f"{sql_text(figure[name])} AS {name}" for name in KEPT_COLUMNS)
        complete = f"coalesce(({figure['complete_when']}), false)" if figure["complete_when"] else "true"
        lines.append(
            f"SELECT {number} AS figure_no, {words}, {actual_query(figure)} AS actual, {complete} AS is_complete"
        )
    return JUDGED.format(figures="\nUNION ALL\n".join(lines), kept=", ".join(KEPT_COLUMNS))


def broken_figure(connection: duckdb.DuckDBPyConnection, figures: list[dict[str, str]]) -> ContractError | None:
    """Which line can't be evaluated, and why."""
    for number, figure in enumerate(figures, start=2):
        try:
            connection.execute(f"EXPLAIN {figures_query([figure])}")
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            return ContractError(f"figures.csv line {number} ({figure['figure_id']}): {reason}")
    return None
