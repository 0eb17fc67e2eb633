"""The small functions that the SQL shares."""

import duckdb
import pytest

from sciculture_etl.project import SQL

MACROS = {
    "round_half_up(89.25, 1)": 89.3,
    "round_half_up(CAST(89.25 AS DOUBLE), 1)": 89.3,
    "round_half_up(89.249999999999986, 1)": 89.3,  # what a weighted mean of 89.25 comes to in binary
    "round_half_up(89.24, 1)": 89.2,
    "round_half_up(CAST(1.005 AS DOUBLE), 2)": 1.01,
    "round_half_up(NULL, 1)": None,
}


@pytest.mark.parametrize("call", MACROS)
def test_a_macro_gives_what_its_comment_says(call: str) -> None:
    with duckdb.connect() as connection:
        connection.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
        found = connection.execute(f"SELECT {call}").fetchall()
    assert found == [(MACROS[call],)]


def test_a_mean_counts_those_who_answered() -> None:
    with duckdb.connect() as connection:
        connection.execute((SQL / "macros.sql").read_text(encoding="utf-8"))
        means = connection.execute(
            "SELECT weighted_mean(score, persons) "
            "FROM (VALUES (90.0, 100), (88.0, 60), (88.5, 40)) AS answered (score, persons)"
        ).fetchall()
    assert means == [(pytest.approx(89.1),)]
